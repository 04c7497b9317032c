/** Where a link goes to, how long each phase of it may take, and its first phase. */
import type { Socket } from 'node:net';
import { MailError, type Clock, type Dialer } from '../core/index.ts';
import { classifyNetworkError } from '../net/index.ts';
import { PhaseDeadline } from './phase-deadline.ts';

/** RFC 5321 4.5.3.2, F47. */
export const phaseLimitsMs = {
  connect: 30_000,
  greeting: 30_000,
  command: 60_000,
  handshake: 60_000,
  block: 180_000,
  final: 600_000,
  quit: 3_000,
} as const;

/** starttls: required. Where a token is sent, only `starttls` and `implicit` are used. */
export type LinkSecurity = 'starttls' | 'starttls-if-offered' | 'implicit' | 'none';

export interface LinkTarget {
  readonly host: string;
  readonly port: number;
  readonly security: LinkSecurity;
  readonly extraCaPem: readonly string[];
  readonly heloName: string;
}

/**
 * Opens the connection. The dialler has its own time-out; the injected clock has the last word, and `signal` ends it.
 * @throws MailError of the network, `connect-timeout`, `stopping`
 */
export async function dial(
  target: LinkTarget,
  {
    dialer,
    clock,
    signal,
  }: { readonly dialer: Dialer; readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<Socket> {
  const cut = new AbortController();
  let cause = new MailError('stopping', 'interrupted');
  const stop = () => {
    cut.abort(cause);
  };
  const deadline = new PhaseDeadline(clock, () => {
    cause = new MailError('connect-timeout', 'no connection in time');
    stop();
  });
  if (signal?.aborted === true) throw cause;
  signal?.addEventListener('abort', stop, { once: true });
  deadline.start('connect', phaseLimitsMs.connect);
  try {
    return await dialer.dial({
      host: target.host,
      port: target.port,
      timeoutMs: phaseLimitsMs.connect,
      signal: cut.signal,
    });
  } catch (error) {
    throw cut.signal.aborted ? cause : classifyNetworkError(error, 'connect-failed');
  } finally {
    deadline.stop();
    signal?.removeEventListener('abort', stop);
  }
}
