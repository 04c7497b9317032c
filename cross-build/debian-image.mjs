/**
 * Debian 13 with systemd, as on a small ARM box, without the agent: its .deb is installed on the running machine. The packages
 * are extracted, not configured: what their scripts would have done on this machine's own processor and is needed is done here.
 * In `build/images/debian-ARCH/`: vmlinuz, initrd.gz, root.ext4 (sparse), image.json.
 */
import { chmod, copyFile, mkdir, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { architectures } from './architectures.mjs';
import { downloaded, lockedPackages, unpacked } from './debian-packages.mjs';
import { isWhole, keyOf, publish, workFolder } from './image-folder.mjs';
import { layOutBoot } from './kernel.mjs';
import { run } from './programs.mjs';
import { Trouble } from './trouble.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const recipe = (name) => join(here, 'image', name);
const rootMiB = 768;

/** What the test types and Debian's programs do not cover; BusyBox does, behind Debian's own. */
const applets = ['nc', 'netstat', 'usleep', 'ip', 'udhcpc', 'vi'];
/** Papers and translations nobody reads here, and Node's own documentation of types. */
const unread = ['doc', 'man', 'locale', 'info', 'lintian', 'i18n', 'bash-completion', 'zsh', 'nodejs/@types'];
/** The first two wait 90 s for devices that only udev would announce; the modules are in the first file system. */
const masked = ['serial-getty@ttyAMA0.service', 'getty@tty1.service', 'systemd-modules-load.service'];

/**
 * @param {string} arch
 * @param {string} out folder of the images
 * @throws {Trouble} unless root builds it: the files of a Debian system belong to several users
 */
export async function buildDebianImage(arch, out) {
  if (process.getuid?.() !== 0) throw new Trouble('the Debian image needs root: its files belong to several users');
  const dir = join(out, `debian-${arch}`);
  const packages = await lockedPackages(arch, 'debian');
  const recipes = (await readdir(recipe('debian'))).sort().map((name) => recipe(join('debian', name)));
  const files = [fileURLToPath(import.meta.url), recipe('udhcpc.script'), ...recipes];
  const key = await keyOf(arch, { files, sets: ['userland', 'debian'] });
  if (await isWhole(dir, key)) return console.log(`${dir} is up to date`);
  const work = await workFolder(out);
  try {
    const userland = await unpacked(arch, await lockedPackages(arch, 'userland'), { name: 'userland' });
    const tree = join(work, 'root');
    await mkdir(tree);
    await chmod(tree, 0o755);
    for (const name of ['bin', 'sbin', 'lib']) {
      await mkdir(join(tree, 'usr', name), { recursive: true });
      await symlink(`usr/${name}`, join(tree, name));
    }
    await extract(tree, architectures[arch], await downloaded(arch, packages));
    await configure(tree, userland);
    const fresh = join(work, 'image');
    await mkdir(fresh);
    const disk = await open(join(fresh, 'root.ext4'), 'w');
    await disk.truncate(rootMiB * 1024 * 1024);
    await disk.close();
    const features = ['-t', 'ext4', '-m', '0', '-L', 'root', '-E', 'lazy_itable_init=0,lazy_journal_init=0'];
    await run('mke2fs', ['-q', '-F', ...features, '-d', tree, join(fresh, 'root.ext4')]);
    await layOutBoot(arch, { userland, work, to: fresh });
    await publish(fresh, dir, { key, arch });
    console.log(`${dir}: Debian, ${String(packages.length)} packages`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Unpacks the packages, and writes dpkg's own list of them, so that dpkg can check what our package asks for. */
async function extract(tree, { triplet }, files) {
  const info = join(tree, 'var/lib/dpkg/info');
  await mkdir(join(tree, 'var/lib/dpkg/updates'), { recursive: true });
  await mkdir(info);
  const paragraphs = [];
  for (const file of files) {
    await run('dpkg-deb', ['-x', file, tree]);
    const control = await run('dpkg-deb', ['-f', file]);
    const field = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(control)?.[1];
    paragraphs.push(control.trimEnd().replace(/^(Package: .*)$/m, '$1\nStatus: install ok installed'));
    const owner = field('Multi-Arch') === 'same' ? `${field('Package')}:${field('Architecture')}` : field('Package');
    // Empty: nothing of these is ever removed or replaced here.
    await writeFile(join(info, `${owner}.list`), '');
  }
  await writeFile(join(info, 'format'), '1\n');
  await writeFile(join(tree, 'var/lib/dpkg/status'), `${paragraphs.join('\n\n')}\n\n`);
  await writeFile(join(tree, 'var/lib/dpkg/available'), '');
  for (const name of unread) await rm(join(tree, 'usr/share', name), { recursive: true, force: true });
  await rm(join(tree, 'usr/lib', triplet, 'gconv'), { recursive: true, force: true });
}

/** What the packages' scripts would have done, as far as this machine needs it. */
async function configure(tree, userland) {
  const write = async (name, lines, mode = 0o644) => {
    await mkdir(dirname(join(tree, name)), { recursive: true });
    await writeFile(join(tree, name), `${lines.join('\n')}\n`, { mode });
  };
  const folders = ['dev', 'proc', 'sys', 'run', 'root', 'home', 'mnt', 'tmp', 'var/tmp', 'var/log', 'usr/local/bin'];
  for (const name of folders) await mkdir(join(tree, name), { recursive: true });
  for (const name of ['tmp', 'var/tmp']) await chmod(join(tree, name), 0o1777);
  for (const name of ['passwd', 'group'])
    await copyFile(join(tree, `usr/share/base-passwd/${name}.master`), join(tree, 'etc', name));
  await write('etc/shadow', ['root:*:20000:0:99999:7:::'], 0o640);
  await write('etc/nsswitch.conf', ['passwd: files', 'group: files', 'shadow: files', 'hosts: files dns']);
  await write('etc/hostname', ['mfp']);
  await write('etc/hosts', ['127.0.0.1 localhost mfp']);
  await symlink('/run/resolv.conf', join(tree, 'etc/resolv.conf'));
  await write('etc/fstab', ['# The disk is mounted by the first file system.']);
  // Debian's own machine id is made at the first boot; a fixed one spares its first-boot run.
  await write('etc/machine-id', ['6d66706d61696c6167656e7400000001']);
  await write('etc/environment', []);
  await run('systemd-sysusers', [`--root=${tree}`]);
  await symlink('mawk', join(tree, 'usr/bin/awk'));
  for (const name of masked) await link('/dev/null', name);
  await link('/usr/lib/systemd/system/multi-user.target', 'default.target');
  await put('debian/mfp-rig.service', 'etc/systemd/system/mfp-rig.service');
  await put('debian/mfp-console.service', 'etc/systemd/system/mfp-console.service');
  await put('debian/mfp-rig', 'usr/local/sbin/mfp-rig', 0o755);
  await put('udhcpc.script', 'etc/udhcpc.script', 0o755);
  for (const name of ['mfp-rig.service', 'mfp-console.service'])
    await link(`/etc/systemd/system/${name}`, `multi-user.target.wants/${name}`);
  for (const name of applets) await symlink('/usr/bin/busybox', join(tree, 'usr/local/bin', name));
  const roots = join(userland, 'usr/share/ca-certificates/mozilla');
  const texts = await Promise.all((await readdir(roots)).sort().map((name) => readFile(join(roots, name), 'utf8')));
  await write('etc/ssl/certs/ca-certificates.crt', texts);
  // Nothing is new at the first boot: the catalogues and caches that systemd would renew now are not read here.
  for (const name of ['etc/.updated', 'var/.updated']) await write(name, ['# 2100-01-01']);

  async function put(name, to, mode = 0o644) {
    await mkdir(dirname(join(tree, to)), { recursive: true });
    await copyFile(recipe(name), join(tree, to));
    await chmod(join(tree, to), mode);
  }
  async function link(to, name) {
    const path = join(tree, 'etc/systemd/system', name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(to, path);
  }
}
