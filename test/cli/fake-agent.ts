/** An agent that says what the script says: the HTTP API on a Unix socket, every call recorded. */
import { mkdir } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { MailError, type AgentStatus, type JobSummary } from '../../src/core/index.ts';
import { rootLayout, runCli, type CliIo } from '../../src/cli/index.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';

export interface Call {
  readonly route: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}
type Answer = { readonly status?: number; readonly body?: unknown; readonly text?: string };
type Handler = Answer | ((call: Call) => Answer);

export class FakeAgent {
  readonly calls: Call[] = [];
  /** By `METHOD /path` without the query; what is missing answers 404. */
  routes: Record<string, Handler>;
  /** The first event of every stream. */
  status: AgentStatus | undefined;
  readonly socketPath: string;
  readonly #streams = new Set<ServerResponse>();
  readonly #server: Server;
  streamsOpened = 0;
  /** Takes requests and says nothing. */
  answersNothing = false;

  constructor(root: string, routes: Record<string, Handler> = {}) {
    this.routes = routes;
    this.socketPath = rootLayout(root).socketPath;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.#answer(
          request.method ?? '',
          request.url ?? '',
          request.headers,
          Buffer.concat(chunks).toString(),
          response,
        );
      });
    });
  }

  async start(): Promise<this> {
    await mkdir(dirname(this.socketPath), { recursive: true });
    await new Promise<void>((resolve) => {
      this.#server.listen(this.socketPath, resolve);
    });
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  /** An event to every open stream. */
  push(status: AgentStatus): void {
    this.status = status;
    this.#send('status', status);
  }
  pushJob(job: JobSummary): void {
    this.#send('job', job);
  }

  /** Bytes as they are. */
  pushRaw(text: string): void {
    for (const stream of this.#streams) stream.write(text);
  }

  /** Every stream breaks. */
  dropStreams(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  get streamsOpen(): number {
    return this.#streams.size;
  }

  routesCalled(): string[] {
    return this.calls.map(({ route }) => route);
  }
  bodyOf(route: string): unknown {
    return this.calls.find((call) => call.route === route)?.body;
  }

  #send(event: string, data: unknown): void {
    this.pushRaw(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #answer(
    method: string,
    url: string,
    headers: Readonly<Record<string, unknown>>,
    text: string,
    response: ServerResponse,
  ): void {
    const path = url.split('?')[0] ?? '';
    const call: Call = { route: `${method} ${url}`, body: text === '' ? undefined : JSON.parse(text), headers };
    this.calls.push(call);
    if (this.answersNothing) return;
    if (path === '/v1/events') {
      this.#stream(response);
      return;
    }
    const handler = this.routes[`${method} ${path}`] ?? {
      status: 404,
      body: { error: { code: 'bad-request', message: `no ${method} ${path}` } },
    };
    const { status = 200, body, text: raw } = typeof handler === 'function' ? handler(call) : handler;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(raw ?? (body === undefined ? '' : JSON.stringify(body)));
  }

  #stream(response: ServerResponse): void {
    this.streamsOpened += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
    if (this.status !== undefined) response.write(`event: status\ndata: ${JSON.stringify(this.status)}\n\n`);
  }
}

/** One command on its way. */
export interface Session {
  readonly exit: Promise<number>;
  readonly clock: ManualClock;
  out(): string;
  err(): string;
  type(text: string): void;
  endInput(): void;
  /** Ctrl-C */
  interrupt(): void;
  /** What `startDaemon` and `startDemo` were called with. */
  readonly started: unknown[];
}

export function begin(
  root: string | undefined,
  argv: readonly string[],
  options: Partial<
    Pick<
      CliIo,
      'isTty' | 'isStdinTty' | 'columns' | 'rows' | 'env' | 'program' | 'startDaemon' | 'isRootHinted' | 'codeNote'
    >
  > = {},
): Session {
  const stdin = new PassThrough();
  const interrupt = new AbortController();
  const clock = new ManualClock();
  const started: unknown[] = [];
  let out = '';
  let err = '';
  const io: CliIo = {
    stdin,
    clock,
    stdout: {
      write: (text) => {
        out += text;
      },
    },
    stderr: {
      write: (text) => {
        err += text;
      },
    },
    env: options.env ?? { NO_COLOR: '1' },
    isTty: options.isTty ?? false,
    isStdinTty: options.isStdinTty ?? options.isTty,
    columns: options.columns ?? 80,
    rows: options.rows,
    version: '1.2.3',
    program: options.program ?? 'mfp-mail-agent',
    isRootHinted: options.isRootHinted,
    codeNote: options.codeNote,
    signal: interrupt.signal,
    startDaemon:
      options.startDaemon ??
      ((given) => {
        started.push(given);
        return Promise.resolve(0);
      }),
    startDemo: (given) => {
      started.push(given);
      return Promise.resolve(7);
    },
  };
  // Hinted commands repeat `--root`; its place differs from run to run.
  const short = (text: string) =>
    root === undefined ? text : text.replaceAll(`mfp-mail-agent --root ${root} `, 'mfp-mail-agent ');
  return {
    exit: runCli(root === undefined ? argv : ['--root', root, ...argv], io),
    clock,
    started,
    out: () => short(out),
    err: () => short(err),
    type: (text) => stdin.write(text),
    endInput: () => stdin.end(),
    interrupt: () => {
      interrupt.abort(new MailError('stopping', 'SIGINT'));
    },
  };
}

/** Runs a command that asks nothing. @param input standard input, ended */
export async function run(
  root: string | undefined,
  argv: readonly string[],
  options: Parameters<typeof begin>[2] & { readonly input?: string } = {},
): Promise<{ code: number; out: string; err: string }> {
  const session = begin(root, argv, options);
  if (options.input !== undefined) session.type(options.input);
  if (options.input !== undefined) session.endInput();
  const code = await session.exit;
  return { code, out: session.out(), err: session.err() };
}

/** Lets real sockets do their work until something is true; at most five seconds. */
export async function until(condition: () => boolean, what: () => string = () => ''): Promise<void> {
  const untilMs = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > untilMs) throw new Error(`waited in vain ${what()}`);
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Lets time run, a second at a time, until the command ends; at most five minutes of its time. */
export async function runOut(session: Session): Promise<number> {
  let code: number | undefined;
  const ended = session.exit.then((one) => {
    code = one;
  });
  for (let seconds = 0; seconds < 300 && code === undefined; seconds++) {
    await session.clock.advance(1000);
    await settle(50); // sockets are real: a connection must not take half a minute of the command's time
  }
  if (code === undefined) throw new Error(`still running after five minutes:\n${session.out()}\n${session.err()}`);
  await ended;
  return code;
}

let roots = 0;
/** A root of its own below `dir`. */
export function freshRoot(dir: string): string {
  return join(dir, `r${String(roots++)}`);
}
