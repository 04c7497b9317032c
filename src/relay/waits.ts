import type { Clock, JobSummary, QueueId } from '../core/index.ts';

/** When each job is due, by the monotonic clock; what the record says is for people and for the next start. */
export class Waits {
  readonly #clock: Clock;
  readonly #dueMs = new Map<QueueId, number>();
  readonly #urgent = new Set<QueueId>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns milliseconds until the job is due, <= 0 if it is */
  leftMs({ queueId, nextAttemptAtMs }: JobSummary, longestWaitMs: number): number {
    let dueMs = this.#dueMs.get(queueId);
    if (dueMs === undefined) {
      // From before this start: the wall clock may have jumped, so it is believed within one longest wait only (F19, F20).
      const waitMs = nextAttemptAtMs === undefined ? 0 : nextAttemptAtMs - this.#clock.nowMs();
      dueMs = this.#clock.monotonicMs() + Math.min(Math.max(0, waitMs), longestWaitMs);
      this.#dueMs.set(queueId, dueMs);
    }
    return dueMs - this.#clock.monotonicMs();
  }

  set(queueId: QueueId, waitMs: number): void {
    this.#dueMs.set(queueId, this.#clock.monotonicMs() + waitMs);
  }

  /** Due now, and before the others. */
  hurry(queueId: QueueId): void {
    this.set(queueId, 0);
    this.#urgent.add(queueId);
  }

  isUrgent(queueId: QueueId): boolean {
    return this.#urgent.has(queueId);
  }

  /** Its attempt starts. */
  started(queueId: QueueId): void {
    this.#urgent.delete(queueId);
  }

  forget(queueId: QueueId): void {
    this.#dueMs.delete(queueId);
    this.#urgent.delete(queueId);
  }
}
