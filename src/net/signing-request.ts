/** A request for a certificate (PKCS #10, RFC 2986) for a new P-256 key of this device. */
import { sign } from 'node:crypto';
import { promisify } from 'node:util';
import { algorithmOf, makeKeys, nameOf, oids, pemOf, subjectAltName, tagged } from './x509-blocks.ts';

/**
 * @param names host names in ASCII and IP addresses without a zone, at least one; the first one is also the common name
 * @returns key as PKCS #8, both as PEM
 * @throws RangeError without a name, or for a name that is neither ASCII nor an address
 */
export async function makeSigningRequest(
  names: readonly string[],
): Promise<{ readonly key: string; readonly request: string }> {
  const [commonName] = names;
  if (commonName === undefined || !names.every((name) => /^[\x21-\x7e]+$/.test(name)))
    throw new RangeError(`no names for a certificate: ${names.join(' ')}`);
  const { default: asn1 } = await import('asn1js');
  const { publicKey, privateKey } = await makeKeys('P-256');
  // RFC 2986 4.1, in its order; the names travel as requested extensions (RFC 2985 5.4.2).
  const wanted = new asn1.Sequence({
    value: [
      new asn1.Sequence({
        value: [
          new asn1.ObjectIdentifier({ value: oids.subjectAltName }),
          new asn1.OctetString({ valueHex: subjectAltName(asn1, names).toBER() }),
        ],
      }),
    ],
  });
  const attribute = new asn1.Sequence({
    value: [new asn1.ObjectIdentifier({ value: oids.extensionRequest }), new asn1.Set({ value: [wanted] })],
  });
  const toBeSigned = new asn1.Sequence({
    value: [
      new asn1.Integer({ value: 0 }),
      nameOf(asn1, commonName),
      asn1.fromBER(publicKey.export({ format: 'der', type: 'spki' })).result,
      tagged(asn1, 0, [attribute]),
    ],
  });
  const signature = await promisify(sign)('sha256', Buffer.from(toBeSigned.toBER()), privateKey);
  const request = new asn1.Sequence({
    value: [toBeSigned, algorithmOf(asn1, 'P-256'), new asn1.BitString({ valueHex: signature })],
  });
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    request: pemOf(Buffer.from(request.toBER()), 'CERTIFICATE REQUEST'),
  };
}
