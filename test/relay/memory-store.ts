import { Readable } from 'node:stream';
import { MailError, type JobRecord, type JobStore, type JobSummary, type QueueId } from '../../src/core/index.ts';

/** A JobStore in memory that counts durable writes and can be told to fail. */
export class MemoryStore implements JobStore {
  readonly records = new Map<QueueId, JobRecord>();
  readonly bodies = new Map<QueueId, Buffer>();
  readonly durableWrites: { readonly queueId: QueueId; readonly record: JobRecord }[] = [];
  readonly quarantined: QueueId[] = [];
  /** What a restart would find. */
  readonly onDisk = new Map<QueueId, JobRecord>();
  /** What an update waits for; undefined: nothing. */
  delayUpdate: ((queueId: QueueId) => Promise<void> | undefined) | undefined;
  beforeUpdate: ((queueId: QueueId, isDurable: boolean) => void) | undefined;
  openBodyFor: ((queueId: QueueId) => Readable) | undefined;
  #listeners = new Set<(job: JobSummary) => void>();
  #made = 0;

  /** Puts one waiting job in, as intake would. */
  add(changes: Partial<JobRecord> = {}, body = 'scan\r\n'): QueueId {
    this.#made += 1;
    const queueId = changes.queueId ?? `0000000000${String(1000 + this.#made)}`;
    const record: JobRecord = {
      version: 1,
      queueId,
      door: 'loopback',
      acceptedAtMs: Date.UTC(2026, 10, 21, 11, 59, 0),
      acceptedClockSet: true,
      client: '127.0.0.1',
      reversePath: 'copier@old.example',
      recipients: [{ forwardPath: 'anna@example.com', state: 'waiting' }],
      headerBlock: `From: copier@old.example\r\nTo: anna@example.com\r\nMessage-ID: <${queueId}@device>\r\nSubject: Scan\r\n`,
      messageId: `<${queueId}@device>`,
      subject: 'Scan',
      bodyBytes: Buffer.byteLength(body, 'latin1'),
      fingerprint: queueId,
      is8bit: false,
      isSmtpUtf8: false,
      state: 'waiting',
      attempts: 0,
      activeMs: 0,
      crashes: 0,
      isPossibleDuplicate: false,
      ...changes,
    };
    this.records.set(queueId, record);
    this.onDisk.set(queueId, record);
    this.bodies.set(queueId, Buffer.from(body, 'latin1'));
    this.#tell(record);
    return queueId;
  }

  get(queueId: QueueId): JobRecord {
    const record = this.records.get(queueId);
    if (!record) throw new MailError('job-not-found', queueId);
    return record;
  }

  list(): readonly JobSummary[] {
    return [...this.records.values()];
  }
  summary(queueId: QueueId): JobSummary | undefined {
    return this.records.get(queueId);
  }
  read(queueId: QueueId): Promise<JobRecord> {
    return Promise.resolve().then(() => this.get(queueId));
  }

  async update(
    queueId: QueueId,
    change: (record: JobRecord) => JobRecord,
    { isDurable = true }: { readonly isDurable?: boolean } = {},
  ): Promise<JobRecord> {
    await (this.delayUpdate?.(queueId) ?? Promise.resolve());
    this.beforeUpdate?.(queueId, isDurable);
    const before = this.get(queueId);
    const after = change(before);
    if (after === before) return before;
    this.records.set(queueId, after);
    // As the spool: changed sender fields are written whatever the caller says.
    if (isDurable || after.frozenSender !== before.frozenSender) {
      this.onDisk.set(queueId, after);
      this.durableWrites.push({ queueId, record: after });
    }
    this.#tell(after);
    return after;
  }

  openBody(queueId: QueueId): Readable {
    return this.openBodyFor?.(queueId) ?? Readable.from(this.#blocks(queueId), { objectMode: false });
  }

  /** In blocks, as a disk gives it. */
  *#blocks(queueId: QueueId): Generator<Buffer> {
    const body = this.bodies.get(queueId) ?? Buffer.alloc(0);
    for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536);
  }

  quarantine(queueId: QueueId): Promise<void> {
    this.quarantined.push(queueId);
    this.records.delete(queueId);
    return Promise.resolve();
  }

  subscribe(listener: (job: JobSummary) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #tell(job: JobSummary): void {
    for (const listener of this.#listeners) listener(job);
  }
}
