/** Giving the device away: keys, sign-in, scans and settings are gone, and the agent is as on its first day. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { rootLayout } from '../../src/cli/index.ts';
import { startRehearsal, type Rehearsal } from '../../src/demo/index.ts';
import { playFirmware } from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { collectedLog } from '../support/collected-log.ts';
import { rehearse, signIn } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';

const caller = { by: 'admin', door: 'cli', role: 'administrator' } as const;

let rehearsal: Rehearsal;

async function scan(): Promise<void> {
  const { port } = rehearsal.daemon.agent.status().listeners[0] ?? { port: 0 };
  const file = randomBytes(500);
  await playFirmware({
    port,
    file,
    fileName: 'x.pdf',
    to: ['anna@contoso.com'],
    from: 'mfp@printer.local',
    subject: 'Scan',
  });
}

async function keysIn(root: string): Promise<string[]> {
  const dir = join(rootLayout(root).stateDir, 'keys');
  const names = await readdir(dir);
  return Promise.all(names.sort().map(async (name) => `${name} ${(await readFile(join(dir, name))).toString('hex')}`));
}

beforeAll(async () => {
  rehearsal = await rehearse();
  await signIn(rehearsal);
  rehearsal.cloud.setFault('greeting-421', true, { times: Infinity });
  await scan();
}, 60_000);

test('with a number of waiting scans that is not true nothing is touched, and scans are still taken', async () => {
  const { agent } = rehearsal.daemon;
  await expect(agent.decommission(0, caller)).rejects.toMatchObject({
    code: 'settings-need-consent',
    details: { waitingJobs: 1 },
  });
  expect(agent.account().status).toBe('ready');
  await scan();
  expect(agent.jobs()).toHaveLength(2);
});

test('confirmed, everything is gone; the agent goes on as a new one', async () => {
  const { agent } = rehearsal.daemon;
  const before = await keysIn(rehearsal.root);
  await agent.addressBook.add({ name: 'Anna', address: 'anna@contoso.com' }, 'admin');
  const settingsDir = rootLayout(rehearsal.root).settingsDir;
  expect(await readdir(settingsDir)).toContain('address-book.json');
  await agent.decommission(2, caller);
  expect(await readdir(settingsDir)).not.toContain('address-book.json');
  expect(await agent.addressBook.search('', 10)).toEqual({ entries: [], total: 0 });
  expect(agent.jobs()).toEqual([]);
  expect(agent.account()).toEqual({ status: 'none' });
  expect(agent.settings().settings).toMatchObject({ service: { clientId: '' }, sender: { deviceEmailAddress: '' } });
  expect(agent.status()).toMatchObject({ glance: 'not-set-up', storage: { state: 'ok' } });
  await scan();
  expect(agent.jobs()).toHaveLength(1);
  const after = await keysIn(rehearsal.root);
  expect(after.filter((key) => before.includes(key))).toEqual([]);
});

test('begun and cut off by a power failure, it is finished at the next start', async () => {
  const root = await tempDir();
  const options = { cloud: 'global', clock: systemClock, log: collectedLog(), version: 'test', root } as const;
  const first = await startRehearsal(options);
  const { port } = first.daemon.agent.status().listeners[0] ?? { port: 0 };
  await playFirmware({
    port,
    file: Buffer.from('x'),
    fileName: 'x.pdf',
    to: ['anna@contoso.com'],
    from: 'mfp@printer.local',
    subject: 'Scan',
  });
  expect(first.daemon.agent.jobs()).toHaveLength(1);
  const before = await keysIn(root);
  await first.stop();
  await writeFile(join(rootLayout(root).stateDir, 'decommissioning'), '');
  const second = await startRehearsal(options);
  try {
    expect(second.daemon.agent.jobs()).toEqual([]);
    expect((await keysIn(root)).filter((key) => before.includes(key))).toEqual([]);
    expect(await readdir(rootLayout(root).stateDir)).not.toContain('decommissioning');
  } finally {
    await second.stop();
  }
}, 30_000);
