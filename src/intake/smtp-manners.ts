/**
 * smtp-server's state machine with our manners in front of it: greeting, commands, replies, time. What is overridden here
 * and why stands in the README; the members are smtp-server's own, so its version is pinned exactly.
 */
import { type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import { type SMTPServer } from 'smtp-server';
import { MailError, errorCatalogue, toMailError, type ErrorCode } from '../core/index.ts';
import { type Dialogue } from './dialogue-recorder.ts';
import { parsePathCommand } from './envelope.ts';
import { maxErrors, maxJunkCommands, maxRecipientOvershoot } from './limits.ts';
import { type ClientTerms, type ListenerDeps } from './smtp-listener.ts';
import { SmtpWire } from './smtp-wire.ts';

/** smtp-server's callback: the command is answered. */
export type Done = () => void;

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

/** An SMTP connection up to its messages. */
export abstract class SmtpManners extends SMTPConnection {
  protected readonly deps: ListenerDeps;
  protected readonly terms: ClientTerms;
  protected readonly dialogue: Dialogue;
  #errors = 0;
  #isSayingEhlo = false;
  /** The first command, come before the greeting from a printer that is known to do so. */
  #early: Done | undefined;
  #isFirstCommand = true;
  #junkCommands = 0;
  #overshoot = 0;
  #deadline = new AbortController();

  constructor(
    server: SMTPServer,
    socket: Socket,
    options: SMTPConnectionOptions | null | undefined,
    deps: ListenerDeps,
    terms: ClientTerms,
  ) {
    super(server, socket, options);
    this.deps = deps;
    this.terms = terms;
    this.dialogue = terms.client.dialogue;
    this.#noteTls();
  }

  /** Address and HELO name, as jobs and the log name this client. */
  get client(): string {
    return typeof this.hostNameAppearsAs === 'string'
      ? `${this.remoteAddress} ${this.hostNameAppearsAs}`
      : this.remoteAddress;
  }

  /** The whole message is here, and whether we own it is being decided. */
  abstract get isInDotPhase(): boolean;

  /** Aborts when the present deadline is over, replaced or no longer needed. */
  protected get deadlineSignal(): AbortSignal {
    return this.#deadline.signal;
  }

  /** A message was taken: what went wrong before it no longer counts (T8). */
  protected forgive(): void {
    this.#errors = this.#junkCommands = this.#overshoot = 0;
  }

  /** Greets without smtp-server's 100 ms: a turn of the event loop tells who talks too soon. */
  override init(): void {
    this._setListeners(() => {
      this.connectionReady();
    });
  }

  override _sendGreeting(): void {
    if (this._closing || this._closed) return;
    if (this._socket.bytesRead > 0 && this.terms.quirk.isJunkDropped !== true) {
      this.cutOff('unauthorised-pipelining');
      return;
    }
    super._sendGreeting();
    this.arm(this.terms.limits.untilMailMs);
    const early = this.#early;
    this.#early = undefined;
    early?.();
  }

  /** The client is gone, or is sent away: nothing waits any longer. */
  override _onClose(): void {
    this.#deadline.abort('closed');
    super._onClose();
    this.dialogue.noted('closed');
    this.terms.onClosed();
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
    // FIN: a printer that never sends the dot may have sent all the rest.
    wire.on('finish', () => wire.endWithoutDot('closed'));
    wire.on('error', () => {
      this.send(500, '5.5.2 Command line too long');
      this.close();
    });
    return wire;
  }

  override _onCommand(received: Buffer, callback?: Done): void {
    const next = callback ?? (() => undefined);
    if (!this._ready) {
      if (this.terms.quirk.isJunkDropped !== true) this.cutOff('unauthorised-pipelining');
      else
        this.#early = () => {
          this._onCommand(received, callback);
        };
      return;
    }
    const command = this.#tidied(received);
    const line = command.toString('latin1');
    const verb = (/^[^ \t:]*/.exec(line)?.[0] ?? '').toUpperCase();
    if (command.length === 0 && received.length > 0) {
      this.dialogue.noted(`${String(received.length)} octets dropped`);
      next();
      return;
    }
    // What arrives during a TLS handshake is discarded by smtp-server; it may not even be text.
    if (!this._upgrading) this.dialogue.said(line, this._nextHandler !== false);
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
      this.cutOff('unauthorised-pipelining');
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
    if (verb === 'AUTH' && !this.#mayLogIn) {
      this.refuse(new MailError('printer-login-needed', 'AUTH in clear'));
      next();
      return;
    }
    // smtp-server would stop at ten unknown commands; old firmware tries a few, and #errors counts them all.
    this._unrecognizedCommands = 0;
    super._onCommand(command, callback);
  }

  /** HELO without or with too many words, and noise in front of the first command of printers known for it. */
  #tidied(received: Buffer): Buffer {
    let command = received;
    if (this.#isFirstCommand && this.terms.quirk.isJunkDropped === true) {
      const start = received.findIndex((octet) => /[A-Za-z]/.test(String.fromCharCode(octet)));
      command = start < 0 ? Buffer.alloc(0) : received.subarray(start);
    }
    if (command.length > 0) this.#isFirstCommand = false;
    const [, verb, argument = ''] = /^(HELO|EHLO)(?:[ \t]+(.*))?$/i.exec(command.toString('latin1')) ?? [];
    if (verb === undefined) return command;
    const name = argument.trim().replace(/\s+/g, '-');
    return Buffer.from(`${verb} ${name === '' ? `[${this.remoteAddress}]` : name}`, 'latin1');
  }

  /** T10: a password is taken over TLS only. Trusted clients have none to lose: any will do. */
  get #mayLogIn(): boolean {
    return this.terms.isTrusted || this.secure;
  }

  override _isDisabled(command: string): boolean {
    if (command !== 'AUTH') return super._isDisabled(command);
    return !this.#mayLogIn || (this.#isSayingEhlo && this.terms.quirk.isAuthHidden === true);
  }

  override handler_EHLO(command: Buffer, callback: Done): void {
    this.#isSayingEhlo = true;
    super.handler_EHLO(command, callback);
    this.#isSayingEhlo = false;
    this.#noteHelo();
  }

  override handler_HELO(command: Buffer, callback: Done): void {
    super.handler_HELO(command, callback);
    this.#noteHelo();
  }

  /** T3: whatever came in clear behind STARTTLS was meant to be read as if it came by TLS. */
  override handler_STARTTLS(command: Buffer, callback: Done): void {
    if (!this.secure && this.isInputWaiting()) {
      this.cutOff('unauthorised-pipelining');
      return;
    }
    super.handler_STARTTLS(command, callback);
  }

  /** The TLS session stands. */
  noteSecure(): void {
    this.#noteTls();
  }

  #noteTls(): void {
    if (!(this._socket instanceof TLSSocket)) return;
    const { facts } = this.terms.client;
    facts.tls = this._socket.getProtocol() ?? undefined;
    this.dialogue.noted(`${facts.tls ?? 'TLS'} ${this._socket.getCipher().name}`);
  }

  #noteHelo(): void {
    if (typeof this.hostNameAppearsAs === 'string') this.terms.client.facts.helo = this.hostNameAppearsAs.slice(0, 255);
  }

  /** The one place all replies pass. */
  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    const reworded = typeof context === 'string' ? rewordedRefusals[context] : undefined;
    if (reworded !== undefined && code >= 400) {
      this.refuse(new MailError(reworded, 'refused by limit'));
      return;
    }
    // Our own texts bring their status; smtp-server would put a general one in front.
    const text = code === 334 && typeof data === 'string' ? this.#prompt(data) : data;
    this.#say(code, text, typeof text === 'string' && enhancedStatus.test(text) ? false : context);
    if (code < 400 || code === 421) return;
    const isOvershoot =
      code === 452 &&
      typeof data === 'string' &&
      data.startsWith('4.5.3') &&
      ++this.#overshoot <= maxRecipientOvershoot;
    if (!isOvershoot && ++this.#errors >= maxErrors) this.#say(421, '4.7.0 Too many errors', false);
  }

  #say(code: number, data: string | string[] | null | undefined, context: string | false | undefined): void {
    // Whoever is being closed hears nothing more.
    if (!this._closing && !this._closed) this.#record(code, data, context);
    super.send(code, data, context);
  }

  #record(code: number, data: string | string[] | null | undefined, context: string | false | undefined): void {
    const status = this._getEnhancedStatusCode(code, context);
    const lines = (Array.isArray(data) ? data : [data ?? '']).map(
      (line) => `${status === '' ? '' : `${status} `}${line}`,
    );
    for (const [index, line] of lines.entries())
      this.dialogue.replied(`${String(code)}${index < lines.length - 1 ? '-' : ' '}${line}`);
    if (code >= 400)
      this.terms.client.facts.lastRefusal = {
        reply: `${String(code)} ${lines.join(' ')}`,
        atMs: this.deps.clock.nowMs(),
      };
  }

  /** AUTH LOGIN asks in the words this printer knows. */
  #prompt(text: string): string {
    const { loginPrompts } = this.terms.quirk;
    if (text === 'VXNlcm5hbWU6') return loginPrompts?.user ?? text;
    return text === 'UGFzc3dvcmQ6' ? (loginPrompts?.password ?? text) : text;
  }

  override _parseAddressCommand(
    rawName: string,
    rawCommand: Buffer | string,
  ): ReturnType<SMTPConnection['_parseAddressCommand']> {
    return parsePathCommand(rawName === 'mail from' ? rawName : 'rcpt to', rawCommand) ?? false;
  }

  /** An error for smtp-server's hooks: our reply, logged. */
  hookRefusal(error: unknown): Error {
    return this.refusal(toMailError(error));
  }

  protected refusal(error: MailError): Error & { responseCode: number } {
    const reply = error.smtpReply;
    this.deps.log.refused({ client: this.client, door: this.deps.door, reply, code: error.code });
    if (error.code === 'internal') this.deps.log.fault('intake', error);
    return Object.assign(new Error(reply.slice(4)), { responseCode: errorCatalogue[error.code].replyCode });
  }

  protected refuse(error: MailError): void {
    const { responseCode, message } = this.refusal(error);
    this.send(responseCode, message);
  }

  protected cutOff(code: ErrorCode): void {
    this.refuse(new MailError(code, 'client does not keep the order of the dialogue'));
    this.close();
  }

  #answer(code: number, text: string, next: Done): void {
    this.send(code, text);
    next();
  }

  /** Octets arrived that nobody asked for: in the socket, queued for the parser, or behind the line in hand. */
  protected isInputWaiting(): boolean {
    // Under TLS both count decrypted octets, from the handshake on.
    return this._parser instanceof SmtpWire && this._socket.bytesRead > this._parser.consumedBytes;
  }

  /** Starts a new deadline in place of the present one (T7: an idle time alone is renewed by every octet). */
  protected arm(waitMs: number): void {
    this.#deadline.abort('renewed');
    if (this._closed || this._closing) return;
    const deadline = new AbortController();
    this.#deadline = deadline;
    void this.deps.clock.sleep(waitMs, { signal: deadline.signal }).then(
      () => {
        this.tooSlow();
      },
      () => undefined,
    );
  }

  protected tooSlow(): void {
    // In the dot phase it is we who are slow, and a 421 would make the client send again what we may own.
    if (!this.isInDotPhase) this.send(421, '4.4.2 Too slow; try again later');
  }
}
