/** The file system as the hot folder uses it; a test makes it fail, or stop in the middle. */
import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, syncDirectory, writeDurably } from '../vault/index.ts';

/** A folder that stays the same one, whatever its name leads to meanwhile. */
export interface HeldFolder {
  readonly handle: FileHandle;
  /** Leads to the open folder. */
  readonly path: string;
  close(): Promise<void>;
}

export interface WorkDisk {
  readonly lstat: (path: string) => ReturnType<typeof lstatBig>;
  readonly list: (path: string) => Promise<string[]>;
  readonly hold: (path: string) => Promise<HeldFolder>;
  /** With exactly this mode: the agent's umask keeps others out of everything else. */
  readonly mkdir: (path: string, mode: number) => Promise<void>;
  readonly chmod: (path: string, mode: number) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Removes a folder that holds nothing but these names, files or empty folders. Throws if it holds more. */
  readonly removeKnown: (path: string, names: readonly string[]) => Promise<void>;
  readonly removeTree: (path: string) => Promise<void>;
  readonly read: (path: string, maxBytes: number) => Promise<Buffer | undefined>;
  /** Durable when it resolves. */
  readonly write: (path: string, data: Buffer) => Promise<void>;
  /** Makes the names in a folder durable. */
  readonly syncFolder: (path: string) => Promise<void>;
}

const lstatBig = (path: string) => lstat(path, { bigint: true });
/** Of a tree that is removed; each level holds a descriptor. */
const deepest = 32;

export const realWorkDisk: WorkDisk = {
  lstat: lstatBig,
  list: (path) => readdir(path),
  hold: (path) => holdFolder(path),
  mkdir: async (path, mode) => {
    await mkdir(path, { mode });
    await chmod(path, mode);
  },
  chmod,
  rename,
  removeKnown: async (path, names) => {
    for (const name of names) {
      const isFolder = await removeName(join(path, name));
      if (isFolder) await rmdir(join(path, name));
    }
    await rmdir(path);
  },
  removeTree: (path) => removeTree(Buffer.from(path)),
  read: readIfThere,
  write: writeDurably,
  syncFolder: syncDirectory,
};

/**
 * Opens a folder, so that it can be judged and used as the same one.
 * @param options.isLinkFollowed the administrator's own setting may be a link; nothing else may
 */
export async function holdFolder(path: string, options: { isLinkFollowed?: boolean } = {}): Promise<HeldFolder> {
  const follow = options.isLinkFollowed === true ? 0 : constants.O_NOFOLLOW;
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | follow);
  return { handle, path: `/proc/self/fd/${String(handle.fd)}`, close: () => handle.close() };
}

/** Node's own `rm` goes by path: a folder that is swapped for a link while it looks would be emptied at the link's end. */
async function removeTree(path: Buffer, depth = 0): Promise<void> {
  const isFolder = await removeName(path);
  if (!isFolder) return;
  if (depth > deepest) throw new Error(`folders are nested more than ${String(deepest)} deep`);
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const held = `/proc/self/fd/${String(handle.fd)}/`;
    for (const name of await readdir(held, { encoding: 'buffer' }))
      await removeTree(Buffer.concat([Buffer.from(held), name]), depth + 1);
  } finally {
    await handle.close();
  }
  await rmdir(path);
}

/** Removes a file, or a link itself. @returns true if it is a folder, which stays */
async function removeName(path: string | Buffer): Promise<boolean> {
  try {
    await unlink(path);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === 'EISDIR' || code === 'EPERM') return true;
    if (code !== 'ENOENT') throw error;
  }
  return false;
}
