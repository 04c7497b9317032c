import type { CliIo } from './io.ts';
import { plainRun, startAgent } from './run-agent.ts';

export { exitCodes } from './exit-codes.ts';
export type { CliIo, DaemonOptions } from './io.ts';
export { rootLayout, type Layout } from './layout.ts';
export { programAsTyped } from './typed-command.ts';

/**
 * Runs one command line.
 * @param argv without the program's own name
 * @returns the exit code (see `exitCodes`); never rejects: an error is one sentence on standard error, or JSON
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const run = plainRun(argv);
  const commands = () => import('./run-cli.ts');
  if (run === undefined) return (await commands()).runCli(argv, io);
  try {
    return await startAgent(io, run);
  } catch (error) {
    return (await commands()).failed(error, argv, io);
  }
}
