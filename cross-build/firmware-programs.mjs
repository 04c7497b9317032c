/**
 * libmfpmail and its commands for the devices, built by `firmware-bridge/Makefile` with Debian's cross compilers and cJSON's
 * source. Commands without shared libraries go to BusyBox firmware, whatever C library it has: with musl inside, a fifth of what
 * they are with glibc. Debian gets shared ones.
 */
import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { architectures } from './architectures.mjs';
import { lockedPackages, sourceFiles, unpacked } from './debian-packages.mjs';
import { checkout, home } from './package-tree.mjs';
import { needPrograms, run } from './programs.mjs';

const bridge = join(checkout, 'firmware-bridge');

/**
 * Puts the programs for one architecture into a package tree.
 * @param {string} tree stands for `/` of the device
 * @param {string} arch
 * @param {{isStatic: boolean}} kind static: for any C library; else also the library for Debian's
 */
export async function addFirmwarePrograms(tree, arch, { isStatic }) {
  const { triplet } = architectures[arch];
  await needPrograms(['make', `${triplet}-gcc`]);
  const cjson = await sourceFiles('cjson', ['*/cJSON.c', '*/cJSON.h', '*/LICENSE']);
  const build = join(bridge, 'build', `device-${arch}-${isStatic ? 'musl' : 'shared'}`);
  // Names of this machine's folders must not get into what it builds.
  const flags = `-g0 -ffile-prefix-map=${bridge}=. -ffile-prefix-map=${cjson}=cjson`;
  const musl = isStatic ? await muslFor(arch, build) : undefined;
  const words = [
    `CROSS=${triplet}-`,
    ...(musl === undefined ? [] : [`CC=${triplet}-gcc -specs ${musl.specs}`]),
    `BUILD=${build}`,
    `CJSON_DIR=${cjson}`,
    'OPTIMISE=-Os',
    `CFLAGS=-Os ${flags}`,
    ...(isStatic ? ['LDFLAGS=-static -s', 'PIE='] : ['LDFLAGS=-s']),
  ];
  const make = async (...args) => await run('make', ['-C', bridge, '-s', ...words, ...args]);
  await make(...(isStatic ? ['static'] : ['all']));
  for (const [from, to, mode] of [
    [join(build, 'mfpmail'), 'usr/bin/mfpmail', 0o755],
    [join(build, 'mfpmail-sendmail'), 'usr/bin/mfpmail-sendmail', 0o755],
    [join(bridge, 'man/mfpmail.1'), 'usr/share/man/man1/mfpmail.1', 0o644],
    [join(bridge, 'man/mfpmail-sendmail.8'), 'usr/share/man/man8/mfpmail-sendmail.8', 0o644],
  ])
    await put(from, join(tree, to), mode);
  if (!isStatic) {
    // Speaks to systemd for the agent; firmware without systemd has no use for it.
    await put(join(build, 'notify'), join(tree, home, 'mfp-mail-agent-notify'), 0o755);
    const libraries = (await readdir(build)).filter((name) => /^libmfpmail\.so\.\d+\.\d+(\.\d+)?$/.test(name));
    for (const name of libraries) await put(join(build, name), join(tree, 'usr/lib', triplet, name), 0o644);
  }
  const papers = join(tree, 'usr/share/doc/mfp-mail-agent');
  await put(join(cjson, 'LICENSE'), join(papers, 'licence-cjson.txt'), 0o644);
  if (musl !== undefined) await put(musl.licence, join(papers, 'licence-musl.txt'), 0o644);
}

/**
 * Debian's musl for another architecture, by the file with which its package tells the compiler where everything lies.
 * @returns {Promise<{specs: string, licence: string}>} paths
 */
async function muslFor(arch, build) {
  const dir = await unpacked(arch, await lockedPackages(arch, 'musl'), { name: 'musl' });
  const text = await readFile(join(dir, 'usr/lib', architectures[arch].musl, 'musl-gcc.specs'), 'utf8');
  const specs = join(build, 'musl.specs');
  await mkdir(build, { recursive: true });
  await writeFile(specs, text.replaceAll('/usr/', `${dir}/usr/`));
  return { specs, licence: join(dir, 'usr/share/doc/musl-dev/copyright') };
}

async function put(from, to, mode) {
  await mkdir(join(to, '..'), { recursive: true });
  await cp(from, to, { verbatimSymlinks: true });
  if (!to.endsWith('.so.0.1')) await chmod(to, mode);
}
