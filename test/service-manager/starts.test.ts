import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { createStarts, loopStarts } from '../../src/service-manager/starts.ts';
import { collectedLog } from '../support/collected-log.ts';
import { tempDir } from '../support/temp-dir.ts';

let path: string;
let uptimeS: number;
let boot: string;

beforeEach(async () => {
  path = join(await tempDir(), 'run', 'starts');
  uptimeS = 100;
  boot = 'a-boot';
});

/** One start of the program, so many seconds after the last. */
function start(afterS = 1, log = collectedLog()) {
  uptimeS += afterS;
  return createStarts({ path, bootId: () => Promise.resolve(boot), uptimeS: () => uptimeS, log }).begin();
}
const starts = () =>
  createStarts({ path, bootId: () => Promise.resolve(boot), uptimeS: () => uptimeS, log: collectedLog() });

test('each start hears how many of before did not end properly', async () => {
  const counts = [];
  for (let n = 0; n <= loopStarts; n++) counts.push(await start());
  expect(counts).toEqual([0, 1, 2, 3, 4, 5]);
});

test('starts older than ten minutes do not count', async () => {
  await start();
  await start(300);
  expect(await start(299)).toBe(2);
  expect(await start(1)).toBe(2);
  expect(await start(601)).toBe(0);
});

test('a proper end forgets them', async () => {
  await start();
  await start();
  await starts().forget();
  expect(await start()).toBe(0);
  // Nothing to forget is no fault.
  await starts().forget();
  await starts().forget();
});

test('another boot of the machine counts anew, whatever its clock says', async () => {
  await start();
  await start();
  boot = 'another-boot';
  expect(await start()).toBe(0);
});

test.each(['', 'a-boot', 'a-boot\nx\n-5\n1e9\n99999999\n\n', '\0\0\0', 'a-boot\n100.5'])(
  'a damaged list is an empty one: %j',
  async (text) => {
    await start();
    await writeFile(path, text);
    expect(await start()).toBe(0);
  },
);

test('the list stays short', async () => {
  for (let n = 0; n < 50; n++) await start();
  expect((await readFile(path, 'latin1')).trim().split('\n').length).toBeLessThanOrEqual(21);
});

test('where nothing can be written, nothing is counted, and the agent starts', async () => {
  const log = collectedLog();
  const file = join(await tempDir(), 'file');
  await writeFile(file, '');
  path = join(file, 'starts');
  expect(await start(1, log)).toBe(0);
  expect(log.of('fault')).toEqual(['starts cannot be counted']);
});
