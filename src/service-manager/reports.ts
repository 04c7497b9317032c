/** How the agent's word reaches whoever keeps it running: systemd by a small program, a supervisor script by a file. */
import type { ChildProcessByStdio } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { MailLog } from '../core/index.ts';

/** What there is to say; names as in sd_notify(3). */
export interface Report {
  readonly READY?: '1';
  readonly STOPPING?: '1';
  readonly WATCHDOG?: '1';
  readonly STATUS?: string;
}

/** Somebody who is told. Nothing here ever fails: who cannot be told does not learn it. */
export interface Listener {
  tell(report: Report): Promise<void>;
  /** The last word has been said. */
  end(): Promise<void>;
}

type Child = ChildProcessByStdio<Writable, null, null>;

/** A line of the protocol has no line ends, and a status nobody reads to the end. */
const longestStatus = 200;

/**
 * systemd's. Node cannot send Unix datagrams; the program `mfp-mail-agent-notify` does, and lives as long as the agent.
 * @param options.program its path
 * @param options.socket NOTIFY_SOCKET
 */
export function systemdListener(options: {
  readonly program: string;
  readonly socket: string;
  readonly log: MailLog;
}): Listener {
  const { program, socket, log } = options;
  let child: Child | undefined;
  let ended: Promise<void> = Promise.resolve();

  const start = async (): Promise<Child> => {
    const { spawn } = await import('node:child_process');
    const made = spawn(program, [], { stdio: ['pipe', 'ignore', 'inherit'], env: { NOTIFY_SOCKET: socket } });
    child = made;
    ended = new Promise((resolve) => {
      const gone = (what: string, error: unknown) => {
        // The next word starts another.
        if (child === made) {
          child = undefined;
          log.fault(`${what}: ${program}`, error);
        }
        resolve();
      };
      made.once('error', (error) => {
        gone('systemd cannot be told how the agent is', error);
      });
      made.once('close', (code) => {
        gone('whoever tells systemd how the agent is has ended', code);
      });
    });
    // It ended while we wrote; `close` says so.
    made.stdin.on('error', () => undefined);
    return made;
  };

  return {
    async tell(report) {
      const lines = Object.entries(report).map(
        ([name, value]) => `${name}=${String(value).replace(/\s+/g, ' ').slice(0, longestStatus)}\n`,
      );
      (child ?? (await start())).stdin.write(`${lines.join('')}\n`);
    },
    async end() {
      const last = child;
      child = undefined;
      last?.stdin.end();
      await ended;
    },
  };
}

/**
 * The supervisor's of firmware with BusyBox: a file in memory whose text changes with every sign of life.
 * @param path MFP_MAIL_AGENT_ALIVE
 */
export function fileListener({ path, log }: { readonly path: string; readonly log: MailLog }): Listener {
  let beats = 0;
  return {
    async tell({ READY, WATCHDOG }) {
      if (READY === undefined && WATCHDOG === undefined) return;
      beats += 1;
      await writeFile(path, `${String(beats)}\n`, { mode: 0o640 }).catch((error: unknown) => {
        log.fault(`the supervisor cannot be told how the agent is: ${path}`, error);
      });
    },
    end: () => Promise.resolve(),
  };
}
