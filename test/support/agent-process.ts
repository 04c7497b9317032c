import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rootLayout } from '../../src/cli/index.ts';
import type { StandInCloud } from '../../src/simulator/index.ts';
import { until } from './signed-in.ts';

const program = fileURLToPath(new URL('../../dist/rehearsal.mjs', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, within `limitMs`. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: { input?: string | Buffer; env?: Record<string, string>; limitMs?: number } = {},
): Promise<Finished> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    timeout: options.limitMs ?? 60_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** `mfp-mail-agent ARGS` of the built program. */
export function agentCommand(
  args: readonly string[],
  options: Parameters<typeof runProgram>[2] = {},
): Promise<Finished> {
  return runProgram(process.execPath, [program, ...args], options);
}

/** An agent in a process of its own: the one that can be killed. */
export class AgentProcess {
  readonly root: string;
  readonly #cloud: StandInCloud;
  #child: ChildProcess | undefined;
  output = '';

  constructor(root: string, cloud: StandInCloud) {
    this.root = root;
    this.#cloud = cloud;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [program, '--root', this.root, 'run'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, MFP_REHEARSAL_HOSTS: JSON.stringify(this.#cloud.hostMap) },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    const deadlineMs = Date.now() + 20_000;
    while (Date.now() < deadlineMs) {
      if (child.exitCode !== null) throw new Error(`agent ended: ${this.output}`);
      if ((await this.command(['status'])).code !== 3) return;
    }
    throw new Error(`agent did not start: ${this.output}`);
  }

  command(args: readonly string[], options: Parameters<typeof runProgram>[2] = {}): Promise<Finished> {
    return agentCommand(['--root', this.root, ...args], options);
  }

  /** `sign-in`, with a technician at the phone. @returns what the command said */
  async signIn(): Promise<Finished> {
    const finished = this.command(['sign-in', '--yes']);
    const userCode = await until(() => this.#cloud.pendingCodes()[0]?.userCode);
    await this.#cloud.technician({ userCode });
    return finished;
  }

  async json<T>(args: readonly string[]): Promise<T> {
    const { stdout, stderr } = await this.command([...args, '--json']);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as T;
  }

  async signal(name: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    child.kill(name);
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  get spoolDir(): string {
    return join(rootLayout(this.root).stateDir, 'spool');
  }
}
