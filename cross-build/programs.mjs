/** Other people's programs: whether they are there, how to get them, and running one. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { MissingPrograms, Trouble } from './trouble.mjs';

const runFile = promisify(execFile);

/** Program -> Debian package that has it. */
const packageOf = {
  'qemu-system-arm': 'qemu-system-arm',
  'qemu-system-aarch64': 'qemu-system-arm',
  mksquashfs: 'squashfs-tools',
  mke2fs: 'e2fsprogs',
  e2fsck: 'e2fsprogs',
  debugfs: 'e2fsprogs',
  depmod: 'kmod',
  cpio: 'cpio',
  xz: 'xz-utils',
  'dpkg-deb': 'dpkg',
  'apt-get': 'apt',
  'apt-cache': 'apt',
  tar: 'tar',
  gzip: 'gzip',
  'systemd-analyze': 'systemd',
  'systemd-sysusers': 'systemd',
  make: 'make',
  'arm-linux-gnueabihf-gcc': 'gcc-arm-linux-gnueabihf libc6-dev-armhf-cross',
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  'x86_64-linux-gnu-gcc': 'gcc libc6-dev',
};

// Not everybody's PATH has the folders of the administrator's programs.
const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];

/** @returns {string | undefined} the program's path */
export function programPath(name) {
  return folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}

/**
 * Makes sure of the programs a step needs: as root they are installed through apt, otherwise one line names them.
 * @param {readonly (keyof typeof packageOf)[]} names
 * @throws {MissingPrograms} naming what is missing and the command that gets it
 */
export async function needPrograms(names) {
  const missing = () => [
    ...new Set(names.filter((name) => programPath(name) === undefined).flatMap((name) => packageOf[name].split(' '))),
  ];
  const wanted = missing();
  if (wanted.length === 0) return;
  const words = ['install', '-y', '--no-install-recommends', ...wanted];
  const command = `apt-get ${words.join(' ')}`;
  if (process.getuid?.() !== 0 || programPath('apt-get') === undefined)
    throw new MissingPrograms(`missing programs, packages ${wanted.join(', ')}. Install them first: sudo ${command}`);
  console.log(`installing ${wanted.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = async (...args) => await runFile('apt-get', args, { env, maxBuffer: 2 ** 26 });
  await apt('update', '-qq').catch(() => undefined);
  await apt(...words).catch(() => undefined);
  const left = missing();
  if (left.length > 0)
    throw new MissingPrograms(`could not install ${left.join(', ')}: check apt's network, then: ${command}`);
}

/**
 * Runs a program to its end.
 * @param {string} name one of the table above
 * @param {readonly string[]} args
 * @param {import('node:child_process').ExecFileOptions & {input?: string, okCodes?: number[]}} [options] okCodes: exit codes that
 *   are no failure
 * @returns {Promise<string>} standard output
 * @throws {Trouble} its first line of complaint
 */
export async function run(name, args, { input, okCodes = [0], ...options } = {}) {
  const path = programPath(name);
  if (path === undefined) throw new Trouble(`${name} is missing: install the package ${packageOf[name] ?? name}`);
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC', ...options.env };
  const running = runFile(path, args, { maxBuffer: 2 ** 28, ...options, env });
  if (input !== undefined) running.child.stdin.end(input);
  try {
    return (await running).stdout;
  } catch (error) {
    if (okCodes.includes(error.code)) return error.stdout;
    const text = String(error.stderr ?? error.message).trim();
    if (/no space left on device/i.test(text)) throw error;
    const lines = text.split('\n');
    const line = lines.find((one) => /^(E:|error|fatal)/i.test(one)) ?? lines[0];
    throw new Trouble(`${name} failed: ${line || `exit code ${String(error.code)}`}`, { cause: error });
  }
}

/** Runs one of our own scripts; what it says goes to this terminal. @throws {Trouble} it has said why */
export async function runNode(script, args, { env = {} } = {}) {
  const stdio = ['ignore', 'inherit', 'inherit'];
  const child = spawn(process.execPath, [script, ...args], { stdio, env: { ...process.env, ...env } });
  const [code] = await once(child, 'close');
  if (code !== 0) throw Object.assign(new Trouble(''), { exitCode: code ?? 1 });
}
