/**
 * Sink and load generator live in processes of their own, so that neither their work nor their garbage is counted for
 * anybody else. This is how the bench calls them.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

type Operations = Readonly<Record<string, (options: never) => Promise<unknown>>>;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly options: unknown;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** In the child: answers calls by name until the bench lets go of it. */
export function answerCalls(operations: Operations): void {
  process.on('message', (message) => {
    const { id, name, options } = message as Call;
    const operation = operations[name];
    const work = operation ? operation(options as never) : Promise.reject(new Error(`no operation ${name}`));
    work.then(
      (result) => process.send?.({ id, result } satisfies Answer),
      (error: unknown) => process.send?.({ id, error: String(error) } satisfies Answer),
    );
  });
  // Ctrl-C is for the bench, which ends us when it has ended the others.
  process.on('SIGINT', () => undefined);
  // The bench died: nobody needs us.
  process.on('disconnect', () => process.exit(0));
}

/** In the bench: one child process and the calls to it. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #lastId = 0;

  /** @param file TypeScript file of this folder */
  constructor(file: string) {
    const hook = new URL('typescript.mjs', import.meta.url).href;
    const program = fileURLToPath(new URL(file, import.meta.url));
    this.#child = fork(program, [], { execArgv: ['--import', hook, '--no-warnings'] });
    this.#child.on('message', (message) => {
      const { id, result, error } = message as Answer;
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(`${file}: ${error}`));
    });
    this.#child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${file} ended`));
    });
  }

  /** @throws Error what the child said, or that it is gone */
  call<T>(name: string, options: unknown = {}): Promise<T> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#child.send({ id, name, options } satisfies Call);
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/** The one clock all processes of this machine share, in milliseconds. */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
