import { createServer as createHttp, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect, createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Dialer } from '../../src/core/index.ts';
import { directDialer } from '../../src/net/index.ts';
import { type TlsIdentity } from '../support/certificates.ts';

/** A real server on an ephemeral loopback port. */
export interface Running {
  readonly port: number;
  close(): Promise<void>;
}

async function listen(server: Server): Promise<Running> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const one of sockets) one.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}

export const tcpServer = (onSocket: (socket: Socket) => void) => listen(createTcp(onSocket));
export const httpsServer = (identity: TlsIdentity, handle: RequestListener, options: object = {}) =>
  listen(createHttps({ ...identity, ...options }, handle));

/** A forward proxy. `answer` may refuse; the target's name is recorded and the tunnel goes to `port` on loopback. */
export async function proxyServer(options: {
  readonly port: number;
  readonly answer?: (request: IncomingMessage) => string | undefined;
  readonly prefix?: string;
}) {
  const asked: { target: string; authorization: string | undefined }[] = [];
  const server = createHttp();
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    const refusal = options.answer?.(request);
    if (refusal !== undefined) {
      socket.end(refusal);
      return;
    }
    const upstream = connect(options.port, '127.0.0.1', () => {
      socket.write(`HTTP/1.1 200 Connection established\r\n\r\n${options.prefix ?? ''}`);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
  });
  return { ...(await listen(server)), asked };
}

/** Every name is this machine, as in the demo. */
export const loopbackDialer = (): Dialer => {
  const direct = directDialer();
  return { dial: (target) => direct.dial({ ...target, host: '127.0.0.1' }) };
};
