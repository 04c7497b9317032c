#!/usr/bin/env node
/**
 * `npm run image [-- --arch armhf|arm64|all]`: a small machine with the agent in it, as printers are built: BusyBox, a read-only
 * root, one writable data partition. Made from extracted Debian packages: no loop mounts, no chroot, no privileges.
 * In `build/images/ARCH/`: vmlinuz, initrd.gz, root.sqfs, image.json (what it was made from).
 */
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { architectures, chosenArchitectures } from './architectures.mjs';
import { digestOf, lockedPackages, renewLock, unpacked } from './debian-packages.mjs';
import { kernelFor, writeInitrd } from './kernel.mjs';
import { checkout, readProduct, settle } from './package-tree.mjs';
import { needPrograms, run, runNode } from './programs.mjs';
import { runToEnd, Trouble } from './trouble.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const recipe = (name) => join(here, 'image', name);
const compressions = ['lz4', 'xz', 'zstd', 'gzip'];

/** What the image's scripts use, and what a person at its console looks for. */
const applets = (
  'sh ash awk base64 cat chmod chown cmp cp cut date dd df dmesg du echo env false find free getty grep halt head hostname ' +
  'hwclock id ifconfig init insmod ip kill killall ln logger ls lsmod mkdir mkfifo mknod mount mv nc nologin od pidof ping ' +
  'poweroff printf ps pwd readlink reboot rm sed seq setsid sha256sum sleep sort start-stop-daemon stat stty su sync ' +
  'syslogd tail tar tee test time timeout top touch tr true tty udhcpc umount uname uniq uptime usleep vi wc which xargs yes'
).split(' ');

await runToEnd(async () => {
  const { values } = options();
  if (values['renew-lock']) return await renewLock();
  const arches = chosenArchitectures(values.arch, { needsImage: true });
  const compression = values.compression ?? 'lz4';
  if (!compressions.includes(compression)) throw new Trouble(`--compression is one of ${compressions.join(', ')}`);
  const out = resolve(values.out ?? join(checkout, 'build/images'));
  await needPrograms([
    'tar',
    'gzip',
    'xz',
    'cpio',
    'mksquashfs',
    'depmod',
    'dpkg-deb',
    'apt-get',
    'mke2fs',
    'qemu-system-arm',
  ]);
  // Packages of their own: what lies in build/device/ may be of another day.
  const packages = join(out, 'packages');
  const bundle = values.bundle === undefined ? [] : ['--bundle', values.bundle];
  const wishes = ['--arch', arches.join(','), '--with-node', '--no-deb', '--out', packages];
  await runNode(join(here, 'device.mjs'), [...wishes, ...bundle]);
  for (const arch of arches) await buildImage(arch, { out, packages, compression });
});

function options() {
  const text = { type: 'string' };
  const known = { arch: text, out: text, bundle: text, compression: text, 'renew-lock': { type: 'boolean' } };
  try {
    return parseArgs({ options: known });
  } catch (error) {
    throw new Trouble(`${error.message}; the options are --arch, --bundle, --compression, --out and --renew-lock`);
  }
}

async function buildImage(arch, { out, packages, compression }) {
  const dir = join(out, arch);
  const tars = await packagesOf(arch, packages);
  const key = await keyOf(arch, tars, compression);
  if (await isWhole(dir, key)) return console.log(`${dir} is up to date`);
  const work = await mkdtemp(join(out, `.work-${arch}-`));
  try {
    const kernel = await kernelFor(arch);
    const userland = await unpacked(arch, await lockedPackages(arch, 'userland'), { name: 'userland' });
    const tree = join(work, 'root');
    await layOutRoot(tree, userland);
    for (const tar of tars) await run('tar', ['-C', tree, '-xzf', tar]);
    await settle(tree);
    const fresh = join(work, 'image');
    await mkdir(fresh);
    const fixed = [
      '-all-root',
      '-mkfs-time',
      '0',
      '-all-time',
      '0',
      '-noappend',
      '-no-xattrs',
      '-quiet',
      '-no-progress',
    ];
    const squashing = ['-comp', compression, ...(compression === 'lz4' ? ['-Xhc'] : [])];
    await run('mksquashfs', [tree, join(fresh, 'root.sqfs'), ...squashing, ...fixed]);
    await writeInitrd({
      busybox: join(userland, 'usr/bin/busybox'),
      init: recipe('initrd-init'),
      modules: join(kernel, 'modules'),
      work,
      file: join(fresh, 'initrd.gz'),
    });
    await copyFile(join(kernel, 'vmlinuz'), join(fresh, 'vmlinuz'));
    const sizes = {};
    for (const name of await readdir(fresh)) sizes[name] = (await stat(join(fresh, name))).size;
    const { qemu, machine, cpu } = architectures[arch];
    const facts = { key, arch, qemu, machine, cpu, compression, sizes };
    await writeFile(join(fresh, 'image.json'), `${JSON.stringify(facts, undefined, 2)}\n`);
    await rm(dir, { recursive: true, force: true });
    await rename(fresh, dir);
    console.log(`${dir}: root ${(sizes['root.sqfs'] / 1e6).toFixed(1)} MB (${compression})`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function packagesOf(arch, packages) {
  const { name, version } = await readProduct();
  const names = await readdir(packages);
  const node = names.find((one) => one.startsWith(`${name}-node-`) && one.endsWith(`-${arch}.tar.gz`));
  return [`${name}-${version}-${arch}.tar.gz`, node ?? 'node'].map((one) => join(packages, one));
}

/** What an image is made from: packages, recipes, kernel, and this program. */
async function keyOf(arch, tars, compression) {
  const inputs = [...tars, join(here, 'image.mjs'), join(here, 'kernel.mjs')];
  for (const name of (await readdir(join(here, 'image'))).sort()) inputs.push(recipe(name));
  const digests = await Promise.all(inputs.map(async (file) => digestOf(await readFile(file))));
  const locked = [...(await lockedPackages(arch, 'kernel')), ...(await lockedPackages(arch, 'userland'))];
  return digestOf([compression, ...digests, ...locked.map(({ sha256 }) => sha256)].join(' '));
}

async function isWhole(dir, key) {
  try {
    const facts = JSON.parse(await readFile(join(dir, 'image.json'), 'utf8'));
    for (const [name, size] of Object.entries(facts.sizes))
      if ((await stat(join(dir, name))).size !== size) return false;
    return facts.key === key;
  } catch {
    return false;
  }
}

/** Everything of the root file system that is not the agent: BusyBox under all its names, and the files of `image/`. */
async function layOutRoot(tree, userland) {
  const folders = [
    'dev',
    'proc',
    'sys',
    'run',
    'tmp',
    'data',
    'root',
    'etc/init.d',
    'etc/ssl/certs',
    'usr/bin',
    'usr/lib',
  ];
  for (const name of folders) await mkdir(join(tree, name), { recursive: true, mode: 0o755 });
  for (const [name, to] of Object.entries({ bin: 'usr/bin', sbin: 'usr/bin', lib: 'usr/lib', 'usr/sbin': 'bin' }))
    await symlink(to, join(tree, name));
  await copyFile(join(userland, 'usr/bin/busybox'), join(tree, 'usr/bin/busybox'));
  await chmod(join(tree, 'usr/bin/busybox'), 0o755);
  const names = await readFile(join(userland, 'usr/bin/busybox'), 'latin1');
  for (const name of applets) {
    if (!names.includes(`\0${name}\0`)) throw new Trouble(`this BusyBox has no ${name}`);
    await symlink('busybox', join(tree, 'usr/bin', name));
  }
  const put = async (name, to, mode = 0o644) => {
    await copyFile(recipe(name), join(tree, to));
    await chmod(join(tree, to), mode);
  };
  await put('inittab', 'etc/inittab');
  await put('rcS', 'etc/init.d/rcS', 0o755);
  await put('rcK', 'etc/init.d/rcK', 0o755);
  await put('udhcpc.script', 'etc/udhcpc.script', 0o755);
  const write = async (name, lines) =>
    await writeFile(join(tree, 'etc', name), `${lines.join('\n')}\n`, { mode: 0o644 });
  await write('passwd', [
    'root::0:0:root:/root:/bin/sh',
    'mfpmail:x:900:900:Mail agent:/var/lib/mfp-mail-agent:/bin/false',
  ]);
  await write('group', ['root:x:0:', 'tty:x:5:', 'mfpmail:x:900:']);
  await write('hosts.own', ['127.0.0.1 localhost mfp']);
  await write('profile', ['export PATH=/usr/bin', "PS1='mfp# '"]);
  await mkdir(join(tree, 'etc/default'));
  await write('default/mfp-mail-agent', ['MFP_MAIL_AGENT_LOG=/run/mfp-mail-agent.log']);
  await symlink('/run/hosts', join(tree, 'etc/hosts'));
  await symlink('/run/resolv.conf', join(tree, 'etc/resolv.conf'));
  const roots = join(userland, 'usr/share/ca-certificates/mozilla');
  const texts = await Promise.all((await readdir(roots)).sort().map((name) => readFile(join(roots, name), 'utf8')));
  await writeFile(join(tree, 'etc/ssl/certs/ca-certificates.crt'), texts.join('\n'), { mode: 0o644 });
}
