import { execFileSync } from 'node:child_process';
import { appendFile, link, mkdir, realpath, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openForeignFile } from '../../src/files/index.ts';
import { tempDir } from '../support/temp-dir.ts';

const me = process.getuid?.() ?? 0;

async function folder() {
  const dir = await realpath(await tempDir());
  const path = join(dir, 'scan.pdf');
  await writeFile(path, 'x'.repeat(200_000));
  return { dir, path, rules: { maxBytes: 1_000_000, owners: [me], realFolder: dir } };
}

async function text(body: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const piece of body) all.push(piece);
  return Buffer.concat(all).toString();
}

test('a plain file is read whole', async () => {
  const { path, rules } = await folder();
  const file = await openForeignFile(path, rules);
  expect(file.sizeBytes).toBe(200_000);
  expect((await text(file.body())).length).toBe(200_000);
});

describe('refused at once, whatever it is', () => {
  test.each<[string, (dir: string, path: string) => unknown, RegExp]>([
    ['a link', (dir, path) => symlink(path, join(dir, 'wrong')), /link/],
    ['a link to nothing', (dir) => symlink('/nowhere', join(dir, 'wrong')), /link/],
    ['a second name', (dir, path) => link(path, join(dir, 'wrong')), /second name/],
    ['a folder', (dir) => mkdir(join(dir, 'wrong')), /plain file/],
    // Opening one to read waits for a writer, for ever.
    ['a FIFO', (dir) => execFileSync('mkfifo', [join(dir, 'wrong')]), /plain file/],
    ['a file that is gone', () => undefined, /gone/],
  ])('%s', async (_name, make, hint) => {
    const { dir, path, rules } = await folder();
    await make(dir, path);
    await expect(openForeignFile(join(dir, 'wrong'), rules)).rejects.toMatchObject({
      code: 'file-refused',
      message: expect.stringMatching(hint),
    });
  });

  test('a socket', async () => {
    const { dir, rules } = await folder();
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(join(dir, 'wrong'), resolve);
    });
    await expect(openForeignFile(join(dir, 'wrong'), rules)).rejects.toMatchObject({ code: 'file-refused' });
    server.close();
  });

  test.each(['/dev/zero', '/dev/tty', '/proc/self/mem'])('%s', async (path) => {
    await expect(openForeignFile(path, { maxBytes: 1_000_000, realFolder: '/nowhere' })).rejects.toMatchObject({
      code: 'file-refused',
    });
  });

  test("another user's file, a large file, a file of another folder", async () => {
    const { dir, path, rules } = await folder();
    await expect(openForeignFile(path, { ...rules, owners: [me + 1] })).rejects.toThrow(/another user/);
    await expect(openForeignFile(path, { ...rules, maxBytes: 199_999 })).rejects.toThrow(/larger/);
    // A folder on the way was swapped for a link.
    const other = await realpath(await tempDir());
    await writeFile(join(other, 'secret'), 'x');
    await symlink(other, join(dir, 'swapped'));
    await expect(
      openForeignFile(join(dir, 'swapped', 'secret'), { ...rules, realFolder: join(dir, 'swapped') }),
    ).rejects.toThrow(/another folder/);
  });
});

describe('a file that does not keep still', () => {
  test.each<[string, (path: string) => Promise<unknown>]>([
    ['grows', (path) => appendFile(path, 'more')],
    ['shrinks', (path) => truncate(path, 10)],
    ['is emptied', (path) => truncate(path, 0)],
  ])('%s: it ends in an error, never in half a scan', async (_name, change) => {
    const { path, rules } = await folder();
    const file = await openForeignFile(path, rules);
    await change(path);
    await expect(text(file.body())).rejects.toMatchObject({ code: 'file-changing' });
  });

  test('replaced by another: the one that was judged is read', async () => {
    const { dir, path, rules } = await folder();
    const file = await openForeignFile(path, rules);
    await writeFile(join(dir, 'other'), 'y');
    await rename(join(dir, 'other'), path);
    expect(await text(file.body())).toMatch(/^x+$/);
  });
});
