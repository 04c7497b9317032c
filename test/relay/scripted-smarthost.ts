/**
 * A raw SMTP server on loopback that says what a table tells it to, and remembers who said what. It shares no code with
 * what it tests. Words in angle brackets are acts: `<close>`, `<reset>`, `<silence>` (no reply), `<flood>` (lines without
 * end), `<line>` (10 MB in one), `<early>` (while DATA flows), `<stall>` (reads no more). Replies are latin1.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContextOptions } from 'node:tls';
import type { Dialer } from '../../src/core/index.ts';
import type { TlsIdentity } from '../support/certificates.ts';

export type Stage = 'greeting' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'final' | 'rset' | 'quit';
/** One reply for always, or one after the other (the last one stays). */
export type Replies = Partial<Record<Stage, string | readonly string[]>>;

export const exchangeAccept =
  '250 2.0.0 OK <0f9a@AM0PR01MB1.eurprd01.prod.outlook.com> [Hostname=AM0PR01MB1.eurprd01.prod.outlook.com]';
export const defaultReplies: Record<Stage, string> = {
  greeting: '220 smtp.example.test ready',
  starttls: '220 2.0.0 go on',
  auth: '235 2.7.0 Authentication successful',
  ehlo: '250-smtp.example.test\r\n250-SIZE 157286400\r\n250-PIPELINING\r\n250-STARTTLS\r\n250-8BITMIME\r\n250-AUTH LOGIN XOAUTH2\r\n250 SMTPUTF8',
  mail: '250 2.1.0 ok',
  rcpt: '250 2.1.5 ok',
  data: '354 go on',
  final: exchangeAccept,
  rset: '250 2.0.0 reset',
  quit: '221 2.0.0 bye',
};
/** The same server without TLS, pipelining or extensions. */
export const plainEhlo = '250-old.example.test\r\n250 HELP';

export interface Session {
  /** `C: ...` and `S: ...`; bodies are not in it. */
  readonly lines: string[];
  /** Message bytes as sent, dots still stuffed, without the final dot line. */
  readonly bodies: string[];
  readonly socket: Socket;
  isSecure: boolean;
  isClosed: boolean;
}

export interface Smarthost {
  readonly port: number;
  readonly sessions: Session[];
  /** Whatever name is dialled, this server answers. */
  readonly dialer: Dialer & { dials: number };
  replies: Replies;
  /** All commands of all sessions that begin with this verb. */
  commands(verb: string): string[];
  bodies(): string[];
  stop(): Promise<void>;
}

/** Key, certificate, and what else a TLS server may be set to. */
export type ServerTls = TlsIdentity & SecureContextOptions;

export async function startSmarthost(replies: Replies = {}, tls?: ServerTls, isImplicit = false): Promise<Smarthost> {
  const sessions: Session[] = [];
  const counts = new Map<Stage, number>();
  const nextReply = (stage: Stage): string => {
    const rule = host.replies[stage] ?? defaultReplies[stage];
    if (typeof rule === 'string') return rule;
    const at = counts.get(stage) ?? 0;
    counts.set(stage, at + 1);
    return rule[Math.min(at, rule.length - 1)] ?? '';
  };
  const server: Server = createServer((socket) => {
    const session: Session = { lines: [], bodies: [], socket, isSecure: false, isClosed: false };
    sessions.push(session);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        session.isClosed = true;
      });
    if (isImplicit && tls) converse(secure(socket, tls, session), session, nextReply, undefined);
    else converse(socket, session, nextReply, tls);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const { connect } = await import('node:net');
  const dialer = {
    dials: 0,
    dial: ({ signal }: { readonly signal?: AbortSignal | undefined }) =>
      new Promise<Socket>((resolve, reject) => {
        dialer.dials += 1;
        const socket = connect({ port, host: '127.0.0.1' });
        socket
          .once('connect', () => {
            resolve(socket);
          })
          .once('error', reject);
        signal?.addEventListener(
          'abort',
          () => {
            socket.destroy();
            reject(signal.reason as Error);
          },
          { once: true },
        );
      }),
  };
  const host: Smarthost = {
    port,
    sessions,
    dialer,
    replies,
    commands: (verb) =>
      sessions
        .flatMap(({ lines }) => lines)
        .filter((line) => line.startsWith(`C: ${verb}`))
        .map((line) => line.slice(3)),
    bodies: () => sessions.flatMap((session) => session.bodies),
    stop: async () => {
      for (const { socket } of sessions) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
  return host;
}

function secure(socket: Socket, tls: ServerTls, session: Session): TLSSocket {
  session.isSecure = true;
  const secured = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(tls) });
  return secured.on('error', () => {
    socket.destroy();
  });
}

/** One side of the conversation; calls itself again over TLS. */
function converse(
  socket: Socket,
  session: Session,
  nextReply: (stage: Stage) => string,
  tls: ServerTls | undefined,
  isAgain = false,
): void {
  let input = Buffer.alloc(0);
  let mode: 'command' | 'auth' | 'data' | 'off' = 'command';
  // The acts inside `say` change it behind the compiler's back.
  const isOff = (): boolean => mode === 'off';
  let earlyReply = '';
  const say = (text: string): void => {
    const words = text.replace(/<(?:close|reset|silence|flood|line|early|stall)>/g, '');
    if (words !== '') {
      session.lines.push(...words.split('\r\n').map((line) => `S: ${line}`));
      socket.write(`${words}\r\n`, 'latin1');
    }
    if (text.includes('<flood>')) {
      const chunk = '250-more\r\n'.repeat(1000);
      for (let i = 0; i < 200; i++) socket.write(chunk);
    }
    if (text.includes('<line>')) for (let i = 0; i < 160; i++) socket.write('250-'.padEnd(65_536, 'x'));
    if (text.includes('<stall>')) socket.pause();
    if (text.includes('<close>')) {
      mode = 'off';
      socket.end();
    }
    if (text.includes('<reset>')) {
      mode = 'off';
      session.socket.resetAndDestroy();
    }
  };
  const onLine = (line: string): void => {
    session.lines.push(`C: ${line}`);
    if (mode === 'auth') {
      mode = 'command';
      say(nextReply('auth'));
      return;
    }
    const verb = line.slice(0, 4).toUpperCase();
    const stage: Stage | undefined =
      verb === 'STAR'
        ? 'starttls'
        : verb === 'HELO'
          ? 'ehlo'
          : ['EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'RSET', 'QUIT'].includes(verb)
            ? (verb.toLowerCase() as Stage)
            : undefined;
    const reply = stage === undefined ? '500 5.5.1 what?' : nextReply(stage);
    if (stage === 'starttls' && reply.startsWith('2') && tls) {
      socket.removeAllListeners('data');
      say(reply);
      if (!reply.includes('<')) converse(secure(socket, tls, session), session, nextReply, undefined, true);
      return;
    }
    say(stage === 'ehlo' && isAgain ? reply.replace('250-STARTTLS\r\n', '') : reply);
    if (stage === 'auth' && reply.startsWith('334')) mode = 'auth';
    if (stage === 'data' && reply.startsWith('354')) {
      mode = 'data';
      const final = nextReply('final');
      earlyReply = final.startsWith('<early>') ? final.replace('<early>', '') : '';
      pendingFinal = final;
    }
    if (stage === 'quit') socket.end();
  };
  let pendingFinal = '';
  const onData = (chunk: Buffer): void => {
    if (isOff()) return;
    input = Buffer.concat([input, chunk]);
    for (;;) {
      if (mode === 'data') {
        if (earlyReply !== '' && input.length > 0) {
          mode = 'off';
          session.bodies.push('(cut)');
          say(earlyReply);
          return;
        }
        const isEmpty = input.subarray(0, 3).toString() === '.\r\n';
        const end = isEmpty ? 0 : input.indexOf('\r\n.\r\n');
        if (end < 0) return;
        session.bodies.push(isEmpty ? '' : input.subarray(0, end + 2).toString('latin1'));
        input = input.subarray(end + (isEmpty ? 3 : 5));
        mode = 'command';
        say(pendingFinal);
      } else {
        const end = input.indexOf('\n');
        if (isOff() || end < 0) return;
        const line = input.subarray(0, end).toString().trimEnd();
        input = input.subarray(end + 1);
        onLine(line);
      }
    }
  };
  socket.on('data', onData);
  if (!isAgain) say(nextReply('greeting'));
}
