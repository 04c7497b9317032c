import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../core/index.ts';
import { refusal, type Refusal } from './entra-errors.ts';
import { grantedScope, type ScopeRequest } from './scopes.ts';
import type { StandInAccount, StandInProfile } from './types.ts';

/** What the submission server wants to know of a bearer token. */
export interface TokenFacts {
  readonly token: string;
  readonly account: StandInAccount;
  readonly resource: string;
  readonly permissions: readonly string[];
  readonly expiresAtMonotonicMs: number;
}

interface RefreshFacts {
  readonly token: string;
  readonly account: StandInAccount;
  readonly clientId: string;
  readonly scopes: ScopeRequest;
  readonly usedAtMonotonicMs: number;
}

/** A token request that will be granted. */
export interface Grant {
  readonly account: StandInAccount;
  readonly clientId: string;
  readonly scopes: ScopeRequest;
  /** `client_info=1` was sent. */
  readonly hasClientInfo: boolean;
}

const idleLimitMs = 90 * 24 * 3_600_000;
/** Oldest forgotten first: a bench renews a lot. */
const keptTokens = 10_000;

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Tokens handed out by one cloud. */
export class Tokens {
  readonly #clock: Clock;
  readonly #profile: StandInProfile;
  readonly #lifetimeS: number | undefined;
  readonly #access = new Map<string, TokenFacts>();
  readonly #refresh = new Map<string, RefreshFacts>();
  readonly #revoked = new Set<string>();

  constructor(options: {
    readonly clock: Clock;
    readonly profile: StandInProfile;
    readonly lifetimeS?: number | undefined;
  }) {
    this.#clock = options.clock;
    this.#profile = options.profile;
    this.#lifetimeS = options.lifetimeS;
  }

  /**
   * The body of a successful token reply.
   * @param lifetimesAsText numbers as strings, as the v1 endpoint has it
   */
  issue(grant: Grant, lifetimesAsText: boolean): Record<string, unknown> {
    const { account, scopes, clientId } = grant;
    // Real lives are random, 60 to 90 minutes.
    const lifetimeS = this.#lifetimeS ?? randomInt(3600, 5400);
    const token = this.#accessToken(account, scopes.resource);
    remember(this.#access, token, {
      token,
      account,
      resource: scopes.resource,
      permissions: scopes.permissions,
      expiresAtMonotonicMs: this.#clock.monotonicMs() + lifetimeS * 1000,
    });
    return {
      token_type: 'Bearer',
      scope: grantedScope(scopes),
      expires_in: lifetimesAsText ? String(lifetimeS) : lifetimeS,
      ext_expires_in: lifetimesAsText ? String(lifetimeS) : lifetimeS,
      access_token: token,
      ...(scopes.isOffline ? { refresh_token: this.#refreshToken(grant) } : {}),
      ...(scopes.hasOpenId ? { id_token: this.#idToken(account, clientId, scopes) } : {}),
      ...(grant.hasClientInfo ? { client_info: base64url({ uid: account.oid, utid: account.tid }) } : {}),
    };
  }

  /**
   * Finds what a refresh token stands for. It stays good after use, as the real ones do; its successor comes with `issue`.
   * @returns the refusal for unknown, foreign, revoked or idle tokens
   */
  redeem(
    token: string,
    clientId: string,
  ): { readonly account: StandInAccount; readonly scopes: ScopeRequest } | Refusal {
    const facts = this.#refresh.get(token);
    if (facts?.clientId !== clientId) return refusal('grantInvalid');
    if (this.#revoked.has(token)) return refusal('revoked');
    if (this.#clock.monotonicMs() - facts.usedAtMonotonicMs > idleLimitMs) return refusal('refreshExpired');
    return facts;
  }

  /** Revokes every refresh token the account has now; later ones are good. */
  revoke(account: StandInAccount): void {
    for (const facts of this.#refresh.values()) if (facts.account.oid === account.oid) this.#revoked.add(facts.token);
  }

  /** @returns undefined for a token this cloud did not make */
  look(token: string): (TokenFacts & { readonly isExpired: boolean }) | undefined {
    const facts = this.#access.get(token);
    return facts && { ...facts, isExpired: this.#clock.monotonicMs() >= facts.expiresAtMonotonicMs };
  }

  /** Makes one access token worthless although it has not expired, as an early revocation does. */
  spoil(token: string): void {
    this.#access.delete(token);
  }

  /** Looks like the real thing (a signed JWT of some 1.8 KB), means nothing to anybody but this class. */
  #accessToken(account: StandInAccount, resource: string): string {
    const header = base64url({
      typ: 'JWT',
      nonce: randomBytes(24).toString('base64url'),
      alg: 'RS256',
      kid: 'stand-in',
    });
    const payload = base64url({
      aud: resource,
      tid: account.tid,
      oid: account.oid,
      xms_ftd: randomBytes(600).toString('base64url'),
    });
    return `${header}.${payload}.${randomBytes(256).toString('base64url')}`;
  }

  #refreshToken({ account, clientId, scopes }: Grant): string {
    const token = `1.AX0A${randomBytes(700).toString('base64url')}`;
    remember(this.#refresh, token, { token, account, clientId, scopes, usedAtMonotonicMs: this.#clock.monotonicMs() });
    return token;
  }

  /** Unsigned: no client of the device flow checks the signature, it comes over TLS from the token endpoint. */
  #idToken(account: StandInAccount, clientId: string, scopes: ScopeRequest): string {
    const nowS = Math.floor(this.#clock.nowMs() / 1000);
    const isGuest = account.kind === 'guest';
    return `${base64url({ typ: 'JWT', alg: 'none' })}.${base64url({
      aud: clientId,
      iss: `https://${this.#profile.loginHost}/${account.tid}/v2.0`,
      iat: nowS,
      nbf: nowS,
      exp: nowS + 3600,
      ver: '2.0',
      sub: Buffer.from(`${account.oid}${clientId}`).toString('base64url').slice(0, 43),
      tid: account.tid,
      uti: randomBytes(16).toString('base64url'),
      ...(scopes.hasProfile
        ? { oid: account.oid, name: account.name, preferred_username: isGuest ? account.email : account.upn }
        : {}),
      ...(account.hasUpnClaim ? { upn: account.upn } : {}),
      ...(scopes.hasEmail || isGuest ? { email: account.email } : {}),
      ...(isGuest ? { acct: 1, idp: 'https://sts.fabrikam.example/' } : {}),
    })}.`;
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size <= keptTokens) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
