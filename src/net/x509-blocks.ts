/** Parts that certificates and requests for certificates have in common, as ASN.1 (RFC 5280, RFC 2986). */
import { generateKeyPair, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import type Asn1 from 'asn1js';
import { groupsOf } from './address-guard.ts';

/** Kinds of key; every TLS 1.2 client knows P-256, older ones often RSA only. */
export type CertificateKeyType = 'P-256' | 'RSA-2048';

/** Any block. */
export type Asn1Block = Asn1.BaseBlock;

/** Object identifiers. */
export const oids = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  extensionRequest: '1.2.840.113549.1.9.14',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  sha256WithRsa: '1.2.840.113549.1.1.11',
} as const;

/** RFC 5280 appendix A.1, ub-common-name: characters. */
const longestCommonName = 64;
/** In the thread pool: an RSA key takes a slow processor seconds. */
export function makeKeys(keyType: CertificateKeyType): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  const make = promisify(generateKeyPair);
  return keyType === 'P-256' ? make('ec', { namedCurve: 'P-256' }) : make('rsa', { modulusLength: 2048 });
}

/** RFC 5280 4.1.1.2: RSA has NULL parameters (RFC 4055 5), ECDSA has none at all (RFC 5758 3.2). */
export function algorithmOf(asn1: typeof Asn1, keyType: CertificateKeyType): Asn1Block {
  const value =
    keyType === 'P-256'
      ? [new asn1.ObjectIdentifier({ value: oids.ecdsaWithSha256 })]
      : [new asn1.ObjectIdentifier({ value: oids.sha256WithRsa }), new asn1.Null()];
  return new asn1.Sequence({ value });
}

/** RFC 5280 4.1.2.4: a name of one attribute, UTF8String. */
export function nameOf(asn1: typeof Asn1, commonName: string): Asn1Block {
  const attribute = new asn1.Sequence({
    value: [
      new asn1.ObjectIdentifier({ value: oids.commonName }),
      new asn1.Utf8String({ value: commonName.slice(0, longestCommonName) }),
    ],
  });
  return new asn1.Sequence({ value: [new asn1.Set({ value: [attribute] })] });
}

/** RFC 5280 4.2.1.6: host names and addresses, as the value of the extension. */
export function subjectAltName(asn1: typeof Asn1, names: readonly string[]): Asn1Block {
  return new asn1.Sequence({ value: names.map((name) => generalName(asn1, name)) });
}

/** RFC 5280 4.2.1.6: dNSName is IA5String under tag 2, iPAddress 4 or 16 octets under tag 7. */
function generalName(asn1: typeof Asn1, name: string): Asn1Block {
  const family = isIP(name);
  return new asn1.Primitive({
    idBlock: { tagClass: 3, tagNumber: family === 0 ? 2 : 7 },
    valueHex: family === 0 ? Buffer.from(name, 'ascii') : addressOctets(name, family),
  });
}

function addressOctets(address: string, family: number): Buffer {
  if (family === 4) return Buffer.from(address.split('.').map(Number));
  return Buffer.from(groupsOf(address).flatMap((group) => [group >> 8, group & 0xff]));
}

/** Explicit context tag, as RFC 5280 4.1 has for version and extensions. */
export function tagged(asn1: typeof Asn1, tagNumber: number, value: Asn1Block[]): Asn1Block {
  return new asn1.Constructed({ idBlock: { tagClass: 3, tagNumber }, value });
}

/** RFC 7468 5: lines of 64. */
export function pemOf(der: Buffer, label: 'CERTIFICATE' | 'CERTIFICATE REQUEST'): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
