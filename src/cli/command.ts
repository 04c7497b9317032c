import { type ParseArgsConfig } from 'node:util';
import { type Language } from '../core/index.ts';
import { type AgentClient } from './client.ts';
import { type CliIo } from './io.ts';
import { type Layout } from './layout.ts';
import { type Output } from './output.ts';

/** One run of one command, its command line taken apart. */
export interface Call {
  readonly io: CliIo;
  readonly out: Output;
  readonly client: AgentClient;
  readonly layout: Layout;
  /** `--root` as typed. */
  readonly root: string | undefined;
  readonly isJson: boolean;
  /** Of the texts; undefined: the agent's own choice. */
  readonly language?: Language | undefined;
  readonly operands: readonly string[];
  /** Options of the command, by long name. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/** A command: what the parser, the help text and the dispatcher need to know. */
export interface Command {
  /** Words that name it: `queue list`. */
  readonly name: string;
  /** Operands as help shows them; `[...]` is optional, a trailing `...` takes any number. */
  readonly operands: readonly string[];
  /** One line for the list of commands, at most 50 columns. */
  readonly summary: string;
  /** Paragraphs, unwrapped. A line that begins with two blanks stays as it is. */
  readonly description: readonly string[];
  readonly options: Readonly<Record<string, OptionFacts>>;
  readonly run: (call: Call) => Promise<number>;
}

/** One option of a command. */
export interface OptionFacts {
  readonly type: 'boolean' | 'string';
  /** Name of the value in the help text. */
  readonly value?: string;
  readonly help: string;
}

/** Options every command has. */
export const globalOptions: Readonly<Record<string, OptionFacts>> = {
  root: { type: 'string', value: 'DIR', help: "prefix for all the agent's folders" },
  json: { type: 'boolean', help: 'JSON for programs; errors too' },
  language: { type: 'string', value: 'TAG', help: 'of status, panel and advice: en, zh-CN, zh-TW, ja' },
  help: { type: 'boolean', help: 'this text' },
  version: { type: 'boolean', help: 'the version' },
};

/** The parser's view of options. */
export function parserOptions(options: Readonly<Record<string, OptionFacts>>): NonNullable<ParseArgsConfig['options']> {
  return Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]));
}

export const yesOption: OptionFacts = { type: 'boolean', help: 'answer yes without asking' };
