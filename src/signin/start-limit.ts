import { MailError, type Clock } from '../core/index.ts';

const windowMs = 10 * 60_000;
const maxStarts = 3;
const maxRenewals = 3;

/**
 * How often a code may be asked for (T24): 3 starts in 10 minutes, and 3 new codes after codes that lapsed for each start.
 * A start that ended without a code being shown is given back: nobody can be phished with a code that never was, and a
 * technician who mends a proxy setting should not have to wait for us.
 */
export class StartLimit {
  readonly #clock: Clock;
  /** Monotonic. */
  #starts: number[] = [];
  #renewals = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts one.
   * @param isRenewal the last code lapsed unused
   * @returns takes it back
   * @throws MailError `sign-in-too-often` with `details.retryAfterMs`
   */
  take(isRenewal: boolean): () => void {
    if (isRenewal && this.#renewals < maxRenewals) {
      this.#renewals++;
      return () => {
        this.#renewals--;
      };
    }
    const nowMs = this.#clock.monotonicMs();
    this.#starts = this.#starts.filter((one) => nowMs - one < windowMs);
    const oldest = this.#starts[0];
    if (oldest !== undefined && this.#starts.length >= maxStarts) {
      const retryAfterMs = windowMs - (nowMs - oldest);
      const message = `${maxStarts} sign-ins were started in the last ${windowMs / 60_000} minutes`;
      throw new MailError('sign-in-too-often', message, { details: { retryAfterMs } });
    }
    this.#starts.push(nowMs);
    this.#renewals = 0;
    return () => {
      this.#starts = this.#starts.filter((one) => one !== nowMs);
    };
  }
}
