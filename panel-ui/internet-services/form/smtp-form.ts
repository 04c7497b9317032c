/**
 * The SMTP page as a model: how the cloud fills the fields, which cloud the typed values belong to, and what is saved.
 * Pure; the page only draws it.
 */
import { resourceScopes } from '../../../src/cloud/outside-profile.ts';
import type { ProfileEntry } from '../../shared/endpoints-admin.ts';

export interface SmtpForm {
  readonly provider: string;
  /** As chosen in the list; `cloudOf` says what it comes to. */
  readonly cloud: string;
  readonly smtpHost: string;
  readonly loginHost: string;
  readonly clientId: string;
  readonly scope: string;
  readonly tenant: string;
  readonly smtpPort: string;
  readonly smtpSecurity: string;
  readonly sendingUser: string;
  readonly isPrivateNetworkAllowed: string;
}

/** Fields a cloud decides. */
export type EndpointKey = 'smtpHost' | 'loginHost' | 'scope' | 'smtpPort';
export const endpointKeys: readonly EndpointKey[] = ['smtpHost', 'loginHost', 'scope', 'smtpPort'];

/** The path of each field of the form. */
export const smtpPaths: Readonly<Record<keyof SmtpForm, string>> = {
  provider: 'service.provider',
  cloud: 'service.cloud',
  smtpHost: 'service.smtpHost',
  loginHost: 'service.loginHost',
  clientId: 'service.clientId',
  scope: 'service.scope',
  tenant: 'service.tenant',
  smtpPort: 'service.smtpPort',
  smtpSecurity: 'service.smtpSecurity',
  sendingUser: 'sender.sendingUser',
  isPrivateNetworkAllowed: 'service.isPrivateNetworkAllowed',
};

/** Fields that only a sign-in has. */
const signInKeys: ReadonlySet<keyof SmtpForm> = new Set(['cloud', 'loginHost', 'clientId', 'scope', 'tenant']);

type ServiceSettings = Readonly<Record<string, unknown>>;

const word = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

/** As makers of printers print it: what allows sending, then what every sign-in asks for. */
export function printedScope(scope: string): string {
  return scope === '' ? '' : `${scope} offline_access openid email`;
}

/** What a cloud puts into a field; '' for custom, which has nothing of its own. */
export function cloudValue(profile: ProfileEntry | undefined, key: EndpointKey): string {
  if (profile === undefined || profile.name === 'custom') return key === 'smtpPort' ? '587' : '';
  switch (key) {
    case 'smtpHost':
      return profile.smtpHosts[0] ?? '';
    case 'loginHost':
      return profile.loginHosts[0] ?? '';
    case 'scope':
      return printedScope(profile.scopes[0] ?? '');
    case 'smtpPort':
      return String(profile.smtpPort);
  }
}

/** The form as settings make it: what is blank shows the value of the cloud, as on a printer's page. */
export function formFromSettings(
  service: ServiceSettings,
  sender: ServiceSettings,
  profiles: readonly ProfileEntry[],
): SmtpForm {
  const cloud = word(service['cloud']);
  const isExchange = service['provider'] === 'exchange-online';
  const profile = profiles.find(({ name }) => name === cloud);
  const shown = (key: EndpointKey) => {
    const stored = word(service[key]);
    return stored === '' && isExchange ? cloudValue(profile, key) : stored;
  };
  return {
    provider: word(service['provider']),
    cloud,
    smtpHost: shown('smtpHost'),
    loginHost: shown('loginHost'),
    clientId: word(service['clientId']),
    scope: shown('scope'),
    tenant: word(service['tenant']),
    smtpPort: word(service['smtpPort']),
    smtpSecurity: word(service['smtpSecurity']),
    sendingUser: word(sender['sendingUser']),
    isPrivateNetworkAllowed: word(service['isPrivateNetworkAllowed']),
  };
}

/** Choosing a cloud fills its fields; "custom" keeps what stands there, to be edited. */
export function chooseCloud(form: SmtpForm, cloud: string, profiles: readonly ProfileEntry[]): SmtpForm {
  if (cloud === 'custom') return { ...form, cloud };
  const profile = profiles.find(({ name }) => name === cloud);
  const filled = Object.fromEntries(endpointKeys.map((key) => [key, cloudValue(profile, key)]));
  return { ...form, ...filled, cloud, smtpSecurity: 'starttls', isPrivateNetworkAllowed: 'false' };
}

/** Choosing Exchange Online fills the fields from the cloud; a plain server starts blank: the cloud's is none. */
export function chooseProvider(form: SmtpForm, provider: string, profiles: readonly ProfileEntry[]): SmtpForm {
  if (provider === form.provider) return form;
  if (provider === 'exchange-online') {
    const cloud = form.cloud === 'custom' ? 'global' : form.cloud;
    return chooseCloud({ ...form, provider }, cloud, profiles);
  }
  const isCloudHost = profiles.some(({ smtpHosts }) => smtpHosts.includes(form.smtpHost.trim().toLowerCase()));
  return { ...form, provider, smtpHost: isCloudHost ? '' : form.smtpHost };
}

function isInside(profile: ProfileEntry, key: EndpointKey, text: string): boolean {
  const value = text.trim().toLowerCase();
  if (value === '') return true;
  switch (key) {
    case 'smtpHost':
      return profile.smtpHosts.includes(value);
    case 'loginHost':
      return profile.loginHosts.includes(value);
    case 'smtpPort':
      return value === String(profile.smtpPort);
    case 'scope':
      return resourceScopes(value).every((scope) => profile.scopes.some((one) => one.toLowerCase() === scope));
  }
}

/** What the typed values come to. */
export interface CloudVerdict {
  /** The cloud that is saved. */
  readonly cloud: string;
  /** Fields outside the chosen cloud; empty if it fits. */
  readonly outside: readonly EndpointKey[];
  /** For each of them, the cloud it is a value of, if one knows it. */
  readonly belongsTo: Readonly<Partial<Record<EndpointKey, string>>>;
}

/**
 * Which cloud do the values belong to: the chosen one, else another in which all of them are (somebody follows printed
 * steps and never touched the list), else custom (design 6.6).
 */
export function cloudOf(form: SmtpForm, profiles: readonly ProfileEntry[]): CloudVerdict {
  const builtIn = profiles.filter(({ name }) => name !== 'custom');
  const chosen = builtIn.find(({ name }) => name === form.cloud);
  if (form.provider !== 'exchange-online' || chosen === undefined)
    return { cloud: form.cloud, outside: [], belongsTo: {} };
  const outside = endpointKeys.filter((key) => !isInside(chosen, key, form[key]));
  if (outside.length === 0) return { cloud: chosen.name, outside, belongsTo: {} };
  const belongsTo: Partial<Record<EndpointKey, string>> = {};
  for (const key of outside) {
    const owner = key === 'smtpPort' ? undefined : builtIn.find((profile) => isInside(profile, key, form[key]));
    if (owner !== undefined) belongsTo[key] = owner.name;
  }
  const other = builtIn.find((profile) => endpointKeys.every((key) => isInside(profile, key, form[key])));
  return { cloud: other?.name ?? 'custom', outside, belongsTo };
}

/**
 * What saving the form changes, by path. A value that is the cloud's own is saved as blank, so that a corrected profile
 * reaches the device with a later version.
 */
export function changesOfSmtp(
  form: SmtpForm,
  service: ServiceSettings,
  sender: ServiceSettings,
  profiles: readonly ProfileEntry[],
): Readonly<Record<string, unknown>> {
  const isExchange = form.provider === 'exchange-online';
  const verdict = cloudOf(form, profiles);
  // "custom" is for the daemon to say, as a consequence somebody accepts: until then the chosen cloud stands.
  const cloud = verdict.cloud === 'custom' ? form.cloud : verdict.cloud;
  const profile = profiles.find(({ name }) => name === cloud);
  const wanted: Record<string, unknown> = {};
  for (const key of Object.keys(smtpPaths) as (keyof SmtpForm)[]) {
    // Fields that are not shown for a plain server are left as they are.
    if (!isExchange && signInKeys.has(key)) continue;
    const stored = (key === 'sendingUser' ? sender : service)[key];
    wanted[smtpPaths[key]] = savedValue(form[key].trim(), stored);
  }
  if (isExchange) wanted['service.cloud'] = cloud;
  if (isExchange && profile !== undefined && profile.name !== 'custom') {
    for (const key of ['smtpHost', 'loginHost'] as const)
      if (form[key].trim().toLowerCase() === cloudValue(profile, key)) wanted[smtpPaths[key]] = '';
    if (resourceScopes(form.scope.toLowerCase()).join(' ') === (profile.scopes[0] ?? '').toLowerCase())
      wanted['service.scope'] = '';
  }
  return Object.fromEntries(
    Object.entries(wanted).filter(([path, value]) => {
      const [group = '', key = ''] = path.split('.');
      return value !== (group === 'sender' ? sender : service)[key];
    }),
  );
}

/** In the type the setting has. */
function savedValue(draft: string, stored: unknown): unknown {
  if (typeof stored === 'boolean') return draft === 'true';
  if (typeof stored === 'number') return /^\d{1,6}$/.test(draft) ? Number(draft) : draft;
  return draft;
}
