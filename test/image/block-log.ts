/**
 * What reached a disk, in order: the log of QEMU's blklogwrites filter, and the disk as it would be after a power cut at any
 * point of it. The format is the Linux kernel's (Documentation/admin-guide/device-mapper/log-writes.rst).
 */
import { constants } from 'node:fs';
import { copyFile, open, type FileHandle } from 'node:fs/promises';

const magic = 0x6a736677736872n;
const flush = 1n;
const discard = 4n;

interface LogEntry {
  readonly sector: number;
  readonly sectors: number;
  readonly isFlush: boolean;
  /** Where its octets are in the log; undefined: it has none. */
  readonly at: number | undefined;
}

export interface BlockLog {
  readonly sectorBytes: number;
  readonly entries: readonly LogEntry[];
}

/** How many entries are complete so far; may be asked while the machine runs. */
export async function entriesSoFar(path: string): Promise<number> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(32), 0, 32, 0);
    return Number(buffer.readBigUInt64LE(16));
  } finally {
    await file.close();
  }
}

/** @throws Error if this is no such log */
export async function readBlockLog(path: string): Promise<BlockLog> {
  const file = await open(path);
  try {
    const head = (await file.read(Buffer.alloc(32), 0, 32, 0)).buffer;
    if (head.readBigUInt64LE(0) !== magic) throw new Error(`${path} is no block log`);
    const count = Number(head.readBigUInt64LE(16));
    const sectorBytes = head.readUInt32LE(24);
    const entries: LogEntry[] = [];
    let at = sectorBytes;
    while (entries.length < count) {
      const { buffer } = await file.read(Buffer.alloc(32), 0, 32, at);
      const sectors = Number(buffer.readBigUInt64LE(8));
      const flags = buffer.readBigUInt64LE(16);
      at += sectorBytes;
      const hasData = (flags & discard) === 0n && sectors > 0;
      entries.push({
        sector: Number(buffer.readBigUInt64LE(0)),
        sectors,
        isFlush: (flags & flush) !== 0n,
        at: hasData ? at : undefined,
      });
      if (hasData) at += sectors * sectorBytes;
    }
    return { sectorBytes, entries };
  } finally {
    await file.close();
  }
}

/**
 * What a power cut does to what was written after the last flush: all of it had reached the medium, none, or whatever the
 * drive's cache had got round to.
 */
export type Fate = 'kept' | 'dropped' | 'mixed';

/** Makes disks as they are after power cuts; the points must be asked for in ascending order. */
export class CrashedDisks {
  readonly #log: BlockLog;
  readonly #logPath: string;
  /** The disk as of the last flush before the present point. */
  readonly #durable: string;
  #applied = 0;

  private constructor(log: BlockLog, logPath: string, durable: string) {
    this.#log = log;
    this.#logPath = logPath;
    this.#durable = durable;
  }

  /** @param before the disk as it was when the log began; copied */
  static async from(before: string, logPath: string): Promise<CrashedDisks> {
    const durable = `${logPath}.durable`;
    await copyFile(before, durable, constants.COPYFILE_FICLONE);
    return new CrashedDisks(await readBlockLog(logPath), logPath, durable);
  }

  get entries(): number {
    return this.#log.entries.length;
  }

  /** Writes the disk after a cut behind `point` entries. @param random in [0, 1), for `mixed` */
  async write(path: string, point: number, fate: Fate, random: () => number): Promise<void> {
    const { entries } = this.#log;
    let flushed = this.#applied;
    for (let index = this.#applied; index < point; index += 1)
      if (entries[index]?.isFlush === true) flushed = index + 1;
    await this.#apply(this.#durable, entries.slice(this.#applied, flushed));
    this.#applied = flushed;
    await copyFile(this.#durable, path, constants.COPYFILE_FICLONE);
    const pending = entries.slice(flushed, point);
    await this.#apply(path, fate === 'kept' ? pending : pending.filter(() => fate === 'mixed' && random() < 0.5));
  }

  async #apply(path: string, entries: readonly LogEntry[]): Promise<void> {
    const { sectorBytes } = this.#log;
    const log: FileHandle = await open(this.#logPath);
    const disk: FileHandle = await open(path, 'r+');
    try {
      for (const { sector, sectors, at } of entries) {
        if (at === undefined) continue;
        const { buffer } = await log.read(Buffer.alloc(sectors * sectorBytes), 0, sectors * sectorBytes, at);
        await disk.write(buffer, 0, buffer.length, sector * sectorBytes);
      }
    } finally {
      await log.close();
      await disk.close();
    }
  }
}
