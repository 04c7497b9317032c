/** The scripts of the front ends in one piece each, as they are run in Node (node-page.ts). */
import { build } from 'esbuild';

interface Entry {
  readonly script: string;
  readonly placeId: string;
}

/** The front ends. */
export const entries = {
  'control-panel': { script: 'panel-ui/control-panel/main.tsx', placeId: 'panel' },
  'internet-services': { script: 'panel-ui/internet-services/main.tsx', placeId: 'page' },
  'phone': { script: 'panel-ui/internet-services/phone.ts', placeId: 'phone' },
} as const satisfies Readonly<Record<string, Entry>>;

const root = new URL('../../', import.meta.url).pathname;

/** The address the page believes it came from. */
export const ownScript = 'http://127.0.0.1:8480/main-OWN.js';

/** @returns the script with everything it needs */
export async function bundleOf(script: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [script],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'node20.19',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"', 'import.meta.url': JSON.stringify(ownScript) },
    logLevel: 'silent',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
