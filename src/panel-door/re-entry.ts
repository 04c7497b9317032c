/**
 * How a page that is open already comes in again after a restart of the agent, with nobody near it: it proves that it has the key
 * it was given when it was in. The key itself never travels again, so a program that had the port meanwhile learns nothing.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A page asks for one and uses it at once; of strangers who ask for more, the oldest lose. */
const mostChallenges = 8;

/** What the door does about re-entries. */
export interface ReEntry {
  /** For a page that is in: base64url, the same as long as the token is. */
  readonly key: string;
  /** For a page that is not: to be answered once. */
  challenge(): string;
  /**
   * Whether the proof is HMAC-SHA-256 of `<Host>|<challenge>`, base64url. The Host header is in it because the proof must not
   * serve elsewhere: not at a port of before, where somebody else could ask on behalf of us.
   */
  isProof(given: { readonly challenge: string; readonly proof: string; readonly host: string }): boolean;
}

/** @param token of the panel, as in its file */
export function createReEntry(token: string): ReEntry {
  const key = createHmac('sha256', token).update('re-entry of the panel').digest();
  const open: string[] = [];
  return {
    key: key.toString('base64url'),
    challenge: () => {
      const challenge = randomBytes(24).toString('base64url');
      open.push(challenge);
      if (open.length > mostChallenges) open.shift();
      return challenge;
    },
    isProof: ({ challenge, proof, host }) => {
      const at = open.indexOf(challenge);
      if (at < 0) return false;
      open.splice(at, 1);
      const right = createHmac('sha256', key).update(`${host}|${challenge}`).digest();
      const given = Buffer.from(proof, 'base64url');
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}
