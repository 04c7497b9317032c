/** What a bench run has on its table: sink, load generator, folders, certificate, and the two sides to compare. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentUnderTest, type AgentOptions } from './agent.ts';
import { Worker, sharedNowMs } from './calls.ts';
import type { LoadPlan } from './load.ts';
import { cpuSeconds } from './proc.ts';

/** A store-and-forward relay that is running. */
export interface Side {
  readonly port: number;
  /** Head of its processes. */
  readonly pid: number;
}

/** What sending a batch through one side came to. */
export interface BatchResult {
  /** First connection to last final dot at the sink, in seconds. */
  readonly deliveredS: number;
  /** First connection to last 250 for the client, in seconds. */
  readonly acceptedS: number;
  readonly cpuS: number;
}

const tmpfsTypes = [0x01021994, 0x858458f6];
const mostBatchMs = 120_000;

export class Scene {
  /** On a real disk: fsync on tmpfs costs nothing, and all figures would be about something else. */
  readonly dir: string;
  readonly bundle: string;
  readonly identity: { readonly key: string; readonly cert: string };
  readonly certPath: string;
  readonly #sink: Worker;
  readonly #load: Worker;
  #ports = { smtpPort: 0, rawPort: 0 };
  #roots = 0;

  private constructor(dir: string, bundle: string) {
    this.dir = dir;
    // A copy: somebody may build again while we measure.
    this.bundle = join(dir, 'mfp-mail-agent.cjs');
    copyFileSync(bundle, this.bundle);
    this.certPath = join(dir, 'cert.pem');
    const keyPath = join(dir, 'key.pem');
    const request = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost';
    const files = ['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-keyout', keyPath, '-out', this.certPath];
    execFileSync('openssl', ['req', ...request.split(' '), ...files], { stdio: 'ignore' });
    this.identity = { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(this.certPath, 'utf8') };
    this.#sink = new Worker('sink.ts');
    this.#load = new Worker('load.ts');
  }

  /** @param bundle the built one-file agent */
  static async open(bundle: string): Promise<Scene> {
    const base = [tmpdir(), '/var/tmp'].find((path) => !tmpfsTypes.includes(statfsSync(path).type)) ?? tmpdir();
    const dir = mkdtempSync(join(base, 'mfp-bench-'));
    // Postfix's own users must get through to its queue.
    chmodSync(dir, 0o755);
    const scene = new Scene(dir, bundle);
    scene.#ports = await scene.#sink.call('start', scene.identity);
    return scene;
  }

  get sinkPort(): number {
    return this.#ports.smtpPort;
  }

  async close(): Promise<void> {
    await Promise.all([this.#sink.stop(), this.#load.stop()]);
    // Whoever was ended a moment ago may still have been writing.
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  /** An agent that has relayed one small mail, so that what is loaded when first needed is loaded. */
  async warmAgent(options: Partial<AgentOptions> & { readonly relayConnections: number }): Promise<AgentUnderTest> {
    const agent = await this.coldAgent(options);
    await this.batch(agent, { mails: 1, bytes: 10_000, connections: 1, mailsPerConnection: 0 });
    return agent;
  }

  /** An agent that has just begun to listen. */
  coldAgent(options: Partial<AgentOptions> & { readonly relayConnections: number }): Promise<AgentUnderTest> {
    return AgentUnderTest.start({
      bundle: this.bundle,
      root: this.newFolder('agent'),
      smarthostPort: this.sinkPort,
      caPem: this.identity.cert,
      ...options,
    });
  }

  /** Root and port of an agent that ran once: a device that was set up before. */
  async usedAgent(): Promise<{ readonly root: string; readonly port: number }> {
    const root = this.newFolder('used');
    const agent = await this.coldAgent({ relayConnections: 1, root });
    await agent.stop();
    return { root, port: agent.port };
  }

  newFolder(name: string): string {
    this.#roots++;
    const path = join(this.dir, `${name}-${this.#roots}`);
    mkdirSync(path);
    return path;
  }

  /** Sends mails through one side and waits until the sink has them all. */
  async batch(side: Side, plan: Omit<LoadPlan, 'port'> & { readonly replyDelayMs?: number }): Promise<BatchResult> {
    await this.#sink.call('reset', { replyDelayMs: plan.replyDelayMs ?? 0 });
    const cpuBeforeS = cpuSeconds(side.pid);
    const all = this.#sink.call<{ lastArrivalMs: number; bytes: number }>('mails', {
      count: plan.mails,
      waitMs: mostBatchMs,
    });
    all.catch(() => undefined);
    const sent = await this.#load.call<{ startedMs: number; acceptedMs: number }>('smtp', { port: side.port, ...plan });
    const { lastArrivalMs, bytes } = await all;
    if (bytes < plan.mails * plan.bytes * 0.98) throw new Error(`only ${bytes} bytes came through`);
    await quiet(side.pid);
    return {
      deliveredS: (lastArrivalMs - sent.startedMs) / 1000,
      acceptedS: (sent.acceptedMs - sent.startedMs) / 1000,
      cpuS: cpuSeconds(side.pid) - cpuBeforeS,
    };
  }

  /** As many bytes over one TLS connection. @returns seconds */
  async raw(bytes: number): Promise<number> {
    await this.#sink.call('reset');
    const { tookMs } = await this.#load.call<{ tookMs: number }>('raw', { port: this.#ports.rawPort, bytes });
    const got = await this.#sink.call<{ bytes: number }>('raw');
    if (got.bytes < bytes * 0.98) throw new Error(`raw: only ${got.bytes} bytes came through`);
    return tookMs / 1000;
  }

  /**
   * Mails of one size, one after the other, each alone, over connections that stay; the sides take turns mail by mail.
   * @returns per side the milliseconds from each final dot to its 250
   */
  async acceptLatencies(sides: readonly Side[], options: { bytes: number; mails: number }): Promise<number[][]> {
    await this.#sink.call('reset');
    const loads = sides.map(() => new Worker('load.ts'));
    try {
      const took = sides.map((): number[] => []);
      for (const [index, { port }] of sides.entries()) await loads[index]?.call('open', { port });
      for (let mail = 0; mail < options.mails; mail++) {
        for (const [index, load] of loads.entries()) {
          took[index]?.push(await load.call<number>('send', { bytes: options.bytes }));
          await this.#sink.call('mails', { count: mail * sides.length + index + 1, waitMs: 30_000 });
          // The record of the delivery is written after it.
          await sleep(50);
        }
      }
      for (const load of loads) await load.call('close');
      return took;
    } finally {
      await Promise.all(loads.map((load) => load.stop()));
    }
  }
}

/** Waits until the processes have done what is left to do after the last delivery: records, unlinks. */
export async function quiet(pid: number): Promise<void> {
  let before = cpuSeconds(pid);
  const deadlineMs = sharedNowMs() + 3000;
  for (;;) {
    await sleep(100);
    const now = cpuSeconds(pid);
    if (now - before < 0.011 || sharedNowMs() > deadlineMs) return;
    before = now;
  }
}
