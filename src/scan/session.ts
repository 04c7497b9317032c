import type { Clock, QueueId, ScanState } from '../core/index.ts';
import type { DocumentPage, PageImage } from './page-image.ts';
import type { ScanRequest } from './source.ts';

/** A page of a session. */
export interface SessionPage {
  readonly n: number;
  readonly image: PageImage | DocumentPage;
  /** For a document: its own name. */
  readonly name?: string | undefined;
  /** What was asked for; the image may know better. */
  readonly dpi: number;
}

/** One scan, as long as it is remembered. */
export class Session {
  readonly id: string;
  readonly scannerId: string;
  readonly dir: string;
  readonly pages: SessionPage[] = [];
  state: ScanState | 'submitting' = 'scanning';
  trouble: string | undefined;
  queueId: QueueId | undefined;
  request: ScanRequest | undefined;
  /** Number of the next page file; never used twice. */
  nextN = 1;
  stopScanning: AbortController | undefined;
  /** Settled when no page comes in any more. */
  scanning: Promise<void> = Promise.resolve();
  /** Ends the wait for the end of idleness. */
  readonly ending = new AbortController();
  readonly #nowMs: () => number;
  #touchedAtMs: number;

  constructor(id: string, scannerId: string, dir: string, nowMs: () => number) {
    this.id = id;
    this.scannerId = scannerId;
    this.dir = dir;
    this.#nowMs = nowMs;
    this.#touchedAtMs = nowMs();
  }

  /** Somebody is there. */
  touch(): void {
    this.#touchedAtMs = this.#nowMs();
  }

  isAtWork(): boolean {
    return this.state === 'scanning' || this.state === 'submitting';
  }

  isOver(): boolean {
    return this.state === 'cancelled' || this.state === 'submitted';
  }

  bytes(): number {
    return this.pages.reduce((sum, { image }) => sum + image.sizeBytes, 0);
  }

  /** @returns true once nobody has touched it for so long; false if it ended before */
  async idle(clock: Clock, idleMs: number): Promise<boolean> {
    for (;;) {
      const leftMs = this.#touchedAtMs + idleMs - this.#nowMs();
      if (leftMs <= 0 && !this.isAtWork()) return true;
      try {
        // While pages come in, or go out, nobody needs to touch anything.
        await clock.sleep(Math.max(leftMs, 1_000), { signal: this.ending.signal });
      } catch {
        return false;
      }
    }
  }
}
