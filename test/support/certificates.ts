import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type * as X509 from '@peculiar/x509';

/** Key and certificate chain as PEM: what `tls.createServer` takes as it is. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority that exists for one test file. */
export interface TestCa {
  /** The CA's own certificate, PEM. */
  readonly cert: string;
  /** A server certificate for these DNS names and addresses; the first one becomes the common name. */
  issue(
    names: readonly string[],
    options?: { readonly notBefore?: Date; readonly notAfter?: Date },
  ): Promise<TlsIdentity>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

async function pemKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
}

const makeKeys = async () => await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const serialNumber = () => `01${Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex')}`;

/** The library's container asks for a metadata polyfill at load time and then never needs what is in it. */
export async function loadX509(): Promise<typeof X509> {
  const reflect = Reflect as unknown as Record<string, unknown>;
  for (const name of ['getMetadata', 'getOwnMetadata', 'defineMetadata']) reflect[name] ??= () => undefined;
  const x509 = await import('@peculiar/x509');
  // Its types name the browser's CryptoKey; Node's is the same object under another type.
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  return x509;
}

/** Makes a CA whose certificates are good from yesterday on, for a year. */
export async function makeCa(name = 'Test CA'): Promise<TestCa> {
  const x509 = await loadX509();
  const caKeys = await makeKeys();
  const notBefore = new Date(Date.now() - dayMs);
  const notAfter = new Date(Date.now() + 365 * dayMs);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${name}`,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const cert = `${ca.toString('pem')}\n`;
  return {
    cert,
    issue: async (names, options = {}) => {
      const keys = await makeKeys();
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: `CN=${names[0] ?? 'nobody'}`,
        issuer: ca.subject,
        notBefore: options.notBefore ?? notBefore,
        notAfter: options.notAfter ?? notAfter,
        signingAlgorithm: algorithm,
        signingKey: caKeys.privateKey,
        publicKey: keys.publicKey,
        extensions: [
          new x509.BasicConstraintsExtension(false),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
          ),
        ],
      });
      return { key: await pemKey(keys.privateKey), cert: `${leaf.toString('pem')}\n${cert}` };
    },
  };
}
