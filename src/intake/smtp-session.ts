/** One SMTP connection from log-in to message; its manners are in `smtp-manners.ts`. */
import { type SMTPServerDataStream } from 'smtp-server';
import { MailError, toMailError, withSignals, type IncomingJob } from '../core/index.ts';
import { acceptMessage } from './accept-message.ts';
import { watchData } from './data-watch.ts';
import { headerOutline } from './dialogue-recorder.ts';
import { maxLoginFailures } from './login.ts';
import { SmtpManners, type Done } from './smtp-manners.ts';
import { SmtpWire } from './smtp-wire.ts';
import { UnfinishedMessage } from './unfinished-message.ts';

/** An SMTP connection of one listener. */
export class SmtpSession extends SmtpManners {
  #loginFailures = 0;
  /** Room in the spool for the message whose DATA is being answered. */
  #job: IncomingJob | undefined;
  /** The message under way; resolves when its reply is decided. */
  #receiving: Promise<void> | undefined;

  /** The whole message is here, and whether we own it is being decided. */
  override get isInDotPhase(): boolean {
    return this.#receiving !== undefined && this._parser instanceof SmtpWire && !this._parser._dataMode;
  }

  /**
   * Ends the connection from our side, as stop() does.
   * @returns when a message in its dot phase is decided and its reply written
   */
  async dismiss(): Promise<void> {
    if (this.isInDotPhase) await this.#receiving;
    this.refuse(new MailError('stopping', 'intake stops'));
  }

  /** Who may hand in mail without a log-in. @throws MailError `printer-login-needed` */
  assertLoggedIn(): void {
    if (this.terms.isTrusted || this.session.user) return;
    throw new MailError('printer-login-needed', 'MAIL without a log-in');
  }

  /** Decides about user and password; a failure is answered late, and the fifth ends the connection (T8). */
  logIn(
    given: { readonly user: string; readonly password: string },
    callback: (error: Error | null, response?: { readonly user: string }) => void,
  ): void {
    const { isTrusted } = this.terms;
    const decide = async () => {
      if (isTrusted || (await this.deps.checkLogin(given))) {
        this.deps.delays.noteSuccess(this.remoteAddress);
        callback(null, { user: 'printer' });
        return;
      }
      const error = this.refusal(new MailError('printer-login-refused', 'user name or password is wrong'));
      await this.deps.clock.sleep(this.deps.delays.noteFailure(this.remoteAddress), {
        signal: this.deadlineSignal,
      });
      if (++this.#loginFailures >= maxLoginFailures) this.send(421, '4.7.0 Too many failed log-ins');
      else callback(error);
    };
    void decide().catch((error: unknown) => {
      // The deadline ended the wait, and has said so; or the password cannot be read at the moment.
      if (!this._closed && !this._closing) callback(this.refusal(toMailError(error)));
    });
  }

  override handler_MAIL(command: Buffer, callback: Done): void {
    super.handler_MAIL(command, () => {
      if (this.session.envelope.mailFrom) this.arm(this.terms.limits.transactionMs);
      callback();
    });
  }

  override handler_DATA(command: Buffer, callback: Done): void {
    if (this.isInputWaiting()) {
      this.cutOff('unauthorised-pipelining');
      return;
    }
    const { mailFrom, rcptTo } = this.session.envelope;
    if (mailFrom === false || rcptTo.length === 0) {
      if (mailFrom !== false) this.refuse(new MailError('no-recipients', 'DATA without accepted recipients'));
      else this.send(503, '5.5.1 Say MAIL first');
      callback();
      return;
    }
    // Room is asked for before 354: a full queue is said before 50 MB were sent in vain.
    void this.deps.sink
      .begin({ declaredSizeBytes: this.#declaredSizeBytes() })
      .then((job) => {
        if (this._closing || this._closed) return job.abort();
        // Asked again: this is the moment at which a body must not have come yet.
        if (this.isInputWaiting()) {
          this.cutOff('unauthorised-pipelining');
          return job.abort();
        }
        this.#job = job;
        if (this._parser instanceof SmtpWire)
          this._parser.unfinished = this.terms.quirk.dotSilenceMs === undefined ? undefined : new UnfinishedMessage();
        super.handler_DATA(command, callback);
        return undefined;
      })
      .catch(async (error: unknown) => {
        await this.#job?.abort();
        this.#job = undefined;
        this.refuse(toMailError(error));
        callback();
      });
  }

  /** Takes the message; `reply` gets the text after `250 2.6.0`, or an error with the whole reply. */
  receive(stream: SMTPServerDataStream, reply: (error: Error | null, message?: string) => void): void {
    const job = this.#job;
    this.#job = undefined;
    const { envelope } = this.session;
    const over = new AbortController();
    const startBytes = this.#watch(over.signal);
    this.#receiving = acceptMessage(
      {
        source: stream,
        envelope: {
          reversePath: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          forwardPaths: envelope.rcptTo.map((recipient) => recipient.address),
        },
        door: this.deps.door,
        client: this.client,
        trace: {
          helo: this.session.hostNameAppearsAs,
          address: this.remoteAddress,
          protocol: this.#protocol,
        },
        headerCharset: this.terms.quirk.charset,
      },
      {
        ...this.deps,
        limits: this.deps.messageLimits(),
        hasSmtpUtf8: this.deps.hasSmtpUtf8(),
        sink: {
          begin: () => (job ? Promise.resolve(job) : Promise.reject(new MailError('internal', 'DATA without room'))),
        },
        onHeader: (block) => {
          this.dialogue.noted(headerOutline(block));
        },
        onMended: (mended) => {
          this.deps.onMended(this.remoteAddress, mended);
          this.dialogue.noted(`mended: ${String(mended.bareLineEnds)} bare line ends, ${String(mended.nuls)} NUL`);
        },
      },
    )
      .then(
        ({ queueId }) => {
          this.forgive();
          this.arm(this.terms.limits.untilMailMs);
          this.terms.client.facts.accepted++;
          this.#noteMessage(startBytes);
          reply(null, `Accepted as ${queueId}`);
        },
        (error: unknown) => {
          // The rest of the message is read and forgotten: the reply belongs after the final dot. The deadline of the
          // transaction stays.
          stream.resume();
          this.#noteMessage(startBytes);
          reply(this.refusal(toMailError(error)));
        },
      )
      .finally(() => {
        over.abort('over');
        this.#receiving = undefined;
      });
  }

  /** RFC 3848, for the Received line. A log-in that proves nothing is not mentioned. */
  get #protocol(): 'SMTP' | 'ESMTP' | 'ESMTPS' | 'ESMTPSA' {
    if (this.session.openingCommand !== 'EHLO') return 'SMTP';
    if (!this.secure) return 'ESMTP';
    return this.session.user && !this.terms.isTrusted ? 'ESMTPSA' : 'ESMTPS';
  }

  /** @returns octets consumed so far */
  #watch(signal: AbortSignal): number {
    const wire = this._parser;
    if (!(wire instanceof SmtpWire)) return 0;
    const { quirk, limits } = this.terms;
    const { dotSilenceMs } = quirk;
    // Most clients need no watching: nothing is started for them.
    if (limits.leastBytesPerMinute === 0 && dotSilenceMs === undefined) return wire.consumedBytes;
    void withSignals([signal, this.deadlineSignal], (either) =>
      watchData({
        clock: this.deps.clock,
        signal: either,
        receivedBytes: () => wire.consumedBytes,
        isBlocked: () => wire.isBlocked || this.isInDotPhase,
        leastBytesPerMinute: limits.leastBytesPerMinute,
        onTooSlow: () => {
          this.tooSlow();
        },
        dot:
          dotSilenceMs === undefined
            ? undefined
            : {
                silenceMs: dotSilenceMs,
                hasSaidQuit: () => wire.hasSaidQuit,
                end: () => wire.endWithoutDot('silence'),
              },
      }),
    );
    return wire.consumedBytes;
  }

  #noteMessage(startBytes: number): void {
    const bytes = this._parser instanceof SmtpWire ? this._parser.consumedBytes - startBytes : undefined;
    this.dialogue.noted(`[${bytes === undefined ? 'message' : `${String(bytes)} octets`}]`);
  }

  #declaredSizeBytes(): number | undefined {
    const { mailFrom } = this.session.envelope;
    const size = mailFrom === false || mailFrom.args === false ? undefined : mailFrom.args['SIZE'];
    return size === undefined ? undefined : Number(size);
  }
}
