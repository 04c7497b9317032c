/** The device file under a service manager: sockets that are handed over, signs of life, and safe mode. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, readlink } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { AgentStatus } from '../../src/core/index.ts';
import { playFirmware } from '../../src/simulator/index.ts';
import { runProgram } from '../support/agent-process.ts';
import { writeSettings } from '../support/daemon-at.ts';
import { PlayedSystemd } from '../support/play-systemd.ts';
import { until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';

const runFile = promisify(execFile);
const bridge = new URL('../../firmware-bridge/', import.meta.url).pathname;

let program: string;
let root: string;
let systemd: PlayedSystemd;
let lan: number;
let web: number;
let smarthost: Server;
let callers: number;

beforeAll(async () => {
  const dir = await tempDir();
  program = join(dir, 'mfp-mail-agent.cjs');
  await copyFile(new URL('../../dist/mfp-mail-agent.cjs', import.meta.url).pathname, program);
  await runFile('make', ['-s', '-C', bridge, `BUILD=${dir}`, join(dir, 'notify')]);
  await copyFile(join(dir, 'notify'), join(dir, 'mfp-mail-agent-notify'));
  // Nobody answers it: what matters is whether somebody calls.
  smarthost = createServer((socket) => {
    callers++;
    socket.on('error', () => undefined).destroy();
  }).listen(0, '127.0.0.1');
  await once(smarthost, 'listening');
}, 60_000);

afterAll(() => {
  smarthost.close();
});

beforeEach(async () => {
  const dir = await tempDir();
  root = join(dir, 'root');
  await mkdir(root);
  callers = 0;
  await writeSettings(root, {
    'service.provider': 'unspecified',
    'service.smtpHost': '127.0.0.1',
    'service.smtpPort': (smarthost.address() as AddressInfo).port,
    'service.smtpSecurity': 'none',
    'sender.deviceEmailAddress': 'scanner@contoso.com',
    'lan.allowedNetworks': ['127.0.0.0/8'],
    'lan.trustedPrinters': ['127.0.0.1'],
  });
  systemd = new PlayedSystemd(
    join(dir, 'notify'),
    ['lan', 'web', 'fax'],
    [process.execPath, program, '--root', root, 'run'],
  );
  [lan = 0, web = 0] = await systemd.next('ports');
});

afterEach(async () => {
  await systemd.end();
});

const agent = (...args: string[]) => runProgram(process.execPath, [program, '--root', root, ...args]);
const status = async () => JSON.parse((await agent('status', '--json')).stdout) as AgentStatus;

/** What the port says first; '' if it hangs up. */
async function greeting(client: Socket): Promise<string> {
  let text = '';
  client.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    client.end();
  });
  client.on('error', () => undefined);
  await once(client, 'close');
  return text;
}

test('sockets are taken and left as the settings say, and a restart refuses nobody', async () => {
  await systemd.start();
  expect(await systemd.said(/^READY=1$/m)).toMatch(/^STATUS=.*No scans wait\.$/m);
  expect(await greeting(connect(lan, '127.0.0.1'))).toBe('');
  const closed = await status();
  expect(closed.listeners).toContainEqual({ name: 'web', address: '127.0.0.1', port: web });
  expect(closed.listeners.map(({ name }) => name)).not.toContain('lan');
  expect(closed.warnings).toEqual([
    expect.stringMatching(new RegExp(`port ${String(lan)}, but that door is off: .*lan.isEnabled`)),
    expect.stringMatching(/under the name "fax", which is none of lan, /),
  ]);

  expect((await agent('settings', 'set', '--yes', 'lan.isEnabled', 'on')).code).toBe(0);
  await until(async () => ((await greeting(connect(lan, '127.0.0.1'))).startsWith('220 ') ? true : undefined));
  expect((await status()).listeners).toContainEqual({ name: 'lan', address: '127.0.0.1', port: lan });
  expect((await agent('settings', 'set', '--yes', 'lan.isEnabled', 'off')).code).toBe(0);
  await until(async () => ((await greeting(connect(lan, '127.0.0.1'))) === '' ? true : undefined));
  expect((await agent('settings', 'set', '--yes', 'lan.isEnabled', 'on')).code).toBe(0);

  systemd.signal(15);
  await systemd.said(/^STOPPING=1$/m);
  const early = connect(lan, '127.0.0.1');
  await once(early, 'connect');
  expect(await systemd.next('ended')).toBe(0);
  const late = connect(lan, '127.0.0.1');
  await once(late, 'connect');
  const words = Promise.all([greeting(early), greeting(late)]);
  await systemd.start();
  expect(await words).toEqual([expect.stringMatching(/^220 /), expect.stringMatching(/^220 /)]);
}, 120_000);

test('gives signs of life, and leaves nothing of the service manager to its children', async () => {
  const pid = await systemd.start(1500);
  await systemd.said(/^READY=1$/m);
  await systemd.said(/^WATCHDOG=1$/m);
  const children = (await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'latin1')).trim().split(' ');
  expect(children).toHaveLength(1);
  const [child = ''] = children;
  const environment = await readFile(`/proc/${child}/environ`, 'latin1');
  expect(environment.split('\0').filter((one) => /^(?:LISTEN|WATCHDOG)_/.test(one))).toEqual([]);
  const links = await Promise.all(
    (await readdir(`/proc/${child}/fd`)).map((fd) => readlink(`/proc/${child}/fd/${fd}`)),
  );
  const sockets = links.filter((link) => link.startsWith('socket:'));
  const ours = await Promise.all([3, 4, 5].map((fd) => readlink(`/proc/${String(pid)}/fd/${String(fd)}`)));
  expect(ours.filter((link) => sockets.includes(link))).toEqual([]);

  // Whoever speaks for the agent may die; the next sign of life brings another.
  process.kill(Number(child), 'SIGKILL');
  await systemd.said(/^WATCHDOG=1$/m);
  systemd.signal(15);
  await systemd.said(/^STOPPING=1$/m);
  expect(await systemd.next('ended')).toBe(0);
}, 120_000);

test('after five deaths scans are taken and kept, until somebody says otherwise', async () => {
  for (let n = 0; n < 5; n++) {
    await systemd.start();
    await systemd.said(/^READY=1$/m);
    systemd.signal(9);
    expect(await systemd.next('ended')).toBe(9);
  }
  await systemd.start();
  expect(await systemd.said(/^READY=1$/m)).toMatch(/^STATUS=The agent ended again and again; nothing is sent/m);
  const safe = await status();
  expect(safe).toMatchObject({ glance: 'held', lamp: 'red', guidanceId: 'safe-mode' });
  expect(safe.listeners.map(({ name }) => name)).toEqual(expect.arrayContaining(['loopback', 'web', 'panel']));
  expect(callers).toBe(0);
  await playFirmware({
    port: safe.listeners.find(({ name }) => name === 'loopback')?.port ?? 0,
    file: Buffer.from('page'),
    fileName: 'scan.pdf',
    from: 'scanner@contoso.com',
    to: ['anna@contoso.com'],
    subject: 'Scan',
  });
  expect((await status()).queue.waiting).toBe(1);
  expect((await agent('queue', 'list')).code).toBe(0);
  expect(callers).toBe(0);

  const left = await agent('leave-safe-mode');
  expect(left).toMatchObject({ code: 0, stderr: '' });
  expect(left.stdout).not.toContain('again and again');
  await until(() => (callers > 0 ? true : undefined));
  expect((await status()).guidanceId).not.toBe('safe-mode');
  // What was counted is over.
  systemd.signal(9);
  await systemd.next('ended');
  await systemd.start();
  expect(await systemd.said(/^READY=1$/m)).not.toContain('again and again');
}, 120_000);
