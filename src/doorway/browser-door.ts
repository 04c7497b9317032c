/**
 * A door for browsers: the gate that every request passes before any router (T42-T46, T49), the pages, and the API behind it.
 * `web/` and `panel-door/` say who their people are; everything else is here, once.
 */
import { timingSafeEqual } from 'node:crypto';
import type * as http from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { MailError, type MailLog } from '../core/index.ts';
import type { Connections } from './door-port.ts';
import { cookieOf, judgeHead } from './request-head.ts';
import { uiResponse, type UiFiles } from './ui-files.ts';

/** The API as a door needs it. */
export interface DoorApi<Caller> {
  handle(request: Request, caller: Caller): Promise<Response>;
  /** An error as the API tells it, in the language of the request. */
  refuse(request: Request, error: MailError): Promise<Response>;
  /** May people call it who have not logged in? */
  isOpen(method: string, path: string): boolean;
}

/** Who is behind a cookie. */
export interface DoorSession {
  /** Sent as `X-Csrf-Token` with everything that changes something. */
  readonly csrfToken: string;
}

/** What differs between the doors. */
export interface BrowserDoor<Session extends DoorSession, Caller> {
  readonly scheme: 'http' | 'https';
  readonly isHostAllowed: (host: string, port: number | undefined) => boolean;
  readonly cookieName: string;
  readonly api: () => Promise<DoorApi<Caller>>;
  readonly files: () => Promise<UiFiles>;
  /** @returns undefined for a cookie that nobody has, or has any more */
  readonly session: (cookie: string, options: { readonly isUse: boolean }) => Promise<Session | undefined>;
  /** @param session undefined: somebody who has not logged in */
  readonly callerOf: (session: Session | undefined, address: string) => Caller;
  /** Answers addresses of its own that are neither pages nor calls: how somebody comes in. */
  readonly enter?: ((request: Request, session: Session | undefined) => Promise<Response | undefined>) | undefined;
  /** Further headers of every reply. */
  readonly headers?: (() => Readonly<Record<string, string>>) | undefined;
  readonly log: MailLog;
}

/** T45, T46; nothing is loaded from anywhere else, and nothing is remembered by the browser unless said. */
const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** What somebody who has not logged in may send: a password. */
const largestOpenBody = 16 * 1024;

type Listener = (incoming: http.IncomingMessage, outgoing: http.ServerResponse) => void;

/** Makes the function that answers requests of Node's HTTP server. */
export function createDoorListener<Session extends DoorSession, Caller>(door: BrowserDoor<Session, Caller>): Listener {
  const listener = getRequestListener(
    async (request, { incoming }) => {
      const response = await answer(door, request, incoming as http.IncomingMessage);
      for (const [name, value] of Object.entries({ ...securityHeaders, ...door.headers?.() }))
        response.headers.set(name, value);
      if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
      return response;
    },
    {
      overrideGlobalObjects: false,
      errorHandler: (error) => {
        door.log.fault('web call failed', error);
        return new Response(null, { status: 500, headers: { ...securityHeaders, 'cache-control': 'no-store' } });
      },
    },
  );
  return (incoming, outgoing) => {
    const { method = '', url = '', headers, rawHeaders } = incoming;
    const verdict = judgeHead({ method, target: url, headers, rawHeaders }, door);
    if (verdict.kind !== 'refused') {
      void listener(incoming, outgoing);
      return;
    }
    // With a body the connection ends: what follows on it is nobody's.
    const hasBody = (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined;
    outgoing.writeHead(verdict.status, {
      ...securityHeaders,
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      ...(hasBody ? { connection: 'close' } : {}),
      ...(verdict.status === 405 ? { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE' } : {}),
    });
    outgoing.end(`${verdict.why}\n`);
  };
}

async function answer<Session extends DoorSession, Caller>(
  door: BrowserDoor<Session, Caller>,
  request: Request,
  incoming: http.IncomingMessage,
): Promise<Response> {
  const { method = '', url: target = '', headers } = incoming;
  const [path = ''] = target.split('?', 1);
  const sessionOf = async (isUse: boolean) => {
    const cookie = cookieOf(headers, door.cookieName);
    return cookie === undefined ? undefined : door.session(cookie, { isUse });
  };
  if (path !== '/v1' && !path.startsWith('/v1/')) {
    const entered = door.enter && (await door.enter(request, await sessionOf(false)));
    return entered ?? (await page(door, path, request));
  }
  // An event stream that comes back by itself is no person, nor is a page that asks on a timer while nobody is there (T42).
  const session = await sessionOf(path !== '/v1/events' && headers['x-mfp-unattended'] === undefined);
  const api = await door.api();
  const isChange = method !== 'GET' && method !== 'HEAD';
  if (session === undefined) {
    if (!api.isOpen(method, path))
      return api.refuse(request, new MailError('login-needed', `${method} without log-in`));
    const length = Number(headers['content-length'] ?? (headers['transfer-encoding'] === undefined ? 0 : NaN));
    if (!(length <= largestOpenBody)) return plain(413, 'that is more than a password');
  } else if (isChange && !api.isOpen(method, path) && !isSame(headers['x-csrf-token'], session.csrfToken))
    return plain(403, 'the page is older than the log-in; load it again');
  // An IPv4 client of a listener on `::` is an IPv4 client: records name it as people know it.
  const address = (incoming.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  return api.handle(request, door.callerOf(session, address));
}

async function page(
  door: Pick<BrowserDoor<DoorSession, unknown>, 'files' | 'log'>,
  path: string,
  request: Request,
): Promise<Response> {
  try {
    return (await uiResponse(await door.files(), path, request)) ?? plain(404, 'there is nothing here');
  } catch (error) {
    door.log.fault('pages cannot be read', error);
    return plain(503, 'the pages are not there; build the program, or install it again');
  }
}

function isSame(given: string | string[] | undefined, token: string): boolean {
  if (typeof given !== 'string' || given.length !== token.length) return false;
  return timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(token, 'latin1'));
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'connection': 'close' },
  });
}

/** Limits of T54 for Node's servers. */
export const serverLimits = {
  headersTimeout: 10_000,
  requestTimeout: 120_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
  keepAliveTimeout: 10_000,
} as const;

/** An HTTP(S) server as something that takes connections of a port that was bound before. */
export function connectionsOf(server: http.Server): Connections {
  server.maxRequestsPerSocket = 1000;
  // The same gate for a head that expects what nobody knows; Node would answer it by itself.
  server.on('checkExpectation', (incoming, outgoing) => server.emit('request', incoming, outgoing));
  // Node starts looking for slow clients when a server listens. This one never does: the port was bound before.
  server.emit('listening');
  return {
    take: (socket: Socket) => {
      server.emit('connection', socket);
    },
    stop: () => {
      server.closeAllConnections();
      // Ends the looking.
      server.close(() => undefined);
    },
  };
}
