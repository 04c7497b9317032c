import { MailError, toMailError, type Clock, type HttpReply } from '../core/index.ts';
import { refusalOf, tokenGrantOf, type TokenGrant } from './identity-reply.ts';

const slowDownMs = 5_000;
const longestBackOffMs = 60_000;

/**
 * Polls for the end of one device code session.
 *
 * Deviations from RFC 8628 3.5: 5xx, 429 and answers that are not OAuth are treated like a lost connection, which the RFC
 * answers with exponential back-off; `Retry-After` is honoured. The wait is doubled per loss up to 60 s and falls back
 * to the interval with the first answer, so that a person who has just typed the code does not wait for a network fault of
 * some minutes ago. `slow_down` stays for good.
 * @param options.send one poll; rejects with a MailError if no answer came
 * @param options.deadlineMs on the monotonic clock: when the code is no longer good
 * @param options.onTrouble told the catalogue code of a passing fault, or undefined when it is over; called on changes only
 * @returns the first token answer
 * @throws MailError `sign-in-expired`, `sign-in-declined`, or what else ended it; the signal's reason when it aborts
 * @see https://www.rfc-editor.org/rfc/rfc8628#section-3.5
 */
export async function pollUntilDecided(options: {
  readonly send: () => Promise<HttpReply>;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onTrouble: (trouble: MailError | undefined) => void;
}): Promise<TokenGrant> {
  const { send, clock, deadlineMs, signal } = options;
  let { intervalMs } = options;
  let losses = 0;
  let retryAfterMs = 0;
  let trouble: MailError | undefined;
  const tell = (next: MailError | undefined) => {
    if (next?.code !== trouble?.code) options.onTrouble(next);
    trouble = next;
  };
  for (;;) {
    const backOffMs = losses === 0 ? 0 : Math.min(longestBackOffMs, intervalMs * 2 ** Math.min(losses, 10));
    const waitMs = Math.max(intervalMs, backOffMs, retryAfterMs);
    const leftMs = deadlineMs - clock.monotonicMs();
    // Waiting for a poll that would come too late helps nobody; the screen changes when the code ends.
    await clock.sleep(Math.max(0, Math.min(waitMs, leftMs)), { signal });
    if (leftMs <= waitMs) throw new MailError('sign-in-expired', 'the code expired before anybody used it');
    const outcome = await pollOnce(send, signal);
    if ('grant' in outcome) return outcome.grant;
    if (outcome.kind === 'refused') throw outcome.error;
    if (outcome.kind === 'slower') intervalMs += slowDownMs;
    losses = outcome.kind === 'lost' ? losses + 1 : 0;
    retryAfterMs = outcome.kind === 'lost' ? Number(outcome.error.details['retryAfterMs'] ?? 0) : 0;
    tell(outcome.kind === 'lost' ? outcome.error : undefined);
  }
}

type Outcome =
  | { readonly grant: TokenGrant }
  | { readonly kind: 'pending' | 'slower' }
  | { readonly kind: 'refused' | 'lost'; readonly error: MailError };

async function pollOnce(send: () => Promise<HttpReply>, signal: AbortSignal): Promise<Outcome> {
  let reply: HttpReply;
  try {
    reply = await send();
  } catch (error) {
    signal.throwIfAborted();
    const lost = toMailError(error);
    // A wrong proxy log-in stays wrong until a person changes it.
    return { kind: lost.kind === 'transient' ? 'lost' : 'refused', error: lost };
  }
  try {
    return { grant: tokenGrantOf('poll', reply) };
  } catch (error) {
    const refusal = refusalOf('poll', reply);
    if (refusal.word === 'authorization_pending') return { kind: 'pending' };
    if (refusal.word === 'slow_down') return { kind: 'slower' };
    // A success without a token has no error word of its own; what the reader said of it counts.
    if (refusal.word === undefined) return { kind: 'lost', error: toMailError(error) };
    return { kind: refusal.isPassing ? 'lost' : 'refused', error: refusal.error };
  }
}
