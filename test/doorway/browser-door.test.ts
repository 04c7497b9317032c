/** The gate over real HTTP: what every reply carries, what counts as use of a log-in, and how slow or broken clients end. */
import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect, createServer as createNetServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { connectionsOf, createDoorListener, serverLimits } from '../../src/doorway/serving.ts';
import type { UiFile } from '../../src/doorway/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { allOf } from '../support/loopback.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const csrfToken = 'T'.repeat(32);
const pageFile: UiFile = {
  path: '/main-1.js',
  mediaType: 'text/javascript',
  etag: '"1"',
  isForever: true,
  encoding: 'gzip',
  base64: '',
};

/** A door whose API says what happened; `files` may fail. */
async function opened(files: () => Promise<ReadonlyMap<string, UiFile>> = () => Promise.resolve(new Map())) {
  const log = collectedLog();
  const uses: boolean[] = [];
  const calls: string[] = [];
  const listener = createDoorListener({
    scheme: 'http',
    isHostAllowed: (host) => host === '127.0.0.1',
    cookieName: 'door',
    api: () =>
      Promise.resolve({
        handle: (asked: Request, caller: string) => {
          calls.push(`${asked.method} ${new URL(asked.url).pathname} as ${caller}`);
          if (asked.url.endsWith('/v1/bug')) throw new Error('inside');
          return Promise.resolve(Response.json({ caller }));
        },
        refuse: () => Promise.resolve(Response.json({}, { status: 401 })),
        isOpen: (_method: string, path: string) => path === '/v1/open',
      }),
    files,
    session: (cookie, { isUse }) => {
      uses.push(isUse);
      return Promise.resolve(cookie === 'good' ? { csrfToken } : undefined);
    },
    callerOf: (session) => (session === undefined ? 'nobody' : 'somebody'),
    log,
  });
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const ask = async (method: string, path: string, headers: Record<string, string> = {}) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
    outgoing.end();
    const [reply] = (await once(outgoing, 'response')) as [
      { statusCode: number; headers: IncomingHttpHeaders } & AsyncIterable<Buffer>,
    ];
    let text = '';
    for await (const chunk of reply) text += String(chunk);
    return { status: reply.statusCode, headers: reply.headers, text };
  };
  return { ask, log, uses, calls, port, origin: `http://127.0.0.1:${String(port)}` };
}

const loggedIn = { cookie: 'door=good' };

describe('every reply keeps browsers from what is not ours (T45, T46)', () => {
  test.each<[string, string, string, Record<string, string>, number, string]>([
    ['a call', 'GET', '/v1/status', loggedIn, 200, 'no-store'],
    ['no log-in', 'GET', '/v1/status', {}, 401, 'no-store'],
    ['a bug', 'GET', '/v1/bug', loggedIn, 500, 'no-store'],
    ['no page', 'GET', '/nothing', {}, 404, 'no-store'],
    ['a file that never changes', 'GET', '/main-1.js', {}, 200, 'public, max-age=31536000, immutable'],
    [
      'a file that is known',
      'GET',
      '/main-1.js',
      { 'if-none-match': '"1"' },
      304,
      'public, max-age=31536000, immutable',
    ],
    ['another host', 'GET', '/v1/status', { host: 'evil.example' }, 421, 'no-store'],
    ['another path', 'GET', '//x', {}, 400, 'no-store'],
    ['another method', 'OPTIONS', '/v1/status', {}, 405, 'no-store'],
    ['another site', 'GET', '/v1/status', { origin: 'https://evil.example' }, 403, 'no-store'],
  ])('%s', async (_name, method, path, headers, status, cache) => {
    const { ask } = await opened(() => Promise.resolve(new Map([[pageFile.path, pageFile]])));
    const reply = await ask(method, path, { 'accept-encoding': 'gzip', ...headers });
    expect(reply.status).toBe(status);
    expect(reply.headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': cache,
    });
    expect(Object.keys(reply.headers).filter((name) => /^access-control|^server$|^x-powered/.test(name))).toEqual([]);
  });

  test('a bug is told to the log, not to the browser', async () => {
    const { ask, log } = await opened();
    expect((await ask('GET', '/v1/bug', loggedIn)).text).toBe('');
    expect(log.of('fault')).toEqual(['web call failed']);
  });

  test('pages that cannot be read are told in words', async () => {
    const { ask, log } = await opened(() => Promise.reject(new Error('no file')));
    expect(await ask('GET', '/')).toMatchObject({ status: 503, text: expect.stringContaining('not there') });
    expect(log.of('fault')).toEqual(['pages cannot be read']);
  });
});

describe('a log-in', () => {
  test('is used by people: not by an event stream that comes back, not by a page that asks by itself (T42)', async () => {
    const { ask, uses } = await opened();
    await ask('GET', '/v1/status', loggedIn);
    await ask('GET', '/v1/events', loggedIn);
    await ask('GET', '/v1/status', { ...loggedIn, 'x-mfp-unattended': '1' });
    expect(uses).toEqual([true, false, false]);
  });

  test.each<[string, string | undefined, number]>([
    ['the token', csrfToken, 200],
    ['no token', undefined, 403],
    ['another token', 'X'.repeat(32), 403],
    ['the token and more', `${csrfToken}X`, 403],
    ['an empty token', '', 403],
  ])('changes something with %s: %s gives %i (T43)', async (_name, token, status) => {
    const { ask, calls, origin } = await opened();
    const headers = { ...loggedIn, origin, ...(token === undefined ? {} : { 'x-csrf-token': token }) };
    expect((await ask('DELETE', '/v1/account', headers)).status).toBe(status);
    expect(calls).toHaveLength(status === 200 ? 1 : 0);
  });
});

/** An HTTP server behind a port of ours, as the doors have it. */
async function taken(limits: object) {
  const server: Server = createServer(limits, (incoming, outgoing) => {
    incoming.resume().on('end', () => outgoing.end('x'));
  });
  const connections = connectionsOf(server);
  const port = createNetServer((socket) => {
    connections.take(socket);
  }).listen(0, '127.0.0.1');
  await once(port, 'listening');
  ends.push(() => port.close());
  ends.push(connections.stop);
  const client = async () => {
    const socket = connect((port.address() as AddressInfo).port, '127.0.0.1');
    ends.push(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  return { server, connections, client };
}

describe('a connection (T54)', () => {
  test('whose head does not come is ended', async () => {
    const { client } = await taken({ ...serverLimits, headersTimeout: 100, connectionsCheckingInterval: 50 });
    const socket = await client();
    socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX');
    expect(await allOf(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('whose body does not come is ended', async () => {
    const { client } = await taken({
      ...serverLimits,
      headersTimeout: 50,
      requestTimeout: 100,
      connectionsCheckingInterval: 50,
    });
    const socket = await client();
    socket.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nab');
    await allOf(socket);
    expect(socket.readableEnded).toBe(true);
  });

  test('has limits that bite', async () => {
    const { server } = await taken(serverLimits);
    expect(server.maxRequestsPerSocket).toBe(1000);
    // 0 is none.
    for (const [name, most] of [
      ['headersTimeout', 10_000],
      ['requestTimeout', 120_000],
      ['keepAliveTimeout', 10_000],
      ['connectionsCheckingInterval', 5_000],
      ['maxHeaderSize', 16_384],
    ] as const) {
      expect([name, serverLimits[name] > 0, serverLimits[name] <= most]).toEqual([name, true, true]);
    }
  });

  test('that is open ends with the door', async () => {
    const { client, connections, server } = await taken(serverLimits);
    const socket = await client();
    // In the middle of a request: a door does not wait for it.
    socket.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nab');
    await once(server, 'request');
    connections.stop();
    await allOf(socket);
    expect(server.listening).toBe(false);
  });
});
