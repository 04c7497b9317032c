import { refusal, type Refusal } from './entra-errors.ts';
import { allMailResources } from './profiles.ts';
import type { StandInProfile } from './types.ts';

/** What a scope parameter asks for. */
export interface ScopeRequest {
  /** Resource the access token will be good for: a mail resource of the cloud, or its Graph. */
  readonly resource: string;
  /** Permissions on that resource, without the resource: `SMTP.Send`. */
  readonly permissions: readonly string[];
  readonly hasOpenId: boolean;
  readonly hasEmail: boolean;
  readonly hasProfile: boolean;
  /** `offline_access`: a refresh token is wanted. */
  readonly isOffline: boolean;
}

const openIdScopes = ['openid', 'profile', 'email', 'offline_access'];
const mailPermissions = ['SMTP.Send', 'IMAP.AccessAsUser.All', 'POP.AccessAsUser.All'];

/**
 * Reads a scope parameter as the v2 endpoint does: all permissions on one resource, bare names meaning Graph.
 * @returns the refusal if this cloud would not take it
 */
export function readScopes(text: string, profile: StandInProfile): ScopeRequest | Refusal {
  const words = text.split(' ').filter((word) => word !== '');
  if (words.length === 0) return refusal('missing', 'scope');
  const wanted: { readonly resource: string; readonly permission: string }[] = [];
  for (const word of words.filter((one) => !openIdScopes.includes(one.toLowerCase()))) {
    const cut = word.lastIndexOf('/');
    const resource = cut < 0 ? profile.graphResource : word.slice(0, cut).replace(/\/$/, '');
    const permission = word.slice(cut + 1);
    if (!/^[A-Za-z.]+$/.test(permission)) return refusal('badScope', word);
    if (resource !== profile.graphResource) {
      if (!profile.mailResources.includes(resource)) {
        return allMailResources.includes(resource) || resource.startsWith('https://')
          ? refusal('noResource', resource)
          : refusal('badScope', word);
      }
      if (permission !== '.default' && !mailPermissions.includes(permission)) return refusal('badScope', word);
    }
    wanted.push({ resource, permission: permission === '.default' ? 'SMTP.Send' : permission });
  }
  const resources = new Set(wanted.map((one) => one.resource));
  if (resources.size > 1) return refusal('badScope', `${words.join(' ')} (more than one resource)`);
  const has = (word: string) => words.some((one) => one.toLowerCase() === word);
  return {
    resource: wanted[0]?.resource ?? profile.graphResource,
    permissions: [...new Set(wanted.map((one) => one.permission))],
    hasOpenId: has('openid'),
    hasEmail: has('email'),
    hasProfile: has('profile'),
    isOffline: has('offline_access'),
  };
}

/** True for the refusal. */
export function isRefusal(one: ScopeRequest | Refusal): one is Refusal {
  return 'status' in one;
}

/** The `scope` member of a token reply: what was granted, offline_access left out as Entra does. */
export function grantedScope(request: ScopeRequest): string {
  const names = [
    ...(request.hasEmail ? ['email'] : []),
    ...(request.hasOpenId ? ['openid'] : []),
    ...(request.hasProfile ? ['profile'] : []),
    ...request.permissions.map((one) => `${request.resource}/${one}`),
  ];
  return names.join(' ');
}
