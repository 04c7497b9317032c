/** The files beside the settings: last good copy, damaged copies, backups. All 0600, in a folder only the agent enters. */
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError } from '../core/index.ts';
import { largestSettingsBytes } from './settings-json.ts';

export const confName = 'settings';
export const settingsFile = `${confName}.json`;
export const lastGoodFile = `${confName}.last-good.json`;
/** Outcome of the last check; see checked-settings.ts. */
export const checkedFile = `${confName}.checked.json`;
const damagedName = /^settings\.damaged-[0-9TZ]+\.json$/;
const leftover = /^settings(\.[a-z0-9-]+)?\.json\.tmp/i;
const ownName = /^settings(\.last-good|\.checked|\.v\d+|\.damaged-[0-9TZ]+)?\.json$/;
/** Damaged copies kept; each is at most 1 MiB. */
const damagedMost = 5;

/** Which trouble a failing file system is; disk-full and storage-failed are retried by a person, never by us. */
export function storageError(what: string, cause: unknown): MailError {
  const code = errnoOf(cause);
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new MailError(isFull ? 'disk-full' : 'storage-failed', `${what}: ${code ?? 'failed'}`, { cause });
}

/** `ENOSPC` and the like; undefined for an error that is not the file system's. */
export function errnoOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

export class SettingsFolder {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Makes the folder (0700) if it is not there, and clears what a power cut left of half-written files. */
  async prepare(): Promise<void> {
    const made = await mkdir(this.dir, { recursive: true, mode: 0o700 });
    // umask may have taken bits away, never added some; but parents made on the way are not ours to open.
    if (made !== undefined) await chmod(this.dir, 0o700);
    for (const name of await readdir(this.dir)) if (leftover.test(name)) await this.#remove(name);
  }

  /**
   * @returns undefined if there is no such file
   * @throws MailError `storage-failed`; `settings-invalid` if it is no plain file or too large
   */
  async read(name: string): Promise<string | undefined> {
    const path = join(this.dir, name);
    try {
      const facts = await stat(path);
      if (!facts.isFile() || facts.size > largestSettingsBytes) {
        throw new MailError('settings-invalid', 'It is no plain file of at most 1 MiB.');
      }
      return await readFile(path, 'utf8');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error instanceof MailError ? error : storageError(`${name} cannot be read`, error);
    }
  }

  /** Replaces a file durably: temporary file, fsync, rename, fsync folder. @throws MailError `storage-failed`, `disk-full` */
  async write(name: string, text: string): Promise<void> {
    const path = join(this.dir, name);
    try {
      const file = await open(`${path}.tmp`, 'w', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.tmp`, path);
      await this.#syncFile('.');
    } catch (error) {
      throw storageError(`${name} cannot be written`, error);
    }
  }

  /** After conf's rename: the folder entry must survive a power cut too (T28). @throws MailError `storage-failed` */
  async sync(name: string): Promise<void> {
    try {
      await this.#syncFile(name);
      await this.#syncFile('.');
    } catch (error) {
      throw storageError(`${name} cannot be made durable`, error);
    }
  }

  async #remove(name: string): Promise<void> {
    await rm(join(this.dir, name), { force: true });
  }

  /** Keeps a copy of damaged text, unless the same is kept already; the oldest of more than five go. */
  async keepDamaged(text: string, nowMs: number): Promise<void> {
    const kept = await this.#damaged();
    for (const name of kept) if ((await this.read(name)) === text) return;
    const name = `settings.damaged-${new Date(nowMs).toISOString().replace(/[-:.]/g, '')}.json`;
    await this.write(name, text);
    const old = kept.filter((one) => one !== name);
    for (const surplus of old.slice(0, Math.max(0, old.length + 1 - damagedMost))) await this.#remove(surplus);
  }

  /** Makes room for a new settings file; the one that is there is kept as damaged. @throws MailError as `write` */
  async setAside(nowMs: number): Promise<void> {
    const text = await this.read(settingsFile);
    if (text === undefined) return;
    await this.keepDamaged(text, nowMs);
    await this.#remove(settingsFile);
  }

  /** Removes everything that is ours; other files stay. */
  async clear(): Promise<void> {
    for (const name of await readdir(this.dir)) if (ownName.test(name) || leftover.test(name)) await this.#remove(name);
    await this.sync('.');
  }

  async #damaged(): Promise<string[]> {
    return (await readdir(this.dir)).filter((name) => damagedName.test(name)).sort();
  }

  async #syncFile(name: string): Promise<void> {
    const file = await open(join(this.dir, name), 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}
