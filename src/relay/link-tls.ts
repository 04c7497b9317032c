/** TLS of links: one trust list and one session for all links to a server, while this process lives. */
import { isIP } from 'node:net';
import { createSecureContext, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls';
import { trustedCas } from '../net/index.ts';
import type { LinkTarget } from './dial.ts';

/** What one link needs for its handshake. */
export interface LinkTls {
  readonly options: ConnectionOptions;
  /** Keeps the session of this socket for the next link. */
  readonly watch: (socket: TLSSocket) => void;
}

const minVersion = 'TLSv1.2';

interface Trust {
  readonly context: SecureContext;
  /** The last session with each server (`host:port`): its certificate was verified against this very list. */
  readonly sessions: Map<string, Buffer>;
}

/** By list: settings keep theirs until they change. Parsing all roots takes 50 ms, 200 on a small board. */
const trusts = new WeakMap<readonly string[], Trust>();

/** What to shake hands with this server with. */
export function linkTls({ host, port, extraCaPem }: LinkTarget): LinkTls {
  let trust = trusts.get(extraCaPem);
  if (!trust) {
    trust = { context: createSecureContext({ ca: trustedCas(extraCaPem), minVersion }), sessions: new Map() };
    trusts.set(extraCaPem, trust);
  }
  const { context, sessions } = trust;
  const server = `${host}:${String(port)}`;
  const session = sessions.get(server);
  // Once: a session the server no longer wants must not be offered for ever.
  sessions.delete(server);
  return {
    options: {
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(session && { session }),
      secureContext: context,
      minVersion,
      rejectUnauthorized: true,
    },
    watch: (socket) => {
      socket.on('session', (next: Buffer) => {
        if (socket.authorized) sessions.set(server, next);
      });
    },
  };
}
