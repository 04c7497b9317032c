import type { Clock, QueueId } from '../core/index.ts';

/**
 * Measures what a job's lifetime is made of: monotonic time while the queue was free to send. It stands still during a
 * queue hold, while the program does not run, and is blind to wall clock jumps (F20).
 */
export class ActiveClock {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #summedMs = 0;
  #runningSinceMs: number | undefined;
  /** Reading of this clock at which the record's `activeMs` was true. */
  readonly #marks = new Map<QueueId, number>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  #nowMs(): number {
    return this.#summedMs + (this.#runningSinceMs === undefined ? 0 : this.#clock.monotonicMs() - this.#runningSinceMs);
  }

  /** Starts or stops counting, for all jobs. */
  set isRunning(isRunning: boolean) {
    if (isRunning === (this.#runningSinceMs !== undefined)) return;
    this.#summedMs = this.#nowMs();
    this.#runningSinceMs = isRunning ? this.#clock.monotonicMs() : undefined;
  }

  /** Counts for this job from now on; no effect if it is counted already. */
  watch(queueId: QueueId): void {
    if (!this.#marks.has(queueId)) this.#marks.set(queueId, this.#nowMs());
  }

  /** Milliseconds since the record's `activeMs` was last brought up to date. */
  unrecordedMs(queueId: QueueId): number {
    return this.#nowMs() - (this.#marks.get(queueId) ?? this.#nowMs());
  }

  /** As `unrecordedMs`, and starts over: the caller writes it into the record. */
  take(queueId: QueueId): number {
    const tookMs = this.unrecordedMs(queueId);
    if (this.#marks.has(queueId)) this.#marks.set(queueId, this.#nowMs());
    return Math.round(tookMs);
  }

  /** The job ended or is held. */
  forget(queueId: QueueId): void {
    this.#marks.delete(queueId);
  }
}
