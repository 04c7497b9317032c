/** One SMTP listener: smtp-server with every option said, and our sessions instead of its own. */
import { type AddressInfo, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import { MailError, type Door } from '../core/index.ts';
import { type AcceptDeps } from './accept-message.ts';
import { checkForwardPath, checkReversePath } from './envelope.ts';
import { type IntakeLimits, type ListenerConfig, type ListenerLimits } from './limits.ts';
import { SmtpSession } from './smtp-session.ts';

/** What a listener and its sessions need. */
export interface ListenerDeps extends Pick<
  AcceptDeps,
  'sink' | 'checkSender' | 'clock' | 'random' | 'log' | 'hostName'
> {
  readonly door: Door;
  readonly limits: ListenerLimits;
  readonly messageLimits: () => IntakeLimits;
  /** Refuses mail before it is sent: 4yz at MAIL. */
  readonly gate: () => MailError | undefined;
  readonly hasSmtpUtf8: () => boolean;
  readonly onMended: (address: string, mended: { readonly bareLineEnds: number; readonly nuls: number }) => void;
}

/** An SMTP listener that is not yet bound. */
export class SmtpListener extends SMTPServer {
  readonly #deps: ListenerDeps;
  readonly #sessions = new Set<SmtpSession>();
  readonly #sessionOf = new WeakMap<SMTPServerSession, SmtpSession>();

  constructor(deps: ListenerDeps) {
    super({
      name: deps.hostName,
      banner: 'mfp-mail-agent',
      // The usual reply names the client's address to the client; there is nothing in it for either.
      heloResponse: '%s',
      secure: false,
      // Without a certificate of its own smtp-server would offer STARTTLS with a published private key.
      disabledCommands: [
        'STARTTLS',
        'XCLIENT',
        'XFORWARD',
        'WIZ',
        'SHELL',
        'KILL',
        'LHLO',
        'HELP',
        ...(deps.limits.isPlainAuthOffered ? [] : ['AUTH']),
      ],
      hideSTARTTLS: true,
      authMethods: ['PLAIN', 'LOGIN'],
      authOptional: true,
      allowInsecureAuth: deps.limits.isPlainAuthOffered,
      disableReverseLookup: true,
      hideENHANCEDSTATUSCODES: false,
      hideDSN: true,
      hideREQUIRETLS: true,
      useProxy: false,
      useXClient: false,
      useXForward: false,
      // Ours: smtp-server counts the same, but answers without status and without our log.
      maxClients: Infinity,
      // Long enough for an AUTH line (RFC 4954 4), short enough to hold in memory.
      maxCommandLength: 12_288,
      socketTimeout: deps.limits.idleMs,
      logger: false,
      // Getters: settings and the smarthost change while connections are open.
      get size() {
        return deps.messageLimits().maxMessageBytes;
      },
      get maxRecipients() {
        return deps.messageLimits().maxRecipients;
      },
      get hideSMTPUTF8() {
        return !deps.hasSmtpUtf8();
      },
    });
    this.#deps = deps;
    // Errors of one connection end that connection; whoever was sending knows from the missing 250.
    this.on('error', (error) => {
      deps.log.notice('intake connection failed', { door: deps.door, error: error.message });
    });
  }

  /**
   * Binds.
   * @throws MailError `port-unavailable` if the address or port cannot be had
   */
  async open({ host, port }: Pick<ListenerConfig, 'host' | 'port'>): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port, exclusive: true }, () => {
        this.server.off('error', reject);
        resolve();
      });
    }).catch((error: unknown) => {
      throw new MailError('port-unavailable', `cannot listen on ${host} port ${String(port)}`, {
        cause: error,
        details: { hint: `port ${String(port)} is in use or not allowed` },
      });
    });
  }

  address(): { readonly address: string; readonly port: number } {
    const { address, port } = this.server.address() as AddressInfo;
    return { address, port };
  }

  /**
   * Takes no more connections and ends those there are: at once, but a message whose final dot has come is decided
   * first.
   * @param signal when it aborts, whatever is still open is cut
   */
  async shut(signal: AbortSignal): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
    const cut = () => {
      for (const session of this.#sessions) session.destroy();
    };
    signal.addEventListener('abort', cut, { once: true });
    await Promise.race([
      Promise.all([...this.#sessions].map((session) => session.dismiss())),
      new Promise<void>((resolve) => {
        signal.addEventListener(
          'abort',
          () => {
            resolve();
          },
          { once: true },
        );
      }),
    ]);
    // The replies are with the kernel; a client that does not hang up gains nothing by waiting.
    for (const session of this.#sessions) session._socket.destroySoon();
    await closed;
    signal.removeEventListener('abort', cut);
  }

  override connect(socket: Socket, options?: SMTPConnectionOptions | null): void {
    const session = new SmtpSession(this, socket, options, this.#deps);
    this.connections.add(session);
    this.#sessions.add(session);
    this.#sessionOf.set(session.session, session);
    socket.once('close', () => {
      this.#sessions.delete(session);
    });
    session.on('error', (error: Error) => {
      this._onError(error);
    });
    session.init();
  }

  /** Any credentials do: firmware that insists on AUTH gets its 235. They are neither kept nor logged (README). */
  override onAuth(...[, , callback]: Parameters<SMTPServer['onAuth']>): void {
    callback(null, { user: 'firmware' });
  }

  override onMailFrom(...[path, session, callback]: Parameters<SMTPServer['onMailFrom']>): void {
    this.#decide(session, callback, () => {
      const refusal = this.#deps.gate();
      if (refusal) throw refusal;
      path.address = checkReversePath(path.address);
    });
  }

  override onRcptTo(...[path, session, callback]: Parameters<SMTPServer['onRcptTo']>): void {
    this.#decide(session, callback, () => {
      path.address = checkForwardPath(path.address, this.#deps.hasSmtpUtf8());
    });
  }

  override onData(...[stream, session, callback]: Parameters<SMTPServer['onData']>): void {
    this.#sessionOf.get(session)?.receive(stream, callback);
  }

  #decide(session: SMTPServerSession, callback: (error?: Error | null) => void, check: () => void): void {
    let error: Error | undefined;
    try {
      check();
    } catch (refusal) {
      error = this.#sessionOf.get(session)?.hookRefusal(refusal) ?? (refusal as Error);
    }
    callback(error);
  }
}
