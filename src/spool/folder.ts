import { join } from 'node:path';
import { MailError, type JobRecord, type QueueId } from '../core/index.ts';
import { readAll, writeAll, type Disk, type DiskFile } from './disk.ts';
import { FolderSync } from './folder-sync.ts';
import { decodeRecord, encodeRecord, maxRecordBytes } from './record.ts';
import { errnoOf, toStorageError } from './storage-error.ts';

/**
 * The spool's files, and the only place that knows the order in which they may change. Nothing here keeps state of jobs.
 * All methods reject with MailError.
 */
export class SpoolFolder {
  readonly disk: Disk;
  readonly dir: string;
  readonly jobsDir: string;
  readonly corruptDir: string;
  readonly #jobs: FolderSync;
  readonly #corrupt: FolderSync;

  constructor(disk: Disk, dir: string) {
    this.disk = disk;
    this.dir = dir;
    this.jobsDir = join(dir, 'jobs');
    this.corruptDir = join(dir, 'corrupt');
    this.#jobs = new FolderSync(disk, this.jobsDir);
    this.#corrupt = new FolderSync(disk, this.corruptDir);
  }

  bodyPath(queueId: QueueId): string {
    return join(this.jobsDir, `${queueId}.msg`);
  }
  recordPath(queueId: QueueId): string {
    return join(this.jobsDir, `${queueId}.env`);
  }

  /** Makes what is missing and sees whether it can be written. */
  async prepare(): Promise<void> {
    await storing('preparing the spool', async () => {
      await this.disk.makeFolder(this.dir);
      await this.disk.makeFolder(this.jobsDir);
      await this.disk.makeFolder(this.corruptDir);
      await this.disk.assertWritable(this.jobsDir);
    });
  }

  assertWritable(): Promise<void> {
    return storing('looking at the spool', () => this.disk.assertWritable(this.jobsDir));
  }

  /** Failed fsyncs of `jobs/`: names made before one of them are not to be relied on (F4). */
  get failedSyncs(): number {
    return this.#jobs.failures;
  }

  syncJobs(): Promise<void> {
    return storing('fsync of the spool', () => this.#jobs.sync());
  }

  /** Removes every file of ours, durably; foreign things stay. */
  async removeAll(): Promise<void> {
    await storing('removing the spool', async () => {
      for (const dir of [this.jobsDir, this.corruptDir]) {
        for (const { name, isFile } of await this.disk.list(dir)) {
          if (isFile && /\.(msg|env|env\.tmp)$/.test(name)) await this.disk.unlink(join(dir, name));
        }
      }
      await this.#jobs.sync();
      await this.#corrupt.sync();
    });
  }

  async close(): Promise<void> {
    await this.#jobs.close().catch(() => undefined);
    await this.#corrupt.close().catch(() => undefined);
  }

  /**
   * Reads `ID.env`.
   * @throws MailError `storage-failed` (damaged, missing), `spool-unavailable`
   */
  async readRecord(key: Buffer, queueId: QueueId): Promise<JobRecord> {
    return decodeRecord(key, queueId, await this.readSealed(queueId));
  }

  async readSealed(queueId: QueueId): Promise<Buffer> {
    let file: DiskFile | undefined;
    try {
      file = await this.disk.open(this.recordPath(queueId), 'read');
      const facts = await file.facts();
      if (!facts.isFile || !facts.isOwn || facts.sizeBytes > maxRecordBytes) {
        throw new MailError('storage-failed', `record of ${queueId} is not a file of ours`);
      }
      const sealed = Buffer.allocUnsafe(facts.sizeBytes);
      return sealed.subarray(0, await readAll(file, sealed, 0));
    } catch (error) {
      const told = toStorageError(error, `reading record of ${queueId}`);
      if (told.details['errno'] !== 'ENOENT') throw told;
      throw new MailError('storage-failed', `record of ${queueId} is missing`, { cause: error });
    } finally {
      await file?.close().catch(() => undefined);
    }
  }

  /** First half of a record's change: `ID.env.tmp`, written and fsynced, not yet visible. */
  stageRecord(key: Buffer, record: JobRecord): Promise<void> {
    const path = `${this.recordPath(record.queueId)}.tmp`;
    return storing(`writing record of ${record.queueId}`, () => this.#writeNew(path, encodeRecord(key, record)));
  }

  /** Second half: the record takes effect; durable when this resolves. */
  async publishRecord(queueId: QueueId): Promise<void> {
    const path = this.recordPath(queueId);
    await storing(`renaming record of ${queueId}`, () => this.disk.rename(`${path}.tmp`, path));
    await this.syncJobs();
  }

  /** Both halves: two fsyncs. The old record stays if anything fails before the rename. */
  async replaceRecord(key: Buffer, record: JobRecord): Promise<void> {
    try {
      await this.stageRecord(key, record);
      await this.publishRecord(record.queueId);
    } catch (error) {
      await this.discard(`${this.recordPath(record.queueId)}.tmp`);
      throw error;
    }
  }

  /** Removes a file if it is there, without fsync: if it comes back after a power cut, start-up knows what it is. */
  async discard(path: string): Promise<void> {
    await this.disk.unlink(path).catch(() => undefined);
  }

  /** @returns queue ids in `corrupt/` */
  async corruptIds(): Promise<Set<string>> {
    const entries = await storing('listing corrupt/', () => this.disk.list(this.corruptDir));
    return new Set(entries.filter((entry) => entry.isFile).map((entry) => entry.name.replace(/\..*$/, '')));
  }

  /**
   * Puts a damaged job into `corrupt/`. In this order, each step durable before the next, so that whatever a power cut
   * leaves is found as damaged again and never as an orphan to be deleted: body moved, record copied, record replaced
   * by `instead` (or removed).
   */
  async moveToCorrupt(key: Buffer, queueId: QueueId, instead: JobRecord | undefined): Promise<void> {
    await storing(`moving ${queueId} to corrupt/`, async () => {
      const recordAside = join(this.corruptDir, `${queueId}.env`);
      await this.#renameIfThere(this.bodyPath(queueId), join(this.corruptDir, `${queueId}.msg`));
      await this.#corrupt.sync();
      await this.#jobs.sync();
      const sealed = await this.readSealed(queueId).catch(() => undefined);
      if (sealed) {
        await this.#writeNew(recordAside, sealed);
        await this.#corrupt.sync();
      }
      if (instead) {
        await this.replaceRecord(key, instead);
        return;
      }
      await this.discard(this.recordPath(queueId));
      await this.#jobs.sync();
    });
  }

  async #renameIfThere(from: string, to: string): Promise<void> {
    try {
      await this.disk.rename(from, to);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }

  /** A new file every time: one whose fsync failed once is never trusted again (F4). */
  async #writeNew(path: string, data: Buffer): Promise<void> {
    const file = await this.#create(path);
    try {
      await writeAll(file, [data], 0);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #create(path: string): Promise<DiskFile> {
    try {
      return await this.disk.open(path, 'create');
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    await this.disk.unlink(path);
    return this.disk.open(path, 'create');
  }
}

/** Runs disk work and names its errors. */
export async function storing<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStorageError(error, doing);
  }
}
