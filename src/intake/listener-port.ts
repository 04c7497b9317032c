/**
 * The port of a listener. It is bound at once; smtp-server, and what it brings, is loaded when the first client comes, since
 * many a printer sends its first scan hours after it was switched on.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MailError } from '../core/index.ts';
import type { ListenerConfig } from './limits.ts';
import type { SmtpListener } from './smtp-listener.ts';

export class ListenerPort {
  readonly #load: () => Promise<SmtpListener>;
  readonly #onFailed: (error: unknown) => void;
  readonly #server: Server;
  /** Connections that wait for the listener to be loaded. */
  readonly #waiting = new Set<Socket>();
  #smtp: Promise<SmtpListener> | undefined;

  /** @param onFailed a connection was dropped because the listener could not be loaded */
  constructor(load: () => Promise<SmtpListener>, onFailed: (error: unknown) => void) {
    this.#load = load;
    this.#onFailed = onFailed;
    this.#server = createServer((socket) => void this.#handOver(socket));
  }

  /**
   * Binds.
   * @throws MailError `port-unavailable` if the address or port cannot be had
   */
  async open({ host, port }: Pick<ListenerConfig, 'host' | 'port'>): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, exclusive: true }, () => {
        this.#server.off('error', reject);
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
    const { address, port } = this.#server.address() as AddressInfo;
    return { address, port };
  }

  /** Takes no more connections, and lets the listener end those it has: see `SmtpListener.shut`. */
  async shut(signal: AbortSignal): Promise<void> {
    const closed = new Promise<void>((resolve) => {
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
}
