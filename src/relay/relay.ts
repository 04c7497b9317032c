import {
  isFinished,
  MailError,
  type AccessToken,
  type AccountIdentity,
  type Dialer,
  type JobRecord,
  type JobSummary,
  type QueueId,
} from '../core/index.ts';
import { mayRelay } from '../policy/index.ts';
import { ActiveClock } from './active-clock.ts';
import { Attempts } from './attempts.ts';
import { Bell } from './bell.ts';
import { Gate } from './gate.ts';
import { failed, held, recovered, reopened } from './job-changes.ts';
import { judgeError } from './judgement.ts';
import { Offers } from './offers.ts';
import { targetOf } from './permission.ts';
import type { Relay, RelayPorts, RelayState, SmarthostOffer } from './relay-types.ts';
import { SmtpLink } from './smtp-link.ts';
import { Waits } from './waits.ts';

/** Active time a power cut may lose, per job (F20 against F22). */
const checkpointMs = 6 * 3_600_000;
/** A clean stop loses no more than this. */
const checkpointAtStopMs = 600_000;
/** Of the 10 s a stop may take (F24). */
const stopLimitMs = 9_000;

/** Makes the relay; nothing happens before `start`. */
export function createRelay(ports: RelayPorts): Relay {
  return new MailRelay(ports);
}

/** One scheduler loop: looks at the store, starts what is due, sleeps until the next instant or the next event. */
class MailRelay implements Relay {
  readonly #ports: RelayPorts;
  readonly #activeClock: ActiveClock;
  readonly #bell = new Bell();
  readonly #gate: Gate;
  readonly #waits: Waits;
  readonly #offers = new Offers();
  readonly #attempts: Attempts;
  readonly #proofs = new Set<AbortController>();
  /** Jobs that are not over, oldest first: a pass costs nothing for the history. */
  readonly #open = new Set<QueueId>();
  /** The last pass found no room. Whoever makes some rings; a new job need not. */
  #isFull = false;
  #mustForgetWaits = false;
  #life: { readonly cut: AbortController; readonly loop: Promise<void>; readonly unsubscribe: () => void } | undefined;

  constructor(ports: RelayPorts) {
    this.#ports = ports;
    this.#activeClock = new ActiveClock(ports.clock);
    this.#gate = new Gate(ports);
    this.#waits = new Waits(ports.clock);
    this.#attempts = new Attempts(ports, {
      gate: this.#gate,
      waits: this.#waits,
      activeClock: this.#activeClock,
      offers: this.#offers,
      dialer: () => this.#dialer(),
      onRoom: () => {
        this.#bell.ring();
      },
    });
  }

  async start(): Promise<void> {
    if (this.#life) return;
    const { store } = this.#ports;
    // A mark nobody took back is a death in the middle of an attempt (F17); the spool mostly saw it first.
    for (const { queueId, state } of store.list()) if (state === 'sending') await this.#recover(queueId);
    const cut = new AbortController();
    const unsubscribe = store.subscribe((job) => {
      this.#heard(job);
    });
    this.#open.clear();
    for (const job of store.list()) this.#heard(job);
    this.#life = { cut, unsubscribe, loop: this.#loop(cut.signal) };
  }

  async stop(): Promise<void> {
    const { store } = this.#ports;
    for (const proof of this.#proofs) proof.abort();
    const life = this.#life;
    if (!life) return;
    this.#life = undefined;
    life.cut.abort();
    await life.loop;
    await this.#attempts.stop(stopLimitMs);
    life.unsubscribe();
    for (const queueId of this.#open)
      if (store.summary(queueId)?.state === 'waiting' && this.#activeClock.unrecordedMs(queueId) >= checkpointAtStopMs)
        await this.#recordActiveTime(queueId);
  }

  state(): RelayState {
    return this.#gate.state();
  }
  subscribe(listener: (state: RelayState) => void): () => void {
    return this.#gate.subscribe(listener);
  }

  wake(why: string): void {
    this.#ports.log.notice('relay woken', { why });
    this.#gate.endHold();
    this.#gate.reset();
    this.#attempts.configChanged();
    this.#gate.publish();
    this.#mustForgetWaits = true;
    this.#bell.ring();
  }

  async retryNow(queueId: QueueId | undefined, by: string): Promise<void> {
    const { store, log, config } = this.#ports;
    if (queueId === undefined) {
      log.notice('all jobs now', { by });
      this.#mustForgetWaits = true;
    } else {
      const { state } = this.#jobForPerson(queueId, ['waiting', 'held', 'failed']);
      await store.update(
        queueId,
        (record) =>
          ['waiting', 'held', 'failed'].includes(record.state)
            ? reopened(record, config().rules.deviceEmailAddress)
            : record,
        { isDurable: state !== 'waiting' },
      );
      if (state !== 'waiting') log.released({ queueId, by });
      this.#waits.hurry(queueId);
    }
    this.#attempts.retireLinks();
    this.#gate.askProbe();
    this.#bell.ring();
  }

  async release(queueId: QueueId, by: string): Promise<void> {
    if (this.#jobForPerson(queueId, ['held', 'waiting']).state !== 'held')
      throw new MailError('bad-request', 'job is not held');
    const { store, log, config } = this.#ports;
    await store.update(queueId, (record) =>
      record.state === 'held' ? reopened(record, config().rules.deviceEmailAddress) : record,
    );
    log.released({ queueId, by });
    this.#waits.set(queueId, 0);
    this.#bell.ring();
  }

  async releaseHeld(by: string): Promise<number> {
    const jobs = this.#ports.store.list().filter((job) => job.state === 'held');
    for (const { queueId } of jobs) await this.release(queueId, by);
    this.#gate.askProbe();
    this.#bell.ring();
    return jobs.length;
  }

  async hold(queueId: QueueId, by: string): Promise<void> {
    const { store, log, clock } = this.#ports;
    if (this.#jobForPerson(queueId, ['waiting', 'held']).state === 'held') return;
    const activeMs = this.#activeClock.take(queueId);
    const after = await store.update(queueId, (record) =>
      record.state === 'waiting' ? held(record, { reason: 'by-person', nowMs: clock.nowMs(), activeMs }) : record,
    );
    if (after.state !== 'held') throw new MailError('job-busy', 'an attempt has begun');
    log.held({ queueId, reason: 'by-person' });
    log.notice('held by a person', { queueId, by });
  }

  smarthost(): SmarthostOffer | undefined {
    return this.#offers.of(targetOf(this.#ports.config()));
  }

  async prove(
    identity: AccountIdentity,
    token: AccessToken,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    const config = this.#ports.config();
    if (config.provider === 'unspecified') throw new MailError('sign-in-not-needed', 'plain server');
    if (config.host === '') throw new MailError('smarthost-not-set', 'no smarthost');
    // Addresses that differ hold the queue, but the account may be good all the same: it is asked by its own name then.
    const permission = mayRelay(config.rules, { status: 'unproven', identity });
    const user = permission.may ? permission.xoauth2User : identity.upn;
    const target = targetOf(config);
    const cut = new AbortController();
    const onAbort = () => {
      cut.abort();
    };
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#proofs.add(cut);
    let link: SmtpLink | undefined;
    try {
      link = await SmtpLink.open(target, {
        dialer: this.#dialer(),
        clock: this.#ports.clock,
        signal: cut.signal,
      });
      this.#offers.note(target, link.extensions);
      await link.authenticate(user, token.token, cut.signal);
    } catch (error) {
      const { code, reply, guidanceId } = judgeError(error);
      throw new MailError(code, `smarthost did not take the account: ${reply}`, {
        cause: error,
        details: { reply, guidanceId },
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#proofs.delete(cut);
      await link?.quit();
    }
  }

  #dialer(): Dialer {
    return typeof this.#ports.dialer === 'function' ? this.#ports.dialer() : this.#ports.dialer;
  }

  #jobForPerson(queueId: QueueId, states: readonly JobSummary['state'][]): JobSummary {
    const job = this.#ports.store.summary(queueId);
    if (!job) throw new MailError('job-not-found', queueId);
    if (job.state === 'sending') throw new MailError('job-busy', queueId);
    if (!states.includes(job.state)) throw new MailError('job-finished', `${queueId} is ${job.state}`);
    return job;
  }

  async #recover(queueId: QueueId): Promise<void> {
    const { store, log, clock } = this.#ports;
    const record = await store.update(queueId, (before) =>
      before.state === 'sending' ? recovered(before, clock.nowMs()) : before,
    );
    if (record.isPossibleDuplicate) log.possibleDuplicate({ queueId });
    if (record.state === 'held') log.held({ queueId, reason: 'repeated-crash' });
  }

  /** A job changed, whoever changed it. */
  #heard({ queueId, state }: JobSummary): void {
    if (isFinished(state)) this.#open.delete(queueId);
    else this.#open.add(queueId);
    if (state === 'waiting') {
      this.#activeClock.watch(queueId);
      if (!this.#isFull) this.#bell.ring();
    } else if (state !== 'sending') {
      this.#activeClock.forget(queueId);
      this.#waits.forget(queueId);
    }
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let waitMs = 30_000;
      try {
        waitMs = await this.#pass(signal);
      } catch (error) {
        // One bad record or a failing disk: the next pass is the retry.
        this.#ports.log.fault('relay pass failed', error);
      }
      this.#gate.publish();
      await this.#bell.sleep(this.#ports.clock, waitMs, signal);
    }
    this.#activeClock.isRunning = false;
  }

  /** Does what can be done now. @returns milliseconds until there may be more to do */
  async #pass(signal: AbortSignal): Promise<number> {
    const { store, config } = this.#ports;
    this.#isFull = false;
    if (this.#mustForgetWaits) await this.#forgetWaits();
    await this.#attempts.recordLate();
    const present = this.#gate.permission();
    const isAgeing = present.may && !present.isProbe;
    this.#activeClock.isRunning = isAgeing;
    const { lifetimeMs, maxWaitMs } = config().retry;
    let soonestMs = this.#attempts.hasUnrecorded ? 30_000 : Infinity;
    const due: JobSummary[] = [];
    for (const queueId of this.#open) {
      const job = store.summary(queueId);
      // Set aside, or gone with its disk.
      if (!job) this.#open.delete(queueId);
      if (job?.state !== 'waiting' || this.#attempts.isBusy(queueId)) continue;
      const agedMs = this.#activeClock.unrecordedMs(queueId);
      if (agedMs >= checkpointMs) await this.#recordActiveTime(queueId);
      const livesMs = lifetimeMs - job.activeMs - agedMs;
      if (livesMs <= 0) {
        await this.#expire(job);
        continue;
      }
      const leftMs = this.#waits.leftMs(job, maxWaitMs * 1.25);
      if (leftMs <= 0) due.push(job);
      soonestMs = Math.min(soonestMs, isAgeing ? livesMs : Infinity, leftMs <= 0 ? Infinity : leftMs);
    }
    // "Send now" goes first, then first in, first out (F48).
    due.sort((a, b) => Number(this.#waits.isUrgent(b.queueId)) - Number(this.#waits.isUrgent(a.queueId)));
    for (const { queueId } of due) {
      if (signal.aborted) break;
      const gateMs = this.#gate.waitMs(this.#attempts.size);
      const permission = this.#gate.permission();
      if (gateMs > 0 || !permission.may) {
        this.#isFull = gateMs === Infinity && this.#attempts.size > 0;
        return Math.min(soonestMs, gateMs);
      }
      this.#attempts.start(queueId, permission);
    }
    return soonestMs;
  }

  async #expire({ queueId, lastReply }: JobSummary): Promise<void> {
    const { store, clock, log } = this.#ports;
    const reply = lastReply === undefined ? '' : `last answer: ${lastReply.reply}`;
    const activeMs = this.#activeClock.take(queueId);
    const end = (record: JobRecord): JobRecord =>
      record.state === 'waiting'
        ? failed(record, { code: 'lifetime-over', reply, nowMs: clock.nowMs(), activeMs })
        : record;
    const { state, recipients } = await store.update(queueId, end);
    if (state === 'failed')
      log.failed({
        queueId,
        code: 'lifetime-over',
        reply,
        recipients: recipients.filter((one) => one.code === 'lifetime-over').length,
      });
  }

  async #forgetWaits(): Promise<void> {
    this.#mustForgetWaits = false;
    const { store } = this.#ports;
    for (const { queueId, state, nextAttemptAtMs } of store.list()) {
      if (state !== 'waiting') continue;
      this.#waits.set(queueId, 0);
      if (nextAttemptAtMs !== undefined)
        await store.update(
          queueId,
          (record) => (record.state === 'waiting' ? { ...record, nextAttemptAtMs: undefined } : record),
          { isDurable: false },
        );
    }
  }

  /** A job that waits through daily power-offs must get older all the same. */
  async #recordActiveTime(queueId: QueueId): Promise<void> {
    const { store, log } = this.#ports;
    const activeMs = this.#activeClock.take(queueId);
    await store
      .update(queueId, (record) => ({ ...record, activeMs: record.activeMs + activeMs }))
      .catch((error: unknown) => {
        log.fault('active time not recorded', error);
      });
  }
}
