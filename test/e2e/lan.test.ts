/** A whole agent beside old printers: Python's smtplib and openssl stand on the network, here on other addresses of loopback. */
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createApi } from '../../src/api/index.ts';
import type { Daemon } from '../../src/daemon.ts';
import { loopbackDialer } from '../../src/simulator/index.ts';
import { runProgram } from '../support/agent-process.ts';
import { daemonAt, everythingBelow, writeSettings, type OpenDaemon } from '../support/daemon-at.ts';
import { SkippableClock } from '../support/skippable-clock.ts';
import { playDialogue } from '../support/smtp-dialogue.ts';
import { tempDir } from '../support/temp-dir.ts';

const caller = { by: 'test', door: 'cli', role: 'administrator' } as const;
const password = 'canary-4711';
const running: OpenDaemon[] = [];
const servers: Server[] = [];
let root: string;
let ports: { plain: number; submission: number; tls: number };

afterEach(async () => {
  for (const daemon of running.splice(0)) await daemon.stop();
  for (const server of servers.splice(0)) server.close();
});

beforeEach(async () => {
  root = await tempDir();
  const [plain = 0, submission = 0, tls = 0] = await freePorts(3);
  ports = { plain, submission, tls };
});

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => holdPort()));
  return held.map((server) => {
    const { port } = server.address() as { port: number };
    server.close();
    return port;
  });
}

async function holdPort(port = 0): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function start(changes: Readonly<Record<string, unknown>> = {}) {
  await writeSettings(root, {
    'lan.isEnabled': true,
    'lan.address': '127.0.0.1',
    'lan.plainPort': ports.plain,
    'lan.submissionPort': ports.submission,
    'lan.tlsPort': ports.tls,
    'lan.allowedNetworks': ['127.0.0.0/26'],
    'lan.trustedPrinters': ['127.0.0.2/31'],
    'lan.userName': 'printer',
    ...changes,
  });
  const clock = new SkippableClock();
  const daemon = await daemonAt(root, loopbackDialer([]), clock);
  running.push(daemon);
  return { daemon, clock };
}

/** Exit code 0: sent; 3: log-in refused; 4: refused otherwise; 5: no greeting. */
const scanner = `
import smtplib, ssl, sys
source, port, tls, auth, password = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]
context = ssl._create_unverified_context()
try:
    if tls == 'implicit':
        s = smtplib.SMTP_SSL('127.0.0.1', port, source_address=(source, 0), context=context)
    else:
        s = smtplib.SMTP('127.0.0.1', port, source_address=(source, 0))
    if tls == 'starttls': s.starttls(context=context)
    s.ehlo()
    if auth != 'none':
        s.user, s.password = 'printer', password
        s.auth(auth, s.auth_login if auth == 'LOGIN' else s.auth_plain, initial_response_ok=auth == 'PLAIN')
    s.sendmail('copier@printer.local', ['anna@contoso.com'], 'Subject: scan ' + source + '\\r\\n\\r\\npage\\r\\n')
    s.quit()
except smtplib.SMTPAuthenticationError: sys.exit(3)
except (smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected): sys.exit(5)
except smtplib.SMTPException: sys.exit(4)
`;

function scan(octet: number, port: number, tls: string, auth: string, given = password) {
  return runProgram('python3', ['-c', scanner, `127.0.0.${String(octet)}`, String(port), tls, auth, given]);
}

test('printers with a log-in over TLS, and trusted ones without, hand in scans; others do not', async () => {
  const { daemon } = await start();
  await daemon.agent.setLanPassword(password, caller);
  for (const [octet, port, tls, auth, given, code] of [
    [10, ports.submission, 'starttls', 'LOGIN', password, 0],
    [11, ports.plain, 'starttls', 'PLAIN', password, 0],
    [12, ports.tls, 'implicit', 'PLAIN', password, 0],
    [2, ports.plain, 'clear', 'none', '', 0],
    [3, ports.plain, 'clear', 'PLAIN', 'whatever is typed', 0],
    [13, ports.submission, 'starttls', 'LOGIN', 'wrong', 3],
    [14, ports.plain, 'clear', 'none', '', 4],
    [14, ports.submission, 'starttls', 'none', '', 4],
    [15, ports.plain, 'clear', 'PLAIN', password, 3],
    [100, ports.plain, 'clear', 'none', '', 5],
    [100, ports.tls, 'clear', 'none', '', 5],
  ] as const) {
    const finished = await scan(octet, port, tls, auth, given);
    expect([octet, tls, auth, finished.code, finished.stderr]).toEqual([octet, tls, auth, code, '']);
  }
  expect(daemon.agent.jobs().map((job) => [job.door, job.client.split(' ')[0]])).toEqual([
    ['lan', '127.0.0.10'],
    ['lan', '127.0.0.11'],
    ['lan', '127.0.0.12'],
    ['lan', '127.0.0.2'],
    ['lan', '127.0.0.3'],
  ]);

  // The same facts by the API; the password nowhere, in no form.
  const api = createApi({ agent: daemon.agent, clock: new SkippableClock(), log: daemon.log, version: 'test' });
  const get = async (path: string, role: 'administrator' | 'walk-up' = 'administrator') =>
    api.handle(new Request(`http://agent${path}`), { ...caller, role });
  const { clients } = (await (await get('/v1/clients')).json()) as { clients: { address: string; tls?: string }[] };
  expect(clients.map(({ address, tls }) => [address, tls])).toEqual(
    expect.arrayContaining([
      ['127.0.0.10', 'TLSv1.3'],
      ['127.0.0.2', undefined],
    ]),
  );
  const dialogue = await get('/v1/clients/127.0.0.10/dialogue');
  expect(dialogue.headers.get('content-type')).toMatch(/^text\/plain/);
  const text = await dialogue.text();
  expect(text).toMatch(/STARTTLS[^]*TLSv1\.3[^]*\[masked\][^]*MAIL FROM:<copier@printer\.local>[^]*\[\d+ octets\]/i);
  for (const path of ['/v1/clients', '/v1/clients/127.0.0.10/dialogue', '/v1/lan'])
    expect((await get(path, 'walk-up')).status).toBe(403);
  expect((await get('/v1/clients/192.0.2.1/dialogue')).status).toBe(404);
  const secrets = [
    password,
    Buffer.from(password).toString('base64'),
    Buffer.from(`\0printer\0${password}`).toString('base64'),
  ];
  const kept = (await everythingBelow(root)).toString('latin1');
  for (const secret of secrets)
    for (const place of [text, daemon.log.text(), kept]) expect(place).not.toContain(secret);
  expect(kept).not.toContain('PRIVATE KEY');
}, 60_000);

test('openssl with TLS 1.0: refused, and served by the one listener that may', async () => {
  const { daemon } = await start({ 'lan.oldTlsListeners': ['plain'] });
  const handshake = (port: number, ...options: string[]) =>
    runProgram(
      'openssl',
      [
        's_client',
        '-connect',
        `127.0.0.1:${String(port)}`,
        '-starttls',
        'smtp',
        '-cipher',
        'ALL:@SECLEVEL=0',
        ...options,
      ],
      { input: 'QUIT\n', limitMs: 20_000 },
    );
  const old = await handshake(ports.plain, '-tls1');
  expect(old.stdout).toMatch(/TLSv1\b/);
  expect((await handshake(ports.submission, '-tls1')).stdout).toMatch(/Cipher is \(NONE\)/);
  const now = await handshake(ports.submission);
  expect(now.stdout).toMatch(/TLSv1\.3/);
  const { certificates } = await daemon.agent.lan();
  expect(certificates.map(({ keyType }) => keyType)).toEqual(['P-256', 'RSA-2048']);
  // The certificate that openssl saw is the one people compare.
  expect(now.stdout.replace(/\s/g, '')).toContain(certificates[0]!.pem.replace(/\s/g, '').slice(20, 200));
}, 60_000);

test('a log-in name without a password is a warning in the status, and ends with the password', async () => {
  const { daemon } = await start();
  const warnings = () => daemon.agent.status().warnings ?? [];
  const missing = (user: string) => [expect.stringContaining(`cannot log in as ${user}: no password`)];
  expect(warnings()).toEqual(missing('printer'));
  await daemon.agent.setLanPassword(password, caller);
  expect(warnings()).toEqual([]);
  // It belongs to the name it was set for.
  const rename = async (user: string, expected: readonly unknown[]) => {
    const { consequences } = await daemon.agent.previewSettings(
      { changes: { 'lan.userName': user }, accept: [] },
      caller,
    );
    const told = new Promise<void>((resolve) => {
      const end = daemon.agent.subscribe((event) => {
        if (event.type !== 'status' || (event.status.warnings ?? []).length !== expected.length) return;
        end();
        resolve();
      });
    });
    const accept = consequences.map(({ code }) => code);
    await daemon.agent.changeSettings({ changes: { 'lan.userName': user }, accept }, caller);
    await told;
    expect(warnings()).toEqual(expected);
  };
  await rename('copier', missing('copier'));
  await rename('printer', []);
  await rename('', []);
  await running.pop()!.stop();
  expect((await start()).daemon.agent.status().warnings).toBeUndefined();
}, 20_000);

test('the certificate is the same after a restart', async () => {
  const first = await start();
  const before = (await first.daemon.agent.lan()).certificates;
  await running.pop()!.stop();
  const second = await start();
  expect((await second.daemon.agent.lan()).certificates).toEqual(before);
});

/** Without the doors for browsers. */
const smtpListeners = (daemon: Daemon) =>
  daemon.agent.status().listeners.flatMap(({ name }) => (/^l/.test(name) ? [name] : []));

test('a port that somebody else holds is told, and stops nothing else; it is opened when it is free', async () => {
  const holder = await holdPort(ports.plain);
  servers.push(holder);
  const { daemon, clock } = await start();
  expect(daemon.agent.status()).toMatchObject({ glance: 'not-set-up', lamp: 'red', guidanceId: 'port-unavailable' });
  expect(smtpListeners(daemon)).toEqual(['loopback', 'lan-submission', 'lan-tls']);
  await playDialogue({ port: daemon.port }, 'S: 220');
  await playDialogue({ port: ports.submission, localAddress: '127.0.0.2' }, 'S: 220');
  await new Promise((resolve) => holder.close(resolve));
  clock.skip(31_000);
  for (let turn = 0; turn < 100 && smtpListeners(daemon).length < 4; turn++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await playDialogue({ port: ports.plain, localAddress: '127.0.0.2' }, 'S: 220');
});

test('four hours without a sign-in: printers on the network are told, the firmware goes on', async () => {
  const { daemon, clock } = await start();
  const hello = 'S: 220\nC: EHLO mfp\nS: 250\nC: MAIL FROM:<a@b.example>\n';
  await playDialogue({ port: ports.plain, localAddress: '127.0.0.2' }, `${hello}S: 250`);
  clock.skip(4 * 3_600_000);
  await playDialogue(
    { port: ports.plain, localAddress: '127.0.0.2' },
    `${hello}S: 451 4.7.0 This device waits for a sign-in`,
  );
  await playDialogue({ port: daemon.port }, `${hello}S: 250`);
});

test('without the switch nothing listens but loopback', async () => {
  const { daemon } = await start({ 'lan.isEnabled': false });
  expect(smtpListeners(daemon)).toEqual(['loopback']);
  expect((await daemon.agent.lan()).certificates).toEqual([]);
});
