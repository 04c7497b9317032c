import { MailError } from '../core/index.ts';
import { parseClientId } from './client-id.ts';
import { resourceScopes } from './outside-profile.ts';
import { cloudProfiles, type CloudName } from './profiles.ts';
import { isConsumersTenant, parseTenant } from './tenant.ts';

const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;

/**
 * The redirect address that registrations of device programs carry. The consent page sends the browser there at the
 * end; nothing listens, the page is blank and says so itself. It must be registered, else 500113 or 900971.
 * @param loginHost host of the identity service
 */
export function nativeClientRedirect(loginHost: string): string {
  return `https://${checkedHost(loginHost)}/common/oauth2/nativeclient`;
}

/**
 * The `scope` of the consent link for the scope really asked for: consent for one resource does not cover another (the
 * DoD cloud has two candidates, a custom cloud any).
 * @param scope as set; blank for the profile's default
 * @returns `<resource>/.default`, or '' if there is no scope to derive it from
 */
export function adminConsentScopeFor(cloud: CloudName, scope: string): string {
  const profile = cloudProfiles[cloud];
  const wanted = resourceScopes(scope)[0]?.toLowerCase();
  // Both spellings of the global resource have one documented consent scope.
  if (wanted === undefined || cloud === 'global') return profile.adminConsentScope;
  return wanted.replace(/\/[^/]*$/, '/.default');
}

/**
 * The link with which an administrator allows the application for the whole organisation.
 * @param options.tenant as `parseTenant` takes it; `common` becomes `organizations`, because personal accounts cannot
 *   consent for a tenant and the v2 page refuses `common` for them
 * @param options.adminConsentScope `<resource>/.default`
 * @param options.redirectUri registered at the application; default `nativeClientRedirect(loginHost)`
 * @throws MailError `client-id-missing`, `client-id-malformed`, `settings-invalid`; `bad-request` with `details.hint`
 *   for the tenant of personal accounts: Outlook.com knows no administrator, its user consents while signing in
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export function consentLink(options: {
  readonly loginHost: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly adminConsentScope: string;
  readonly redirectUri?: string | undefined;
}): string {
  const loginHost = checkedHost(options.loginHost);
  const tenant = parseTenant(options.tenant);
  if (isConsumersTenant(tenant)) {
    throw new MailError('bad-request', 'no consent link for personal accounts', {
      details: { hint: 'Outlook.com accounts need no administrator: the person who signs in consents' },
    });
  }
  if (!/^https:\/\/[^\s/]+\/\.default$/.test(options.adminConsentScope)) {
    throw new MailError('settings-invalid', `not a consent scope: ${JSON.stringify(options.adminConsentScope)}`, {
      details: {
        field: 'service.scope',
        hint: 'set the scope first, for example https://outlook.office.com/SMTP.Send',
      },
    });
  }
  const query = new URLSearchParams({
    client_id: parseClientId(options.clientId),
    redirect_uri: options.redirectUri ?? nativeClientRedirect(loginHost),
    scope: options.adminConsentScope,
  });
  return `https://${loginHost}/${tenant === 'common' ? 'organizations' : tenant}/v2.0/adminconsent?${query.toString()}`;
}

/** A host and nothing else: this text becomes the front of a link that a person forwards to an administrator. */
function checkedHost(host: string): string {
  const wanted = host.trim().toLowerCase();
  if (hostName.test(wanted)) return wanted;
  throw new MailError('settings-invalid', `not a host name: ${JSON.stringify(host)}`, {
    details: { field: 'service.loginHost', hint: 'a host name such as login.microsoftonline.com, without https://' },
  });
}
