#!/usr/bin/env node
/**
 * Source to `dist/`:
 *   mfp-mail-agent.mjs   the agent in one file, every library inside, no stand-in cloud: what devices get
 *   rehearsal.mjs        the same with the demo and the stand-in cloud, libraries from node_modules: for this checkout
 * Nothing in the output depends on where or when it was built.
 */
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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

await rm(join(root, 'dist'), { recursive: true, force: true });
await Promise.all([
  build({
    ...common,
    entryPoints: ['src/main.ts'],
    outfile: 'dist/mfp-mail-agent.mjs',
    minifySyntax: true,
    minifyWhitespace: true,
    // CommonJS libraries inside an ES module file still call require() for Node's own modules.
    banner: {
      js: 'import{createRequire as __mfpRequire}from"node:module";const require=__mfpRequire(import.meta.url);',
    },
  }),
  build({
    ...common,
    entryPoints: ['src/rehearsal.ts'],
    outfile: 'dist/rehearsal.mjs',
    packages: 'external',
    sourcemap: 'inline',
  }),
]);
