/** The hot folder as the settings say, and what is told when they change. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
// Loaded beforehand: jest cannot link rooms that are first imported side by side.
import '../src/hot-folder/index.ts';
import '../src/ticket/index.ts';
import { createScanRooms } from '../src/scan-rooms.ts';
import { collectedLog } from './support/collected-log.ts';
import { ManualClock } from './support/manual-clock.ts';
import { tempDir } from './support/temp-dir.ts';

test('files that wait in a hot folder that is not used any more are told, until it is used again', async () => {
  const stateDir = await tempDir();
  const drop = await tempDir();
  // A claim with something foreign in it stays whatever the agent does.
  await mkdir(join(drop, 'working', '0123456789abcdef'), { recursive: true, mode: 0o750 });
  await writeFile(join(drop, 'working', '0123456789abcdef', 'notes'), 'x');
  const hotFolder = { path: drop, to: [], subject: '', text: '', fileName: '', settleS: 5, keepDoneHours: 24 };
  let changed: () => void = () => undefined;
  const settings = {
    current: () => ({ hotFolder, limits: { maxMessageBytes: 1000 } }),
    subscribe: (listener: () => void) => {
      changed = listener;
      return () => undefined;
    },
  };
  let tellings = 0;
  const log = collectedLog();
  const rooms = createScanRooms({
    stateDir,
    settingsDir: stateDir,
    ownFolders: [stateDir],
    settings: settings as never,
    tickets: {} as never,
    clock: new ManualClock(),
    log,
    onScan: () => undefined,
    onWarning: () => {
      tellings++;
    },
  });
  await rooms.start();
  const told = async (isTold: boolean) => {
    for (const endMs = Date.now() + 10_000; rooms.warnings().length > 0 !== isTold;) {
      if (Date.now() > endMs) throw new Error(`warnings: ${rooms.warnings().join()} ${JSON.stringify(log.entries)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  expect(rooms.warnings()).toEqual([]);
  hotFolder.path = '';
  changed();
  await told(true);
  expect(rooms.warnings()).toEqual([expect.stringContaining(`wait in ${join(drop, 'working')}`)]);
  expect(tellings).toBe(1);
  hotFolder.path = drop;
  changed();
  await told(false);
  // That the foreign file must wait may have been noted by then.
  expect([tellings, log.entries.filter(({ method }) => method !== 'notice')]).toEqual([2, []]);
  await rooms.stop();
  expect(rooms.warnings()).toEqual([]);
});
