/**
 * A folder of page images and documents that stands for a scanner: for demonstrations, tests, and screens that are tried
 * before the scanner's driver is there. Its files stay where they are.
 */
import { createWriteStream } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MailError } from '../core/index.ts';
import { openForeignFile } from '../files/index.ts';
import type { Offered, PageFile, PageRoom, ScannerSource } from './source.ts';

const endings = ['.jpg', '.jpeg', '.pbm', '.pgm', '.ppm', '.pdf'];
const id = 'folder';

/** @param folder its path now; '' if there is none */
export function createFolderSource(folder: () => string): ScannerSource {
  /** The next page from the "glass": one file after the other. */
  let onGlass = 0;
  return {
    list: () => Promise.resolve(folder() === '' ? [] : [{ id, title: titleOf(folder()), kind: 'folder' }]),
    describe: (wanted) =>
      Promise.resolve(folder() === '' || wanted !== id ? undefined : (offered(titleOf(folder())) satisfies Offered)),
    async *scan(_id, { source }, room, { signal }) {
      const names = await pageNames(folder());
      if (names.length === 0) throw new MailError('scanner-feeder-empty', 'folder without pages');
      const chosen = source === 'feeder' ? names.slice(0, room.maxPages) : [names[onGlass++ % names.length] ?? ''];
      let bytes = 0;
      for (const [index, name] of chosen.entries()) {
        signal.throwIfAborted();
        const page = await copyPage(folder(), name, room, room.firstN + index, room.maxBytes - bytes);
        bytes += page.sizeBytes;
        yield page;
      }
    },
  };
}

function titleOf(folder: string): string {
  return `Folder ${folder}`;
}

function offered(title: string): Offered {
  return { id, title, sources: ['feeder', 'flatbed'], resolutions: [300], colours: ['colour'] };
}

async function pageNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new MailError('scanner-not-found', `folder ${folder} cannot be read`, { cause });
  });
  const byNumber = new Intl.Collator('en', { numeric: true });
  return names
    .filter((name) => !name.startsWith('.') && endings.includes(extname(name).toLowerCase()))
    .sort((one, other) => byNumber.compare(one, other));
}

/** Copied, so that the page that was seen is the page that is sent. */
async function copyPage(
  folder: string,
  name: string,
  room: PageRoom,
  n: number,
  maxBytes: number,
): Promise<PageFile & { readonly sizeBytes: number }> {
  const path = join(room.dir, `page-${String(n)}`);
  const realFolder = await realpath(folder);
  const file = await openForeignFile(join(folder, name), { maxBytes: room.maxBytes, realFolder });
  if (file.sizeBytes > maxBytes) {
    await file.close();
    throw new MailError('scan-too-large', 'folder has more than fits into a message');
  }
  try {
    await room.assertSpace(file.sizeBytes);
  } catch (error) {
    await file.close();
    throw error;
  }
  await pipeline(file.body(), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  return { path, name, sizeBytes: file.sizeBytes };
}
