import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { MailError } from '../src/core/index.ts';
import { createDeviceCertificate } from '../src/device-certificate.ts';
import { makeSelfSigned, makeSigningRequest } from '../src/net/index.ts';
import { createOwnCertificate } from '../src/own-certificate.ts';
import { memorySecrets } from './intake/running-lan.ts';
import { collectedLog } from './support/collected-log.ts';
import { ManualClock } from './support/manual-clock.ts';
import { tempDir } from './support/temp-dir.ts';

const clock = new ManualClock();
const dayMs = 86_400_000;
const make = (changes: Partial<Parameters<typeof makeSelfSigned>[0]> = {}) =>
  makeSelfSigned({
    keyType: 'P-256',
    names: ['printer.contoso.com'],
    notBeforeMs: clock.nowMs() - dayMs,
    notAfterMs: clock.nowMs() + dayMs,
    ...changes,
  });

function setUp() {
  const secrets = memorySecrets();
  const own = createOwnCertificate({ secrets, nowMs: () => clock.nowMs() });
  const addresses = { present: ['192.168.1.5'] };
  const names = { present: [] as readonly string[] };
  const device = createDeviceCertificate({
    secrets,
    clock,
    log: collectedLog(),
    hostName: 'mfp-7',
    addresses: () => addresses.present,
    furtherNames: () => names.present,
    own,
  });
  return { secrets, own, device, addresses, names };
}

const hintOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) =>
      error instanceof MailError ? `${error.code}: ${String(error.details['hint'])}` : String(error),
  );

describe("an administrator's certificate", () => {
  test('goes before our own, at once, for browsers and for printers', async () => {
    const { own, device } = setUp();
    const ours = await device.shown();
    expect(ours.isSelfSigned).toBe(true);
    expect(await device.shown()).toBe(ours);
    const brought = await make();
    await own.set({ certificatePem: brought.certificate, keyPem: brought.key });
    device.changed();
    const shown = await device.shown();
    expect(shown).toMatchObject({ isSelfSigned: false });
    expect(new X509Certificate(shown.certificate).fingerprint256).toBe(
      new X509Certificate(brought.certificate).fingerprint256,
    );
    const { certificates } = await device.identity({ hasRsa: true });
    expect(certificates).toHaveLength(2); // one of each kind
    await own.remove();
    device.changed();
    expect((await device.shown()).isSelfSigned).toBe(true);
  });

  test.each<[string, () => Promise<{ certificatePem: string; keyPem?: string }>, RegExp]>([
    ['no certificate', async () => ({ certificatePem: 'x', keyPem: (await make()).key }), /no certificate in PEM/],
    [
      'a key of another',
      async () => ({ certificatePem: (await make()).certificate, keyPem: (await make()).key }),
      /does not belong/,
    ],
    ['no key', async () => ({ certificatePem: (await make()).certificate }), /private key too/],
    ['a key that is none', async () => ({ certificatePem: (await make()).certificate, keyPem: 'x' }), /no private key/],
    [
      'a key under a password',
      async () => ({
        certificatePem: (await make()).certificate,
        keyPem: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
          format: 'pem',
          type: 'pkcs8',
          cipher: 'aes-256-cbc',
          passphrase: 'x',
        }) as string,
      }),
      /protected by a password/,
    ],
    [
      'a weak key',
      async () => ({
        certificatePem: (await make()).certificate,
        keyPem: generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
          format: 'pem',
          type: 'pkcs8',
        }) as string,
      }),
      /RSA from 2048 bits/,
    ],
    [
      'one that has expired',
      async () => {
        const { certificate, key } = await make({ notAfterMs: clock.nowMs() - 1000 });
        return { certificatePem: certificate, keyPem: key };
      },
      /has expired/,
    ],
    [
      'a chain in no order',
      async () => {
        const { certificate, key } = await make();
        return { certificatePem: certificate + (await make({ names: ['other'] })).certificate, keyPem: key };
      },
      /chain is not in order/,
    ],
    [
      'a damaged one',
      async () => ({
        certificatePem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
        keyPem: (await make()).key,
      }),
      /cannot be read/,
    ],
  ])('is refused for %s, and nothing changes', async (_name, given, why) => {
    const { own } = setUp();
    expect(await hintOf(own.set(await given()))).toMatch(why);
    expect(await own.get()).toBeUndefined();
  });

  test('of a request made here needs no key', async () => {
    const { own, secrets } = setUp();
    const request = await own.request(['printer.contoso.com', '192.168.1.5']);
    const path = join(await tempDir(), 'request.pem');
    await writeFile(path, request);
    const { stdout, stderr } = await promisify(execFile)('openssl', ['req', '-in', path, '-noout', '-text', '-verify']);
    expect(stdout + stderr).toMatch(/self-signature verify OK|verify OK/);
    expect(stdout).toMatch(/Subject: CN ?= ?printer\.contoso\.com/);
    expect(stdout).toContain('DNS:printer.contoso.com, IP Address:192.168.1.5');
    // What an authority gives back: a certificate for that key.
    const key = String(secrets.kept.get('certificate-request'));
    const issued = await certificateFor(key);
    expect(await hintOf(own.set({ certificatePem: (await make()).certificate }))).toMatch(/does not belong/);
    await own.set({ certificatePem: issued });
    expect((await own.get())?.key).toBe(key);
    expect(secrets.kept.has('certificate-request')).toBe(false);
  });

  test.each([[[]], [['höst']], [['two words']]])('a request for the names %j is refused', async (names) => {
    expect(await hintOf(setUp().own.request(names))).toMatch(/^settings-invalid/);
    await expect(makeSigningRequest(names)).rejects.toThrow(RangeError);
  });
});

test('our own certificate is made anew when names change, looked at once a minute', async () => {
  const { device, addresses, names } = setUp();
  const before = await device.shown();
  addresses.present = ['192.168.1.6'];
  expect(await device.shown()).toBe(before);
  await clock.advance(60_000);
  const after = await device.shown();
  expect(new X509Certificate(after.certificate).checkIP('192.168.1.6')).toBeDefined();
  names.present = ['scans.contoso.com'];
  device.changed();
  expect(new X509Certificate((await device.shown()).certificate).checkHost('scans.contoso.com')).toBeDefined();
  await clock.advance(60_000);
  expect(await device.shown()).toMatchObject({ isSelfSigned: true });
});

async function certificateFor(keyPem: string): Promise<string> {
  const dir = await tempDir();
  await writeFile(join(dir, 'key.pem'), keyPem);
  const { stdout } = await promisify(execFile)('openssl', [
    ...['req', '-x509', '-new', '-key', join(dir, 'key.pem'), '-subj', '/CN=printer', '-days', '3650'],
    ...['-addext', 'subjectAltName=DNS:printer.contoso.com'],
  ]);
  return stdout;
}
