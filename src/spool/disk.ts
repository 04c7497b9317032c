import * as fs from 'node:fs';
import { access, mkdir, open, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { holdLock } from './lock.ts';
import { errnoOf } from './storage-error.ts';

/**
 * The few things the spool asks of a file system, so that a test can put one behind it that loses power at any step.
 * Every call rejects with a Node error that has `code` (ENOSPC, EIO, ...).
 */
export interface Disk {
  /** `create`: new file, write only, 0600, EEXIST if there is one. `read`: no links followed, no blocking on a FIFO. */
  open(path: string, mode: 'create' | 'read'): Promise<DiskFile>;
  /** A handle to fsync a folder with. */
  openFolder(path: string): Promise<DiskFolder>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /**
   * Makes a folder, 0700, durably; no error if it is there. Not its parents: a missing parent is a disk that is not
   * mounted, and mail must not land on the root file system instead.
   */
  makeFolder(path: string): Promise<void>;
  /** Names in a folder; `isFile` is false for links, folders, FIFOs, devices, sockets. */
  list(path: string): Promise<readonly { readonly name: string; readonly isFile: boolean }[]>;
  /** Without following a link. */
  facts(path: string): Promise<FileFacts>;
  /** Bytes free for us, and inodes if the file system counts them. */
  space(path: string): Promise<{ readonly freeBytes: number; readonly freeInodes: number | undefined }>;
  /** Rejects with EROFS, EACCES or ENOENT if nothing can be written there. */
  assertWritable(path: string): Promise<void>;
  /**
   * Holds a lock until released or until the process dies.
   * @returns undefined if another process has it; then `holder` says who, as far as it told
   */
  lock(path: string): Promise<{ readonly release: () => Promise<void> } | { readonly holder: string }>;
}

export interface FileFacts {
  readonly isFile: boolean;
  readonly sizeBytes: number;
  readonly isOwn: boolean;
}

export interface DiskFile {
  /** May read less than asked; 0 at the end. */
  read(into: Buffer, atByte: number): Promise<number>;
  /** May write less than given. */
  write(pieces: readonly Buffer[], atByte: number): Promise<number>;
  sync(): Promise<void>;
  facts(): Promise<FileFacts>;
  close(): Promise<void>;
}

export interface DiskFolder {
  sync(): Promise<void>;
  close(): Promise<void>;
}

const fsync = promisify(fs.fsync);
const readLater = promisify(fs.read);
const writeLater = promisify(fs.writev);
/** More bytes than this go through the thread pool: a slow disk may hold them up. */
const mostBytesAtOnce = 128 * 1024;

/**
 * The real one. What only touches the page cache and the folder's index (open, small reads and writes, close) is
 * done at once: it takes microseconds, while each trip through the thread pool costs some hundred of them, and there were
 * twelve between a message's last octet and its 250. What waits for the device (fsync, rename, large pieces) goes through
 * the pool.
 */
export function realDisk(): Disk {
  return {
    open: (path, mode) =>
      now(() => {
        const flags =
          mode === 'create'
            ? fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW
            : fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;
        return new RealFile(fs.openSync(path, flags, 0o600));
      }),
    openFolder: (path) => now(() => new RealFile(fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY))),
    // A rename may wait for the file system's journal.
    rename: promisify(fs.rename),
    // Freeing the blocks of a large file is work for the device.
    unlink: promisify(fs.unlink),
    makeFolder,
    list: async (path) => {
      const entries = await readdir(path, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, isFile: entry.isFile() }));
    },
    facts: (path) => now(() => factsOf(fs.lstatSync(path))),
    space: (path) =>
      now(() => {
        const { bavail, bsize, files, ffree } = fs.statfsSync(path);
        // btrfs and some flash file systems count no inodes and say 0 of 0.
        return { freeBytes: bavail * bsize, freeInodes: files === 0 ? undefined : ffree };
      }),
    assertWritable: (path) => access(path, fs.constants.W_OK | fs.constants.X_OK),
    lock: holdLock,
  };
}

/** Done at once; its error is a rejection like any other. */
function now<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return;
    throw error;
  }
  // Or the first jobs, each fsynced with care, vanish together with the folder they are in.
  const parent = await open(dirname(path), fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

class RealFile implements DiskFile {
  readonly #fd: number;
  #isClosed = false;
  constructor(fd: number) {
    this.#fd = fd;
  }

  async read(into: Buffer, atByte: number): Promise<number> {
    if (into.length <= mostBytesAtOnce) return fs.readSync(this.#fd, into, 0, into.length, atByte);
    return (await readLater(this.#fd, into, 0, into.length, atByte)).bytesRead;
  }

  async write(pieces: readonly Buffer[], atByte: number): Promise<number> {
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (bytes <= mostBytesAtOnce) return fs.writevSync(this.#fd, pieces, atByte);
    return (await writeLater(this.#fd, pieces, atByte)).bytesWritten;
  }

  sync(): Promise<void> {
    return fsync(this.#fd);
  }
  facts(): Promise<FileFacts> {
    return now(() => factsOf(fs.fstatSync(this.#fd)));
  }
  /** A descriptor closed twice could be somebody else's by then. */
  close(): Promise<void> {
    return now(() => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      fs.closeSync(this.#fd);
    });
  }
}

function factsOf(stats: { isFile(): boolean; size: number; uid: number }): FileFacts {
  return { isFile: stats.isFile(), sizeBytes: stats.size, isOwn: stats.uid === (process.geteuid?.() ?? stats.uid) };
}

/** Writes all of it, however little the disk takes at a time (F5). */
export async function writeAll(file: DiskFile, pieces: readonly Buffer[], atByte: number): Promise<number> {
  let rest = pieces.filter((piece) => piece.length > 0);
  let at = atByte;
  while (rest.length > 0) {
    let written = await file.write(rest, at);
    if (written <= 0) throw Object.assign(new Error('disk takes no bytes'), { code: 'EIO' });
    at += written;
    let whole = 0;
    for (let first = rest[0]; first && written >= first.length; first = rest[whole]) {
      written -= first.length;
      whole++;
    }
    rest = rest.slice(whole);
    if (rest[0] && written > 0) rest[0] = rest[0].subarray(written);
  }
  return at;
}

/** Fills the buffer, or as much of it as there is. */
export async function readAll(file: DiskFile, into: Buffer, atByte: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const got = await file.read(into.subarray(done), atByte + done);
    if (got <= 0) break;
    done += got;
  }
  return done;
}
