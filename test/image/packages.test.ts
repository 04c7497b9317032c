/** What is installed on devices: the tar for BusyBox firmware and the Debian packages. No machine is booted here. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, jest, test } from '@jest/globals';
import { needPrograms } from '../../cross-build/programs.mjs';
import { until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Packing takes seconds here; beside two emulated devices on two cores, and where something must be fetched, a minute. */
jest.setTimeout(300_000);

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
}, 600_000);

test('there is a tar and a Debian package for each architecture, and their sums', async () => {
  const names = await readdir(first);
  for (const arch of ['armhf', 'arm64', 'amd64']) {
    expect(names).toContainEqual(expect.stringMatching(`^mfp-mail-agent-[\\d.]+-${arch}\\.tar\\.gz$`));
    expect(names).toContainEqual(expect.stringMatching(`^mfp-mail-agent_[\\d.]+_${arch}\\.deb$`));
  }
  await runFile('sha256sum', ['-c', 'SHA256SUMS'], { cwd: first });
});

test('the commands for firmware need no library, and little room', async () => {
  const root = await tempDir();
  for (const [arch, most] of [
    ['armhf', 100_000],
    // Its pages may be of 64 KiB, and the file is laid out for them.
    ['arm64', 220_000],
    ['amd64', 140_000],
  ] as const) {
    const [tar = ''] = (await readdir(first)).filter((name) => name.endsWith(`-${arch}.tar.gz`));
    await runFile('tar', ['-C', root, '-xf', join(first, tar)]);
    for (const name of ['mfpmail', 'mfpmail-sendmail']) {
      const octets = await readFile(join(root, 'usr/bin', name));
      expect(octets.length).toBeLessThan(most);
      expect(octets.includes('ld-linux') || octets.includes('ld-musl')).toBe(false);
      expect(octets.includes(root) || octets.includes('/.cache/')).toBe(false);
    }
    expect(await readFile(join(root, 'usr/share/doc/mfp-mail-agent/licence-musl.txt'), 'utf8')).toContain('musl');
  }
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
  expect(list).toContain('./usr/lib/systemd/system/mfp-mail-agent-lan.socket\n');
  expect(list).toMatch(/-rwxr-xr-x .* \.\/usr\/lib\/mfp-mail-agent\/mfp-mail-agent-notify\n/);
  expect(control).toContain('sane-utils');
});

test('the second Debian package is names of the mailer of the first, the same for every processor', async () => {
  const [deb = ''] = (await readdir(first)).filter((name) => /^mfp-mail-agent-mta_.*_all\.deb$/.test(name));
  const { stdout: control } = await runFile('dpkg-deb', ['-f', join(first, deb)]);
  for (const field of ['Provides', 'Conflicts', 'Replaces'])
    expect(control).toContain(`${field}: mail-transport-agent\n`);
  expect(control).toMatch(/^Depends: mfp-mail-agent \(= [\d.]+\)$/m);
  // Both unpacked over one another are what dpkg makes of them.
  const root = await tempDir();
  const [agent = ''] = (await readdir(first)).filter((name) => name.endsWith('_amd64.deb'));
  for (const file of [agent, deb]) await runFile('dpkg-deb', ['-x', join(first, file), root]);
  const call = async (path: string, ...args: string[]) => {
    const env = { ...process.env, MFPMAIL_SOCKET: join(root, 'no.sock'), MFPMAIL_WAIT_S: '1' };
    return runFile(join(root, path), args, { env }).then(
      () => 0,
      (error: unknown) => (error as { code: number }).code,
    );
  };
  expect(await call('usr/bin/newaliases')).toBe(0);
  // "try again later": it knows that it is mailq, and no agent is there.
  expect(await call('usr/bin/mailq')).toBe(75);
  expect(await call('usr/sbin/sendmail', 'root')).toBe(67);
  expect(await call('usr/lib/sendmail', '-bd')).toBe(64);
  for (const page of ['man8/sendmail.8', 'man1/mailq.1', 'man1/newaliases.1'])
    expect(await readFile(join(root, 'usr/share/man', page), 'utf8')).toContain('.Nm mfpmail-sendmail');
});

test('dpkg installs the mailer package, keeps a second mailer out, and removes it without a trace', async () => {
  const root = await tempDir();
  for (const dir of ['info', 'updates', 'triggers']) await mkdir(join(root, 'var/lib/dpkg', dir), { recursive: true });
  for (const file of ['status', 'available']) await writeFile(join(root, 'var/lib/dpkg', file), '');
  await mkdir(join(root, 'postfix/DEBIAN'), { recursive: true });
  const control = ['Package: postfix', 'Version: 1', 'Architecture: all', 'Maintainer: x <x@example.com>'];
  const facts = [...control, 'Provides: mail-transport-agent', 'Description: another mailer', ''].join('\n');
  await writeFile(join(root, 'postfix/DEBIAN/control'), facts);
  await runFile('dpkg-deb', ['--root-owner-group', '-b', join(root, 'postfix'), join(root, 'postfix.deb')]);
  const [deb = ''] = (await readdir(first)).filter((name) => name.endsWith('_all.deb'));
  const forced = ['--force-not-root', '--force-depends', '--log=/dev/null'];
  const dpkg = (...args: string[]) => runFile('dpkg', [`--root=${root}`, ...forced, ...args]);
  await dpkg('-i', join(first, deb));
  expect(await readlink(join(root, 'usr/sbin/sendmail'))).toBe('../bin/mfpmail-sendmail');
  await expect(dpkg('-i', join(root, 'postfix.deb'))).rejects.toThrow(/mail-transport-agent/);
  await dpkg('-r', 'mfp-mail-agent-mta');
  expect(await readdir(root)).not.toContain('usr');
  await dpkg('-i', join(root, 'postfix.deb'));
});

test.each(['postinst', 'prerm', 'postrm', 'init.sh', 'supervise.sh', 'mfp-mail-agent.sh'])(
  '%s is a script that a plain shell can read',
  (name) => {
    expect(spawnSync('sh', ['-n', files(name)]).status).toBe(0);
  },
);

/** The units in a folder of their own, with drop-ins; what they say must not depend on whether this machine has the agent. */
async function unitsWith(dropIns: readonly string[]): Promise<{ readonly dir: string; readonly text: string }> {
  const dir = await tempDir();
  const text = await readFile(files('mfp-mail-agent.service'), 'utf8');
  await writeFile(join(dir, 'mfp-mail-agent.service'), text.replace('/usr/bin/mfp-mail-agent', '/bin/true'));
  for (const name of (await readdir(files(''))).filter((one) => one.endsWith('.socket')))
    await copyFile(files(name), join(dir, name));
  await mkdir(join(dir, 'mfp-mail-agent.service.d'));
  for (const name of dropIns) await copyFile(files(`drop-ins/${name}`), join(dir, 'mfp-mail-agent.service.d', name));
  return { dir, text };
}

test('the service is shut off from what it does not need: exposure at most 2.5, with every drop-in', async () => {
  const exposureOf = async (dropIns: readonly string[]) => {
    const { dir } = await unitsWith(dropIns);
    const unit = join(dir, 'mfp-mail-agent.service');
    const { stdout } = await runFile('systemd-analyze', ['security', '--offline=yes', '--no-pager', unit]);
    return Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
  };
  const usual = await exposureOf([]);
  expect(usual).toBeLessThanOrEqual(2.5);
  expect(await exposureOf(['sockets-only.conf'])).toBeLessThan(usual);
  expect(await exposureOf(['scanner.conf', 'hot-folder.conf'])).toBeLessThanOrEqual(2.5);
  // V8 aborts at its start under it.
  expect((await unitsWith([])).text).not.toMatch(/^MemoryDenyWriteExecute/m);
});

test('systemd understands every line of units and drop-ins', async () => {
  const { dir } = await unitsWith(await readdir(files('drop-ins')));
  const units = (await readdir(dir))
    .filter((name) => /\.(?:service|socket)$/.test(name))
    .map((name) => join(dir, name));
  expect(units).toHaveLength(6);
  const { stderr } = await runFile('systemd-analyze', ['verify', '--man=no', ...units]);
  // Growing pauses came with systemd 254.
  expect(
    stderr.split('\n').filter((line) => line.startsWith(dir) && !/Restart(?:Steps|MaxDelaySec)/.test(line)),
  ).toEqual([]);
});

test('supervise ends an agent whose count stands still, and starts it again', async () => {
  const dir = await tempDir();
  const starts = join(dir, 'starts');
  // An agent that counts twice, then hangs; started by a stand-in for BusyBox's start-stop-daemon.
  await writeFile(
    join(dir, 'start-stop-daemon'),
    `#!/bin/sh\necho start >> ${starts}\necho 1 > $MFP_MAIL_AGENT_ALIVE\nsleep 0.2\necho 2 > $MFP_MAIL_AGENT_ALIVE\nexec sleep 60\n`,
    { mode: 0o755 },
  );
  const text = (await readFile(files('supervise.sh'), 'utf8'))
    .replaceAll('/run/mfp-mail-agent/', `${dir}/`)
    .replaceAll('sleep 20', 'sleep 0.1')
    .replaceAll('logger ', 'true ');
  await writeFile(join(dir, 'supervise'), text);
  const log = join(dir, 'log');
  const supervise = spawn('sh', [join(dir, 'supervise'), log], {
    env: { ...process.env, PATH: `${dir}:${process.env['PATH'] ?? ''}` },
    stdio: 'ignore',
  });
  await until(async () => ((await readFile(starts, 'utf8').catch(() => '')).length > 6 ? true : undefined));
  supervise.kill('SIGTERM');
  const [code] = (await once(supervise, 'exit')) as [number];
  expect(code).toBe(0);
  expect(await readFile(log, 'utf8')).toMatch(
    /^the agent does not answer; it is ended\nthe agent ended with code 137 after \d+ s; next start in 1 s\n/,
  );
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
