import { isFinished, type Clock, type JobRecord, type JobSummary, type MailLog, type QueueId } from '../core/index.ts';
import { type Quota } from './quota.ts';
import { summaryOf } from './record.ts';
import { type Repeats } from './repeats.ts';

/** How long a failed job can be tried again. */
const failedBodyMs = 86_400_000;
/** How long a finished job is remembered. */
const historyMs = 30 * 86_400_000;

/** What is kept in memory of a job. */
export interface Entry {
  readonly queueId: QueueId;
  summary: JobSummary;
  readonly fingerprint: string;
  hasBody: boolean;
  /** Monotonic instant at which it finished (of earlier runs: by the wall clock, as far as that can be trusted). */
  finishedMonotonicMs: number | undefined;
  /** The last change queued for this job. */
  tail: Promise<unknown>;
}

/** Over without being sent: "250" to a client's repeat would be a promise nobody keeps. */
const isUnsent = ({ state }: JobSummary) => state === 'deleted' || state === 'failed';

/** The jobs in memory, oldest first, with the counts and the listeners that follow from them. No I/O. */
export class JobTable {
  readonly #entries = new Map<QueueId, Entry>();
  readonly #byKey = new Map<string, QueueId>();
  readonly #listeners = new Set<(job: JobSummary) => void>();
  readonly #clock: Clock;
  readonly #quota: Quota;
  readonly #repeats: Repeats;
  readonly #log: MailLog;

  constructor(clock: Clock, quota: Quota, repeats: Repeats, log: MailLog) {
    this.#clock = clock;
    this.#quota = quota;
    this.#repeats = repeats;
    this.#log = log;
  }

  get(queueId: QueueId): Entry | undefined {
    return this.#entries.get(queueId);
  }
  /** The job with that idempotency key, finished ones included. */
  ownerOf(idempotencyKey: string): QueueId | undefined {
    return this.#byKey.get(idempotencyKey);
  }
  all(): Entry[] {
    return [...this.#entries.values()];
  }
  summaries(): JobSummary[] {
    return this.all().map((entry) => entry.summary);
  }

  clear(): void {
    for (const entry of this.all()) this.forget(entry);
  }

  entryOf(record: JobRecord, hasBody: boolean): Entry {
    const agoMs = Math.max(0, this.#clock.nowMs() - (record.finishedAtMs ?? record.acceptedAtMs));
    return {
      queueId: record.queueId,
      summary: summaryOf(record),
      fingerprint: record.fingerprint,
      hasBody,
      finishedMonotonicMs: isFinished(record.state) ? this.#clock.monotonicMs() - agoMs : undefined,
      tail: Promise.resolve(),
    };
  }

  add(entry: Entry): void {
    const { queueId, summary } = entry;
    this.#entries.set(queueId, entry);
    if (summary.idempotencyKey !== undefined) this.#byKey.set(summary.idempotencyKey, queueId);
    if (!isFinished(summary.state)) this.#quota.jobs++;
    if (entry.hasBody) this.#quota.bytes += summary.bodyBytes;
    this.#rememberAgainstRepeats(entry);
  }

  forget(entry: Entry): void {
    this.dropBody(entry);
    if (!isFinished(entry.summary.state)) this.#quota.jobs--;
    this.#entries.delete(entry.queueId);
    const { idempotencyKey } = entry.summary;
    if (idempotencyKey !== undefined && this.#byKey.get(idempotencyKey) === entry.queueId)
      this.#byKey.delete(idempotencyKey);
  }

  dropBody(entry: Entry): void {
    if (entry.hasBody) this.#quota.bytes -= entry.summary.bodyBytes;
    entry.hasBody = false;
  }

  /** Takes over a job's new summary and tells whoever listens. */
  change(entry: Entry, next: JobSummary): void {
    const wasFinished = isFinished(entry.summary.state);
    const isOver = isFinished(next.state);
    this.#quota.jobs += Number(wasFinished) - Number(isOver);
    if (!isOver) entry.finishedMonotonicMs = undefined;
    else if (!wasFinished) entry.finishedMonotonicMs = this.#clock.monotonicMs();
    const wasUnsent = isUnsent(entry.summary);
    entry.summary = next;
    if (isUnsent(next)) this.#repeats.forget(entry.fingerprint, entry.queueId);
    else if (wasUnsent) this.#rememberAgainstRepeats(entry);
    this.emit(next);
  }

  #rememberAgainstRepeats({ fingerprint, queueId, summary }: Entry): void {
    // A key is remembered with its job, neither shorter nor longer.
    if (isUnsent(summary) || summary.idempotencyKey !== undefined) return;
    this.#repeats.remember(fingerprint, queueId, Math.max(0, this.#clock.nowMs() - summary.acceptedAtMs));
  }

  subscribe(listener: (job: JobSummary) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(job: JobSummary): void {
    for (const listener of this.#listeners) {
      try {
        listener(job);
      } catch (error) {
        this.#log.fault('a listener of the spool failed', error);
      }
    }
  }

  /** Runs work on one job after what is already queued for it. */
  inTurn<T>(entry: Entry, work: () => Promise<T>): Promise<T> {
    const turn = entry.tail.then(work);
    entry.tail = turn.catch(() => undefined);
    return turn;
  }

  /**
   * What the history lets go: entries whose body goes, and entries that go altogether. Ages come from the monotonic
   * clock, so that a clock that jumps a year ahead does not take away what a person was about to send again (F20).
   */
  expired(historyJobs: number): { readonly bodies: Entry[]; readonly records: Entry[] } {
    const nowMs = this.#clock.monotonicMs();
    const ageMs = (entry: Entry) => nowMs - (entry.finishedMonotonicMs ?? nowMs);
    const finished = this.all().filter((entry) => isFinished(entry.summary.state));
    const history = finished.filter((entry) => !entry.hasBody);
    const tooMany = history.length - historyJobs;
    return {
      bodies: finished.filter((entry) => entry.hasBody && ageMs(entry) >= failedBodyMs),
      records: history.filter((entry, index) => index < tooMany || ageMs(entry) >= historyMs),
    };
  }
}
