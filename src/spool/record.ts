import { createHash } from 'node:crypto';
import { MailError, type JobFacts, type JobRecord, type JobSummary, type QueueId } from '../core/index.ts';
import { openRecord, sealRecord } from '../vault/index.ts';

/** A record larger than this was not written by us: two header blocks of 256 KiB in JSON, and 100 recipients. */
export const maxRecordBytes = 4 * 1024 * 1024;

const states: readonly string[] = ['waiting', 'sending', 'held', 'accepted', 'failed', 'deleted'];

/** Associated data of a body: a body file given another job's name does not open. */
export function bodyAad(queueId: QueueId): Buffer {
  return Buffer.from(`body ${queueId}`);
}

function recordAad(queueId: QueueId): Buffer {
  return Buffer.from(`record ${queueId}`);
}

/** Seals a record as it lies in `ID.env`. */
export function encodeRecord(key: Buffer, record: JobRecord): Buffer {
  return sealRecord(key, Buffer.from(JSON.stringify(record)), recordAad(record.queueId));
}

/**
 * Opens `ID.env`.
 * @throws MailError `storage-failed` if it is damaged, belongs to another job or has an unknown version (F15)
 */
export function decodeRecord(key: Buffer, queueId: QueueId, sealed: Buffer): JobRecord {
  let value: unknown;
  try {
    value = JSON.parse(openRecord(key, sealed, recordAad(queueId)).toString());
  } catch (error) {
    throw new MailError('storage-failed', `record of ${queueId} is damaged`, { cause: error });
  }
  // Authenticated, so we wrote it; what is left to doubt is which version of us.
  const record = value as JobRecord;
  const version: unknown = record.version;
  if (version !== 1) throw new MailError('storage-failed', `record of ${queueId} has version ${String(version)}`);
  if (
    record.queueId !== queueId ||
    !states.includes(record.state) ||
    !Array.isArray(record.recipients) ||
    !Number.isSafeInteger(record.bodyBytes)
  ) {
    throw new MailError('storage-failed', `record of ${queueId} has not the expected shape`);
  }
  return record;
}

/** What stays in memory of a record; the header blocks (up to 256 KiB each) do not. */
export function summaryOf(record: JobRecord): JobSummary {
  const {
    headerBlock: _headerBlock,
    frozenSender: _frozenSender,
    fingerprint: _fingerprint,
    version: _version,
    ...summary
  } = record;
  return summary;
}

/** The record of a job that has just come in. */
export function newRecord(
  facts: JobFacts,
  own: {
    readonly queueId: QueueId;
    readonly nowMs: number;
    readonly bodyBytes: number;
    readonly fingerprint: string;
  },
): JobRecord {
  return {
    version: 1,
    queueId: own.queueId,
    door: facts.door,
    acceptedAtMs: own.nowMs,
    acceptedClockSet: own.nowMs >= earliestPlausibleMs,
    client: facts.client,
    reversePath: facts.reversePath,
    recipients: facts.forwardPaths.map((forwardPath) => ({ forwardPath, state: 'waiting' })),
    headerBlock: facts.headerBlock,
    messageId: facts.messageId,
    subject: facts.subject.slice(0, 200),
    bodyBytes: own.bodyBytes,
    fingerprint: own.fingerprint,
    ...(facts.idempotencyKey === undefined ? {} : { idempotencyKey: facts.idempotencyKey }),
    is8bit: facts.is8bit,
    ...(facts.hasLongLines === true ? { hasLongLines: true } : {}),
    isSmtpUtf8: facts.isSmtpUtf8,
    state: 'waiting',
    attempts: 0,
    activeMs: 0,
    crashes: 0,
    isPossibleDuplicate: false,
  };
}

/** No copy of this program ran before that; an earlier clock is a clock that was not set (F19). */
const earliestPlausibleMs = Date.UTC(2026, 0, 1);

/**
 * Tells a client's repeat from a new message (F7): same client, envelope, Message-ID, subject and body. The body counts even
 * where there is a Message-ID: firmware with a constant one would otherwise lose its second scan, and a scan too many is
 * better than one too few. The subject is in it because two scans of empty pages are not one message. A client that gives
 * an idempotency key says itself what a repeat is: then nothing else counts.
 * @returns hex SHA-256
 */
export function fingerprintOf(facts: JobFacts, bodyDigest: string): string {
  if (facts.idempotencyKey !== undefined)
    return createHash('sha256').update(`key ${facts.idempotencyKey}`).digest('hex');
  const whole = JSON.stringify([
    facts.client,
    facts.reversePath,
    facts.forwardPaths,
    facts.clientMessageId ?? '',
    facts.subject,
    bodyDigest,
  ]);
  return createHash('sha256').update(whole).digest('hex');
}

/** What a person sees of a job that storage damaged: failed, with the reason; it is never dropped silently. */
export function failedByDamage(record: JobRecord, why: string, nowMs: number): JobRecord {
  const { hold: _hold, nextAttemptAtMs: _next, ...rest } = record;
  return {
    ...rest,
    recipients: record.recipients.map((one) =>
      one.state === 'waiting' ? { ...one, state: 'failed', code: 'storage-failed', reply: why, atMs: nowMs } : one,
    ),
    state: 'failed',
    lastReply: { code: 'storage-failed', reply: why, atMs: nowMs },
    finishedAtMs: nowMs,
  };
}

/** Stands for a job of which nothing can be read but the name of its file. */
export function unreadableRecord(queueId: QueueId, nowMs: number): JobRecord {
  return newRecord(
    {
      door: 'loopback',
      client: '',
      reversePath: '',
      forwardPaths: [],
      headerBlock: '',
      messageId: '',
      subject: '',
      is8bit: false,
      isSmtpUtf8: false,
    },
    { queueId, nowMs, bodyBytes: 0, fingerprint: '' },
  );
}

/**
 * A job found in state `sending` at start: the process died during an attempt. One such death is bad luck, two make this
 * job the suspect, and a suspect must not take the daemon down a third time (F17).
 */
export function afterCrash(record: JobRecord, nowMs: number): JobRecord {
  const crashes = record.crashes + 1;
  const isPossibleDuplicate = record.isPossibleDuplicate || record.frozenSender?.sent === true;
  return crashes < 2
    ? { ...record, crashes, isPossibleDuplicate, state: 'waiting' }
    : { ...record, crashes, isPossibleDuplicate, state: 'held', hold: { reason: 'repeated-crash', sinceMs: nowMs } };
}
