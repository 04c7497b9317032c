import { connect, type Socket } from 'node:net';
import { MailError, type Dialer } from '../core/index.ts';
import type { Faults } from './faults.ts';
import { dialRows } from './scripted-faults.ts';
import type { MappedHost } from './types.ts';

/**
 * A dialler that knows nothing but the map: real host names on loopback ports, `connect-failed` for everything else, so
 * that a rehearsal can never reach the real service. Names compare without case; the port must be the mapped one.
 * @param trouble asked before each dialling: what the network does instead
 * @throws MailError (from `dial`) `connect-failed`, `connect-timeout`; the signal's reason when it aborts
 */
export function loopbackDialer(
  map: readonly Pick<MappedHost, 'host' | 'port' | 'toPort'>[],
  trouble?: (host: string, port: number) => Error | undefined,
): Dialer {
  return {
    dial: ({ host, port, signal, timeoutMs }) =>
      new Promise<Socket>((resolve, reject) => {
        const target = map.find((one) => one.host.toLowerCase() === host.toLowerCase() && one.port === port);
        if (signal?.aborted === true) {
          reject(asError(signal.reason));
          return;
        }
        const struck = trouble?.(host, port);
        if (struck) {
          reject(struck);
          return;
        }
        if (!target) {
          reject(
            new MailError('connect-failed', `the rehearsal maps no ${host}:${String(port)}`, {
              details: { host, port },
            }),
          );
          return;
        }
        const socket = connect(target.toPort, '127.0.0.1');
        const timer = setTimeout(
          () => fail(new MailError('connect-timeout', `no answer from ${host}:${String(port)}`)),
          timeoutMs,
        );
        const onAbort = () => fail(asError(signal?.reason));
        const onError = (error: Error) =>
          fail(new MailError('connect-failed', `${host}:${String(port)}: ${error.message}`, { cause: error }));
        const done = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
          socket.removeListener('error', onError);
        };
        const fail = (error: Error) => {
          done();
          socket.on('error', () => undefined);
          socket.destroy();
          reject(error);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        socket.once('error', onError);
        socket.once('connect', () => {
          done();
          socket.setNoDelay(true);
          resolve(socket);
        });
      }),
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** What the faults of the network do to a connection, in the words of the agent's own dialler. */
export function dialTrouble(faults: Faults, host: string, port: number): MailError | undefined {
  const place = port === 443 ? 'identity' : 'submission';
  for (const [name, [code, systemCode, message]] of Object.entries(dialRows) as [
    keyof typeof dialRows,
    (typeof dialRows)[keyof typeof dialRows],
  ][])
    if (faults.take(name, place))
      return new MailError(code, `${message} ${host}:${String(port)}`, { details: { systemCode, host, port } });
  return undefined;
}
