/** The one file that devices get: it runs alone, without node_modules and without the stand-in cloud. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { rootLayout } from '../../src/cli/index.ts';
import { prepareSettings } from '../../src/demo/index.ts';
import { createStandInCloud, standInProfiles } from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { runProgram } from '../support/agent-process.ts';
import { collectedLog } from '../support/collected-log.ts';
import { writeSettings } from '../support/daemon-at.ts';
import { until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';
import { freePort } from '../support/loopback.ts';

const built = new URL('../../dist/mfp-mail-agent.cjs', import.meta.url).pathname;
let program: string;
let root: string;

beforeAll(async () => {
  const dir = await tempDir();
  program = join(dir, 'mfp-mail-agent.cjs');
  root = join(dir, 'root');
  await mkdir(root);
  // Away from node_modules: what it needs must be in the file.
  await copyFile(built, program);
});

const agent = (...args: string[]) => runProgram(process.execPath, [program, '--root', root, ...args]);

test('says its version and its commands', async () => {
  expect((await agent('--version')).stdout).toMatch(/^(mfp-mail-agent )?\d+\.\d+\.\d+\n$/);
  const { code, stdout } = await agent('--help');
  expect(code).toBe(0);
  for (const command of ['run', 'sign-in', 'status', 'settings', 'queue', 'send-test'])
    expect(stdout).toContain(command);
});

test('runs, answers on its socket, asks the identity service when told to, and stops with exit code 0 on SIGTERM', async () => {
  const cloud = createStandInCloud({ profile: standInProfiles.global });
  await cloud.start();
  await prepareSettings(rootLayout(root), cloud, { cloud: 'global', clock: systemClock, log: collectedLog() });
  const child = spawn(process.execPath, [program, '--root', root, 'run'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  try {
    const status = await until(async () => {
      const { code, stdout } = await agent('status', '--json');
      return code === 3 ? undefined : stdout;
    });
    expect(JSON.parse(status)).toMatchObject({
      glance: 'sign-in-needed',
      storage: { state: 'ok' },
      listeners: [{ name: 'loopback', address: '127.0.0.1' }, { name: 'web' }, { name: 'panel', address: '127.0.0.1' }],
    });
    // No mapped host names here, so nobody answers: the network code and msal-node are in the bundle all the same.
    const { code, stderr } = await agent('sign-in');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Not signed in/);
    child.kill('SIGTERM');
    const [exitCode] = (await once(child, 'exit')) as [number | null];
    expect(exitCode).toBe(0);
    for (const line of log.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), event: expect.any(String) });
  } finally {
    child.kill('SIGKILL');
    await cloud.stop();
  }
}, 60_000);

test('a second agent on the same folder is refused with a sentence, and the first goes on', async () => {
  const child = spawn(process.execPath, [program, '--root', root, 'run'], { stdio: 'ignore' });
  try {
    await until(async () => ((await agent('status')).code === 3 ? undefined : true));
    const second = await agent('run');
    expect(second.code).not.toBe(0);
    expect(second.stdout + second.stderr).toMatch(/another (agent|program|daemon)|in use/i);
    expect((await agent('status')).code).not.toBe(3);
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}, 60_000);

test('opens its door to printers: what makes certificates is in the file', async () => {
  const lanRoot = join(root, '..', 'lan');
  await writeSettings(lanRoot, {
    'lan.isEnabled': true,
    'lan.address': '127.0.0.1',
    'lan.plainPort': await freePort(),
    'lan.submissionPort': 0,
    'lan.allowedNetworks': ['127.0.0.1'],
    'lan.trustedPrinters': ['127.0.0.1'],
    'lan.oldTlsListeners': ['plain'],
  });
  const child = spawn(process.execPath, [program, '--root', lanRoot, 'run'], { stdio: 'ignore' });
  const agentOfLan = (...args: string[]) => runProgram(process.execPath, [program, '--root', lanRoot, ...args]);
  try {
    await until(async () => ((await agentOfLan('status')).code === 3 ? undefined : true));
    const { stdout } = await agentOfLan('clients', 'certificate', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      listeners: [{ name: 'lan' }],
      certificates: [{ keyType: 'P-256' }, { keyType: 'RSA-2048' }],
    });
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}, 60_000);

test('has no stand-in cloud and no test dialler inside, and says where the rehearsal is', async () => {
  const text = await readFile(built, 'utf8');
  expect(
    ['createStandInCloud', 'loopbackDialer', 'playFirmware', 'MFP_REHEARSAL_HOSTS'].filter((word) =>
      text.includes(word),
    ),
  ).toEqual([]);
  const { code, stderr } = await agent('demo');
  expect(code).toBe(2);
  expect(stderr).toContain('npm run demo');
});
