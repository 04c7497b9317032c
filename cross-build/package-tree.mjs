/** The files of the agent as they lie on a device, in a folder that stands for its `/`; shared by packages and images. */
import { chmod, copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Trouble } from './trouble.mjs';

const here = dirname(fileURLToPath(import.meta.url));
export const checkout = join(here, '..');
/** Folder of the agent on the device, without the slash before it. */
export const home = 'usr/lib/mfp-mail-agent';
const documents = 'usr/share/doc/mfp-mail-agent';

/** @returns {Promise<{name: string, version: string, description: string}>} package.json */
export async function readProduct() {
  return JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'));
}

/**
 * Lays out what every package has.
 * @param {string} tree an empty folder
 * @param {string} bundle folder with the device file and its papers
 */
export async function layOut(tree, bundle) {
  const put = async (from, to, mode = 0o644) => {
    await mkdir(dirname(join(tree, to)), { recursive: true });
    await copyFile(from, join(tree, to));
    await chmod(join(tree, to), mode);
  };
  const own = (name) => join(here, 'package', name);
  await put(join(bundle, 'mfp-mail-agent.cjs'), `${home}/mfp-mail-agent.cjs`, 0o755);
  await put(own('mfp-mail-agent.sh'), 'usr/bin/mfp-mail-agent', 0o755);
  await put(own('README.md'), `${documents}/README.md`);
  await put(join(bundle, 'licences.txt'), `${documents}/licences.txt`);
  await put(join(bundle, 'sbom.cdx.json'), `${documents}/sbom.cdx.json`);
  await put(join(checkout, 'LICENSE'), `${documents}/copyright`);
}

/** What BusyBox firmware gets beside that. */
export async function addBusyBoxFiles(tree) {
  const own = (name) => join(here, 'package', name);
  await mkdir(join(tree, 'etc/init.d'), { recursive: true });
  await copyFile(own('init.sh'), join(tree, 'etc/init.d/S80mfp-mail-agent'));
  await copyFile(own('supervise.sh'), join(tree, home, 'supervise'));
  // Places to mount on, where the root file system is read-only.
  for (const dir of ['etc/mfp-mail-agent', 'var/lib/mfp-mail-agent']) await mkdir(join(tree, dir), { recursive: true });
}

/** What Debian gets beside that. */
export async function addDebianFiles(tree) {
  const put = async (name, to) => {
    await mkdir(dirname(join(tree, to)), { recursive: true });
    await copyFile(join(here, 'package', name), join(tree, to));
    await chmod(join(tree, to), 0o644);
  };
  await put('mfp-mail-agent.service', 'usr/lib/systemd/system/mfp-mail-agent.service');
  await put('mfp-mail-agent.sysusers', 'usr/lib/sysusers.d/mfp-mail-agent.conf');
  await put('mfp-mail-agent.tmpfiles', 'usr/lib/tmpfiles.d/mfp-mail-agent.conf');
}

/** Modes that do not depend on anybody's umask: 755 for folders and programs, 644 for the rest. @returns octets in all */
export async function settle(tree) {
  let sizeBytes = 0;
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isSymbolicLink()) continue;
    const { mode, size } = await stat(path);
    await chmod(path, entry.isDirectory() || (mode & 0o100) !== 0 ? 0o755 : 0o644);
    if (entry.isFile()) sizeBytes += size;
  }
  await chmod(tree, 0o755);
  return sizeBytes;
}

/** @throws {Trouble} if the device file was not built into this folder */
export async function assertBundle(bundle) {
  const { size } = await stat(join(bundle, 'mfp-mail-agent.cjs')).catch(() => ({ size: 0 }));
  if (size < 100_000) throw new Trouble(`there is no device file in ${bundle}: run npm run build:device again`);
}
