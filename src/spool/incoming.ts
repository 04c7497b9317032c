import { once } from 'node:events';
import { type Writable } from 'node:stream';
import { MailError, type IncomingJob, type JobFacts, type JobRecord, type QueueId } from '../core/index.ts';
import { BodyWriter } from './body.ts';
import { type SpoolFolder } from './folder.ts';
import { type Reservation } from './quota.ts';
import { fingerprintOf, newRecord } from './record.ts';
import { type Repeats } from './repeats.ts';
import { errnoOf, toStorageError } from './storage-error.ts';

/** What a message on its way in needs of the spool. */
export interface IncomingHost {
  readonly folder: SpoolFolder;
  readonly key: Buffer;
  readonly repeats: Repeats;
  /** The job with that idempotency key, however it ended. */
  ownerOf(idempotencyKey: string): QueueId | undefined;
  nowMs(): number;
  /** The job is durable; called before anyone is told. */
  committed(record: JobRecord): void;
  repeated(queueId: QueueId, client: string): void;
  failed(error: MailError): void;
  /** Nothing of this message is under way any more. */
  ended(incoming: IncomingFile): void;
}

/** One message on its way to disk. */
export class IncomingFile implements IncomingJob {
  readonly queueId: QueueId;
  readonly #host: IncomingHost;
  readonly #reservation: Reservation;
  readonly #writer: BodyWriter;
  #isClaimed = false;
  #isRecordRenamed = false;
  /** Taken before the body's file gets its name. */
  readonly #failedSyncsBefore: number;
  readonly #over = new AbortController();

  constructor(queueId: QueueId, host: IncomingHost, reservation: Reservation) {
    this.queueId = queueId;
    this.#host = host;
    this.#reservation = reservation;
    this.#failedSyncsBefore = host.folder.failedSyncs;
    this.#writer = new BodyWriter({
      disk: host.folder.disk,
      path: host.folder.bodyPath(queueId),
      key: host.key,
      queueId,
      take: (bytes) => {
        reservation.take(bytes);
      },
      onFailed: (error) => {
        host.failed(error);
      },
    });
  }

  get body(): Writable {
    return this.#writer.stream;
  }

  /** For `stop`: gives up unless the whole body is here, and waits until this message is stored or gone. */
  async settle(): Promise<void> {
    if (!this.#isClaimed) return this.abort();
    if (!this.body.writableFinished) this.body.destroy();
    if (!this.#over.signal.aborted) await once(this.#over.signal, 'abort');
  }

  async commit(facts: JobFacts): Promise<{ readonly kind: 'queued' | 'repeated'; readonly queueId: QueueId }> {
    if (this.#isClaimed) throw new MailError('internal', `${this.queueId} was committed or aborted before`);
    this.#isClaimed = true;
    const host = this.#host;
    try {
      const bodyDigest = await this.#writer.end();
      const fingerprint = fingerprintOf(facts, bodyDigest);
      const { idempotencyKey } = facts;
      const owned = await host.repeats.unlessRepeated(
        fingerprint,
        () => this.#store(facts, fingerprint),
        () => (idempotencyKey === undefined ? undefined : host.ownerOf(idempotencyKey)),
      );
      if (owned === undefined) return { kind: 'queued', queueId: this.queueId };
      await this.#removeTraces();
      host.repeated(owned, facts.client);
      return { kind: 'repeated', queueId: owned };
    } catch (error) {
      const told = toStorageError(error, `storing ${this.queueId}`);
      await this.#removeTraces();
      host.failed(told);
      throw told;
    } finally {
      this.#end();
    }
  }

  async abort(): Promise<void> {
    if (this.#isClaimed) return;
    this.#isClaimed = true;
    await this.#removeTraces();
    this.#end();
  }

  #end(): void {
    this.#reservation.release();
    this.#host.ended(this);
    this.#over.abort();
  }

  async #store(facts: JobFacts, fingerprint: string): Promise<void> {
    const { folder, key } = this.#host;
    const record = newRecord(facts, {
      queueId: this.queueId,
      nowMs: this.#host.nowMs(),
      bodyBytes: this.#writer.bytes,
      fingerprint,
    });
    // Body and staged record reach the disk side by side (a journalling file system makes one commit of both); only the
    // rename makes them a job, and it waits for both.
    const outcomes = await Promise.allSettled([
      this.#writer.sync().then(() => this.#writer.close()),
      folder.stageRecord(key, record),
    ]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    this.#isRecordRenamed = true;
    await folder.publishRecord(this.queueId);
    if (folder.failedSyncs !== this.#failedSyncsBefore) {
      throw new MailError('storage-failed', `an fsync failed while ${this.queueId} came in; its name may be lost`);
    }
    this.#host.committed(record);
  }

  /** Never throws. What cannot be removed now is an orphan, and the next start removes it. */
  async #removeTraces(): Promise<void> {
    const { folder } = this.#host;
    const isBodyThere = await this.#writer.abandon();
    await folder.discard(`${folder.recordPath(this.queueId)}.tmp`);
    if (this.#isRecordRenamed) {
      // The folder's fsync failed after the rename. The body stays unless the record is surely gone: a record that
      // comes back without its body would be shown as a damaged job, and this one was never accepted (C3).
      try {
        await folder.disk.unlink(folder.recordPath(this.queueId));
        await folder.syncJobs();
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') return;
      }
    }
    if (isBodyThere) await folder.discard(folder.bodyPath(this.queueId));
  }
}
