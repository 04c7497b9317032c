import { refusal, type Refusal, type RefusalName } from './entra-errors.ts';
import type { FaultName } from './faults.ts';
import { isRefusal, readScopes } from './scopes.ts';
import { scriptedRefusal } from './scripted-faults.ts';
import { isKnownTenant, type StandInState } from './state.ts';

/** Both spellings are in the field: RFC 8628's, and the short one msal-node sends. */
const deviceCodeGrants = ['urn:ietf:params:oauth:grant-type:device_code', 'device_code'];

/** Faults that refuse a renewal, and how. */
const renewalFaults: readonly (readonly [FaultName, RefusalName])[] = [
  ['refresh-revoked', 'revoked'],
  ['refresh-expired', 'refreshExpired'],
  ['policy-block-at-renewal', 'policyAtRenewal'],
  ['sign-in-frequency', 'frequency'],
  ['mfa-at-renewal', 'mfa'],
  ['consent-withdrawn', 'consentWithdrawn'],
  ['account-disabled', 'accountDisabled'],
];

/** One request to the token endpoint: the JSON of the reply, or the refusal. */
export function tokenReply(
  state: StandInState,
  tenant: string,
  form: URLSearchParams,
): Refusal | { readonly body: Record<string, unknown> } {
  const { faults, codes, tokens, stats, profile } = state;
  const grantType = form.get('grant_type') ?? '';
  if (grantType === '') return refusal('missing', 'grant_type');
  const clientId = form.get('client_id') ?? '';
  if (clientId === '') return refusal('missing', 'client_id');
  if (!isKnownTenant(state, tenant)) return refusal('tenantNotFound', tenant);
  if (clientId.toLowerCase() !== state.clientId.toLowerCase() || faults.peek('app-not-found'))
    return refusal('appNotFound', clientId);
  if (form.has('client_secret') || form.has('client_assertion')) return refusal('secretSent');
  const isPoll = deviceCodeGrants.includes(grantType);
  if (isPoll && faults.peek('app-not-public', 'poll')) return refusal('appNotPublic');
  const scripted =
    isPoll || grantType === 'refresh_token' ? scriptedRefusal(faults, isPoll ? 'poll' : 'renewal') : undefined;
  if (scripted) return scripted;
  const hasClientInfo = form.get('client_info') === '1';
  const isText = faults.peek('expires-in-string') !== undefined;

  if (isPoll) {
    const deviceCode = form.get('device_code');
    if (deviceCode === null) return refusal('missing', 'device_code');
    const polled = codes.poll(deviceCode, clientId);
    if ('error' in polled) return polled;
    stats.tokensIssued += 1;
    const body = tokens.issue(
      { account: polled.account, clientId, scopes: polled.session.scopes, hasClientInfo },
      isText,
    );
    // A token without `profile` names nobody: no UPN, no address.
    if (faults.take('identity-incomplete', 'poll')) body['id_token'] = withoutNames(body['id_token']);
    return { body };
  }
  if (grantType !== 'refresh_token') return refusal('unknownGrant', grantType);
  const refreshToken = form.get('refresh_token');
  if (refreshToken === null) return refusal('missing', 'refresh_token');
  const found = tokens.redeem(refreshToken, clientId);
  if ('error' in found) return found;
  for (const [fault, name] of renewalFaults) if (faults.take(fault, 'renewal')) return refusal(name);
  const scopeText = form.get('scope');
  const scopes = scopeText === null ? found.scopes : readScopes(scopeText, profile);
  if (isRefusal(scopes)) return scopes;
  stats.tokensIssued += 1;
  const account = faults.take('account-changed', 'renewal')
    ? state.accounts.find((one) => one.kind === 'member' && one.oid !== found.account.oid)
    : undefined;
  return { body: tokens.issue({ account: account ?? found.account, clientId, scopes, hasClientInfo }, isText) };
}

/** The same ID token, but nobody is named in it. */
function withoutNames(idToken: unknown): unknown {
  if (typeof idToken !== 'string') return idToken;
  const [header = '', payload = ''] = idToken.split('.');
  const claims = {
    ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>),
    ...{ preferred_username: undefined, upn: undefined, email: undefined, name: undefined },
  };
  return `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
}
