/** Debian's kernel for a virtual machine, and the few modules of it that the image loads. */
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { architectures } from './architectures.mjs';
import { lockedPackages, unpacked } from './debian-packages.mjs';
import { settle } from './package-tree.mjs';
import { run } from './programs.mjs';
import { Trouble } from './trouble.mjs';

/** The first program of the kernel, for both kinds of image. */
export const firstProgram = join(dirname(fileURLToPath(import.meta.url)), 'image/initrd-init');

/**
 * What a machine starts with, whatever its root: `vmlinuz` and `initrd.gz`.
 * @param {string} arch
 * @param {{userland: string, work: string, to: string}} places userland: unpacked packages, with a BusyBox; work: a folder to
 *   make things in
 */
export async function layOutBoot(arch, { userland, work, to }) {
  const kernel = await kernelFor(arch);
  const busybox = join(userland, 'usr/bin/busybox');
  await writeInitrd({ busybox, modules: join(kernel, 'modules'), work, file: join(to, 'initrd.gz') });
  await copyFile(join(kernel, 'vmlinuz'), join(to, 'vmlinuz'));
}

/** @returns {Promise<string>} folder with `vmlinuz` and `modules/`, whose files sort in the order of loading */
async function kernelFor(arch) {
  const { modules } = architectures[arch];
  // 60 to 100 MB of kernel are unpacked, 10 to 40 stay in the cache.
  return await unpacked(arch, await lockedPackages(arch, 'kernel'), {
    name: 'kernel',
    keep: (dir) => cutDown(dir, modules),
  });
}

async function cutDown(dir, wanted) {
  const [image] = (await readdir(join(dir, 'boot'))).filter((name) => name.startsWith('vmlinuz-'));
  if (image === undefined) throw new Trouble('the kernel package has no vmlinuz');
  const version = image.slice('vmlinuz-'.length);
  await rename(join(dir, 'boot', image), join(dir, 'vmlinuz'));
  // depmod looks below /lib/modules; Debian's packages bring it below /usr.
  const from = join(dir, 'lookup');
  await mkdir(join(from, 'lib'), { recursive: true });
  const [base] = (await readdir(dir)).includes('lib') ? [join(dir, 'lib')] : [join(dir, 'usr/lib')];
  await rename(join(base, 'modules'), join(from, 'lib/modules'));
  await run('depmod', ['-b', from, version]);
  const home = join(from, 'lib/modules', version);
  const out = join(dir, 'modules');
  await mkdir(out);
  for (const [index, path] of loadOrder(await readFile(join(home, 'modules.dep'), 'utf8'), wanted).entries()) {
    const name = basename(path).replace(/\.ko.*$/, '');
    const target = join(out, `${String(index).padStart(2, '0')}-${name}.ko`);
    await copyFile(join(home, path), path.endsWith('.xz') ? `${target}.xz` : target);
    if (path.endsWith('.xz')) await run('xz', ['-d', `${target}.xz`]);
  }
  for (const name of await readdir(dir))
    if (name !== 'vmlinuz' && name !== 'modules') await rm(join(dir, name), { recursive: true });
}

/**
 * @param {string} dependencies modules.dep: "path: path path ..."
 * @param {readonly string[]} wanted module names; one that is built into the kernel has no line and is left out
 * @returns {string[]} paths, each after those it needs
 */
function loadOrder(dependencies, wanted) {
  const needs = new Map();
  for (const line of dependencies.split('\n')) {
    const [path, rest] = line.split(':');
    if (rest !== undefined) needs.set(path, rest.trim().split(' ').filter(Boolean));
  }
  const nameOf = (path) =>
    basename(path)
      .replace(/\.ko.*$/, '')
      .replaceAll('-', '_');
  const order = new Set();
  const add = (path) => {
    // modules.dep lists what is needed, the nearest first.
    for (const needed of needs.get(path) ?? []) if (!order.has(needed)) add(needed);
    order.add(path);
  };
  // ext4 asks for its checksum by name when it mounts, which modules.dep does not know.
  for (const name of [...wanted, 'crc32c_generic']) {
    const path = [...needs.keys()].find((one) => nameOf(one) === name);
    if (path !== undefined) add(path);
  }
  return [...order];
}

/** Packs the first file system: BusyBox, the modules, and the script that finds the root. */
async function writeInitrd({ busybox, modules, work, file }) {
  const dir = await mkdtemp(join(work, 'initrd-'));
  for (const name of ['bin', 'dev', 'proc', 'sys', 'root', 'modules']) await mkdir(join(dir, name), { mode: 0o755 });
  await copyFile(busybox, join(dir, 'bin/busybox'));
  await copyFile(firstProgram, join(dir, 'init'));
  await chmod(join(dir, 'bin/busybox'), 0o755);
  await chmod(join(dir, 'init'), 0o755);
  for (const name of await readdir(modules)) {
    await copyFile(join(modules, name), join(dir, 'modules', name));
    await chmod(join(dir, 'modules', name), 0o644);
  }
  await settle(dir);
  const names = (await readdir(dir, { recursive: true })).sort();
  for (const name of [...names, '.']) await utimes(join(dir, name), 0, 0);
  const options = ['-o', '-H', 'newc', '-R', '0:0', '--reproducible', '--quiet', '-D', dir, '-F', `${file}.cpio`];
  await run('cpio', options, { input: `${names.join('\n')}\n` });
  await run('gzip', ['-n', '-9', '-f', `${file}.cpio`]);
  await rename(`${file}.cpio.gz`, file);
}
