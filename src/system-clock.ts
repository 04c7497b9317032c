import { clearTimeout, setTimeout } from 'node:timers';
import type { Clock } from './core/index.ts';

/** Node clamps longer timers to 1 ms; a week of keep-alive must not become a busy loop. */
const longestMs = 2_000_000_000;

/** The one place where real time passes; everything else waits through the port. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (waitMs, { signal } = {}) =>
    new Promise((resolve, reject) => {
      // Most sleeps are deadlines that end early, several for each mail: Node's own promise would build an AbortError with its
      // stack for every one of them.
      let timer: NodeJS.Timeout | undefined;
      const end = () => {
        clearTimeout(timer);
        // As the port says: whatever the signal's owner gave.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(signal?.reason);
      };
      if (signal?.aborted === true) {
        end();
        return;
      }
      signal?.addEventListener('abort', end, { once: true });
      const wait = (leftMs: number) => {
        timer = setTimeout(
          () => {
            if (leftMs > longestMs) wait(leftMs - longestMs);
            else {
              signal?.removeEventListener('abort', end);
              resolve();
            }
          },
          Math.min(leftMs, longestMs),
        );
      };
      wait(Math.max(0, waitMs));
    }),
};
