/** What the state of the mailbox means for the next finger. Pure. */
import type { AgentStatus } from '../../src/core/index.ts';

/** The one next act of the home screen. */
export type NextAct = 'scan' | 'sign-in' | 'continue-sign-in' | 'use-upn' | 'what-to-do';

/**
 * The act that leads on. A walk-up person can always scan: jobs are kept until somebody mends what is wrong; so scanning
 * leads wherever nothing is theirs to mend.
 */
export function nextAct(status: AgentStatus): NextAct {
  switch (status.glance) {
    case 'ready':
    case 'relay-only':
      return 'scan';
    case 'sign-in-needed':
      return 'sign-in';
    case 'signing-in':
      return isSessionOpen(status) ? 'continue-sign-in' : 'sign-in';
    case 'upn-mismatch':
      return status.account.identity === undefined ? 'sign-in' : 'use-upn';
    case 'held':
      return status.queue.holdReason === 'sign-in-needed' ? 'sign-in' : 'what-to-do';
    case 'not-set-up':
    case 'offline':
    case 'storage':
      return 'what-to-do';
  }
}

/** A sign-in waits for somebody: a code is shown, or an account is to be confirmed or proved. */
export function isSessionOpen({ signIn }: Pick<AgentStatus, 'signIn'>): boolean {
  return signIn.step === 'starting' || signIn.step === 'code' || signIn.step === 'confirm' || signIn.step === 'proving';
}

/**
 * Whether advice says what a sentence says already ("Client id is missing." and "No client id is set. ..."): at least half of
 * its words, for Chinese and Japanese of its pairs of characters. The more telling one is enough then.
 */
export function isSaidAgain(sentence: string, advice: string): boolean {
  const said = new Set(pieces(advice));
  const own = pieces(sentence);
  return own.length > 0 && 2 * own.filter((piece) => said.has(piece)).length >= own.length;
}

function pieces(text: string): readonly string[] {
  return (text.toLowerCase().match(/[a-z0-9]+|[\u3040-\u9fff]+/g) ?? []).flatMap((word) =>
    word < '\u3040' || word.length === 1
      ? [word]
      : Array.from({ length: word.length - 1 }, (_, index) => word.slice(index, index + 2)),
  );
}

/** How two addresses are compared for showing; the daemon decides (design 6.2), this only chooses a sentence. */
export function looksSame(one: string, other: string): boolean {
  return one.trim().normalize('NFC').toLowerCase() === other.trim().normalize('NFC').toLowerCase();
}

/**
 * Whether a text could be an address, before it is sent to the daemon, which knows the whole grammar.
 * @see ../../src/core/address.ts
 */
export function looksLikeAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>,;"]{1,64}@[^\s@<>,;"]+\.[^\s@<>,;".]+$/.test(text.trim());
}
