import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { MailError, toMailError, type ErrorCode } from '../core/index.ts';
import { escapeControls } from '../panel/index.ts';
import { AgentClient } from './client.ts';
import { claimCodeCommand } from './claim-code.ts';
import { clientsCommands } from './clients.ts';
import { globalOptions, parserOptions, type Command } from './command.ts';
import { decommissionCommand } from './decommission.ts';
import { exitCodeOf, exitCodes, usageError } from './exit-codes.ts';
import { commandHelp, groupHelp, overview } from './help.ts';
import type { CliIo } from './io.ts';
import { wishedCliLanguage } from './language.ts';
import { rootLayout } from './layout.ts';
import { leaveSafeModeCommand } from './leave-safe-mode.ts';
import { jsonLine, Output } from './output.ts';
import { consentLinkCommand, demoCommand, explainCommand, runCommand, sendTestCommand } from './plain-commands.ts';
import { InputEnded } from './prompt.ts';
import { queueCommands } from './queue.ts';
import { settingsCommands } from './settings.ts';
import { signInCommand, signOutCommand } from './sign-in.ts';
import { statusCommand } from './status.ts';
import { asTyped, commandPrefix, programAsTyped, rootOf } from './typed-command.ts';

/** Every command, in the order of the help text. */
export const commands: readonly Command[] = [
  runCommand,
  signInCommand,
  signOutCommand,
  statusCommand,
  ...settingsCommands,
  ...queueCommands,
  ...clientsCommands,
  claimCodeCommand,
  sendTestCommand,
  consentLinkCommand,
  explainCommand,
  leaveSafeModeCommand,
  decommissionCommand,
  demoCommand,
];

/**
 * Runs one command line.
 * @param argv without the program's own name
 * @returns the exit code (see `exitCodes`); never rejects: an error is one sentence on standard error, or JSON
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    return failed(error, argv, io);
  }
}

/** Tells why a command ended; @returns its exit code */
export function failed(error: unknown, argv: readonly string[], io: CliIo): number {
  // Ctrl-C is no error, and needs no sentence.
  const isOurs = error instanceof MailError && error !== io.signal?.reason;
  if (io.signal?.aborted === true && !isOurs) return exitCodes.interrupted;
  if (error instanceof InputEnded) return exitCodes.interrupted;
  const mailError = toMailError(error);
  report(mailError, argv, io);
  return exitCodeOf(mailError);
}

function report(error: MailError, argv: readonly string[], io: CliIo): void {
  const { code, details } = error;
  const message = asTyped(withNextCommand(error), prefixOf(io, rootOf(argv)));
  if (argv.includes('--json')) {
    io.stderr.write(`${jsonLine({ error: { code, message, details, exitCode: exitCodeOf(error) } })}\n`);
    return;
  }
  // One line: a command in the sentence must survive a copy, and a log a grep.
  io.stderr.write(`mfp-mail-agent: ${escapeControls(message.replace(/\s*\n\s*/g, ' '))}\n`);
}

/** What mends a refusal of the agent; its sentences are written for every screen and name no command. */
const nextCommands: Partial<Record<ErrorCode, string>> = {
  'client-id-missing': 'settings set service.clientId ID',
  'client-id-malformed': 'settings set service.clientId ID',
  'smarthost-not-set': 'settings set service.smtpHost NAME',
  'sign-in-needed': 'sign-in',
};

function withNextCommand({ code, message }: MailError): string {
  const command = nextCommands[code];
  return command === undefined || message.includes('mfp-mail-agent ')
    ? message
    : `${message.replace(/\.$/, '')}; type: mfp-mail-agent ${command}`;
}

function prefixOf(io: CliIo, root: string | undefined): string {
  const program = io.program ?? programAsTyped(io.env, undefined, '/');
  return commandPrefix(program, io.isRootHinted === false ? undefined : root);
}

async function dispatch(argv: readonly string[], io: CliIo): Promise<number> {
  const words = commandWords(argv);
  const [first, second] = words.map(({ text }) => text);
  if (first === 'demo')
    return io.startDemo(
      argv.filter((_, index) => index !== words[0]?.index),
      io,
    );
  if (first === undefined) return withoutCommand(argv, io);
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  const isAboutHelp = first === 'help' || argv.includes('--help');
  if (isAboutHelp) {
    const about = (first === 'help' ? words.slice(1) : words).map(({ text }) => text);
    io.stdout.write(`${asHelpTyped(await helpText(about), io)}\n`);
    return exitCodes.done;
  }
  const name = group.length > 0 ? `${first} ${second ?? ''}`.trim() : first;
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    if (group.length === 0) throw await noSuchCommand(first);
    const subcommands = group.map((one) => one.name.slice(first.length + 1));
    const meant = second === undefined ? '' : await didYouMean(second, subcommands, `${first} `);
    throw usageError(`${first} needs one of ${subcommands.join(', ')}${meant}; see: mfp-mail-agent help ${first}`);
  }
  const used = new Set(words.slice(0, command.name.split(' ').length).map(({ index }) => index));
  return run(
    command,
    argv.filter((_, index) => !used.has(index)),
    io,
  );
}

async function noSuchCommand(word: string): Promise<MailError> {
  const names = commands.map(({ name }) => name.split(' ')[0] ?? name);
  return usageError(`There is no command "${word}"${await didYouMean(word, names)}; see: mfp-mail-agent help`);
}

/** @returns the end of a sentence, empty where nothing is near */
async function didYouMean(word: string, names: readonly string[], before = ''): Promise<string> {
  // Loaded for this sentence only, as for settings.
  const { editDistance } = await (await import('../settings/index.ts')).settingRules();
  const ranked = [...new Set(names)].map((name) => ({
    name,
    distance: editDistance(word.slice(0, 80).toLowerCase(), name),
  }));
  const [nearest] = ranked.sort((one, other) => one.distance - other.distance);
  return nearest !== undefined && nearest.distance <= Math.max(1, Math.floor(word.length / 3))
    ? `; did you mean ${before}${nearest.name}?`
    : '';
}

/** Help names the program as it was started; folders are for the reader to add. */
function asHelpTyped(text: string, io: CliIo): string {
  const program = prefixOf(io, undefined);
  return asTyped(text, program).replaceAll('Usage: mfp-mail-agent ', () => `Usage: ${program} `);
}

async function run(command: Command, args: readonly string[], io: CliIo): Promise<number> {
  const { values, positionals } = parsed(command, args);
  if (values['version'] === true) return printVersion(io);
  checkOperands(command, positionals);
  const root = typeof values['root'] === 'string' ? values['root'] : undefined;
  if (root === '') throw usageError('--root needs a folder');
  const layout = rootLayout(root);
  const wanted = typeof values['language'] === 'string' ? values['language'] : undefined;
  const language = wishedCliLanguage(wanted, io.env);
  const by = io.env['SUDO_USER'] ?? io.env['USER'] ?? io.env['LOGNAME'] ?? loginName();
  return command.run({
    io,
    root,
    layout,
    operands: positionals,
    options: values,
    isJson: values['json'] === true,
    language,
    out: new Output(io, prefixOf(io, root)),
    client: new AgentClient({ socketPath: layout.socketPath, clock: io.clock, by, language }),
  });
}

/** A service or a container may have no USER. */
function loginName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // a user id without a name
  }
}

interface ParsedLine {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

function parsed(command: Command, args: readonly string[]): ParsedLine {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: parserOptions({ ...globalOptions, ...command.options }),
      allowPositionals: true,
      strict: true,
    });
    return { values: values as Record<string, string | boolean | undefined>, positionals };
  } catch (error) {
    // The parser's own sentences are long and speak of its API; its quoted option is all we need.
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    const option = /'([^']+)'/.exec(String(message))?.[1] ?? 'an option';
    const isUnknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
    if (command === decommissionCommand && option === '--yes')
      throw usageError('decommission takes no --yes but the number of scans it gives up: --confirm-waiting-jobs N');
    throw usageError(
      `${isUnknown ? `There is no option ${option}` : `${option} is not used like that`}; see: mfp-mail-agent help ` +
        command.name,
    );
  }
}

function checkOperands(command: Command, given: readonly string[]): void {
  const needed = command.operands.filter((one) => !one.startsWith('['));
  // `settings set PATH=VALUE` has one operand; which form it is, the command knows.
  const least = needed.filter((one) => !one.endsWith('...')).length;
  const most = command.operands.some((one) => one.includes('...')) ? Infinity : command.operands.length;
  if (given.length >= least && given.length <= most) return;
  throw usageError(
    `Usage: mfp-mail-agent ${[command.name, ...command.operands].join(' ')}; see: mfp-mail-agent help ${command.name}`,
  );
}

/** Operands among the arguments, with their places: the first one or two name the command. */
function commandWords(argv: readonly string[]): { text: string; index: number }[] {
  const words: { text: string; index: number }[] = [];
  for (const [index, text] of argv.entries()) {
    if (text === '--') break;
    if (text.startsWith('-') || argv[index - 1] === '--root' || argv[index - 1] === '--language') continue;
    words.push({ text, index });
  }
  return words;
}

function withoutCommand(argv: readonly string[], io: CliIo): number {
  if (argv.includes('--version')) return printVersion(io);
  if (!argv.includes('--help'))
    throw usageError('Say what to do, for example: mfp-mail-agent status; all commands: mfp-mail-agent help');
  io.stdout.write(`${asHelpTyped(overview(commands), io)}\n`);
  return exitCodes.done;
}

function printVersion(io: CliIo): number {
  io.stdout.write(`mfp-mail-agent ${io.version}\n`);
  return exitCodes.done;
}

/** @throws MailError `bad-request` for a command that does not exist */
async function helpText(words: readonly string[]): Promise<string> {
  const [first, second] = words;
  if (first === undefined) return overview(commands);
  const command = commands.find(({ name }) => name === first || name === `${first} ${second ?? ''}`);
  if (command !== undefined) return commandHelp(command);
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length === 0) throw await noSuchCommand(first);
  return groupHelp(first, group);
}
