import { join } from 'node:path';
import { isFinished, isQueueId, toMailError, type JobRecord, type MailLog, type QueueId } from '../core/index.ts';
import { sealedStreamBytes } from '../vault/index.ts';
import { realDisk, type Disk } from './disk.ts';
import { storing, type SpoolFolder } from './folder.ts';
import { afterCrash, failedByDamage, unreadableRecord } from './record.ts';
import { errnoOf, toStorageError } from './storage-error.ts';

/** Records read at once: enough to keep a flash chip busy, few enough to keep memory small. */
const readsAtOnce = 16;

/** What start-up found in one record. `hasBody` says whether `ID.msg` is kept. */
export interface FoundJob {
  readonly record: JobRecord;
  readonly hasBody: boolean;
}

/**
 * Reads the spool as a crash may have left it: orphans go, damaged entries move to `corrupt/`, jobs that were being sent
 * wait again, foreign things are named and left alone.
 * @param options.known ids to leave out: they are in memory, the spool only came back from a missing disk
 * @param options.visit called for each job, in no particular order; keep little of the record, there may be hundreds
 * @returns ids with a record, and how many entries could not be read now (the disk failed, not the entry)
 * @throws MailError if the folder cannot be read at all
 */
export async function takeStock(options: {
  readonly folder: SpoolFolder;
  readonly key: Buffer;
  readonly log: MailLog;
  readonly nowMs: number;
  readonly known: (queueId: QueueId) => boolean;
  readonly visit: (found: FoundJob) => void;
}): Promise<{ readonly queueIds: ReadonlySet<QueueId>; readonly passedOver: number }> {
  const { folder, log } = options;
  let passedOver = 0;
  const records: QueueId[] = [];
  const bodies = new Set<QueueId>();
  const temporary: string[] = [];
  const foreign: string[] = [];
  const names = await storing('listing the spool', () => folder.disk.list(folder.jobsDir));
  for (const { name, isFile } of names) {
    const [, queueId, kind] = /^([^.]+)\.(msg|env|env\.tmp)$/.exec(name) ?? [];
    if (!isFile || queueId === undefined || !isQueueId(queueId)) foreign.push(name);
    else if (kind === 'env') records.push(queueId);
    else if (kind === 'msg') bodies.add(queueId);
    else temporary.push(name);
  }
  const all = new Set(names.map(({ name }) => name));

  const remove = async (name: string) => {
    const path = `${folder.jobsDir}/${name}`;
    const facts = await folder.disk.facts(path).catch(() => undefined);
    if (facts?.isFile === true && facts.isOwn) await folder.discard(path);
    else foreign.push(name);
  };
  // No record, no job: the client was never told "250". Something foreign that has the record's name is left a riddle.
  const orphans = [...bodies].filter((queueId) => !all.has(`${queueId}.env`) && !options.known(queueId));
  const staged = temporary.filter((name) => !options.known(name.slice(0, name.indexOf('.'))));
  for (const name of [...staged, ...orphans.map((queueId) => `${queueId}.msg`)]) await remove(name);

  const left = records.filter((queueId) => !options.known(queueId)).values();
  const reader = async () => {
    for (const queueId of left) {
      try {
        const found = await takeStockOf(queueId, bodies.has(queueId), options);
        if (found === 'foreign') foreign.push(`${queueId}.env`);
        else if (found) options.visit(found);
      } catch (error) {
        if (toMailError(error).code === 'spool-unavailable') throw error;
        // One bad entry never stops the others (P4); it stays where it is and is met again at the next start.
        passedOver++;
        log.fault(`spool entry ${queueId} was passed over`, error);
      }
    }
  };
  await Promise.all(Array.from({ length: readsAtOnce }, reader));
  if (foreign.length > 0) {
    const names = foreign.slice(0, 10).join(' ');
    log.notice('spool holds things that are not ours; left alone', { count: foreign.length, names });
  }
  return { queueIds: new Set(records), passedOver };
}

async function takeStockOf(
  queueId: QueueId,
  hasBody: boolean,
  { folder, key, log, nowMs }: Parameters<typeof takeStock>[0],
): Promise<FoundJob | 'foreign' | undefined> {
  const facts = await folder.disk.facts(folder.recordPath(queueId));
  if (!facts.isFile || !facts.isOwn) return 'foreign';

  let record: JobRecord;
  try {
    record = await folder.readRecord(key, queueId);
  } catch (error) {
    const told = toMailError(error);
    if (told.code !== 'storage-failed' || told.details['errno'] !== undefined) throw error;
    // With a body it may be mail that was promised: a person must see that it is gone. Without, it was history.
    const instead = hasBody ? failedByDamage(unreadableRecord(queueId, nowMs), told.message, nowMs) : undefined;
    return setAside(queueId, told.message, instead);
  }

  if (isFinished(record.state)) {
    if (hasBody && record.state !== 'failed') {
      // The cut came between the record and the removal of the body (C8).
      await folder.discard(folder.bodyPath(queueId));
      return { record, hasBody: false };
    }
    return { record, hasBody };
  }
  const why = hasBody ? await bodyTrouble(folder, record) : 'body is missing';
  if (why !== undefined) return setAside(queueId, why, failedByDamage(record, why, nowMs));
  if (record.state !== 'sending') return { record, hasBody };
  const next = afterCrash(record, nowMs);
  try {
    await folder.replaceRecord(key, next);
  } catch (error) {
    // A full disk must not hide the job; if the process dies again before the count is written, it is not counted.
    log.fault(`crash count of ${queueId} could not be written`, error);
  }
  if (next.state === 'held') log.held({ queueId, reason: 'repeated-crash' });
  if (next.isPossibleDuplicate) log.possibleDuplicate({ queueId });
  return { record: next, hasBody };

  async function setAside(id: QueueId, reason: string, instead: JobRecord | undefined): Promise<FoundJob | undefined> {
    await folder.moveToCorrupt(key, id, instead);
    log.corrupt({ entry: id, why: reason });
    return instead && { record: instead, hasBody: false };
  }
}

/** Length and owner only: reading hundreds of scans to hash them would make starting slow; the relay's reader hashes. */
async function bodyTrouble(folder: SpoolFolder, record: JobRecord): Promise<string | undefined> {
  const facts = await folder.disk.facts(folder.bodyPath(record.queueId));
  if (!facts.isFile || !facts.isOwn) return 'body is not a file of ours';
  const expected = sealedStreamBytes(record.bodyBytes);
  return facts.sizeBytes === expected ? undefined : `body has ${facts.sizeBytes} bytes on disk instead of ${expected}`;
}

/**
 * True if a spool at `dir` holds sealed jobs: the vault asks before it would make a new spool key.
 * @throws MailError if that cannot be seen
 */
export async function hasSpoolEntries(dir: string, disk: Disk = realDisk()): Promise<boolean> {
  try {
    return (await disk.list(join(dir, 'jobs'))).some(({ name }) => name.endsWith('.env'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw toStorageError(error, 'looking for stored jobs');
  }
}
