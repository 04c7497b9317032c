import { MailError, type ErrorCode } from '../core/index.ts';

/**
 * Gives `work` a signal that aborts when the caller's does or when the budget is used up, and lets go of both at the end:
 * the caller's signal may live as long as the process, and every leftover listener with it.
 *
 * A dialler measures the operating system, so its time is the operating system's too; it has no part in what tests drive
 * with a clock of their own.
 * @param options.code of the MailError the signal carries as its reason when time is up
 */
export async function withinBudget<T>(
  options: {
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
    readonly code: ErrorCode;
    readonly what: string;
  },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { timeoutMs, signal, code, what } = options;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const timer = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
  const onTimeout = () => {
    controller.abort(new MailError(code, `${what}: no answer within ${Math.round(timeoutMs)} ms`));
  };
  const onAbort = () => {
    controller.abort(signal?.reason);
  };
  timer.addEventListener('abort', onTimeout, { once: true });
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    timer.removeEventListener('abort', onTimeout);
    signal?.removeEventListener('abort', onAbort);
  }
}
