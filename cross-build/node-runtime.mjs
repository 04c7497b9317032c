/**
 * Node for firmware that has none: Debian's, with its C library and its own dynamic loader, in one folder beside the agent.
 * Nothing of the firmware's own libraries is used, so it runs on any kernel of this century and any C library.
 */
import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { architectures } from './architectures.mjs';
import { epochS, writeTar } from './archives.mjs';
import { cacheDir, digestOf, lockedPackages, unpacked } from './debian-packages.mjs';
import { neededLibraries } from './elf.mjs';
import { settle } from './package-tree.mjs';
import { run } from './programs.mjs';

/** Where Debian's node looks for the JavaScript it does not carry inside: an absolute path, so it cannot move. */
const externalModules = 'usr/share/nodejs';
/** What node itself loads from there. */
const wantedModules = [
  'acorn',
  'acorn-walk',
  'cjs-module-lexer',
  'undici',
  'minimatch',
  'brace-expansion',
  'balanced-match',
];

/**
 * The runtime as an archive to unpack over a firmware's root file system.
 * @param {string} arch
 * @param {string} home folder of the agent on the device
 * @returns {Promise<{file: string, version: string}>} in the cache, whole; version of Node
 */
export async function nodeRuntimeTar(arch, home) {
  const packages = await lockedPackages(arch, 'runtime');
  const recipes = [import.meta.url, new URL('elf.mjs', import.meta.url)].map((url) => readFile(new URL(url), 'utf8'));
  const texts = await Promise.all(recipes);
  const key = digestOf([home, epochS, ...texts, ...packages.map(({ sha256 }) => sha256)].join(' '));
  const file = join(cacheDir, `node-${arch}-${key.slice(0, 16)}.tar.gz`);
  const [version] = packages.find(({ name }) => name === 'nodejs').version.split(/[+-]/);
  if (!(await isWholeArchive(file))) {
    await mkdir(cacheDir, { recursive: true });
    const work = await mkdtemp(join(cacheDir, '.partial-'));
    try {
      await addNodeRuntime(arch, join(work, 'tree'), home);
      await settle(join(work, 'tree'));
      await writeTar(join(work, 'tree'), join(work, 'tar'));
      await rename(join(work, 'tar'), file);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return { file, version };
}

/** A machine that loses its power may leave an empty file under the right name. */
async function isWholeArchive(file) {
  if (!existsSync(file)) return false;
  return await run('gzip', ['-t', file]).then(
    () => true,
    () => false,
  );
}

/**
 * Puts the runtime into a package tree.
 * @param {string} arch
 * @param {string} tree stands for `/` of the device
 * @param {string} home folder of the agent in the tree; the runtime is in `node/` below it, started by `node/node`
 */
async function addNodeRuntime(arch, tree, home) {
  const debian = await unpacked(arch, await lockedPackages(arch, 'runtime'), { name: 'runtime' });
  const { triplet, loader } = architectures[arch];
  const libraryDir = join(debian, 'usr/lib', triplet);
  const dir = join(tree, home, 'node');
  await mkdir(join(dir, 'lib'), { recursive: true });
  await copyFile(join(debian, 'usr/bin/node'), join(dir, 'program'));
  await copyFile(join(debian, loader), join(dir, 'loader'));
  for (const name of await libraryClosure(join(dir, 'program'), libraryDir, basename(loader)))
    // copyFile follows the links from libx.so.1 to libx.so.1.2.3: one file under the name that is asked for.
    await copyFile(join(libraryDir, name), join(dir, 'lib', name));
  await chmod(join(dir, 'loader'), 0o755);
  const start = [
    '#!/bin/sh',
    '# Node with the libraries beside it, whatever the firmware has.',
    `exec /${home}/node/loader --library-path /${home}/node/lib --argv0 node /${home}/node/program "$@"`,
    '',
  ];
  await writeFile(join(dir, 'node'), start.join('\n'), { mode: 0o755 });

  const modules = await readdir(join(debian, externalModules));
  for (const name of wantedModules.filter((one) => modules.includes(one)))
    await cp(join(debian, externalModules, name), join(tree, externalModules, name), {
      recursive: true,
      dereference: true,
      filter: (path) => !/\.(d\.ts|d\.mts|map|md)$|\/(docs|types)$/.test(path),
    });
}

/** @returns {Promise<string[]>} sorted names of all libraries a program needs, those of its libraries included */
async function libraryClosure(program, libraryDir, loaderName) {
  const found = new Set();
  const add = async (path) => {
    for (const name of await neededLibraries(path)) {
      if (found.has(name) || name === loaderName) continue;
      found.add(name);
      await add(join(libraryDir, name));
    }
  };
  await add(program);
  return [...found].sort();
}
