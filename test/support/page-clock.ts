/** The clock of a page in Node (node-page.ts): nothing passes but what a test lets pass. */

/** Timers of a page, and the hand that turns the clock. */
export function pageClock(startMs: number) {
  let nowMs = startMs;
  let nextTimer = 1;
  const timers = new Map<number, { atMs: number; everyMs: number | undefined; act: () => void }>();
  const later = (act: () => void, waitMs = 0, everyMs?: number) => {
    timers.set(nextTimer, { atMs: nowMs + waitMs, everyMs, act });
    return nextTimer++;
  };
  const clear = (timer: number) => void timers.delete(timer);
  const runDue = (): boolean => {
    const due = [...timers].filter(([, { atMs }]) => atMs <= nowMs).sort(([, a], [, b]) => a.atMs - b.atMs)[0];
    if (due === undefined) return false;
    const [id, timer] = due;
    if (timer.everyMs === undefined) timers.delete(id);
    else timer.atMs += timer.everyMs;
    timer.act();
    return true;
  };
  const settle = async () => {
    for (let quiet = 0; quiet < 4; quiet++) {
      await new Promise((resolve) => setImmediate(resolve));
      while (runDue()) quiet = 0;
    }
  };
  const advance = async (ms: number) => {
    const endMs = nowMs + ms;
    for (;;) {
      await settle();
      const nextMs = Math.min(...[...timers.values()].map(({ atMs }) => atMs));
      if (nextMs > endMs) break;
      nowMs = Math.max(nowMs, nextMs);
    }
    nowMs = endMs;
    await settle();
  };
  return {
    now: () => nowMs,
    later,
    clear,
    /** Lets everything happen that needs no time. */
    settle,
    advance,
  };
}
