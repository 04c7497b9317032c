/** What the agent keeps in a hot folder that it does not watch any more. */
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError } from '../core/index.ts';
import { isClaim, placesOf, settledAtMs } from './claim.ts';
import { holdFolder, realWorkDisk, type HeldFolder } from './work-disk.ts';

/** Of the folder, or one in it: it is not there, or something else is there now. */
const notThere: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'ELOOP'];

/**
 * Removes all documents in `working`, `done` and `failed` (T30); what still lies in the folder itself is the firmware's. A
 * folder that is not there any more has nothing. May be called again.
 * @throws MailError `storage-failed` with a hint: documents are left
 */
export async function forgetHotFolder(path: string): Promise<void> {
  try {
    await inFolder(path, async (drop) => {
      const { working, done, failed } = placesOf(drop.path);
      for (const place of [working, done, failed])
        await inFolder(place, async (folder) => {
          if ((await folder.handle.stat()).uid !== process.getuid?.()) return;
          for (const name of await realWorkDisk.list(folder.path))
            if (isClaim(name) || settledAtMs(name) !== undefined)
              await realWorkDisk.removeTree(join(folder.path, name));
          await folder.handle.sync();
          // Firmware may keep something of its own there.
          await rmdir(place).catch(() => undefined);
        });
    });
  } catch (cause) {
    const hint = `documents in ${path} cannot be removed`;
    throw new MailError('storage-failed', `hot folder: ${hint}`, { cause, details: { hint } });
  }
}

/** @returns true if files were taken up there and wait; false also if nobody can say */
export async function hasClaims(path: string): Promise<boolean> {
  const names = await realWorkDisk.list(placesOf(path).working).catch((): string[] => []);
  return names.some(isClaim);
}

async function inFolder(path: string, act: (folder: HeldFolder) => Promise<void>): Promise<void> {
  // Only the path that an administrator has set may be a link; in it the firmware could have put one.
  const isLinkFollowed = !path.startsWith('/proc/self/fd/');
  const folder = await holdFolder(path, { isLinkFollowed }).catch((error: unknown) => {
    if (notThere.includes((error as { readonly code?: unknown }).code)) return undefined;
    throw error;
  });
  if (!folder) return;
  try {
    await act(folder);
  } finally {
    await folder.close();
  }
}
