/** Types of image-folder.mjs, for the tests. */
export function keyOf(
  arch: string,
  inputs: {
    readonly files: readonly string[];
    readonly sets: readonly ('userland' | 'debian')[];
    readonly words?: readonly string[];
  },
): Promise<string>;
export function isWhole(dir: string, key: string): Promise<boolean>;
export function publish(
  fresh: string,
  dir: string,
  about: { readonly key: string; readonly arch: string },
): Promise<Record<string, number>>;
export function workFolder(out: string): Promise<string>;
export function sweepWork(out: string): Promise<void>;
