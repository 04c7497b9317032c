import { type Readable } from 'node:stream';
import { type Clock } from '../core/index.ts';
import { type Layout } from './layout.ts';

interface TextSink {
  write(text: string): unknown;
}

/** The world of one command: `main.ts` hands in the real one, tests a scripted one. */
export interface CliIo {
  readonly stdin: Readable;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard output is a terminal: it may be drawn on. */
  readonly isTty: boolean;
  /** Standard input is a terminal: with `isTty`, questions may be asked. Node leaves its flag undefined for a pipe. */
  readonly isStdinTty?: boolean | undefined;
  /** Read at every drawing, so a getter may follow a resized window. 80 for a pipe. */
  readonly columns: number;
  readonly rows?: number | undefined;
  readonly clock: Clock;
  /** For `--version`. */
  readonly version: string;
  /** What hinted commands begin with, see `programAsTyped`; without it the environment tells. */
  readonly program?: string | undefined;
  /** False where the `--root` folder is gone before anybody could type a hinted command: hints leave it out. */
  readonly isRootHinted?: boolean | undefined;
  /** A line below the panel while a code is shown, in at most 79 columns; the demo's way to its phone page. */
  readonly codeNote?: string | undefined;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal?: AbortSignal | undefined;
  /** Runs the agent until it is stopped; resolves with the exit code. */
  readonly startDaemon: (options: DaemonOptions) => Promise<number>;
  /** Gets every argument but the word `demo` itself. */
  readonly startDemo: (argv: readonly string[], io: CliIo) => Promise<number>;
}

export interface DaemonOptions {
  /** As typed; undefined on a device. */
  readonly root: string | undefined;
  readonly layout: Layout;
  readonly signal?: AbortSignal | undefined;
  /** Folder of the device keys; undefined: in the state folder. */
  readonly keyDir?: string | undefined;
  /** Wraps and unwraps the keys (TPM, OP-TEE, vendor); undefined: key files. */
  readonly keyProgram?: string | undefined;
}

/** A person can be asked: both ends are a terminal. */
export function isInteractive(io: CliIo): boolean {
  return io.isTty && io.isStdinTty === true;
}

/** The terminal understands cursor movement. */
export function isDrawable(io: CliIo): boolean {
  return io.isTty && io.env['TERM'] !== 'dumb';
}

/** Colour only on a terminal that has it and a person who wants it. @see https://no-color.org */
export function isColoured(io: CliIo): boolean {
  return isDrawable(io) && (io.env['NO_COLOR'] ?? '') === '';
}
