import { parseClientId } from '../cloud/index.ts';
import {
  MailError,
  toMailError,
  type AccessToken,
  type AccountIdentity,
  type AccountState,
  type Clock,
  type ErrorCode,
  type HttpClient,
  type MailLog,
  type Random,
  type SecretStore,
  type Service,
  type SignInState,
  type TokenSource,
} from '../core/index.ts';
import { buildDateMs } from '../net/index.ts';
import { mayRelay } from '../policy/index.ts';
import { AccountKeeper } from './account-keeper.ts';
import { type SignInConfig } from './config.ts';
import { SignInSession } from './session.ts';
import { StartLimit } from './start-limit.ts';
import { TokenRenewal } from './token-renewal.ts';

const leastCodeLifeMs = 60_000;
const idleDaysMs = 7 * 86_400_000;
const hourMs = 3_600_000;
const keyRetryMs = 60_000;

/** Refusals an administrator lifts at the organisation, without a new sign-in on the device. */
const liftable: readonly string[] = [
  'policy-blocked',
  'consent-needed',
  'identity-refused',
  'app-not-found',
  'app-not-public',
  'tenant-unknown',
] satisfies ErrorCode[];

/** Who asked, for log and records. */
export interface By {
  readonly by: string;
}

/** The sign-in room. */
export interface SignIn extends TokenSource, Service {
  account(): AccountState;
  signIn(): SignInState;
  /**
   * Starts a sign-in and returns at once; the code comes with the state. A code that is good for another minute, or a
   * session past the code, is shared: two screens, one session.
   * @param options.isFresh a person wants another code than the one that is good still
   * @throws MailError `sign-in-too-often` (`details.retryAfterMs`), `client-id-missing`, `client-id-malformed`
   */
  begin(caller: By, options?: { readonly isFresh?: boolean | undefined }): Promise<SignInState>;
  /** "Use this mailbox." Resolves when the account is stored or has failed to be. @throws MailError `sign-in-not-running` */
  confirm(caller: By): Promise<SignInState>;
  /** Ends the session at once. After `proving` has begun the account stays. @throws MailError `sign-in-not-running` */
  cancel(caller: By): Promise<SignInState>;
  /** Removes the account and nothing else; one that is being stored too. @throws MailError `storage-failed` */
  signOut(caller: By): Promise<AccountState>;
  /** Called after every change of account or session. Returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  /** The smarthost answered 235 to the account. */
  noteProven(): void;
  /** The smarthost refused the account. @param detail for the log; no secrets */
  noteRefused(code: ErrorCode, detail?: string): void;
  /** Settings have changed. Tokens that belong to other settings are dropped before this returns. */
  configChanged(): void;
}

/** What the room is made of; see the README. */
export interface SignInParts {
  readonly config: () => SignInConfig;
  readonly secrets: SecretStore;
  /** A function if the network settings may change. */
  readonly http: HttpClient | (() => HttpClient);
  readonly clock: Clock;
  readonly random: Random;
  readonly log: MailLog;
  /** Asks the smarthost for its 235 with this account. @param options.signal nobody waits any more @throws MailError */
  readonly prove: (
    identity: AccountIdentity,
    token: AccessToken,
    options: { readonly signal: AbortSignal },
  ) => Promise<void>;
  readonly setDeviceEmailAddress: (address: string, by: string) => Promise<void>;
}

/** Makes the sign-in room. Nothing happens before `start`. */
export function createSignIn(parts: SignInParts): SignIn {
  return new DeviceSignIn(parts);
}

class DeviceSignIn implements SignIn {
  readonly #parts: SignInParts;
  readonly #http: () => HttpClient;
  readonly #keeper: AccountKeeper;
  readonly #renewal: TokenRenewal;
  readonly #limit: StartLimit;
  readonly #listeners = new Set<() => void>();
  readonly #stopping = new AbortController();
  /** Sessions on their way out, writes nobody waits for, and the keep-alive loop: all awaited by `stop`. */
  readonly #background = new Set<Promise<void>>();
  #session: SignInSession | undefined;

  constructor(parts: SignInParts) {
    this.#parts = parts;
    const { config, secrets, http, clock, log } = parts;
    this.#http = typeof http === 'function' ? http : () => http;
    this.#keeper = new AccountKeeper({
      secrets,
      config,
      log,
      onChange: () => {
        this.#tell();
      },
    });
    this.#renewal = new TokenRenewal({ keeper: this.#keeper, config, http: this.#http, clock, log });
    this.#limit = new StartLimit(clock);
  }

  async start(): Promise<void> {
    await this.#keeper.load();
    this.#inBackground(this.#keepAlive());
  }

  async stop(): Promise<void> {
    const stopping = new MailError('stopping', 'the agent stops');
    this.#stopping.abort(stopping);
    this.#session?.end(stopping);
    await this.#renewal.stop();
    while (this.#background.size > 0) await Promise.all(this.#background);
  }

  account(): AccountState {
    return this.#keeper.state();
  }

  signIn(): SignInState {
    const state = this.#session?.state ?? { step: 'idle' };
    // The device address may have been changed since: "use UPN as device e-mail address".
    return state.step === 'ready' ? { ...state, isUpnMismatch: this.#isUpnMismatch(state.identity) } : state;
  }

  begin({ by }: By, options: { readonly isFresh?: boolean | undefined } = {}): Promise<SignInState> {
    return Promise.resolve().then(() => {
      const { state } = this.#session ?? {};
      const isGood = state !== undefined && isShared(state, this.#parts.clock.nowMs());
      const isReplaced = isGood && state.step === 'code' && options.isFresh === true;
      if (isGood && !isReplaced) return this.signIn();
      parseClientId(this.#parts.config().clientId);
      const isLapsed =
        !isReplaced && (state?.step === 'code' || (state?.step === 'failed' && state.code === 'sign-in-expired'));
      const giveBack = this.#limit.take(isLapsed);
      this.#session?.end(new MailError('sign-in-expired', 'replaced by a new code'));
      const session = this.#makeSession(by);
      this.#session = session;
      this.#inBackground(
        session.run().then(() => {
          if (!session.hasShownCode) giveBack();
        }),
      );
      this.#tell();
      return session.state;
    });
  }

  async confirm({ by }: By): Promise<SignInState> {
    if (!this.#session) throw new MailError('sign-in-not-running', 'nothing to confirm');
    await this.#session.confirm(by);
    return this.signIn();
  }

  cancel({ by }: By): Promise<SignInState> {
    return Promise.resolve().then(() => {
      if (!this.#session || this.#session.isOver) throw new MailError('sign-in-not-running', 'nothing to cancel');
      this.#session.end(new MailError('sign-in-cancelled', `cancelled by ${by}`));
      return this.signIn();
    });
  }

  async signOut({ by }: By): Promise<AccountState> {
    const session = this.#session;
    await session?.endOnceStored(new MailError('sign-in-cancelled', `signed out by ${by}`));
    if (this.#session === session) this.#session = undefined;
    this.#parts.log.account({ what: 'signed out', detail: `by ${by}` });
    await this.#keeper.remove();
    this.#renewal.startAfresh(false);
    return this.account();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  accessToken(options?: Parameters<TokenSource['accessToken']>[0]): Promise<AccessToken> {
    return this.#renewal.accessToken(options);
  }

  noteProven(): void {
    this.#inBackground(this.#proven(undefined));
    const { identity } = this.account();
    if (identity) this.#session?.provenLater(identity);
  }

  noteRefused(code: ErrorCode, detail?: string): void {
    this.#parts.log.account({ what: 'refused by the mail server', code, ...(detail !== undefined && { detail }) });
    this.#keeper.refusedBySmarthost(code);
  }

  configChanged(): void {
    if (this.#session && !this.#session.isOver && !this.#session.isCurrent) {
      this.#session.end(new MailError('secret-binding-changed', 'settings changed during the sign-in'));
    }
    this.#keeper.dropIfSettingsChanged();
    this.#renewal.forgetFailures();
    // Back to the settings of the sign-in: its record opens again.
    if (!this.#keeper.stored && this.#keeper.pinned) this.#inBackground(this.#reload());
    this.#tell();
  }

  #makeSession(by: string): SignInSession {
    const { config, clock, log, setDeviceEmailAddress } = this.#parts;
    return new SignInSession(
      {
        config,
        clock,
        log,
        http: this.#http,
        setDeviceEmailAddress,
        previous: () => this.#keeper.pinned,
        adopt: async (account, usedConfig) => {
          await this.#keeper.adopt(account, usedConfig);
          this.#renewal.startAfresh(true);
        },
        prove: async (identity, signal) => {
          try {
            await this.#proveOnceRenewed(identity, signal);
          } catch (error) {
            signal.throwIfAborted();
            const { kind, code } = toMailError(error);
            if (kind === 'signin') this.#keeper.refusedBySmarthost(code);
            throw error;
          }
          // Whose session has ended may have signed out, and in again elsewhere: this answer is not about that.
          signal.throwIfAborted();
          await this.#proven(identity);
        },
        isUpnMismatch: (identity) => this.#isUpnMismatch(identity),
        onState: () => {
          this.#tell();
        },
      },
      by,
    );
  }

  /** A refused token is renewed once and tried once more, as the relay does for a job: then the refusal is about the account. */
  async #proveOnceRenewed(identity: AccountIdentity, signal: AbortSignal): Promise<void> {
    try {
      await this.#proveOnce(identity, signal, false);
    } catch (error) {
      signal.throwIfAborted();
      if (toMailError(error).code !== 'authentication-refused') throw error;
      await this.#proveOnce(identity, signal, true);
    }
  }

  async #proveOnce(identity: AccountIdentity, signal: AbortSignal, forceRenewal: boolean): Promise<void> {
    const token = await this.accessToken({ forceRenewal, signal });
    signal.throwIfAborted();
    // T21: the host may have been changed while the token was on its way here; from here to the host nothing waits.
    this.#keeper.usable();
    await this.#parts.prove(identity, token, { signal });
  }

  /** That the mark could not be written is no reason to hold mail: after a restart the account is `unproven` once more. */
  async #proven(identity: AccountIdentity | undefined): Promise<void> {
    await this.#keeper.proven(identity).catch((error: unknown) => {
      const { code, message } = toMailError(error);
      this.#parts.log.account({ what: 'proof was not stored', code, detail: message });
    });
  }

  #isUpnMismatch(identity: AccountIdentity): boolean {
    const { deviceEmailAddress, isSharedMailbox, hasPersonalAccounts } = this.#parts.config();
    const permission = mayRelay(
      {
        provider: 'exchange-online',
        deviceEmailAddress,
        changeSenderAddress: 'prohibited',
        permittedAddresses: [],
        usesAuthenticatedUserAddress: false,
        sendingUser: 'device',
        isSharedMailbox,
        hasPersonalAccounts,
      },
      { status: 'ready', identity },
    );
    return !permission.may && permission.code === 'upn-mismatch';
  }

  async #reload(): Promise<void> {
    if (await this.#keeper.load()) this.#renewal.startAfresh(false);
  }

  /**
   * Renews a sign-in nobody uses, so that Entra does not let it lapse after 90 days; asks again where an administrator may
   * have lifted a refusal; and looks again for an account whose disk or key came late. Looking writes nothing (P8).
   */
  async #keepAlive(): Promise<void> {
    const { signal } = this.#stopping;
    const { clock, random } = this.#parts;
    let idleSinceMs = clock.monotonicMs();
    let lastRenewedAtMs = this.#keeper.stored?.renewedAtMs;
    for (;;) {
      const isToBeLookedFor = this.#keeper.isLookingWorthwhile;
      // Twenty printers switched on by one breaker must not come back in the same second every hour.
      const waitMs = isToBeLookedFor ? keyRetryMs : hourMs * (0.75 + 0.5 * random());
      const isTimeUp = await clock.sleep(waitMs, { signal }).then(
        () => true,
        () => false,
      );
      if (!isTimeUp) return;
      if (isToBeLookedFor) {
        if (await this.#keeper.lookAgain()) this.#renewal.startAfresh(false);
        // What was found may be due for a renewal, but not in the same minute as the neighbours'.
        continue;
      }
      const { stored, problem } = this.#keeper;
      if (stored?.renewedAtMs !== lastRenewedAtMs) idleSinceMs = clock.monotonicMs();
      lastRenewedAtMs = stored?.renewedAtMs;
      if (!stored) continue;
      const nowMs = clock.nowMs();
      const isLongAgo = nowMs >= buildDateMs && nowMs - stored.renewedAtMs >= idleDaysMs;
      const isIdle = isLongAgo || clock.monotonicMs() - idleSinceMs >= idleDaysMs;
      if (problem ? liftable.includes(problem.code) : isIdle) {
        // What went wrong is in the account's state and in the log.
        await this.accessToken({ forceRenewal: true, signal }).catch(() => undefined);
      }
    }
  }

  #inBackground(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        this.#parts.log.fault('sign-in', error);
      })
      .finally(() => {
        this.#background.delete(tracked);
      });
    this.#background.add(tracked);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** A session another screen can join instead of starting its own. */
function isShared(state: SignInState, nowMs: number): boolean {
  switch (state.step) {
    case 'starting':
    case 'confirm':
    case 'proving':
      return true;
    case 'code':
      return state.expiresAtMs - nowMs >= leastCodeLifeMs;
    case 'idle':
    case 'ready':
    case 'failed':
      return false;
  }
}
