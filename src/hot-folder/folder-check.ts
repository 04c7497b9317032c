/** May this folder be a hot folder? What comes out of it leaves the device by mail. */
import { chmod, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { MailError } from '../core/index.ts';
import { placesOf, type Places } from './claim.ts';

/** A folder that may be used. */
export interface UsableFolder {
  readonly places: Places;
  /** User ids whose files are taken: the folder's owner, this program, root. */
  readonly owners: readonly number[];
}

/**
 * Looks at the folder and makes the folders in it.
 * @param forbidden the agent's own folders: keys, secrets and spool must not leave by mail, nor lie where others write
 * @throws MailError `settings-invalid` with a hint
 */
export async function usableFolder(path: string, forbidden: readonly string[]): Promise<UsableFolder> {
  const drop = await realpath(path).catch((cause: unknown) => {
    throw unusable('it is not there', cause);
  });
  const own = await Promise.all(forbidden.map((one) => realpath(one).catch(() => one)));
  if (own.some((one) => isWithin(drop, one) || isWithin(one, drop)))
    throw unusable('it holds folders of this program, or lies in one');
  const facts = await stat(drop);
  if (!facts.isDirectory()) throw unusable('it is not a folder');
  // Whoever can drop a file can send mail as this device (T60).
  if ((facts.mode & 0o002) !== 0) throw unusable('everybody may write to it (chmod o-w)');
  const me = process.getuid?.() ?? 0;
  const places = placesOf(drop);
  for (const [place, mode] of [
    [places.working, 0o750],
    [places.done, 0o770],
    [places.failed, 0o770],
  ] as const) {
    try {
      await mkdir(place, { mode });
      // The umask of a service leaves the firmware's group nothing.
      await chmod(place, mode);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'EEXIST') throw unusable('it cannot be written to', error);
    }
    // A link here would let whoever writes to the folder move files to anywhere, as this program.
    const made = await lstat(place);
    if (!made.isDirectory() || made.uid !== me) throw unusable(`${place} is not a folder of this program`);
  }
  return { places, owners: [...new Set([facts.uid, me, 0])] };
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}

function unusable(hint: string, cause?: unknown): MailError {
  return new MailError('settings-invalid', `hot folder: ${hint}`, { cause, details: { hint } });
}
