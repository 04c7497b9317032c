const windowMs = 60_000;

/**
 * At most `maxPerMinute` messages in any 60 seconds (Exchange delays and carries over beyond 30 a minute). A sliding
 * window and not a token bucket: a bucket would let two full minutes' worth go out around its refill.
 */
export class RateLimiter {
  /** Monotonic instants of the messages of the last minute, oldest first. */
  #startedAtMs: number[] = [];

  /** @returns milliseconds until one more message may start; 0 = now */
  waitMs(monotonicMs: number, maxPerMinute: number): number {
    this.#startedAtMs = this.#startedAtMs.filter((at) => at > monotonicMs - windowMs);
    const oldest = this.#startedAtMs[this.#startedAtMs.length - maxPerMinute];
    return oldest === undefined ? 0 : oldest + windowMs - monotonicMs;
  }

  /** Counts one message that starts now. */
  note(monotonicMs: number): void {
    this.#startedAtMs.push(monotonicMs);
  }
}
