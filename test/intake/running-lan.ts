import { createDeviceCertificate } from '../../src/device-certificate.ts';
import type { SecretBinding } from '../../src/core/index.ts';
import {
  createLoginCheck,
  type IntakeOptions,
  type LanAccess,
  type ListenerConfig,
  type TlsIdentity,
} from '../../src/intake/index.ts';
import { hashPassword } from '../../src/vault/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { runningIntake } from './running-intake.ts';

/** Lets I/O go on until `is` holds; a test that waits in vain fails instead of turning for ever. */
export async function turnsUntil(is: () => boolean, limitMs = 10_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!is()) {
    if (performance.now() > endMs) throw new Error(`waited in vain for ${is.toString()}`);
    await settle(1);
  }
}

/** Secrets in memory, unsealed. */
export function memorySecrets() {
  const kept = new Map<string, Buffer>();
  return {
    kept,
    put: (name: string, _binding: SecretBinding, secret: Buffer) => {
      kept.set(name, secret);
      return Promise.resolve();
    },
    get: (name: string) => Promise.resolve(kept.get(name)),
    remove: (name: string) => {
      kept.delete(name);
      return Promise.resolve();
    },
  };
}

let identity: Promise<TlsIdentity> | undefined;
/** The device's own certificates, made once for the whole test file. */
export function testIdentity(): Promise<TlsIdentity> {
  return (identity ??= createDeviceCertificate({
    secrets: memorySecrets(),
    clock: new ManualClock(),
    log: collectedLog(),
    hostName: 'mfp-7.contoso.com',
    addresses: () => ['127.0.0.1'],
  }).identity({ hasRsa: true }));
}

let passwordHash: Promise<Buffer> | undefined;

/** User of the LAN, and the password that belongs to it. */
export const lanUser = 'scan';
export const lanPassword = 'Geheim 1!';

/**
 * A real intake with loopback and LAN listeners on ephemeral ports of 127.0.0.1. Printers are 127.0.0.x: .1 to .9 trusted,
 * .10 to .99 permitted, the rest strangers to the door.
 */
export async function runningLan(
  options: {
    readonly access?: LanAccess;
    readonly isOldAllowed?: boolean;
    readonly changes?: Partial<IntakeOptions>;
  } = {},
) {
  const tls = (kind: 'starttls' | 'implicit') => ({
    kind,
    isOldAllowed: options.isOldAllowed === true,
    identity: testIdentity,
  });
  const listeners: readonly ListenerConfig[] = [
    { name: 'loopback', host: '127.0.0.1', port: 0 },
    { name: 'lan', host: '127.0.0.1', port: 0, tls: tls('starttls') },
    { name: 'lan-tls', host: '127.0.0.1', port: 0, tls: tls('implicit') },
  ];
  passwordHash ??= hashPassword(lanPassword);
  const stored = await passwordHash;
  const access = options.access ?? {
    allowedNetworks: ['127.0.0.0/26', '127.0.0.64/27'],
    trustedPrinters: ['127.0.0.1', '127.0.0.2/31', '127.0.0.4/30'],
  };
  const running = await runningIntake({
    listeners: () => listeners,
    lan: () => access,
    checkLogin: createLoginCheck({ userName: () => lanUser, stored: () => Promise.resolve(stored) }),
    ...options.changes,
  });
  const portOf = (name: string) => running.intake.addresses().find((one) => one.name === name)?.port ?? 0;
  return {
    ...running,
    loopback: { port: portOf('loopback') },
    /** As a printer with this last octet. */
    lan: (octet: number) => ({ port: portOf('lan'), localAddress: `127.0.0.${String(octet)}` }),
    lanTls: (octet: number) => ({ port: portOf('lan-tls'), localAddress: `127.0.0.${String(octet)}` }),
  };
}
