import { lookup as systemLookup } from 'node:dns';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { MailError, type Dialer, type DialTarget } from '../core/index.ts';
import { assertAllowed, refused, type AddressGuard } from './address-guard.ts';
import { withinBudget } from './budget.ts';
import { classifyNetworkError } from './classify-network-error.ts';

/**
 * How long one address may take before the next family is tried. Node's default of 250 ms gives up on every address
 * behind a satellite link; 1 s keeps a dead IPv6 route below the 2 s penalty of F46, since families alternate.
 * @see https://www.rfc-editor.org/rfc/rfc8305#section-5
 */
const attemptMs = 1000;

/**
 * Opens TCP connections straight to the target, trying both address families (RFC 8305).
 * @param options.guard judges every address the name resolves to; addresses it refuses are never connected to
 * @param options.lookup for tests; the operating system's resolver otherwise
 * @returns a Dialer; the socket has no delay and no time-out of its own set
 */
export function directDialer(
  options: {
    readonly guard?: AddressGuard | undefined;
    readonly lookup?: LookupFunction | undefined;
  } = {},
): Dialer {
  const { guard, lookup = systemLookup } = options;
  const guarded = guard ? guardedLookup(lookup, guard) : lookup;
  return { dial: (target) => dialDirectly(target, guarded, guard) };
}

async function dialDirectly(
  target: DialTarget,
  lookup: LookupFunction,
  guard: AddressGuard | undefined,
): Promise<Socket> {
  const host = target.host.replace(/^\[(.*)\]$/, '$1');
  const what = `${target.host}:${target.port}`;
  assertAllowed(host, guard);
  return await withinBudget(
    { timeoutMs: target.timeoutMs, signal: target.signal, code: 'connect-timeout', what },
    (signal) =>
      new Promise<Socket>((resolve, reject) => {
        const socket = connect({
          host,
          port: target.port,
          lookup,
          autoSelectFamily: true,
          autoSelectFamilyAttemptTimeout: attemptMs,
        });
        const settle = (act: () => void) => {
          signal.removeEventListener('abort', onAbort);
          socket.removeListener('error', onError);
          act();
        };
        const onAbort = () => {
          settle(() => {
            reject(signal.reason as Error);
          });
          socket.destroy();
        };
        const onError = (error: Error) => {
          settle(() => {
            reject(connectError(error, what));
          });
        };
        signal.addEventListener('abort', onAbort, { once: true });
        socket.once('error', onError);
        // Stays: a reset between here and the caller's own listener must not end the process.
        socket.on('error', () => undefined);
        socket.once('connect', () => {
          settle(() => {
            socket.setNoDelay(true);
            resolve(socket);
          });
        });
      }),
  );
}

/** In this phase a time-out is always one of connecting, and an unknown error one too. */
function connectError(error: unknown, what: string): MailError {
  const found = classifyNetworkError(error, 'connect-failed');
  const code =
    found.code === 'timeout' ? 'connect-timeout' : found.code === 'connection-lost' ? 'connect-failed' : found.code;
  return new MailError(code, `${what}: ${found.message}`, { cause: error, details: found.details });
}

/** Resolves once and hands on only what the guard lets through, so that the checked address is the one connected to. */
function guardedLookup(lookup: LookupFunction, guard: AddressGuard): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) {
        callback(error, []);
        return;
      }
      const all = Array.isArray(found) ? found : [{ address: found, family: found.includes(':') ? 6 : 4 }];
      const allowed = all.filter((one) => guard(one.address) === undefined);
      const first = all[0];
      if (allowed.length === 0 && first) {
        callback(refused(first.address, guard(first.address) ?? 'refused'), []);
      } else if (options.all === true) callback(null, allowed);
      else callback(null, allowed[0]?.address ?? '', allowed[0]?.family);
    });
  };
}
