/** What one change of the service settings brings about in the others, and what it costs (design 6.6, T21, T22). */
import { X509Certificate } from 'node:crypto';
import { cloudProfiles, outsideProfile, profileOfHost } from '../cloud/index.ts';
import { effectiveService } from './effective-service.ts';
import { settingFields, settingAt } from './fields.ts';
import { defaultSettings, type Settings } from './schema.ts';

/** Where a change comes from; the panel has a rule of its own. */
export type SettingsDoor = 'panel' | 'web' | 'cli' | 'import' | 'sign-in';

export type ConsequenceCode =
  | 'cloud-becomes-custom'
  | 'sign-in-dropped'
  | 'provider-becomes-unspecified'
  | 'proxy-password-dropped'
  | 'web-door-closes'
  | 'web-door-moves';

/** What a person must be told, and accept, before a change is saved. */
export interface Consequence {
  readonly code: ConsequenceCode;
  readonly message: string;
}

type ServiceSettings = Settings['service'];
const serviceDefaults = defaultSettings().service;

/**
 * Carries a change through the service settings.
 * @param wanted `current` with the values of the change
 * @param touched paths the change names, equal values included
 */
export function settleService(
  current: Settings,
  wanted: Settings,
  touched: ReadonlySet<string>,
  door: SettingsDoor,
): { readonly next: Settings; readonly consequences: readonly Consequence[] } {
  const consequences: Consequence[] = [];
  let service = { ...wanted.service };
  const staysExchange = current.service.provider === 'exchange-online' && service.provider === 'exchange-online';
  if (door === 'panel' && touched.has('service.smtpHost') && staysExchange) {
    // The panel shows the name blank under exchange-online: sending the form back unchanged is not typing.
    if (service.smtpHost === '') {
      service.smtpHost = current.service.smtpHost;
    } else {
      service.provider = 'unspecified';
      consequences.push({
        code: 'provider-becomes-unspecified',
        message:
          `The service provider becomes "unspecified": mail goes to ${service.smtpHost} as a plain server, ` +
          'without the Exchange Online sign-in.',
      });
    }
  }
  if (service.provider === 'exchange-online' && [...touched].some((path) => path.startsWith('service.'))) {
    service = resetForeignEndpoints(current.service, service, touched);
    const custom = asCustomCloud(service);
    if (custom !== undefined) {
      service = custom.service;
      consequences.push(custom.consequence);
    }
  }
  const next = { ...wanted, service };
  // Without a client id nobody can have signed in: setting up a new device asks for no consent.
  const canHaveSignIn = current.service.provider === 'exchange-online' && current.service.clientId !== '';
  if (canHaveSignIn && signInBinding(current) !== signInBinding(next)) {
    consequences.push({
      code: 'sign-in-dropped',
      message:
        'The present sign-in ends, because it was made for other servers or another application; ' +
        'sign in again afterwards. Waiting jobs are kept.',
    });
  }
  if (current.network.proxyUser !== '' && proxyBinding(current) !== proxyBinding(next)) {
    consequences.push({
      code: 'proxy-password-dropped',
      message:
        'The stored proxy password belongs to the former proxy and user and is not sent to another; set it again.',
    });
  }
  return { next, consequences };
}

/**
 * Picking a cloud, or coming back to Exchange Online from a plain server, puts endpoints that this change does not set and
 * that do not belong to the cloud back to "the cloud's own": a plain server's name must never receive a token.
 */
function resetForeignEndpoints(
  current: ServiceSettings,
  wanted: ServiceSettings,
  touched: ReadonlySet<string>,
): ServiceSettings {
  const isBack = current.provider !== 'exchange-online';
  if (!isBack && !touched.has('service.cloud')) return wanted;
  const foreign = new Set<keyof ServiceSettings>(outsideProfile(wanted.cloud, wanted));
  if (isBack && wanted.cloud === 'custom') foreign.add('smtpHost').add('smtpPort');
  if (isBack || wanted.cloud !== 'custom') foreign.add('smtpSecurity');
  const unset = [...foreign].filter((key) => wanted[key] === current[key]);
  return { ...wanted, ...Object.fromEntries(unset.map((key) => [key, serviceDefaults[key]])) };
}

/** Endpoints outside a built-in profile: the cloud becomes custom, and blanks take what they meant until now. */
function asCustomCloud(
  service: ServiceSettings,
): { readonly service: ServiceSettings; readonly consequence: Consequence } | undefined {
  const outside = outsideProfile(service.cloud, service);
  if (outside.length === 0) return undefined;
  const profile = cloudProfiles[service.cloud];
  const hosts = outside.flatMap((key) => (key === 'loginHost' || key === 'smtpHost' ? [service[key]] : []));
  const other = hosts.map(profileOfHost).find((name) => name !== undefined && name !== service.cloud);
  const hint =
    other === undefined
      ? ''
      : ` It is a name of the cloud "${cloudProfiles[other].title}": set service.cloud to ${other} instead if that is meant.`;
  const names = outside.map((key) => `service.${key}`).join(' and ');
  return {
    service: {
      ...service,
      cloud: 'custom',
      loginHost: service.loginHost === '' ? (profile.loginHosts[0] ?? '') : service.loginHost,
      smtpHost: service.smtpHost === '' ? (profile.smtpHosts[0] ?? '') : service.smtpHost,
      scope: service.scope === '' ? (profile.scopes[0] ?? '') : service.scope,
    },
    consequence: {
      code: 'cloud-becomes-custom',
      message: `The cloud becomes "custom", because of ${names}, outside the cloud "${profile.title}".${hint}`,
    },
  };
}

/** Everything a sign-in is bound to (T21) that settings decide; equal texts mean the sign-in lives on. */
function signInBinding(settings: Settings): string {
  const { loginHost, smtpHost, smtpPort, scopes, tenant, clientId, cloud } = effectiveService(settings);
  const { provider, smtpSecurity } = settings.service;
  const authorities = settings.network.extraCaPem.map((pem) => new X509Certificate(pem).fingerprint256).sort();
  const endpoints = [provider, cloud, loginHost, smtpHost, smtpPort, smtpSecurity];
  return JSON.stringify([...endpoints, [...scopes].sort(), tenant, clientId, authorities]);
}

function proxyBinding({ network }: Settings): string {
  return JSON.stringify([network.proxyUrl, network.proxyUser]);
}

/** Paths whose values differ, in the order of the schema. */
export function changedPaths(one: Settings, other: Settings): readonly string[] {
  return settingFields
    .map((field) => field.path)
    .filter((path) => JSON.stringify(settingAt(one, path)) !== JSON.stringify(settingAt(other, path)));
}
