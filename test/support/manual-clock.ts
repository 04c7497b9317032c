import type { Clock } from '../../src/core/index.ts';

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until told: tests advance it, nothing sleeps for real. */
export class ManualClock implements Clock {
  #wallMs: number;
  #monotonicMs = 0;
  #sleepers: Sleeper[] = [];

  constructor(wallMs: number = Date.UTC(2026, 10, 21, 12, 0, 0)) {
    this.#wallMs = wallMs;
  }

  nowMs(): number {
    return this.#wallMs;
  }
  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Sleepers that wait now, soonest first, as milliseconds from now. */
  get pendingMs(): number[] {
    return this.#sleepers.map((one) => one.dueMs - this.#monotonicMs).sort((a, b) => a - b);
  }

  sleep(waitMs: number, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const sleeper: Sleeper = {
        dueMs: this.#monotonicMs + waitMs,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Moves both clocks and wakes who is due, in order, letting promises settle after each. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#monotonicMs + byMs;
    await settle();
    for (;;) {
      const next = this.#sleepers.filter((one) => one.dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (!next) break;
      this.#wallMs += next.dueMs - this.#monotonicMs;
      this.#monotonicMs = next.dueMs;
      this.#sleepers = this.#sleepers.filter((one) => one !== next);
      next.wake();
      await settle();
    }
    this.#wallMs += untilMs - this.#monotonicMs;
    this.#monotonicMs = untilMs;
    await settle();
  }

  /** The wall clock jumps, the monotonic one does not (F20). */
  jumpWall(byMs: number): void {
    this.#wallMs += byMs;
  }
}

/** Lets all promise callbacks and the I/O that is ready run. */
export async function settle(turns = 5): Promise<void> {
  for (let i = 0; i < turns; i++)
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
}
