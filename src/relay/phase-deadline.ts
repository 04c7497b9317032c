import type { Clock } from '../core/index.ts';

/**
 * One deadline at a time, on the injected clock (F47). nodemailer's own timers run on real time and cannot tell a slow
 * upload from a dead one, so they are set out of reach and this decides. One sleeper serves all phases of a link: a
 * message has six of them, a timer and a signal for each would be its main cost. A nap that ends before its time is up
 * is cheaper than one that is broken off, so only a phase that ends sooner wakes it.
 */
export class PhaseDeadline {
  readonly #clock: Clock;
  readonly #onExpired: (phase: string) => void;
  /** undefined: nothing is waited for. */
  #phase: string | undefined;
  #dueMs = 0;
  #nap: { readonly cut: AbortController; readonly endsMs: number } | undefined;

  constructor(clock: Clock, onExpired: (phase: string) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** Begins a phase; the one before is over. */
  start(phase: string, limitMs: number): void {
    this.#phase = phase;
    this.extend(limitMs);
    if (this.#nap && this.#nap.endsMs > this.#dueMs) this.#wake();
    if (!this.#nap) void this.#watch();
  }

  /** There was progress: the phase gets `limitMs` from now. Cheap, called for every block of an upload. */
  extend(limitMs: number): void {
    this.#dueMs = this.#clock.monotonicMs() + limitMs;
  }

  /** The phase ended in time. */
  pause(): void {
    this.#phase = undefined;
  }

  /** No other phase will come soon: nothing is left behind. */
  stop(): void {
    this.pause();
    this.#wake();
  }

  #wake(): void {
    this.#nap?.cut.abort('phase over');
    this.#nap = undefined;
  }

  async #watch(): Promise<void> {
    while (this.#phase !== undefined) {
      const nowMs = this.#clock.monotonicMs();
      if (nowMs >= this.#dueMs) {
        const phase = this.#phase;
        this.stop();
        this.#onExpired(phase);
        return;
      }
      const waitMs = this.#dueMs - nowMs;
      const nap = { cut: new AbortController(), endsMs: nowMs + waitMs };
      this.#nap = nap;
      const isRested = await this.#clock.sleep(waitMs, { signal: nap.cut.signal }).then(
        () => true,
        () => false,
      );
      // Woken: whoever did so has begun another watch, or wants none.
      if (!isRested || this.#nap !== nap) return;
      this.#nap = undefined;
    }
  }
}
