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
