import { MailError } from '../core/index.ts';
import { type Disk } from './disk.ts';
import { storing } from './folder.ts';

/** What the spool may hold; read anew at each use, so that a changed setting applies at once. */
export interface SpoolLimits {
  /** Unfinished jobs. */
  readonly maxJobs: number;
  /** Bodies on disk, those of failed jobs included. */
  readonly maxBytes: number;
  /** Kept free for records and notices. */
  readonly reserveBytes: number;
  /** What a message without a declared SIZE may become. */
  readonly maxMessageBytes: number;
  /** Finished jobs remembered. */
  readonly historyJobs: number;
  /** Damaged entries in `corrupt/`; at this number intake is refused. */
  readonly corruptMax: number;
}

/** Room taken by one message on its way in. */
export interface Reservation {
  /** @throws MailError `queue-full` when the spool would hold more than it may */
  take(bytes: number): void;
  release(): void;
}

/** Counts what is stored and what is coming in. */
export class Quota {
  readonly #limits: () => SpoolLimits;
  /** Unfinished jobs. */
  jobs = 0;
  /** Bodies kept. */
  bytes = 0;
  #incoming = 0;
  #incomingBytes = 0;
  /** Bytes that are promised but not yet written. */
  #outstandingBytes = 0;

  constructor(limits: () => SpoolLimits) {
    this.#limits = limits;
  }

  get usage(): { readonly jobs: number; readonly bytes: number } {
    return { jobs: this.jobs + this.#incoming, bytes: this.bytes + this.#incomingBytes };
  }

  get isFull(): boolean {
    const { maxJobs, maxBytes } = this.#limits();
    return this.jobs >= maxJobs || this.bytes >= maxBytes;
  }

  /**
   * Asks the file system for room (F11, F12): refused with less than twice a declared size, and whenever taking the
   * message (at its declared or else its largest size) would leave less than the reserve.
   * @param declaredSizeBytes of a message that is reserved already: two that begin together must not both count on the
   * last free bytes
   * @throws MailError `disk-full`, also without an inode for each of the two files
   */
  async assertSpace(disk: Disk, dir: string, declaredSizeBytes = 0): Promise<void> {
    const { freeBytes, freeInodes } = await storing('asking for free space', () => disk.space(dir));
    const leftBytes = freeBytes - this.#outstandingBytes;
    const neededBytes = Math.max(this.#limits().reserveBytes, declaredSizeBytes);
    if (leftBytes < neededBytes || (freeInodes !== undefined && freeInodes < 2 * Math.max(1, this.#incoming))) {
      const inodes = String(freeInodes ?? 'not counted');
      const message = `${freeBytes} bytes free, ${leftBytes} not spoken for, ${neededBytes} needed; inodes ${inodes}`;
      throw new MailError('disk-full', message);
    }
  }

  /** @throws MailError `queue-full` */
  reserve(declaredSizeBytes: number | undefined): Reservation {
    const { maxJobs, maxBytes, maxMessageBytes } = this.#limits();
    let reserved = declaredSizeBytes ?? 0;
    const { jobs, bytes } = this.usage;
    if (jobs >= maxJobs || bytes + Math.max(reserved, 1) > maxBytes) {
      throw new MailError('queue-full', `spool holds ${jobs} of ${maxJobs} jobs, ${bytes} of ${maxBytes} bytes`);
    }
    let outstanding = declaredSizeBytes ?? maxMessageBytes;
    let taken = 0;
    let isOver = false;
    this.#incoming++;
    this.#incomingBytes += reserved;
    this.#outstandingBytes += outstanding;
    return {
      take: (chunkBytes) => {
        taken += chunkBytes;
        const extra = Math.max(0, taken - reserved);
        if (extra > 0 && this.usage.bytes + extra > this.#limits().maxBytes) {
          throw new MailError('queue-full', 'message does not fit into the spool');
        }
        reserved += extra;
        this.#incomingBytes += extra;
        const written = Math.min(chunkBytes, outstanding);
        outstanding -= written;
        this.#outstandingBytes -= written;
      },
      release: () => {
        if (isOver) return;
        isOver = true;
        this.#incoming--;
        this.#incomingBytes -= reserved;
        this.#outstandingBytes -= outstanding;
      },
    };
  }
}
