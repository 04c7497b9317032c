import type { Clock } from '../../src/core/index.ts';

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The real clock, but the waits of a whole running system can be left out: `skip` moves both clocks on and wakes who is due.
 * Sockets go on in real time, so skip while nothing is on its way, or in small steps.
 */
export class SkippableClock implements Clock {
  #skippedMs = 0;
  readonly #sleepers = new Set<Sleeper>();

  nowMs(): number {
    return Date.now() + this.#skippedMs;
  }
  monotonicMs(): number {
    return performance.now() + this.#skippedMs;
  }

  sleep(waitMs: number, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(sleeper.timer);
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        end();
        reject(signal?.reason as Error);
      };
      const sleeper: Sleeper = {
        dueMs: this.monotonicMs() + waitMs,
        wake: () => {
          end();
          resolve();
        },
        timer: undefined,
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#sleepers.add(sleeper);
      this.#arm(sleeper);
    });
  }

  skip(byMs: number): void {
    this.#skippedMs += Math.max(0, byMs);
    for (const sleeper of [...this.#sleepers].sort((a, b) => a.dueMs - b.dueMs)) this.#arm(sleeper);
  }

  #arm(sleeper: Sleeper): void {
    clearTimeout(sleeper.timer);
    const leftMs = sleeper.dueMs - this.monotonicMs();
    // Node clamps longer timers to 1 ms; nobody runs a test for 24 days.
    sleeper.timer = setTimeout(
      () => {
        sleeper.wake();
      },
      Math.min(Math.max(0, leftMs), 2_000_000_000),
    );
  }
}
