import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createSettingsStore, type SettingsStore } from '../../src/settings/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

async function started(dir: string, program?: string): Promise<SettingsStore> {
  const store = createSettingsStore({ dir, clock: new ManualClock(), log: collectedLog(), program });
  await store.start();
  return store;
}

const change = { door: 'cli', by: 'test', accept: [] } as const;

/** A folder whose settings were checked by program `one`, and the file that says so. */
async function checkedFolder() {
  const dir = await tempDir();
  await (await started(dir, 'one')).change({ 'limits.maxJobs': 7 }, change);
  const file = join(dir, 'settings.checked.json');
  // A value that only this file has: whoever reads 8 trusted it.
  writeFileSync(file, readFileSync(file, 'utf8').replace('"maxJobs":7', '"maxJobs":8'));
  return { dir, file };
}

test('settings this program has checked are taken without checking them again', async () => {
  const { dir } = await checkedFolder();
  expect((await started(dir, 'one')).current().limits.maxJobs).toBe(8);
});

test.each<[string, (folder: { dir: string; file: string }) => string | undefined]>([
  ['another program', () => 'two'],
  ['a run from source', () => undefined],
  [
    'a hand edit',
    ({ dir }) => {
      writeFileSync(join(dir, 'settings.json'), '{"version": 1, "limits": {"maxJobs": 7, "maxRecipients": 5}}');
      return 'one';
    },
  ],
  [
    'a damaged record of the check',
    ({ file }) => {
      writeFileSync(file, readFileSync(file, 'utf8').slice(0, -20));
      return 'one';
    },
  ],
])('%s checks them anew', async (_what, prepare) => {
  const folder = await checkedFolder();
  expect((await started(folder.dir, prepare(folder))).current().limits.maxJobs).toBe(7);
});

test('a bad hand edit is found, although the settings before it were good', async () => {
  const { dir } = await checkedFolder();
  writeFileSync(join(dir, 'settings.json'), '{"limits": {"maxJobs": "many"}}');
  expect((await started(dir, 'one')).health()).toMatchObject({ ok: false, code: 'settings-damaged' });
});

test('a new device is checked once, and no more', async () => {
  const dir = await tempDir();
  await started(dir, 'one');
  const file = join(dir, 'settings.checked.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"maxJobs":500', '"maxJobs":8'));
  expect((await started(dir, 'one')).current().limits.maxJobs).toBe(8);
});

test('decommissioning leaves no copy', async () => {
  const { dir } = await checkedFolder();
  await (await started(dir, 'one')).destroy();
  expect(() => readFileSync(join(dir, 'settings.checked.json'))).toThrow('ENOENT');
});
