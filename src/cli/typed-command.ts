/**
 * Commands as this person would type them. Texts all over the house name `mfp-mail-agent status`; but in a checkout nothing
 * of that name is on the PATH, and without the `--root` that was given the command would ask another agent.
 */
import { existsSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

const name = 'mfp-mail-agent';
const commandWords =
  'run|sign-in|sign-out|status|settings|queue|send-test|consent-link|explain|clients|claim-code|leave-safe-mode|decommission|demo|help|doctor';
/** Our name followed by one of our commands: prose about the program, or a path that ends in its name, is neither. */
const commandPattern = new RegExp(`(?<![\\w./-])${name} (?=(?:${commandWords}|--version)\\b)`, 'g');

/**
 * What stands for `mfp-mail-agent` where this process was started.
 * @param env `npm run` says which script runs; PATH
 * @param scriptPath the started file, absolute; undefined: not known
 * @param workingDir absolute
 */
export function programAsTyped(
  env: Readonly<Record<string, string | undefined>>,
  scriptPath: string | undefined,
  workingDir: string,
): string {
  if (['agent', 'demo'].includes(env['npm_lifecycle_event'] ?? '')) return 'npm run agent --';
  const isOnPath = (env['PATH'] ?? '').split(':').some((dir) => dir.startsWith('/') && existsSync(join(dir, name)));
  if (isOnPath || scriptPath === undefined || !/\.[cm]?js$/.test(basename(scriptPath))) return name;
  const near = relative(workingDir, scriptPath);
  return `node ${forShell(near.startsWith('..') ? scriptPath : near)}`;
}

/**
 * The beginning of every command a text shows.
 * @param root `--root` as typed
 */
export function commandPrefix(program: string, root: string | undefined): string {
  return root === undefined || root === '' ? program : `${program} --root ${forShell(root)}`;
}

/** A text with its commands as they are typed here. */
export function asTyped(text: string, prefix: string): string {
  return prefix === name ? text : text.replace(commandPattern, () => `${prefix} `);
}

/** `--root` of a command line that may be wrong in other places. */
export function rootOf(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--root');
  return at >= 0 ? argv[at + 1] : argv.find((one) => one.startsWith('--root='))?.slice('--root='.length);
}

function forShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
