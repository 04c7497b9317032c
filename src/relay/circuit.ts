import type { Random } from '../core/index.ts';
import { retryDelayMs, type RetrySchedule } from './retry-schedule.ts';

/**
 * What is known about the way to the smarthost. While it is down one probe at a time goes out, on its own back-off: N
 * waiting jobs never make N connects.
 */
export class Circuit {
  #isUp: boolean | undefined;
  #failures = 0;
  #nextProbeMs = 0;

  /** undefined: not tried since the start or the last reset; then, too, one connection goes first. */
  get isUp(): boolean | undefined {
    return this.#isUp;
  }

  /** @returns milliseconds until a connection may be tried; 0 = now */
  waitMs(monotonicMs: number): number {
    return Math.max(0, this.#nextProbeMs - monotonicMs);
  }

  succeeded(): void {
    this.#isUp = true;
    this.#failures = 0;
    this.#nextProbeMs = 0;
  }

  /**
   * @param options.atLeastMs a wait the server asked for
   * @returns milliseconds until the next probe
   */
  failed(
    monotonicMs: number,
    schedule: RetrySchedule,
    random: Random,
    options: { readonly atLeastMs?: number } = {},
  ): number {
    this.#isUp = false;
    this.#failures += 1;
    const waitMs = Math.max(retryDelayMs(this.#failures, schedule, random), options.atLeastMs ?? 0);
    this.#nextProbeMs = monotonicMs + waitMs;
    return waitMs;
  }

  /** Something changed (network up, settings, "Send now"): try at once; how often it failed is forgotten. */
  reset(): void {
    this.#isUp = undefined;
    this.#failures = 0;
    this.#nextProbeMs = 0;
  }
}
