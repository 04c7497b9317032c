/** Waiting for whichever of several ends comes first. */

/**
 * Runs work that ends with the first of several signals. Not `AbortSignal.any`: Node 20 remembers every signal made by it for as
 * long as the longest-lived of its sources, and some of ours live for months.
 * @param sources those that are undefined never end anything
 * @returns what `work` returns
 * @throws what `work` throws
 */
export async function withSignals<T>(
  sources: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const either = new AbortController();
  const ends = sources
    .filter((source) => source !== undefined)
    .map((source) => {
      const end = () => {
        either.abort(source.reason);
      };
      return { source, end };
    });
  for (const { source, end } of ends) {
    if (source.aborted) end();
    else source.addEventListener('abort', end, { once: true });
  }
  try {
    return await work(either.signal);
  } finally {
    for (const { source, end } of ends) source.removeEventListener('abort', end);
  }
}

/**
 * Gives up waiting when the signal aborts, without ending what is waited for: others may wait too, and a stream that stays
 * silent does not notice by itself. Nothing stays with a signal that lives on.
 * @throws `signal.reason`, or what `work` throws
 */
export async function abandonable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await work;
  if (signal.aborted) {
    work.catch(() => undefined);
    throw signal.reason;
  }
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}
