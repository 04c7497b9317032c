/** Whoever started the agent and keeps it running: systemd, or `supervise` of the firmware package. */
import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { MailError, withSignals, type Clock, type MailLog } from '../core/index.ts';
import { handedSockets, type HandedSockets } from './handed-sockets.ts';
import { fileListener, systemdListener, type Listener, type Report } from './reports.ts';
import { createStarts, loopStarts } from './starts.ts';

/** What this process is told by its environment; nothing of it is for its children. */
const variables = [
  'LISTEN_PID',
  'LISTEN_FDS',
  'LISTEN_FDNAMES',
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
  'MFP_MAIL_AGENT_ALIVE',
] as const;

/** Without a watchdog the status line is still looked at. */
const usualBeatMs = 60_000;
/** Between two signs of life of a supervisor's file. */
const fileBeatMs = 20_000;
/** The agent must answer within this, or no sign of life is given. */
const answerMs = 10_000;

/** The agent as the service manager watches it. */
export interface Watched {
  /** Resolves if the event loop, the spool's folder and the intake answer. */
  readonly answers: (options: { readonly signal: AbortSignal }) => Promise<void>;
  /** One line, without secrets, for `systemctl status`. */
  readonly statusLine: () => string;
}

/** From the start of the process to its end. */
export interface ServiceManager {
  readonly sockets: HandedSockets;
  /** The agent died so often that it should start without what may have killed it (F18). */
  readonly isCrashLoop: boolean;
  /** What was counted is over. */
  forgetStarts(): Promise<void>;
  /** All doors are open: says so, and gives a sign of life from now on as long as the agent answers. */
  ready(watched: Watched): Promise<void>;
  /** The agent was told to end: sockets stay with the service manager, and who knocks waits. */
  stopping(): Promise<void>;
  /** The last word. @param isProper the agent ends because it was told to */
  ended(isProper: boolean): Promise<void>;
}

/**
 * Reads and removes what this process was told.
 * @param options.runDir folder in memory, where starts are counted
 * @param options.programDir where `mfp-mail-agent-notify` lies
 * @returns undefined if nobody keeps the agent running
 */
export async function joinServiceManager(options: {
  readonly env: NodeJS.ProcessEnv;
  readonly pid: number;
  readonly runDir: string;
  readonly programDir: string;
  readonly clock: Clock;
  readonly log: MailLog;
}): Promise<ServiceManager | undefined> {
  const { env, pid, clock, log } = options;
  const told = Object.fromEntries(variables.map((name) => [name, env[name]]));
  for (const name of variables) Reflect.deleteProperty(env, name);
  const listener = listenerOf(told, options);
  const sockets = handedSockets(told, { pid, log });
  if (listener === undefined && told['LISTEN_FDS'] === undefined) return undefined;

  const starts = createStarts({
    path: join(options.runDir, 'starts'),
    bootId: async () => (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim(),
    uptimeS: uptime,
    log,
  });
  const isCrashLoop = listener !== undefined && (await starts.begin()) >= loopStarts;
  const end = new AbortController();
  let beating: Promise<void> = Promise.resolve();
  return {
    sockets,
    isCrashLoop,
    forgetStarts: () => starts.forget(),
    async ready(watched) {
      await sockets.settle();
      if (listener === undefined) return;
      const text = watched.statusLine();
      await listener.tell({ READY: '1', STATUS: text });
      beating = beat({ ...watched, listener, clock, log, signal: end.signal, beatMs: beatMsOf(told, pid), said: text });
    },
    async stopping() {
      sockets.close();
      end.abort();
      await beating;
      await listener?.tell({ STOPPING: '1' });
    },
    async ended(isProper) {
      end.abort();
      await beating;
      if (isProper && listener !== undefined) await starts.forget();
      await listener?.end();
    },
  };
}

function listenerOf(
  told: Readonly<Record<string, string | undefined>>,
  { programDir, log }: { readonly programDir: string; readonly log: MailLog },
): Listener | undefined {
  const { NOTIFY_SOCKET: socket, MFP_MAIL_AGENT_ALIVE: path } = told;
  if (socket !== undefined) return systemdListener({ program: join(programDir, 'mfp-mail-agent-notify'), socket, log });
  return path === undefined ? undefined : fileListener({ path, log });
}

/** A third of the time systemd gives: one answer that is late ends nobody. */
function beatMsOf(told: Readonly<Record<string, string | undefined>>, pid: number): number {
  if (told['NOTIFY_SOCKET'] === undefined) return fileBeatMs;
  const isOurs = told['WATCHDOG_PID'] === undefined || told['WATCHDOG_PID'] === String(pid);
  const micros = Number(told['WATCHDOG_USEC'] ?? 0);
  return isOurs && micros > 0 ? micros / 3000 : usualBeatMs;
}

/** Until the signal: a sign of life for every answer. An agent that hangs gives none, and is started anew. */
async function beat(
  options: Watched & {
    readonly listener: Listener;
    readonly clock: Clock;
    readonly log: MailLog;
    readonly signal: AbortSignal;
    readonly beatMs: number;
    /** The status line that was told last. */
    readonly said: string;
  },
): Promise<void> {
  const { listener, clock, log, signal, beatMs } = options;
  let { said } = options;
  for (;;) {
    const isTime = await clock.sleep(beatMs, { signal }).then(
      () => true,
      () => false,
    );
    if (!isTime) return;
    const text = options.statusLine();
    const status: Report = text === said ? {} : { STATUS: text };
    said = text;
    try {
      await withinTime(options, Math.min(answerMs, beatMs));
      await listener.tell({ WATCHDOG: '1', ...status });
    } catch (error) {
      if (signal.aborted) return;
      log.fault('the agent does not answer itself; no sign of life', error);
      if (status.STATUS !== undefined) await listener.tell(status);
    }
  }
}

async function withinTime({ answers, clock, signal }: Parameters<typeof beat>[0], limitMs: number): Promise<void> {
  const over = new AbortController();
  await withSignals([signal, over.signal], async (either) => {
    const late = clock.sleep(limitMs, { signal: either }).then(() => {
      throw new MailError('timeout', `no answer within ${String(limitMs)} ms`);
    });
    late.catch(() => undefined);
    try {
      await Promise.race([answers({ signal: either }), late]);
    } finally {
      over.abort();
    }
  });
}
