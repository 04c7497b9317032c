import { cloudProfiles, type CloudName } from './profiles.ts';

/** The fields a profile fixes; a blank text or port 0 stands for the profile's default. */
export interface ServiceEndpoints {
  readonly loginHost: string;
  readonly smtpHost: string;
  /** 0 to 65535 */
  readonly smtpPort: number;
  /** One scope, or a list separated by spaces as printer makers print it. */
  readonly scope: string;
}

/** Scopes of the sign-in itself; printed settings mix them with the one that matters, msal-node adds them anyway. */
const oidcScopes: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access']);

/**
 * Splits a scope field and drops what only asks for an identity: `https://partner.outlook.cn/SMTP.Send offline_access
 * openid email`, as the 21Vianet instructions print it, is one resource scope.
 * @returns resource scopes in the order given, without repeats
 */
export function resourceScopes(scope: string): readonly string[] {
  const words = scope.split(/[\s,]+/).filter((word) => word !== '' && !oidcScopes.has(word.toLowerCase()));
  return [...new Set(words)];
}

/**
 * Names the fields that a built-in profile does not allow (T22): saving them makes the cloud `custom`, drops the sign-in
 * and says so first (design 6.6).
 * @returns `loginHost`, `smtpHost`, `smtpPort`, `scope`; empty if all are inside, and always empty for `custom`
 */
export function outsideProfile(cloud: CloudName, endpoints: ServiceEndpoints): readonly (keyof ServiceEndpoints)[] {
  if (cloud === 'custom') return [];
  const profile = cloudProfiles[cloud];
  const outside: (keyof ServiceEndpoints)[] = [];
  if (!isListed(endpoints.loginHost, profile.loginHosts)) outside.push('loginHost');
  if (!isListed(endpoints.smtpHost, profile.smtpHosts)) outside.push('smtpHost');
  if (endpoints.smtpPort !== 0 && endpoints.smtpPort !== profile.smtpPort) outside.push('smtpPort');
  const allowed = profile.scopes.map((scope) => scope.toLowerCase());
  if (!resourceScopes(endpoints.scope).every((scope) => allowed.includes(scope.toLowerCase()))) outside.push('scope');
  return outside;
}

function isListed(host: string, hosts: readonly string[]): boolean {
  const wanted = host.trim().toLowerCase();
  return wanted === '' || hosts.includes(wanted);
}
