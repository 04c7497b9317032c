#!/usr/bin/env node
/**
 * `npm run image [-- --arch armhf|arm64|all --kind embedded|debian]`: machines for QEMU. Made from extracted Debian packages: no
 * loop mounts, no chroot, no second stage.
 *   embedded   a small machine with the agent in it, as printers are built: BusyBox, a read-only root, one writable data
 *              partition. In `build/images/ARCH/`: vmlinuz, initrd.gz, root.sqfs, image.json (what it was made from)
 *   debian     Debian 13 with systemd, without the agent (debian-image.mjs), and the agent's .deb in `build/images/packages/`
 * `--with-next`: also the same agent under a higher version number, in `build/images/next/`, for trying an upgrade.
 * `--accept-newer`: where Debian has replaced a locked package, what it has today, instead of an end with one line; for tests.
 */
import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chosenArchitectures } from './architectures.mjs';
import { buildDebianImage } from './debian-image.mjs';
import { cacheDir, lockedPackages, renewLock, unpacked } from './debian-packages.mjs';
import { isWhole, keyOf, publish, sweepWork, workFolder } from './image-folder.mjs';
import { layOutBoot } from './kernel.mjs';
import { nodeRuntimeTar } from './node-runtime.mjs';
import { checkout, home, readProduct, settle } from './package-tree.mjs';
import { needPrograms, run, runNode } from './programs.mjs';
import { ReplacedPackage, runToEnd, Trouble } from './trouble.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const recipe = (name) => join(here, 'image', name);
const compressions = ['lz4', 'xz', 'zstd', 'gzip'];
const common = ['tar', 'gzip', 'xz', 'cpio', 'depmod', 'dpkg-deb', 'apt-get', 'mke2fs', 'qemu-system-arm'];
/** The files of `image/` that lie on an embedded root. */
const recipes = ['inittab', 'rcK', 'rcS', 'udhcpc.script'];
/** What each kind needs beside `common`, and which packages of the agent it is tried with. */
const kinds = {
  embedded: { programs: [...common, 'mksquashfs'], wishes: ['--with-node', '--no-deb'] },
  debian: { programs: [...common, 'systemd-sysusers'], wishes: [] },
};

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
  const kind = values.kind ?? 'embedded';
  if (!Object.hasOwn(kinds, kind)) throw new Trouble(`--kind is one of ${Object.keys(kinds).join(', ')}`);
  await needPrograms(kinds[kind].programs);
  const out = resolve(values.out ?? join(checkout, 'build/images'));
  await mkdir(out, { recursive: true });
  await sweepWork(out);
  const make = () => makeImages(values, { kind, arches, out, compression });
  if (!values['accept-newer']) return await make();
  process.env.MFP_NEWER_PACKAGES = '1';
  await make().catch(async (error) => {
    if (error.exitCode !== new ReplacedPackage().exitCode) throw error;
    console.log('taking what Debian has today, for this cache only');
    await renewLock({ isForHere: true });
    await make();
  });
});

async function makeImages(values, { kind, arches, out, compression }) {
  // Packages of their own: what lies in build/device/ may be of another day.
  const packages = join(out, 'packages');
  const bundle = values.bundle === undefined ? [] : ['--bundle', values.bundle];
  const wishes = ['--arch', arches.join(','), ...kinds[kind].wishes];
  await timed('packages', () => runNode(join(here, 'device.mjs'), [...wishes, '--out', packages, ...bundle]));
  if (values['with-next']) await timed('the next version', () => buildNext(kind, wishes, join(out, 'next')));
  for (const arch of arches)
    await timed(`image of ${arch}`, () =>
      kind === 'debian' ? buildDebianImage(arch, out) : buildImage(arch, { out, packages, compression }),
    ).catch(mendCache);
}

async function timed(what, work) {
  const startedMs = Date.now();
  await work();
  console.log(`${what}: ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
}

/** A file that is not in the cache although its folder is: somebody's hand, or a machine that lost its power. */
async function mendCache(error) {
  const [folder] = String(error?.path ?? '').startsWith(`${cacheDir}/`)
    ? error.path.slice(cacheDir.length + 1).split('/')
    : [];
  if (error?.code !== 'ENOENT' || !folder) throw error;
  await rm(join(cacheDir, folder), { recursive: true, force: true });
  throw new Trouble(`the cache was damaged (${error.path} is missing); that part is removed: run it again`);
}

/** The same source under a version that every package manager takes for a later one. */
async function buildNext(kind, wishes, out) {
  const { version } = await readProduct();
  const env = { MFP_BUILD_VERSION: `${version}+next` };
  if (kind === 'debian') return await runNode(join(here, 'device.mjs'), [...wishes, '--out', out], { env });
  await runNode(join(here, 'build.mjs'), ['--device-to', out], { env });
}

function options() {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  const known = {
    arch: text,
    kind: text,
    out: text,
    bundle: text,
    compression: text,
    'renew-lock': flag,
    'with-next': flag,
    'accept-newer': flag,
  };
  try {
    return parseArgs({ options: known });
  } catch (error) {
    throw new Trouble(
      `${error.message}; the options are --arch, --bundle, --compression, --kind, --out, --renew-lock, --with-next and --accept-newer`,
    );
  }
}

async function buildImage(arch, { out, packages, compression }) {
  const dir = join(out, arch);
  const tars = await packagesOf(arch, packages);
  const files = [...tars, fileURLToPath(import.meta.url), ...recipes.map(recipe)];
  const key = await keyOf(arch, { files, sets: ['userland'], words: [compression] });
  if (await isWhole(dir, key)) return console.log(`${dir} is up to date`);
  const work = await workFolder(out);
  try {
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
    await layOutBoot(arch, { userland, work, to: fresh });
    const sizes = await publish(fresh, dir, { key, arch, compression });
    console.log(`${dir}: root ${(sizes['root.sqfs'] / 1e6).toFixed(1)} MB (${compression})`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function packagesOf(arch, packages) {
  const { name, version } = await readProduct();
  const { version: nodeVersion } = await nodeRuntimeTar(arch, home);
  return [`${name}-${version}`, `${name}-node-${nodeVersion}`].map((one) => join(packages, `${one}-${arch}.tar.gz`));
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
