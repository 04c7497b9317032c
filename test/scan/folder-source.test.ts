import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MailError } from '../../src/core/index.ts';
import { createFolderSource, type ScanRequest } from '../../src/scan/index.ts';
import { tempDir } from '../support/temp-dir.ts';
import { jpeg, pageFile } from './sample-pages.ts';

async function scan(
  folder: string,
  request: Partial<ScanRequest>,
  source = createFolderSource(() => folder),
  assertSpace: (moreBytes: number) => Promise<void> = () => Promise.resolve(),
) {
  const dir = await tempDir();
  const room = { dir, firstN: 1, maxPages: 3, maxBytes: 10_000, assertSpace };
  const wanted = { source: 'feeder', resolution: 300, colour: 'colour', ...request } as const;
  const names: string[] = [];
  const pages = source.scan('folder', wanted, room, { signal: new AbortController().signal });
  for await (const page of pages) {
    names.push(page.name ?? '');
    expect((await readFile(page.path)).length).toBeGreaterThan(0);
  }
  return names;
}

test('the feeder gives what a person would call the first pages, in their order', async () => {
  const folder = await tempDir();
  for (const name of ['page10.jpg', 'page2.JPG', 'page1.jpeg', 'z.pdf', 'notes.txt', '.hidden.jpg'])
    await pageFile(folder, name, jpeg());
  expect(await scan(folder, {})).toEqual(['page1.jpeg', 'page2.JPG', 'page10.jpg']);
  const source = createFolderSource(() => folder);
  expect(await scan(folder, { source: 'flatbed' }, source)).toEqual(['page1.jpeg']);
  expect(await scan(folder, { source: 'flatbed' }, source)).toEqual(['page2.JPG']);
});

test('room is asked for before a page is copied', async () => {
  const folder = await tempDir();
  await pageFile(folder, 'a.jpg', jpeg());
  const asked: number[] = [];
  const scanned = scan(folder, {}, undefined, (moreBytes) => {
    asked.push(moreBytes);
    return Promise.reject(new MailError('disk-full', 'full'));
  });
  await expect(scanned).rejects.toMatchObject({ code: 'disk-full' });
  expect(asked).toEqual([jpeg().length]);
});

test('no folder is no scanner; an empty one is an empty feeder; a missing one is said', async () => {
  expect(await createFolderSource(() => '').list({})).toEqual([]);
  expect(await createFolderSource(() => '').describe('folder', {})).toBeUndefined();
  await expect(scan(await tempDir(), {})).rejects.toMatchObject({ code: 'scanner-feeder-empty' });
  await expect(scan('/nowhere/at/all', {})).rejects.toMatchObject({ code: 'scanner-not-found' });
});

test.each<[string, (folder: string) => unknown]>([
  ['a link out of the folder', (folder) => symlink('/etc/passwd', join(folder, 'a.jpg'))],
  ['a FIFO', (folder) => execFileSync('mkfifo', [join(folder, 'a.jpg')])],
  ['a folder', (folder) => mkdir(join(folder, 'a.jpg'))],
  ['a file that is too large', (folder) => pageFile(folder, 'a.jpg', jpeg({ filling: 20_000 }))],
])('%s is refused, not read and not waited for', async (_name, make) => {
  const folder = await tempDir();
  await make(folder);
  await expect(scan(folder, {})).rejects.toMatchObject({ code: 'file-refused' });
});
