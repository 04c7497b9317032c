import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { usageError } from './exit-codes.ts';
import { type CliIo } from './io.ts';

/** Lines a person types. Standard input is not touched before the first question, and let go at the end. */
export class Prompt {
  readonly #io: CliIo;
  #reader: Interface | undefined;
  #isOver = false;
  readonly #lines: string[] = [];
  #waiting: ((line: string) => void) | undefined;

  constructor(io: CliIo) {
    this.#io = io;
  }

  /**
   * Asks one question.
   * @returns the line without its end, trimmed; '' at the end of input, which must never mean yes
   */
  ask(question: string): Promise<string> {
    this.#io.stdout.write(question);
    this.#open();
    const line = this.#lines.shift();
    if (line !== undefined || this.#isOver) return Promise.resolve(line ?? '');
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Asks for yes or no. Only `y` and `yes` mean yes. */
  async isYes(question: string): Promise<boolean> {
    return isYes(await this.ask(`${question} [y/N] `));
  }

  /** Nobody can answer any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Forgets an open question; what is typed later goes to the next one. */
  drop(): void {
    this.#waiting = undefined;
  }

  close(): void {
    this.#waiting?.('');
    this.#waiting = undefined;
    this.#reader?.close();
  }

  #open(): void {
    if (this.#reader) return;
    const reader = createInterface({ input: this.#io.stdin, terminal: false, crlfDelay: Infinity });
    reader.on('line', (line) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting) waiting(line.trim());
      else this.#lines.push(line.trim());
    });
    reader.on('close', () => {
      this.#isOver = true;
      this.#waiting?.('');
      this.#waiting = undefined;
    });
    this.#reader = reader;
  }
}

/** Ctrl-C or the end of input where a secret was to be typed. */
export class InputEnded extends Error {
  override readonly name = 'InputEnded';
}

/** Only `y` and `yes`, in any case. */
export function isYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer);
}

/** Only `n` and `no`, in any case. */
export function isNo(answer: string): boolean {
  return /^no?$/i.test(answer);
}

/** Everything on standard input, as text. @param mostBytes more is cut off the reading: nothing we take is that long */
export async function readAllInput(io: CliIo, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of io.stdin as AsyncIterable<Buffer | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    chunks.push(bytes);
    size += bytes.length;
    if (size > mostBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * A secret: typed without echo on a terminal, else the first line of standard input. Never an argument: those show in
 * the process list and in the shell's history.
 * @throws InputEnded on a terminal, at Ctrl-C and at the end of input
 * @throws MailError `bad-request` if standard input ends without a line: nobody meant that as an empty secret
 */
export async function readSecret(io: CliIo, question: string, isInteractive: boolean): Promise<string> {
  if (!isInteractive) {
    const text = await readAllInput(io, 4096);
    if (text === '')
      throw usageError('Nothing changed: no password came in; type it on a terminal, or send it as one line of input');
    return text.split(/\r?\n/)[0] ?? '';
  }
  io.stdout.write(question);
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  // terminal: true takes the terminal out of echo; the line editor's own echo goes nowhere.
  const reader = createInterface({ input: io.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once('line', resolve);
      // In raw mode Ctrl-C is a character, not a signal. It must not look like an empty answer: that removes the
      // secret.
      reader.once('SIGINT', () => {
        reject(new InputEnded());
      });
      reader.once('close', () => {
        reject(new InputEnded());
      });
    });
  } finally {
    reader.close();
    io.stdout.write('\n');
  }
}
