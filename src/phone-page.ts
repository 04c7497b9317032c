/**
 * The page for the technician's phone: the code of the sign-in that runs, with a copy button, by way of the web door. Its address
 * is a secret of this one sign-in, shown at the panel as a QR code; behind it stands the code and nothing else of this device.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { PhonePage } from './api/index.ts';
import type { AgentStatus, SignInState } from './core/index.ts';

/** Makes it. `stop` of the returned object ends what it listens to. */
export function createPhonePage(options: {
  readonly isUsed: () => boolean;
  readonly signIn: () => SignInState;
  /** Tells of every change of the sign-in; returns what ends it. */
  readonly subscribe: (listener: () => void) => () => void;
  readonly listeners: () => AgentStatus['listeners'];
  /** Of this device, loopback included. */
  readonly addresses: () => readonly string[];
  /** A name phones can verify, if an administrator's certificate has one. */
  readonly trustedName: () => Promise<string | undefined>;
}): PhonePage & { readonly stop: () => void } {
  let key: string | undefined;
  const isRunning = () => options.isUsed() && ['starting', 'code'].includes(options.signIn().step);
  // The next sign-in is another person's business.
  const unsubscribe = options.subscribe(() => {
    if (!isRunning()) key = undefined;
  });
  return {
    link: async () => {
      const web = options.listeners().find(({ name }) => name === 'web');
      if (web === undefined || !isRunning()) return undefined;
      const host = (await options.trustedName()) ?? hostOf(web.address, options.addresses());
      // It may be over by now.
      if (!isRunning()) return undefined;
      key ??= randomBytes(16).toString('base64url');
      const port = web.port === 443 ? '' : `:${String(web.port)}`;
      // Behind the hash: no log and no Referer ever has it.
      return { url: `https://${host}${port}/phone#${key}` };
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

/** Where a phone in the same network finds the door: an address of the network, else what there is. */
function hostOf(address: string, own: readonly string[]): string {
  const isAny = address === '::' || address === '0.0.0.0';
  const candidates = isAny ? own.filter((one) => !/^(127\.|::1$|fe80:|169\.254\.)/i.test(one)) : [address];
  const host = candidates.find((one) => isIP(one) === 4) ?? candidates[0] ?? '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function isSame(given: string, key: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(key)];
  return one.length === other.length && timingSafeEqual(one, other);
}
