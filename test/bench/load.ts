/**
 * The scanner of the bench, in a process of its own: plain SMTP on loopback as firmware speaks it, one command after the
 * other, bodies of base64 lines. Every mail has its own Message-ID, or it would be taken for a repeat.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { answerCalls, sharedNowMs } from './calls.ts';

/** What is sent, and over what. */
export interface LoadPlan {
  readonly port: number;
  readonly mails: number;
  readonly bytes: number;
  readonly connections: number;
  /** 0: as many as there are. */
  readonly mailsPerConnection: number;
}

const line = () => `${randomBytes(57).toString('base64')}\r\n`;
/** 1 MiB of what a scan looks like on the wire, whole lines. */
const block = Buffer.from(Array.from({ length: 13_440 }, line).join(''));
let lastMail = 0;

/** Header block and length of one mail of about `bytes` bytes. */
function header(): Buffer {
  lastMail++;
  return Buffer.from(
    [
      'From: scanner@contoso.com',
      'To: person@contoso.com',
      'Subject: Scan',
      'Date: Mon, 02 Nov 2026 10:00:00 +0000',
      `Message-ID: <${process.pid}.${lastMail}.${randomBytes(6).toString('hex')}@bench.example.test>`,
      'MIME-Version: 1.0',
      'Content-Type: application/pdf',
      'Content-Transfer-Encoding: base64',
      '',
      '',
    ].join('\r\n'),
  );
}

/** A client connection: one command, one reply. */
class Client {
  readonly #socket: Socket;
  #text = '';
  #onReply: (() => void) | undefined;
  #failure: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      this.#onReply?.();
    });
    socket.on('error', (error) => {
      this.#failure = error;
      this.#onReply?.();
    });
    socket.on('close', () => {
      this.#failure ??= new Error('connection closed');
      this.#onReply?.();
    });
  }

  static async open(port: number): Promise<Client> {
    const client = new Client(connect(port, '127.0.0.1'));
    await client.#reply('220');
    await client.#say('EHLO bench.example.test', '250');
    return client;
  }

  /** @returns milliseconds from the final dot to its 250 */
  async send(bytes: number): Promise<number> {
    await this.#say('MAIL FROM:<scanner@contoso.com>', '250');
    await this.#say('RCPT TO:<person@contoso.com>', '250');
    await this.#say('DATA', '354');
    const head = header();
    await this.#write(head);
    for (let left = bytes - head.length; left > 0; left -= block.length)
      await this.#write(left >= block.length ? block : wholeLines(left));
    const dotMs = sharedNowMs();
    await this.#say('.', '250');
    return sharedNowMs() - dotMs;
  }

  async quit(): Promise<void> {
    await this.#say('QUIT', '221');
    this.#socket.destroy();
  }

  async #write(bytes: Buffer): Promise<void> {
    if (!this.#socket.write(bytes)) await once(this.#socket, 'drain');
  }

  #say(command: string, expected: string): Promise<void> {
    this.#socket.write(`${command}\r\n`);
    return this.#reply(expected);
  }

  async #reply(expected: string): Promise<void> {
    for (;;) {
      const last = /^\d{3} .*\r\n$/m.exec(this.#text);
      if (last) break;
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#onReply = resolve;
      });
    }
    const text = this.#text;
    this.#text = '';
    if (!text.startsWith(expected)) throw new Error(`expected ${expected}, heard: ${text.trim()}`);
  }
}

function wholeLines(bytes: number): Buffer {
  return block.subarray(0, Math.max(1, Math.floor(bytes / 78)) * 78);
}

let kept: Client | undefined;

answerCalls({
  /** Sends all mails. @returns start and last 250, on the shared clock, in milliseconds */
  smtp: async (plan: LoadPlan) => {
    let left = plan.mails;
    const startedMs = sharedNowMs();
    const one = async () => {
      while (left > 0) {
        const client = await Client.open(plan.port);
        for (let sent = 0; left > 0 && (plan.mailsPerConnection === 0 || sent < plan.mailsPerConnection); sent++) {
          left--;
          await client.send(plan.bytes);
        }
        await client.quit();
      }
    };
    await Promise.all(Array.from({ length: Math.min(plan.connections, plan.mails) }, one));
    return { startedMs, acceptedMs: sharedNowMs() };
  },
  /** As many bytes over one TLS connection, nothing else. @returns milliseconds from dialling to the sink's end */
  raw: async ({ port, bytes }: { readonly port: number; readonly bytes: number }) => {
    const startedMs = sharedNowMs();
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    for (let left = bytes; left > 0; left -= block.length) {
      if (!socket.write(left >= block.length ? block : wholeLines(left))) await once(socket, 'drain');
    }
    socket.end();
    socket.resume();
    await once(socket, 'close');
    return { tookMs: sharedNowMs() - startedMs };
  },
  /** Opens a connection that stays. */
  open: async ({ port }: { readonly port: number }) => {
    await kept?.quit();
    kept = await Client.open(port);
  },
  /** One mail over the connection that stays. @returns milliseconds from the final dot to its 250 */
  send: async ({ bytes }: { readonly bytes: number }) => {
    if (!kept) throw new Error('no connection is open');
    return kept.send(bytes);
  },
  close: async () => {
    await kept?.quit();
    kept = undefined;
  },
});
