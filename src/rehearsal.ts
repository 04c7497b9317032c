#!/usr/bin/env node
/** The same program with the demo and its stand-in cloud; never shipped to devices. */
import { runProcess } from './process.ts';

/** `[{ host, port, toPort }]`: lets a separate `run` process reach a stand-in cloud of another process. */
const hostMap = process.env['MFP_REHEARSAL_HOSTS'];
const dialer = hostMap === undefined ? undefined : (await import('./demo/index.ts')).dialerFor(hostMap);

process.exitCode = await runProcess(async (argv, io) => (await import('./demo/index.ts')).startDemo(argv, io), dialer);
