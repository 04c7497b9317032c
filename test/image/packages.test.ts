/** What is installed on devices: the tar for BusyBox firmware and the Debian packages. No machine is booted here. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { needPrograms } from '../../cross-build/programs.mjs';
import { tempDir } from '../support/temp-dir.ts';

const runFile = promisify(execFile);
const script = (name: string) => new URL(`../../cross-build/${name}`, import.meta.url).pathname;
const files = (name: string) => new URL(`../../cross-build/package/${name}`, import.meta.url).pathname;

interface Finished {
  readonly code: number;
  readonly output: string;
  readonly complaint: string;
}

async function node(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  try {
    const done = await runFile(process.execPath, [script(name), ...args], { env: { ...process.env, ...env } });
    return { code: 0, output: done.stdout, complaint: done.stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout, complaint: stderr };
  }
}

let bundle: string;
let first: string;

beforeAll(async () => {
  await needPrograms(['dpkg-deb', 'tar', 'gzip', 'systemd-analyze']);
  [bundle, first] = [await tempDir(), await tempDir()];
  expect(await node('build.mjs', ['--device-to', bundle])).toMatchObject({ code: 0 });
  expect(await node('device.mjs', ['--bundle', bundle, '--out', first])).toMatchObject({ code: 0, complaint: '' });
}, 120_000);

test('there is a tar and a Debian package for each architecture, and their sums', async () => {
  const names = await readdir(first);
  for (const arch of ['armhf', 'arm64', 'amd64']) {
    expect(names).toContainEqual(expect.stringMatching(`^mfp-mail-agent-[\\d.]+-${arch}\\.tar\\.gz$`));
    expect(names).toContainEqual(expect.stringMatching(`^mfp-mail-agent_[\\d.]+_${arch}\\.deb$`));
  }
  await runFile('sha256sum', ['-c', 'SHA256SUMS'], { cwd: first });
});

test('packed again, by another umask at another time, they are the same', async () => {
  const second = await tempDir();
  const before = process.umask(0o077);
  try {
    const again = await node('device.mjs', ['--bundle', bundle, '--arch', 'armhf', '--out', second], {
      TZ: 'Asia/Tokyo',
    });
    expect(again.code).toBe(0);
  } finally {
    process.umask(before);
  }
  for (const name of (await readdir(second)).filter((one) => one !== 'SHA256SUMS'))
    expect((await readFile(join(second, name))).equals(await readFile(join(first, name)))).toBe(true);
});

test('the Debian package asks for the right Node, and belongs to root', async () => {
  const [deb = ''] = (await readdir(first)).filter((name) => name.endsWith('_armhf.deb'));
  const { stdout: control } = await runFile('dpkg-deb', ['-f', join(first, deb)]);
  expect(control).toContain('Architecture: armhf\n');
  expect(control).toMatch(/^Depends: nodejs \(>= 20\.19\), /m);
  const { stdout: list } = await runFile('dpkg-deb', ['-c', join(first, deb)]);
  for (const line of list.trim().split('\n'))
    expect(line).toMatch(/^(?:[d-]rwxr-xr-x|-rw-r--r--|lrwxrwxrwx) root\/root /);
  expect(list).toContain('./usr/lib/systemd/system/mfp-mail-agent.service\n');
});

test.each(['postinst', 'prerm', 'postrm', 'init.sh', 'supervise.sh', 'mfp-mail-agent.sh'])(
  '%s is a script that a plain shell can read',
  (name) => {
    expect(spawnSync('sh', ['-n', files(name)]).status).toBe(0);
  },
);

test('the service is shut off from what it does not need: exposure at most 2.5', async () => {
  // The verdict must not depend on whether this machine has the agent.
  const unit = join(await tempDir(), 'mfp-mail-agent.service');
  const text = await readFile(files('mfp-mail-agent.service'), 'utf8');
  await writeFile(unit, text.replace('/usr/bin/mfp-mail-agent', '/bin/true'));
  const { stdout } = await runFile('systemd-analyze', ['security', '--offline=yes', '--no-pager', unit]);
  const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
  expect(Number(exposure)).toBeLessThanOrEqual(2.5);
  // V8 aborts at its start under it.
  expect(text).not.toMatch(/^MemoryDenyWriteExecute/m);
});

test('purging destroys keys, sign-in, scans and settings, and says what is lost', async () => {
  const root = await tempDir();
  const state = join(root, 'var/lib/mfp-mail-agent');
  for (const dir of ['keys', 'secrets', 'spool/jobs']) await mkdir(join(state, dir), { recursive: true });
  await mkdir(join(root, 'etc/mfp-mail-agent'), { recursive: true });
  await writeFile(join(state, 'keys/spool.key'), 'secret');
  for (const name of ['1.msg', '1.env', '2.msg', '2.env']) await writeFile(join(state, 'spool/jobs', name), 'x');
  const text = (await readFile(files('postrm'), 'utf8'))
    .replaceAll('/var/lib/mfp-mail-agent', state)
    .replaceAll('/etc/mfp-mail-agent', join(root, 'etc/mfp-mail-agent'))
    .replaceAll('deb-systemd-helper', ':');
  const purge = spawnSync('sh', ['-s', 'purge'], { input: text, encoding: 'utf8' });
  expect(purge).toMatchObject({
    status: 0,
    stderr: 'mfp-mail-agent: 2 scans that were not sent are destroyed with the keys\n',
  });
  expect(await readdir(join(root, 'var/lib'))).toEqual([]);
  expect(await readdir(join(root, 'etc'))).toEqual([]);
  // Removing without purging leaves everything.
  await mkdir(join(state, 'keys'), { recursive: true });
  expect(spawnSync('sh', ['-s', 'remove'], { input: text, encoding: 'utf8' }).status).toBe(0);
  expect(await readdir(state)).toEqual(['keys']);
});

test.each<[string, readonly string[], RegExp]>([
  [
    'an unknown architecture',
    ['device.mjs', '--arch', 'mips'],
    /unknown architecture "mips": choose armhf, arm64, amd64 or all/,
  ],
  [
    'one that has no image',
    ['image.mjs', '--arch', 'amd64'],
    /unknown architecture "amd64": choose armhf, arm64 or all/,
  ],
  ['a mistyped option', ['image.mjs', '--arhc', 'arm64'], /Unknown option '--arhc'/],
  ['an unknown compression', ['image.mjs', '--compression', 'rar'], /--compression is one of lz4, xz, zstd, gzip/],
  [
    'a bundle that is not there',
    ['device.mjs', '--bundle', '/nowhere', '--out', '/tmp/mfp-none'],
    /there is no device file in \/nowhere/,
  ],
])('%s is one clear line', async (_name, [name = '', ...args], line) => {
  const { code, complaint } = await node(name, args);
  expect(code).toBe(1);
  expect(complaint).toMatch(line);
  expect(complaint.trim().split('\n')).toHaveLength(1);
});

test('an interrupted run leaves nothing that the next one stumbles over', async () => {
  const out = await tempDir();
  await mkdir(join(out, '.tree-old/armhf-firmware'), { recursive: true });
  await writeFile(join(out, 'mfp-mail-agent-0.0.1-armhf.tar.gz.tar'), 'half');
  await writeFile(join(out, 'mfp-mail-agent_0.0.1_armhf.deb.new'), 'half');
  expect((await node('device.mjs', ['--bundle', bundle, '--arch', 'armhf', '--out', out])).code).toBe(0);
  expect((await readdir(out)).filter((name) => /^\.tree|\.new$|\.tar$/.test(name))).toEqual([]);
});
