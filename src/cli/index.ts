export { exitCodes } from './exit-codes.ts';
export { type CliIo, type DaemonOptions } from './io.ts';
export { rootLayout, type Layout } from './layout.ts';
export { runCli } from './run-cli.ts';
