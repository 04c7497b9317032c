import {
  isFinished,
  isSameAddress,
  toMailError,
  type Dialer,
  type MailError,
  type JobRecord,
  type QueueId,
} from '../core/index.ts';
import type { ActiveClock } from './active-clock.ts';
import { deliver, type Delivery } from './delivery.ts';
import type { Gate } from './gate.ts';
import { afterAttempt, deferred, held, unmarked } from './job-changes.ts';
import { judgeError, type Judgement } from './judgement.ts';
import { LinkPool, type LinkPlan } from './link-pool.ts';
import type { Offers } from './offers.ts';
import type { AttemptOutcome } from './outcome.ts';
import { isOutdated, permissionOf, type Permission } from './permission.ts';
import type { RelayPorts } from './relay-types.ts';
import { reportAttempt } from './report.ts';
import { askedDelayMs, retryDelayMs } from './retry-schedule.ts';
import { SmtpRefusal, type SmtpLink } from './smtp-link.ts';
import type { Waits } from './waits.ts';

interface Running {
  readonly cut: AbortController;
  link?: SmtpLink;
  /** Accepted; only its record is still being written, and the link serves the next. */
  isSettling?: boolean;
  done: Promise<void>;
}

interface AttemptsParts {
  readonly gate: Gate;
  readonly waits: Waits;
  readonly activeClock: ActiveClock;
  readonly offers: Offers;
  readonly dialer: () => Dialer;
  /** An attempt ended, or others may start beside it. */
  readonly onRoom: () => void;
}

/** The attempts under way: each takes one job over one link, writes down what came of it, and never stops another (P4). */
export class Attempts {
  readonly #ports: RelayPorts;
  readonly #parts: AttemptsParts;
  readonly #pool: LinkPool;
  readonly #running = new Map<QueueId, Running>();
  /** What a failing disk did not take: tried again before the job is, so that it is not sent twice. */
  readonly #unrecorded = new Map<QueueId, (record: JobRecord) => JobRecord>();
  /** Their body was read, and was damaged, at the last attempt. */
  readonly #damaged = new Set<QueueId>();
  /** A 530 at MAIL FROM got its one new token. */
  #hasRenewed = false;

  constructor(ports: RelayPorts, parts: AttemptsParts) {
    this.#ports = ports;
    this.#parts = parts;
    this.#pool = new LinkPool({
      dialer: parts.dialer,
      tokens: ports.tokens,
      clock: ports.clock,
      isCurrent: (plan) => !this.#isOutdated(plan),
      onProven: () => {
        ports.onProven();
      },
    });
  }

  /** Those that use a link, or wait for one. */
  get size(): number {
    let size = 0;
    for (const { isSettling } of this.#running.values()) if (isSettling !== true) size++;
    return size;
  }
  get hasUnrecorded(): boolean {
    return this.#unrecorded.size > 0;
  }
  /** True if nothing may be done to this job now. */
  isBusy(queueId: QueueId): boolean {
    return this.#running.has(queueId) || this.#unrecorded.has(queueId);
  }

  /**
   * Settings, account or network changed: no message goes over a link from before (it may lead round a proxy that is now
   * wanted), a refusal may get a new token again.
   */
  configChanged(): void {
    this.#hasRenewed = false;
    this.#pool.retireAll();
  }

  /** A person wants to see it tried: what servers declared before (SIZE, say) counts no more. */
  retireLinks(): void {
    this.#pool.retireAll();
  }

  start(queueId: QueueId, permission: Permission & { may: true }): void {
    const { log } = this.#ports;
    const { gate, waits, onRoom } = this.#parts;
    gate.pass();
    waits.started(queueId);
    const running: Running = { cut: new AbortController(), done: Promise.resolve() };
    this.#running.set(queueId, running);
    running.done = this.#attempt(queueId, permission, running)
      .catch((error: unknown) => this.#unexpected(queueId, error))
      .catch((error: unknown) => {
        log.fault('job not deferred', error);
      })
      .finally(() => {
        this.#running.delete(queueId);
        onRoom();
      });
  }

  /**
   * Ends all attempts. One whose final dot is out may use the whole time: hanging up now would make a possible duplicate
   * of it (F24).
   */
  async stop(limitMs: number): Promise<void> {
    const all = [...this.#running.values()];
    for (const { link, cut } of all) if (link?.isInDotPhase !== true) cut.abort();
    const patience = new AbortController();
    const late = this.#ports.clock.sleep(limitMs, { signal: patience.signal }).then(
      () => {
        for (const { cut } of all) cut.abort();
      },
      () => undefined,
    );
    await Promise.all(all.map(({ done }) => done));
    patience.abort();
    await late;
    await this.recordLate();
    await this.#pool.close();
  }

  #isOutdated(plan: LinkPlan): boolean {
    return isOutdated(plan, this.#ports.config(), this.#ports.account());
  }

  /** Tries again to write what the disk did not take. */
  async recordLate(): Promise<void> {
    for (const [queueId, change] of this.#unrecorded) await this.#record(queueId, change, true).catch(() => undefined);
  }

  /** Writes, or remembers to. */
  async #record(queueId: QueueId, change: (record: JobRecord) => JobRecord, isDurable: boolean): Promise<void> {
    try {
      await this.#ports.store.update(queueId, change, { isDurable });
      this.#unrecorded.delete(queueId);
    } catch (error) {
      if (toMailError(error).code === 'job-not-found') this.#unrecorded.delete(queueId);
      else this.#unrecorded.set(queueId, change);
      throw error;
    }
  }

  /** @param isFresh a link from before turned out to be dead: once more, over a new one */
  async #attempt(
    queueId: QueueId,
    permission: Permission & { may: true },
    running: Running,
    isFresh = false,
  ): Promise<void> {
    const { plan } = permission;
    const { store, config, account, clock, log } = this.#ports;
    const { gate, activeClock } = this.#parts;
    const record = await store.read(queueId);
    let link: SmtpLink;
    try {
      link = await this.#pool.acquire(plan, running.cut.signal, isFresh);
    } catch (error) {
      // Interrupted, or not about the present server and account: nothing has changed, the job still says "waiting".
      if (!running.cut.signal.aborted && !this.#isOutdated(plan)) await this.#withoutLink(queueId, error);
      return;
    }
    running.link = link;
    this.#parts.offers.note(plan, link.extensions);
    let delivery: Delivery | undefined;
    let concluded: Promise<void> | undefined;
    try {
      // The settings may have changed while we dialled: not this server, not this account any more.
      if (!permissionOf(config(), account(), true).may || this.#isOutdated(plan)) return;
      if (gate.linked()) this.#parts.onRoom();
      delivery = await deliver(
        record,
        link,
        config().rules,
        plan.host,
        {
          store,
          log,
          nowMs: () => clock.nowMs(),
          takeActiveMs: () => activeClock.take(queueId),
        },
        running.cut.signal,
      );
      if (delivery && (isFresh || !delivery.isLinkStale)) concluded = this.#conclude(record, delivery, plan);
      // Clean: the link may go on while this is written down. Everything else is decided first.
      if (concluded && link.isClean && delivery?.outcome.trouble === undefined) link.recorded = concluded;
      else await concluded;
    } finally {
      this.#pool.release(link);
    }
    if (delivery && !concluded) {
      await this.#takeBackMark(queueId, delivery);
      await this.#attempt(queueId, permission, running, true);
      return;
    }
    running.isSettling = true;
    this.#parts.onRoom();
    await concluded;
  }

  /** Nothing was said about this job: it is as it was before. */
  async #takeBackMark(queueId: QueueId, { sender, isMarkDurable }: Delivery): Promise<void> {
    await this.#ports.store.update(
      queueId,
      (record) => (record.state === 'sending' ? unmarked(record, sender) : record),
      { isDurable: isMarkDurable },
    );
  }

  /** Store, key or our own bug: this job waits by its own back-off, the others go on. */
  async #unexpected(queueId: QueueId, error: unknown): Promise<void> {
    const { store, config, random, log } = this.#ports;
    const judgement = judgeError(error);
    if (judgement.code === 'job-not-found') return;
    log.fault('attempt failed', error);
    if (judgement.action === 'hold') this.#parts.gate.hold(judgement);
    const failures = (store.summary(queueId)?.attempts ?? 0) + 1;
    await this.#defer(
      queueId,
      judgement,
      judgement.action === 'hold' ? 0 : retryDelayMs(failures, config().retry, random),
    );
  }

  /** No link: nobody's bytes have moved, nothing is written to disk. */
  async #withoutLink(queueId: QueueId, error: unknown): Promise<void> {
    const judgement = judgeError(error);
    if (judgement.action !== 'hold' && judgement.action !== 'renew' && judgement.holdReason === undefined) {
      await this.#defer(queueId, judgement, this.#parts.gate.linkFailed(judgement, error instanceof SmtpRefusal));
      return;
    }
    this.#parts.gate.hold(judgement);
    if (judgement.stage === 'auth') this.#ports.onRefused(judgement.code, judgement.reply);
    await this.#defer(queueId, judgement, 0);
  }

  /** @param waitMs 0: the queue waits, not the job */
  async #defer(queueId: QueueId, { code, reply, guidanceId }: Judgement, waitMs: number): Promise<void> {
    const { store, clock, log } = this.#ports;
    const job = store.summary(queueId);
    if (!job || isFinished(job.state) || job.state === 'held') return;
    this.#parts.waits.set(queueId, waitMs);
    if (waitMs > 0) log.deferred({ queueId, code, reply, waitMs });
    const nextAttemptAtMs = waitMs > 0 ? clock.nowMs() + waitMs : undefined;
    // A mark on disk must be taken back on disk, or the next start takes it for a crash.
    await store.update(
      queueId,
      (record) =>
        isFinished(record.state) || record.state === 'held'
          ? record
          : deferred(record, { code, reply, guidanceId, nowMs: clock.nowMs(), nextAttemptAtMs, isCounted: waitMs > 0 }),
      { isDurable: job.state === 'sending' },
    );
  }

  /** Writes down what an attempt came to, before anything else happens (F33), then draws the conclusions for the queue. */
  async #conclude(before: JobRecord, delivery: Delivery, plan: LinkPlan): Promise<void> {
    const { store, clock, log } = this.#ports;
    const { outcome, sender, error, isMarkDurable } = delivery;
    const { queueId } = before;
    if (this.#isDamagedAgain(queueId, error)) {
      await store.quarantine(queueId, error?.message ?? '');
      return;
    }
    const isStopped = error?.code === 'stopping';
    const isNews = !isStopped && !this.#isOutdated(plan);
    const own = this.#ownTrouble(delivery);
    const waitMs = isStopped ? 0 : this.#waitAfter(before, outcome, isNews);
    const nowMs = clock.nowMs();
    const activeMs = this.#parts.activeClock.take(queueId);
    const change = (record: JobRecord): JobRecord => {
      if (isFinished(record.state)) return record;
      const after = afterAttempt(record, {
        outcome,
        sender,
        nowMs,
        nextAttemptAtMs: waitMs > 0 ? nowMs + waitMs : undefined,
        activeMs,
        isCounted: !isStopped && outcome.trouble?.action !== 'renew',
      });
      return own === 'held' ? held(after, { reason: 'send-as-denied', nowMs, reply: outcome.trouble?.reply }) : after;
    };
    this.#parts.waits.set(queueId, waitMs);
    const isDurable =
      isMarkDurable ||
      own === 'held' ||
      outcome.trouble === undefined ||
      outcome.accepted + outcome.failed > 0 ||
      outcome.isPossiblySent;
    await this.#record(queueId, change, isDurable).catch((failure: unknown) => {
      log.fault('outcome not recorded yet', failure);
    });
    reportAttempt(this.#ports, before, delivery, { waitMs, isHeld: own === 'held' });
    if (isNews) this.#applyToQueue(outcome, own !== undefined);
  }

  /** Damage read twice in a row: the body cannot be trusted (F15). An error of the disk may pass, and is no damage. */
  #isDamagedAgain(queueId: QueueId, error: MailError | undefined): boolean {
    const isDamage = error?.code === 'storage-failed' && error.details['errno'] === undefined;
    const isAgain = isDamage && this.#damaged.has(queueId);
    if (isDamage && !isAgain) this.#damaged.add(queueId);
    else this.#damaged.delete(queueId);
    return isAgain;
  }

  /**
   * SendAsDenied for a device address of before is about this job, not about the mailbox.
   * @returns `held` if its bytes are frozen with that address, `waiting` if the next attempt decides anew
   */
  #ownTrouble({ outcome, sender }: Delivery): 'held' | 'waiting' | undefined {
    const { deviceEmailAddress } = this.#ports.config().rules;
    const isOwn =
      outcome.trouble?.holdReason === 'send-as-denied' && !isSameAddress(sender.deviceEmailAddress, deviceEmailAddress);
    if (!isOwn) return undefined;
    return sender.sent || outcome.isBodyStarted ? 'held' : 'waiting';
  }

  /**
   * What the job waits by itself; 0 if it waits with the queue.
   * @param isNews the mailbox pauses, too, if the server asked for it
   */
  #waitAfter(before: JobRecord, { trouble, accepted }: AttemptOutcome, isNews: boolean): number {
    const { config, random } = this.#ports;
    if (!trouble || trouble.action === 'hold' || trouble.action === 'renew' || trouble.holdReason !== undefined)
      return 0;
    // The server took as many recipients as it takes in one go: the rest follows at once (RFC 5321 4.5.3.1.10).
    if (trouble.code === 'too-many-recipients' && accepted > 0) return 0;
    const askedMs =
      isNews && trouble.action === 'wait'
        ? this.#parts.gate.slowDown(trouble.waitMs ?? 60_000)
        : askedDelayMs(trouble.waitMs ?? 0, random);
    return Math.max(retryDelayMs(before.attempts + 1, config().retry, random), askedMs);
  }

  /** @param isOwnTrouble of this job only */
  #applyToQueue({ trouble, accepted }: AttemptOutcome, isOwnTrouble: boolean): void {
    const { gate } = this.#parts;
    if (accepted > 0) {
      this.#hasRenewed = false;
      gate.endHold();
    }
    if (!trouble || isOwnTrouble) return;
    if (trouble.action === 'renew' && !this.#hasRenewed) {
      this.#hasRenewed = true;
      this.#pool.renewNext();
    } else if (trouble.action === 'renew' || trouble.action === 'hold' || trouble.holdReason !== undefined) {
      gate.hold(trouble);
      if (trouble.action === 'renew') this.#ports.onRefused(trouble.code, trouble.reply);
    }
  }
}
