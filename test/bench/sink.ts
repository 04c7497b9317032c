/**
 * The smarthost of the bench, in a process of its own: STARTTLS, as few instructions as node allows, nothing kept of a
 * mail but its length and the instant of its final dot. A second port takes raw TLS and counts bytes.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, TLSSocket, type SecureContext } from 'node:tls';
import { answerCalls, sharedNowMs } from './calls.ts';

const endOfMail = Buffer.from('\r\n.\r\n');
/** Commands a client may send behind its final dot without waiting. */
const mostPipelinedBytes = 2048;

let context: SecureContext | undefined;
/** Each reply is held back so long, counted from the arrival of its command: pipelined commands wait together. */
let replyDelayMs = 0;
let arrivalsMs: number[] = [];
let mailBytes = 0;
let connections = 0;
const open = new Set<Socket>();
let rawBytes = 0;
let onArrival: (() => void) | undefined;

const ehlo = (isSecure: boolean) =>
  ['250-sink.example.test', '250-PIPELINING', '250-SIZE 157286400', '250-8BITMIME', '250-ENHANCEDSTATUSCODES']
    .concat(isSecure ? [] : ['250-STARTTLS'])
    .concat('250 DSN')
    .join('\r\n');

/** One connection: lines are commands until a DATA, then bytes are mail until the final dot. */
class Session {
  #socket: Socket;
  #isData = false;
  #line: Buffer = Buffer.alloc(0);
  #tail: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    connections++;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    this.#listen(socket);
    this.#reply('220 sink.example.test ESMTP');
  }

  #listen(socket: Socket): void {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
  }

  #take(chunk: Buffer): void {
    if (!this.#isData) {
      this.#takeCommands(this.#line.length === 0 ? chunk : Buffer.concat([this.#line, chunk]));
      return;
    }
    mailBytes += chunk.length;
    // The dot ends what the client sends, but for a few commands behind it: only the end of a block needs a look.
    const from = Math.max(0, chunk.length - mostPipelinedBytes);
    const end = from === 0 ? Buffer.concat([this.#tail, chunk]) : chunk.subarray(from);
    const at = end.indexOf(endOfMail);
    if (at < 0) {
      this.#tail = Buffer.from(end.subarray(Math.max(0, end.length - endOfMail.length + 1)));
      return;
    }
    this.#isData = false;
    arrivalsMs.push(sharedNowMs());
    this.#reply(`250 2.0.0 Ok: queued as ${arrivalsMs.length}`);
    onArrival?.();
    this.#takeCommands(end.subarray(at + endOfMail.length));
  }

  #takeCommands(bytes: Buffer): void {
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      const line = bytes.toString('latin1', from, at).trim();
      from = at + 1;
      this.#command(line);
      if (this.#isData) {
        this.#line = Buffer.alloc(0);
        if (from < bytes.length) this.#take(bytes.subarray(from));
        return;
      }
    }
    this.#line = Buffer.from(bytes.subarray(from));
  }

  #command(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'EHLO' || verb === 'HELO') this.#reply(ehlo(this.#socket instanceof TLSSocket));
    else if (verb === 'STAR') this.#startTls();
    else if (verb === 'DATA') {
      this.#isData = true;
      this.#tail = Buffer.from('\r\n');
      this.#reply('354 Go ahead');
    } else if (verb === 'QUIT') {
      this.#reply('221 2.0.0 Bye', () => this.#socket.end());
    } else this.#reply('250 2.1.0 Ok');
  }

  #startTls(): void {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    this.#reply('220 2.0.0 Ready', () => undefined);
    if (!context) throw new Error('no certificate');
    this.#socket = new TLSSocket(plain, { isServer: true, secureContext: context });
    this.#listen(this.#socket);
  }

  #reply(text: string, then?: () => void): void {
    const socket = this.#socket;
    const write = () => {
      if (socket.writable) socket.write(`${text}\r\n`);
      then?.();
    };
    // Equal delays keep their order.
    if (replyDelayMs === 0) write();
    else setTimeout(write, replyDelayMs);
  }
}

function takeRaw(socket: TLSSocket): void {
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    rawBytes += chunk.length;
  });
  // The other side's end is answered with ours: that is when the bench stops its watch.
  socket.on('end', () => socket.end());
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

answerCalls({
  /** @returns both ports, on 127.0.0.1 */
  start: async (identity: { readonly key: string; readonly cert: string }) => {
    context = createSecureContext(identity);
    return {
      smtpPort: await listening(createServer((socket) => new Session(socket))),
      rawPort: await listening(createTlsServer({ ...identity, allowHalfOpen: true } as object, takeRaw)),
    };
  },
  /** Forgets what came, hangs up, and answers from now on with this delay: nobody begins with a connection from before. */
  reset: (options: { readonly replyDelayMs?: number }) => {
    for (const socket of open) socket.destroy();
    replyDelayMs = options.replyDelayMs ?? 0;
    arrivalsMs = [];
    mailBytes = 0;
    connections = 0;
    rawBytes = 0;
    return Promise.resolve();
  },
  /** Waits until so many mails have come since `reset`. */
  mails: ({ count, waitMs }: { readonly count: number; readonly waitMs: number }) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        onArrival = undefined;
        reject(new Error(`${arrivalsMs.length} of ${count} mails after ${waitMs} ms`));
      }, waitMs);
      onArrival = () => {
        if (arrivalsMs.length < count) return;
        clearTimeout(timer);
        onArrival = undefined;
        resolve({ lastArrivalMs: arrivalsMs.at(-1), bytes: mailBytes, connections });
      };
      onArrival();
    }),
  raw: () => Promise.resolve({ bytes: rawBytes }),
});
