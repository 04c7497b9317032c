import type { Delivery } from './types.ts';

/** Everything the submission server took, oldest first; bodies beyond the limit are dropped, oldest first. */
export class Mailbox {
  readonly #keptBytes: number;
  readonly #deliveries: Delivery[] = [];
  #bodyBytes = 0;
  #firstWithBody = 0;
  #returned = 0;
  #waiters: (() => void)[] = [];

  constructor(keptBytes: number) {
    this.#keptBytes = keptBytes;
  }

  get deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }

  add(facts: Omit<Delivery, 'id' | 'isBodyDropped'>): void {
    this.#deliveries.push({ ...facts, id: String(this.#deliveries.length + 1), isBodyDropped: false });
    this.#bodyBytes += facts.raw.length;
    // The newest one is always kept whole: somebody is about to look at it.
    for (let i = this.#firstWithBody; this.#bodyBytes > this.#keptBytes && i < this.#deliveries.length - 1; i += 1) {
      const old = this.#deliveries[i]!;
      this.#bodyBytes -= old.raw.length;
      this.#deliveries[i] = { ...old, raw: Buffer.alloc(0), isBodyDropped: true };
      this.#firstWithBody = i + 1;
    }
    for (const wake of this.#waiters.splice(0)) wake();
  }

  byId(id: string): Delivery | undefined {
    return this.#deliveries.find((one) => one.id === id);
  }

  /** Each delivery is returned once. Real time: this is for whoever watches from outside. */
  async next(timeoutMs: number): Promise<Delivery> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const delivery = this.#deliveries[this.#returned];
      if (delivery) {
        this.#returned += 1;
        return delivery;
      }
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) throw new Error(`no mail arrived within ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}
