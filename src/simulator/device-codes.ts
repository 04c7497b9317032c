import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../core/index.ts';
import type { Faults } from './faults.ts';
import { refusal, type Refusal } from './entra-errors.ts';
import type { ScopeRequest } from './scopes.ts';
import type { PendingCode, StandInAccount } from './types.ts';

/** One device authorization session (RFC 8628) on the service's side. */
export interface DeviceSession {
  readonly deviceCode: string;
  readonly userCode: string;
  /** As it stood in the path. */
  readonly tenant: string;
  readonly clientId: string;
  readonly scopeText: string;
  readonly scopes: ScopeRequest;
  readonly expiresAtMonotonicMs: number;
  readonly expiresAtMs: number;
  intervalMs: number;
  lastPollMonotonicMs: number | undefined;
  state: 'pending' | 'approved' | 'declined' | 'redeemed';
  account: StandInAccount | undefined;
}

/** No vowels, no look-alikes: what codes in public logs are made of. */
const codeLetters = 'BCDFGHJKLMNPQRSTVWXYZ23456789';
const maxSessions = 1000;

/** All sessions of one cloud. */
export class DeviceCodes {
  readonly #clock: Clock;
  readonly #faults: Faults;
  readonly #lifetimeS: number;
  readonly #intervalS: number;
  #sessions: DeviceSession[] = [];

  constructor(options: {
    readonly clock: Clock;
    readonly faults: Faults;
    readonly lifetimeS: number;
    readonly intervalS: number;
  }) {
    this.#clock = options.clock;
    this.#faults = options.faults;
    this.#lifetimeS = options.lifetimeS;
    this.#intervalS = options.intervalS;
  }

  get lifetimeS(): number {
    return this.#lifetimeS;
  }
  get intervalS(): number {
    return this.#intervalS;
  }

  open(request: Pick<DeviceSession, 'tenant' | 'clientId' | 'scopeText' | 'scopes'>): DeviceSession {
    const session: DeviceSession = {
      ...request,
      deviceCode: `CAQABAAEAAA${randomBytes(150).toString('base64url')}`,
      userCode: Array.from({ length: 9 }, () => codeLetters[randomInt(codeLetters.length)]).join(''),
      expiresAtMonotonicMs: this.#clock.monotonicMs() + this.#lifetimeS * 1000,
      expiresAtMs: this.#clock.nowMs() + this.#lifetimeS * 1000,
      intervalMs: this.#intervalS * 1000,
      lastPollMonotonicMs: undefined,
      state: 'pending',
      account: undefined,
    };
    this.#sessions = [...this.#sessions, session].slice(-maxSessions);
    return session;
  }

  /** The session a person means by a code: case, spaces and hyphens do not matter; undefined if it is no use any more. */
  byUserCode(typed: string): DeviceSession | undefined {
    const code = typed.toUpperCase().replace(/[\s-]/g, '');
    return this.#sessions.find((one) => one.userCode === code && one.state === 'pending' && !this.#isExpired(one));
  }

  pending(): readonly PendingCode[] {
    return this.#sessions
      .filter((one) => one.state === 'pending' && !this.#isExpired(one))
      .map(({ userCode, tenant, scopeText, expiresAtMs }) => ({
        userCode,
        tenant,
        scopes: scopeText.split(' '),
        expiresAtMs,
      }));
  }

  /**
   * One poll. Marks the session as redeemed when it hands out the account.
   * @returns the session with its account, or what the client is told instead
   */
  poll(
    deviceCode: string,
    clientId: string,
  ): { readonly session: DeviceSession; readonly account: StandInAccount } | Refusal {
    const session = this.#sessions.find((one) => one.deviceCode === deviceCode);
    if (session?.clientId !== clientId) return refusal('unknownDeviceCode');
    if (this.#isExpired(session) || this.#faults.peek('expired')) return refusal('expired');
    const isTooFast = this.#isTooFast(session);
    if (this.#faults.peek('declined')) session.state = 'declined';
    if (session.state === 'declined') return refusal('declined');
    if (session.state === 'redeemed') return refusal('redeemed');
    if (isTooFast || this.#faults.take('slow-down', 'poll')) {
      session.intervalMs += 5000;
      return refusal('slowDown');
    }
    const { account } = session;
    if (session.state !== 'approved' || !account) return refusal('pending');
    session.state = 'redeemed';
    return { session, account };
  }

  /** A tenth of slack for timers; every poll counts, also the ones that came too early. */
  #isTooFast(session: DeviceSession): boolean {
    const nowMs = this.#clock.monotonicMs();
    const isTooFast =
      session.lastPollMonotonicMs !== undefined && nowMs - session.lastPollMonotonicMs < session.intervalMs * 0.9;
    session.lastPollMonotonicMs = nowMs;
    return isTooFast;
  }

  #isExpired(session: DeviceSession): boolean {
    return this.#clock.monotonicMs() >= session.expiresAtMonotonicMs;
  }
}
