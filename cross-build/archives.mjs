/** Trees to archives; the same tree gives the same octets, whoever packs it, when and where. */
import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './programs.mjs';

/** Every file in an archive is of this instant (2026-01-01), unless SOURCE_DATE_EPOCH says otherwise. */
export const epochS = Number(process.env.SOURCE_DATE_EPOCH ?? 1_767_225_600);

/** Debian's names are ours. */
const maintainer = 'mfp-mail-agent maintainers <maintainers@users.noreply.example>';

/**
 * Writes a .tar.gz by way of a neighbour and a rename: whoever sees the name sees a whole file.
 * @param {string} tree
 * @param {string} file
 */
export async function writeTar(tree, file) {
  const options = ['--sort=name', `--mtime=@${epochS}`, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  await run('tar', [...options, '-C', tree, '-cf', `${file}.tar`, '.']);
  await run('gzip', ['-n', '-9', '-f', `${file}.tar`]);
  await rename(`${file}.tar.gz`, file);
}

/**
 * Writes a .deb.
 * @param {string} tree
 * @param {string} file
 * @param {{name: string, version: string, description: string, arch: string, fields: Record<string, string>,
 *   sizeBytes: number, scripts?: string}} about fields: relations to other packages; scripts: folder with the maintainer scripts
 */
export async function writeDeb(tree, file, { name, version, description, arch, fields, sizeBytes, scripts }) {
  const control = join(tree, 'DEBIAN');
  await mkdir(control);
  const [synopsis, ...more] = description.split('\n');
  const lines = [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${arch}`,
    `Maintainer: ${maintainer}`,
    `Installed-Size: ${Math.ceil(sizeBytes / 1024)}`,
    ...Object.entries(fields).map(([field, value]) => `${field}: ${value}`),
    'Section: mail',
    'Priority: optional',
    `Description: ${synopsis}`,
    ...more.map((line) => ` ${line || '.'}`),
    '',
  ];
  await writeFile(join(control, 'control'), lines.join('\n'));
  const scriptNames = scripts === undefined ? [] : ['postinst', 'prerm', 'postrm'];
  for (const script of scriptNames) await copyFile(join(scripts, script), join(control, script));
  // dpkg insists on these, whatever this person's umask is.
  for (const name of ['.', ...scriptNames]) await chmod(join(control, name), 0o755);
  await chmod(join(control, 'control'), 0o644);
  // One thread: how xz cuts its blocks depends on their number.
  const env = { SOURCE_DATE_EPOCH: String(epochS), DPKG_DEB_THREADS_MAX: '1' };
  await run('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, `${file}.new`], { env });
  await rename(`${file}.new`, file);
  await rm(control, { recursive: true });
}
