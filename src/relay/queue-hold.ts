import type { Clock, ErrorCode, HoldReason } from '../core/index.ts';
import type { Judgement } from './judgement.ts';

/** A daily limit that still stands after this is no daily limit: a person decides. */
const quotaProbesForMs = 24 * 3_600_000;

/** What the smarthost or the identity service holds against the mailbox; jobs stay `waiting` on disk meanwhile. */
export class QueueHold {
  readonly #clock: Clock;
  readonly reason: HoldReason;
  readonly code: ErrorCode;
  readonly reply: string;
  readonly guidanceId: string;
  readonly #startedMs: number;
  #probeMs = Infinity;

  /** @param before the hold of the probe that ended in this one; the same reason goes on counting from its start */
  constructor(clock: Clock, judgement: Judgement, before: QueueHold | undefined) {
    this.#clock = clock;
    this.reason = judgement.holdReason ?? 'authentication-refused';
    this.code = judgement.code;
    this.reply = judgement.reply;
    this.guidanceId = judgement.guidanceId;
    this.#startedMs = before?.reason === this.reason ? before.#startedMs : clock.monotonicMs();
    const isSpent = this.reason === 'quota-reached' && clock.monotonicMs() - this.#startedMs >= quotaProbesForMs;
    if (judgement.waitMs !== undefined && !isSpent) this.probeIn(judgement.waitMs);
  }

  /** One message may try after this. */
  probeIn(waitMs: number): void {
    this.#probeMs = this.#clock.monotonicMs() + waitMs;
  }

  /** Milliseconds until the next probe; Infinity if only a person or a sign-in ends it. */
  get waitMs(): number {
    return Math.max(0, this.#probeMs - this.#clock.monotonicMs());
  }
}
