import { type AccountIdentity, type SecretBinding } from '../core/index.ts';

/** What the sign-in needs to know of the settings; read anew at every use. */
export interface SignInConfig {
  /** Name of the cloud profile. */
  readonly cloud: string;
  /** Host of the authority, with `:port` if it is not 443. */
  readonly loginHost: string;
  /** Tenant GUID, verified domain, `organizations`, `common` or `consumers`. */
  readonly tenant: string;
  readonly clientId: string;
  /** Of one resource, plus `email`; `openid profile offline_access` are added by the protocol library. */
  readonly scopes: readonly string[];
  readonly smtpHost: string;
  readonly smtpPort: number;
  /** Of the extra CAs, in a fixed order. */
  readonly caFingerprints: readonly string[];
  /** Hosts this cloud is known to send people to. */
  readonly verificationHosts: readonly string[];
  readonly hasPersonalAccounts: boolean;
  /** Seconds of life an access token must have left to be handed out. */
  readonly renewalMarginS: number;
  readonly deviceEmailAddress: string;
  readonly isSharedMailbox: boolean;
}

/** Where the requests of one authority go. */
export interface Endpoints {
  readonly authority: string;
  readonly deviceCode: string;
  readonly token: string;
}

/**
 * The v2 endpoints of an authority. Computed, not taken from the library, which derives the device code endpoint by
 * replacing the first "/token" of the URL: wrong for a tenant or host whose name begins so.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
 */
export function endpointsOf(config: Pick<SignInConfig, 'loginHost' | 'tenant'>): Endpoints {
  const authority = `https://${config.loginHost}/${encodeURIComponent(config.tenant)}`;
  return { authority, deviceCode: `${authority}/oauth2/v2.0/devicecode`, token: `${authority}/oauth2/v2.0/token` };
}

/**
 * The settings a sign-in belongs to (T21). If one of them differs from the time of the sign-in, its tokens are not used:
 * whoever changed a host must not receive them.
 */
export function settingsBinding(config: SignInConfig): SecretBinding {
  return {
    ca: [...config.caFingerprints].sort().join(','),
    clientId: config.clientId,
    cloud: config.cloud,
    loginHost: config.loginHost,
    scopes: [...config.scopes].sort().join(' '),
    smtpHost: config.smtpHost,
    smtpPort: String(config.smtpPort),
    tenant: config.tenant,
  };
}

/** Settings and account together: what the sealed tokens are bound to. */
export function withAccount(settings: SecretBinding, identity: AccountIdentity): SecretBinding {
  return { ...settings, oid: identity.objectId, tid: identity.tenantId };
}

/** True if both bindings have the same values. */
export function isSameBinding(one: SecretBinding, other: SecretBinding): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}
