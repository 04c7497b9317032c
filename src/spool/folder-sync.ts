import { type Disk, type DiskFolder } from './disk.ts';

/**
 * fsync of one folder, shared: an fsync that begins after a rename makes that rename durable, so every commit that waits
 * while one is running is served together by the next. Twenty commits at once cost two folder fsyncs, not twenty.
 */
export class FolderSync {
  readonly #disk: Disk;
  readonly #path: string;
  #folder: DiskFolder | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  /** Failed fsyncs so far. A name made before a failure may be lost even if a later fsync succeeds. */
  failures = 0;

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  /** Resolves when everything done in the folder before this call is durable. */
  sync(): Promise<void> {
    // One that waits has not begun yet, so it will cover this caller too.
    if (this.#next) return this.#next;
    if (!this.#running) return this.#begin();
    this.#next = this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#begin();
      });
    return this.#next;
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => undefined);
    await this.#running?.catch(() => undefined);
    const folder = this.#folder;
    this.#folder = undefined;
    await folder?.close();
  }

  #begin(): Promise<void> {
    const running = this.#fsync().finally(() => {
      this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #fsync(): Promise<void> {
    this.#folder ??= await this.#disk.openFolder(this.#path);
    try {
      await this.#folder.sync();
    } catch (error) {
      // After a failed fsync the kernel may call the lost pages clean: a second fsync on this handle would lie (F4).
      this.failures++;
      const folder = this.#folder;
      this.#folder = undefined;
      await folder.close().catch(() => undefined);
      throw error;
    }
  }
}
