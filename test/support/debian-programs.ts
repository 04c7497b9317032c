/**
 * Mail servers we did not write, from Debian's packages: downloaded and unpacked into `.cache/debian/` of the checkout,
 * never installed. The first run needs apt and its network; later runs are offline.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cacheDir = fileURLToPath(new URL('../../.cache/debian', import.meta.url));

/** Packages unpacked into one folder. */
export interface UnpackedDebian {
  /** Stands for `/`: programs are in `<root>/usr/sbin` and so on. */
  readonly root: string;
  /** To run them with: their libraries come first. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Unpacks Debian packages and the shared libraries this machine lacks for them. What was unpacked stays, under the
 * names of the packages; an unpacking that was interrupted is begun anew.
 * @param packages names as apt knows them, of packages that do not conflict
 * @throws Error one line: apt is missing, or the packages cannot be had
 */
export async function unpackDebian(packages: readonly string[]): Promise<UnpackedDebian> {
  const root = join(cacheDir, packages.join('+'));
  // The rename below is the stamp: a folder of this name is whole.
  if (!existsSync(root)) {
    await mkdir(cacheDir, { recursive: true });
    await removeOldLeftovers();
    const partial = await mkdtemp(join(cacheDir, '.partial-'));
    try {
      await unpackInto(partial, packages);
      await rename(partial, root).catch((error: unknown) => {
        // Another run was faster.
        if (!existsSync(root)) throw error;
      });
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }
  const dirs = await libraryDirs(root);
  return { root, env: dirs.length === 0 ? {} : { LD_LIBRARY_PATH: dirs.join(':') } };
}

/** What runs left that were killed; a young one may still be at work. */
async function removeOldLeftovers(): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const path = join(cacheDir, name);
    const changedMs = name.startsWith('.partial-') ? (await stat(path).catch(() => undefined))?.mtimeMs : undefined;
    if (changedMs !== undefined && Date.now() - changedMs > 3_600_000) await rm(path, { recursive: true, force: true });
  }
}

async function unpackInto(dir: string, packages: readonly string[]): Promise<void> {
  const wish = packages.join(', ');
  if (!['apt-get', 'dpkg-deb'].every((name) => existsSync(`/usr/bin/${name}`)))
    throw new Error(`apt-get and dpkg-deb are needed to unpack ${wish}: run these tests on Debian or Ubuntu`);
  const debs = join(dir, 'debs');
  try {
    await mkdir(debs);
    const plan = ['install', '--print-uris', '-qq', '--no-install-recommends', ...packages];
    const names = await apt(plan, debs).catch(async (error: unknown) => {
      // A fresh container knows no package yet; only root may make it ask.
      if (process.getuid?.() !== 0) throw error;
      await apt(['update', '-qq'], debs);
      return apt(plan, debs);
    });
    const libraries = names
      .split('\n')
      .map((line) => /^\S+ ([^_]+)_/.exec(line)?.[1] ?? '')
      .filter((name) => name.startsWith('lib') && name !== 'libc6');
    await apt(['download', '-qq', ...new Set([...packages, ...libraries])], debs);
    for (const deb of await readdir(debs)) await run('dpkg-deb', ['-x', join(debs, deb), dir]);
    await rm(debs, { recursive: true });
    // A checkout is no place for programs that run as root for everybody; and the loader ignores LD_* for those.
    await run('chmod', ['-R', 'ug-s', dir]);
    // mkdtemp's 0700 would keep out the users that the servers become.
    await chmod(dir, 0o755);
  } catch (error) {
    const text = (error as { stderr?: string }).stderr ?? String(error);
    const reason = text.split('\n').find((line) => line.startsWith('E:')) ?? text.split('\n')[0] ?? '';
    throw new Error(`cannot unpack ${wish} (is apt's network there? try apt-get update): ${reason}`, { cause: error });
  }
}

async function apt(words: readonly string[], cwd: string): Promise<string> {
  const options = { cwd, env: { ...process.env, LC_ALL: 'C' }, timeout: 120_000, maxBuffer: 2 ** 24 };
  return (await run('apt-get', words, options)).stdout;
}

async function libraryDirs(root: string): Promise<readonly string[]> {
  const base = join(root, 'usr/lib');
  const names = await readdir(base).catch((): string[] => []);
  const triplets = names.filter((name) => name.endsWith('-linux-gnu') || name.includes('-linux-gnueabi'));
  return ['postfix', 'dovecot', ...triplets].map((name) => join(base, name)).filter((path) => existsSync(path));
}
