import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect as tlsConnect } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createStandInCloud, loopbackDialer, standInProfiles, type StandInCloud } from '../../src/simulator/index.ts';
import { tempDir } from '../support/temp-dir.ts';
import { ask, askCode, mailFrom, signIn, SmtpTalk, startCloud } from './clients.ts';

describe.each(Object.values(standInProfiles))('profile $name', (profile) => {
  test('shows a certificate for each of its names, signs in and takes a mail', async () => {
    const cloud = await startCloud({ profile });
    const dialer = loopbackDialer(cloud.hostMap);
    for (const { host, port } of cloud.hostMap.filter((one) => one.port === 443)) {
      const secure = tlsConnect({
        socket: await dialer.dial({ host, port, timeoutMs: 5000 }),
        servername: host,
        ca: cloud.caPem,
      });
      await once(secure, 'secureConnect');
      expect(secure.authorized).toBe(true);
      secure.destroy();
    }
    const token = (await signIn(cloud))['access_token'];
    const talk = await SmtpTalk.signedIn(cloud, 'scan@contoso.example', token);
    expect(await talk.send({ from: 'scan@contoso.example', message: mailFrom('scan@contoso.example') })).toContain(
      profile.exchangeDomain,
    );
    talk.close();
  });
});

describe('start and stop', () => {
  test('nothing is there before the start', () => {
    const cloud = createStandInCloud({ profile: standInProfiles.global });
    for (const read of [() => cloud.caPem, () => cloud.phoneUrl, () => cloud.hostMap, () => cloud.addresses])
      expect(read).toThrow(/has not started/);
  });

  test('a second start is the same cloud on the same ports', async () => {
    const cloud = await startCloud();
    const before = { addresses: cloud.addresses, caPem: cloud.caPem };
    const { refresh_token: refresh } = await signIn(cloud);
    await cloud.start();
    await cloud.stop();
    await cloud.stop();
    await expect(askCodeAt(cloud, before)).rejects.toThrow(/ECONNREFUSED|has not started/);
    await cloud.start();
    expect({ addresses: cloud.addresses, caPem: cloud.caPem }).toEqual(before);
    const { status } = await ask(cloud, '/common/oauth2/v2.0/token', {
      form: { client_id: cloud.clientId, grant_type: 'refresh_token', refresh_token: String(refresh) },
    });
    expect(status).toBe(200);
  });

  test('stop ends open connections and waits', async () => {
    const cloud = await startCloud({ faults: ['greeting-stall'] });
    const talk = SmtpTalk.open(cloud);
    while (cloud.stats.connections === 0) await new Promise((resolve) => setImmediate(resolve));
    await cloud.stop();
    expect(await talk.reply()).toBe('closed');
  });

  test('a port in use is an error, and nothing stays open', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const cloud = createStandInCloud({
      profile: standInProfiles.global,
      ports: { phone: (blocker.address() as AddressInfo).port },
    });
    await expect(cloud.start()).rejects.toThrow(/EADDRINUSE/);
    blocker.close();
    await once(blocker, 'close');
    await cloud.start();
    await cloud.stop();
  });

  test('approve and decline want a code that waits and an account that exists', async () => {
    const cloud = await startCloud();
    expect(() => {
      cloud.approve({ userCode: 'WRONGCODE' });
    }).toThrow(/no sign-in waits/);
    const userCode = String((await askCode(cloud)).json['user_code']);
    expect(cloud.pendingCodes()).toMatchObject([{ userCode, tenant: 'organizations' }]);
    expect(() => {
      cloud.approve({ userCode, upn: 'nobody@x.example' });
    }).toThrow(/no account/);
    expect(cloud.pendingCodes()).toHaveLength(1);
  });

  test('waiting for mail ends with an error when none comes', async () => {
    await expect((await startCloud()).waitForDelivery({ timeoutMs: 10 })).rejects.toThrow(
      /no mail arrived within 10 ms/,
    );
  });

  test('the CA is a CA and the server certificate is not; both are ECDSA P-256', async () => {
    const cloud = await startCloud();
    const ca = new X509Certificate(cloud.caPem);
    expect(ca.ca).toBe(true);
    const socket = tlsConnect({
      host: '127.0.0.1',
      port: cloud.addresses.identity.port,
      servername: cloud.profile.loginHost,
      ca: cloud.caPem,
    });
    await once(socket, 'secureConnect');
    const leaf = new X509Certificate(socket.getPeerCertificate().raw);
    socket.destroy();
    expect({
      isCa: leaf.ca,
      isIssued: leaf.checkIssued(ca),
      names: leaf.subjectAltName?.includes('DNS:smtp.office365.com'),
    }).toEqual({ isCa: false, isIssued: true, names: true });
    expect([ca, leaf].map((one) => one.publicKey.asymmetricKeyDetails?.namedCurve)).toEqual([
      'prime256v1',
      'prime256v1',
    ]);
  });
});

describe('loopbackDialer', () => {
  test.each([
    ['a host nobody mapped', 'example.com', 443],
    ['a mapped host on another port', 'smtp.office365.com', 25],
  ])('refuses %s', async (_what, host, port) => {
    const dialer = loopbackDialer((await startCloud()).hostMap);
    await expect(dialer.dial({ host, port, timeoutMs: 1000 })).rejects.toMatchObject({ code: 'connect-failed' });
  });

  test('says connect-failed when nobody listens, and stops for its signal', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const dialer = loopbackDialer([{ host: 'a.example', port: 1, toPort: port }]);
    await expect(dialer.dial({ host: 'A.example', port: 1, timeoutMs: 1000 })).rejects.toMatchObject({
      code: 'connect-failed',
    });
    await expect(
      dialer.dial({ host: 'a.example', port: 1, timeoutMs: 1000, signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});

describe('main.ts', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));

  async function run(command: string, args: readonly string[]): Promise<unknown> {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    return (await once(child, 'exit'))[0];
  }

  test('as a process of its own writes its facts, serves, and ends with SIGTERM', async () => {
    const dir = await tempDir();
    const program = join(dir, 'stand-in.mjs');
    // Built as one file, libraries and all: how a test that has no checkout around it runs it.
    const banner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
    expect(
      await run(join(root, 'node_modules/.bin/esbuild'), [
        'src/simulator/main.ts',
        '--bundle',
        '--platform=node',
        '--format=esm',
        '--target=node20',
        '--log-level=error',
        `--banner:js=${banner}`,
        `--outfile=${program}`,
      ]),
    ).toBe(0);
    const child = spawn(
      process.execPath,
      [program, '--profile', 'custom', '--fault', 'identity-html:times=1', '--dir', dir],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    await once(child.stdout, 'data');
    const facts = JSON.parse(await readFile(join(dir, 'cloud.json'), 'utf8')) as Pick<
      StandInCloud,
      'addresses' | 'clientId' | 'phoneUrl'
    >;
    const caPem = await readFile(join(dir, 'ca.pem'), 'utf8');
    expect(facts).toMatchObject({
      profile: 'custom',
      hostMap: [
        { host: 'login.example.test', port: 443 },
        { host: 'smtp.example.test', port: 587 },
      ],
    });
    const outside = { ...facts, caPem, profile: standInProfiles.custom } as StandInCloud;
    expect((await askCode(outside)).headers['content-type']).toMatch(/^text\/html/);
    expect((await askCode(outside)).json).toMatchObject({ verification_uri: 'https://login.example.test/device' });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  }, 30_000);

  test.each([
    ['an unknown profile', ['--profile', 'mars'], /no profile mars/],
    ['an unknown fault', ['--fault', 'nonsense'], /no fault is called nonsense/],
  ])(
    'refuses %s',
    async (_what, args, said) => {
      const program = join(await tempDir(), 'stand-in.mjs');
      await run(join(root, 'node_modules/.bin/esbuild'), [
        'src/simulator/main.ts',
        '--bundle',
        '--platform=node',
        '--format=esm',
        '--log-level=error',
        `--outfile=${program}`,
      ]);
      const child = spawn(process.execPath, [program, ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
      });
      expect((await once(child, 'close'))[0]).toBe(1);
      expect(stderr).toMatch(said);
    },
    30_000,
  );
});

/** Asks a cloud at addresses it had, whether it runs or not. */
function askCodeAt(
  cloud: StandInCloud,
  { addresses, caPem }: Pick<StandInCloud, 'addresses' | 'caPem'>,
): Promise<unknown> {
  return askCode({ profile: cloud.profile, clientId: cloud.clientId, addresses, caPem } as StandInCloud);
}
