/** libmfpmail for printers' processors and for musl: built with Debian's cross compilers, run under QEMU against a real agent. */
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../foreign/scene.ts';
import { runProgram } from '../support/agent-process.ts';
import { bridgeScene, line, type BridgeScene } from './bridge-scene.ts';
import { build, buildLimitMs, built, cjsonSource, whyNoPrograms } from './toolchain.ts';

/** Small, as for flash. */
const small = ['OPTIMISE=-Os', 'PIE=', 'LDFLAGS=-static'] as const;

const builds = [
  // Static, so that they run without the other system's libraries; sizes in octets, stripped, with some air.
  {
    name: 'armhf',
    needs: ['arm-linux-gnueabihf-gcc', 'qemu-arm-static'],
    cross: 'arm-linux-gnueabihf-',
    runner: ['qemu-arm-static'],
    largest: 550_000,
  },
  {
    name: 'arm64',
    needs: ['aarch64-linux-gnu-gcc', 'qemu-aarch64-static'],
    cross: 'aarch64-linux-gnu-',
    runner: ['qemu-aarch64-static'],
    largest: 850_000,
  },
  { name: 'musl', needs: ['musl-gcc'], cross: '', runner: [], largest: 150_000 },
] as const;

for (const { name, needs, cross, runner, largest } of builds) {
  describeWith(whyNoPrograms(['make', ...needs]), `libmfpmail for ${name}`, () => {
    let scene: BridgeScene;
    let cjson: string;

    beforeAll(async () => {
      cjson = await cjsonSource();
      const compiler = cross === '' ? ['CC=musl-gcc'] : [`CROSS=${cross}`];
      await build('static', `BUILD=build/static-${name}`, `CJSON_DIR=${cjson}`, ...compiler, ...small);
      scene = await bridgeScene('');
    }, buildLimitMs);

    const run = (program: string, args: readonly string[]) => {
      const [first = '', ...rest] = [...runner, built(program, `static-${name}`), ...args];
      return runProgram(first, rest, { env: { MFPMAIL_SOCKET: scene.socketPath } });
    };

    test('is small', async () => {
      for (const program of ['mfpmail', 'mfpmail-sendmail', 'printer'])
        expect([program, (await stat(built(program, `static-${name}`))).size < largest]).toEqual([program, true]);
    });

    test('submits, shows the display and plays the printer', async () => {
      const octets = randomBytes(200_000);
      const path = await scene.file('scan.pdf', octets);
      const ran = await run('mfpmail', ['submit', '--to', 'anna@contoso.com', '--subject', 'Größe', path]);
      expect([ran.code, ran.stderr]).toEqual([0, '']);
      const { parts } = await scene.delivered(line(ran.stdout, 'job'));
      expect(parts.at(-1)?.content.equals(octets)).toBe(true);
      expect((await run('mfpmail', ['panel'])).stdout).toMatch(/^lamp green\n(\|.*\n){4}/);
      expect((await run('printer', [path, 'anna@contoso.com'])).stdout).toMatch(/job \S+: accepted/);
    }, 60_000);

    if (cross !== '')
      test(
        'builds the shared library and position-independent commands too',
        async () => {
          await build('all', `BUILD=build/shared-${name}`, `CJSON_DIR=${cjson}`, `CROSS=${cross}`, 'OPTIMISE=-Os');
        },
        buildLimitMs,
      );
  });
}
