/**
 * One SMTP connection: smtp-server's state machine with our manners in front of it. What is overridden here and why
 * stands in the README; the members are smtp-server's own, so its version is pinned exactly.
 */
import { type Socket } from 'node:net';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import { type SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { MailError, errorCatalogue, toMailError, type ErrorCode, type IncomingJob } from '../core/index.ts';
import { acceptMessage } from './accept-message.ts';
import { parsePathCommand } from './envelope.ts';
import { maxErrors, maxJunkCommands, maxRecipientOvershoot } from './limits.ts';
import { type ListenerDeps } from './smtp-listener.ts';
import { SmtpWire } from './smtp-wire.ts';

type Done = () => void;

/** Commands that are legal and bring no mail forward (T8). */
const junkCommands: ReadonlySet<string> = new Set(['NOOP', 'RSET', 'VRFY', 'EXPN', 'HELP', 'HELO', 'EHLO', 'AUTH']);
/** smtp-server refuses these by itself; the client hears our catalogue instead. */
const rewordedRefusals: Readonly<Record<string, ErrorCode>> = {
  MESSAGE_TOO_BIG: 'message-too-large',
  TOO_MANY_RECIPIENTS: 'too-many-recipients',
};
const enhancedStatus = /^[245]\.\d{1,3}\.\d{1,3} /;
/** The first line of any HTTP request, whatever its target looks like (T12). */
const httpRequest = /^[A-Za-z]{3,20} \S+ HTTP\/\d/;

/** An SMTP connection of one listener. */
export class SmtpSession extends SMTPConnection {
  readonly #deps: ListenerDeps;
  #errors = 0;
  #junkCommands = 0;
  #overshoot = 0;
  /** Room in the spool for the message whose DATA is being answered. */
  #job: IncomingJob | undefined;
  /** The message under way; resolves when its reply is decided. */
  #receiving: Promise<void> | undefined;
  #deadline = new AbortController();

  constructor(
    server: SMTPServer,
    socket: Socket,
    options: SMTPConnectionOptions | null | undefined,
    deps: ListenerDeps,
  ) {
    super(server, socket, options);
    this.#deps = deps;
  }

  /** Address and HELO name, as jobs and the log name this client. */
  get client(): string {
    return typeof this.hostNameAppearsAs === 'string'
      ? `${this.remoteAddress} ${this.hostNameAppearsAs}`
      : this.remoteAddress;
  }

  /** The whole message is here, and whether we own it is being decided. */
  get isInDotPhase(): boolean {
    return this.#receiving !== undefined && this._parser instanceof SmtpWire && !this._parser._dataMode;
  }

  /** Greets without smtp-server's 100 ms: on loopback a turn of the event loop tells who talks too soon. */
  override init(): void {
    this._setListeners(() => {
      const { limits, clock, hostName } = this.#deps;
      if (this._server.connections.size > limits.maxConnections) {
        this.send(421, `4.3.2 ${hostName} has too many connections; try again later`);
        return;
      }
      if (limits.greetingPauseMs === 0) this.connectionReady();
      else {
        void clock.sleep(limits.greetingPauseMs, { signal: this.#deadline.signal }).then(
          () => {
            this.connectionReady();
          },
          () => undefined,
        );
      }
    });
  }

  override _sendGreeting(): void {
    if (this._closing || this._closed) return;
    if (this._socket.bytesRead > 0) {
      this.#cutOff('unauthorised-pipelining');
      return;
    }
    super._sendGreeting();
    this.#arm(this.#deps.limits.untilMailMs);
  }

  /** The client is gone, or is sent away: nothing waits any longer. */
  override _onClose(): void {
    this.#deadline.abort();
    super._onClose();
  }

  /**
   * Ends the connection from our side, as stop() does.
   * @returns when a message in its dot phase is decided and its reply written
   */
  async dismiss(): Promise<void> {
    if (this.isInDotPhase) await this.#receiving;
    this.#refuse(new MailError('stopping', 'intake stops'));
  }

  destroy(): void {
    this._socket.destroy();
  }

  // Called while the base class is being constructed: nothing of ours exists yet.
  override _createParser(): SmtpWire {
    const wire = new SmtpWire({ maxCommandLength: this._server.options.maxCommandLength });
    wire.oncommand = (command, callback) => {
      this._onCommand(command, callback);
    };
    wire.on('error', () => {
      this.send(500, '5.5.2 Command line too long');
      this.close();
    });
    return wire;
  }

  override _onCommand(command: Buffer, callback?: Done): void {
    const next = callback ?? (() => undefined);
    const line = command.toString('latin1');
    const verb = (/^[^ \t:]*/.exec(line)?.[0] ?? '').toUpperCase();
    if (!this._ready) {
      this.#cutOff('unauthorised-pipelining');
      return;
    }
    if (httpRequest.test(line)) {
      this.send(421, '4.7.0 This is not a web server');
      return;
    }
    // Answers to an AUTH challenge are no commands.
    if (this._nextHandler) {
      super._onCommand(command, callback);
      return;
    }
    // A chunk we never offered to take would be read as commands.
    if (verb === 'BDAT') {
      this.#cutOff('unauthorised-pipelining');
      return;
    }
    if (junkCommands.has(verb) && ++this.#junkCommands > maxJunkCommands) {
      this.send(421, '4.7.0 Too many commands without mail');
      return;
    }
    if (/[\x00-\x08\x0a-\x1f\x7f]/.test(line)) {
      this.#answer(500, '5.5.2 Control characters in command', next);
      return;
    }
    if (verb === 'VRFY') {
      this.#answer(252, '2.5.0 Addresses are not verified here', next);
      return;
    }
    if (verb === 'EXPN') {
      this.#answer(502, '5.5.1 Not implemented', next);
      return;
    }
    // smtp-server would stop at ten unknown commands; old firmware tries a few, and #errors counts them all.
    this._unrecognizedCommands = 0;
    super._onCommand(command, callback);
  }

  /** The one place all replies pass. */
  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    const reworded = typeof context === 'string' ? rewordedRefusals[context] : undefined;
    if (reworded !== undefined && code >= 400) {
      this.#refuse(new MailError(reworded, 'refused by limit'));
      return;
    }
    // Our own texts bring their status; smtp-server would put a general one in front.
    super.send(code, data, typeof data === 'string' && enhancedStatus.test(data) ? false : context);
    if (code < 400 || code === 421) return;
    const isOvershoot =
      code === 452 &&
      typeof data === 'string' &&
      data.startsWith('4.5.3') &&
      ++this.#overshoot <= maxRecipientOvershoot;
    if (!isOvershoot && ++this.#errors >= maxErrors) super.send(421, '4.7.0 Too many errors', false);
  }

  override _parseAddressCommand(
    rawName: string,
    rawCommand: Buffer | string,
  ): ReturnType<SMTPConnection['_parseAddressCommand']> {
    return parsePathCommand(rawName === 'mail from' ? rawName : 'rcpt to', rawCommand) ?? false;
  }

  override handler_MAIL(command: Buffer, callback: Done): void {
    super.handler_MAIL(command, () => {
      if (this.session.envelope.mailFrom) this.#arm(this.#deps.limits.transactionMs);
      callback();
    });
  }

  override handler_DATA(command: Buffer, callback: Done): void {
    if (this.#isInputWaiting()) {
      this.#cutOff('unauthorised-pipelining');
      return;
    }
    const { mailFrom, rcptTo } = this.session.envelope;
    if (mailFrom === false || rcptTo.length === 0) {
      if (mailFrom !== false) this.#refuse(new MailError('no-recipients', 'DATA without accepted recipients'));
      else this.send(503, '5.5.1 Say MAIL first');
      callback();
      return;
    }
    // Room is asked for before 354: a full queue is said before 50 MB were sent in vain.
    void this.#deps.sink
      .begin({ declaredSizeBytes: this.#declaredSizeBytes() })
      .then((job) => {
        if (this._closing || this._closed) return job.abort();
        // Asked again: this is the moment at which a body must not have come yet.
        if (this.#isInputWaiting()) {
          this.#cutOff('unauthorised-pipelining');
          return job.abort();
        }
        this.#job = job;
        super.handler_DATA(command, callback);
        return undefined;
      })
      .catch(async (error: unknown) => {
        await this.#job?.abort();
        this.#job = undefined;
        this.#refuse(toMailError(error));
        callback();
      });
  }

  /** Takes the message; `reply` gets the text after `250 2.6.0`, or an error with the whole reply. */
  receive(stream: SMTPServerDataStream, reply: (error: Error | null, message?: string) => void): void {
    const job = this.#job;
    this.#job = undefined;
    const { envelope, openingCommand } = this.session;
    this.#receiving = acceptMessage(
      {
        source: stream,
        envelope: {
          reversePath: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          forwardPaths: envelope.rcptTo.map((recipient) => recipient.address),
        },
        door: this.#deps.door,
        client: this.client,
        trace: {
          helo: this.session.hostNameAppearsAs,
          address: this.remoteAddress,
          protocol: openingCommand === 'EHLO' ? 'ESMTP' : 'SMTP',
        },
      },
      {
        ...this.#deps,
        limits: this.#deps.messageLimits(),
        hasSmtpUtf8: this.#deps.hasSmtpUtf8(),
        sink: {
          begin: () => (job ? Promise.resolve(job) : Promise.reject(new MailError('internal', 'DATA without room'))),
        },
        onMended: (mended) => {
          this.#deps.onMended(this.remoteAddress, mended);
        },
      },
    )
      .then(
        ({ queueId }) => {
          this.#errors = this.#junkCommands = this.#overshoot = 0;
          this.#arm(this.#deps.limits.untilMailMs);
          reply(null, `Accepted as ${queueId}`);
        },
        (error: unknown) => {
          // The rest of the message is read and forgotten: the reply belongs after the final dot. The deadline of the
          // transaction stays.
          stream.resume();
          reply(this.#refusal(toMailError(error)));
        },
      )
      .finally(() => {
        this.#receiving = undefined;
      });
  }

  /** An error for smtp-server's hooks: our reply, logged. */
  hookRefusal(error: unknown): Error {
    return this.#refusal(toMailError(error));
  }

  #refusal(error: MailError): Error & { responseCode: number } {
    const reply = error.smtpReply;
    this.#deps.log.refused({ client: this.client, door: this.#deps.door, reply, code: error.code });
    if (error.code === 'internal') this.#deps.log.fault('intake', error);
    return Object.assign(new Error(reply.slice(4)), { responseCode: errorCatalogue[error.code].replyCode });
  }

  #refuse(error: MailError): void {
    const { responseCode, message } = this.#refusal(error);
    this.send(responseCode, message);
  }

  #cutOff(code: ErrorCode): void {
    this.#refuse(new MailError(code, 'client does not keep the order of the dialogue'));
    this.close();
  }

  #answer(code: number, text: string, next: Done): void {
    this.send(code, text);
    next();
  }

  /** Octets arrived that nobody asked for: in the socket, queued for the parser, or behind the line in hand. */
  #isInputWaiting(): boolean {
    // Counts what came by the wire: under TLS this wants the count of the decrypted stream.
    return this._parser instanceof SmtpWire && this._socket.bytesRead > this._parser.consumedBytes;
  }

  #declaredSizeBytes(): number | undefined {
    const { mailFrom } = this.session.envelope;
    const size = mailFrom === false || mailFrom.args === false ? undefined : mailFrom.args['SIZE'];
    return size === undefined ? undefined : Number(size);
  }

  /** Starts a new deadline in place of the present one (T7: an idle time alone is renewed by every octet). */
  #arm(waitMs: number): void {
    this.#deadline.abort();
    if (this._closed || this._closing) return;
    const deadline = new AbortController();
    this.#deadline = deadline;
    void this.#deps.clock.sleep(waitMs, { signal: deadline.signal }).then(
      () => {
        // In the dot phase it is we who are slow, and a 421 would make the client send again what we may own.
        if (!this.isInDotPhase) this.send(421, '4.4.2 Too slow; try again later');
      },
      () => undefined,
    );
  }
}
