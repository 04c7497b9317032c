/** Four readers of one certificate: Node's, the TLS handshake's, @peculiar/x509 and openssl. */
import { spawnSync } from 'node:child_process';
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { makeSelfSigned, type CertificateKeyType, type SelfSigned } from '../../src/net/index.ts';
import { loadX509 } from '../support/certificates.ts';

const names = ['mfp-7.contoso.com', 'mfp-7', '127.0.0.1', 'fd12::5', '::ffff:10.1.2.3'];
const notBeforeMs = Date.UTC(2026, 10, 20, 12, 0, 0, 987);
const notAfterMs = Date.UTC(2036, 10, 20, 12, 0, 0, 987);
const keyTypes: readonly CertificateKeyType[] = ['P-256', 'RSA-2048'];
const made = {} as Record<CertificateKeyType, SelfSigned>;

beforeAll(async () => {
  for (const keyType of keyTypes) made[keyType] = await makeSelfSigned({ keyType, names, notBeforeMs, notAfterMs });
});

const make = (changes: { names?: readonly string[]; notBeforeMs?: number; notAfterMs?: number }) =>
  makeSelfSigned({ keyType: 'P-256', names, notBeforeMs, notAfterMs, ...changes });

/** What openssl prints, with blanks made one. */
function openssl(args: readonly string[], pem: string): string {
  const { status, stdout, stderr } = spawnSync('openssl', args, { input: pem, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.replace(/\s+/g, ' ');
}
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const withOpenssl = hasOpenssl ? test : test.skip;

describe.each(keyTypes)('a self-signed certificate, %s', (keyType) => {
  test('Node: its own key, its own signature, every name, not a CA, whole seconds', () => {
    const certificate = new X509Certificate(made[keyType].certificate);
    expect(certificate.checkPrivateKey(createPrivateKey(made[keyType].key))).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject(
      keyType === 'P-256' ? { namedCurve: 'prime256v1' } : { modulusLength: 2048, publicExponent: 65_537n },
    );
    expect(certificate.ca).toBe(false);
    expect(certificate.subject).toBe('CN=mfp-7.contoso.com');
    expect(certificate.issuer).toBe(certificate.subject);
    for (const name of names.slice(0, 2)) expect(certificate.checkHost(name)).toBe(name);
    for (const address of names.slice(2)) expect(certificate.checkIP(address)).toBe(address);
    expect(certificate.checkHost('mfp-8')).toBeUndefined();
    expect(certificate.checkIP('fd12::6')).toBeUndefined();
    expect(new Date(certificate.validFrom).toISOString()).toBe('2026-11-20T12:00:00.000Z');
    expect(new Date(certificate.validTo).toISOString()).toBe('2036-11-20T12:00:00.000Z');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']); // Node's word for the extended one
  });

  test.each([
    ['TLSv1.2', '127.0.0.1', undefined],
    ['TLSv1.3', 'mfp-7', 'mfp-7'],
  ] as const)('a client that trusts only it speaks %s with %s', async (version, host, servername) => {
    const { key, certificate } = made[keyType];
    const server = createServer({ key, cert: certificate }, (socket) => socket.end('220 hello'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const talk = (options: { ca?: string; servername?: string }) =>
      new Promise<string>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', minVersion: version, maxVersion: version, ...options });
        socket.on('error', (error: NodeJS.ErrnoException) => {
          resolve(error.code ?? error.message);
        });
        socket.on('data', (data: Buffer) => {
          resolve(`${data.toString()} ${String(socket.authorized)} ${String(socket.getProtocol())}`);
          socket.destroy();
        });
      });
    try {
      const named = servername === undefined ? {} : { servername };
      expect(await talk({ ca: certificate, ...named })).toBe(`220 hello true ${version}`);
      expect(await talk({ ca: certificate, servername: `not-${host}` })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
      expect(await talk(named)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    } finally {
      server.close();
    }
  });

  test('@peculiar/x509 reads the same', async () => {
    const x509 = await loadX509();
    const certificate = new x509.X509Certificate(made[keyType].certificate);
    expect(await certificate.verify({ date: new Date(notBeforeMs + 60_000) }, webcrypto as never)).toBe(true);
    expect(certificate.subject).toBe('CN=mfp-7.contoso.com');
    expect(certificate.signatureAlgorithm).toMatchObject({ hash: { name: 'SHA-256' } });
    expect(certificate.serialNumber).toMatch(/^[4-7][0-9a-f]{39}$/);
    expect(certificate.extensions.map(({ type, critical }) => [type, critical])).toEqual([
      ['2.5.29.19', true],
      ['2.5.29.15', true],
      ['2.5.29.37', false],
      ['2.5.29.17', false],
      ['2.5.29.14', false],
    ]);
    expect(certificate.getExtension(x509.BasicConstraintsExtension)).toMatchObject({ ca: false });
    expect(certificate.getExtension(x509.KeyUsagesExtension)?.usages).toBe(
      keyType === 'P-256'
        ? x509.KeyUsageFlags.digitalSignature
        : x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
    );
    expect(certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual(['1.3.6.1.5.5.7.3.1']);
    const alternative = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items;
    expect(alternative?.map(({ type }) => type)).toEqual(['dns', 'dns', 'ip', 'ip', 'ip']);
    expect(alternative?.slice(0, 4).map(({ value }) => value)).toEqual(names.slice(0, 4));
    const identifier = await x509.SubjectKeyIdentifierExtension.create(certificate.publicKey, false, webcrypto);
    expect(certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId).toBe(identifier.keyId);
  });

  withOpenssl('openssl finds what RFC 5280 asks for', () => {
    const text = openssl(['x509', '-noout', '-text'], made[keyType].certificate);
    expect(text).toContain('Version: 3 (0x2)');
    const algorithm = keyType === 'P-256' ? 'ecdsa-with-SHA256' : 'sha256WithRSAEncryption';
    expect(text.split(`Signature Algorithm: ${algorithm}`)).toHaveLength(3); // inside and outside
    expect(text).toContain('X509v3 Basic Constraints: critical CA:FALSE');
    const usage = keyType === 'P-256' ? 'Digital Signature' : 'Digital Signature, Key Encipherment';
    expect(text).toContain(`X509v3 Key Usage: critical ${usage} X509v3 Extended Key Usage: TLS Web Server Auth`);
    expect(text).toContain(
      'DNS:mfp-7.contoso.com, DNS:mfp-7, IP Address:127.0.0.1, IP Address:FD12:0:0:0:0:0:0:5, IP Address:0:0:0:0:0:FFFF:A01:203',
    );
    expect(text).toContain('X509v3 Subject Key Identifier: ');
    // What it writes itself from what it read is the same: proper DER.
    expect(openssl(['x509'], made[keyType].certificate)).toBe(made[keyType].certificate.replace(/\s+/g, ' '));
  });
});

describe('the dates (RFC 5280 4.1.2.5)', () => {
  const dates = (pem: string) => {
    const der = new X509Certificate(pem).raw.toString('latin1');
    return [...der.matchAll(/\x17\x0d(\d{12}Z)|\x18\x0f(\d{14}Z)/g)].map((match) => match[1] ?? match[2]);
  };

  test.each<[string, number, number, readonly string[]]>([
    [
      'both before 2050: UTCTime',
      notBeforeMs,
      Date.UTC(2049, 11, 31, 23, 59, 59, 999),
      ['261120120000Z', '491231235959Z'],
    ],
    ['from 2050 on: GeneralizedTime', notBeforeMs, Date.UTC(2050, 0), ['261120120000Z', '20500101000000Z']],
    ['never a fraction', Date.UTC(2051, 1, 3, 4, 5, 6, 789), Date.UTC(2061, 0), ['20510203040506Z', '20610101000000Z']],
  ])('%s', async (_name, notBeforeMs, notAfterMs, expected) => {
    const { certificate } = await make({ notBeforeMs, notAfterMs });
    expect(dates(certificate)).toEqual(expected);
    const read = new X509Certificate(certificate);
    expect(new Date(read.validFrom).getTime()).toBe(Math.floor(notBeforeMs / 1000) * 1000);
    expect(new Date(read.validTo).getTime()).toBe(Math.floor(notAfterMs / 1000) * 1000);
  });
});

test('serial numbers are positive, of 20 octets, and never the same (4.1.2.2)', async () => {
  const serials = await Promise.all(
    Array.from({ length: 20 }, async () => new X509Certificate((await make({})).certificate).serialNumber),
  );
  for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{39}$/);
  expect(new Set(serials).size).toBe(20);
});

test('a long host name is cut in the common name only (ub-common-name)', async () => {
  const name = `${'a'.repeat(60)}.${'b'.repeat(60)}.contoso.com`;
  const certificate = new X509Certificate((await make({ names: [name] })).certificate);
  expect(certificate.subject).toBe(`CN=${name.slice(0, 64)}`);
  expect(certificate.checkHost(name)).toBe(name);
});

test.each([
  [[]], // a SAN must have one at least (4.2.1.6)
  [['drücker']], // IA5String; 7.2 wants the ACE form
  [['mfp-7', '']],
  [['a b']],
])('%j is refused', async (names) => {
  await expect(make({ names })).rejects.toThrow(RangeError);
});
