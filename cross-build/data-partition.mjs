/** The writable partition of the image: ext4 with a journal, made from a folder without mounting anything. */
import { open, rename, rm } from 'node:fs/promises';
import { run } from './programs.mjs';

/**
 * Makes a data partition.
 * @param {string} file of the image; replaced if it exists
 * @param {{sizeMiB: number, from?: string, inodes?: number}} options from: folder whose content lies on it;
 *   `settings/`, `state/` and `hosts` are what the image's boot script looks for
 */
export async function makeDataPartition(file, { sizeMiB, from, inodes }) {
  const fresh = `${file}.new`;
  await rm(fresh, { force: true });
  const handle = await open(fresh, 'w');
  await handle.truncate(sizeMiB * 1024 * 1024);
  await handle.close();
  const options = [
    '-q',
    '-F',
    '-t',
    'ext4',
    '-m',
    '0',
    '-L',
    'mfp-data',
    '-E',
    'lazy_itable_init=0,lazy_journal_init=0',
  ];
  if (inodes !== undefined) options.push('-N', String(inodes));
  if (from !== undefined) options.push('-d', from);
  await run('mke2fs', [...options, fresh]);
  await rename(fresh, file);
}
