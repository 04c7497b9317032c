/** One SMTP session to the smarthost. nodemailer ends at this file's door. */
import { isIP, type Socket } from 'node:net';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { MailError, type Clock, type Dialer } from '../core/index.ts';
import { classifyNetworkError, trustedCas } from '../net/index.ts';
import type { MessageSource } from './message-source.ts';
import { PhaseDeadline } from './phase-deadline.ts';
import {
  displayReply,
  isPositive,
  isRefusal,
  Transcript,
  type Extensions,
  type SmtpStage,
  type Transaction,
} from './smtp-transcript.ts';

/** RFC 5321 4.5.3.2, F47. */
export const phaseLimitsMs = {
  connect: 30_000,
  greeting: 30_000,
  command: 60_000,
  handshake: 60_000,
  block: 180_000,
  final: 600_000,
  quit: 3_000,
} as const;

/** nodemailer's timers, out of the way: the largest a timer can hold (24 days). */
const outOfReachMs = 2_147_483_647;
/** F41 */
const maxReplyBytes = 64 * 1024;
/** Our name for the handler below; as `XOAUTH2` nodemailer would prefer LOGIN, which Exchange lists first. */
const authHandler = 'MFP-XOAUTH2';

/** starttls: required. Where a token is sent, only `starttls` and `implicit` are used. */
export type LinkSecurity = 'starttls' | 'starttls-if-offered' | 'implicit' | 'none';

export interface LinkTarget {
  readonly host: string;
  readonly port: number;
  readonly security: LinkSecurity;
  readonly extraCaPem: readonly string[];
  readonly heloName: string;
}

/** What goes on the wire: addresses as the server can take them. */
export interface WireEnvelope {
  readonly reversePath: string;
  readonly forwardPaths: readonly string[];
  readonly is8bit: boolean;
}

/** The server said no; `guidance/` knows what it means. */
export class SmtpRefusal extends Error {
  override readonly name = 'SmtpRefusal';
  readonly stage: SmtpStage;
  readonly reply: string;

  constructor(stage: SmtpStage, reply: string) {
    super(`${stage}: ${displayReply(reply)}`);
    this.stage = stage;
    this.reply = reply;
  }
}

/**
 * A session, from dialling to QUIT. One operation at a time. After any error the link is dead.
 * Errors of every method: SmtpRefusal, or MailError of the network, `timeout`, `reply-invalid`, `stopping`.
 */
export class SmtpLink {
  readonly #transcript = new Transcript();
  readonly #deadline: PhaseDeadline;
  readonly #socket: Socket;
  readonly #clock: Clock;
  #connection: SMTPConnection | undefined;
  #failure: Error | undefined;
  #reject: ((error: Error) => void) | undefined;
  #token = '';
  #isHandshaking = false;
  /** Messages sent over this link. */
  messages = 0;

  private constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    // Errors between two owners (dialled but not handed over, closed but not gone) must not end the process.
    socket.on('error', () => undefined);
    this.#deadline = new PhaseDeadline(clock, (phase) => {
      this.#fail(new MailError('timeout', `smarthost silent in phase ${phase}`, { details: { phase } }));
    });
  }

  /** Dials, waits for the greeting, says EHLO and secures the link. */
  static async open(
    target: LinkTarget,
    {
      dialer,
      clock,
      signal,
    }: { readonly dialer: Dialer; readonly clock: Clock; readonly signal?: AbortSignal | undefined },
  ): Promise<SmtpLink> {
    const [socket, { default: Connection }] = await Promise.all([
      dial(target, { dialer, clock, signal }),
      import('nodemailer/lib/smtp-connection'),
    ]);
    const link = new SmtpLink(socket, clock);
    await link.#connect(Connection, target, signal);
    return link;
  }

  get isAlive(): boolean {
    return this.#failure === undefined;
  }
  get extensions(): Extensions {
    return this.#transcript.extensions;
  }
  get isSecure(): boolean {
    return this.#connection?.secure ?? false;
  }
  /** The final dot may be out and its answer is not in: the one moment not to hang up in. */
  get isInDotPhase(): boolean {
    const transaction = this.#transcript.transaction;
    return transaction !== undefined && transaction.isBodyEnded && transaction.final === undefined;
  }

  async #connect(
    Connection: typeof SMTPConnection,
    target: LinkTarget,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const servername = isIP(target.host) === 0 ? { servername: target.host } : {};
    const connection = new Connection({
      host: target.host,
      port: target.port,
      connection: this.#socket,
      name: target.heloName,
      secure: target.security === 'implicit',
      requireTLS: target.security === 'starttls',
      opportunisticTLS: target.security === 'starttls-if-offered',
      ignoreTLS: target.security === 'none',
      tls: { ...servername, minVersion: 'TLSv1.2', ca: trustedCas(target.extraCaPem), rejectUnauthorized: true },
      connectionTimeout: outOfReachMs,
      greetingTimeout: outOfReachMs,
      socketTimeout: outOfReachMs,
      maxResponseSize: maxReplyBytes,
      transactionLog: true,
      logger: {
        debug: (entry: { readonly tnx?: string }, line: string) => {
          this.#overhear(entry.tnx, line);
        },
        info: () => undefined,
      },
      customAuth: {
        [authHandler]: async (sasl) => {
          const initial = Buffer.from(`user=${sasl.auth.user ?? ''}\x01auth=Bearer ${this.#token}\x01\x01`).toString(
            'base64',
          );
          const reply = await sasl.sendCommand(`AUTH XOAUTH2 ${initial}`);
          // Some servers explain in a 334 first; the empty line asks for the verdict.
          const verdict = reply.status === 334 ? await sasl.sendCommand('') : reply;
          if (verdict.status !== 235) throw new Error('authentication refused');
        },
      },
    });
    this.#connection = connection;
    connection.on('error', (error) => {
      this.#fail(this.#explain(error as Error));
    });
    connection.on('end', () => {
      this.#fail(this.#explain(new Error('connection closed')));
    });
    this.#deadline.start('greeting', phaseLimitsMs.greeting);
    await this.#operation<undefined>(signal, (done) => {
      connection.connect((error) => {
        done(error);
      });
    });
  }

  /**
   * AUTH XOAUTH2. Never a byte of it without TLS (T20).
   * @param user mailbox the token is for
   * @throws MailError `tls-not-offered`, `xoauth2-not-offered`
   */
  async authenticate(user: string, token: string, signal?: AbortSignal): Promise<void> {
    if (!this.isSecure) throw new MailError('tls-not-offered', 'no AUTH without TLS');
    if (!this.extensions.authMechanisms.includes('XOAUTH2'))
      throw new MailError('xoauth2-not-offered', `AUTH offers: ${this.extensions.authMechanisms.join(' ')}`);
    this.#token = token;
    try {
      await this.#operation<boolean | undefined>(signal, (done) => {
        this.#connection?.login({ method: authHandler, user }, done);
      });
    } finally {
      this.#token = '';
    }
  }

  /** RSET: forgets the transaction before, and shows that the link still lives. */
  async reset(signal?: AbortSignal): Promise<void> {
    await this.#operation<boolean | undefined>(signal, (done) => {
      this.#connection?.reset(done);
    });
  }

  /**
   * One mail transaction. Does not throw: what was said and where it broke off is in the result.
   * @param signal aborts at once, also while the server thinks about the final dot
   */
  async send(envelope: WireEnvelope, source: MessageSource, signal?: AbortSignal): Promise<Transaction> {
    const transaction: Transaction = { rcpt: [], isBodyStarted: false, isBodyEnded: false };
    this.#transcript.transaction = transaction;
    this.messages += 1;
    source.stream.pause().on('data', () => {
      if (!transaction.isBodyStarted) this.#deadline.start('block', phaseLimitsMs.block);
      transaction.isBodyStarted = true;
      this.#deadline.extend(phaseLimitsMs.block);
    });
    // The end of the source comes before the dot is written: whoever loses the link after it cannot know (F6).
    source.stream.once('end', () => {
      transaction.isBodyEnded = true;
      this.#deadline.start('final', phaseLimitsMs.final);
    });
    const wire = {
      from: envelope.reversePath,
      to: [...envelope.forwardPaths],
      size: source.sizeBytes,
      use8BitMime: envelope.is8bit,
    };
    try {
      await this.#operation(signal, (done) => {
        this.#connection?.send(wire, source.stream, done);
      });
      if (!transaction.isBodyEnded || !isPositive(transaction.final))
        throw new MailError('reply-invalid', 'answer came before the message was complete');
    } catch (error) {
      const isAnswered =
        isRefusal(transaction.mail) ||
        isRefusal(transaction.data) ||
        isRefusal(transaction.final) ||
        (transaction.rcpt.length === envelope.forwardPaths.length && transaction.rcpt.every(isRefusal));
      if (!isAnswered) transaction.error = source.error() ?? (error as Error);
    } finally {
      source.destroy();
      // A message cut off in the middle cannot be ended without its dot, and the dot would make it count.
      if (transaction.error || (transaction.isBodyStarted && !transaction.isBodyEnded))
        this.#fail(transaction.error ?? new MailError('connection-lost', 'message refused half way'));
      this.#transcript.transaction = undefined;
    }
    return transaction;
  }

  /** Says goodbye and closes; never throws, returns within seconds. */
  async quit(): Promise<void> {
    if (this.isAlive) {
      // QUIT settles by the end of the link, which is a failure for every other operation.
      await this.#operation(undefined, () => {
        this.#connection?.quit();
        this.#deadline.start('quit', phaseLimitsMs.quit);
      }).catch(() => undefined);
    }
    this.destroy();
  }

  /** Hangs up. */
  destroy(): void {
    this.#fail(new MailError('connection-lost', 'closed by us'));
  }

  /** Runs one nodemailer call: its callback, a dead link or `signal` settle it, whichever comes first. */
  async #operation<T>(
    signal: AbortSignal | undefined,
    start: (done: (error: Error | null | undefined, value?: T) => void) => void,
  ): Promise<T | undefined> {
    if (this.#failure) throw this.#failure;
    const stop = () => {
      this.#fail(new MailError('stopping', 'interrupted'));
    };
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await new Promise<T | undefined>((resolve, reject) => {
        this.#reject = reject;
        if (this.#failure) reject(this.#failure);
        else
          start((error, value) => {
            if (error) reject(this.#explain(error));
            else resolve(value);
          });
      });
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#reject = undefined;
      this.#deadline.stop();
    }
  }

  /** nodemailer's transaction log: AUTH lines arrive masked, and nothing of this is logged by us. */
  #overhear(what: string | undefined, line: string): void {
    if (what === 'client') {
      this.#isHandshaking = false;
      this.#transcript.command(line);
      this.#deadline.start('command', phaseLimitsMs.command);
    } else if (what === 'server') {
      const stage = this.#transcript.reply(line);
      if (stage === 'malformed' || stage === 'unexpected') {
        this.#fail(
          new MailError('reply-invalid', `${stage} reply: ${displayReply(line)}`, {
            details: { reply: displayReply(line) },
          }),
        );
      } else if (stage === 'starttls' && isPositive(line)) {
        this.#isHandshaking = true;
        this.#deadline.start('handshake', phaseLimitsMs.handshake);
      } else if (stage !== 'final' && this.#transcript.isWaiting && this.#transcript.stage !== 'final') {
        this.#deadline.extend(phaseLimitsMs.command);
      }
    }
  }

  #explain(error: Error): Error {
    if (this.#failure) return this.#failure;
    const refusal = this.#transcript.refusal;
    if (refusal?.stage === 'starttls' && !this.extensions.hasStartTls)
      return new MailError('tls-not-offered', 'server offers no STARTTLS', { cause: error });
    if (refusal) return new SmtpRefusal(refusal.stage, refusal.reply);
    const { code, originalCode } = error as { readonly code?: unknown; readonly originalCode?: unknown };
    if (code === 'EPROTOCOL') return new MailError('reply-invalid', error.message, { cause: error });
    // nodemailer keeps the system's code beside its own; net/ knows the system's.
    const plain = Object.assign(
      new Error(error.message, { cause: error }),
      typeof originalCode === 'string' ? { code: originalCode } : {},
    );
    return classifyNetworkError(plain, this.#isHandshaking ? 'tls-failed' : 'connection-lost', this.#clock.nowMs());
  }

  #fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#deadline.stop();
    this.#reject?.(error);
    this.#connection?.close();
    this.#socket.destroy();
  }
}

/** The dialler has its own time-out; the injected clock has the last word, and `signal` ends it. */
async function dial(
  target: LinkTarget,
  {
    dialer,
    clock,
    signal,
  }: { readonly dialer: Dialer; readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<Socket> {
  const cut = new AbortController();
  let cause = new MailError('stopping', 'interrupted');
  const stop = () => {
    cut.abort(cause);
  };
  const deadline = new PhaseDeadline(clock, () => {
    cause = new MailError('connect-timeout', 'no connection in time');
    stop();
  });
  if (signal?.aborted === true) throw cause;
  signal?.addEventListener('abort', stop, { once: true });
  deadline.start('connect', phaseLimitsMs.connect);
  try {
    return await dialer.dial({
      host: target.host,
      port: target.port,
      timeoutMs: phaseLimitsMs.connect,
      signal: cut.signal,
    });
  } catch (error) {
    throw cut.signal.aborted ? cause : classifyNetworkError(error, 'connect-failed');
  } finally {
    deadline.stop();
    signal?.removeEventListener('abort', stop);
  }
}
