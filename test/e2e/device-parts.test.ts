/** What travels with the device file: the bill of materials, the licence notices, and the promise that it stays small. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { tempDir } from '../support/temp-dir.ts';

const run = promisify(execFile);
const buildScript = new URL('../../cross-build/build.mjs', import.meta.url).pathname;

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly { readonly license: { readonly id: string } }[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}
interface BillOfMaterials {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

let first: string;
let second: string;
let report: string;
let bill: BillOfMaterials;
let program: Buffer;

beforeAll(async () => {
  [first, second] = [await tempDir(), await tempDir()];
  ({ stdout: report } = await run(process.execPath, [buildScript, '--device-to', first, '--report']));
  // From another folder, at another time of another place: none of it may show.
  const env = { ...process.env, TZ: 'Asia/Tokyo', LC_ALL: 'C', SOURCE_DATE_EPOCH: '1' };
  await run(process.execPath, [buildScript, '--device-to', second], { cwd: second, env });
  bill = JSON.parse(await readFile(join(first, 'sbom.cdx.json'), 'utf8')) as BillOfMaterials;
  program = await readFile(join(first, 'mfp-mail-agent.cjs'));
}, 120_000);

test('two builds are the same, octet for octet', async () => {
  const names = (await readdir(first)).sort();
  expect(names).toEqual(['licences.txt', 'mfp-mail-agent.cjs', 'sbom.cdx.json']);
  expect((await readdir(second)).sort()).toEqual(names);
  for (const name of names)
    expect((await readFile(join(second, name))).equals(await readFile(join(first, name)))).toBe(true);
});

test('agent and screens stay within 2.5 MB', () => {
  expect(program.length).toBeLessThanOrEqual(2_500_000);
});

test('the bill of materials names this very file', () => {
  const { component } = bill.metadata;
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
  expect(component.hashes).toEqual([{ alg: 'SHA-256', content: createHash('sha256').update(program).digest('hex') }]);
});

test('the bill of materials has what is inside and nothing else', () => {
  const names = bill.components.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['@azure/msal-node', 'smtp-server', 'nodemailer', 'conf', 'zod', 'pino']),
  );
  for (const absent of [
    'iconv-lite', // a stand-in of a few lines takes its place
    'encoding-japanese', // likewise
    'thread-stream', // likewise
    'esbuild', // builds it
    'jest', // tests it
    '@peculiar/x509', // the stand-in cloud's
  ])
    expect(names).not.toContain(absent);
  expect(new Set(bill.components.map(({ purl }) => purl)).size).toBe(bill.components.length);
  for (const { name, version, purl, hashes } of bill.components) {
    expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`);
    expect(hashes?.[0]).toMatchObject({ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) });
  }
});

test('every part has a licence that is allowed, and its notice travels along', async () => {
  const notices = await readFile(join(first, 'licences.txt'), 'utf8');
  for (const { name, version, licenses } of bill.components) {
    expect(licenses[0]?.license.id).toMatch(/^(MIT|MIT-0|ISC|BSD-[23]-Clause|0BSD|Apache-2\.0)$/);
    expect(notices).toContain(`${name} ${version} (${licenses[0]?.license.id ?? ''})`);
  }
  expect(notices).toContain('Permission is hereby granted, free of charge');
});

test('the report names the sections and where they come from', () => {
  expect(report).toMatch(/^mfp-mail-agent\.cjs: +[\d.]+ kB$/m);
  expect(report).toMatch(/kB {2}daemon-\w+\.js$/m);
  expect(report).toMatch(/kB {2}src\/relay$/m);
  expect(report).toMatch(/kB {2}zod \d/m);
});

test('a mistyped option is one line', async () => {
  await expect(run(process.execPath, [buildScript, '--reprot'])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^cross-build: Unknown option '--reprot'[^\n]*\n$/),
  });
});
