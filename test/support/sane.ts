/** Debian's scanimage with SANE's own test devices, unpacked, never installed: a scanner that is really asked and really scans. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackDebian } from './debian-programs.ts';

/**
 * @param dir where the program's words are kept; private to the test
 * @returns path of a `scanimage` that knows the devices test:0 and test:1
 */
export async function saneWithTestDevice(dir: string): Promise<string> {
  const { root, env } = await unpackDebian(['sane-utils']);
  const config = join(dir, 'sane.d');
  await mkdir(config, { recursive: true });
  await writeFile(join(config, 'dll.conf'), 'test\n');
  // SANE looks for its drivers along LD_LIBRARY_PATH too, and they lie one folder deeper.
  const libraries = (env['LD_LIBRARY_PATH'] ?? '').split(':').flatMap((path) => [path, join(path, 'sane')]);
  const program = join(dir, 'scanimage');
  await writeFile(
    program,
    [
      '#!/bin/sh',
      `export LD_LIBRARY_PATH='${libraries.join(':')}' SANE_CONFIG_DIR='${config}'`,
      `exec '${join(root, 'usr/bin/scanimage')}' "$@"`,
      '',
    ].join('\n'),
  );
  await chmod(program, 0o755);
  return program;
}
