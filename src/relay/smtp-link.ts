/** One SMTP session to the smarthost. nodemailer ends at this file's door. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { MailError, type Clock, type Dialer } from '../core/index.ts';
import { classifyNetworkError, isTunnelled, issuerOf, withIssuer } from '../net/index.ts';
import type { MessageSource } from './message-source.ts';
import { dial, phaseLimitsMs, type LinkTarget } from './dial.ts';
import { linkTls, type LinkTls } from './link-tls.ts';
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

/** nodemailer's timers, out of the way: the largest a timer can hold (24 days). */
const outOfReachMs = 2_147_483_647;
/** F41 */
const maxReplyBytes = 64 * 1024;
/** Our name for the handler below; as `XOAUTH2` nodemailer would prefer LOGIN, which Exchange lists first. */
const authHandler = 'MFP-XOAUTH2';

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
  readonly #tls: LinkTls;
  #connection: SMTPConnection | undefined;
  #failure: Error | undefined;
  #reject: ((error: Error) => void) | undefined;
  #token = '';
  #isHandshaking = false;
  #issuer: () => string | undefined = () => undefined;
  /** Octets since STARTTLS was said, in clear. */
  #clearText = '';
  /** Messages sent over this link. */
  messages = 0;
  /** Nothing of a transaction is left on the server: a message that was accepted ends in this state (RFC 5321 4.1.1.4). */
  #isClean = true;
  /** Resolves when what came of the last accepted message is on disk; the next MAIL waits for it. */
  recorded: Promise<unknown> = Promise.resolve();

  private constructor(socket: Socket, clock: Clock, tls: LinkTls) {
    this.#socket = socket;
    this.#tls = tls;
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
    const link = new SmtpLink(socket, clock, linkTls(target));
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
  /** False: RSET is due before the next MAIL. */
  get isClean(): boolean {
    return this.#isClean;
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
    const connection = new Connection({
      host: target.host,
      port: target.port,
      connection: this.#socket,
      name: target.heloName,
      secure: target.security === 'implicit',
      requireTLS: target.security === 'starttls',
      opportunisticTLS: target.security === 'starttls-if-offered',
      ignoreTLS: target.security === 'none',
      tls: this.#tls.options,
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
    this.#isHandshaking = target.security === 'implicit';
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
      if (target.security === 'implicit') this.#watchTls();
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

  /** RSET: forgets a transaction that was refused or broken off. */
  async reset(signal?: AbortSignal): Promise<void> {
    await this.#operation<boolean | undefined>(signal, (done) => {
      this.#connection?.reset(done);
    });
    this.#isClean = true;
  }

  /**
   * One mail transaction. Does not throw: what was said and where it broke off is in the result.
   * @param signal aborts at once, also while the server thinks about the final dot
   */
  async send(envelope: WireEnvelope, source: MessageSource, signal?: AbortSignal): Promise<Transaction> {
    const transaction: Transaction = { rcpt: [], isBodyStarted: false, isBodyEnded: false };
    this.#transcript.transaction = transaction;
    this.messages += 1;
    this.#isClean = false;
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
      this.#isClean = true;
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
      this.#deadline.pause();
    }
  }

  readonly #listenInClear = (octets: Buffer): void => {
    if (this.#clearText.length < maxReplyBytes) this.#clearText += octets.toString('latin1');
  };

  /** nodemailer's transaction log: AUTH lines arrive masked, and nothing of this is logged by us. */
  #overhear(what: string | undefined, line: string): void {
    if (what === 'client') {
      this.#isHandshaking = false;
      this.#transcript.command(line);
      if (this.#transcript.stage === 'starttls') this.#socket.prependListener('data', this.#listenInClear);
      this.#deadline.start('command', phaseLimitsMs.command);
    } else if (what === 'server') {
      const stage = this.#transcript.reply(line);
      if (stage === 'starttls') this.#socket.removeListener('data', this.#listenInClear);
      if (stage === 'greeting') this.#isHandshaking = false;
      if (stage === 'malformed' || stage === 'unexpected') {
        this.#fail(
          new MailError('reply-invalid', `${stage} reply: ${displayReply(line)}`, {
            details: { reply: displayReply(line) },
          }),
        );
      } else if (stage === 'starttls' && isPositive(line)) {
        // Words behind the 220 were said by whoever sits on the line; nodemailer drops them, we do not go on at all.
        if (!/^(?:[^\n]{3}-[^\n]*\n)*[^\n]{3}(?: [^\n]*)?\n$/.test(this.#clearText))
          this.#fail(new MailError('reply-invalid', 'words in clear behind the answer to STARTTLS'));
        this.#isHandshaking = true;
        this.#deadline.start('handshake', phaseLimitsMs.handshake);
        queueMicrotask(() => {
          this.#watchTls();
        });
      } else if (stage !== 'final' && this.#transcript.isWaiting && this.#transcript.stage !== 'final') {
        this.#deadline.extend(phaseLimitsMs.command);
      }
    }
  }

  /** nodemailer makes the TLS socket and keeps it to itself; without it only the issuer's name and the session are missing. */
  #watchTls(): void {
    const { _socket: socket } = (this.#connection ?? {}) as { readonly _socket?: unknown };
    if (!(socket instanceof TLSSocket)) return;
    this.#issuer = issuerOf(socket);
    this.#tls.watch(socket);
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
    const told = classifyNetworkError(
      plain,
      this.#isHandshaking ? 'tls-failed' : 'connection-lost',
      this.#clock.nowMs(),
    );
    return withIssuer(told, this.#issuer(), isTunnelled(this.#socket));
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
