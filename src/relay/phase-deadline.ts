import type { Clock } from '../core/index.ts';

/**
 * One deadline at a time, on the injected clock (F47). nodemailer's own timers run on real time and cannot tell a slow
 * upload from a dead one, so they are set out of reach and this decides.
 */
export class PhaseDeadline {
  readonly #clock: Clock;
  readonly #onExpired: (phase: string) => void;
  #dueMs = 0;
  #watch: AbortController | undefined;

  constructor(clock: Clock, onExpired: (phase: string) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** Begins a phase; the one before is over. */
  start(phase: string, limitMs: number): void {
    this.stop();
    this.#watch = new AbortController();
    this.extend(limitMs);
    void this.#run(phase, this.#watch.signal);
  }

  /** There was progress: the phase gets `limitMs` from now. Cheap, called for every block of an upload. */
  extend(limitMs: number): void {
    this.#dueMs = this.#clock.monotonicMs() + limitMs;
  }

  stop(): void {
    this.#watch?.abort();
    this.#watch = undefined;
  }

  async #run(phase: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const leftMs = this.#dueMs - this.#clock.monotonicMs();
      if (leftMs <= 0) break;
      // A rejected sleep is a phase that ended in time.
      if (
        !(await this.#clock.sleep(leftMs, { signal }).then(
          () => true,
          () => false,
        ))
      )
        return;
    }
    if (!signal.aborted) this.#onExpired(phase);
  }
}
