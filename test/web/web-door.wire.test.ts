import { once } from 'node:events';
import { connect as connectPlain, createServer, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createDoorPort } from '../../src/doorway/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { webCall } from '../support/doors.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { until } from '../support/signed-in.ts';
import { testIdentity } from '../intake/running-lan.ts';
import type { WebDoorOptions } from '../../src/web/index.ts';
import { password, runningWeb } from './running-web.ts';
import { allOf, freePort } from '../support/loopback.ts';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const portOf = (url: string) => Number(new URL(url).port);
const tlsTo = async (url: string, options: object = {}): Promise<TLSSocket> => {
  const socket = connect({ port: portOf(url), host: '127.0.0.1', rejectUnauthorized: false, ...options });
  sockets.push(socket);
  await once(socket, 'secureConnect');
  return socket;
};

describe('the web door', () => {
  test('loads nothing until a browser comes', async () => {
    const { loads, url } = await runningWeb();
    expect(loads()).toBe(0);
    await webCall(url, 'GET', '/v1/session');
    expect(loads()).toBe(1);
  });

  test('a log-in has the cookie that browsers keep safe, and ends when told', async () => {
    const { url, logIn, access } = await runningWeb();
    const { cookie, csrfToken, setCookie } = await logIn();
    expect(setCookie).toMatch(/^__Host-mfp=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
    const status = await webCall(url, 'GET', '/v1/status', { headers: { cookie } });
    expect(status.status).toBe(200);
    const again = await webCall(url, 'POST', '/v1/session', { body: { password }, headers: { cookie } });
    expect(again.status).toBe(200);
    // The session of before ended with the new log-in.
    expect((await webCall(url, 'GET', '/v1/status', { headers: { cookie } })).status).toBe(401);
    expect(
      (await webCall(url, 'DELETE', '/v1/session', { headers: { cookie, 'x-csrf-token': csrfToken } })).status,
    ).toBe(401);
    const fresh = { 'cookie': String(again.headers['set-cookie']).split(';')[0] ?? '' };
    const token = (JSON.parse(again.text) as { csrfToken: string }).csrfToken;
    const out = await webCall(url, 'DELETE', '/v1/session', { headers: { ...fresh, 'x-csrf-token': token } });
    expect(out.status).toBe(204);
    expect(out.headers['set-cookie']).toEqual([expect.stringMatching(/^__Host-mfp=; .*Max-Age=0$/)]);
    expect((await webCall(url, 'GET', '/v1/status', { headers: fresh })).status).toBe(401);
    await access.forget();
  });

  test('a page that asks by itself keeps no log-in alive (T42)', async () => {
    const { url, logIn, access } = await runningWeb();
    const uses: boolean[] = [];
    const find = access.webSession.bind(access);
    access.webSession = (token, use) => {
      uses.push(use.isUse);
      return find(token, use);
    };
    const { cookie } = await logIn();
    uses.length = 0;
    for (const headers of [{ cookie }, { cookie, 'x-mfp-unattended': '1' }])
      expect((await webCall(url, 'GET', '/v1/status', { headers })).status).toBe(200);
    expect(uses).toEqual([true, false]);
  });

  test('an event stream ends with its session', async () => {
    const { url, logIn, access } = await runningWeb();
    const { cookie } = await logIn();
    const stream = webCall(url, 'GET', '/v1/events', { headers: { cookie } });
    await settle(20);
    const session = await access.webSession(cookie.slice('__Host-mfp='.length), { isUse: false });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await access.logOut(session?.id ?? '');
    expect((await stream).text).toMatch(/^event: status\n/);
  });

  test('before the log-in nobody sends more than a password', async () => {
    const { url } = await runningWeb();
    const long = await webCall(url, 'POST', '/v1/session', { body: { password: 'x'.repeat(20_000) } });
    expect(long.status).toBe(413);
    const headers = { 'transfer-encoding': 'chunked', 'content-length': undefined };
    expect((await webCall(url, 'POST', '/v1/session', { body: { password: 'x' }, headers })).status).toBe(413);
  });

  test('no strict transport with our own certificate; with one that others vouch for, and at once', async () => {
    const { url, identity } = await runningWeb();
    expect((await webCall(url, 'GET', '/v1/session')).headers['strict-transport-security']).toBeUndefined();
    const { keys, certificates } = await testIdentity();
    identity.present = { key: keys[1] ?? '', certificate: certificates[1] ?? '', isSelfSigned: false };
    const reply = await webCall(url, 'GET', '/v1/session');
    expect(reply.headers['strict-transport-security']).toBe('max-age=86400');
    const socket = await tlsTo(url);
    expect(socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType).toBe('rsa');
  });

  test('serves the pages from the map', async () => {
    const { url, files } = await runningWeb();
    expect((await webCall(url, 'GET', '/')).status).toBe(404);
    const page = '<!doctype html>';
    files.push({
      path: '/',
      mediaType: 'text/html; charset=utf-8',
      etag: '"1"',
      isForever: false,
      encoding: 'br',
      base64: brotliCompressSync(page).toString('base64'),
    });
    const reply = await webCall(url, 'GET', '/');
    expect([reply.status, reply.text]).toEqual([200, page]);
    expect(reply.headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    );
    expect((await webCall(url, 'GET', '/', { headers: { 'if-none-match': '"1"' } })).status).toBe(304);
    for (const path of ['/index.html', '/package.json', '/v2/status', '/V1/status'])
      expect((await webCall(url, 'GET', path)).status).toBe(404);
  });

  test.each([
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['a cipher without forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }],
  ])('refuses %s, whatever key the certificate has', async (_name, options) => {
    const { url, identity } = await runningWeb();
    await expect(tlsTo(url, options)).rejects.toThrow();
    // With RSA there are ciphers that the device's own certificate cannot have.
    const { keys, certificates } = await testIdentity();
    identity.present = { key: keys[1] ?? '', certificate: certificates[1] ?? '', isSelfSigned: false };
    await webCall(url, 'GET', '/v1/session');
    await expect(tlsTo(url, options)).rejects.toThrow();
    await expect(tlsTo(url, { maxVersion: 'TLSv1.2' })).resolves.toBeDefined();
  });

  test('says nothing to plain HTTP', async () => {
    const { url } = await runningWeb();
    const socket = connectPlain(portOf(url), '127.0.0.1');
    sockets.push(socket);
    socket.write('GET /v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    expect(await allOf(socket)).not.toContain('HTTP/1.1 200');
  });

  test.each<[string, number, string]>([
    ['no HTTP at all', 400, 'hello\r\n\r\n'],
    [
      'two lengths',
      400,
      'POST /v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    ],
    [
      'length and chunks',
      400,
      'POST /v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a header of 17 KiB', 431, `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`],
    ['a bare CR in a header', 400, 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\rY: b\r\n\r\n'],
    ['no Host', 400, 'GET / HTTP/1.1\r\n\r\n'],
  ])('%s is answered %i, and the connection ends', async (_name, status, octets) => {
    const { url, agent } = await runningWeb();
    const socket = await tlsTo(url);
    socket.write(octets);
    expect(await allOf(socket)).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} [^]*connection: close`, 'i'));
    expect(agent.calls).toEqual([]);
  });

  test('a refused request ends its connection: what follows is not read as another', async () => {
    const { url } = await runningWeb();
    const socket = await tlsTo(url);
    socket.write(
      'POST //x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\nGET /v1/session HTTP/1.1\r\n\r\n',
    );
    const text = await allOf(socket);
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(text).toMatch(/^HTTP\/1\.1 400 [^]*connection: close/i);
  });

  test('a head that expects what nobody knows meets the same gate', async () => {
    const { url } = await runningWeb();
    const ask = async (host: string) => {
      const socket = await tlsTo(url);
      socket.write(`GET /v1/session HTTP/1.1\r\nHost: ${host}\r\nExpect: the-unexpected\r\nConnection: close\r\n\r\n`);
      return allOf(socket);
    };
    expect(await ask('evil.example')).toMatch(/^HTTP\/1\.1 421 [^]*content-security-policy/);
    expect(await ask('127.0.0.1')).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('who comes by IPv4 is known by that address, although the port is one of both', async () => {
    const { url, agent } = await runningWeb({ addresses: [] });
    await webCall(url, 'POST', '/v1/session', { body: { password } });
    expect(agent.audited).toMatchObject([{ by: '127.0.0.1', act: 'log-in', outcome: 'login-refused' }]);
  });

  test('twenty connections of one address at most', async () => {
    const { url } = await runningWeb();
    await tlsTo(url);
    const others = Array.from({ length: 19 }, () => connectPlain(portOf(url), '127.0.0.1'));
    sockets.push(...others);
    await Promise.all(others.map((socket) => once(socket, 'connect')));
    await settle(20);
    const surplus = connectPlain(portOf(url), '127.0.0.1');
    sockets.push(surplus);
    expect(await allOf(surplus)).toBe('');
    // At once, and not with all the others because no handshake came.
    expect(others.filter((socket) => socket.readableEnded || socket.destroyed)).toEqual([]);
  });
});

test.each<[string, number]>([
  ['mfp-7.contoso.com', 200],
  ['MFP-7', 200],
  ['mfp-7.local', 200],
  ['localhost', 200],
  ['[::1]:8443', 200],
  ['printer.example', 200],
  ['mfp-8', 421],
  ['contoso.com', 421],
  ['local', 421],
  ['mfp-7.evil.example', 421],
  ['127.0.0.2', 421],
])('the device goes by the name %s: %i (T44)', async (host, status) => {
  const { url } = await runningWeb({ hostNames: ['printer.example'] });
  const headers = { host, origin: undefined, 'sec-fetch-site': undefined };
  expect((await webCall(url, 'GET', '/v1/session', { headers })).status).toBe(status);
});

describe('plain HTTP', () => {
  const ask = async (port: number, text: string) => {
    const socket = connectPlain(port, '127.0.0.1');
    sockets.push(socket);
    socket.write(text);
    return allOf(socket);
  };

  test('only leads to the web door, without a cookie', async () => {
    const redirectPort = await freePort();
    const { url } = await runningWeb({ redirectPort });
    const port = portOf(url);
    const reply = await ask(
      redirectPort,
      'GET /v1/session?x HTTP/1.1\r\nHost: mfp-7:80\r\nCookie: __Host-mfp=x\r\n\r\n',
    );
    expect(reply).toMatch(/^HTTP\/1\.1 301 /);
    expect(reply).toContain(`location: https://mfp-7:${String(port)}/\r\n`);
    expect(reply.toLowerCase()).not.toContain('set-cookie');
    // By its address too, and nowhere but to the first page.
    expect(await ask(redirectPort, 'GET //evil.example/ HTTP/1.1\r\nHost: [::1]\r\n\r\n')).toContain(
      `location: https://[::1]:${String(port)}/\r\n`,
    );
    expect(await ask(redirectPort, 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /);
    expect(await ask(redirectPort, 'POST /v1/session HTTP/1.1\r\nHost: mfp-7\r\nContent-Length: 0\r\n\r\n')).toMatch(
      / 403 /,
    );
  });

  test('is off by default', async () => {
    const { door } = await runningWeb();
    expect(door.addresses()).toHaveLength(1);
  });

  test('is off with the web door', async () => {
    const redirectPort = await freePort();
    await runningWeb({ isEnabled: false, redirectPort });
    await expect(ask(redirectPort, '')).rejects.toThrow(/ECONNREFUSED/);
  });

  test('opens and closes with its setting', async () => {
    const redirectPort = await freePort();
    const changes = { redirectPort: 0 };
    const { door } = await runningWeb(changes);
    await expect(ask(redirectPort, '')).rejects.toThrow(/ECONNREFUSED/);
    changes.redirectPort = redirectPort;
    await door.reconfigure();
    expect(await ask(redirectPort, 'GET / HTTP/1.1\r\nHost: mfp-7\r\n\r\n')).toMatch(/^HTTP\/1\.1 301 /);
    changes.redirectPort = 0;
    await door.reconfigure();
    await expect(ask(redirectPort, '')).rejects.toThrow(/ECONNREFUSED/);
  });

  test('that finds its port taken is a trouble of the door, whose own pages are there', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { door, url } = await runningWeb({ redirectPort: (holder.address() as { port: number }).port });
    expect(door.trouble()).toMatchObject({ code: 'port-unavailable' });
    expect((await webCall(url, 'GET', '/v1/session')).status).toBe(200);
    holder.close();
  });
});

test('switched off, the door closes at once; switched on, it is there again', async () => {
  const changes = { isEnabled: true };
  const { door, url } = await runningWeb(changes);
  expect((await webCall(url, 'GET', '/v1/session')).status).toBe(200);
  changes.isEnabled = false;
  await door.reconfigure();
  expect(door.addresses()).toEqual([]);
  await expect(webCall(url, 'GET', '/v1/session')).rejects.toThrow(/ECONNREFUSED/);
  changes.isEnabled = true;
  await door.reconfigure();
  const again = `https://127.0.0.1:${String(door.addresses()[0]?.port)}`;
  expect((await webCall(again, 'GET', '/v1/session')).status).toBe(200);
});

test('sockets of a service manager stand for the ports of the settings, each for its own', async () => {
  const held: Record<string, number> = {};
  const handed: WebDoorOptions['handed'] = (name) => [
    {
      id: name,
      open: async (taker) => {
        const server = createServer(taker).listen(0, '127.0.0.1');
        await once(server, 'listening');
        held[name] = (server.address() as { port: number }).port;
        return server;
      },
    },
  ];
  const { door } = await runningWeb({ port: 1, redirectPort: 1 }, handed);
  expect(door.addresses()).toEqual([{ address: '127.0.0.1', port: held['web'] }]);
  expect((await webCall(`https://127.0.0.1:${String(held['web'])}`, 'GET', '/v1/session')).status).toBe(200);
  const socket = connectPlain(held['web-redirect'] ?? 0, '127.0.0.1');
  sockets.push(socket);
  socket.write('GET / HTTP/1.1\r\nHost: mfp-7\r\n\r\n');
  expect(await allOf(socket)).toContain(`location: https://mfp-7:${String(held['web'])}/\r\n`);
});

test('a port that is taken is told, and asked for again every 30 s', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  const clock = new ManualClock();
  let changes = 0;
  const door = createDoorPort({
    name: 'web door',
    places: () => [{ host: '127.0.0.1', port }],
    load: () => Promise.reject(new Error('not in this test')),
    most: 2,
    mostPerAddress: 2,
    clock,
    log: collectedLog(),
    onChange: () => {
      changes++;
    },
  });
  await door.start();
  expect(door.trouble()).toMatchObject({ code: 'port-unavailable' });
  expect(clock.pendingMs).toEqual([30_000]);
  holder.close();
  await once(holder, 'close');
  await clock.advance(30_000);
  await until(() => door.trouble() === undefined || undefined, 5000);
  expect(door.addresses()).toEqual([{ address: '127.0.0.1', port }]);
  expect(changes).toBe(2);
  await door.stop();
  expect(door.addresses()).toEqual([]);
});
