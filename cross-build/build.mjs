#!/usr/bin/env node
/**
 * Source to `dist/`:
 *   mfp-mail-agent.cjs   the agent in one file, every library inside, no stand-in cloud: what devices get
 *   rehearsal.mjs        the same with the demo and the stand-in cloud, libraries from node_modules: for this checkout
 *   sbom.cdx.json, licences.txt   what is in the device file, and the notices that must travel with it
 * Nothing in the output depends on where or when it was built.
 * `--report` prints what takes the room; `--device-to DIR` builds what devices get, into another folder.
 */
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { readProduct } from './package-tree.mjs';
import { billOfMaterials, licenceNotices, partsOf, sizeReport } from './parts.mjs';
import { chunksAtStart, packSections } from './sections.mjs';
import { runToEnd, Trouble } from './trouble.mjs';
import { madeModules } from './ui.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const product = await readProduct();
const { version } = product;

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  define: { 'process.env.MFP_MAIL_AGENT_VERSION': JSON.stringify(version) },
  logLevel: 'warning',
  legalComments: 'none',
};

/** Stands for the digest of the program until it is known; settings checked by another program are checked again. */
const buildMark = 'build-'.padEnd(32, '0');

/** What devices get: see sections.mjs for its shape. */
async function buildDeviceFile(dist, isReportWanted) {
  const metafiles = [];
  const { outputFiles, metafile } = await build({
    ...common,
    plugins: [madeModules(root, metafiles)],
    define: { ...common.define, 'process.env.MFP_MAIL_AGENT_BUILD': JSON.stringify(buildMark) },
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    splitting: true,
    write: false,
    minify: true,
    metafile: true,
    alias: {
      'iconv-lite': './cross-build/no-charsets.mjs',
      'encoding-japanese': './cross-build/no-charsets.mjs',
      'thread-stream': './cross-build/no-worker-logs.mjs',
      'on-exit-leak-free': './cross-build/no-worker-logs.mjs',
    },
  });
  const file = join(dist, 'mfp-mail-agent.cjs');
  const { text: packed, sections } = await packSections(outputFiles, {
    entry: 'main.js',
    atStart: chunksAtStart(metafile, ['src/main.ts', 'src/daemon.ts', 'src/log/index.ts']),
  });
  const digest = createHash('sha256').update(packed).digest('hex').slice(0, buildMark.length);
  const text = packed.replaceAll(buildMark, digest);
  await writeFile(file, text, { encoding: 'latin1', mode: 0o755 });

  metafiles.push(metafile);
  const parts = await partsOf(root, metafiles);
  const sha256 = createHash('sha256').update(text, 'latin1').digest('hex');
  await writeFile(join(dist, 'sbom.cdx.json'), billOfMaterials(parts, product, sha256));
  await writeFile(join(dist, 'licences.txt'), await licenceNotices(root, parts, product));
  if (isReportWanted) console.log(sizeReport(metafiles, parts, { file: text.length, sections }));
}

async function buildRehearsal(dist) {
  await build({
    ...common,
    entryPoints: ['src/rehearsal.ts'],
    outfile: join(dist, 'rehearsal.mjs'),
    plugins: [madeModules(root)],
    packages: 'external',
    sourcemap: 'inline',
  });
}

await runToEnd(async () => {
  const { values } = readOptions();
  const other = values['device-to'];
  const dist = other === undefined ? join(root, 'dist') : resolve(other);
  if (other === undefined) await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  await Promise.all([
    buildDeviceFile(dist, values.report === true),
    ...(other === undefined ? [buildRehearsal(dist)] : []),
  ]);
});

function readOptions() {
  try {
    return parseArgs({ options: { report: { type: 'boolean' }, 'device-to': { type: 'string' } } });
  } catch (error) {
    throw new Trouble(`${error.message}; the options are --report and --device-to DIR`);
  }
}
