/** The number `{counter}` stands for. */
import { MailError } from '../core/index.ts';

/** Where the number is kept: one small file, replaced durably. */
export interface CounterFile {
  /** undefined if there is none. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/** Numbers taken from the file at once: one write for so many scans. */
const blockSize = 50;

/**
 * A number that grows and is never given twice, 1 at first. It is not one for each scan: after a restart it goes on at
 * the next block of 50, because a write for every scan would wear the flash for the sake of a name.
 */
export class Counter {
  readonly #file: CounterFile;
  #next = 0;
  #end = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(file: CounterFile) {
    this.#file = file;
  }

  /** @throws MailError `storage-failed` if the next block cannot be reserved */
  next(): Promise<number> {
    const mine = this.#turn.then(() => this.#take());
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #take(): Promise<number> {
    if (this.#next >= this.#end) {
      try {
        const kept = Number((await this.#file.read()) ?? '1');
        const start = Math.max(Number.isSafeInteger(kept) && kept > 0 ? kept : 1, this.#end);
        await this.#file.write(String(start + blockSize));
        this.#next = start;
        this.#end = start + blockSize;
      } catch (cause) {
        throw new MailError('storage-failed', 'the counter of file names cannot be kept', { cause });
      }
    }
    return this.#next++;
  }
}
