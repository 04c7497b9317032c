import { cloudProfiles, resourceScopes, type CloudName } from '../cloud/index.ts';
import type { Settings } from './schema.ts';

/** Where mail and sign-in really go: the settings with blanks filled from the cloud profile. */
export interface EffectiveService {
  /** '' if custom and not set. */
  readonly loginHost: string;
  /** '' if not set and no profile says. */
  readonly smtpHost: string;
  readonly smtpPort: number;
  /** The resource scopes, then `email`; what MSAL adds by itself (openid, profile, offline_access) is left out. */
  readonly scopes: string[];
  readonly tenant: string;
  /** '' if not set. */
  readonly clientId: string;
  readonly cloud: CloudName;
}

/**
 * Fills blanks from the cloud profile. With provider `unspecified` the SMTP server is the typed one or none: mail for a
 * plain server never goes to the cloud's host by itself.
 */
export function effectiveService(settings: Settings): EffectiveService {
  const { service } = settings;
  const profile = cloudProfiles[service.cloud];
  const profileHost = service.provider === 'exchange-online' ? (profile.smtpHosts[0] ?? '') : '';
  const scopes = resourceScopes(service.scope === '' ? (profile.scopes[0] ?? '') : service.scope);
  return {
    loginHost: service.loginHost === '' ? (profile.loginHosts[0] ?? '') : service.loginHost,
    smtpHost: service.smtpHost === '' ? profileHost : service.smtpHost,
    smtpPort: service.smtpPort,
    scopes: [...scopes, 'email'],
    tenant: service.tenant,
    clientId: service.clientId,
    cloud: service.cloud,
  };
}
