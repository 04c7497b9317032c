import { constants } from 'node:fs';
import { open, rename, rm, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a small file so that a power cut leaves the old or the new one, never a torn or empty one: temporary file
 * (0600), fsync, rename, fsync of the directory.
 */
export async function writeDurably(path: string, data: Buffer): Promise<void> {
  const temporary = `${path}.tmp`;
  await rm(temporary, { force: true });
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = await open(temporary, flags, 0o600);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(path));
}

/**
 * Reads a small regular file without following a link and without blocking on a FIFO.
 * @returns undefined if nothing of that name is there
 */
export async function readIfThere(path: string, maxBytes: number): Promise<Buffer | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const facts = await file.stat();
    if (!facts.isFile() || facts.size > maxBytes) throw new Error('not a regular file of the expected size');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * Overwrites with zeros, then removes. On flash the old cells may survive the overwriting (wear levelling); that is why
 * the key, not the record, is what decommissioning relies on.
 */
export async function wipeDurably(path: string): Promise<void> {
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = await file.stat();
      await file.write(Buffer.alloc(size), 0, size, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return;
  }
  await syncDirectory(dirname(path));
}

/** A new name is on the disk when its folder is. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** True for "there is no such file or folder". */
export function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
