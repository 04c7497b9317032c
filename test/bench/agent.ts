/** The agent under test: the one-file bundle that devices get, set up as a plain relay to the bench's sink. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sharedNowMs } from './calls.ts';
import { freePort } from '../support/loopback.ts';

/** What differs from the defaults; the README's table names it. */
export const benchSettings = {
  relay: { maxMessagesPerMinute: 600 },
  limits: { maxMessageBytes: 120 * 1024 * 1024, maxSpoolBytes: 1024 * 1024 * 1024 },
} as const;

export interface AgentOptions {
  readonly bundle: string;
  /** Folder of settings, spool and keys; made if need be. */
  readonly root: string;
  /** Of an agent that ran from this root before: its settings stay as they are, checked. */
  readonly port?: number;
  readonly smarthostPort: number;
  readonly caPem: string;
  readonly relayConnections: number;
  /** Words before the program: `strace ...`. */
  readonly wrapper?: readonly string[];
  /** Options of node, for profiles. */
  readonly nodeOptions?: readonly string[];
}

const running = new Set<AgentUnderTest>();

/** Ends every agent that still runs: the bench was interrupted. */
export async function stopAgents(): Promise<void> {
  await Promise.all([...running].map((agent) => agent.stop()));
}

/** A running agent. */
export class AgentUnderTest {
  readonly port: number;
  /** On the shared clock. */
  readonly spawnedMs: number;
  /** From the spawn to the first connection that was accepted. */
  listeningMs = 0;
  readonly #child: ChildProcess;
  #output = '';

  private constructor(child: ChildProcess, port: number, spawnedMs: number) {
    this.#child = child;
    this.port = port;
    this.spawnedMs = spawnedMs;
    running.add(this);
    child.once('exit', () => running.delete(this));
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-8192);
      });
  }

  /** @returns when its port answers; the loop asks every millisecond */
  static async start(options: AgentOptions): Promise<AgentUnderTest> {
    const port = options.port ?? (await freePort());
    if (options.port === undefined) await writeSettings(options, port);
    const [command, ...args] = [
      ...(options.wrapper ?? []),
      process.execPath,
      ...(options.nodeOptions ?? []),
      options.bundle,
      '--root',
      options.root,
      'run',
    ];
    const spawnedMs = sharedNowMs();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const agent = new AgentUnderTest(child, port, spawnedMs);
    while (!(await isListening(port))) {
      if (child.exitCode !== null || sharedNowMs() > spawnedMs + 60_000) {
        child.kill('SIGKILL');
        throw agent.complaint('did not start');
      }
      await sleep(1);
    }
    agent.listeningMs = sharedNowMs() - spawnedMs;
    return agent;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** An error with the end of the agent's log in it. */
  complaint(what: string): Error {
    return new Error(`the agent ${what}:\n${this.#output.split('\n').slice(-6).join('\n')}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    const tooLong = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
    this.#child.kill('SIGTERM');
    await gone;
    clearTimeout(tooLong);
  }
}

async function writeSettings(options: AgentOptions, port: number): Promise<void> {
  const dir = join(options.root, 'etc/mfp-mail-agent');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const settings = {
    version: 1,
    service: { provider: 'unspecified', smtpHost: '127.0.0.1', smtpPort: options.smarthostPort },
    sender: { deviceEmailAddress: 'scanner@contoso.com' },
    network: { extraCaPem: [options.caPem] },
    intake: { loopbackPort: port },
    web: { port: 0 },
    panel: { port: 0 },
    limits: benchSettings.limits,
    relay: { ...benchSettings.relay, maxConnections: options.relayConnections },
  };
  await writeFile(join(dir, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });
}
