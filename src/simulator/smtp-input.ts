import type { Socket } from 'node:net';

const pauseAtBytes = 1024 * 1024;
const maxLineBytes = 64 * 1024;

/**
 * The client's bytes, read when the dialogue wants them: lines, counted octets, or raw pieces. Reading pauses the socket
 * when nobody takes what has come.
 */
export class SmtpInput {
  readonly #socket: Socket;
  #queue: { readonly bytes: Buffer; readonly atMs: number }[] = [];
  #queuedBytes = 0;
  #isOver = false;
  #wake: (() => void) | undefined;
  readonly #nowMs: () => number;
  /** When the bytes taken last arrived: replies to pipelined commands are late together, not one after another. */
  arrivedAtMs = 0;

  /** @param nowMs monotonic */
  constructor(socket: Socket, nowMs: () => number) {
    this.#socket = socket;
    this.#nowMs = nowMs;
    socket.on('data', this.#onData);
    for (const event of ['end', 'close', 'error'] as const) socket.on(event, this.#onOver);
  }

  /** One line without its end (CRLF, or LF alone); undefined when the client has gone. @throws Error for an endless line */
  async readLine(): Promise<string | undefined> {
    let line = Buffer.alloc(0);
    for (;;) {
      const piece = await this.readPiece();
      if (!piece) return undefined;
      const end = piece.indexOf(10);
      line = Buffer.concat([line, end < 0 ? piece : piece.subarray(0, end)]);
      if (end >= 0) this.unread(piece.subarray(end + 1));
      if (line.length > maxLineBytes) throw new Error('endless command line');
      if (end >= 0) return line.toString('utf8').replace(/\r$/, '');
    }
  }

  /** Whatever has come, at least one byte; undefined when the client has gone. */
  async readPiece(): Promise<Buffer | undefined> {
    while (this.#queue.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const piece = this.#queue.shift();
    if (!piece) return undefined;
    this.arrivedAtMs = piece.atMs;
    this.#queuedBytes -= piece.bytes.length;
    if (this.#queuedBytes < pauseAtBytes && this.#socket.isPaused()) this.#socket.resume();
    return piece.bytes;
  }

  /** Puts back what was read too far. */
  unread(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#queue.unshift({ bytes, atMs: this.arrivedAtMs });
    this.#queuedBytes += bytes.length;
  }

  /** Exactly so many octets, in pieces. @returns false if the client went before */
  async readOctets(count: number, take: (piece: Buffer) => void): Promise<boolean> {
    for (let left = count; left > 0;) {
      const piece = await this.readPiece();
      if (!piece) return false;
      take(piece.subarray(0, left));
      this.unread(piece.subarray(left));
      left -= Math.min(left, piece.length);
    }
    return true;
  }

  /** Leaves the socket to somebody else. @returns true if the client had sent more than it should have by now */
  detach(): boolean {
    this.#socket.off('data', this.#onData);
    for (const event of ['end', 'close', 'error'] as const) this.#socket.off(event, this.#onOver);
    return this.#queue.length > 0;
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#queue.push({ bytes, atMs: this.#nowMs() });
    this.#queuedBytes += bytes.length;
    if (this.#queuedBytes >= pauseAtBytes) this.#socket.pause();
    this.#wake?.();
  };

  readonly #onOver = (): void => {
    this.#isOver = true;
    this.#wake?.();
  };
}
