/**
 * Lets plain node run the bench's TypeScript: `node --import ./test/bench/typescript.mjs FILE.ts`. esbuild takes the types
 * off, as for jest. Only the bench's own processes use it; what is measured is the built bundle.
 */
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) register(import.meta.url);

export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const { transform } = await import('esbuild');
  const text = await readFile(fileURLToPath(url), 'utf8');
  const { code } = await transform(text, { loader: 'ts', format: 'esm', target: 'node20.19', sourcemap: 'inline' });
  return { format: 'module', shortCircuit: true, source: code };
}
