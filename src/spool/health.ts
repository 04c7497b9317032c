import { MailError, type MailLog } from '../core/index.ts';
import { type Quota, type SpoolLimits } from './quota.ts';

/**
 * degraded: the disk failed an fsync or a read; what it says next decides. full: nothing more is taken (`why`:
 * `queue-full`, `disk-full`, `corrupt-full`). unavailable: folder missing or read-only, key not to be had, or stopped
 * (`why`: `key-unavailable`, `spool-locked`, `stopped`, or what the system said).
 */
export interface SpoolHealth {
  readonly state: 'ok' | 'degraded' | 'full' | 'unavailable';
  readonly why?: string;
}

/** Remembers what the disk said last; each change is logged once, and told once to whoever listens. */
export class Health {
  readonly #quota: Quota;
  readonly #limits: () => SpoolLimits;
  readonly #log: MailLog;
  corruptCount = 0;
  #closedWhy: string | undefined = 'stopped';
  #degradedWhy: string | undefined;
  isDiskFull = false;
  readonly #listeners = new Set<() => void>();
  /** What listeners know. */
  #told: SpoolHealth = { state: 'unavailable', why: 'stopped' };

  constructor(quota: Quota, limits: () => SpoolLimits, log: MailLog) {
    this.#quota = quota;
    this.#limits = limits;
    this.#log = log;
  }

  now(): SpoolHealth {
    if (this.#closedWhy !== undefined) return { state: 'unavailable', why: this.#closedWhy };
    if (this.corruptCount >= this.#limits().corruptMax) return { state: 'full', why: 'corrupt-full' };
    if (this.#quota.isFull) return { state: 'full', why: 'queue-full' };
    if (this.isDiskFull) return { state: 'full', why: 'disk-full' };
    if (this.#degradedWhy !== undefined) return { state: 'degraded', why: this.#degradedWhy };
    return { state: 'ok' };
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Called after whatever may change what `now` answers: tells listeners if it does. */
  look(): void {
    const { state, why } = this.now();
    if (state === this.#told.state && why === this.#told.why) return;
    this.#told = { state, ...(why !== undefined && { why }) };
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#log.fault('a listener of the spool failed', error);
      }
    }
  }

  get isClosed(): boolean {
    return this.#closedWhy !== undefined;
  }

  /** @throws MailError `spool-unavailable` */
  assertOpen(): void {
    if (this.#closedWhy !== undefined) {
      const why = this.#closedWhy;
      throw new MailError('spool-unavailable', `spool is not available: ${why}`, { details: { why } });
    }
  }

  /** @throws MailError `spool-unavailable`; also when `corrupt/` is full: damaged mail is never discarded to make room */
  assertIntake(): void {
    this.assertOpen();
    if (this.corruptCount >= this.#limits().corruptMax) {
      const message = `${this.corruptCount} damaged entries wait to be looked at`;
      throw new MailError('spool-unavailable', message, { details: { why: 'corrupt-full' } });
    }
  }

  opened(corruptCount: number, passedOver: number): void {
    if (this.#closedWhy !== undefined && this.#closedWhy !== 'stopped') this.#log.notice('spool is available again');
    this.#closedWhy = undefined;
    this.corruptCount = corruptCount;
    this.#degradedWhy = passedOver > 0 ? `${passedOver} entries could not be read` : undefined;
    this.look();
  }

  closed(error: MailError): void {
    const errno = error.details['errno'];
    const why =
      error.code !== 'spool-unavailable' ? error.code : String(errno ?? error.details['why'] ?? error.message);
    if (this.#closedWhy !== why) this.#log.warn('spool is not available', { why, detail: error.message });
    this.#closedWhy = why;
    this.look();
  }

  stopped(): void {
    this.#closedWhy = 'stopped';
    this.look();
  }

  noteFailure(error: MailError): void {
    if (error.code === 'disk-full') {
      if (!this.isDiskFull) this.#log.warn('disk is full', { detail: error.message });
      this.isDiskFull = true;
    } else if (error.code === 'spool-unavailable' && error.details['errno'] !== undefined) {
      if (this.#closedWhy === undefined) this.closed(error);
    } else if (error.details['errno'] === 'EIO') {
      if (this.#degradedWhy === undefined) this.#log.warn('disk reports errors', { detail: error.message });
      this.#degradedWhy = 'EIO';
    }
    this.look();
  }

  /** Something became durable: the disk works. */
  noteSuccess(): void {
    this.#degradedWhy = undefined;
    this.look();
  }
  noteSpace(): void {
    this.isDiskFull = false;
    this.look();
  }
}
