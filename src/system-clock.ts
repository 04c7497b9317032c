import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from './core/index.ts';

/** The one place where real time passes; everything else waits through the port. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (waitMs, { signal } = {}) => {
    // Node clamps longer timers to 1 ms; a week of keep-alive must not become a busy loop.
    for (let leftMs = waitMs; leftMs > 0; leftMs -= 2_000_000_000) {
      try {
        await wait(Math.min(leftMs, 2_000_000_000), undefined, signal ? { signal } : {});
      } catch (error) {
        if (signal?.aborted === true) throw signal.reason;
        throw error;
      }
    }
    signal?.throwIfAborted();
  },
};
