/** A whole agent behind a real CONNECT proxy: log-in, guest network, inspection, and what does not go through it (F45). */
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { rootLayout } from '../../src/cli/index.ts';
import type { Dialer } from '../../src/core/index.ts';
import { prepareSettings } from '../../src/demo/index.ts';
import { directDialer } from '../../src/net/index.ts';
import {
  createStandInCloud,
  loopbackDialer,
  playFirmware,
  standInProfiles,
  type StandInCloud,
} from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { makeCa, type TestCa, type TlsIdentity } from '../support/certificates.ts';
import { collectedLog } from '../support/collected-log.ts';
import { daemonAt, everythingBelow, untilJob, type OpenDaemon } from '../support/daemon-at.ts';
import { until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';

const administrator = { by: 'test', door: 'cli', role: 'administrator' } as const;
const proxyName = 'proxy.contoso.example';
const password = 'p:roxy-canary-5f1e';
const { loginHost, smtpHost } = { loginHost: 'login.microsoftonline.com', smtpHost: 'smtp.office365.com' };

let cloud: StandInCloud;
let inspector: TestCa;
let inspected: TlsIdentity;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let daemon: OpenDaemon;
let root: string;
/** Names the agent dialled itself, the proxy's among them. */
let dialled: string[];

/** A small forward proxy: RFC 9110 9.3.6 CONNECT, Basic log-in, and the two things offices do with it. */
async function startProxy() {
  const sockets = new Set<Socket>();
  const state = { mode: 'open' as 'open' | 'log-in' | 'portal' | 'inspect', asked: [] as string[] };
  const server = createServer((_request, response) => response.writeHead(400).end());
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    state.asked.push(request.url ?? '');
    const wanted = `Basic ${Buffer.from(`scan:${password}`).toString('base64')}`;
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const to = cloud.hostMap.find((one) => one.host === host && one.port === Number(port))?.toPort;
    if (state.mode === 'log-in' && request.headers['proxy-authorization'] !== wanted)
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n');
    else if (state.mode === 'portal')
      client.end(
        'HTTP/1.1 302 Found\r\nLocation: https://portal.guest.example/login\r\nContent-Type: text/html\r\n\r\n',
      );
    else if (to === undefined) client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    else if (state.mode === 'inspect' && port === '443') {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      const inside = new TLSSocket(client, { isServer: true, secureContext: createSecureContext(inspected) });
      const upstream = connectTls({ port: to, host: '127.0.0.1', servername: host, ca: cloud.caPem });
      sockets.add(upstream);
      inside.on('error', () => upstream.destroy());
      upstream.on('error', () => inside.destroy());
      inside.pipe(upstream).pipe(inside);
    } else {
      const upstream = connect(to, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.write(head);
        client.pipe(upstream).pipe(client);
      });
      sockets.add(upstream.on('error', () => client.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
}

beforeAll(async () => {
  cloud = createStandInCloud({ profile: standInProfiles.global, intervalS: 1 });
  await cloud.start();
  inspector = await makeCa('Contoso Inspection CA');
  inspected = await inspector.issue([loginHost]);
}, 30_000);
beforeEach(async () => {
  proxy = await startProxy();
  dialled = [];
});
afterEach(async () => {
  await daemon.stop();
  await proxy.stop();
});
afterAll(async () => {
  await cloud.stop();
});

async function open(settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
  root = await tempDir();
  await prepareSettings(rootLayout(root), cloud, {
    cloud: 'global',
    clock: systemClock,
    log: collectedLog(),
    settings: { 'network.proxyUrl': `http://${proxyName}:${proxy.port}`, ...settings },
  });
  const straight = loopbackDialer(cloud.hostMap);
  const direct = directDialer();
  const dialer: Dialer = {
    dial: (target) => {
      dialled.push(target.host);
      return target.host === proxyName ? direct.dial({ ...target, host: '127.0.0.1' }) : straight.dial(target);
    },
  };
  daemon = await daemonAt(root, dialer);
}

/** @returns the state a sign-in ends in */
async function signIn() {
  const { agent } = daemon;
  await agent.beginSignIn(administrator);
  const first = await until(() => {
    const state = agent.signInState();
    return state.step === 'code' || state.step === 'failed' ? state : undefined;
  });
  if (first.step === 'failed') return first;
  await cloud.technician({ userCode: first.userCode });
  await until(() => (agent.signInState().step === 'confirm' ? true : undefined));
  await agent.confirmSignIn(administrator);
  return await until(() => {
    const state = agent.signInState();
    return state.step === 'ready' || state.step === 'failed' ? state : undefined;
  });
}

let scans = 0;
async function scan(): Promise<string> {
  scans += 1;
  const { reply } = await playFirmware({
    port: daemon.port,
    // Another one each time, or it would count as a client's repeat.
    file: Buffer.from(`scan ${scans}`),
    fileName: 'scan.pdf',
    to: ['anna@contoso.example'],
    from: 'mfp@printer.local',
    subject: 'Scan',
  });
  return /[0-9a-z]{14}/.exec(reply)?.[0] ?? '';
}

async function scanArrives(): Promise<void> {
  await untilJob(daemon, await scan(), ({ state }) => state === 'accepted');
}

describe('the proxy of an office', () => {
  test('carries the log-in and not the mail, unless somebody chose so', async () => {
    await open();
    expect(await signIn()).toMatchObject({ step: 'ready' });
    await scanArrives();
    expect(new Set(proxy.asked)).toEqual(new Set([`${loginHost}:443`]));
    expect(new Set(dialled)).toEqual(new Set([proxyName, smtpHost]));
    dialled.length = 0;
    proxy.asked.length = 0;
    await daemon.agent.changeSettings({ changes: { 'network.isProxyUsedForSmtp': true }, accept: [] }, administrator);
    await scanArrives();
    expect(proxy.asked).toEqual([`${smtpHost}:587`]);
    expect(dialled).toEqual([proxyName]);
  }, 60_000);

  test('wants a log-in: named as that; with the password all goes, and the password is nowhere to be read', async () => {
    await open({ 'network.proxyUser': 'scan', 'network.isProxyUsedForSmtp': true });
    proxy.mode = 'log-in';
    expect(await signIn()).toMatchObject({ step: 'failed', code: 'proxy-authentication' });
    await daemon.agent.setProxyPassword('wrong', administrator);
    expect(await signIn()).toMatchObject({ step: 'failed', code: 'proxy-authentication' });
    await daemon.agent.setProxyPassword(password, administrator);
    expect(await signIn()).toMatchObject({ step: 'ready' });
    await scanArrives();
    const everything = `${daemon.log.text()}${(await everythingBelow(root)).toString('latin1')}`;
    expect(everything).not.toContain(password);
    expect(everything).not.toContain(Buffer.from(`scan:${password}`).toString('base64'));
  }, 60_000);

  test('is not asked for what is on the bypass list', async () => {
    await open({ 'network.proxyBypass': ['.microsoftonline.com'], 'network.isProxyUsedForSmtp': true });
    expect(await signIn()).toMatchObject({ step: 'ready' });
    expect(new Set(proxy.asked)).toEqual(new Set([`${smtpHost}:587`]));
  }, 60_000);

  test('inspects traffic: named as that, with the name of its authority; trusted, it may', async () => {
    await open();
    proxy.mode = 'inspect';
    expect(await signIn()).toMatchObject({ step: 'failed', code: 'tls-untrusted', guidanceId: 'tls-inspected' });
    expect(daemon.log.text()).toContain('issued by Contoso Inspection CA');
    const extra = { 'network.extraCaPem': [cloud.caPem, inspector.cert] };
    const { consequences } = await daemon.agent.previewSettings({ changes: extra, accept: [] }, administrator);
    await daemon.agent.changeSettings({ changes: extra, accept: consequences.map(({ code }) => code) }, administrator);
    expect(await signIn()).toMatchObject({ step: 'ready' });
  }, 60_000);

  test('is a guest network that wants a log-in on a web page: named as that', async () => {
    await open();
    proxy.mode = 'portal';
    expect(await signIn()).toMatchObject({ step: 'failed', code: 'captive-portal' });
  }, 60_000);

  test('goes away and comes back: the scan waits, named as the proxy, and leaves by itself', async () => {
    await open({ 'network.isProxyUsedForSmtp': true });
    expect(await signIn()).toMatchObject({ step: 'ready' });
    proxy.mode = 'portal';
    await daemon.agent.changeSettings({ changes: { 'log.level': 'debug' }, accept: [] }, administrator);
    const queueId = await scan();
    const waiting = await untilJob(daemon, queueId, ({ lastReply }) => lastReply !== undefined);
    expect(waiting).toMatchObject({ state: 'waiting', lastReply: { code: 'captive-portal' } });
    proxy.mode = 'open';
    await untilJob(daemon, queueId, ({ state }) => state === 'accepted');
  }, 60_000);
});
