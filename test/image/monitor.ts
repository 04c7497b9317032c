/** What QEMU is asked beside the console: cable, forwarded ports, the state of the machine. */
import type { Socket } from 'node:net';

/** QEMU's machine protocol: one question at a time. */
export class Monitor {
  readonly #socket: Socket;
  #text = '';
  #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void } | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString();
      this.#read();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#waiting?.reject(new Error('the guest is gone')));
  }

  /** @throws Error with QEMU's words, or if the guest is gone */
  async ask(command: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (this.#socket.destroyed) throw new Error('the guest is gone');
    return await new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: parameters })}\n`);
    });
  }

  /** Hangs up; nothing is waited for any more. */
  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #read(): void {
    for (let end = this.#text.indexOf('\n'); end >= 0; end = this.#text.indexOf('\n')) {
      const line = JSON.parse(this.#text.slice(0, end)) as { return?: unknown; error?: { desc: string } };
      this.#text = this.#text.slice(end + 1);
      // The greeting and events are neither.
      if ('return' in line) this.#waiting?.resolve(line.return);
      else if (line.error) this.#waiting?.reject(new Error(line.error.desc));
    }
  }
}
