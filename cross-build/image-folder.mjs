/** One image's folder: whole with what it was made from, or not there. */
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { architectures } from './architectures.mjs';
import { digestOf, lockedPackages } from './debian-packages.mjs';
import { firstProgram } from './kernel.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** Every image is made by these. */
const makers = ['architectures', 'image-folder', 'kernel'].map((name) => join(here, `${name}.mjs`));

/**
 * What an image is made from, as one word: another word, another image.
 * @param {string} arch
 * @param {{files: readonly string[], sets: readonly ('userland' | 'debian')[], words?: readonly string[]}} inputs files: recipes
 *   and programs beside those every image is made by; sets: of locked packages, beside the kernel's; words: whatever else
 * @returns {Promise<string>}
 */
export async function keyOf(arch, { files, sets, words = [] }) {
  const all = [...makers, firstProgram, ...files];
  const digests = await Promise.all(all.map(async (file) => digestOf(await readFile(file))));
  const locked = await Promise.all(['kernel', ...sets].map(async (set) => await lockedPackages(arch, set)));
  return digestOf([...words, ...digests, ...locked.flat().map(({ sha256 }) => sha256)].join(' '));
}

/**
 * Whether a folder holds the image that these inputs give.
 * @param {string} dir
 * @param {string} key digest of everything it is made from
 */
export async function isWhole(dir, key) {
  try {
    const facts = JSON.parse(await readFile(join(dir, 'image.json'), 'utf8'));
    for (const [name, size] of Object.entries(facts.sizes))
      if ((await stat(join(dir, name))).size !== size) return false;
    return facts.key === key;
  } catch {
    return false;
  }
}

/**
 * Puts a finished image in its place, with `image.json`, which says what it is and how QEMU plays it.
 * @param {string} fresh folder with its files, on the same file system
 * @param {string} dir its place; what was there is replaced
 * @param {{key: string, arch: string, compression?: string}} about
 * @returns {Promise<Record<string, number>>} size of each file in octets
 */
export async function publish(fresh, dir, { key, arch, ...more }) {
  const sizes = {};
  for (const name of await readdir(fresh)) sizes[name] = (await stat(join(fresh, name))).size;
  const { qemu, machine, cpu } = architectures[arch];
  await writeFile(
    join(fresh, 'image.json'),
    `${JSON.stringify({ key, arch, qemu, machine, cpu, ...more, sizes }, undefined, 2)}\n`,
  );
  await rm(dir, { recursive: true, force: true });
  await rename(fresh, dir);
  return sizes;
}

/**
 * An empty folder beside the images for one that is being made; named after this process, so that a later one can tell whether
 * it was killed.
 * @param {string} out
 */
export async function workFolder(out) {
  return await mkdtemp(join(out, `.work-${process.pid}-`));
}

/** Removes what killed runs left beside the images. */
export async function sweepWork(out) {
  for (const name of await readdir(out)) {
    const pid = Number(/^\.work-(\d+)-/.exec(name)?.[1] ?? NaN);
    if (name.startsWith('.work-') && !isRunning(pid)) await rm(join(out, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
