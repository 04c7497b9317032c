/**
 * The port of a door for browsers: bound at once with a plain socket server, while what serves it (TLS, HTTP, pages) is loaded
 * when the first connection comes. A port that cannot be had stops nothing else (P4); it is asked for again.
 */
import { createServer, type AddressInfo, type ListenOptions, type Server, type Socket } from 'node:net';
import { MailError, type Clock, type MailLog, type Service } from '../core/index.ts';

/** Where to listen: an address of this device (undefined: all) and a port, or a socket the service manager has bound. */
export type DoorPlace = { readonly host?: string | undefined; readonly port: number } | { readonly fd: number };

/** What takes the connections over, and ends them. */
export interface Connections {
  readonly take: (socket: Socket) => void;
  readonly stop: () => void;
}

/** A door's ports, from `start` to `stop`. */
export interface DoorPort extends Service {
  /** Where they really are; empty before `start`. */
  readonly addresses: () => readonly { readonly address: string; readonly port: number }[];
  /** `port-unavailable` while one could not be bound. */
  readonly trouble: () => MailError | undefined;
}

/** A port that somebody else holds is asked for again after this. */
const bindRetryMs = 30_000;

/**
 * @param options.places asked at `start`
 * @param options.load with the first connection; again after it has failed
 * @param options.onChange a port was bound or could not be
 */
export function createDoorPort(options: {
  readonly name: string;
  readonly places: () => readonly DoorPlace[];
  readonly load: () => Promise<Connections>;
  /** Connections at once (T54), of all addresses and of one. */
  readonly most: number;
  readonly mostPerAddress: number;
  readonly clock: Clock;
  readonly log: MailLog;
  readonly onChange?: (() => void) | undefined;
}): DoorPort {
  const { name, clock, log } = options;
  let bound: { readonly key: string; readonly server: Server }[] = [];
  let trouble: MailError | undefined;
  let loading: Promise<Connections> | undefined;
  let retrying: { readonly end: AbortController; readonly ended: Promise<void> } | undefined;
  const sockets = new Map<Socket, string>();

  const handOver = async (socket: Socket): Promise<void> => {
    const address = socket.remoteAddress ?? '';
    const ofAddress = [...sockets.values()].filter((one) => one === address).length;
    if (sockets.size >= options.most || ofAddress >= options.mostPerAddress) {
      socket.destroy();
      return;
    }
    sockets.set(socket, address);
    socket.once('close', () => sockets.delete(socket));
    // A client that goes away, now or before anybody else listens, must not end the process.
    socket.on('error', () => undefined);
    try {
      const connections = await (loading ??= options.load());
      if (socket.destroyed) return;
      connections.take(socket);
    } catch (error) {
      loading = undefined;
      socket.destroy();
      log.fault(`${name} cannot take a connection`, error);
    }
  };

  const bind = async (): Promise<void> => {
    let failed: MailError | undefined;
    for (const place of options.places()) {
      const key = JSON.stringify(place);
      if (bound.some((one) => one.key === key)) continue;
      const server = createServer((socket) => void handOver(socket));
      try {
        await listen(server, 'fd' in place ? place : { ...place, exclusive: true });
        bound = [...bound, { key, server }];
      } catch (cause) {
        const where = 'fd' in place ? 'the socket handed in' : `port ${String(place.port)}`;
        failed = new MailError('port-unavailable', `${name} cannot listen on ${where}`, {
          cause,
          details: { hint: `${where} is in use or not allowed` },
        });
        log.fault(`${name} cannot be opened`, failed);
      }
    }
    trouble = failed;
    options.onChange?.();
  };

  const bindLater = async (signal: AbortSignal): Promise<void> => {
    while (trouble !== undefined) {
      const isTimeUp = await clock.sleep(bindRetryMs, { signal }).then(
        () => true,
        () => false,
      );
      if (!isTimeUp) return;
      await bind();
    }
    log.notice(`${name} opened after all`);
  };

  return {
    addresses: () =>
      bound.map(({ server }) => {
        const { address, port } = server.address() as AddressInfo;
        return { address, port };
      }),
    trouble: () => trouble,
    async start() {
      await bind();
      if (trouble === undefined) return;
      const end = new AbortController();
      retrying = { end, ended: bindLater(end.signal) };
    },
    async stop() {
      retrying?.end.abort();
      await retrying?.ended;
      retrying = undefined;
      trouble = undefined;
      const ending = bound.splice(0).map(
        ({ server }) =>
          new Promise<void>((resolve) => {
            server.close(() => {
              resolve();
            });
          }),
      );
      const connections = await loading?.catch(() => undefined);
      loading = undefined;
      connections?.stop();
      // Event streams never end by themselves.
      for (const socket of sockets.keys()) socket.destroy();
      await Promise.all(ending);
    },
  };
}

function listen(server: Server, place: ListenOptions & { readonly fd?: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
