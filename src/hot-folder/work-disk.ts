/** The file system as the hot folder uses it; a test makes it fail, or stop in the middle. */
import { chmod, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { readIfThere, writeDurably } from '../vault/index.ts';

export interface WorkDisk {
  readonly lstat: (path: string) => ReturnType<typeof lstatBig>;
  readonly list: (path: string) => Promise<string[]>;
  /** With exactly this mode: the agent's umask keeps others out of everything else. */
  readonly mkdir: (path: string, mode: number) => Promise<void>;
  readonly chmod: (path: string, mode: number) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly removeTree: (path: string) => Promise<void>;
  readonly read: (path: string, maxBytes: number) => Promise<Buffer | undefined>;
  /** Durable when it resolves. */
  readonly write: (path: string, data: Buffer) => Promise<void>;
  /** Makes the names in a folder durable. */
  readonly syncFolder: (path: string) => Promise<void>;
}

const lstatBig = (path: string) => lstat(path, { bigint: true });

export const realWorkDisk: WorkDisk = {
  lstat: lstatBig,
  list: (path) => readdir(path),
  mkdir: async (path, mode) => {
    await mkdir(path, { mode });
    await chmod(path, mode);
  },
  chmod,
  rename,
  removeTree: (path) => rm(path, { recursive: true, force: true }),
  read: readIfThere,
  write: writeDurably,
  syncFolder: async (path) => {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};
