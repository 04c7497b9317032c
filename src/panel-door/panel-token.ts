/**
 * The token of the panel's browser: a file that whoever is in the agent's group may read. It lasts as long as this boot, so that
 * an agent that starts again knows the browser that is open already (README, decisions).
 */
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** 8 letters of the boot, 43 of 256 random bits. */
const shape = /^[\w-]{8}\.[\w-]{43}\n?$/;

/**
 * The token of this boot: the one in the file, if it is ours and of this boot, else a new one.
 * @throws when it cannot be written
 */
export async function panelToken(path: string): Promise<string> {
  const boot = await bootMark();
  const kept = await keptToken(path);
  if (kept?.startsWith(`${boot}.`) === true) return kept;
  const token = `${boot}.${randomBytes(32).toString('base64url')}`;
  await write(path, token);
  return token;
}

/** Ends the token: the next start makes another. */
export async function forgetPanelToken(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Not every runtime folder is emptied at a boot (`--root`), and clocks jump; the kernel numbers its boots. */
async function bootMark(): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return createHash('sha256').update(`panel token ${id}`).digest('base64url').slice(0, 8);
}

/** @returns undefined for a file that anybody but this user could have written, or that strangers can read */
async function keptToken(path: string): Promise<string | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { mode, uid, size } = await handle.stat();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || size > 100) return undefined;
    if (uid !== process.getuid?.() || (mode & 0o777) !== 0o640) return undefined;
    const text = await handle.readFile('utf8');
    return shape.test(text) ? text.trim() : undefined;
  } finally {
    await handle.close();
  }
}

/** The mode must be right from the first moment, and the file whole: renamed into place. */
async function write(path: string, token: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  const temporary = `${path}.tmp`;
  await rm(temporary, { force: true });
  await writeFile(temporary, `${token}\n`, { mode: 0o640, flag: 'wx' });
  // A umask of 0077 would keep the panel's user out.
  await chmod(temporary, 0o640);
  await rename(temporary, path);
}
