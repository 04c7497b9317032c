/**
 * Listening sockets that were bound for us, as sd_listen_fds(3) hands them over: descriptors from 3 on, with names. The
 * service manager keeps them too, so that a restart refuses nobody: who knocks meanwhile waits in the socket's queue.
 */
import { fstatSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MailError, type HandedSocket, type MailLog } from '../core/index.ts';

/** The first descriptor that is handed over. */
const firstFd = 3;
/** More than anybody has a use for. */
const mostSockets = 64;

/** All sockets of this start. */
export interface HandedSockets {
  /** In the order they came; empty if there is none of that name. */
  readonly of: (name: string) => readonly HandedSocket[];
  /** Those nobody has open; asked when all doors are open. */
  idle(): readonly { readonly name: string; readonly port: number }[];
  /** Until now clients of a socket that nobody has opened were waiting; from now on they are sent away at once. */
  settle(): Promise<void>;
  /** Takes no more connections: who knocks from now on waits for the next start. */
  close(): void;
}

/**
 * Reads what was handed over.
 * @param env LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES. They are for this process alone: whoever calls this removes them
 * @param options.pid of this process; what was meant for another is nothing
 */
export function handedSockets(
  env: Readonly<Record<string, string | undefined>>,
  { pid, log }: { readonly pid: number; readonly log: MailLog },
): HandedSockets {
  const isOurs = env['LISTEN_PID'] === String(pid) && /^\d{1,3}$/.test(env['LISTEN_FDS'] ?? '');
  const count = isOurs ? Math.min(Number(env['LISTEN_FDS']), mostSockets) : 0;
  const names = (env['LISTEN_FDNAMES'] ?? '').split(':');
  const sockets: Handed[] = [];
  for (let n = 0; n < count; n++) {
    const [fd, name] = [firstFd + n, names[n] ?? 'unknown'];
    if (isSocket(fd)) sockets.push(new Handed(fd, name, log));
    else log.warn('handed over, but no socket', { name, fd });
  }
  return {
    of: (name) => sockets.filter((one) => one.name === name),
    idle: () => sockets.filter(({ isOpen }) => !isOpen).map(({ name, port }) => ({ name, port })),
    async settle() {
      for (const socket of sockets) await socket.listen();
    },
    close: () => {
      for (const socket of sockets) socket.close();
    },
  };
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}

class Handed implements HandedSocket {
  readonly id: string;
  readonly name: string;
  readonly #fd: number;
  readonly #server: Server;
  #listening: Promise<void> | undefined;
  #taker: ((socket: Socket) => void) | undefined;
  #isClosed = false;

  constructor(fd: number, name: string, log: MailLog) {
    this.#fd = fd;
    this.name = name;
    this.id = `${name}#${String(fd)}`;
    this.#server = createServer((socket) => {
      if (this.#taker) this.#taker(socket);
      else socket.destroy();
    });
    this.#server.on('error', (error) => {
      log.fault(`the socket ${this.id} that was handed over`, error);
    });
  }

  get isOpen(): boolean {
    return this.#taker !== undefined;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  /** Not before somebody can answer: until then clients wait in the queue. Ends when the socket listens, or cannot. */
  listen(): Promise<void> {
    this.#listening ??= new Promise((resolve) => {
      if (this.#isClosed) {
        resolve();
        return;
      }
      this.#server.once('error', () => {
        resolve();
      });
      // Sets the length of the queue anew: not Node's 511, but what the system allows (net.core.somaxconn), as systemd does.
      this.#server.listen({ fd: this.#fd, backlog: 4096 }, resolve);
    });
    return this.#listening;
  }

  async open(taker: (socket: Socket) => void): Promise<Pick<Server, 'address' | 'close'>> {
    const unavailable = (why: string) =>
      new MailError('port-unavailable', `socket ${this.id}: ${why}`, {
        details: { hint: `the socket "${this.name}" of the service manager cannot be used: ${why}` },
      });
    if (this.#taker) throw unavailable('it is in use');
    this.#taker = taker;
    await this.listen();
    if (!this.#server.listening) {
      this.#taker = undefined;
      throw unavailable('it does not listen');
    }
    return {
      address: () => this.#server.address(),
      // Only left: closed it would be gone, and the door can open again.
      close: (whenDone) => {
        this.#taker = undefined;
        whenDone?.();
        return this.#server;
      },
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#server.close();
  }
}
