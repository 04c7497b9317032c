import { type Clock, type QueueId } from '../core/index.ts';

/** How long after an accept the same message is taken for a client's repeat (F7). */
const windowMs = 600_000;
/** More than a limiter of 25 a minute can finish in a window; bounds memory when the limiter is lifted. */
const maxRemembered = 4096;

/**
 * Remembers what was accepted in the last ten minutes, finished jobs included, and what is being committed right now: an
 * impatient client repeats while the first copy still waits for the disk.
 */
export class Repeats {
  readonly #clock: Clock;
  readonly #accepted = new Map<string, { readonly queueId: QueueId; readonly untilMs: number }>();
  readonly #committing = new Map<string, Promise<unknown>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param ageMs how long ago it was accepted, as far as the clocks can tell */
  remember(fingerprint: string, queueId: QueueId, ageMs = 0): void {
    if (fingerprint === '' || ageMs >= windowMs) return;
    const nowMs = this.#clock.monotonicMs();
    for (const [old, { untilMs }] of this.#accepted) {
      if (untilMs > nowMs && this.#accepted.size < maxRemembered) break;
      this.#accepted.delete(old);
    }
    this.#accepted.delete(fingerprint);
    this.#accepted.set(fingerprint, { queueId, untilMs: nowMs + windowMs - ageMs });
  }

  /**
   * A job that will not be sent must be taken again if the client offers it again.
   * @param queueId another job with the same fingerprint, taken since, stays remembered
   */
  forget(fingerprint: string, queueId: QueueId): void {
    if (this.#accepted.get(fingerprint)?.queueId === queueId) this.#accepted.delete(fingerprint);
  }

  /**
   * Runs `commit` unless the same message was accepted already.
   * @param owner the job that owns it whatever the window says (idempotency keys)
   * @returns the id of the job we already own, or undefined if `commit` ran
   */
  async unlessRepeated(
    fingerprint: string,
    commit: () => Promise<void>,
    owner: () => QueueId | undefined = () => undefined,
  ): Promise<QueueId | undefined> {
    for (;;) {
      const owned = owner();
      if (owned !== undefined) return owned;
      const known = this.#accepted.get(fingerprint);
      if (known && known.untilMs > this.#clock.monotonicMs()) return known.queueId;
      const other = this.#committing.get(fingerprint);
      if (!other) break;
      // If that one fails, this one is no repeat.
      await other.catch(() => undefined);
    }
    const running = commit();
    this.#committing.set(fingerprint, running);
    try {
      await running;
    } finally {
      this.#committing.delete(fingerprint);
    }
    return undefined;
  }
}
