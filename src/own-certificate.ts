/** A certificate that an administrator brought, and the request (CSR) it may come from. Keys stay sealed in the vault. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { MailError, type SecretStore } from './core/index.ts';
import { makeSigningRequest, type SelfSigned } from './net/index.ts';

/** The administrator's certificate. */
export interface OwnCertificate {
  /** PEM; the certificate with its chain. undefined: there is none, or it can no longer be opened. @throws MailError `key-unavailable` */
  get(): Promise<SelfSigned | undefined>;
  /** @param given.keyPem missing: the key of the last request @throws MailError `settings-invalid` */
  set(given: { readonly certificatePem: string; readonly keyPem?: string | undefined }): Promise<void>;
  /** A new key each time; the one before is forgotten. @returns PEM */
  request(names: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

const certificateName = 'own-certificate';
const requestName = 'certificate-request';
const binding = { purpose: 'own-certificate' };
const longestChain = 8;
const fewestRsaBits = 2048;

/** @param options.nowMs undefined: the clock was never set, so dates are not judged */
export function createOwnCertificate(options: {
  readonly secrets: SecretStore;
  readonly nowMs: () => number | undefined;
}): OwnCertificate {
  const { secrets } = options;
  const read = async (name: string): Promise<string | undefined> => {
    try {
      return (await secrets.get(name, binding))?.toString('utf8');
    } catch (error) {
      if (error instanceof MailError && ['secret-damaged', 'secret-binding-changed'].includes(error.code))
        return undefined;
      throw error;
    }
  };
  return {
    get: async () => {
      const kept = await read(certificateName);
      return kept === undefined ? undefined : (JSON.parse(kept) as SelfSigned);
    },
    set: async ({ certificatePem, keyPem }) => {
      const chain = certificatesOf(certificatePem);
      const key = keyOf(keyPem ?? (await read(requestName)));
      const [leaf] = chain;
      if (leaf?.checkPrivateKey(key) !== true)
        throw invalid('The key does not belong to the first certificate; put the certificate of this device first.');
      for (const [index, issuer] of chain.slice(1).entries())
        if (chain[index]?.checkIssued(issuer) !== true)
          throw invalid('The chain is not in order: each certificate must be followed by the one that issued it.');
      const nowMs = options.nowMs();
      if (nowMs !== undefined && Date.parse(leaf.validTo) < nowMs) throw invalid('The certificate has expired.');
      if (leaf.subjectAltName === undefined)
        throw invalid('The certificate names no host (subject alternative name); browsers would refuse it.');
      const kept: SelfSigned = {
        key: key.export({ format: 'pem', type: 'pkcs8' }) as string,
        certificate: chain.map((one) => one.toString()).join(''),
      };
      await secrets.put(certificateName, binding, Buffer.from(JSON.stringify(kept)));
      if (keyPem === undefined) await secrets.remove(requestName);
    },
    request: async (names) => {
      const { key, request } = await makeSigningRequest(names).catch((cause: unknown) => {
        if (!(cause instanceof RangeError)) throw cause;
        throw invalid('Names of a certificate are host names in ASCII letters, or addresses.');
      });
      await secrets.put(requestName, binding, Buffer.from(key));
      return request;
    },
    remove: async () => {
      await secrets.remove(certificateName);
      await secrets.remove(requestName);
    },
  };
}

function certificatesOf(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw invalid('That is no certificate in PEM form (-----BEGIN CERTIFICATE-----).');
  if (blocks.length > longestChain) throw invalid('There are too many certificates; leave the root certificates out.');
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw invalid('One of the certificates cannot be read.');
  }
}

function keyOf(pem: string | undefined): KeyObject {
  if (pem === undefined) throw invalid('Send the private key too, or make a request for a certificate here first.');
  if (/ENCRYPTED/.test(pem)) throw invalid('The key is protected by a password; take the protection off first.');
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw invalid('That is no private key in PEM form.');
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ec' && ['prime256v1', 'secp384r1'].includes(details?.namedCurve ?? '')) return key;
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= fewestRsaBits) return key;
  throw invalid('Browsers take keys of the kinds P-256, P-384, and RSA from 2048 bits on.');
}

function invalid(hint: string): MailError {
  return new MailError('settings-invalid', `certificate refused: ${hint}`, { details: { hint } });
}
