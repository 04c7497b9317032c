import { once } from 'node:events';
import { createServer, type AddressInfo, type LookupFunction, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Dialer, DialTarget } from '../../src/core/index.ts';
import { addressGuard, directDialer, isBypassed, proxyDialer } from '../../src/net/index.ts';
import { loopbackDialer, proxyServer, tcpServer, type Running } from './servers.ts';

const running: Running[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});
const keep = <T extends Running>(one: T): T => {
  running.push(one);
  return one;
};

const answers =
  (...addresses: string[]): LookupFunction =>
  (_host, _options, callback) => {
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
const greeting = async (socket: Socket) => {
  const [data] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return data.toString();
};
/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = await tcpServer(() => undefined);
  await server.close();
  return server.port;
}

describe('directDialer', () => {
  test('connects by name', async () => {
    const { port } = keep(await tcpServer((socket) => socket.end('hello')));
    const socket = await directDialer({ lookup: answers('127.0.0.1') }).dial({
      host: 'mail.example',
      port,
      timeoutMs: 5000,
    });
    expect(await greeting(socket)).toBe('hello');
  });

  test('a dead first address family costs less than 2 s (F46)', async () => {
    const { port } = keep(await tcpServer((socket) => socket.end('hello')));
    const startedMs = performance.now();
    // 100::1 is the discard prefix (RFC 6666): unreachable or black hole, depending on the machine.
    const socket = await directDialer({ lookup: answers('100::1', '127.0.0.1') }).dial({
      host: 'mail.example',
      port,
      timeoutMs: 5000,
    });
    expect(await greeting(socket)).toBe('hello');
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });

  describe('with both families', () => {
    const listening = async (host: string) => {
      const server = createServer((socket) => socket.end(`from ${host}`));
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(0, host, resolve);
      });
      const { port } = server.address() as AddressInfo;
      return keep({ port, close: () => new Promise<void>((resolve) => server.close(() => resolve())) });
    };

    test.each<[what: string, listensOn: string, addresses: readonly string[]]>([
      ['IPv6 alive and first', '::1', ['::1', '127.0.0.1']],
      ['IPv6 refused', '127.0.0.1', ['::1', '127.0.0.1']],
      ['IPv4 refused', '::1', ['127.0.0.1', '::1']],
      // RFC 6666: unreachable or a black hole, depending on the machine
      ['IPv6 black hole, several addresses', '127.0.0.1', ['100::1', '100::2', '100::3', '127.0.0.1']],
    ])('%s: less than 2 s (F46)', async (_what, host, addresses) => {
      const { port } = await listening(host);
      const startedMs = performance.now();
      const socket = await directDialer({ lookup: answers(...addresses) }).dial({
        host: 'mail.example',
        port,
        timeoutMs: 5000,
      });
      expect(await greeting(socket)).toBe(`from ${host}`);
      expect(performance.now() - startedMs).toBeLessThan(2000);
    });
  });

  test('of an answer that mixes allowed and refused addresses only the allowed ones are connected to, after one look-up', async () => {
    const { port } = keep(await tcpServer((socket) => socket.end('hello')));
    const judged: string[] = [];
    const guard = (address: string) => {
      judged.push(address);
      return address === '127.0.0.1' ? undefined : 'refused here';
    };
    let lookups = 0;
    const lookup: LookupFunction = (host, options, callback) => {
      lookups += 1;
      // What a rebinding name server says the second time.
      answers(...(lookups === 1 ? ['10.0.0.5', '127.0.0.1', '::ffff:10.0.0.5'] : ['10.0.0.5']))(
        host,
        options,
        callback,
      );
    };
    const socket = await directDialer({ lookup, guard }).dial({ host: 'mixed.example', port, timeoutMs: 5000 });
    expect(socket.remoteAddress).toBe('127.0.0.1');
    expect(await greeting(socket)).toBe('hello');
    expect(lookups).toBe(1);
    expect(judged).toContain('10.0.0.5');
  });

  test.each(['2130706433', '0x7f000001', '0x7f.1', '127.1', '0177.0.0.1', '[::ffff:7f00:1]', '::ffff:127.0.0.1', '0'])(
    '%s, another spelling of this device, is refused without being asked for',
    async (host) => {
      const guard = addressGuard({ isPrivateNetworkAllowed: () => true });
      const lookup: LookupFunction = () => {
        throw new Error('looked up');
      };
      await expect(directDialer({ guard, lookup }).dial({ host, port: 25, timeoutMs: 500 })).rejects.toMatchObject({
        code: 'connect-failed',
        details: { systemCode: 'refused-address' },
      });
    },
  );

  test('a closed port is connect-failed', async () => {
    await expect(
      directDialer().dial({ host: '127.0.0.1', port: await closedPort(), timeoutMs: 5000 }),
    ).rejects.toMatchObject({ code: 'connect-failed' });
  });

  test('an unknown name is dns-failed and the message names it', async () => {
    const lookup: LookupFunction = (host, _options, callback) => {
      callback(
        Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
        [],
      );
    };
    await expect(
      directDialer({ lookup }).dial({ host: 'nowhere.example', port: 25, timeoutMs: 5000 }),
    ).rejects.toMatchObject({ code: 'dns-failed', message: expect.stringContaining('nowhere.example') });
  });

  test('the budget covers a resolver that never answers', async () => {
    await expect(
      directDialer({ lookup: () => undefined }).dial({ host: 'slow.example', port: 25, timeoutMs: 30 }),
    ).rejects.toMatchObject({ code: 'connect-timeout' });
  });

  test('an abort ends it with the reason, before and during', async () => {
    const dialer = directDialer({ lookup: () => undefined });
    const reason = new Error('enough');
    await expect(
      dialer.dial({ host: 'a.example', port: 25, timeoutMs: 5000, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    const controller = new AbortController();
    const dialling = dialer.dial({ host: 'a.example', port: 25, timeoutMs: 5000, signal: controller.signal });
    controller.abort(reason);
    await expect(dialling).rejects.toBe(reason);
  });

  test('the guard judges what a name resolved to, and literal addresses (T23)', async () => {
    const { port } = keep(await tcpServer((socket) => socket.end('hello')));
    const guard = addressGuard({ isPrivateNetworkAllowed: () => false });
    for (const host of ['rebind.example', '127.0.0.1', '[::1]']) {
      await expect(
        directDialer({ lookup: answers('127.0.0.1', '169.254.169.254'), guard }).dial({ host, port, timeoutMs: 5000 }),
      ).rejects.toMatchObject({ code: 'connect-failed', details: { systemCode: 'refused-address' } });
    }
  });
});

describe('addressGuard', () => {
  test.each<[string, string, boolean, boolean]>([
    // address, why, allowed, allowed with private networks on
    ['20.190.160.1', 'public', true, true],
    ['2603:1026::1', 'public IPv6', true, true],
    ['10.1.2.3', 'RFC 1918', false, true],
    ['172.31.0.1', 'RFC 1918', false, true],
    ['192.168.1.1', 'RFC 1918', false, true],
    ['fd12::1', 'unique local', false, true],
    ['127.0.0.1', 'loopback', false, false],
    ['::1', 'loopback', false, false],
    ['::ffff:127.0.0.1', 'mapped loopback', false, false],
    ['169.254.169.254', 'cloud metadata', false, false],
    ['fd00:ec2::254', 'cloud metadata', false, false],
    ['168.63.129.16', 'cloud metadata', false, false],
    ['100.100.100.200', 'cloud metadata', false, false],
    ['100.64.0.1', 'carrier-grade NAT', false, true],
    ['192.0.0.192', 'cloud metadata', false, false],
    ['fec0::1', 'site-local', false, false],
    ['::ffff:7f00:1', 'mapped loopback in hexadecimal', false, false],
    ['::FFFF:0A00:0001', 'mapped RFC 1918 in hexadecimal', false, true],
    ['0:0:0:0:0:ffff:a9fe:a9fe', 'mapped metadata, written out', false, false],
    ['::127.0.0.1', 'compatible loopback', false, false],
    ['::ffff:0:127.0.0.1', 'translated loopback', false, false],
    ['64:ff9b::169.254.169.254', 'metadata through NAT64', false, false],
    ['64:ff9b::20.190.160.1', 'public through NAT64', true, true],
    ['2002:7f00:1::1', 'loopback in 6to4', false, false],
    ['2002:a00:1::', 'RFC 1918 in 6to4', false, true],
    ['fe80::1%eth0', 'link-local with zone', false, false],
    ['224.0.0.1', 'multicast', false, false],
    ['0.0.0.0', 'this host', false, false],
    ['not-an-address', 'nonsense', false, false],
  ])('%s (%s)', (address, _why, isAllowed, isAllowedPrivately) => {
    expect(addressGuard({ isPrivateNetworkAllowed: () => false })(address) === undefined).toBe(isAllowed);
    expect(addressGuard({ isPrivateNetworkAllowed: () => true })(address) === undefined).toBe(isAllowedPrivately);
  });
});

describe('proxyDialer', () => {
  const target: DialTarget = { host: 'login.example', port: 443, timeoutMs: 5000 };

  test('tunnels, and hands over what came with the 200', async () => {
    const server = keep(await tcpServer((socket) => socket.end(' world')));
    const proxy = keep(await proxyServer({ port: server.port, prefix: '220 hello' }));
    const socket = await proxyDialer(directDialer(), { url: `http://127.0.0.1:${proxy.port}`, bypass: [] }).dial(
      target,
    );
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toBe('220 hello world');
    expect(proxy.asked).toEqual([{ target: 'login.example:443', authorization: undefined }]);
  });

  test('sends Basic credentials from the callback, in UTF-8', async () => {
    const server = keep(await tcpServer((socket) => socket.end('x')));
    const proxy = keep(await proxyServer({ port: server.port }));
    const socket = await proxyDialer(directDialer(), {
      url: `http://127.0.0.1:${proxy.port}`,
      user: 'scan',
      password: () => Promise.resolve('pass:wörd'),
      bypass: [],
    }).dial(target);
    socket.destroy();
    expect(proxy.asked[0]?.authorization).toBe(`Basic ${Buffer.from('scan:pass:wörd').toString('base64')}`);
  });

  test.each<[string, string, object]>([
    [
      '407',
      'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno',
      { code: 'proxy-authentication' },
    ],
    ['403', 'HTTP/1.1 403 Forbidden\r\n\r\n<html>blocked', { code: 'proxy-refused', details: { httpStatus: 403 } }],
    ['502', 'HTTP/1.1 502 Bad Gateway\r\n\r\n', { code: 'proxy-refused', details: { httpStatus: 502 } }],
    ['302 to a log-in page', 'HTTP/1.1 302 Found\r\nLocation: http://portal/\r\n\r\n', { code: 'captive-portal' }],
    ['511', 'HTTP/1.1 511 Network Authentication Required\r\n\r\n<html>', { code: 'captive-portal' }],
    ['200 and a web page', 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>', { code: 'captive-portal' }],
    ['an SMTP greeting', '220 mail.example ESMTP\r\n', { code: 'proxy-refused' }],
    ['endless headers', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`, { code: 'proxy-refused' }],
    ['a closed connection', '', { code: 'proxy-refused' }],
  ])('%s', async (_name, answer, expected) => {
    const proxy = keep(await proxyServer({ port: 1, answer: () => answer }));
    await expect(
      proxyDialer(directDialer(), { url: `http://127.0.0.1:${proxy.port}`, bypass: [] }).dial(target),
    ).rejects.toMatchObject(expected);
  });

  test('a proxy that takes the connection and says nothing ends with the budget', async () => {
    const silent = keep(await tcpServer(() => undefined));
    await expect(
      proxyDialer(directDialer(), { url: `http://127.0.0.1:${silent.port}`, bypass: [] }).dial({
        ...target,
        timeoutMs: 50,
      }),
    ).rejects.toMatchObject({ code: 'connect-timeout' });
  });

  test('a proxy that is not there is named as the proxy', async () => {
    await expect(
      proxyDialer(directDialer(), { url: `http://127.0.0.1:${await closedPort()}`, bypass: [] }).dial(target),
    ).rejects.toMatchObject({
      code: 'connect-failed',
      details: { via: 'proxy' },
      message: expect.stringContaining('proxy'),
    });
  });

  test.each(['https://proxy.example', 'proxy.example:3128', 'socks5://proxy.example', ''])(
    '%p is no proxy URL',
    async (url) => {
      await expect(proxyDialer(directDialer(), { url, bypass: [] }).dial(target)).rejects.toMatchObject({
        code: 'settings-invalid',
      });
    },
  );

  test('addresses are judged before the proxy is asked for them, and bypassed names as if there were no proxy (T23)', async () => {
    const proxy = keep(await proxyServer({ port: 1 }));
    const guard = addressGuard({ isPrivateNetworkAllowed: () => false });
    const straight = directDialer({ guard, lookup: answers('10.0.0.5') });
    const dialer = proxyDialer(
      directDialer(),
      { url: `http://127.0.0.1:${proxy.port}`, bypass: ['inside.example'] },
      { straight, guard },
    );
    for (const host of ['169.254.169.254', '[::ffff:7f00:1]', 'inside.example']) {
      await expect(dialer.dial({ ...target, host })).rejects.toMatchObject({
        code: 'connect-failed',
        details: { systemCode: 'refused-address' },
      });
    }
    expect(proxy.asked).toEqual([]);
  });

  test('bypassed hosts go straight', async () => {
    const server = keep(await tcpServer((socket) => socket.end('straight')));
    const dialled: string[] = [];
    const loopback = loopbackDialer();
    const inner: Dialer = {
      dial: (one) => {
        dialled.push(one.host);
        return loopback.dial(one);
      },
    };
    const socket = await proxyDialer(inner, { url: 'http://proxy.example', bypass: ['.example'] }).dial({
      ...target,
      port: server.port,
    });
    expect(await greeting(socket)).toBe('straight');
    expect(dialled).toEqual(['login.example']);
  });

  test.each<[string, string, boolean]>([
    // host, entry, bypassed
    ['relay.contoso.com', 'relay.contoso.com', true],
    ['RELAY.Contoso.com.', 'relay.contoso.com', true],
    ['relay.contoso.com', '.contoso.com', true],
    ['relay.contoso.com', '*.contoso.com', true],
    ['contoso.com', '.contoso.com', false],
    ['relay.contoso.com', 'contoso.com', false],
    ['evilcontoso.com', '.contoso.com', false],
    ['anything', '*', true],
    ['anything', '', false],
    ['anything', ' ', false],
    ['10.0.0.5', '10.0.0.5', true],
    ['::1', '[::1]', true],
  ])('%s against %p: %p', (host, entry, expected) => {
    expect(isBypassed(host, [entry])).toBe(expected);
  });
});
