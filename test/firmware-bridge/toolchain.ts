/** What is built and run of firmware-bridge/: compilers, make, and cJSON's source for machines that are not this one. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runProgram, type Finished } from '../support/agent-process.ts';

const run = promisify(execFile);

/** firmware-bridge/ of this checkout. */
export const bridgeDir = fileURLToPath(new URL('../../firmware-bridge', import.meta.url));
/** Its build/, ignored by git. */
export const buildDir = join(bridgeDir, 'build');
/** For whatever builds: a slow, busy machine with others' builds in front of ours. */
export const buildLimitMs = 300_000;
const cacheDir = fileURLToPath(new URL('../../.cache/debian', import.meta.url));

/** A program of build/, or of a folder of it. */
export const built = (name: string, folder = ''): string => join(buildDir, folder, name);

/** The commands with AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer in them: `build/sanitized/`. */
export const sanitized = [
  'BUILD=build/sanitized',
  'HARDENING=',
  'CFLAGS=-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all',
] as const;

/** Targets that leave alone what others build, and take long. */
const apart = ['check', 'valgrind', 'fuzz'];

/**
 * `make ARGS` in firmware-bridge/; the whole output, for a failed test to show. Test files run side by side, so whatever
 * builds libraries and commands waits for its turn.
 */
export async function make(args: readonly string[], limitMs = buildLimitMs): Promise<Finished> {
  const command = ['make', '-C', bridgeDir, '--no-print-directory', ...args];
  if (args.some((arg) => apart.includes(arg))) return runProgram('make', command.slice(1), { limitMs });
  await mkdir(buildDir, { recursive: true });
  return runProgram('flock', [join(buildDir, '.lock'), ...command], { limitMs });
}

/** Builds what is out of date. @throws Error with what the compiler said */
export async function build(...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await make(['-s', ...args]);
  if (code !== 0) throw new Error(`make ${args.join(' ')}: ${stdout}${stderr}`);
}

/** @returns why these programs cannot be used; undefined: they can */
export function whyNoPrograms(programs: readonly string[]): string | undefined {
  const missing = programs.filter(
    (name) => !['/usr/bin', '/usr/local/bin', '/bin'].some((dir) => existsSync(join(dir, name))),
  );
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

/**
 * The source of cJSON as this machine's Debian has it, for CJSON_DIR: libraries for ARM or musl cannot be installed beside
 * the machine's own. Fetched by an apt of its own, which leaves the machine's lists alone; later runs are offline.
 * @throws Error one line: it cannot be had
 */
export async function cjsonSource(): Promise<string> {
  const dir = join(cacheDir, 'cjson-source');
  if (existsSync(dir)) return dir;
  await mkdir(cacheDir, { recursive: true });
  const partial = await mkdtemp(join(cacheDir, '.partial-'));
  try {
    await fetchCjson(partial);
    await rename(join(partial, 'cjson'), dir);
  } catch (error) {
    const text = (error as { stderr?: string }).stderr ?? String(error);
    throw new Error(`cannot fetch the source of cJSON (is apt's network there?): ${text.split('\n')[0] ?? ''}`, {
      cause: error,
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return dir;
}

async function fetchCjson(dir: string): Promise<void> {
  await mkdir(join(dir, 'lists/partial'), { recursive: true });
  await mkdir(join(dir, 'cache/archives/partial'), { recursive: true });
  await mkdir(join(dir, 'cjson'));
  await writeFile(join(dir, 'status'), '');
  await writeFile(join(dir, 'sources'), await sourceLines());
  const own = [
    ['Dir::Etc::sourcelist', join(dir, 'sources')],
    ['Dir::Etc::sourceparts', '/dev/null'],
    ['Dir::State', dir],
    ['Dir::State::lists', join(dir, 'lists')],
    ['Dir::State::status', join(dir, 'status')],
    ['Dir::Cache', join(dir, 'cache')],
    ['Debug::NoLocking', '1'],
    ...(process.getuid?.() === 0 ? [['APT::Sandbox::User', 'root']] : []),
  ].flatMap(([name = '', value = '']) => ['-o', `${name}=${value}`]);
  const options = { cwd: dir, env: { ...process.env, LC_ALL: 'C' }, timeout: 120_000, maxBuffer: 2 ** 24 };
  await run('apt-get', [...own, 'update', '-qq'], options);
  await run('apt-get', [...own, 'source', '--download-only', '-qq', 'cjson'], options);
  const archive = (await readdir(dir)).find((name) => /^cjson_.*\.orig\.tar\./.test(name)) ?? '';
  const what = ['--strip-components=1', '--wildcards', '*/cJSON.c', '*/cJSON.h', '*/LICENSE'];
  await run('tar', ['-xf', archive, '-C', 'cjson', ...what], options);
}

/** The machine's own package sources, asked for sources instead of programs. */
async function sourceLines(): Promise<string> {
  const { stdout } = await run('apt-get', [
    'indextargets',
    '--format',
    '$(CREATED_BY) $(REPO_URI) $(RELEASE) $(COMPONENT)',
  ]);
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  const lines = stdout
    .split('\n')
    .map((line) => /^Packages (\S*\/(?:debian|ubuntu)\S*) (\S+) (\S+)$/.exec(line))
    .map((found) => (found ? `deb-src ${signed}${found.slice(1).join(' ')}\n` : ''));
  return [...new Set(lines)].join('');
}

/** Lines of a C file, for the rule of some 300. */
export async function linesOf(path: string): Promise<number> {
  return (await readFile(path, 'utf8')).split('\n').length - 1;
}
