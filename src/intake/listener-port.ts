/**
 * The port of a listener. It is bound at once; smtp-server, and what it brings, is loaded when the first client comes, since
 * many a printer sends its first scan hours after it was switched on.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MailError } from '../core/index.ts';
import type { ListenerConfig } from './limits.ts';
import type { SmtpListener } from './smtp-listener.ts';

export class ListenerPort {
  readonly #load: () => Promise<SmtpListener>;
  readonly #onFailed: (error: unknown) => void;
  #server: Pick<Server, 'address' | 'close'> | undefined;
  /** Our own client, while it asks whether connections are still taken, and the port it asks from. */
  #probe: { readonly port: Promise<number | undefined>; readonly taken: () => void } | undefined;
  /** Connections that wait for the listener to be loaded. */
  readonly #waiting = new Set<Socket>();
  #smtp: Promise<SmtpListener> | undefined;

  /** @param onFailed a connection was dropped because the listener could not be loaded */
  constructor(load: () => Promise<SmtpListener>, onFailed: (error: unknown) => void) {
    this.#load = load;
    this.#onFailed = onFailed;
  }

  /**
   * Binds, or takes the socket that was handed over.
   * @throws MailError `port-unavailable` if the address or port cannot be had
   */
  async open({ host, port, handed }: Pick<ListenerConfig, 'host' | 'port' | 'handed'>): Promise<void> {
    if (handed) {
      this.#server = await handed.open((socket) => void this.#handOver(socket));
      return;
    }
    const server = createServer((socket) => void this.#handOver(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, () => {
        server.off('error', reject);
        resolve();
      });
    }).catch((error: unknown) => {
      throw new MailError('port-unavailable', `cannot listen on ${host} port ${String(port)}`, {
        cause: error,
        details: { hint: `port ${String(port)} is in use or not allowed` },
      });
    });
    this.#server = server;
  }

  address(): { readonly address: string; readonly port: number } {
    const { address, port } = this.#server?.address() as AddressInfo;
    return { address, port };
  }

  /**
   * Connects to itself and resolves when that connection comes out of the port; loads nothing. One call at a time.
   * @throws what the operating system says, or the signal's reason
   */
  async answers({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    signal.throwIfAborted();
    const { address, port } = this.address();
    const client = connect({ host: address, port });
    const end = () => client.destroy(signal.reason instanceof Error ? signal.reason : undefined);
    signal.addEventListener('abort', end, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        const connected = new Promise<number | undefined>((know) => {
          client.once('connect', () => {
            know(client.localPort);
          });
          client.once('close', () => {
            know(undefined);
          });
        });
        this.#probe = { port: connected, taken: resolve };
        client.once('error', reject);
        client.once('close', () => {
          reject(new MailError('timeout', 'the port closed its own connection'));
        });
      });
    } finally {
      this.#probe = undefined;
      signal.removeEventListener('abort', end);
      client.destroy();
    }
  }

  /** Takes no more connections, and lets the listener end those it has: see `SmtpListener.shut`. */
  async shut(signal: AbortSignal): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (this.#server === undefined) resolve();
      else
        this.#server.close(() => {
          resolve();
        });
    });
    for (const socket of this.#waiting) socket.destroy();
    const smtp = await this.#smtp?.catch(() => undefined);
    await smtp?.shut(signal);
    await closed;
  }

  async #handOver(socket: Socket): Promise<void> {
    // A client that goes away meanwhile must not end the process.
    const ignore = () => undefined;
    socket.on('error', ignore);
    this.#waiting.add(socket);
    try {
      if (await this.#isProbe(socket)) return;
      const smtp = await (this.#smtp ??= this.#load());
      if (socket.destroyed) return;
      smtp.server.emit('connection', socket);
      socket.off('error', ignore);
    } catch (error) {
      this.#smtp = undefined;
      socket.destroy();
      this.#onFailed(error);
    } finally {
      this.#waiting.delete(socket);
    }
  }

  /** Our own client is nobody's dialogue. Which connection is its, only its port tells, and that is known when it is connected. */
  async #isProbe(socket: Socket): Promise<boolean> {
    const probe = this.#probe;
    if (probe === undefined || socket.remotePort !== (await probe.port)) return false;
    socket.destroy();
    probe.taken();
    return true;
  }
}
