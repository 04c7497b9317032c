/**
 * SMTP dialogues as readable scripts, played over a raw socket. Needs nothing but a TCP port, so the device images play
 * the same scripts.
 *
 *     # comment
 *     C: EHLO mfp            a line, sent with CRLF; C lines that follow each other leave in one write (pipelined)
 *     C! a\r\nb\x00          octets as written (\r \n \0 \\ \xHH), nothing added
 *     S: 250 2.1.0           waits for the next whole reply; its last line must start with this text
 *     S+ SIZE 100            the last reply has a line that contains this text
 *     S- STARTTLS            the last reply has no such line
 *     S: <closed>            the server has closed the connection and said nothing more
 *     C: <close>             the client drops the connection
 *     C: <fin>               the client closes its side only
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

export type DialogueStep =
  | { readonly kind: 'send'; readonly octets: Buffer }
  | { readonly kind: 'drop' }
  | { readonly kind: 'fin' }
  | { readonly kind: 'reply'; readonly start: string; readonly line: number }
  | { readonly kind: 'closed'; readonly line: number }
  | { readonly kind: 'contains' | 'lacks'; readonly text: string; readonly line: number };

/** Reads a script. @throws Error naming the line that is no step */
export function parseDialogue(script: string): DialogueStep[] {
  const steps: DialogueStep[] = [];
  let sending: Buffer[] = [];
  const flush = () => {
    if (sending.length > 0) steps.push({ kind: 'send', octets: Buffer.concat(sending) });
    sending = [];
  };
  script.split('\n').forEach((text, index) => {
    const line = index + 1;
    const [, mark, rest = ''] = /^\s*(C:|C!|S:|S\+|S-) ?(.*)$/.exec(text) ?? [];
    if (mark === undefined) {
      if (!/^\s*(#.*)?$/.test(text)) throw new Error(`line ${line} is no step: ${text}`);
      return;
    }
    if (mark === 'C!') sending.push(unescapeOctets(rest));
    else if (mark === 'C:' && rest !== '<close>' && rest !== '<fin>') sending.push(Buffer.from(`${rest}\r\n`));
    else flush();
    if (mark === 'C:' && rest === '<close>') steps.push({ kind: 'drop' });
    else if (mark === 'C:' && rest === '<fin>') steps.push({ kind: 'fin' });
    else if (mark === 'S:' && rest === '<closed>') steps.push({ kind: 'closed', line });
    else if (mark === 'S:') steps.push({ kind: 'reply', start: rest, line });
    else if (mark.startsWith('S')) steps.push({ kind: mark === 'S+' ? 'contains' : 'lacks', text: rest, line });
  });
  flush();
  return steps;
}

/** `\r \n \t \0 \\ \xHH` in a script's raw octets. */
export function unescapeOctets(text: string): Buffer {
  const plain: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', 0: '\0', '\\': '\\' };
  const octets = Buffer.from(text).toString('latin1');
  return Buffer.from(
    octets.replace(/\\(?:x([0-9A-Fa-f]{2})|([rnt0\\]))/g, (_all, hex: string | undefined, name: string | undefined) =>
      hex === undefined ? (plain[name ?? ''] ?? '') : String.fromCharCode(parseInt(hex, 16)),
    ),
    'latin1',
  );
}

/** Where to connect, or what is connected already. */
export interface DialogueTarget {
  readonly host?: string;
  readonly port: number;
  /** 127.0.0.2 and so on play several printers. */
  readonly localAddress?: string;
  /** An open connection, TLS for example. */
  readonly socket?: Socket;
  readonly deadlineMs?: number;
}

/** A raw SMTP connection: octets out, whole replies in. */
export class RawClient {
  readonly socket: Socket;
  readonly #deadline: NodeJS.Timeout;
  #text = '';
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(target: DialogueTarget) {
    this.socket =
      target.socket ??
      connect({
        port: target.port,
        host: target.host ?? '127.0.0.1',
        ...(target.localAddress === undefined ? {} : { localAddress: target.localAddress }),
      });
    this.socket.setNoDelay(true);
    this.socket.on('data', (chunk) => {
      this.#text += chunk.toString('latin1');
      this.#wake();
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
    this.#deadline = setTimeout(() => {
      this.socket.destroy();
    }, target.deadlineMs ?? 15_000);
  }

  async send(octets: Buffer | string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.write(octets, () => {
        resolve();
      });
    });
  }

  /** Sends in pieces, each a TCP segment of its own as far as anyone can tell. */
  async sendInPieces(pieces: readonly Buffer[]): Promise<void> {
    for (const piece of pieces) {
      await this.send(piece);
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  /** The next whole reply, lines joined by CRLF; undefined if the server closed instead. */
  async reply(): Promise<string | undefined> {
    for (;;) {
      const whole = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3}(?: [^\r\n]*)?\r\n/.exec(this.#text)?.[0];
      if (whole !== undefined) {
        this.#text = this.#text.slice(whole.length);
        return whole.slice(0, -2);
      }
      if (this.#isClosed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Everything the server still says until it closes. */
  async rest(): Promise<string> {
    while (!this.#isClosed)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.#text;
  }

  /** TLS over this connection, after the 220 to STARTTLS; from then on the client that is returned speaks. */
  async startTls(options: ConnectionOptions = {}): Promise<RawClient> {
    clearTimeout(this.#deadline);
    this.socket.removeAllListeners('data');
    const secure = connectTls({ socket: this.socket, rejectUnauthorized: false, ...options });
    await new Promise<void>((resolve, reject) => {
      secure.once('secureConnect', resolve);
      secure.once('error', reject);
      secure.once('close', () => {
        reject(new Error('closed during the handshake'));
      });
    });
    return new RawClient({ port: 0, socket: secure });
  }

  close(): void {
    clearTimeout(this.#deadline);
    this.socket.destroy();
  }
}

/**
 * Plays a script.
 * @returns every reply, in order
 * @throws Error with script line, expectation and what came instead
 */
export async function playDialogue(target: DialogueTarget | RawClient, script: string): Promise<string[]> {
  const client = target instanceof RawClient ? target : new RawClient(target);
  const replies: string[] = [];
  try {
    for (const step of parseDialogue(script)) {
      if (step.kind === 'send') await client.send(step.octets);
      else if (step.kind === 'drop') client.socket.destroy();
      else if (step.kind === 'fin') client.socket.end();
      else if (step.kind === 'closed') {
        const rest = await client.rest();
        if (rest !== '') throw new Error(`line ${step.line}: expected the connection to close, got ${rest}`);
      } else if (step.kind === 'reply') {
        const reply = await client.reply();
        if (reply?.split('\r\n').at(-1)?.startsWith(step.start) !== true)
          throw new Error(`line ${step.line}: expected ${step.start}, got ${reply ?? 'a closed connection'}`);
        replies.push(reply);
      } else {
        const has =
          replies
            .at(-1)
            ?.split('\r\n')
            .some((line) => line.includes(step.text)) === true;
        if (has !== (step.kind === 'contains'))
          throw new Error(
            `line ${step.line}: reply ${has ? 'contains' : 'lacks'} ${step.text}: ${replies.at(-1) ?? ''}`,
          );
      }
    }
    return replies;
  } finally {
    // A connection that was handed in may be played on.
    if (client !== target) client.close();
  }
}
