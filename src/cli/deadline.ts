import { MailError, type Clock } from '../core/index.ts';

/**
 * Runs work that must end in time. The work gets a signal that aborts with the caller's or at the deadline.
 * @param options.waitMs budget on the injected clock
 * @throws MailError `timeout` at the deadline; `signal.reason` if the caller gave up
 */
export async function withDeadline<T>(
  options: {
    readonly clock: Clock;
    readonly waitMs: number;
    readonly what: string;
    readonly signal?: AbortSignal | undefined;
  },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  const limit = options.signal === undefined ? late.signal : AbortSignal.any([options.signal, late.signal]);
  const timer = options.clock.sleep(options.waitMs, { signal: done.signal }).then(
    () => {
      late.abort(
        new MailError('timeout', `${options.what} took longer than ${String(options.waitMs / 1000)} s; try again`),
      );
    },
    () => undefined,
  );
  try {
    return await work(limit);
  } catch (error) {
    // Node wraps the reason of an aborted request in an AbortError; callers want the reason.
    if (limit.aborted) throw limit.reason;
    throw error;
  } finally {
    done.abort();
    await timer;
  }
}
