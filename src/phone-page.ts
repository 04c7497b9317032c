/**
 * The page for the technician's phone: the code of the sign-in that runs, with a copy button, by way of the web door. Its address
 * is a secret of this one sign-in, shown at the panel as a QR code; behind it stands the code and nothing else of this device.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { PhonePage } from './api/index.ts';
import type { SignInState } from './core/index.ts';

/** Makes it. `stop` of the returned object ends what it listens to. */
export function createPhonePage(options: {
  readonly isUsed: () => boolean;
  readonly signIn: () => SignInState;
  /** Tells of every change of the sign-in; returns what ends it. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Where browsers find the web door; undefined while it is closed. */
  readonly webUrl: () => Promise<string | undefined>;
}): PhonePage & { readonly stop: () => void } {
  let key: string | undefined;
  const isRunning = () => options.isUsed() && ['starting', 'code'].includes(options.signIn().step);
  // The next sign-in is another person's business.
  const unsubscribe = options.subscribe(() => {
    if (!isRunning()) key = undefined;
  });
  return {
    link: async () => {
      if (!isRunning()) return undefined;
      const webUrl = await options.webUrl();
      // It may be over by now.
      if (webUrl === undefined || !isRunning()) return undefined;
      key ??= randomBytes(16).toString('base64url');
      // Behind the hash: no log and no Referer ever has it.
      return { url: `${webUrl}/phone#${key}` };
    },
    view: (given) => {
      if (!isRunning() || key === undefined || !isSame(given, key)) return { step: 'over' };
      const state = options.signIn();
      if (state.step !== 'code') return { step: 'wait' };
      const { userCode, verificationUri, isKnownHost, expiresAtMs } = state;
      return { step: 'code', userCode, verificationUri, isKnownHost, expiresAtMs };
    },
    stop: unsubscribe,
  };
}

function isSame(given: string, key: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(key)];
  return one.length === other.length && timingSafeEqual(one, other);
}
