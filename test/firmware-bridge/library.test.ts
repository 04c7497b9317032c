/** libmfpmail on this machine: both compilers, sanitizers, valgrind, fuzzers, and what a firmware author would do with it. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { describeWith } from '../foreign/scene.ts';
import { runProgram } from '../support/agent-process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { bridgeDir, build, buildLimitMs, built, linesOf, make, whyNoPrograms } from './toolchain.ts';

const fuzzSeconds = process.env['MFP_FUZZ_SECONDS'] ?? '3';

const filesOf = async (folder: string, ending: RegExp) =>
  (await readdir(join(bridgeDir, folder)))
    .filter((name) => ending.test(name))
    .map((name) => join(bridgeDir, folder, name));

describeWith(whyNoPrograms(['gcc', 'make', 'pkg-config']), 'libmfpmail', () => {
  beforeAll(async () => {
    await build('all');
  }, buildLimitMs);

  test(
    'passes its own tests under AddressSanitizer and UndefinedBehaviorSanitizer',
    async () => {
      const { code, stdout, stderr } = await make(['check']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/[1-9]\d{3} checks, 0 failed/);
    },
    buildLimitMs,
  );

  test('exports nothing but its public interface, and all of that', async () => {
    const { stdout } = await runProgram('nm', ['-D', '--defined-only', built('libmfpmail.so')]);
    const exported = [...stdout.matchAll(/ [TDBR] (\S+)$/gm)].map(([, name]) => name).sort();
    const header = await readFile(join(bridgeDir, 'include/mfpmail.h'), 'utf8');
    const declared = [...header.matchAll(/^MFPMAIL_PUBLIC [^;(]*?(mfpmail_\w+)\(/gm)].map(([, name]) => name).sort();
    expect(exported).toEqual(declared);
    expect(declared.length).toBeGreaterThan(100);
    // State of the library would be shared by all clients of a process.
    const { stdout: sections } = await runProgram('size', ['-A', built('libmfpmail.a')]);
    const sizes = [...sections.matchAll(/^\.(?:data|bss|tdata|tbss) +(\d+)/gm)].map(([, octets]) => octets);
    expect(sizes.length).toBeGreaterThan(20);
    expect(new Set(sizes)).toEqual(new Set(['0']));
  });

  test('is hardened, with a SONAME', async () => {
    for (const name of ['mfpmail', 'mfpmail-sendmail', 'printer', 'libmfpmail.so']) {
      const { stdout: dynamic } = await runProgram('readelf', ['-Wd', '-l', built(name)]);
      expect([name, /BIND_NOW/.test(dynamic), /GNU_RELRO/.test(dynamic), /GNU_STACK.* RWE /.test(dynamic)]).toEqual([
        name,
        true,
        true,
        false,
      ]);
      const { stdout: symbols } = await runProgram('nm', ['-D', built(name)]);
      expect([name, symbols.includes('__stack_chk_fail')]).toEqual([name, true]);
      const { stdout: head } = await runProgram('readelf', ['-h', built(name)]);
      expect(head).toMatch(/Type: +DYN/);
      if (name.endsWith('.so')) expect(dynamic).toContain('Library soname: [libmfpmail.so.0.1]');
    }
  });

  test(
    'installs into a folder of its own, where the README builds its first program with pkg-config',
    async () => {
      const dir = await tempDir();
      await build('install', `DESTDIR=${dir}`, 'prefix=/usr');
      const readme = await readFile(join(bridgeDir, 'README.md'), 'utf8');
      const program = /```c\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
      expect(program.split('\n').length).toBeGreaterThan(8);
      await writeFile(join(dir, 'first.c'), program);
      const command = `cc -Wall -Wextra -Werror -pedantic -std=c99 first.c $(pkg-config --define-variable=prefix=${dir}/usr --cflags --libs mfpmail) -o first`;
      const compiled = await runProgram('/bin/sh', ['-c', `cd ${dir} && ${command}`], {
        env: { PKG_CONFIG_PATH: join(dir, 'usr/lib/pkgconfig'), PKG_CONFIG_SYSROOT_DIR: dir },
      });
      expect([compiled.code, compiled.stderr]).toEqual([0, '']);
      await writeFile(join(dir, 'scan.pdf'), 'x');
      const ran = await runProgram(join(dir, 'first'), [join(dir, 'scan.pdf')], {
        env: { LD_LIBRARY_PATH: join(dir, 'usr/lib'), MFPMAIL_SOCKET: join(dir, 'nobody.sock') },
      });
      expect(ran.stdout).toContain('not sent: The mail agent is not running');
      expect((await readdir(join(dir, 'usr/share/man/man3'))).length).toBe(1);
    },
    buildLimitMs,
  );

  test('has a header that suffices by itself, in C and in C++', async () => {
    const header = join(bridgeDir, 'include/mfpmail.h');
    const strict = ['-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-pedantic'];
    for (const [compiler, ...language] of [
      ['gcc', '-x', 'c', '-std=c99'],
      ['clang', '-x', 'c', '-std=c11'],
      ['clang', '-x', 'c++', '-std=c++11'],
    ] as const) {
      if (whyNoPrograms([compiler]) !== undefined) continue;
      const { code, stderr } = await runProgram(compiler, [...language, ...strict, header]);
      expect([compiler, language[1], code, stderr]).toEqual([compiler, language[1], 0, '']);
    }
  });

  test('says the same version everywhere', async () => {
    const { stdout } = await runProgram(built('mfpmail'), ['--version']);
    const header = await readFile(join(bridgeDir, 'include/mfpmail.h'), 'utf8');
    const [major, minor, patch] = ['MAJOR', 'MINOR', 'PATCH'].map(
      (part) => new RegExp(`#define MFPMAIL_VERSION_${part} (\\d+)`).exec(header)?.[1] ?? '',
    );
    expect(stdout).toBe(`${major ?? ''}.${minor ?? ''}.${patch ?? ''}\n`);
    expect(header).toContain(`#define MFPMAIL_VERSION "${stdout.trim()}"`);
    expect(await readFile(join(bridgeDir, 'Makefile'), 'utf8')).toContain(`\nVERSION = ${stdout}`);
  });

  test('keeps its files small, and its example too', async () => {
    const sources = [...(await filesOf('src', /\.[ch]$/)), ...(await filesOf('commands', /\.[ch]$/))];
    expect(sources.length).toBeGreaterThan(30);
    for (const path of sources) expect([path, (await linesOf(path)) <= 300]).toEqual([path, true]);
    for (const path of await filesOf('examples', /\.c$/))
      expect([path, (await linesOf(path)) <= 160]).toEqual([path, true]);
  });
});

describeWith(whyNoPrograms(['gcc', 'make', 'valgrind']), 'libmfpmail under valgrind', () => {
  test(
    'loses nothing and reads nothing that it should not',
    async () => {
      const { code, stdout, stderr } = await make(['valgrind']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/ 0 failed/);
    },
    buildLimitMs,
  );
});

describeWith(whyNoPrograms(['clang', 'make']), 'libmfpmail with clang', () => {
  test(
    'builds without a warning',
    async () => {
      const { code, stderr } = await make(['-s', 'all', 'CC=clang', 'BUILD=build/clang']);
      expect([code, stderr]).toEqual([0, '']);
    },
    buildLimitMs,
  );

  test('every parser stands its fuzzer, from the stored corpus', async () => {
    const { code, stdout } = await make(['fuzz', `FUZZ_SECONDS=${fuzzSeconds}`], 300_000);
    const runs = [...stdout.matchAll(/number_of_executed_units: (\d+)/g)].map(([, count]) => Number(count));
    expect([code, runs.length, code === 0 ? '' : stdout.slice(-4000)]).toEqual([0, 6, '']);
    for (const count of runs) expect(count).toBeGreaterThan(100);
  }, 320_000);
});

describe('manual pages', () => {
  const obstacle = whyNoPrograms(['mandoc']);
  (obstacle === undefined ? test : test.skip)(
    `are well-formed${obstacle === undefined ? '' : ` (${obstacle})`}`,
    async () => {
      for (const path of await filesOf('man', /\.\d$/)) {
        const { stdout } = await runProgram('mandoc', ['-Tlint', '-Wwarning', path]);
        expect(stdout).toBe('');
      }
    },
  );

  test('name every function of the library, every command and every option', async () => {
    const page = await readFile(join(bridgeDir, 'man/mfpmail.3'), 'utf8');
    const header = await readFile(join(bridgeDir, 'include/mfpmail.h'), 'utf8');
    for (const [, name = ''] of header.matchAll(/^MFPMAIL_PUBLIC [^;(]*?(mfpmail_\w+)\(/gm))
      expect(page).toContain(name);
    const commands = await readFile(join(bridgeDir, 'man/mfpmail.1'), 'utf8');
    const { stdout: help } = await runProgram(built('mfpmail'), ['--help']);
    for (const [, option = ''] of help.matchAll(/--([a-z-]+)/g))
      expect(commands).toContain(option.replaceAll('-', '\\-'));
  });
});
