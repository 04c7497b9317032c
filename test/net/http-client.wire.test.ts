import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Dialer, MailError } from '../../src/core/index.ts';
import { createHttpClient, directDialer, proxyDialer } from '../../src/net/index.ts';
import { makeCa, type TestCa, type TlsIdentity } from '../support/certificates.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { httpsServer, loopbackDialer, proxyServer, tcpServer, type Running } from './servers.ts';

const running: Running[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});
const keep = <T extends Running>(one: T): T => {
  running.push(one);
  return one;
};

let ca: TestCa;
let identity: TlsIdentity;
beforeAll(async () => {
  ca = await makeCa();
  identity = await ca.issue(['login.example']);
});

const client = (options: { dialer?: Dialer; clock?: ManualClock; extraCaPem?: string[] } = {}) =>
  createHttpClient({
    dialer: options.dialer ?? loopbackDialer(),
    extraCaPem: options.extraCaPem ?? [ca.cert],
    clock: options.clock ?? new ManualClock(),
    userAgent: 'mfp-mail-agent/test',
  });
const serve = async (handle: RequestListener, options: object = {}, as = identity) =>
  keep(await httpsServer(as, handle, options)).port;
const urlOf = (port: number, path = '/t/oauth2/v2.0/token') => `https://login.example:${port}${path}`;

/** Waits for real I/O until `condition` holds; the manual clock stands still meanwhile. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2000 && !condition(); turn++) await settle(1);
  expect(condition()).toBe(true);
}

describe('createHttpClient', () => {
  test('posts a form and returns status, headers in lower case, and text', async () => {
    const seen: unknown[] = [];
    const port = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        seen.push({
          method: request.method,
          url: request.url,
          body,
          type: request.headers['content-type'],
          agent: request.headers['user-agent'],
        });
        response.writeHead(400, { 'Content-Type': 'application/json', 'X-Ms-Request-Id': 'abc' }).end('{"error":"ü"}');
      });
    });
    const reply = await client().request({
      method: 'POST',
      url: urlOf(port),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=b',
    });
    expect(reply).toMatchObject({ status: 400, body: '{"error":"ü"}', headers: { 'x-ms-request-id': 'abc' } });
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/t/oauth2/v2.0/token',
        body: 'a=b',
        type: 'application/x-www-form-urlencoded',
        agent: 'mfp-mail-agent/test',
      },
    ]);
  });

  test('goes through a proxy', async () => {
    const port = await serve((_request, response) => {
      response.end('{}');
    });
    const proxy = keep(await proxyServer({ port }));
    const dialer = proxyDialer(directDialer(), { url: `http://127.0.0.1:${proxy.port}`, bypass: [] });
    await expect(client({ dialer }).request({ method: 'GET', url: 'https://login.example/x' })).resolves.toMatchObject({
      status: 200,
    });
    expect(proxy.asked).toMatchObject([{ target: 'login.example:443' }]);
  });

  test.each<[string, number, Record<string, string>, string, string]>([
    // what answered, status, headers, body, code
    [
      'a captive portal page',
      200,
      { 'content-type': 'text/html; charset=utf-8' },
      '<html>Welcome to the hotel</html>',
      'captive-portal',
    ],
    [
      'a page that calls itself JSON',
      200,
      { 'content-type': 'application/json' },
      '  <!DOCTYPE html><p>hi',
      'captive-portal',
    ],
    ['a block page', 403, { 'content-type': 'text/html' }, 'blocked', 'captive-portal'],
    ['network authentication', 511, { 'content-type': 'text/plain' }, '', 'captive-portal'],
    ['a redirect elsewhere', 302, { location: 'http://portal.hotel/login' }, '', 'captive-portal'],
    ['a redirect at home', 307, { location: '/other' }, '', 'reply-invalid'],
    ['a redirect to nowhere', 301, {}, '', 'reply-invalid'],
    ['a proxy that wants a log-in', 407, {}, '', 'proxy-authentication'],
  ])('names %s', async (_name, status, headers, body, code) => {
    const port = await serve((_request, response) => {
      response.writeHead(status, headers).end(body);
    });
    await expect(client().request({ method: 'POST', url: urlOf(port), body: '' })).rejects.toMatchObject({ code });
  });

  test('a 5xx page is handed on: the status says enough', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(503, { 'content-type': 'text/html', 'retry-after': '7' }).end('<html>busy');
    });
    await expect(client().request({ method: 'POST', url: urlOf(port), body: '' })).resolves.toMatchObject({
      status: 503,
      headers: { 'retry-after': '7' },
    });
  });

  test('never follows a redirect', async () => {
    let hits = 0;
    const port = await serve((_request, response) => {
      hits++;
      response.writeHead(307, { location: '/again' }).end();
    });
    await expect(client().request({ method: 'POST', url: urlOf(port), body: 'refresh_token=x' })).rejects.toMatchObject(
      { code: 'reply-invalid' },
    );
    expect(hits).toBe(1);
  });

  test.each<[string, (write: (chunk: Buffer) => void) => void, Record<string, string>]>([
    [
      'a huge body',
      (write) => {
        for (let i = 0; i < 20; i++) write(Buffer.alloc(100_000, 97));
      },
      {},
    ],
    [
      'a gzip bomb',
      (write) => {
        write(gzipSync(Buffer.alloc(50_000_000)));
      },
      { 'content-encoding': 'gzip' },
    ],
  ])('caps %s at 1 MiB', async (_name, fill, headers) => {
    const port = await serve((_request, response) => {
      response.on('error', () => undefined);
      response.writeHead(200, headers);
      fill((chunk) => response.write(chunk));
      response.end();
    });
    await expect(client().request({ method: 'GET', url: urlOf(port) })).rejects.toMatchObject({
      code: 'reply-invalid',
    });
  });

  test('a body that is no gzip though it says so is reply-invalid', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain');
    });
    await expect(client().request({ method: 'GET', url: urlOf(port) })).rejects.toMatchObject({
      code: 'reply-invalid',
    });
  });

  test('a body cut short is connection-lost', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    await expect(client().request({ method: 'GET', url: urlOf(port) })).rejects.toMatchObject({
      code: 'connection-lost',
    });
  });

  test('a slow body ends after 30 s in all', async () => {
    const clock = new ManualClock();
    let isAsked = false;
    const port = await serve((_request, response) => {
      isAsked = true;
      response.writeHead(200).write('{');
    });
    const asking = client({ clock }).request({ method: 'GET', url: urlOf(port) });
    const ended = expect(asking).rejects.toMatchObject({ code: 'timeout' });
    await until(() => isAsked);
    await clock.advance(29_000);
    await clock.advance(2_000);
    await ended;
    expect(clock.pendingMs).toEqual([]);
  });

  test('a TLS handshake that stalls ends after 10 s (F44)', async () => {
    const clock = new ManualClock();
    let isConnected = false;
    const { port } = keep(
      await tcpServer(() => {
        isConnected = true;
      }),
    );
    const asking = client({ clock }).request({ method: 'GET', url: urlOf(port) });
    const ended = expect(asking).rejects.toMatchObject({ code: 'connect-timeout' });
    await until(() => isConnected);
    await clock.advance(10_001);
    await ended;
    expect(clock.pendingMs).toEqual([]);
  });

  test('an abort ends it with its reason and leaves no timer', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    let isAsked = false;
    const port = await serve(() => {
      isAsked = true;
    });
    const asking = client({ clock }).request({ method: 'GET', url: urlOf(port), signal: controller.signal });
    const ended = expect(asking).rejects.toMatchObject({ code: 'stopping' });
    await until(() => isAsked);
    controller.abort();
    await ended;
    expect(clock.pendingMs).toEqual([]);
  });

  test('plain http and nonsense are not asked', async () => {
    for (const url of ['http://login.example/', 'ftp://x', 'nonsense'])
      await expect(client().request({ method: 'GET', url })).rejects.toMatchObject({ code: 'bad-request' });
  });
});

describe('TLS (F44)', () => {
  const day = 86_400_000;
  const ok: RequestListener = (_request, response) => {
    response.end('{}');
  };
  const ask = async (port: number, options: Parameters<typeof client>[0] = {}) =>
    await client(options).request({ method: 'GET', url: urlOf(port) });

  test('an unknown CA is tls-untrusted, and no request is sent', async () => {
    let hits = 0;
    const port = await serve((request, response) => {
      hits++;
      ok(request, response);
    });
    const other = await makeCa('Other CA');
    await expect(ask(port, { extraCaPem: [other.cert] })).rejects.toMatchObject({ code: 'tls-untrusted' });
    await expect(ask(port, { extraCaPem: [] })).rejects.toMatchObject({ code: 'tls-untrusted' });
    expect(hits).toBe(0);
  });

  test('through a proxy an unknown CA is the proxy that inspects traffic, and its name is said (F45)', async () => {
    const inspector = await makeCa('Contoso Proxy CA');
    const port = await serve(ok, {}, await inspector.issue(['login.example']));
    const proxy = keep(await proxyServer({ port }));
    const dialer = proxyDialer(directDialer(), { url: `http://127.0.0.1:${proxy.port}`, bypass: [] });
    const error: unknown = await ask(port, { dialer }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'tls-untrusted',
      details: { guidanceId: 'tls-inspected', via: 'proxy', issuer: 'Contoso Proxy CA' },
    });
    expect((error as MailError).smtpReply).toContain('Contoso Proxy CA');
    await expect(ask(port, { dialer, extraCaPem: [inspector.cert] })).resolves.toMatchObject({ status: 200 });
  });

  test('another name is tls-wrong-name', async () => {
    await expect(ask(await serve(ok, {}, await ca.issue(['evil.example'])))).rejects.toMatchObject({
      code: 'tls-wrong-name',
    });
  });

  test('expired and not yet valid', async () => {
    const expired = await ca.issue(['login.example'], {
      notBefore: new Date(Date.now() - 3 * day),
      notAfter: new Date(Date.now() - day),
    });
    const future = await ca.issue(['login.example'], {
      notBefore: new Date(Date.now() + day),
      notAfter: new Date(Date.now() + 3 * day),
    });
    await expect(ask(await serve(ok, {}, expired))).rejects.toMatchObject({ code: 'tls-expired' });
    await expect(ask(await serve(ok, {}, future))).rejects.toMatchObject({ code: 'tls-expired' });
    await expect(ask(await serve(ok, {}, future), { clock: new ManualClock(0) })).rejects.toMatchObject({
      code: 'clock-not-set',
    });
  });

  test('TLS 1.1 is tls-failed', async () => {
    const port = await serve(ok, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    await expect(ask(port)).rejects.toMatchObject({ code: 'tls-failed' });
  });

  test('a server without TLS is tls-failed', async () => {
    const { port } = keep(await tcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    await expect(ask(port)).rejects.toMatchObject({ code: 'tls-failed' });
  });
});
