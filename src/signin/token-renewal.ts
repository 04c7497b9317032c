import {
  abandonable,
  MailError,
  toMailError,
  type AccessToken,
  type Clock,
  type HttpClient,
  type MailLog,
  type TokenSource,
} from '../core/index.ts';
import { identityFromClaims, isSameAccount } from '../policy/index.ts';
import { type AccountKeeper } from './account-keeper.ts';
import { type SignInConfig } from './config.ts';
import { renew, type FreshTokens } from './msal.ts';
import { type StoredAccount } from './stored-account.ts';

const shortestWaitMs = 60_000;
const longestWaitMs = 15 * 60_000;

/**
 * Access tokens on demand: one renewal at a time, saved before it is used, and at most one request per 60 s after a failure,
 * growing to 15 min (F34, F38).
 */
export class TokenRenewal implements TokenSource {
  readonly #keeper: AccountKeeper;
  readonly #config: () => SignInConfig;
  readonly #http: () => HttpClient;
  readonly #clock: Clock;
  readonly #log: MailLog;
  readonly #stopping = new AbortController();
  #running: Promise<AccessToken> | undefined;
  /** Monotonic: when the tokens in memory were made; undefined if they were read from disk. */
  #madeAtMs: number | undefined;
  /** Monotonic: when a renewal last brought tokens; undefined since the sign-in. */
  #renewedAtMs: number | undefined;
  #failures = 0;
  #lastFailure: MailError | undefined;
  /** Monotonic. */
  #nextTryAtMs = 0;
  /** Tells a failure of before a change of settings from one after it. */
  #timesForgotten = 0;

  constructor(options: {
    readonly keeper: AccountKeeper;
    readonly config: () => SignInConfig;
    readonly http: () => HttpClient;
    readonly clock: Clock;
    readonly log: MailLog;
  }) {
    this.#keeper = options.keeper;
    this.#config = options.config;
    this.#http = options.http;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  async accessToken(options: Parameters<TokenSource['accessToken']>[0] = {}): Promise<AccessToken> {
    options.signal?.throwIfAborted();
    const stored = this.#keeper.usable();
    const isForced = options.forceRenewal === true;
    if (!this.#keeper.problem && !this.#mustRenew(stored, isForced)) {
      // A renewal whose save failed is made durable before its token leaves this room.
      await this.#keeper.save();
      return stored.accessToken;
    }
    try {
      if (!this.#running && this.#clock.monotonicMs() < this.#nextTryAtMs && this.#lastFailure) throw this.#lastFailure;
      this.#running ??= this.#renewOnce(stored).finally(() => {
        this.#running = undefined;
      });
      return await abandonable(this.#running, options.signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!isForced && this.#isStillGood(stored, toMailError(error))) return stored.accessToken;
      throw error;
    }
  }

  /** The margin is there for this: a service that is away for some minutes stops no mail. */
  #isStillGood(stored: StoredAccount, failure: MailError): boolean {
    return (
      failure.kind === 'transient' &&
      failure.code !== 'stopping' &&
      !this.#keeper.problem &&
      this.#keeper.stored?.cache === stored.cache &&
      this.#leftMs(stored) > shortestWaitMs
    );
  }

  /** The settings, or a password that goes with them, are others: what failed before, or is failing, says nothing now. */
  forgetFailures(): void {
    this.#failures = 0;
    this.#lastFailure = undefined;
    this.#nextTryAtMs = 0;
    this.#timesForgotten++;
  }

  /** Other tokens are in use: what failed before says nothing about them. @param isNew made now, not read from disk */
  startAfresh(isNew: boolean): void {
    this.forgetFailures();
    this.#madeAtMs = isNew ? this.#clock.monotonicMs() : undefined;
    this.#renewedAtMs = undefined;
  }

  /** Ends a running request; its caller gets `stopping`. */
  async stop(): Promise<void> {
    this.#stopping.abort(new MailError('stopping', 'the agent stops'));
    await this.#running?.catch(() => undefined);
  }

  #mustRenew(stored: StoredAccount, isForced: boolean): boolean {
    const renewedAtMs = this.#renewedAtMs;
    // Two connections that both met a 535 force twice; and a token just renewed that is refused will be refused again.
    if (isForced) return renewedAtMs === undefined || this.#clock.monotonicMs() - renewedAtMs >= shortestWaitMs;
    // A service with short-lived tokens must not be asked before every message.
    const marginMs = Math.min(this.#config().renewalMarginS * 1000, stored.tokenLifeMs / 2);
    return this.#leftMs(stored) < marginMs;
  }

  /**
   * How long the access token is good. Measured on the monotonic clock if the token was made in this run; the wall clock may
   * jump (F20). A token from disk that seems to come from the future is worth nothing.
   */
  #leftMs(stored: StoredAccount): number {
    if (this.#madeAtMs !== undefined) return stored.tokenLifeMs - (this.#clock.monotonicMs() - this.#madeAtMs);
    const leftMs = stored.accessToken.expiresAtMs - this.#clock.nowMs();
    return leftMs > stored.tokenLifeMs ? 0 : leftMs;
  }

  async #renewOnce(stored: StoredAccount): Promise<AccessToken> {
    const startedAtMs = this.#clock.monotonicMs();
    const timesForgotten = this.#timesForgotten;
    let tokens: FreshTokens;
    let account: StoredAccount;
    try {
      tokens = await renew({
        config: this.#config(),
        http: this.#http(),
        clock: this.#clock,
        signal: this.#stopping.signal,
        cache: stored.cache,
      });
      account = this.#renewedAccount(stored, tokens, startedAtMs);
    } catch (error) {
      throw this.#failed(stored, toMailError(error), timesForgotten === this.#timesForgotten);
    }
    // Signed in anew, signed out, or settings changed meanwhile: these tokens belong to nobody here any more.
    this.#keeper.dropIfSettingsChanged();
    const present = this.#keeper.stored;
    if (!present || present.cache !== stored.cache) return this.#keeper.usable().accessToken;
    this.startAfresh(true);
    this.#madeAtMs = startedAtMs;
    this.#renewedAtMs = startedAtMs;
    this.#keeper.renewed({ ...account, isProven: present.isProven });
    await this.#keeper.save();
    this.#log.account({ what: 'token renewed' });
    return account.accessToken;
  }

  #renewedAccount(stored: StoredAccount, tokens: FreshTokens, startedAtMs: number): StoredAccount {
    // OpenID Connect Core 12.2: a renewal may come without an ID token; the refresh token itself is bound to its account.
    const identity = tokens.claims ? identityFromClaims(tokens.claims) : stored.identity;
    if (!isSameAccount(identity, stored.identity)) {
      throw new MailError('account-changed', 'the renewal answered for another account');
    }
    const nowMs = this.#clock.nowMs();
    const tokenLifeMs = tokens.expiresInS * 1000;
    const expiresAtMs = nowMs + tokenLifeMs - (this.#clock.monotonicMs() - startedAtMs);
    const accessToken = { token: tokens.accessToken, expiresAtMs };
    return { ...stored, identity, cache: tokens.cache, accessToken, tokenLifeMs, renewedAtMs: nowMs };
  }

  #failed(stored: StoredAccount, error: MailError, isOfPresentSettings: boolean): MailError {
    if (error.code === 'stopping') return error;
    if (isOfPresentSettings) this.#backOff(error);
    this.#log.account({ what: 'token renewal failed', code: error.code, detail: error.message });
    const isAboutAccount = error.details['oauthError'] !== undefined && error.kind !== 'transient';
    const isLost =
      error.code === 'account-changed' || error.code === 'sign-in-needed' || error.code === 'identity-incomplete';
    if ((isAboutAccount || isLost) && this.#keeper.stored?.cache === stored.cache) {
      const aadsts = error.details['aadsts'];
      this.#keeper.refused(error.code, typeof aadsts === 'number' ? aadsts : undefined);
    }
    return error;
  }

  #backOff(error: MailError): void {
    this.#failures++;
    this.#lastFailure = error;
    // Nothing reached the service: there is nobody to spare, and the network may be back in a minute.
    const isUnanswered = error.details['httpStatus'] === undefined && error.kind === 'transient';
    const doubledMs = Math.min(longestWaitMs, shortestWaitMs * 2 ** Math.min(this.#failures - 1, 10));
    const waitMs = Math.max(isUnanswered ? shortestWaitMs : doubledMs, Number(error.details['retryAfterMs'] ?? 0));
    this.#nextTryAtMs = this.#clock.monotonicMs() + waitMs;
  }
}
