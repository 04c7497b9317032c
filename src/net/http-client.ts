import { Agent } from 'node:https';
import { isIP } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { MailError, type Clock, type Dialer, type HttpClient, type HttpReply } from '../core/index.ts';
import { issuerOf, withIssuer } from './certificate-issuer.ts';
import { classifyNetworkError } from './classify-network-error.ts';
import { isTunnelled } from './proxy-dialer.ts';
import { redactUrl } from './redact.ts';
import { trustedCas } from './trusted-cas.ts';

const maxBodyBytes = 1024 * 1024;
const connectMs = 10_000;
const totalMs = 30_000;

type HttpRequest = Parameters<HttpClient['request']>[0];

/**
 * HTTPS for the sign-in, over node-fetch. One connection per request: polls are seconds apart, proxies cut idle
 * connections, and a request that never meets a half-dead connection needs no second try.
 *
 * 10 s for name, connect, proxy and TLS together; 30 s in all; bodies to 1 MiB after decompression (F39). TLS 1.2 or later
 * with the name checked, always (F44). Redirects are never followed: nothing this program asks for moves, and a token
 * request must not be carried elsewhere (T23).
 * @param options.dialer TCP, straight or through a proxy
 * @param options.extraCaPem trusted besides Node's own roots
 * @param options.userAgent product/version
 */
export function createHttpClient(options: {
  readonly dialer: Dialer;
  readonly extraCaPem: readonly string[];
  readonly clock: Clock;
  readonly userAgent: string;
}): HttpClient {
  const { dialer, clock, userAgent } = options;
  const ca = trustedCas(options.extraCaPem);
  return {
    request: async (request) => {
      const url = httpsUrl(request.url);
      return await withDeadline(
        { clock, timeoutMs: totalMs, signal: request.signal, code: 'timeout', url },
        async (signal) => {
          const socket = await withDeadline(
            { clock, timeoutMs: connectMs, signal, code: 'connect-timeout', url },
            (connectSignal) => openTls({ dialer, url, ca, signal: connectSignal, nowMs: () => clock.nowMs() }),
          );
          try {
            return await converse({ request, url, socket, signal, userAgent, nowMs: clock.nowMs() });
          } finally {
            socket.destroy();
          }
        },
      ).catch((error: unknown) => {
        throw classifyNetworkError(error, 'connection-lost', clock.nowMs());
      });
    },
  };
}

function httpsUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:') throw new MailError('bad-request', `not an https URL: ${redactUrl(text)}`);
  return url;
}

/** Runs `work` with a signal that also aborts when the time is up; the timer ends with the work. */
async function withDeadline<T>(
  options: {
    readonly clock: Clock;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
    readonly code: 'timeout' | 'connect-timeout';
    readonly url: URL;
  },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, timeoutMs, signal, code, url } = options;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const ended = new AbortController();
  const onAbort = () => {
    controller.abort(signal?.reason);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = clock.sleep(timeoutMs, { signal: ended.signal }).then(
    () => {
      controller.abort(new MailError(code, `${url.host}: no answer within ${timeoutMs / 1000} s`));
    },
    () => undefined,
  );
  try {
    return await work(controller.signal);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    ended.abort();
    await timer;
  }
}

async function openTls({
  dialer,
  url,
  ca,
  signal,
  nowMs,
}: {
  readonly dialer: Dialer;
  readonly url: URL;
  readonly ca: string[] | undefined;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const tcp = await dialer.dial({ host, port: url.port === '' ? 443 : Number(url.port), signal, timeoutMs: connectMs });
  return await new Promise((resolve, reject) => {
    const socket = connectTls({
      socket: tcp,
      host,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
    });
    const issuer = issuerOf(socket);
    const onAbort = () => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    // Stays for the socket's life: an error after the answer was read must not end the process.
    socket.on('error', (error: Error) => {
      signal.removeEventListener('abort', onAbort);
      tcp.destroy();
      reject(withIssuer(classifyNetworkError(error, 'connection-lost', nowMs()), issuer(), isTunnelled(tcp)));
    });
    socket.once('secureConnect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(socket);
    });
    if (signal.aborted) onAbort();
  });
}

async function converse(exchange: {
  readonly request: HttpRequest;
  readonly url: URL;
  readonly socket: TLSSocket;
  readonly signal: AbortSignal;
  readonly userAgent: string;
  readonly nowMs: number;
}): Promise<HttpReply> {
  const { request, url, socket, signal, userAgent, nowMs } = exchange;
  const { default: fetch } = await import('node-fetch');
  const agent = new Agent({ keepAlive: false });
  agent.createConnection = () => socket;
  try {
    const response = await fetch(url.href, {
      method: request.method,
      agent,
      signal,
      redirect: 'manual',
      size: maxBodyBytes,
      headers: { 'user-agent': userAgent, accept: 'application/json', ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const headers = Object.fromEntries([...response.headers].map(([name, value]) => [name.toLowerCase(), value]));
    const body = await response.text();
    const reply = { status: response.status, headers, body };
    const trouble = impostor(reply, url);
    if (trouble) throw trouble;
    return reply;
  } catch (error) {
    // node-fetch says "aborted" whatever the reason was; the reason is the answer.
    if (signal.aborted) throw signal.reason;
    if (isTooLarge(error))
      throw new MailError('reply-invalid', `${url.host}: answer exceeds ${maxBodyBytes} bytes`, { cause: error });
    throw classifyNetworkError(error, 'reply-invalid', nowMs);
  } finally {
    agent.destroy();
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'max-size';
}

/** What a proxy or a hotel's log-in page answers in the service's place (F45). */
function impostor({ status, headers, body }: HttpReply, url: URL): MailError | undefined {
  const details = { httpStatus: status };
  if (status === 407) return new MailError('proxy-authentication', `407 in place of ${url.host}`, { details });
  if (status === 511) return new MailError('captive-portal', `511 in place of ${url.host}`, { details });
  if (status >= 300 && status <= 399) {
    const location = headers['location'] ?? '';
    const target = URL.canParse(location, url.href) ? new URL(location, url.href).host : '';
    const code = target !== '' && target !== url.host ? 'captive-portal' : 'reply-invalid';
    const where = target === '' ? 'nowhere' : target;
    return new MailError(code, `${url.host} redirects to ${where}`, { details: { ...details, target } });
  }
  // A 5xx page is the service's own front door in trouble; the caller decides by the status.
  if (status >= 500) return undefined;
  const isPage =
    /^\s*(?:text\/html|application\/xhtml)/i.test(headers['content-type'] ?? '') ||
    /^\s*<(?:!doctype|html)/i.test(body);
  return isPage
    ? new MailError('captive-portal', `a web page answered in place of ${url.host}`, { details })
    : undefined;
}
