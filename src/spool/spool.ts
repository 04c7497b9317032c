import { Readable } from 'node:stream';
import { join } from 'node:path';
import {
  isFinished,
  makeQueueId,
  MailError,
  toMailError,
  type Clock,
  type IncomingJob,
  type JobRecord,
  type JobSink,
  type JobStore,
  type JobSummary,
  type MailLog,
  type QueueId,
  type Random,
  type Service,
} from '../core/index.ts';
import { openBodyFile } from './body.ts';
import { realDisk, type Disk } from './disk.ts';
import { SpoolFolder, storing } from './folder.ts';
import { Health, type SpoolHealth } from './health.ts';
import { IncomingFile } from './incoming.ts';
import { JobTable, type Entry } from './job-table.ts';
import { Quota, type SpoolLimits } from './quota.ts';
import { failedByDamage, summaryOf, unreadableRecord } from './record.ts';
import { Repeats } from './repeats.ts';
import { takeStock } from './start-up.ts';

/** How often a missing or read-only disk is looked at again, and the history is trimmed. Reads only. */
const recheckMs = 30_000;

/** The durable queue: intake puts in, relay takes out. */
export interface Spool extends JobSink, JobStore, Service {
  /** Never fails for a missing disk or key (see `health`). @throws MailError `spool-locked` */
  start(): Promise<void>;
  health(): SpoolHealth;
  /**
   * Called after every change of what `health` answers; after a changed limit, within 30 s. Returns the function that
   * ends it.
   */
  subscribeHealth(listener: () => void): () => void;
  /** The job that a submission with this idempotency key has become; for as long as it is remembered. */
  ownerOf(idempotencyKey: string): QueueId | undefined;
  /** Unfinished jobs with those coming in; bytes of the bodies kept. */
  usage(): { readonly jobs: number; readonly bytes: number };
  /**
   * Deletes a job that waits, is held or has failed; the record stays in the history.
   * @param by the person, for the record
   * @throws MailError `job-busy`, `job-finished`, `job-not-found`, `storage-failed`, `spool-unavailable`
   */
  remove(queueId: QueueId, by: string): Promise<void>;
  /** Decommissioning, after the key is destroyed: stops and removes every file of ours. Idempotent. */
  destroy(): Promise<void>;
}

export interface SpoolOptions {
  /** Made if its parent exists. */
  readonly dir: string;
  /** @throws MailError `key-unavailable`; asked again every 30 s then */
  readonly key: () => Promise<Buffer>;
  readonly limits: () => SpoolLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: MailLog;
  readonly disk?: Disk | undefined;
}

/** Makes the spool; nothing happens before `start`. */
export function createSpool(options: SpoolOptions): Spool {
  return new FileSpool(options);
}

class FileSpool implements Spool {
  readonly #options: SpoolOptions;
  readonly #clock: Clock;
  readonly #log: MailLog;
  readonly #disk: Disk;
  readonly #folder: SpoolFolder;
  readonly #quota: Quota;
  readonly #health: Health;
  readonly #repeats: Repeats;
  readonly #jobs: JobTable;
  readonly #incoming = new Map<QueueId, IncomingFile>();
  #key: Buffer | undefined;
  #lock: { readonly release: () => Promise<void> } | undefined;
  #running: { readonly over: AbortController; watching: Promise<void> } | undefined;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#disk = options.disk ?? realDisk();
    this.#folder = new SpoolFolder(this.#disk, options.dir);
    this.#quota = new Quota(options.limits);
    this.#health = new Health(this.#quota, options.limits, options.log);
    this.#repeats = new Repeats(options.clock);
    this.#jobs = new JobTable(options.clock, this.#quota, this.#repeats, options.log);
  }

  async start(): Promise<void> {
    if (this.#running) return;
    const over = new AbortController();
    this.#running = { over, watching: Promise.resolve() };
    this.#jobs.clear();
    try {
      await this.#open();
    } catch (error) {
      this.#running = undefined;
      throw error;
    }
    this.#running.watching = this.#watch(over.signal);
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    running.over.abort();
    await running.watching;
    await Promise.all([...this.#incoming.values()].map((incoming) => incoming.settle()));
    await Promise.all(this.#jobs.all().map((entry) => entry.tail));
    await this.#close();
    this.#health.stopped();
  }

  health(): SpoolHealth {
    return this.#health.now();
  }
  subscribeHealth(listener: () => void): () => void {
    return this.#health.subscribe(listener);
  }
  ownerOf(idempotencyKey: string): QueueId | undefined {
    return this.#jobs.ownerOf(idempotencyKey);
  }
  usage(): { readonly jobs: number; readonly bytes: number } {
    return this.#quota.usage;
  }

  async begin({ declaredSizeBytes }: { readonly declaredSizeBytes?: number | undefined }): Promise<IncomingJob> {
    this.#health.assertIntake();
    const reservation = this.#quota.reserve(declaredSizeBytes);
    try {
      await this.#quota.assertSpace(this.#disk, this.#folder.jobsDir, declaredSizeBytes);
      if (!this.#running) throw new MailError('stopping', 'spool is stopping');
      const key = this.#assertOpen();
      const incoming = new IncomingFile(
        this.#newId(),
        {
          folder: this.#folder,
          key,
          repeats: this.#repeats,
          ownerOf: (key) => this.#jobs.ownerOf(key),
          nowMs: () => this.#clock.nowMs(),
          committed: (record) => {
            this.#committed(record);
          },
          repeated: (queueId, client) => {
            this.#log.repeated({ queueId, client });
          },
          failed: (error) => {
            this.#health.noteFailure(error);
          },
          ended: ({ queueId }) => {
            this.#incoming.delete(queueId);
          },
        },
        reservation,
      );
      this.#incoming.set(incoming.queueId, incoming);
      return incoming;
    } catch (error) {
      reservation.release();
      const told = toMailError(error);
      this.#health.noteFailure(told);
      throw told;
    }
  }

  list(): readonly JobSummary[] {
    return this.#jobs.summaries();
  }
  summary(queueId: QueueId): JobSummary | undefined {
    return this.#jobs.get(queueId)?.summary;
  }

  async read(queueId: QueueId): Promise<JobRecord> {
    const key = this.#assertOpen();
    const entry = this.#entry(queueId);
    return this.#jobs.inTurn(entry, () => this.#whole(key, entry));
  }

  async update(
    queueId: QueueId,
    change: (record: JobRecord) => JobRecord,
    options: { readonly isDurable?: boolean } = {},
  ): Promise<JobRecord> {
    this.#assertOpen();
    const entry = this.#entry(queueId);
    return this.#jobs.inTurn(entry, () => this.#rewrite(entry, change, options.isDurable ?? true));
  }

  openBody(queueId: QueueId): Readable {
    try {
      const key = this.#assertOpen();
      const { summary, hasBody } = this.#entry(queueId);
      if (!hasBody) throw new MailError('job-finished', `body of ${queueId} is no longer kept`);
      const path = this.#folder.bodyPath(queueId);
      return openBodyFile({ disk: this.#disk, path, key, queueId, bytes: summary.bodyBytes });
    } catch (error) {
      return new Readable({
        read() {
          this.destroy(error as Error);
        },
      });
    }
  }

  async quarantine(queueId: QueueId, why: string): Promise<void> {
    const key = this.#assertOpen();
    const entry = this.#entry(queueId);
    await this.#jobs.inTurn(entry, async () => {
      const record = await this.#whole(key, entry).catch(() => ({ ...unreadableRecord(queueId, 0), ...entry.summary }));
      const failed = failedByDamage(record, why, this.#clock.nowMs());
      await this.#noting(() => this.#folder.moveToCorrupt(key, queueId, failed));
      this.#jobs.dropBody(entry);
      this.#health.corruptCount++;
      this.#log.corrupt({ entry: queueId, why });
      this.#jobs.change(entry, summaryOf(failed));
      this.#health.look();
    });
  }

  async remove(queueId: QueueId, by: string): Promise<void> {
    await this.update(queueId, (record) => {
      if (record.state === 'sending') throw new MailError('job-busy', `${queueId} is being sent`);
      if (record.state === 'accepted' || record.state === 'deleted') {
        throw new MailError('job-finished', `${queueId} is ${record.state}`);
      }
      const { hold: _hold, nextAttemptAtMs: _next, ...rest } = record;
      return { ...rest, state: 'deleted', deletedBy: by, finishedAtMs: this.#clock.nowMs() };
    });
    this.#log.deleted({ queueId, by });
  }

  subscribe(listener: (job: JobSummary) => void): () => void {
    return this.#jobs.subscribe(listener);
  }

  async destroy(): Promise<void> {
    await this.stop();
    await this.#folder.prepare();
    await this.#takeLock();
    try {
      await this.#folder.removeAll();
    } finally {
      await this.#close();
    }
    this.#jobs.clear();
  }

  /** Opens or re-opens; what hinders it is kept for `health`, only a foreign lock at start is an error. */
  async #open(): Promise<void> {
    try {
      await this.#folder.prepare();
      await this.#takeLock();
      const key = await this.#options.key();
      const before = this.#jobs.all();
      const found: Entry[] = [];
      const { queueIds, passedOver } = await takeStock({
        folder: this.#folder,
        key,
        log: this.#log,
        nowMs: this.#clock.nowMs(),
        known: (queueId) => this.#jobs.get(queueId) !== undefined || this.#incoming.has(queueId),
        visit: ({ record, hasBody }) => {
          found.push(this.#jobs.entryOf(record, hasBody));
        },
      });
      for (const entry of found.sort((a, b) => (a.queueId < b.queueId ? -1 : 1))) this.#jobs.add(entry);
      // Only those from before: a commit may have added one since the folder was listed.
      for (const entry of before) {
        if (queueIds.has(entry.queueId)) continue;
        this.#log.warn('a job is no longer in the spool folder', { queueId: entry.queueId });
        this.#jobs.forget(entry);
      }
      this.#key = key;
      this.#health.opened((await this.#folder.corruptIds()).size, passedOver);
      this.#prune();
      // A disk or key that came back brings jobs nobody has heard of; the relay sleeps until it is told of one.
      for (const entry of found) if (this.#jobs.get(entry.queueId) === entry) this.#jobs.emit(entry.summary);
    } catch (error) {
      await this.#close();
      const told = toMailError(error);
      this.#health.closed(told);
      if (told.code === 'spool-locked') throw told;
    }
  }

  async #takeLock(): Promise<void> {
    if (this.#lock) return;
    const held = await storing('locking the spool', () => this.#disk.lock(join(this.#options.dir, 'lock')));
    if ('holder' in held) {
      const { holder } = held;
      throw new MailError('spool-locked', `spool is in use by ${holder}`, { details: { holder } });
    }
    this.#lock = held;
  }

  async #close(): Promise<void> {
    this.#key = undefined;
    await this.#folder.close();
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#clock.sleep(recheckMs, { signal });
      } catch {
        return;
      }
      try {
        if (this.#key && !this.#health.isClosed) {
          await this.#folder.assertWritable();
          if (this.#health.isDiskFull) {
            await this.#quota.assertSpace(this.#disk, this.#folder.jobsDir, 0);
            this.#health.noteSpace();
          }
          this.#prune();
        } else {
          await this.#close();
          await this.#open();
        }
      } catch (error) {
        this.#health.noteFailure(toMailError(error));
      }
      this.#health.look();
    }
  }

  /** @throws MailError `spool-unavailable` */
  #assertOpen(): Buffer {
    this.#health.assertOpen();
    if (!this.#key) throw new MailError('spool-unavailable', 'spool is not started', { details: { why: 'stopped' } });
    return this.#key;
  }

  #entry(queueId: QueueId): Entry {
    const entry = this.#jobs.get(queueId);
    if (!entry) throw new MailError('job-not-found', `no job ${queueId}`);
    return entry;
  }

  #newId(): QueueId {
    for (let tries = 0; tries < 100; tries++) {
      const queueId = makeQueueId(this.#clock.nowMs(), this.#options.random);
      if (this.#jobs.get(queueId) === undefined && !this.#incoming.has(queueId)) return queueId;
    }
    throw new MailError('internal', 'the random source repeats itself');
  }

  /** The record: header blocks from disk, everything else from memory, which is never older (F22). */
  async #whole(key: Buffer, entry: Entry): Promise<JobRecord> {
    const stored = await this.#noting(() => this.#folder.readRecord(key, entry.queueId));
    const { version, headerBlock, frozenSender, fingerprint } = stored;
    return { ...entry.summary, version, headerBlock, fingerprint, ...(frozenSender && { frozenSender }) };
  }

  async #rewrite(entry: Entry, change: (record: JobRecord) => JobRecord, isDurable: boolean): Promise<JobRecord> {
    const key = this.#assertOpen();
    const before = await this.#whole(key, entry);
    let after = change(before);
    if (after === before) return before;
    if (isFinished(before.state) && !isFinished(after.state) && !entry.hasBody) {
      throw new MailError('job-finished', `${before.queueId} is over and its body is gone`);
    }
    if (isFinished(after.state)) after = { ...after, finishedAtMs: after.finishedAtMs ?? this.#clock.nowMs() };
    // Memory holds no header blocks, and bytes that were frozen must stay frozen over a power cut (F9).
    const mustBeDurable =
      isFinished(after.state) || after.headerBlock !== before.headerBlock || after.frozenSender !== before.frozenSender;
    if (isDurable || mustBeDurable) {
      await this.#noting(() => this.#folder.replaceRecord(key, after));
      this.#health.noteSuccess();
    }
    // Failed bodies stay a day for "try again"; others go now that the record says why (C7, C8).
    if (after.state === 'accepted' || after.state === 'deleted') {
      if (entry.hasBody) await this.#folder.discard(this.#folder.bodyPath(after.queueId));
      this.#jobs.dropBody(entry);
    }
    this.#jobs.change(entry, summaryOf(after));
    if (isFinished(after.state)) this.#prune();
    this.#health.look();
    return after;
  }

  #committed(record: JobRecord): void {
    this.#health.noteSuccess();
    this.#health.noteSpace();
    const entry = this.#jobs.entryOf(record, true);
    this.#jobs.add(entry);
    // The client hears its 250 first: the log line and the relay's first look at the job take longer than the way to disk.
    setImmediate(() => {
      this.#log.queued({
        queueId: record.queueId,
        client: record.client,
        door: record.door,
        reversePath: record.reversePath,
        recipients: record.recipients.length,
        sizeBytes: record.headerBlock.length + 2 + record.bodyBytes,
        messageId: record.messageId,
      });
      if (this.#jobs.get(entry.queueId) === entry) this.#jobs.emit(entry.summary);
    });
    this.#health.look();
  }

  /** Trims history and bodies of long failed jobs. No fsync: what a power cut brings back is trimmed again. */
  #prune(): void {
    const { bodies, records } = this.#jobs.expired(this.#options.limits().historyJobs);
    for (const entry of bodies) {
      void this.#jobs.inTurn(entry, async () => {
        // In its turn: a person may have sent it on its way again just now.
        if (!isFinished(entry.summary.state)) return;
        this.#jobs.dropBody(entry);
        this.#health.look();
        await this.#folder.discard(this.#folder.bodyPath(entry.queueId));
      });
    }
    for (const entry of records) {
      this.#jobs.forget(entry);
      void this.#jobs.inTurn(entry, () => this.#folder.discard(this.#folder.recordPath(entry.queueId)));
    }
  }

  async #noting<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#health.noteFailure(toMailError(error));
      throw error;
    }
  }
}
