/**
 * Makes a certificate for a TLS server that vouches for itself (RFC 5280, version 3). Node reads certificates but makes none;
 * asn1js writes the DER, node:crypto makes the keys and signs.
 */
import { createHash, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type Asn1 from 'asn1js';
import {
  algorithmOf,
  makeKeys,
  nameOf,
  oids,
  pemOf,
  subjectAltName,
  tagged,
  type Asn1Block,
  type CertificateKeyType,
} from './x509-blocks.ts';

/** What a self-signed certificate shall say. */
export interface SelfSignedOptions {
  readonly keyType: CertificateKeyType;
  /** Host names in ASCII and IP addresses without a zone, at least one; the first one is also the common name. */
  readonly names: readonly string[];
  /** Wall clock, milliseconds since 1970; whole seconds are kept. Years 1950 to 9999. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Private key (PKCS #8) and certificate, both as PEM with a line end after the last line. */
export interface SelfSigned {
  readonly key: string;
  readonly certificate: string;
}

/** RFC 5280 4.1.2.2: the longest that every reader must take. */
const serialOctets = 20;

/**
 * A new key and a certificate for it: CA:FALSE, server authentication only, ECDSA or RSA with SHA-256.
 * @throws RangeError without a name, or for a name that is neither ASCII nor an address
 */
export async function makeSelfSigned(options: SelfSignedOptions): Promise<SelfSigned> {
  const { keyType, names, notBeforeMs, notAfterMs } = options;
  const [commonName] = names;
  if (commonName === undefined || !names.every((name) => /^[\x21-\x7e]+$/.test(name)))
    throw new RangeError(`no names for a certificate: ${names.join(' ')}`);
  // Heavy for its rare use: once in the life of most devices. The default export: named ones of a CommonJS module do not
  // survive bundling.
  const { default: asn1 } = await import('asn1js');
  const { publicKey, privateKey } = await makeKeys(keyType);
  const publicKeyInfo = asn1.fromBER(publicKey.export({ format: 'der', type: 'spki' })).result;
  const name = nameOf(asn1, commonName);
  const algorithm = algorithmOf(asn1, keyType);
  // RFC 5280 4.1.2, in its order.
  const toBeSigned = new asn1.Sequence({
    value: [
      tagged(asn1, 0, [new asn1.Integer({ value: 2 })]), // version 3
      new asn1.Integer({ valueHex: serialNumber() }),
      algorithm,
      name, // issuer
      new asn1.Sequence({ value: [time(asn1, notBeforeMs), time(asn1, notAfterMs)] }),
      name, // subject
      publicKeyInfo,
      tagged(asn1, 3, [
        new asn1.Sequence({ value: extensions(asn1, keyType, names, keyIdentifier(asn1, publicKeyInfo)) }),
      ]),
    ],
  });
  const signature = await promisify(sign)('sha256', Buffer.from(toBeSigned.toBER()), privateKey);
  const certificate = new asn1.Sequence({
    value: [toBeSigned, algorithm, new asn1.BitString({ valueHex: signature })],
  });
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    certificate: pemOf(Buffer.from(certificate.toBER()), 'CERTIFICATE'),
  };
}

/** RFC 5280 4.1.2.2: positive, at most 20 octets; and DER wants no leading zeros. */
function serialNumber(): Buffer {
  const serial = randomBytes(serialOctets);
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0);
  return serial;
}

/** RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on; seconds, but never fractions of one. */
function time(asn1: typeof Asn1, atMs: number): Asn1Block {
  const valueDate = new Date(Math.floor(atMs / 1000) * 1000);
  return valueDate.getUTCFullYear() < 2050 ? new asn1.UTCTime({ valueDate }) : new asn1.GeneralizedTime({ valueDate });
}

/** RFC 5280 4.2.1. No authority key identifier: 4.2.1.1 frees self-signed certificates of it. */
function extensions(
  asn1: typeof Asn1,
  keyType: CertificateKeyType,
  names: readonly string[],
  subjectKeyIdentifier: Asn1Block,
): Asn1Block[] {
  const extension = (oid: string, isCritical: boolean, value: Asn1Block): Asn1Block =>
    new asn1.Sequence({
      value: [
        new asn1.ObjectIdentifier({ value: oid }),
        // FALSE is the default, which DER leaves out.
        ...(isCritical ? [new asn1.Boolean({ value: true })] : []),
        new asn1.OctetString({ valueHex: value.toBER() }),
      ],
    });
  return [
    // 4.2.1.9: empty means cA FALSE.
    extension(oids.basicConstraints, true, new asn1.Sequence({ value: [] })),
    extension(oids.keyUsage, true, keyUsage(asn1, keyType)),
    // 4.2.1.12
    extension(
      oids.extendedKeyUsage,
      false,
      new asn1.Sequence({ value: [new asn1.ObjectIdentifier({ value: oids.serverAuth })] }),
    ),
    // 4.2.1.6: not critical, as the subject is not empty.
    extension(oids.subjectAltName, false, subjectAltName(asn1, names)),
    extension(oids.subjectKeyIdentifier, false, subjectKeyIdentifier),
  ];
}

/**
 * RFC 5280 4.2.1.3: digitalSignature is bit 0, keyEncipherment bit 2. The latter for RSA only: TLS 1.0 clients without
 * elliptic curves encrypt to the key, and RFC 5480 3 forbids it for elliptic curves.
 */
function keyUsage(asn1: typeof Asn1, keyType: CertificateKeyType): Asn1Block {
  const [bits, unusedBits] = keyType === 'P-256' ? [0b1000_0000, 7] : [0b1010_0000, 5];
  return new asn1.BitString({ valueHex: Uint8Array.of(bits), unusedBits });
}

/** RFC 5280 4.2.1.2, method (1): SHA-1 over the key's bits. A name for the key; no security rests on it. */
function keyIdentifier(asn1: typeof Asn1, publicKeyInfo: Asn1Block): Asn1Block {
  const bits = publicKeyInfo instanceof asn1.Sequence ? publicKeyInfo.valueBlock.value[1] : undefined;
  if (!(bits instanceof asn1.BitString)) throw new TypeError('a public key in no known form');
  return new asn1.OctetString({ valueHex: createHash('sha1').update(bits.valueBlock.valueHexView).digest() });
}
