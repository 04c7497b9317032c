import process from 'node:process';
import { expect, test } from '@jest/globals';
import { createSettingsStore } from '../../src/settings/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

// In a file of its own: conf is loaded once in a process, by the first change.
test('the first change leaves the signals to the daemon, although conf brings listeners of its own', async () => {
  const names = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'SIGQUIT'] as const;
  const mine = () => undefined;
  process.on('SIGUSR2', mine);
  const before = names.map((name) => process.listeners(name));
  const store = createSettingsStore({ dir: await tempDir(), clock: new ManualClock(), log: collectedLog() });

  await store.start();
  await store.change({ 'limits.maxJobs': 7 }, { door: 'cli', by: 'test', accept: [] });

  expect(names.map((name) => process.listeners(name))).toEqual(before);
  expect(before[3]).toContain(mine);
  process.removeListener('SIGUSR2', mine);
});
