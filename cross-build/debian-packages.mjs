/**
 * Debian packages of another architecture, for the image and for devices without a Node of their own: named with version and
 * SHA-256 in `packages.lock.json`, downloaded through apt's own sources into `.cache/device/`, and from then on offline.
 * This machine's package database is not touched; apt only lends its mirror, its transport and its keys.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { architectures } from './architectures.mjs';
import { run } from './programs.mjs';
import { ReplacedPackage, Trouble } from './trouble.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** Everything that can be made again; ignored by git. */
export const cacheDir = join(here, '..', '.cache', 'device');
const lockFile = join(here, 'packages.lock.json');
/** Made where Debian has replaced what the lock file names and whoever runs this does not mind: for tests, never for releases. */
const newerLockFile = join(cacheDir, 'packages.lock.json');
const suite = 'trixie';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const renewal = 'node cross-build/image.mjs --renew-lock';

/** What the lock file is made from: for each architecture, packages with all they depend on; the kernel alone. */
const wishes = {
  runtime: ['nodejs'],
  musl: ['musl-dev'],
  userland: ['busybox-static', 'ca-certificates'],
  // What a small box with systemd has, and what the agent's own package needs to be installed: nothing else.
  debian: (
    'systemd systemd-sysv dpkg init-system-helpers nodejs busybox-static ca-certificates base-files base-passwd bash dash ' +
    'coreutils diffutils findutils grep gzip hostname libc-bin mount perl-base sed tar util-linux'
  ).split(' '),
  sources: ['cjson'],
};
/** Dependencies of which nothing is used. */
const unwanted = new Set(['gcc-14-base', 'node-corepack', 'node-xtend']);

/**
 * @typedef {object} LockedPackage
 * @property {string} name
 * @property {string} version
 * @property {string} architecture the package's own; "all" is common
 * @property {number} sizeBytes
 * @property {string} sha256 hex
 */

async function readLock() {
  const text = await readFile(lockFile, 'utf8');
  const newer = process.env.MFP_NEWER_PACKAGES === '1' ? await readFile(newerLockFile, 'utf8').catch(() => '{}') : '{}';
  const { insteadOf, ...lock } = JSON.parse(newer);
  return insteadOf === digestOf(text) ? lock : JSON.parse(text);
}

/**
 * The locked packages of one set.
 * @param {string} arch
 * @param {'runtime' | 'musl' | 'userland' | 'kernel' | 'debian'} set
 * @returns {Promise<LockedPackage[]>}
 */
export async function lockedPackages(arch, set) {
  const lock = await readLock();
  const packages = lock.architectures[arch]?.[set];
  if (packages === undefined) throw new Trouble(`packages.lock.json has no ${set} for ${arch}: ${renewal}`);
  return packages;
}

/**
 * Unpacks packages into one folder, which is whole if it exists; the same packages are unpacked once.
 * @param {string} arch
 * @param {readonly LockedPackage[]} packages
 * @param {{keep?: (path: string) => Promise<void>}} [options] keep: cuts the unpacked folder down to what is needed
 * @returns {Promise<string>} the folder; nobody may write into it
 */
export async function unpacked(arch, packages, { keep, name = 'tree' } = {}) {
  const key = digestOf(packages.map(({ sha256 }) => sha256).join(' '));
  const dir = join(cacheDir, `${name}-${arch}-${key.slice(0, 16)}`);
  if (existsSync(dir)) return dir;
  await mkdir(cacheDir, { recursive: true });
  await sweepLeftovers();
  const partial = await mkdtemp(join(cacheDir, '.partial-'));
  try {
    const files = await downloaded(arch, packages);
    for (const file of files) await run('dpkg-deb', ['-x', file, partial]);
    await keep?.(partial);
    // Of a kernel some tens of megabytes are kept; the package itself would be dead weight.
    if (keep) for (const file of files) await rm(file);
    // The rename is the stamp: an interrupted run leaves only a folder that the next one sweeps away.
    await rename(partial, dir).catch((error) => {
      if (!existsSync(dir)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return dir;
}

/** What killed runs left behind; a young one may still be at work. */
export async function sweepLeftovers() {
  for (const name of await readdir(cacheDir)) {
    const path = join(cacheDir, name);
    if (!name.startsWith('.partial-')) continue;
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true });
  }
}

/** @returns {Promise<string[]>} package files whose digests are right, in the order asked for */
export async function downloaded(arch, packages) {
  const dir = join(cacheDir, 'packages');
  await mkdir(dir, { recursive: true });
  const pathOf = ({ name, version, architecture }) =>
    join(dir, `${name}_${version.replaceAll(':', '%3a')}_${architecture}.deb`);
  const missing = [];
  for (const one of packages) {
    const path = pathOf(one);
    if (!existsSync(path)) missing.push(one);
    else if ((await sha256Of(path)) !== one.sha256) {
      // Half written, or somebody's: get it again.
      await rm(path);
      missing.push(one);
    }
  }
  if (missing.length > 0) await download(arch, missing, pathOf);
  return packages.map(pathOf);
}

async function download(arch, missing, pathOf) {
  const bytes = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  console.log(`downloading ${missing.length} Debian packages for ${arch} (${(bytes / 1e6).toFixed(1)} MB)`);
  const partial = await mkdtemp(join(cacheDir, '.partial-'));
  try {
    const apt = await isolatedApt(arch);
    const names = missing.map(({ name, version }) => `${name}=${version}`);
    await apt('apt-get', ['download', '-qq', ...names], partial).catch((error) => {
      const gone = /Version '(.+)' for '(.+)' was not found/.exec(String(error.cause?.stderr ?? ''));
      throw gone === null
        ? new Trouble(`cannot download for ${arch} (is apt's network there?): ${error.message}`, { cause: error })
        : new ReplacedPackage(
            `${gone[2]} ${gone[1]} has been replaced on Debian's mirrors; lock its successor: ${renewal}`,
          );
    });
    for (const file of await readdir(partial)) {
      const path = join(partial, file);
      const one = missing.find((wanted) => file === pathOf(wanted).split('/').at(-1));
      const sha256 = await sha256Of(path);
      if (one?.sha256 !== sha256) throw new Trouble(`${file} is not what packages.lock.json says (SHA-256 ${sha256})`);
      await rename(path, pathOf(one));
    }
    const left = missing.find((one) => !existsSync(pathOf(one)));
    if (left !== undefined) throw new Trouble(`apt did not bring ${left.name} ${left.version}`);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/**
 * Files of a source package, unpacked; locked by the digest of its archive.
 * @param {string} name of the source package
 * @param {readonly string[]} files patterns inside the archive
 * @returns {Promise<string>} a folder with these files, whole; nobody may write into it
 */
export async function sourceFiles(name, files) {
  const lock = await readLock();
  const locked = lock.sources[name];
  if (locked === undefined) throw new Trouble(`packages.lock.json has no source of ${name}: ${renewal}`);
  const dir = join(cacheDir, `source-${name}-${locked.sha256.slice(0, 16)}`);
  if (existsSync(dir)) return dir;
  await mkdir(cacheDir, { recursive: true });
  const partial = await mkdtemp(join(cacheDir, '.partial-'));
  try {
    console.log(`downloading the source of ${name}`);
    const archive = await sourceArchive(name, partial, locked.version);
    const sha256 = await sha256Of(archive);
    if (sha256 !== locked.sha256)
      throw new Trouble(`the source of ${name} is not what packages.lock.json says: ${renewal}`);
    const tree = join(partial, 'tree');
    await mkdir(tree);
    await run('tar', ['-xf', archive, '-C', tree, '--strip-components=1', '--wildcards', ...files]);
    await rename(tree, dir);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return dir;
}

async function sourceArchive(name, dir, version) {
  const apt = await isolatedApt('amd64', { hasSources: true });
  const wanted = version === undefined ? name : `${name}=${version}`;
  await apt('apt-get', ['source', '--download-only', '-qq', wanted], dir);
  const archive = (await readdir(dir)).find((one) => /\.orig\.tar\.\w+$/.test(one));
  if (archive === undefined) throw new Trouble(`apt brought no source of ${name}`);
  return join(dir, archive);
}

/**
 * apt with an empty package database of its own, so that every dependency counts as missing, and an architecture of its own.
 * @returns {Promise<(program: 'apt-get' | 'apt-cache', args: readonly string[], cwd?: string) => Promise<string>>}
 */
async function isolatedApt(arch, { hasSources = false } = {}) {
  const state = join(cacheDir, `apt-${hasSources ? 'source' : arch}`);
  await mkdir(join(state, 'lists/partial'), { recursive: true });
  await mkdir(join(state, 'cache/archives/partial'), { recursive: true });
  await writeFile(join(state, 'status'), '');
  const targets = await run('apt-get', ['indextargets', '--format', '$(REPO_URI) $(ORIGIN)']);
  const uris = targets.split('\n').filter((line) => line.endsWith(' Debian') && !line.includes('security'));
  const [uri] = (uris[0] ?? '').split(' ');
  if (!uri) throw new Trouble('apt knows no Debian mirror: run apt-get update on a Debian machine first');
  if (!existsSync(keyring)) throw new Trouble(`${keyring} is missing: install the package debian-archive-keyring`);
  await writeFile(
    join(state, 'sources.list'),
    `${hasSources ? 'deb-src' : 'deb'} [signed-by=${keyring}] ${uri} ${suite} main\n`,
  );
  const settings = {
    'Dir::Etc::sourcelist': join(state, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State': state,
    'Dir::State::lists': join(state, 'lists'),
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache': join(state, 'cache'),
    // Container images have hooks here that delete what was downloaded.
    'Dir::Cache::archives': join(state, 'cache/archives'),
    'APT::Architecture': arch,
    'APT::Architectures::': arch,
    'APT::Sandbox::User': 'root',
    'APT::Install-Recommends': 'false',
    'Debug::NoLocking': '1',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt = async (program, args, cwd) => await run(program, [...options, ...args], { cwd });
  const update = () => apt('apt-get', ['update', '-qq']);
  // A mirror in the middle of its own update answers with sizes that do not fit; a second later it is through.
  await update().catch(update);
  return apt;
}

/**
 * Asks the mirror for what is there today and writes `packages.lock.json`.
 * @param {{isForHere?: boolean}} [options] isForHere: into the cache instead, for runs with MFP_NEWER_PACKAGES=1
 * @throws {Trouble} without apt's network
 */
export async function renewLock({ isForHere = false } = {}) {
  const lock = { suite, architectures: {}, sources: {} };
  if (isForHere) lock.insteadOf = digestOf(await readFile(lockFile, 'utf8'));
  const file = isForHere ? newerLockFile : lockFile;
  for (const [arch, { kernelPackage }] of Object.entries(architectures)) {
    const apt = await isolatedApt(arch);
    const describe = async (names) => {
      const texts = (await apt('apt-cache', ['show', '--no-all-versions', ...names])).trim().split('\n\n');
      return texts.map(lockedPackage).sort((a, b) => (a.name < b.name ? -1 : 1));
    };
    const closure = async (names) => {
      const plan = await apt('apt-get', ['install', '--print-uris', '-qq', ...names]);
      return [...plan.matchAll(/^'\S+' ([^_]+)_/gm)].map(([, name]) => name).filter((name) => !unwanted.has(name));
    };
    // Of musl the header files and the library alone: the compiler is this machine's.
    const sets = { runtime: await describe(await closure(wishes.runtime)), musl: await describe(wishes.musl) };
    if (kernelPackage !== undefined) {
      // The programs alone: busybox is static, ca-certificates are files.
      sets.userland = await describe(wishes.userland);
      sets.debian = await describe(await closure(wishes.debian));
      const depends = await apt('apt-cache', ['depends', kernelPackage]);
      const [, kernel] = /Depends: (linux-image-\S+)/.exec(depends) ?? [];
      if (kernel === undefined) throw new Trouble(`${kernelPackage} names no kernel`);
      sets.kernel = await describe([kernel]);
    }
    lock.architectures[arch] = sets;
    console.log(`${arch}: ${Object.values(sets).flat().length} packages locked`);
  }
  for (const name of wishes.sources) {
    const dir = await mkdtemp(join(cacheDir, '.partial-'));
    const archive = await sourceArchive(name, dir);
    const [dsc] = (await readdir(dir)).filter((one) => one.endsWith('.dsc'));
    const [, version] = /^Version: (.*)$/m.exec(await readFile(join(dir, dsc), 'utf8'));
    lock.sources[name] = { version, sha256: await sha256Of(archive) };
    await rm(dir, { recursive: true });
  }
  await writeFile(`${file}.new`, `${JSON.stringify(lock, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** @param {string} text one paragraph of `apt-cache show` */
function lockedPackage(text) {
  const field = (key) => new RegExp(`^${key}: (.*)$`, 'm').exec(text)?.[1] ?? '';
  return {
    name: field('Package'),
    version: field('Version'),
    architecture: field('Architecture'),
    sizeBytes: Number(field('Size')),
    sha256: field('SHA256'),
  };
}

async function sha256Of(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** @returns {string} hex */
export function digestOf(text) {
  return createHash('sha256').update(text).digest('hex');
}
