/** One run of the program: the real terminal, signals, and the daemon until it is told to stop. */
import { dirname } from 'node:path';
import { programAsTyped, runCli, type CliIo, type DaemonOptions } from './cli/index.ts';
import { MailError, type Dialer, type MailLog } from './core/index.ts';
import type { Daemon } from './daemon.ts';
import type { ServiceManager } from './service-manager/index.ts';
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
  const manager = await serviceManager(dirname(layout.socketPath), log);
  const daemon = createDaemon({
    ...layout,
    ...keys,
    manager,
    version,
    clock: systemClock,
    random: Math.random,
    log,
    logLines: () => log.lines(),
    dialer,
  });
  let isProper = false;
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
    await manager?.ready({ answers: (how) => daemon.answers(how), statusLine: () => statusLine(daemon) });
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
    isProper = true;
    return 0;
  } catch (error) {
    log.fault('cannot start', error);
    throw error;
  } finally {
    await manager?.stopping();
    await daemon.stop();
    await manager?.ended(isProper);
    await log.flush();
  }
}

/** Most agents are started by somebody who watches them; a run by hand loads nothing of it. */
async function serviceManager(runDir: string, log: MailLog): Promise<ServiceManager | undefined> {
  const { env, pid, argv } = process;
  if (['NOTIFY_SOCKET', 'LISTEN_FDS', 'MFP_MAIL_AGENT_ALIVE'].every((name) => env[name] === undefined))
    return undefined;
  const { joinServiceManager } = await import('./service-manager/index.ts');
  const programDir = dirname(argv[1] ?? '');
  return joinServiceManager({ env, pid, runDir, programDir, clock: systemClock, log });
}

/** For `systemctl status`. */
function statusLine({ agent }: Daemon): string {
  const { sentence, queue } = agent.status();
  const counts = [
    [queue.waiting + queue.sending, 'to send'],
    [queue.held, 'held'],
    [queue.failed, 'failed'],
  ] as const;
  const scans = counts.flatMap(([count, words]) => (count === 0 ? [] : [`${String(count)} ${words}`]));
  return `${sentence} ${scans.length === 0 ? 'No scans wait.' : `Scans: ${scans.join(', ')}.`}`;
}
