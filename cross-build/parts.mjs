/**
 * What is in the device file, from esbuild's own account of it (the metafile) and the lockfile: a software bill of materials
 * (CycloneDX), the licence texts, and a table of sizes. Packages of node_modules of which no octet went in are in none of them.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Trouble } from './trouble.mjs';

/** A device must not carry a licence that asks more of its maker than a copy of the text. */
const allowedLicences = ['MIT', 'MIT-0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0'];

/** Packages whose package.json says it in a form of long ago, read by a person. */
const readByHand = { 'qrcode-terminal 0.12.0': 'Apache-2.0' };

/**
 * @typedef {object} Part one npm package in the device file
 * @property {string} name
 * @property {string} version
 * @property {string} licence SPDX identifier
 * @property {string} path its folder, relative to the checkout
 * @property {string | undefined} integrity the lockfile's digest of the package: `sha512-<base64>`
 * @property {number} sizeBytes minified, before compression
 */

/**
 * The packages that are really inside.
 * @param {string} root the checkout
 * @param {readonly object[]} metafiles esbuild's, one for each build whose output is in the file
 * @returns {Promise<Part[]>} sorted by name
 * @throws {Trouble} for a licence that is not allowed, or a package that the lockfile does not know
 */
export async function partsOf(root, metafiles) {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const sizes = new Map();
  for (const [input, bytes] of inputSizes(metafiles)) {
    const [path] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [];
    if (path !== undefined && bytes > 0) sizes.set(path, (sizes.get(path) ?? 0) + bytes);
  }
  const parts = [...sizes].map(([path, sizeBytes]) => {
    const locked = packages[path];
    if (locked === undefined)
      throw new Trouble(`${path} is in the device file but not in package-lock.json: run npm ci`);
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    // Where we may choose ("MIT OR EUPL-1.1+"), we take the first that is allowed.
    const stated = String(locked.license ?? readByHand[`${name} ${locked.version}`] ?? 'none');
    const licence = stated.split(/[() ]+|OR/).find((one) => allowedLicences.includes(one));
    if (licence === undefined || / AND /.test(stated))
      throw new Trouble(`${name} in the device file has the licence ${stated}; allowed: ${allowedLicences.join(', ')}`);
    return { name, version: locked.version, licence, path, integrity: locked.integrity, sizeBytes };
  });
  return parts.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** @returns {Map<string, number>} source file, relative to the checkout -> octets of it in the outputs */
function inputSizes(metafiles) {
  const sizes = new Map();
  for (const { outputs } of metafiles)
    for (const { inputs } of Object.values(outputs))
      for (const [input, { bytesInOutput }] of Object.entries(inputs))
        sizes.set(input, (sizes.get(input) ?? 0) + bytesInOutput);
  return sizes;
}

/**
 * The bill of materials. It names no time and no random serial number: the same parts give the same octets.
 * @param {readonly Part[]} parts
 * @param {{name: string, version: string, description: string, license: string}} product package.json
 * @param {string} sha256 hex, of the device file
 * @returns {string} CycloneDX 1.5, JSON
 */
export function billOfMaterials(parts, { name, version, description, license }, sha256) {
  const product = `pkg:npm/${name}@${version}`;
  const purl = (part) => `pkg:npm/${part.name.replace('@', '%40')}@${part.version}`;
  // A second copy of one version, nested deeper, is the same component.
  const components = [...new Map(parts.map((part) => [purl(part), part]))];
  return `${JSON.stringify(
    {
      $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: {
        component: {
          type: 'application',
          'bom-ref': product,
          name,
          version,
          description,
          licenses: [{ license: { id: license } }],
          purl: product,
          hashes: [{ alg: 'SHA-256', content: sha256 }],
        },
      },
      components: components.map(([ref, part]) => ({
        type: 'library',
        'bom-ref': ref,
        name: part.name,
        version: part.version,
        scope: 'required',
        licenses: [{ license: { id: part.licence } }],
        purl: ref,
        ...(part.integrity?.startsWith('sha512-')
          ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(part.integrity.slice(7), 'base64').toString('hex') }] }
          : {}),
      })),
      dependencies: [{ ref: product, dependsOn: components.map(([ref]) => ref) }],
    },
    undefined,
    2,
  )}\n`;
}

/**
 * The notices that must travel with the file.
 * @param {string} root the checkout
 * @param {readonly Part[]} parts
 * @param {{name: string, version: string, license: string}} product package.json
 * @returns {Promise<string>} a table, then each text once
 */
export async function licenceNotices(root, parts, { name, version, license }) {
  const rows = [{ name, version, licence: license }, ...parts].map(
    (part) => `${`${part.name} ${part.version}`.padEnd(44)}${part.licence}`,
  );
  const texts = new Map();
  for (const part of parts) {
    const text = await licenceText(join(root, part.path));
    const holders = texts.get(text) ?? [];
    texts.set(text, [...holders, `${part.name} ${part.version} (${part.licence})`]);
  }
  const line = '-'.repeat(78);
  const notices = [...texts].map(([text, holders]) => `${line}\n${holders.join('\n')}\n${line}\n\n${text}\n`);
  const own = (await readFile(join(root, 'LICENSE'), 'utf8')).trim();
  return `What is in ${name}:\n\n${rows.join('\n')}\n\n${line}\n${name} ${version}\n${line}\n\n${own}\n\n${notices.join('\n')}`;
}

async function licenceText(dir) {
  const names = (await readdir(dir)).filter((name) => /^(licen[sc]e|copying|notice)/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
  if (texts.length > 0) return texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n');
  // Some packages name the licence in package.json only; who wrote it is then all there is to say.
  const { author, license } = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'));
  return `Licence ${license}, by ${typeof author === 'string' ? author : (author?.name ?? 'its authors')}; the package has no text of its own.`;
}

/**
 * What takes the room, for a person.
 * @param {readonly object[]} metafiles
 * @param {readonly Part[]} parts
 * @param {{file: number, sections: readonly {name: string, sizeBytes: number, isPacked: boolean}[]}} packed octets in the file
 * @returns {string} two tables
 */
export function sizeReport(metafiles, parts, { file, sections }) {
  const rooms = new Map();
  for (const [input, bytes] of inputSizes(metafiles)) {
    if (input.includes('node_modules/')) continue;
    const room = input
      .split('/')
      .slice(0, input.startsWith('src/') || input.startsWith('panel-ui/') ? 2 : 1)
      .join('/');
    rooms.set(room, (rooms.get(room) ?? 0) + bytes);
  }
  const row = ([name, bytes, note = '']) => `  ${kB(bytes)}  ${name}${note}`;
  const sorted = (rows) => rows.sort((a, b) => b[1] - a[1]).map(row);
  return [
    `mfp-mail-agent.cjs: ${kB(file).trim()}`,
    '',
    'sections of the file, as they lie there (the name is that of a source in it):',
    ...sorted(sections.map(({ name, sizeBytes, isPacked }) => [name, sizeBytes, isPacked ? ' (deflated)' : ''])),
    '',
    'where they come from, minified, not deflated:',
    ...sorted([...rooms, ...parts.map(({ name, version, sizeBytes }) => [`${name} ${version}`, sizeBytes])]),
    '',
  ].join('\n');
}

function kB(bytes) {
  return `${(bytes / 1000).toFixed(1).padStart(8)} kB`;
}
