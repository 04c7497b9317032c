/** The submission server: plain sockets on loopback, one session per connection. */
import { constants } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { StandInCertificates } from './certificates.ts';
import { certificateInUse, type StandInState } from './state.ts';
import type { SubmissionLimits } from './submission-limits.ts';
import { SubmissionSession } from './submission-session.ts';

export interface SubmissionServer {
  readonly server: Server;
  /** Cuts every connection. */
  cutAll(): void;
}

/** Makes the server; it does not listen yet. */
export function submissionServer(
  state: StandInState,
  certificates: StandInCertificates,
  limits: SubmissionLimits,
  signal: () => AbortSignal,
): SubmissionServer {
  const contexts = new Map<string, SecureContext>();
  const secureContext = () => {
    const kind = certificateInUse(state.faults, 'submission');
    const made =
      contexts.get(kind) ??
      createSecureContext({
        ...certificates.server[kind],
        minVersion: 'TLSv1.2',
        secureOptions: constants.SSL_OP_NO_TICKET,
      });
    contexts.set(kind, made);
    return made;
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    state.stats.connections += 1;
    state.stats.maxOpenConnections = Math.max(state.stats.maxOpenConnections, sockets.size);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    new SubmissionSession({ state, limits, socket, secureContext, signal: signal() }).run().catch((error: unknown) => {
      if (!signal().aborted) state.log(`submission ${error instanceof Error ? error.message : String(error)}`);
      socket.destroy();
    });
  });
  return {
    server,
    cutAll: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
