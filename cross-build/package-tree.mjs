/** The files of the agent as they lie on a device, in a folder that stands for its `/`; shared by packages and images. */
import { chmod, copyFile, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Trouble } from './trouble.mjs';

const here = dirname(fileURLToPath(import.meta.url));
export const checkout = join(here, '..');
/** Folder of the agent on the device, without the slash before it. */
export const home = 'usr/lib/mfp-mail-agent';
const documents = 'usr/share/doc/mfp-mail-agent';

/**
 * package.json; MFP_BUILD_VERSION stands for its version, so that an upgrade can be tried with one source.
 * @returns {Promise<{name: string, version: string, description: string}>}
 */
export async function readProduct() {
  const product = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'));
  return { ...product, version: process.env.MFP_BUILD_VERSION ?? product.version };
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

/** Ports below 1024, held by systemd if somebody enables them. */
const socketUnits = ['lan', 'submission', 'smtps', 'web', 'redirect'].map((name) => `mfp-mail-agent-${name}.socket`);

/** What Debian gets beside that. */
export async function addDebianFiles(tree) {
  const put = async (name, to) => {
    await mkdir(dirname(join(tree, to)), { recursive: true });
    await copyFile(join(here, 'package', name), join(tree, to));
    await chmod(join(tree, to), 0o644);
  };
  for (const unit of ['mfp-mail-agent.service', ...socketUnits]) await put(unit, `usr/lib/systemd/system/${unit}`);
  for (const name of ['scanner', 'hot-folder', 'sockets-only'])
    await put(`drop-ins/${name}.conf`, `${documents}/drop-ins/${name}.conf`);
  await put('mfp-mail-agent.sysusers', 'usr/lib/sysusers.d/mfp-mail-agent.conf');
  await put('mfp-mail-agent.tmpfiles', 'usr/lib/tmpfiles.d/mfp-mail-agent.conf');
}

/** The second Debian package: the names by which Unix programs call a mailer. */
export async function layOutMailTransport(tree) {
  const links = {
    'usr/sbin/sendmail': '../bin/mfpmail-sendmail',
    'usr/lib/sendmail': '../sbin/sendmail',
    'usr/bin/mailq': 'mfpmail-sendmail',
    'usr/bin/newaliases': 'mfpmail-sendmail',
    ...Object.fromEntries(
      ['man8/sendmail.8', 'man1/mailq.1', 'man1/newaliases.1'].map((page) => [
        `usr/share/man/${page}`,
        '../man8/mfpmail-sendmail.8',
      ]),
    ),
  };
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await symlink(target, join(tree, path));
  }
  const papers = join(tree, 'usr/share/doc/mfp-mail-agent-mta');
  await mkdir(papers, { recursive: true });
  await copyFile(join(here, 'package/mta.md'), join(papers, 'README.md'));
  await copyFile(join(checkout, 'LICENSE'), join(papers, 'copyright'));
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
