import { type IncomingMessage, request as httpRequest } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import { MailError, type Dialer, type DialTarget } from '../core/index.ts';
import { assertAllowed, type AddressGuard } from './address-guard.ts';
import { withinBudget } from './budget.ts';
import { classifyNetworkError } from './classify-network-error.ts';

/** Where the HTTP proxy is and who we are to it. */
export interface ProxySettings {
  /** `http://host:port`; port 80 if none is given. A log-in in the URL is ignored: it belongs in `user` and `password`. */
  readonly url: string;
  /** Basic credentials (RFC 7617) are sent if this is set. */
  readonly user?: string | undefined;
  /** Asked for at each dialogue, so that the password is not kept in memory. */
  readonly password?: (() => Promise<string | undefined>) | undefined;
  /** Names that are reached straight: see `isBypassed`. */
  readonly bypass: readonly string[];
}

/** Sockets that end somewhere behind a proxy. */
const tunnels = new WeakSet<Socket>();

/** True if this socket was opened through a proxy: what answers there may be the proxy itself. */
export function isTunnelled(socket: Socket): boolean {
  return tunnels.has(socket);
}

/**
 * Opens connections through an HTTP proxy with CONNECT (RFC 9110 9.3.6). Hosts on the bypass list are dialled straight.
 * @param inner reaches the proxy
 * @param options.straight reaches the hosts on the bypass list; `inner` if not given
 * @param options.guard judges targets given as addresses; names are the proxy's to resolve
 * @throws MailError (from `dial`) `proxy-authentication` for 407, `proxy-refused` for any other answer but 2xx,
 *   `captive-portal` for a web page or a redirect in its place, `connect-*` and `dns-failed` with `details.via` = `proxy` if the proxy itself cannot be reached
 */
export function proxyDialer(
  inner: Dialer,
  proxy: ProxySettings,
  options: { readonly straight?: Dialer | undefined; readonly guard?: AddressGuard | undefined } = {},
): Dialer {
  const { straight = inner, guard } = options;
  return {
    dial: async (target) => {
      if (isBypassed(target.host, proxy.bypass)) return await straight.dial(target);
      assertAllowed(target.host, guard);
      const what = `proxy to ${target.host}:${target.port}`;
      return await withinBudget(
        { timeoutMs: target.timeoutMs, signal: target.signal, code: 'connect-timeout', what },
        (signal) => dialThrough(inner, proxy, { ...target, signal }),
      );
    },
  };
}

/**
 * True if `host` is reached without the proxy. An entry is a full name (`relay.contoso.com`), a suffix with a leading dot
 * or `*.` (`.contoso.com`: every name below it), or `*` for everything. No address ranges: a bypassed name would have to be
 * resolved first, and the resolver is often what the proxy is there for.
 */
export function isBypassed(host: string, bypass: readonly string[]): boolean {
  const name = host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  return bypass.some((entry) => {
    const rule = entry
      .trim()
      .toLowerCase()
      .replace(/\.$/, '')
      .replace(/^\*(?=\.)/, '')
      .replace(/^\[(.*)\]$/, '$1');
    if (rule === '*') return true;
    return rule.startsWith('.') ? name.endsWith(rule) && name.length > rule.length : rule !== '' && name === rule;
  });
}

async function dialThrough(
  inner: Dialer,
  proxy: ProxySettings,
  target: DialTarget & { readonly signal: AbortSignal },
): Promise<Socket> {
  const url = proxyUrl(proxy.url);
  const authorization = await credentials(proxy);
  const socket = await dialProxy(inner, url, target);
  const host = isIPv6(target.host) ? `[${target.host}]` : target.host;
  const authority = `${host}:${target.port}`;
  try {
    const { response, head } = await converse(socket, authority, authorization, target.signal);
    const status = response.statusCode ?? 0;
    const details = { httpStatus: status };
    if (status === 407) throw new MailError('proxy-authentication', 'the proxy answered 407', { details });
    if (isPortal(response)) {
      throw new MailError('captive-portal', `a web page answered ${status} to CONNECT ${authority}`, { details });
    }
    if (status < 200 || status > 299) {
      throw new MailError('proxy-refused', `the proxy answered ${status} to CONNECT ${authority}`, { details });
    }
    // A server that speaks first (SMTP) may have got its greeting into the proxy's own packet.
    if (head.length > 0) socket.unshift(head);
    tunnels.add(socket);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A guest network's log-in page that answers in place of the proxy. A 2yz to CONNECT has no content (RFC 9110 9.3.6). */
function isPortal({ statusCode = 0, headers }: IncomingMessage): boolean {
  if (statusCode === 511 || (statusCode >= 300 && statusCode <= 399 && headers.location !== undefined)) return true;
  return statusCode >= 200 && statusCode <= 299 && /^\s*text\/html/i.test(headers['content-type'] ?? '');
}

function proxyUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:') return url;
  throw new MailError('settings-invalid', 'the proxy URL must be http://host:port', {
    details: { field: 'network.proxyUrl' },
  });
}

async function credentials({ user, password }: ProxySettings): Promise<string | undefined> {
  if (user === undefined || user === '') return undefined;
  return `Basic ${Buffer.from(`${user}:${(await password?.()) ?? ''}`, 'utf8').toString('base64')}`;
}

async function dialProxy(inner: Dialer, url: URL, target: DialTarget): Promise<Socket> {
  try {
    return await inner.dial({ ...target, host: url.hostname, port: url.port === '' ? 80 : Number(url.port) });
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    // Whose name was not found, whose port refused: the person at the panel needs to know that it was the proxy's.
    throw new MailError(error.code, `proxy: ${error.message}`, {
      cause: error,
      details: { ...error.details, via: 'proxy' },
    });
  }
}

/** One CONNECT over Node's own HTTP client: its parser bounds header size and refuses what is not HTTP. */
function converse(
  socket: Socket,
  authority: string,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly response: IncomingMessage; readonly head: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      method: 'CONNECT',
      path: authority,
      setHost: false,
      createConnection: () => socket,
      headers: { host: authority, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) },
    });
    const onAbort = () => {
      request.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    request.once('connect', (response, _socket, head) => {
      signal.removeEventListener('abort', onAbort);
      resolve({ response, head });
    });
    request.on('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      const found = classifyNetworkError(error, 'proxy-refused');
      const message = `the proxy ended the dialogue: ${found.message}`;
      reject(new MailError('proxy-refused', message, { cause: error, details: found.details }));
    });
    request.end();
  });
}
