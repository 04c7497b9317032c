import { X509Certificate, createPrivateKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { MailError } from '../src/core/index.ts';
import { createDeviceCertificate } from '../src/device-certificate.ts';
import { memorySecrets } from './intake/running-lan.ts';
import { collectedLog } from './support/collected-log.ts';
import { ManualClock } from './support/manual-clock.ts';

function setUp(options: { addresses?: readonly string[]; nowMs?: number; hostName?: string } = {}) {
  const secrets = memorySecrets();
  const make = (changes: typeof options = {}) => {
    const { addresses = ['192.168.1.5', 'fd12::5'], nowMs, hostName = 'mfp-7' } = { ...options, ...changes };
    return createDeviceCertificate({
      secrets,
      clock: new ManualClock(nowMs),
      log: collectedLog(),
      hostName,
      addresses: () => addresses,
    });
  };
  return { secrets, make };
}

describe("the device's certificate", () => {
  test('is P-256, for host name and addresses, for ten years, and is kept', async () => {
    const { make, secrets } = setUp();
    const first = make();
    expect(first.facts()).toEqual([]);
    const { keys, certificates } = await first.identity({ hasRsa: false });
    const certificate = new X509Certificate(certificates[0]!);
    expect(certificate.checkPrivateKey(createPrivateKey(keys[0]!))).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
    expect(certificate.ca).toBe(false);
    for (const address of ['192.168.1.5', 'fd12::5']) expect(certificate.checkIP(address)).toBe(address);
    expect(certificate.checkHost('mfp-7')).toBe('mfp-7');
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2036);
    expect(first.facts()).toEqual([
      expect.objectContaining({ keyType: 'P-256', fingerprint: certificate.fingerprint256 }),
    ]);
    expect(secrets.kept.size).toBe(1);
    expect((await make().identity({ hasRsa: false })).certificates).toEqual(certificates);
  });

  test('two devices have two keys', async () => {
    const one = await setUp().make().identity({ hasRsa: false });
    const other = await setUp().make().identity({ hasRsa: false });
    expect(one.keys[0]).not.toBe(other.keys[0]);
  });

  test('made at 1970 it is valid when the clock is right', async () => {
    const { make } = setUp({ nowMs: 0 });
    const { certificates } = await make().identity({ hasRsa: false });
    expect(new Date(new X509Certificate(certificates[0]!).validTo).getUTCFullYear()).toBe(2036);
    expect((await make({ nowMs: Date.UTC(2030, 0) }).identity({ hasRsa: false })).certificates).toEqual(certificates);
  });

  test.each<[string, { addresses?: readonly string[]; nowMs?: number; hostName?: string }]>([
    ['another address', { addresses: ['192.168.1.6'] }],
    ['another name', { hostName: 'mfp-8' }],
    ['ten years later', { nowMs: Date.UTC(2037, 0) }],
  ])('is made anew for %s', async (_name, changes) => {
    const { make } = setUp();
    const before = await make().identity({ hasRsa: false });
    const after = await make(changes).identity({ hasRsa: false });
    expect(after.certificates).not.toEqual(before.certificates);
  });

  test('an RSA one is added for old printers, and the first one stays', async () => {
    const { make } = setUp();
    const before = await make().identity({ hasRsa: false });
    const both = make();
    const after = await both.identity({ hasRsa: true });
    expect(after.certificates[0]).toBe(before.certificates[0]);
    expect(both.facts().map(({ keyType }) => keyType)).toEqual(['P-256', 'RSA-2048']);
  });

  test('two listeners that start together get the same', async () => {
    const certificate = setUp().make();
    const [one, other] = await Promise.all([
      certificate.identity({ hasRsa: false }),
      certificate.identity({ hasRsa: false }),
    ]);
    expect(one).toEqual(other);
  });

  test('a missing key is told, and no other certificate is made', async () => {
    const { make, secrets } = setUp();
    secrets.get = () => Promise.reject(new MailError('key-unavailable', 'test'));
    await expect(make().identity({ hasRsa: false })).rejects.toMatchObject({ code: 'key-unavailable' });
    expect(secrets.kept.size).toBe(0);
  });
});
