import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { joinServiceManager, type ServiceManager } from '../../src/service-manager/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';

let dir: string;
let clock: ManualClock;
let log: ReturnType<typeof collectedLog>;
let managers: ServiceManager[];

beforeEach(async () => {
  dir = await tempDir();
  clock = new ManualClock();
  log = collectedLog();
  managers = [];
});
afterEach(async () => {
  for (const manager of managers) await manager.ended(true);
});

async function joined(env: NodeJS.ProcessEnv) {
  const manager = await joinServiceManager({ env, pid: 4711, runDir: dir, programDir: dir, clock, log });
  if (manager) managers.push(manager);
  return manager;
}
const alive = () => join(dir, 'alive');
const beats = async () => Number(await readFile(alive(), 'latin1').catch(() => '0'));

test('nobody keeps the agent running: there is no service manager', async () => {
  expect(await joined({ PATH: '/bin' })).toBeUndefined();
});

test('what only this process was told is not told to its children', async () => {
  const env = {
    PATH: '/bin',
    LISTEN_PID: '4711',
    LISTEN_FDS: '0',
    LISTEN_FDNAMES: 'a',
    NOTIFY_SOCKET: '/nowhere',
    WATCHDOG_USEC: '1',
    WATCHDOG_PID: '4711',
    MFP_MAIL_AGENT_ALIVE: alive(),
  };
  await joined(env);
  expect(env).toEqual({ PATH: '/bin' });
});

test.each([
  ['of another process', { LISTEN_PID: '4712', LISTEN_FDS: '1', LISTEN_FDNAMES: 'lan' }],
  ['no number', { LISTEN_PID: '4711', LISTEN_FDS: 'x', LISTEN_FDNAMES: 'lan' }],
  ['negative', { LISTEN_PID: '4711', LISTEN_FDS: '-1', LISTEN_FDNAMES: 'lan' }],
  ['none', { LISTEN_PID: '4711', LISTEN_FDS: '0' }],
])('sockets handed over: %s', async (_name, env) => {
  const manager = await joined(env);
  expect(manager?.sockets.of('lan')).toEqual([]);
  expect(manager?.sockets.idle()).toEqual([]);
});

test('gives a sign of life every 20 s while the agent answers, and none while it does not', async () => {
  const manager = await joined({ MFP_MAIL_AGENT_ALIVE: alive() });
  let answer = () => Promise.resolve();
  await manager?.ready({ answers: () => answer(), statusLine: () => 'fine' });
  expect(await beats()).toBe(1);
  await clock.advance(20_000);
  await until(async () => ((await beats()) === 2 ? true : undefined));
  await until(() => (clock.pendingMs[0] === 20_000 ? true : undefined));

  answer = () => new Promise(() => undefined);
  await clock.advance(20_000);
  expect(clock.pendingMs).toEqual([10_000]);
  await clock.advance(10_000);
  await until(() => (log.of('fault').length === 1 ? true : undefined));
  expect(log.text()).toContain('no answer within 10000 ms');
  expect(await beats()).toBe(2);

  answer = () => Promise.reject(new Error('no port'));
  await clock.advance(20_000);
  await until(() => (log.of('fault').length === 2 ? true : undefined));
  expect(await beats()).toBe(2);

  answer = () => Promise.resolve();
  await until(() => (clock.pendingMs[0] === 20_000 ? true : undefined));
  await clock.advance(20_000);
  await until(async () => ((await beats()) === 3 ? true : undefined));
  await manager?.stopping();
  expect(clock.pendingMs).toEqual([]);
});

test('five starts that ended badly: the sixth is a crash loop; a proper end ends the count', async () => {
  const loops: (boolean | undefined)[] = [];
  for (let n = 0; n < 6; n++) {
    const manager = await joined({ MFP_MAIL_AGENT_ALIVE: alive() });
    loops.push(manager?.isCrashLoop);
    await manager?.ended(false);
  }
  expect(loops).toEqual([false, false, false, false, false, true]);
  await managers[0]?.ended(true);
  expect((await joined({ MFP_MAIL_AGENT_ALIVE: alive() }))?.isCrashLoop).toBe(false);
});

test('a program that is missing is said once for each word, and nothing fails', async () => {
  const manager = await joined({ NOTIFY_SOCKET: '/nowhere' });
  await manager?.ready({ answers: () => Promise.resolve(), statusLine: () => 'fine' });
  await until(() => (log.of('fault').length > 0 ? true : undefined));
  expect(log.text()).toContain('mfp-mail-agent-notify');
  await manager?.stopping();
});
