/**
 * The port of a door for browsers: bound at once with a plain socket server, while what serves it (TLS, HTTP, pages) is loaded
 * when the first connection comes. A port that cannot be had stops nothing else (P4); it is asked for again.
 */
import { createServer, type AddressInfo, type ListenOptions, type Server, type Socket } from 'node:net';
import { MailError, type Clock, type HandedSocket, type MailLog, type Service } from '../core/index.ts';

/** Where to listen: an address of this device (undefined: all) and a port, or a socket the service manager has bound. */
export type DoorPlace =
  { readonly host?: string | undefined; readonly port: number } | { readonly socket: HandedSocket };

/** What takes the connections over, and ends them. */
export interface Connections {
  readonly take: (socket: Socket) => void;
  readonly stop: () => void;
}

/** A door's ports, from `start` to `stop`. */
export interface DoorPort extends Service {
  /** Where they really are; empty before `start`. */
  readonly addresses: () => readonly { readonly address: string; readonly port: number }[];
  /**
   * Asks for the places again. New ones are bound first; those of before close when all are there, so that a port that cannot be
   * had locks nobody out. What came by them may end its answer.
   */
  readonly reconfigure: () => Promise<void>;
  /** `port-unavailable` while one could not be bound. */
  readonly trouble: () => MailError | undefined;
}

/** A port that somebody else holds is asked for again after this. */
const bindRetryMs = 30_000;
/** The answer to the change that closed a port still goes over it, and the page says where it is now. */
const lastWordsMs = 5_000;

/**
 * @param options.places asked at `start` and `reconfigure`
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
  let bound: Bound[] = [];
  let isStarted = false;
  let trouble: MailError | undefined;
  let loading: Promise<Connections> | undefined;
  let retrying: { readonly end: AbortController; readonly ended: Promise<void> } | undefined;
  const sockets = new Map<Socket, { readonly address: string; readonly server: object }>();
  let ends = new AbortController();
  /** Ports that closed and whose connections have their last words. */
  const closing = new Set<Promise<void>>();
  let last: Promise<unknown> = Promise.resolve();

  const handOver = async (socket: Socket, server: object): Promise<void> => {
    const address = socket.remoteAddress ?? '';
    const ofAddress = [...sockets.values()].filter((one) => one.address === address).length;
    if (sockets.size >= options.most || ofAddress >= options.mostPerAddress) {
      socket.destroy();
      return;
    }
    sockets.set(socket, { address, server });
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

  /** Ends a port; its connections a little later. */
  const close = ({ server }: Bound): void => {
    const ended = closed(server);
    const late = async () => {
      await clock.sleep(lastWordsMs, { signal: ends.signal }).catch(() => undefined);
      for (const [socket, { server: its }] of sockets) if (its === server) socket.destroy();
      await ended;
    };
    const done = late().finally(() => closing.delete(done));
    closing.add(done);
  };

  const bind = async (): Promise<void> => {
    const wanted = options.places().map((place) => ({ place, key: JSON.stringify(place) }));
    let failed: MailError | undefined;
    const closeOthers = (isInTheWay: (one: Bound) => boolean) => {
      const [others, kept] = [bound.filter(isInTheWay), bound.filter((one) => !isInTheWay(one))];
      bound = kept;
      others.forEach(close);
    };
    const isUnwanted = ({ key }: Bound) => !wanted.some((one) => one.key === key);
    for (const { place, key } of wanted) {
      if (bound.some((one) => one.key === key)) continue;
      // All addresses and one of them exclude each other.
      if ('port' in place) closeOthers((one) => isUnwanted(one) && one.port !== 0 && one.port === place.port);
      try {
        const server = await listen(place, handOver);
        bound = [...bound, { key, server, port: 'port' in place ? place.port : 0 }];
      } catch (cause) {
        const where = 'socket' in place ? 'the socket handed in' : `port ${String(place.port)}`;
        failed = new MailError('port-unavailable', `${name} cannot listen on ${where}`, {
          cause,
          details: { hint: `${where} is in use or not allowed` },
        });
        log.fault(`${name} cannot be opened`, failed);
      }
    }
    if (failed === undefined) closeOthers(isUnwanted);
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

  const bindNow = async (): Promise<void> => {
    await stopRetrying();
    await bind();
    if (trouble === undefined) return;
    const end = new AbortController();
    retrying = { end, ended: bindLater(end.signal) };
  };
  const stopRetrying = async (): Promise<void> => {
    retrying?.end.abort();
    await retrying?.ended;
    retrying = undefined;
  };
  /** Changes come faster than ports open. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  return {
    addresses: () =>
      bound.map(({ server }) => {
        const { address, port } = server.address() as AddressInfo;
        return { address, port };
      }),
    trouble: () => trouble,
    start: () => {
      isStarted = true;
      return inTurn(bindNow);
    },
    reconfigure: () => (isStarted ? inTurn(bindNow) : Promise.resolve()),
    stop: () =>
      inTurn(async () => {
        isStarted = false;
        await stopRetrying();
        trouble = undefined;
        const ending = bound.splice(0).map(({ server }) => closed(server));
        const connections = await loading?.catch(() => undefined);
        loading = undefined;
        connections?.stop();
        // Event streams never end by themselves.
        for (const socket of sockets.keys()) socket.destroy();
        ends.abort();
        ends = new AbortController();
        await Promise.all([...ending, ...closing]);
      }),
  };
}

type ListeningPort = Pick<Server, 'address' | 'close'>;

interface Bound {
  readonly key: string;
  readonly server: ListeningPort;
  /** As set; 0: chosen by the system, or handed in. */
  readonly port: number;
}

function closed(server: ListeningPort): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

/** @param handOver is given each connection, and what closes the port it came by */
async function listen(
  place: DoorPlace,
  handOver: (socket: Socket, server: ListeningPort) => Promise<void>,
): Promise<ListeningPort> {
  if ('socket' in place) {
    const server = await place.socket.open((socket) => void handOver(socket, server));
    return server;
  }
  const server = createServer((socket) => void handOver(socket, server));
  const options: ListenOptions = { ...place, exclusive: true };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}
