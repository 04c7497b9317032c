import type { Random } from '../core/index.ts';

/** How long to wait between attempts. */
export interface RetrySchedule {
  /** Wait after the first temporary failure, before jitter. */
  readonly firstWaitMs: number;
  /** Largest wait, before jitter. */
  readonly maxWaitMs: number;
}

/**
 * Plans the wait before the next attempt: min(maxWait, firstWait * 2^(n-1)) x uniform(0.75, 1.25). The jitter stays at
 * the cap, so that fifty printers of one site drift apart after an outage instead of coming back together.
 * @param failures temporary failures so far, >= 1
 * @param random in [0, 1), injected
 * @returns milliseconds; 45_000 to 4_500_000 with the default schedule (60 s, 60 min)
 * @see https://www.rfc-editor.org/rfc/rfc5321#section-4.5.4.1 asks for 30 minutes; a person waits at the panel, so we start sooner
 */
export function retryDelayMs(failures: number, schedule: RetrySchedule, random: Random): number {
  const baseMs = Math.min(schedule.maxWaitMs, schedule.firstWaitMs * 2 ** (Math.max(1, failures) - 1));
  return Math.round(withJitter(baseMs, random));
}

/** Uniform in 0.75 to 1.25 of `baseMs`. */
function withJitter(baseMs: number, random: Random): number {
  return baseMs * (0.75 + random() * 0.5);
}

/**
 * The wait a server asked for, never shortened: 1 to 1.25 times `askedMs` (432: other devices on the mailbox heard the
 * same number at the same moment).
 */
export function askedDelayMs(askedMs: number, random: Random): number {
  return Math.round(askedMs * (1 + random() * 0.25));
}
