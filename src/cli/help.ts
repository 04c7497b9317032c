/** Help texts, from the same facts the parser uses. None wider than 80 columns. */
import { padTo, wrap } from '../panel/index.ts';
import { globalOptions, type Command, type OptionFacts } from './command.ts';

const helpColumns = 78;

const exitCodeRows: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'it failed, or the agent refused'],
  ['2', 'the command line is wrong'],
  ['3', 'no agent answers, or this user may not talk to it'],
  ['4', 'a person must act: sign in, confirm, mend the mailbox'],
  ['5', 'a setting is not valid, or a consequence was not accepted'],
  ['130', 'stopped by Ctrl-C'],
];

/** The text of `help` without a command. */
export function overview(commands: readonly Command[]): string {
  return [
    'mfp-mail-agent: modern mailbox sign-in for multifunction printers',
    '',
    'Usage: mfp-mail-agent [--root DIR] [--json] COMMAND [OPERAND...]',
    '',
    'Commands:',
    ...commandRows(commands),
    '',
    'Options of every command:',
    ...optionRows(globalOptions),
    '',
    'Exit codes:',
    ...exitCodeRows.map(([code, words]) => `  ${padTo(code, 5)} ${words}`),
    '',
    'More about one command: mfp-mail-agent help COMMAND',
  ].join('\n');
}

/** The text of `help settings`: the commands of one group. */
export function groupHelp(group: string, commands: readonly Command[]): string {
  return [
    `Usage: mfp-mail-agent ${group} COMMAND`,
    '',
    'Commands:',
    ...commandRows(commands),
    '',
    `More: mfp-mail-agent help ${group} COMMAND`,
  ].join('\n');
}

/** The text of `help queue list`. */
export function commandHelp(command: Command): string {
  const hasOptions = Object.keys(command.options).length > 0;
  return [
    `Usage: mfp-mail-agent ${[command.name, ...command.operands, ...(hasOptions ? ['[OPTION...]'] : [])].join(' ')}`,
    '',
    `${command.summary.slice(0, 1).toUpperCase()}${command.summary.slice(1)}.`,
    ...command.description.flatMap((text) => (text.startsWith('  ') ? ['', text] : ['', ...wrap(text, helpColumns)])),
    ...(hasOptions ? ['', 'Options:', ...optionRows(command.options)] : []),
    '',
    'Options of every command:',
    ...optionRows(globalOptions),
    '',
    'Exit codes: mfp-mail-agent help',
  ].join('\n');
}

function commandRows(commands: readonly Command[]): string[] {
  return commands.map(({ name, operands, summary }) => `  ${padTo([name, ...operands].join(' '), 28)} ${summary}`);
}

function optionRows(options: Readonly<Record<string, OptionFacts>>): string[] {
  return Object.entries(options).flatMap(([name, { value, help }]) => {
    const label = `--${name}${value === undefined ? '' : ` ${value}`}`;
    const lines = wrap(help, helpColumns - 21);
    // A long option has its line to itself.
    const first = label.length > 18 ? [`  ${label}`] : [`  ${padTo(label, 18)} ${lines.shift() ?? ''}`];
    return [...first, ...lines.map((line) => ' '.repeat(21) + line)];
  });
}
