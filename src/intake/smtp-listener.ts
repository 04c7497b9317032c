/** One SMTP listener: smtp-server with every option said, and our sessions instead of its own. */
import { type Socket } from 'node:net';
import { DEFAULT_CIPHERS } from 'node:tls';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import { MailError, type Door } from '../core/index.ts';
import { type AcceptDeps } from './accept-message.ts';
import { type ConnectionBudget } from './connection-budget.ts';
import { type DialogueRecorder } from './dialogue-recorder.ts';
import { checkForwardPath, checkRecipientDomain, checkReversePath } from './envelope.ts';
import {
  handshakeMs,
  idleMs,
  patientLimits,
  strangerLimits,
  type ClientLimits,
  type IntakeLimits,
  type ListenerConfig,
  type TlsIdentity,
} from './limits.ts';
import { type LoginCheck, type LoginDelays } from './login.ts';
import { plainAddress } from './networks.ts';
import { type Quirk } from './quirks.ts';
import { SmtpSession } from './smtp-session.ts';

/** What a listener and its sessions need. */
export interface ListenerDeps extends Pick<
  AcceptDeps,
  'sink' | 'checkSender' | 'clock' | 'random' | 'log' | 'hostName'
> {
  readonly name: ListenerConfig['name'];
  readonly door: Extract<Door, 'loopback' | 'lan'>;
  /** Shared by all listeners of the door. */
  readonly budget: ConnectionBudget;
  /** Who an address is; `refused` hears no greeting. */
  readonly admit: (address: string) => 'refused' | 'trusted' | 'stranger';
  readonly quirkOf: (address: string) => Quirk;
  readonly checkLogin: LoginCheck;
  readonly delays: LoginDelays;
  readonly recorder: DialogueRecorder;
  readonly messageLimits: () => IntakeLimits;
  /** Refuses mail before it is sent: 4yz at MAIL. */
  readonly gate: () => MailError | undefined;
  readonly hasSmtpUtf8: () => boolean;
  readonly onMended: (address: string, mended: { readonly bareLineEnds: number; readonly nuls: number }) => void;
  readonly onRefused: (address: string) => void;
}

/** TLS as a listener binds with it. */
export interface BoundTls {
  readonly kind: 'starttls' | 'implicit';
  readonly isOldAllowed: boolean;
  readonly identity: TlsIdentity;
}

/** What holds for one connection. */
export interface ClientTerms {
  /** No log-in needed, any is taken. */
  readonly isTrusted: boolean;
  readonly limits: ClientLimits;
  readonly quirk: Quirk;
  readonly client: ReturnType<DialogueRecorder['begin']>;
  readonly onClosed: () => void;
}

/** How long a refused client may take to read why. */
const refusalMs = 1_000;

/** An SMTP listener; its port is bound by `ListenerPort`, which hands it connections. */
export class SmtpListener extends SMTPServer {
  readonly #deps: ListenerDeps;
  readonly #sessions = new Set<SmtpSession>();
  readonly #sessionOf = new WeakMap<SMTPServerSession, SmtpSession>();
  readonly #leave = new WeakMap<Socket, () => void>();

  /** @param tls undefined for loopback: smtp-server's own certificate, whose key is published, is never used */
  constructor(deps: ListenerDeps, tls: BoundTls | undefined) {
    super({
      name: deps.hostName,
      banner: 'mfp-mail-agent',
      // The usual reply names the client's address to the client; there is nothing in it for either.
      heloResponse: '%s',
      secure: tls?.kind === 'implicit',
      ...(tls === undefined ? {} : tlsOptions(tls)),
      disabledCommands: [
        ...(tls === undefined ? ['STARTTLS'] : []),
        'XCLIENT',
        'XFORWARD',
        'WIZ',
        'SHELL',
        'KILL',
        'LHLO',
        'HELP',
      ],
      hideSTARTTLS: tls === undefined,
      authMethods: ['PLAIN', 'LOGIN'],
      // Our sessions decide both: who may log in, and who must.
      authOptional: true,
      allowInsecureAuth: true,
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
      socketTimeout: idleMs,
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
      deps.log.notice('intake connection failed', { listener: deps.name, error: error.message });
    });
  }

  /**
   * Ends the connections there are: at once, but a message whose final dot has come is decided first.
   * @param signal when it aborts, whatever is still open is cut
   */
  async shut(signal: AbortSignal): Promise<void> {
    const cut = () => {
      for (const session of this.#sessions) session.destroy();
    };
    signal.addEventListener('abort', cut, { once: true });
    for (const handshaking of this._pendingSockets.values()) handshaking.destroy();
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
    signal.removeEventListener('abort', cut);
  }

  /** The first look at a connection, before any TLS: strangers cost nothing more than this. */
  override _acceptSocket(socket: Socket, isHandshakeAhead: boolean): (() => void) | false {
    const address = plainAddress(socket.remoteAddress);
    const { admit, budget, hostName, onRefused } = this.#deps;
    if (admit(address) === 'refused') {
      onRefused(address);
      this.#turnAway(
        socket,
        isHandshakeAhead,
        new MailError('client-not-allowed', 'address is not permitted').smtpReply,
      );
      return false;
    }
    const leave = budget.enter(address);
    if (leave === undefined) {
      this.#turnAway(socket, isHandshakeAhead, `421 4.3.2 ${hostName} has too many connections; try again later`);
      return false;
    }
    this.#leave.set(socket, leave);
    socket.once('close', leave);
    const release = super._acceptSocket(socket, isHandshakeAhead);
    return release === false || !isHandshakeAhead ? release : this.#withDeadline(socket, release);
  }

  /** In clear, since nothing else is agreed yet; inside a handshake there are no words. */
  #turnAway(socket: Socket, isHandshakeAhead: boolean, reply: string): void {
    socket.on('error', () => undefined);
    if (isHandshakeAhead) {
      socket.destroy();
      return;
    }
    socket.end(`${reply}\r\n`);
    // Read, or the unread octets turn our reply into a reset.
    socket.resume();
    const closed = new AbortController();
    socket.once('close', () => {
      closed.abort();
    });
    void this.#deps.clock.sleep(refusalMs, { signal: closed.signal }).then(
      () => {
        socket.destroy();
      },
      () => undefined,
    );
  }

  /** Ends a TLS handshake that does not come to its end. */
  #withDeadline(socket: Socket, release: () => void): () => void {
    const over = new AbortController();
    void this.#deps.clock.sleep(handshakeMs, { signal: over.signal }).then(
      () => {
        // The topmost socket: Node dies of a TLS wrap that is torn down from below.
        this._pendingSockets.get(socket)?.destroy();
      },
      () => undefined,
    );
    socket.once('close', () => {
      over.abort();
    });
    return () => {
      over.abort();
      release();
    };
  }

  override connect(socket: Socket, options?: SMTPConnectionOptions | null): void {
    const { name, admit, quirkOf, recorder } = this.#deps;
    const address = plainAddress(socket.remoteAddress);
    const quirk = quirkOf(address);
    const isTrusted = admit(address) === 'trusted';
    const session = new SmtpSession(this, socket, options, this.#deps, {
      isTrusted,
      quirk,
      limits: isTrusted || quirk.isPatient === true ? patientLimits : strangerLimits,
      client: recorder.begin({ address, listener: name, quirk: quirk.name }),
      onClosed: () => {
        this.#sessions.delete(session);
        this.#leave.get(socket)?.();
      },
    });
    this.connections.add(session);
    this.#sessions.add(session);
    this.#sessionOf.set(session.session, session);
    session.on('error', (error: Error) => {
      this._onError(error);
    });
    session.init();
  }

  override onSecure(...[, session, callback]: Parameters<SMTPServer['onSecure']>): void {
    this.#sessionOf.get(session)?.noteSecure();
    callback();
  }

  /** Neither user nor password is kept or logged (README). */
  override onAuth(...[auth, session, callback]: Parameters<SMTPServer['onAuth']>): void {
    const { username = '', password = '' } = auth as { readonly username?: string; readonly password?: string };
    this.#sessionOf.get(session)?.logIn({ user: username, password }, callback);
  }

  override onMailFrom(...[path, session, callback]: Parameters<SMTPServer['onMailFrom']>): void {
    this.#decide(session, callback, () => {
      const refusal = this.#deps.gate();
      if (refusal) throw refusal;
      this.#sessionOf.get(session)?.assertLoggedIn();
      path.address = checkReversePath(path.address);
    });
  }

  override onRcptTo(...[path, session, callback]: Parameters<SMTPServer['onRcptTo']>): void {
    this.#decide(session, callback, () => {
      path.address = checkForwardPath(path.address, this.#deps.hasSmtpUtf8());
      checkRecipientDomain(path.address, this.#deps.messageLimits().recipientDomains);
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

/**
 * Keys of this device only. TLS 1.2 and later; a listener for old printers goes down to 1.0, for which OpenSSL 3 wants its
 * security level lowered too (SHA-1 in the handshake).
 */
function tlsOptions({ identity, isOldAllowed }: BoundTls): Readonly<Record<string, unknown>> {
  return {
    key: [...identity.keys],
    cert: [...identity.certificates],
    minVersion: isOldAllowed ? 'TLSv1' : 'TLSv1.2',
    ciphers: isOldAllowed ? 'DEFAULT:@SECLEVEL=0' : DEFAULT_CIPHERS,
    honorCipherOrder: true,
  };
}
