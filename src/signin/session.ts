import {
  abandonable,
  MailError,
  toMailError,
  type AccountIdentity,
  type Clock,
  type HttpClient,
  type MailLog,
  type SignInState,
} from '../core/index.ts';
import { deviceAddressAfterSignIn, identityFromClaims, isGuest, isPersonal, isSameAccount } from '../policy/index.ts';
import { guidanceIdOf } from '../guidance/index.ts';
import { isSameBinding, settingsBinding, type SignInConfig } from './config.ts';
import { signInByDeviceCode, type FreshTokens } from './msal.ts';
import { type ShownCode } from './msal-network.ts';
import { type StoredAccount } from './stored-account.ts';

const confirmMs = 10 * 60_000;
/** Waits before the smarthost is asked again: a technician stands at the panel, and a 454 is mostly over in seconds. */
const proofRetriesMs: readonly number[] = [5_000, 10_000, 20_000];

/** What a session needs of the room around it. */
export interface SessionPorts {
  readonly config: () => SignInConfig;
  readonly http: () => HttpClient;
  readonly clock: Clock;
  readonly log: MailLog;
  /** Who signed in before, if anybody. */
  readonly previous: () => AccountIdentity | undefined;
  readonly setDeviceEmailAddress: (address: string, by: string) => Promise<void>;
  /** Seals the account; resolves when it is durable. */
  readonly adopt: (account: StoredAccount, config: SignInConfig) => Promise<void>;
  /** Asks the smarthost for its 235 with the present token, and keeps the answer with the account, unless `signal` aborts. */
  readonly prove: (identity: AccountIdentity, signal: AbortSignal) => Promise<void>;
  readonly isUpnMismatch: (identity: AccountIdentity) => boolean;
  readonly onState: () => void;
}

/**
 * One sign-in, from asking for a code to the smarthost's 235. Lives once. Until it is confirmed the tokens are in this
 * object and nowhere else.
 */
export class SignInSession {
  readonly #ports: SessionPorts;
  readonly #config: SignInConfig;
  readonly #ending = new AbortController();
  #state: SignInState;
  #by: string;
  #hasShownCode = false;
  #storage: 'not yet' | 'storing' | 'stored' = 'not yet';
  /** The account on its way to the disk, if it is. */
  #storing: Promise<void> = Promise.resolve();
  /** What ends the session as soon as the account is stored. */
  #endOnceStored: MailError | undefined;
  #confirm: (() => void) | undefined;
  /** Called when the account is stored, or will not be. */
  #settle: () => void = () => undefined;
  readonly #settled = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  /** @param by who asked, for log and records */
  constructor(ports: SessionPorts, by: string) {
    this.#ports = ports;
    this.#config = ports.config();
    this.#by = by;
    this.#state = { step: 'starting', startedAtMs: ports.clock.nowMs() };
  }

  get state(): SignInState {
    return this.#state;
  }
  get hasShownCode(): boolean {
    return this.#hasShownCode;
  }
  get isOver(): boolean {
    return this.#state.step === 'ready' || this.#state.step === 'failed';
  }
  /** The settings are those the session began with. */
  get isCurrent(): boolean {
    return isSameBinding(settingsBinding(this.#config), settingsBinding(this.#ports.config()));
  }

  /** Resolves when the session is over; never rejects. */
  async run(): Promise<void> {
    const { log } = this.#ports;
    log.account({ what: 'sign-in started', detail: `by ${this.#by}` });
    try {
      const tokens = await this.#askAndWait();
      const identity = this.#acceptedIdentity(tokens);
      const deviceEmailAddress = await this.#confirmed(identity);
      await this.#store(identity, tokens, deviceEmailAddress);
    } catch (error) {
      this.end(toMailError(error));
    }
  }

  /** A person said "use this mailbox". Resolves when it is stored, or has failed. @throws MailError `sign-in-not-running` */
  async confirm(by: string): Promise<void> {
    if (this.#state.step !== 'confirm' || !this.#confirm)
      throw new MailError('sign-in-not-running', 'nothing to confirm');
    this.#by = by;
    this.#ports.log.account({ what: 'account confirmed', detail: `by ${by}` });
    this.#confirm();
    await this.#settled;
  }

  /** Ends the session now: the state is final when this returns, whatever is still on its way. */
  end(error: MailError): void {
    // A cancel that comes after the yes is too late: the account is being stored, and the screen must not say otherwise.
    if (this.isOver || (this.#storage === 'storing' && error.code === 'sign-in-cancelled')) return;
    const { aadsts } = error.details;
    const detail = detailOf(error);
    this.#ports.log.account({ what: 'sign-in ended', code: error.code, detail: error.message });
    this.#become({
      step: 'failed',
      code: error.code,
      ...(typeof aadsts === 'number' && { aadsts }),
      ...(detail !== undefined && { detail }),
      guidanceId: guidanceIdOf(error),
      // From the moment the account is stored, it is the smarthost that is asked.
      host: this.#storage === 'stored' ? this.#config.smtpHost : this.#config.loginHost,
    });
    this.#settle();
    this.#ending.abort(error);
  }

  /**
   * As `end`; if the account is being stored, then as soon as it is, before anything is done with it.
   * @returns when nothing is being stored: who removes the account then removes it for good. Never rejects
   */
  async endOnceStored(error: MailError): Promise<void> {
    this.#endOnceStored = error;
    this.end(error);
    await this.#storing.catch(() => undefined);
  }

  /** The smarthost answered 235 after all, to a job: the failed proof is mended, one that waits is not needed any more. */
  provenLater(identity: AccountIdentity): void {
    if (this.#storage !== 'stored' || this.#state.step === 'ready') return;
    this.#become({ step: 'ready', identity, isUpnMismatch: this.#ports.isUpnMismatch(identity) });
    this.#ending.abort(new MailError('sign-in-not-running', 'proven by a job'));
  }

  async #askAndWait(): Promise<FreshTokens> {
    const { clock, http, log } = this.#ports;
    return await signInByDeviceCode({
      config: this.#config,
      http: http(),
      clock,
      signal: this.#ending.signal,
      events: {
        onCode: (code) => {
          this.#showCode(code);
        },
        onTrouble: (trouble) => {
          if (trouble) log.account({ what: 'polling disturbed', code: trouble.code, detail: trouble.message });
          if (this.#state.step === 'code') this.#become({ ...this.#state, trouble: trouble?.code });
        },
      },
    });
  }

  #showCode(code: ShownCode): void {
    if (this.isOver) return;
    this.#hasShownCode = true;
    const { host, hostname } = new URL(code.verificationUri);
    const isKnownHost = this.#config.verificationHosts.some((one) => [host, hostname].includes(one.toLowerCase()));
    this.#ports.log.account({ what: 'code shown', detail: isKnownHost ? host : `unknown verification host ${host}` });
    this.#become({
      step: 'code',
      userCode: code.userCode,
      verificationUri: code.verificationUri,
      isKnownHost,
      expiresAtMs: code.expiresAtMs,
      clientId: this.#config.clientId,
      scopes: this.#config.scopes,
    });
  }

  #acceptedIdentity(tokens: FreshTokens): AccountIdentity {
    const claims = tokens.claims ?? {};
    const identity = identityFromClaims(claims);
    if (isPersonal(identity) && !this.#config.hasPersonalAccounts) {
      throw new MailError('personal-account-refused', 'a personal account signed in');
    }
    // `acct` is an optional claim, 1 for guests; the UPN tells them too, but not under every alternate log-in name.
    if (isGuest(identity) || claims['acct'] === 1)
      throw new MailError('guest-account-refused', 'a guest account signed in');
    return identity;
  }

  /** @returns what the device e-mail address is to become; undefined if it stays */
  async #confirmed(identity: AccountIdentity): Promise<string | undefined> {
    const { clock, config, previous } = this.#ports;
    const before = previous();
    if (before && isSameAccount(before, identity)) return undefined;
    const { deviceEmailAddress: current, isSharedMailbox } = config();
    const deviceEmailAddress = deviceAddressAfterSignIn({ previous: before, next: identity, current, isSharedMailbox });
    const answered = new Promise<void>((resolve) => {
      this.#confirm = resolve;
    });
    this.#become({
      step: 'confirm',
      identity,
      ...(before && { previousUpn: before.upn }),
      deviceEmailAddress,
      expiresAtMs: clock.nowMs() + confirmMs,
    });
    const waiting = new AbortController();
    const expired = clock.sleep(confirmMs, { signal: waiting.signal }).then(() => {
      throw new MailError('sign-in-expired', 'nobody confirmed the account', {
        details: { guidanceId: 'not-confirmed' },
      });
    });
    try {
      await abandonable(Promise.race([answered, expired]), this.#ending.signal);
    } finally {
      expired.catch(() => undefined);
      waiting.abort();
    }
    return deviceEmailAddress === current ? undefined : deviceEmailAddress;
  }

  async #store(identity: AccountIdentity, tokens: FreshTokens, deviceEmailAddress: string | undefined): Promise<void> {
    const { clock, log } = this.#ports;
    const nowMs = clock.nowMs();
    const tokenLifeMs = tokens.expiresInS * 1000;
    const account: StoredAccount = {
      version: 1,
      identity,
      cache: tokens.cache,
      tokenLifeMs,
      accessToken: { token: tokens.accessToken, expiresAtMs: nowMs + tokenLifeMs },
      signedInAtMs: nowMs,
      renewedAtMs: nowMs,
      isProven: false,
    };
    this.#ending.signal.throwIfAborted();
    this.#assertCurrent();
    this.#storage = 'storing';
    try {
      this.#storing = this.#write(account, deviceEmailAddress);
      await this.#storing;
      this.#storage = 'stored';
    } finally {
      if (this.#storage === 'storing') this.#storage = 'not yet';
    }
    log.account({ what: 'signed in', detail: `by ${this.#by}` });
    if (this.#endOnceStored) throw this.#endOnceStored;
    if (!this.isOver) this.#become({ step: 'proving', identity });
    this.#settle();
    this.#ending.signal.throwIfAborted();
    await this.#prove(identity);
    if (!this.isOver) this.#become({ step: 'ready', identity, isUpnMismatch: this.#ports.isUpnMismatch(identity) });
  }

  async #write(account: StoredAccount, deviceEmailAddress: string | undefined): Promise<void> {
    const { adopt, setDeviceEmailAddress } = this.#ports;
    // The address first: if the power goes between the two, the same confirmation is asked for again.
    if (deviceEmailAddress !== undefined) await setDeviceEmailAddress(deviceEmailAddress, this.#by);
    this.#assertCurrent();
    await adopt(account, this.#config);
  }

  /**
   * Asks the smarthost for its 235, again after a passing fault, which is shown meanwhile.
   * @throws MailError the last fault, or what ended the session
   */
  async #prove(identity: AccountIdentity): Promise<void> {
    const { clock, log, prove } = this.#ports;
    const { signal } = this.#ending;
    for (const waitMs of proofRetriesMs) {
      try {
        await abandonable(prove(identity, signal), signal);
        return;
      } catch (error) {
        signal.throwIfAborted();
        const fault = toMailError(error);
        if (!isWorthAnotherProof(fault)) throw fault;
        log.account({ what: 'proof disturbed', code: fault.code, detail: fault.message });
        this.#become({ step: 'proving', identity, trouble: fault.code });
        await clock.sleep(waitMs, { signal });
      }
    }
    await abandonable(prove(identity, signal), signal);
  }

  /** T21: what was signed in for other settings is not stored for these. */
  #assertCurrent(): void {
    if (!this.isCurrent) throw new MailError('secret-binding-changed', 'settings changed during the sign-in');
  }

  #become(state: SignInState): void {
    this.#state = state;
    this.#ports.onState();
  }
}

/** A wrong proxy password is a setting, but one that an administrator mends while the technician waits. */
function isWorthAnotherProof({ kind, code }: MailError): boolean {
  return (kind === 'transient' && code !== 'stopping') || code === 'proxy-authentication';
}

/**
 * What the other side said, for the person who must mend it. A reply that begins with our own words for the code is not
 * from the server: there was none.
 */
function detailOf(error: MailError): string | undefined {
  const { description, reply } = error.details;
  if (typeof description === 'string') return description;
  return typeof reply === 'string' && reply !== '' && !reply.startsWith(error.smtpReply) ? reply : undefined;
}
