/**
 * The house rules, as a test: who may import whom, through which door, and who owns which outside library.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');

/** Rank of each room; a room imports lower ranks only. Files in `src/` itself are the composition root. */
const ranks: Readonly<Record<string, number>> = {
  core: 0,
  cloud: 1,
  policy: 1,
  net: 1,
  vault: 1,
  guidance: 1,
  files: 1,
  log: 1,
  doorway: 1,
  'service-manager': 1,
  settings: 2,
  spool: 2,
  signin: 2,
  audit: 2,
  intake: 3,
  relay: 3,
  panel: 4,
  ticket: 4,
  access: 4,
  doctor: 4,
  addressbook: 4,
  scan: 4,
  api: 5,
  'hot-folder': 5,
  web: 6,
  'panel-door': 6,
  bridge: 6,
  cli: 8,
  demo: 9,
};
/** Files of `src/` itself: the composition root below the commands, the programs above them. */
const programs = ['main.ts', 'rehearsal.ts', 'process.ts'];
const rankOfFile = (file: string) => (programs.includes(file) ? 10 : 7);

/** Libraries with one owner. Everything else under node_modules may be imported where it is useful. */
const owners: Readonly<Record<string, readonly string[]>> = {
  'smtp-server': ['intake'],
  // relay sends with it, ticket composes with it.
  nodemailer: ['relay', 'ticket'],
  '@fastify/busboy': ['ticket'],
  '@azure/msal-node': ['signin'],
  'node-fetch': ['net'],
  conf: ['settings'],
  pino: ['log'],
  'qrcode-terminal': ['panel'],
  hono: ['api', 'web', 'panel-door', 'bridge'],
  '@hono/node-server': ['doorway', 'bridge'],
};

interface Import {
  readonly file: string;
  readonly specifier: string;
}

function sourceFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): Import[] {
  const info = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
  return info.importedFiles.map((one) => ({ file: relative(src, file), specifier: one.fileName }));
}

function roomOf(path: string): string {
  return path.includes(sep) ? path.slice(0, path.indexOf(sep)) : '';
}

/** The sentence that names the breach, or undefined. */
function breach({ file, specifier }: Import): string | undefined {
  const room = roomOf(file);
  if (!specifier.startsWith('.')) {
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    const allowed = owners[name];
    return allowed === undefined || allowed.includes(room)
      ? undefined
      : `${file} imports ${name}, which belongs to ${allowed.join(', ')}`;
  }
  const target = relative(src, join(src, dirname(file), specifier));
  const targetRoom = roomOf(target);
  if (targetRoom === room && room !== '') return undefined;
  if (target.startsWith('..')) return `${file} reaches outside src/: ${specifier}`;
  if (targetRoom !== '' && target !== join(targetRoom, 'index.ts'))
    return `${file} enters ${targetRoom}/ by the window: ${specifier}`;
  if (room === 'simulator')
    return targetRoom === 'core'
      ? undefined
      : `${file}: the stand-in cloud shares no code with what it tests, but imports ${targetRoom}/`;
  if (targetRoom === 'simulator')
    return room === 'demo' ? undefined : `${file} imports the stand-in cloud; only the demo may`;
  if (room === '' && targetRoom === '')
    return programs.includes(target) && !programs.includes(file) ? `${file} imports ${target}` : undefined;
  const from = room === '' ? rankOfFile(file) : ranks[room];
  const to = targetRoom === '' ? rankOfFile(target) : ranks[targetRoom];
  if (from === undefined || to === undefined) return `${file} or ${targetRoom}: room without a rank`;
  return to < from
    ? undefined
    : `${file} (rank ${String(from)}) imports ${targetRoom === '' ? target : `${targetRoom}/`} (rank ${String(to)})`;
}

describe('the house', () => {
  const imports = sourceFiles(src).flatMap(importsOf);

  test('finds the imports it is meant to judge', () => {
    expect(imports.length).toBeGreaterThan(50);
  });

  test('rooms import lower ranks only, through index.ts, and libraries stay with their owner', () => {
    expect(imports.map(breach).filter((one) => one !== undefined)).toEqual([]);
  });

  test.each<[string, Import]>([
    ['sideways', { file: join('intake', 'x.ts'), specifier: '../relay/index.ts' }],
    ['upward', { file: join('core', 'x.ts'), specifier: '../cloud/index.ts' }],
    ['past the door', { file: join('relay', 'x.ts'), specifier: '../spool/store.ts' }],
    ['a library of another room', { file: join('relay', 'x.ts'), specifier: 'smtp-server' }],
    ['a subpath of it', { file: join('relay', 'x.ts'), specifier: '@azure/msal-node/x' }],
    ['the stand-in cloud from a room', { file: join('relay', 'x.ts'), specifier: '../simulator/index.ts' }],
    ['a room from the stand-in cloud', { file: join('simulator', 'x.ts'), specifier: '../policy/index.ts' }],
  ])('notices a breach: %s', (_name, one) => {
    expect(breach(one)).toEqual(expect.any(String));
  });

  test('no room is called utils, misc, common or manager', () => {
    const names = sourceFiles(src).map((file) => relative(src, file));
    expect(names.filter((name) => /(^|[/\\])(utils?|misc|common|manager|helpers?)([/\\.]|$)/.test(name))).toEqual([]);
  });
});
