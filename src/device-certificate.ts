/**
 * The certificate this device shows to printers on the LAN: made here, for its own keys, when first needed (T48). It is kept
 * sealed, so decommissioning destroys it with the other secrets.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { MailError, type Clock, type MailLog, type SecretStore } from './core/index.ts';
import type { TlsIdentity } from './intake/index.ts';
import type { OwnCertificate } from './own-certificate.ts';
import { makeSelfSigned, type CertificateKeyType, type SelfSigned } from './net/index.ts';

/** The certificate of the web door: the administrator's, or our own. The same object as long as it is the same. */
export interface ShownCertificate extends SelfSigned {
  readonly isSelfSigned: boolean;
}

/** What people compare with the screen of a printer, and what they copy into it. */
export interface CertificateFacts {
  /** SHA-256 over the certificate, upper-case hex pairs with colons. */
  readonly fingerprint: string;
  readonly keyType: CertificateKeyType;
  /** Host names and addresses it is for. */
  readonly names: readonly string[];
  readonly validTo: string;
  readonly pem: string;
}

/** The device's certificates; nothing is read or made before they are asked for. */
export interface DeviceCertificate {
  /**
   * Makes what is missing, durably.
   * @param options.hasRsa an RSA certificate too: TLS 1.0 clients often know no elliptic curves
   * @throws MailError `key-unavailable`, `storage-failed`
   */
  identity(options: { readonly hasRsa: boolean }): Promise<TlsIdentity>;
  /**
   * For browsers. Looked at anew once a minute, since addresses come and go, and at once after `changed`.
   * @throws MailError `key-unavailable`, `storage-failed`
   */
  shown(): Promise<ShownCertificate>;
  /** The administrator's certificate came or went, or names were set. */
  changed(): void;
  /** Forgets our own, so that new ones are made. */
  renew(): Promise<void>;
  /** Names and addresses our own certificates are for. */
  names(): readonly string[];
  /** What is in use since `identity`; empty before. */
  facts(): readonly CertificateFacts[];
}

const secretName = 'device-certificate';
const binding = { purpose: 'device-certificate' };
const lookAgainMs = 60_000;
const tenYearsMs = 10 * 365.25 * 86_400_000;
/** A clock before this was never set: the certificate would be valid in the past only. */
const earliestMs = Date.UTC(2026, 10, 1);

/** @param options.hostName first name of the certificate */
export function createDeviceCertificate(options: {
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly log: MailLog;
  readonly hostName: string;
  /** Addresses of this device; for tests. */
  readonly addresses?: () => readonly string[];
  /** Set by an administrator. */
  readonly furtherNames?: () => readonly string[];
  /** Goes before our own. */
  readonly own?: Pick<OwnCertificate, 'get'>;
}): DeviceCertificate {
  const { secrets, clock, log, hostName, addresses = ownAddresses } = options;
  let inUse: readonly SelfSigned[] = [];
  let shown: { readonly certificate: ShownCertificate; readonly atMs: number } | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const read = async (): Promise<Partial<Record<CertificateKeyType, SelfSigned>>> => {
    try {
      const kept = await secrets.get(secretName, binding);
      return kept === undefined
        ? {}
        : (JSON.parse(kept.toString('utf8')) as Partial<Record<CertificateKeyType, SelfSigned>>);
    } catch (error) {
      // What cannot be read is made anew: nothing but a fingerprint depends on it. Without a key there is no making either.
      if (!(error instanceof MailError) || error.code !== 'secret-damaged') throw error;
      log.fault('device certificate is damaged; a new one is made', error);
      return {};
    }
  };

  const allNames = () => [hostName, ...(options.furtherNames?.() ?? []), ...addresses()].filter((name) => name !== '');

  /** Makes what is missing. */
  const provide = async (keyTypes: readonly CertificateKeyType[]): Promise<readonly SelfSigned[]> => {
    const kept = await read();
    const names = allNames();
    const made: Partial<Record<CertificateKeyType, SelfSigned>> = {};
    for (const keyType of keyTypes) {
      const one = kept[keyType];
      if (one !== undefined && isGood(one.certificate, names, clock.nowMs())) continue;
      made[keyType] = await make(keyType, names, Math.max(clock.nowMs(), earliestMs));
    }
    const all = { ...kept, ...made };
    if (Object.keys(made).length > 0) {
      await secrets.put(secretName, binding, Buffer.from(JSON.stringify(all)));
      log.notice('device certificate made', { names: names.join(' '), keys: Object.keys(made).join(' ') });
    }
    return keyTypes.flatMap((keyType) => all[keyType] ?? []);
  };

  const identity = async (keyTypes: readonly CertificateKeyType[]): Promise<TlsIdentity> => {
    const own = await options.own?.get();
    const ownType = own && keyTypeOf(own.certificate);
    // One of each kind: of two, TLS would show the last.
    const ours = await provide(keyTypes.filter((keyType) => keyType !== ownType));
    inUse = own ? [own, ...ours] : ours;
    return { keys: inUse.map(({ key }) => key), certificates: inUse.map(({ certificate }) => certificate) };
  };

  const show = async (): Promise<ShownCertificate> => {
    const nowMs = clock.monotonicMs();
    if (shown !== undefined && nowMs - shown.atMs < lookAgainMs) return shown.certificate;
    const own = await options.own?.get();
    const [ours] = own ? [own] : await provide(['P-256']);
    if (ours === undefined) throw new MailError('internal', 'no certificate was made');
    const isSame = shown?.certificate.certificate === ours.certificate;
    const certificate = isSame && shown ? shown.certificate : { ...ours, isSelfSigned: own === undefined };
    shown = { certificate, atMs: nowMs };
    return certificate;
  };

  /** One at a time: two listeners start together and shall have the same certificate. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  return {
    identity: ({ hasRsa }) => inTurn(() => identity(hasRsa ? ['P-256', 'RSA-2048'] : ['P-256'])),
    shown: () => inTurn(show),
    changed: () => {
      if (shown) shown = { ...shown, atMs: -Infinity };
    },
    renew: () => inTurn(() => secrets.remove(secretName)),
    names: allNames,
    facts: () => inUse.map(({ certificate }) => factsOf(certificate)),
  };
}

function factsOf(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  return {
    fingerprint: certificate.fingerprint256,
    keyType: keyTypeOf(pem),
    names: (certificate.subjectAltName ?? '').split(', ').map((name) => name.slice(name.indexOf(':') + 1)),
    validTo: new Date(certificate.validTo).toISOString(),
    pem,
  };
}

function keyTypeOf(pem: string): CertificateKeyType {
  return new X509Certificate(pem).publicKey.asymmetricKeyType === 'rsa' ? 'RSA-2048' : 'P-256';
}

/** Still for all names of this device; one that has expired serves nobody. */
function isGood(pem: string, names: readonly string[], nowMs: number): boolean {
  const certificate = new X509Certificate(pem);
  if (new Date(certificate.validTo).getTime() < nowMs) return false;
  return names.every(
    (name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined,
  );
}

/** Without link-local and loopback ones: nobody types those into a printer. */
function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address))
    .map(({ address }) => address)
    .sort();
}

function make(keyType: CertificateKeyType, names: readonly string[], nowMs: number): Promise<SelfSigned> {
  return makeSelfSigned({
    keyType,
    names,
    // A day back: a printer's clock is rarely ours.
    notBeforeMs: nowMs - 86_400_000,
    notAfterMs: nowMs + tenYearsMs,
  });
}
