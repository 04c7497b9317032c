/** Making images: what an interrupted run leaves, and what is said to a mistaken one. No machine is booted here. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { isWhole, keyOf, publish, sweepWork, workFolder } from '../../cross-build/image-folder.mjs';
import { tempDir } from '../support/temp-dir.ts';

const runFile = promisify(execFile);
const script = new URL('../../cross-build/image.mjs', import.meta.url).pathname;

test('an image is whole only with every file at its size, and made from the same', async () => {
  const out = await tempDir();
  const dir = join(out, 'armhf');
  const fresh = join(await workFolder(out), 'image');
  await mkdir(fresh);
  await writeFile(join(fresh, 'root.sqfs'), 'squashed');
  expect(await isWhole(dir, 'key')).toBe(false);
  expect(await publish(fresh, dir, { key: 'key', arch: 'armhf' })).toEqual({ 'root.sqfs': 8 });
  expect(await isWhole(dir, 'key')).toBe(true);
  expect(await isWhole(dir, 'another key')).toBe(false);
  await truncate(join(dir, 'root.sqfs'), 3);
  expect(await isWhole(dir, 'key')).toBe(false);
});

test('another recipe, package or wish is another image; the same ones are the same', async () => {
  const file = join(await tempDir(), 'recipe');
  await writeFile(file, 'first');
  const inputs = { files: [file], sets: ['userland'], words: ['lz4'] } as const;
  const key = await keyOf('armhf', inputs);
  expect(await keyOf('armhf', inputs)).toBe(key);
  const others = [
    await keyOf('arm64', inputs),
    await keyOf('armhf', { ...inputs, sets: [] }),
    await keyOf('armhf', { ...inputs, sets: ['userland', 'debian'] }),
    await keyOf('armhf', { ...inputs, words: ['xz'] }),
  ];
  await writeFile(file, 'second');
  others.push(await keyOf('armhf', inputs));
  expect(new Set([key, ...others]).size).toBe(6);
});

test('what a killed run left is removed, what a running one is at work on is not', async () => {
  const out = await tempDir();
  const mine = await workFolder(out);
  const { pid } = spawnSync('true');
  const killed = join(out, `.work-${String(pid)}-abcdef`);
  await mkdir(join(killed, 'root/usr'), { recursive: true });
  await sweepWork(out);
  expect(existsSync(mine)).toBe(true);
  expect(await readdir(out)).toHaveLength(1);
});

test.each<[string, readonly string[], RegExp]>([
  ['an unknown kind', ['--kind', 'raspbian'], /--kind is one of embedded, debian/],
  ['an unknown architecture', ['--arch', 'armhf,mips'], /unknown architecture "mips": choose armhf, arm64 or all/],
  ['a place that is no folder', ['--out', '/dev/null/images'], /may not write \/dev\/null/],
])('%s is one clear line', async (_name, args, line) => {
  const done = await runFile(process.execPath, [script, ...args]).then(
    () => ({ code: 0, stderr: '' }),
    (error: unknown) => error as { code: number; stderr: string },
  );
  expect(done.code).toBe(1);
  expect(done.stderr).toMatch(line);
  expect(done.stderr.trim().split('\n')).toHaveLength(1);
});
