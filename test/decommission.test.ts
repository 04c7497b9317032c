/** Decommissioning and the documents outside the agent's own folders. */
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createDecommission } from '../src/decommission.ts';
import { forgetHotFolder } from '../src/hot-folder/index.ts';
import { tempDir } from './support/temp-dir.ts';

const nothing = () => Promise.resolve();

async function setUp() {
  const stateDir = await tempDir();
  const drop = await tempDir();
  const documents = ['working/0123456789abcdef', 'done/20261121T120000Z-scan-0123456789abcdef'];
  for (const one of [...documents, 'failed/20261121T120000Z-s-0123456789abcdef', 'failed/of-the-firmware']) {
    await mkdir(join(drop, one, 'files'), { recursive: true });
    await writeFile(join(drop, one, 'files', 'scan.pdf'), 'pages');
  }
  await writeFile(join(drop, 'new.pdf'), 'not taken yet');
  let path = drop;
  let fault: Error | undefined;
  const rooms = {
    vault: { destroySpoolKey: nothing, destroySecretsKey: nothing },
    spool: { destroy: nothing },
    settings: {
      destroy: () => {
        path = '';
        return fault ? Promise.reject(fault) : nothing();
      },
    },
    signOut: nothing,
    hotFolder: () => path,
    others: [(hotFolder: string) => (hotFolder === '' ? nothing() : forgetHotFolder(hotFolder))],
  };
  const fail = (error: Error | undefined) => {
    fault = error;
  };
  return { stateDir, drop, fail, start: () => createDecommission(stateDir, rooms) };
}

test('scans in the hot folder do not outlive it; what is not ours stays', async () => {
  const { stateDir, drop, start } = await setUp();
  await start().run();
  expect((await readdir(drop)).sort()).toEqual(['failed', 'new.pdf']);
  expect(await readdir(join(drop, 'failed'))).toEqual(['of-the-firmware']);
  expect(await readdir(stateDir)).toEqual([]);
});

test('cut off after the settings have forgotten the path, the next start still knows it', async () => {
  const { drop, start, fail } = await setUp();
  fail(new Error('power cut'));
  const first = start();
  await expect(first.run()).rejects.toThrow('power cut');
  // An administrator who tries again at once must not make it forgotten either.
  await expect(first.run()).rejects.toThrow('power cut');
  expect(first.isUnfinished()).toBe(true);
  fail(undefined);
  await start().finish();
  expect((await readdir(drop)).sort()).toEqual(['failed', 'new.pdf']);
});

test('a hot folder that is gone, or has links in it, holds nothing up and nothing else is removed', async () => {
  const dir = await tempDir();
  await forgetHotFolder(join(dir, 'gone'));
  await mkdir(join(dir, 'elsewhere', '0123456789abcdef'), { recursive: true });
  await mkdir(join(dir, 'drop'));
  await symlink(join(dir, 'elsewhere'), join(dir, 'drop', 'working'));
  await forgetHotFolder(join(dir, 'drop'));
  expect(await readdir(join(dir, 'elsewhere'))).toEqual(['0123456789abcdef']);
});
