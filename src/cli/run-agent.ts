/**
 * `run`, without the other commands: a device runs it at each power-on and keeps it in memory for months, so it must not load
 * screens, help texts and clients.
 */
import { parseArgs } from 'node:util';
import { MailError, toMailError } from '../core/index.ts';
import type { CliIo } from './io.ts';
import { rootLayout } from './layout.ts';

/** Options of `run`, as the parser gives them. */
interface RunOptions {
  readonly root?: string | undefined;
  readonly 'key-dir'?: string | boolean | undefined;
  readonly 'key-program'?: string | boolean | undefined;
}

/**
 * Reads a plain `run` with nothing but its own options.
 * @param argv without the program's own name
 * @returns undefined for every other command line, mistakes included: those are for the whole CLI to answer
 */
export function plainRun(argv: readonly string[]): RunOptions | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { root: { type: 'string' }, 'key-dir': { type: 'string' }, 'key-program': { type: 'string' } },
      allowPositionals: true,
    });
    return positionals.length === 1 && positionals[0] === 'run' && values.root !== '' ? values : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs the agent until it is told to stop.
 * @returns the exit code
 * @throws MailError with a sentence for the person who typed `run`; the log has the rest
 */
export async function startAgent(io: CliIo, options: RunOptions): Promise<number> {
  const { root, 'key-dir': keyDir, 'key-program': keyProgram } = options;
  try {
    return await io.startDaemon({
      root,
      layout: rootLayout(root),
      signal: io.signal,
      keyDir: typeof keyDir === 'string' ? keyDir : undefined,
      keyProgram: typeof keyProgram === 'string' ? keyProgram : undefined,
    });
  } catch (error) {
    throw startFailure(toMailError(error));
  }
}

function startFailure(error: MailError): MailError {
  const { code, message, details } = error;
  const holder = typeof details['holder'] === 'string' ? ` (${details['holder']})` : '';
  const sentence =
    code === 'spool-locked'
      ? `The agent runs already on these folders${holder}; how it does: mfp-mail-agent status`
      : `The agent cannot start: ${message}`;
  return new MailError(code, sentence, { cause: error, details });
}
