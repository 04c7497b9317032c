import { MailError, parseMailbox, type AccountIdentity } from '../core/index.ts';

/** Tenant of all personal accounts. @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
const personalTenantId = '9188040d-6c67-4c5b-b112-36a304b66dad';

/**
 * Reads who signed in from the claims of an ID token (design 6.1). The claims come from the network: each one used is
 * checked here and trusted afterwards.
 * @param claims decoded ID token, v1 or v2
 * @returns UPN from `upn`, else `preferred_username`; `email` only if it is a mailbox; ids in lower case
 * @throws MailError `identity-incomplete` if `oid`, `tid` or an address-like UPN is missing. `preferred_username` may be a
 *   phone number or free text by the vendor's own words; such an account cannot be compared with a device address.
 */
export function identityFromClaims(claims: Record<string, unknown>): AccountIdentity {
  const objectId = idClaim(claims, 'oid');
  const tenantId = idClaim(claims, 'tid');
  const upn = addressClaim(claims, 'upn') ?? addressClaim(claims, 'preferred_username');
  if (objectId === undefined || tenantId === undefined || upn === undefined) {
    const missing = Object.entries({ oid: objectId, tid: tenantId, 'upn or preferred_username': upn })
      .filter(([, value]) => value === undefined)
      .map(([name]) => name);
    throw new MailError('identity-incomplete', `ID token lacks ${missing.join(', ')}`, { details: { missing } });
  }
  const email = addressClaim(claims, 'email');
  const name = nameClaim(claims);
  return {
    upn,
    objectId,
    tenantId,
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
  };
}

function idClaim(claims: Record<string, unknown>, name: string): string | undefined {
  const value = claims[name];
  if (typeof value !== 'string') return undefined;
  const id = value.trim().toLowerCase();
  // Not held to the GUID grammar: stand-in services use readable ids, and nothing but equality is asked of them.
  return /^[\x21-\x7e]{1,128}$/.test(id) ? id : undefined;
}

function addressClaim(claims: Record<string, unknown>, name: string): string | undefined {
  const value = claims[name];
  if (typeof value !== 'string') return undefined;
  const address = value.trim();
  return parseMailbox(address) ? address : undefined;
}

function nameClaim(claims: Record<string, unknown>): string | undefined {
  const value = claims['name'];
  if (typeof value !== 'string') return undefined;
  // Control and bidirectional formatting characters could repaint a panel line or a log line.
  const name = value
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, 128);
  return name === '' ? undefined : name;
}

/** True for a guest (B2B) account: its UPN reads `user_domain#EXT#@tenant` and is no mailbox of this tenant. */
export function isGuest(identity: AccountIdentity): boolean {
  return identity.upn.toUpperCase().includes('#EXT#@');
}

/** True for an Outlook.com, Hotmail or Live account. */
export function isPersonal(identity: AccountIdentity): boolean {
  return identity.tenantId.toLowerCase() === personalTenantId;
}

/** True if both are the same account: `oid` and `tid`, which survive every renaming. */
export function isSameAccount(one: AccountIdentity, other: AccountIdentity): boolean {
  return (
    one.objectId.toLowerCase() === other.objectId.toLowerCase() &&
    one.tenantId.toLowerCase() === other.tenantId.toLowerCase()
  );
}

/**
 * What the device e-mail address is after a sign-in (design 6.1): the first sign-in, or one of another account, sets it to
 * the account's mail address, else its UPN. The same account never changes it, unless it is blank.
 * @param options.isSharedMailbox the address belongs to the shared mailbox, not to the delegate who signs in: kept if set
 */
export function deviceAddressAfterSignIn(options: {
  readonly previous?: AccountIdentity | undefined;
  readonly next: AccountIdentity;
  readonly current: string;
  readonly isSharedMailbox?: boolean | undefined;
}): string {
  const { previous, next, current } = options;
  const isSet = current.trim() !== '';
  if (isSet && options.isSharedMailbox === true) return current;
  if (isSet && previous !== undefined && isSameAccount(previous, next)) return current;
  return next.email ?? next.upn;
}
