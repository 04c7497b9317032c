/** Care of the device, as the API asks for it: version, network, log, certificate, reset. */
import { X509Certificate } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { AgentStatus, Clock } from './core/index.ts';
import type { Certificate, LogLine, Maintenance } from './api/index.ts';
import type { DeviceCertificate } from './device-certificate.ts';
import type { OwnCertificate } from './own-certificate.ts';
import { settingRules, type SettingsStore } from './settings/index.ts';

/** What it is made of. */
export interface MaintenanceRooms {
  readonly settings: SettingsStore;
  readonly certificate: DeviceCertificate;
  readonly own: OwnCertificate;
  readonly clock: Clock;
  readonly version: string;
  readonly hostName: string;
  readonly listeners: () => AgentStatus['listeners'];
  readonly logLines: () => readonly LogLine[];
  /** Consequences nobody needs to accept now. */
  readonly idleConsequences: () => readonly string[];
}

const levels = ['error', 'warn', 'info', 'debug'] as const;
/** Left by a reset: without them whoever resets by the web would lose the way back, and the panel its language. */
const keptByReset = /^(?:web|panel)\./;

/** Makes it; nothing is loaded before it is asked for. */
export function createMaintenance(rooms: MaintenanceRooms): Maintenance {
  const { settings, certificate, own, clock } = rooms;
  const startedAtMs = clock.monotonicMs();

  const shown = async (): Promise<Certificate> => {
    const { certificate: pem, isSelfSigned } = await certificate.shown();
    const { fingerprint256, subjectAltName, validFrom, validTo } = new X509Certificate(pem);
    return {
      fingerprint: fingerprint256,
      names: (subjectAltName ?? '').split(', ').map((name) => name.slice(name.indexOf(':') + 1)),
      validFrom: new Date(validFrom).toISOString(),
      validTo: new Date(validTo).toISOString(),
      isSelfSigned,
      pem,
    };
  };

  return {
    about: async () => ({
      version: rooms.version,
      node: process.version,
      uptimeMs: clock.monotonicMs() - startedAtMs,
      // A run from source has none; its package-lock.json is beside it.
      licences: await import('#made/licences').then(
        ({ licences }) => licences,
        () => [],
      ),
      sbom: 'sbom.cdx.json',
    }),
    network: async () => {
      const { getServers } = await import('node:dns');
      return {
        hostName: rooms.hostName,
        addresses: ownAddresses(),
        dnsServers: getServers(),
        doors: rooms.listeners(),
      };
    },
    logLines: (limit, least = 'debug') => {
      const isWanted = (level: string) => levels.findIndex((one) => one === level) <= levels.indexOf(least);
      const lines = rooms.logLines().filter(({ level }) => isWanted(level));
      return Promise.resolve(lines.slice(-limit));
    },
    certificate: shown,
    setCertificate: async (given) => {
      await own.set(given);
      certificate.changed();
      return shown();
    },
    requestCertificate: (names) => own.request(names.length > 0 ? names : certificate.names()),
    removeCertificate: async () => {
      await own.remove();
      await certificate.renew();
      certificate.changed();
      return shown();
    },
    resetSettings: async (accept, { by, door }) => {
      const { changedPaths, defaultSettings } = await settingRules();
      const paths = changedPaths(settings.current(), defaultSettings()).filter((path) => !keptByReset.test(path));
      const changes = Object.fromEntries(paths.map((path) => [path, null]));
      return settings.change(changes, { by, door, accept: [...accept, ...rooms.idleConsequences()] });
    },
  };
}

/** Without loopback, and without the scope of link-local addresses. */
function ownAddresses(): readonly { readonly name: string; readonly address: string }[] {
  return Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? []).filter(({ internal }) => !internal).map(({ address }) => ({ name, address })),
  );
}

/** Addresses under which browsers may ask for this device, loopback included. */
export function hostAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
}
