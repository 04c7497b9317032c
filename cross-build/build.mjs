#!/usr/bin/env node
/**
 * Source to `dist/`:
 *   mfp-mail-agent.cjs   the agent in one file, every library inside, no stand-in cloud: what devices get
 *   rehearsal.mjs        the same with the demo and the stand-in cloud, libraries from node_modules: for this checkout
 * Nothing in the output depends on where or when it was built.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chunksAtStart, packSections } from './sections.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

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
async function buildDeviceFile() {
  const { outputFiles, metafile } = await build({
    ...common,
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
  const file = join(root, 'dist', 'mfp-mail-agent.cjs');
  await mkdir(dirname(file), { recursive: true });
  const packed = await packSections(outputFiles, {
    entry: 'main.js',
    atStart: chunksAtStart(metafile, ['src/main.ts', 'src/daemon.ts', 'src/log/index.ts']),
  });
  const digest = createHash('sha256').update(packed).digest('hex').slice(0, buildMark.length);
  await writeFile(file, packed.replaceAll(buildMark, digest), { encoding: 'latin1', mode: 0o755 });
}

await rm(join(root, 'dist'), { recursive: true, force: true });
await Promise.all([
  buildDeviceFile(),
  build({
    ...common,
    entryPoints: ['src/rehearsal.ts'],
    outfile: 'dist/rehearsal.mjs',
    packages: 'external',
    sourcemap: 'inline',
  }),
]);
