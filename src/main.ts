#!/usr/bin/env node
/** What a device runs: argv and signals to commands. The rehearsal with the stand-in cloud is `rehearsal.ts`. */
import { runProcess } from './process.ts';

void runProcess((_argv, io) => {
  io.stderr.write('The rehearsal is not part of the device package. In a checkout of the project: npm run demo\n');
  return Promise.resolve(2);
}).then((exitCode) => {
  process.exitCode = exitCode;
});
