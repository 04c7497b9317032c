import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../core/index.ts';

/** Real time, for a stand-in cloud that nobody hands a clock. Waits here are minutes, not weeks. */
export const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (waitMs, { signal } = {}) => {
    await wait(waitMs, undefined, signal ? { signal } : {});
  },
};
