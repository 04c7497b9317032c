/** One run of the program: the real terminal, signals, and the daemon until it is told to stop. */
import { programAsTyped, runCli, type CliIo, type DaemonOptions } from './cli/index.ts';
import { MailError, type Dialer } from './core/index.ts';
import { systemClock } from './system-clock.ts';

/** Put in by the build; a run from source says so. */
const version = process.env['MFP_MAIL_AGENT_VERSION'] ?? '0.0.0-source';

/**
 * @param startDemo what `mfp-mail-agent demo` does in this build
 * @param dialer only the rehearsal build has one: real host names mapped to loopback
 * @returns the exit code
 */
export async function runProcess(startDemo: CliIo['startDemo'], dialer?: Dialer): Promise<number> {
  const ending = new AbortController();
  // The first signal stops gracefully; a second one means it, and Node's default ends the process.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(name, () => {
      ending.abort(new MailError('stopping', name));
    });
  // `queue list | head` closes our output early; that is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });

  return runCli(process.argv.slice(2), {
    // Asked for when used: opening it costs a start some milliseconds.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    isTty: process.stdout.isTTY,
    get isStdinTty() {
      return process.stdin.isTTY;
    },
    get columns() {
      return process.stdout.columns || 80;
    },
    get rows() {
      return process.stdout.rows;
    },
    clock: systemClock,
    version,
    program: programAsTyped(process.env, process.argv[1], process.cwd()),
    signal: ending.signal,
    startDaemon: (options) => startDaemon(options, dialer),
    startDemo,
  });
}

async function startDaemon({ layout, signal, ...keys }: DaemonOptions, dialer: Dialer | undefined): Promise<number> {
  // Only `run` pays for the daemon: the other commands are small clients.
  const [{ createDaemon }, { createMailLog }] = await Promise.all([import('./daemon.ts'), import('./log/index.ts')]);
  const log = createMailLog({ level: 'info', pretty: process.stdout.isTTY });
  const daemon = createDaemon({
    ...layout,
    ...keys,
    version,
    clock: systemClock,
    random: Math.random,
    log,
    logLines: () => log.lines(),
    dialer,
  });
  process.on('unhandledRejection', (error) => {
    log.fault('unhandled rejection', error);
  });
  try {
    await daemon.start();
    log.setLevel(daemon.logLevel());
    const { listeners, sentence } = daemon.agent.status();
    const listens = listeners
      .map(({ address, port }) => `${address.includes(':') ? `[${address}]` : address}:${String(port)}`)
      .join(', ');
    log.notice('the agent runs', { listens: listens === '' ? 'nowhere' : listens, state: sentence });
    await new Promise<void>((resolve) => {
      if (signal?.aborted === true) resolve();
      signal?.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    });
    return 0;
  } catch (error) {
    log.fault('cannot start', error);
    throw error;
  } finally {
    await daemon.stop();
    await log.flush();
  }
}
