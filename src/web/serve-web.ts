/** TLS, HTTP and the gate of the web door; loaded with the first connection. */
import { createServer as createPlain } from 'node:http';
import { createServer } from 'node:https';
import type { Caller } from '../api/index.ts';
import { webCookie } from '../api/index.ts';
import type { Session } from '../access/index.ts';
import { browserDoor, type Connections } from '../doorway/index.ts';
import type { WebDoorOptions, WebIdentity } from './web-door.ts';

const handshakeMs = 10_000;
/**
 * RFC 6797; with a certificate that nobody vouches for it would lock people out (T47). A day only: an administrator who removes
 * the certificate must get in by exception again.
 */
const strictTransport = 'max-age=86400';

/** Serves connections of the HTTPS port. @throws MailError `key-unavailable`, `storage-failed` */
export async function serveWeb(options: WebDoorOptions): Promise<Connections> {
  const { access, api, files, log } = options;
  const { connectionsOf, createDoorListener, plainHost, serverLimits } = await browserDoor();
  let identity = await options.identity();
  const server = createServer({ ...serverLimits, ...tlsOptions(identity), handshakeTimeout: handshakeMs });
  server.on(
    'request',
    createDoorListener<Session, Caller>({
      scheme: 'https',
      isHostAllowed: hostList(options, plainHost),
      cookieName: webCookie,
      api,
      files,
      session: (cookie, use) => access.webSession(cookie, use),
      callerOf: (session, address) =>
        session === undefined
          ? { by: address, door: 'web', role: 'nobody', address }
          : { by: session.by, door: 'web', role: 'administrator', session, address },
      headers: () => (identity.isSelfSigned ? {} : { 'strict-transport-security': strictTransport }),
      log,
    }),
  );
  const { take, stop } = connectionsOf(server);
  const renew = async () => {
    const now = await options.identity();
    if (now === identity) return;
    identity = now;
    server.setSecureContext(tlsOptions(now));
  };
  return {
    take: (socket) => {
      // The certificate of before serves as long as the new one cannot be had.
      void renew()
        .catch((error: unknown) => {
          log.fault('web certificate', error);
        })
        .then(() => {
          if (!socket.destroyed) take(socket);
        });
    },
    stop,
  };
}

/** TLS 1.2 and later, with forward secrecy. */
function tlsOptions({ key, certificate }: WebIdentity) {
  return {
    key,
    cert: certificate,
    minVersion: 'TLSv1.2',
    ciphers:
      'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:' +
      'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:' +
      'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305',
    honorCipherOrder: true,
  } as const;
}

/** Serves connections of the plain port: a page's address leads to the web door, everything else is refused (T47). */
export async function serveRedirect(options: WebDoorOptions & { readonly port: () => number }): Promise<Connections> {
  const { connectionsOf, hostOf, plainHost, serverLimits } = await browserDoor();
  const isHostAllowed = hostList(options, plainHost);
  const server = createPlain(serverLimits);
  server.on('request', ({ method, headers }, outgoing) => {
    const host = hostOf(headers.host ?? '');
    const close = {
      connection: 'close',
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    };
    if (host === undefined || !isHostAllowed(host.name)) outgoing.writeHead(421, close).end();
    else if (method !== 'GET' && method !== 'HEAD') outgoing.writeHead(403, close).end('by HTTPS only\n');
    else {
      const name = host.name.includes(':') ? `[${host.name}]` : host.name;
      const port = options.port() === 443 ? '' : `:${String(options.port())}`;
      outgoing.writeHead(301, { ...close, location: `https://${name}${port}/` }).end();
    }
  });
  return connectionsOf(server);
}

/** Names this device goes by (T44); asked anew for each request, since addresses come and go. */
function hostList(
  { settings, hostName, addresses }: Pick<WebDoorOptions, 'settings' | 'hostName' | 'addresses'>,
  plainHost: (host: string) => string,
): (host: string) => boolean {
  return (host) => {
    const [short = ''] = hostName.toLowerCase().split('.');
    const names = ['localhost', hostName.toLowerCase(), short, `${short}.local`, ...settings().hostNames];
    return names.includes(host) || addresses().some((address) => plainHost(address) === host);
  };
}
