import type { Clock } from '../core/index.ts';

/** Wakes a sleeping loop. A ring while nobody sleeps is kept for the next sleep, so that no event is missed. */
export class Bell {
  #hasRung = false;
  #nap: AbortController | undefined;

  ring(): void {
    this.#hasRung = true;
    this.#nap?.abort('rung');
  }

  /** Returns after `waitMs`, after a ring, or when `signal` aborts; never throws. Infinity waits for a ring only. */
  async sleep(clock: Clock, waitMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#hasRung && !signal.aborted) {
      const nap = new AbortController();
      const end = () => {
        nap.abort('over');
      };
      signal.addEventListener('abort', end, { once: true });
      this.#nap = nap;
      await clock.sleep(Math.min(waitMs, 3_600_000), { signal: nap.signal }).catch(() => undefined);
      this.#nap = undefined;
      signal.removeEventListener('abort', end);
    }
    // One turn of the event loop later: a client hears its 250 before we begin to send, and rings of one moment count once.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    this.#hasRung = false;
  }
}
