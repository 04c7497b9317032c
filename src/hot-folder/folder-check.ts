/**
 * May this folder be a hot folder? What comes out of it leaves the device by mail.
 *
 * The firmware owns the folder and may rename what lies in it at any moment. So each folder is opened once a round, judged on
 * the open descriptor, and everything is addressed through that: a link put in its place afterwards leads nowhere.
 */
import { mkdir, readlink, realpath } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { MailError } from '../core/index.ts';
import { placesOf, type Places } from './claim.ts';
import { holdFolder, type HeldFolder } from './work-disk.ts';

/** A folder that may be used, held open until `close`. */
export interface UsableFolder {
  /** Paths that lead to the folders that were judged, whatever their names lead to now. */
  readonly places: Places;
  /** User ids whose files are taken: the folder's owner, this program, root. */
  readonly owners: readonly number[];
  close(): Promise<void>;
}

/**
 * Looks at the folder and makes the folders in it.
 * @param forbidden the agent's own folders: keys, secrets and spool must not leave by mail, nor lie where others write
 * @throws MailError `settings-invalid` with a hint
 */
export async function usableFolder(path: string, forbidden: readonly string[]): Promise<UsableFolder> {
  const held: HeldFolder[] = [];
  const close = async () => {
    for (const folder of held.splice(0)) await folder.close();
  };
  try {
    const drop = await holdFolder(path, { isLinkFollowed: true }).catch((cause: unknown) => {
      throw unusable(codeOf(cause) === 'ENOTDIR' ? 'it is not a folder' : 'it is not there', cause);
    });
    held.push(drop);
    // Where it really lies says the open folder, not its name.
    const real = await readlink(drop.path).catch((cause: unknown) => {
      throw unusable('this system has no /proc', cause);
    });
    const own = await Promise.all(forbidden.map((one) => realpath(one).catch(() => one)));
    if (own.some((one) => isWithin(real, one) || isWithin(one, real)))
      throw unusable('it holds folders of this program, or lies in one');
    const facts = await drop.handle.stat();
    // Whoever can drop a file can send mail as this device (T60).
    if ((facts.mode & 0o002) !== 0) throw unusable('everybody may write to it (chmod o-w)');
    const me = process.getuid?.() ?? 0;
    const { working, done, failed } = placesOf(drop.path);
    const places: Places = {
      drop: drop.path,
      working: await ownFolder(working, 0o750, real, held),
      done: await ownFolder(done, 0o770, real, held),
      failed: await ownFolder(failed, 0o770, real, held),
    };
    return { places, owners: [...new Set([facts.uid, me, 0])], close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns the path of the open folder */
async function ownFolder(place: string, mode: number, real: string, held: HeldFolder[]): Promise<string> {
  const name = join(real, basename(place));
  const isNew = await mkdir(place, { mode }).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw unusable('it cannot be written to', error);
      return false;
    },
  );
  // A link here would let whoever writes to the folder move and remove files anywhere, as this program.
  const folder = await holdFolder(place).catch((cause: unknown) => {
    throw unusable(`${name} is not a folder of this program`, cause);
  });
  held.push(folder);
  const facts = await folder.handle.stat();
  if (facts.uid !== process.getuid?.()) throw unusable(`${name} is not a folder of this program`);
  // What lies there is believed: plans say which files are sent. `done` in its place could hold any plan.
  if ((mode & 0o022) === 0 && (facts.mode & 0o022) !== 0) throw unusable(`others may write to ${name} (chmod go-w)`);
  // The umask of a service leaves the firmware's group nothing.
  if (isNew) await folder.handle.chmod(mode);
  return folder.path;
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}

function unusable(hint: string, cause?: unknown): MailError {
  return new MailError('settings-invalid', `hot folder: ${hint}`, { cause, details: { hint } });
}
