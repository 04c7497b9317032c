/** A certificate authority that lives as long as the stand-in cloud, and the certificates its faults need. */
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type * as X509 from '@peculiar/x509';

/** Key and chain as PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

/** certificate-* faults pick one of the others. */
export type CertificateKind = 'good' | 'untrusted' | 'unknown' | 'wrong-name' | 'expired' | 'not-yet-valid';

export interface StandInCertificates {
  readonly caPem: string;
  readonly server: Readonly<Record<CertificateKind, ServerCertificate>>;
}

const ecdsaP256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

/**
 * Makes the CA and one server certificate for all names, ECDSA P-256, good for a year; and the bad ones beside it.
 * @param names DNS names and IP addresses, at least one
 */
export async function makeCertificates(names: readonly string[]): Promise<StandInCertificates> {
  const x509 = await loadX509();
  const keys = await newKeys();
  const ca = await makeAuthority(x509, 'Stand-in cloud rehearsal CA');
  const stranger = await makeAuthority(x509, 'Somebody else');
  const now = Date.now();
  const issue = (from: Authority, dns: readonly string[], startMs: number, endMs: number) =>
    makeLeaf(x509, from, keys, dns, new Date(startMs), new Date(endMs));
  const untrusted = await issue(stranger, names, now - dayMs, now + 365 * dayMs);
  return {
    caPem: ca.pem,
    server: {
      good: await issue(ca, names, now - dayMs, now + 365 * dayMs),
      untrusted,
      // The leaf alone: nobody can say who vouches for it.
      unknown: { ...untrusted, cert: untrusted.cert.replace(/(?<=-----END CERTIFICATE-----\s)[^]*$/, '') },
      'wrong-name': await issue(ca, ['printer-portal.example.test'], now - dayMs, now + 365 * dayMs),
      expired: await issue(ca, names, now - 400 * dayMs, now - 35 * dayMs),
      'not-yet-valid': await issue(ca, names, now + 35 * dayMs, now + 400 * dayMs),
    },
  };
}

interface Authority {
  readonly certificate: X509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly pem: string;
}

async function makeAuthority(x509: typeof X509, name: string): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: `CN=${name}, O=mfp-mail-agent`,
    keys,
    signingAlgorithm: ecdsaP256,
    // Older than the "expired" server certificate, so that the leaf is what has expired.
    notBefore: new Date(Date.now() - 500 * dayMs),
    notAfter: new Date(Date.now() + 3650 * dayMs),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys, pem: `${certificate.toString('pem')}\n` };
}

async function makeLeaf(
  x509: typeof X509,
  authority: Authority,
  keys: webcrypto.CryptoKeyPair,
  names: readonly string[],
  notBefore: Date,
  notAfter: Date,
): Promise<ServerCertificate> {
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: `CN=${names[0] ?? 'localhost'}`,
    issuer: authority.certificate.subject,
    notBefore,
    notAfter,
    signingAlgorithm: ecdsaP256,
    signingKey: authority.keys.privateKey,
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
    ],
  });
  return { key: await keyPem(keys.privateKey), cert: `${leaf.toString('pem')}\n${authority.pem}` };
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ecdsaP256, true, ['sign', 'verify']);
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const base64 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${base64.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END PRIVATE KEY-----\n`;
}

/** Positive and never zero: a first octet below 0x80. */
function newSerial(): string {
  return `4d${Buffer.from(webcrypto.getRandomValues(new Uint8Array(12))).toString('hex')}`;
}

/** The library's dependency container wants decorator metadata at load time and then finds nothing to do with it. */
async function loadX509(): Promise<typeof X509> {
  const reflect = Reflect as unknown as Record<string, unknown>;
  for (const name of ['getMetadata', 'getOwnMetadata', 'defineMetadata']) reflect[name] ??= () => undefined;
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  return x509;
}
