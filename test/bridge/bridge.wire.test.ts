import { once } from 'node:events';
import { chmod, lstat, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Api, Caller } from '../../src/api/index.ts';
import { createBridge } from '../../src/bridge/index.ts';
import type { Service } from '../../src/core/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';

const running: Service[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop();
});

async function setUp(options: { handle?: Api['handle']; silentMs?: number } = {}) {
  const socketPath = join(await tempDir(), 'run', 'agent.sock');
  const callers: Caller[] = [];
  let loads = 0;
  const api: Api = {
    refuse: () => Promise.resolve(new Response(null, { status: 401 })),
    isOpen: () => false,
    handle:
      options.handle ??
      ((_request, caller) => {
        callers.push(caller);
        return Promise.resolve(Response.json({ ok: true }));
      }),
  };
  const make = () =>
    createBridge({
      socketPath,
      log: collectedLog(),
      ...(options.silentMs !== undefined && { silentMs: options.silentMs }),
      api: () => {
        loads++;
        return Promise.resolve(api);
      },
    });
  const bridge = make();
  await bridge.start();
  running.push(bridge);
  return { socketPath, callers, bridge, make, loads: () => loads };
}

function get(socketPath: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: '/v1/status', headers }, (reply) => {
      let body = '';
      reply
        .on('data', (chunk: Buffer) => {
          body += chunk.toString();
        })
        .on('end', () => {
          resolve({ status: reply.statusCode ?? 0, body });
        });
    })
      .on('error', reject)
      .end();
  });
}

describe('the Unix-socket door', () => {
  test('is 0660 in a folder 0750 from the first moment', async () => {
    const { socketPath } = await setUp();
    expect((await lstat(socketPath)).mode & 0o777).toBe(0o660);
    expect((await stat(join(socketPath, '..'))).mode & 0o777).toBe(0o750);
  });

  // T63: each place that a silent program holds is one that the firmware has not.
  test.each([
    ['says nothing', ''],
    ['stops inside a header', 'GET /v1/status HTTP/1.1\r\nHost: lo'],
    ['goes on saying nothing after an answer', 'GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ])('closes the connection of a program that %s', async (_what, text) => {
    const { socketPath } = await setUp({ silentMs: 100 });
    const socket = connect(socketPath);
    socket.resume();
    if (text !== '') socket.write(text);
    await once(socket, 'close');
  });

  // T63: a program that opens connections for ever, or says a header without end, takes neither places nor memory without end.
  test('has room for 32 connections, and again when one has gone', async () => {
    const { socketPath } = await setUp();
    const held = Array.from({ length: 32 }, () => connect(socketPath));
    await Promise.all(held.map((socket) => once(socket, 'connect')));
    await expect(get(socketPath)).rejects.toThrow();
    for (const socket of held.splice(0, 1)) await once(socket.destroy(), 'close');
    await until(() =>
      get(socketPath).then(
        ({ status }) => (status === 200 ? true : undefined),
        () => undefined,
      ),
    );
    for (const socket of held) socket.destroy();
  });

  test('refuses a header of more than 16 KiB', async () => {
    const { socketPath, callers } = await setUp();
    expect((await get(socketPath, { 'x-long': 'x'.repeat(15_000) })).status).toBe(200);
    expect((await get(socketPath, { 'x-long': 'x'.repeat(17_000) })).status).toBe(431);
    expect(callers).toHaveLength(1);
  });

  test('says 500 when the API cannot be loaded, and tries again at the next request', async () => {
    const socketPath = join(await tempDir(), 'run', 'agent.sock');
    let loads = 0;
    const bridge = createBridge({
      socketPath,
      log: collectedLog(),
      api: () => Promise.reject(new Error(`no memory ${String(++loads)}`)),
    });
    await bridge.start();
    running.push(bridge);
    expect((await get(socketPath)).status).toBe(500);
    expect((await get(socketPath)).status).toBe(500);
    expect(loads).toBe(2);
  });

  test('lets a program wait for its answer', async () => {
    const handle = async () => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return Response.json({ ok: true });
    };
    const { socketPath } = await setUp({ silentMs: 100, handle });
    expect(await get(socketPath)).toEqual({ status: 200, body: '{"ok":true}' });
  });

  test('loads the API with the first request only, once', async () => {
    const { socketPath, loads } = await setUp();
    expect(loads()).toBe(0);
    expect(await get(socketPath)).toEqual({ status: 200, body: '{"ok":true}' });
    await get(socketPath);
    expect(loads()).toBe(1);
  });

  test.each([
    [{}, { by: 'local user', door: 'cli', role: 'administrator' }],
    [
      { 'x-mfp-by': 'anna', 'x-mfp-door': 'panel' },
      { by: 'anna', door: 'panel', role: 'administrator' },
    ],
    [
      { 'x-mfp-by': 'a\u00ff', 'x-mfp-door': 'web' },
      { by: 'local user', door: 'cli', role: 'administrator' },
    ], // junk in a name, a door it is not
  ])('names the caller from %j', async (headers, caller) => {
    const { socketPath, callers } = await setUp();
    await get(socketPath, headers);
    expect(callers).toEqual([caller]);
  });

  test('replaces the socket of a killed agent, but not that of a living one', async () => {
    const { socketPath, make, bridge } = await setUp();
    await expect(make().start()).rejects.toMatchObject({ code: 'spool-locked' });
    expect((await get(socketPath)).status).toBe(200);
    await bridge.stop();
    // What kill -9 leaves: the file without a listener behind it. (close() would remove it, so it is moved aside meanwhile.)
    const dead = createServer().listen(socketPath);
    await once(dead, 'listening');
    await rename(socketPath, `${socketPath}.kept`);
    dead.close();
    await once(dead, 'close');
    await rename(`${socketPath}.kept`, socketPath);
    const next = make();
    await next.start();
    running.push(next);
    expect((await get(socketPath)).status).toBe(200);
  });

  test('does not remove a file that is in the way', async () => {
    const socketPath = join(await tempDir(), 'run', 'agent.sock');
    await mkdir(join(socketPath, '..'), { recursive: true });
    await writeFile(socketPath, "somebody else's");
    await chmod(socketPath, 0o600);
    const bridge = createBridge({ socketPath, log: collectedLog(), api: () => Promise.reject(new Error('unused')) });
    await expect(bridge.start()).rejects.toMatchObject({ code: 'storage-failed' });
    expect((await lstat(socketPath)).isFile()).toBe(true);
  });

  test('hands on requests without Content-Length, as C clients and curl send them', async () => {
    const bodies: string[] = [];
    const { socketPath } = await setUp({
      handle: async (request) => {
        bodies.push(`${request.method} ${await request.text()}`);
        return new Response(null, { status: 204 });
      },
    });
    const send = (method: string, chunks: readonly string[]) =>
      new Promise<number>((resolve, reject) => {
        const outgoing = request({ socketPath, method, path: '/v1/account' }, (reply) => {
          reply.resume().on('end', () => {
            resolve(reply.statusCode ?? 0);
          });
        }).on('error', reject);
        outgoing.removeHeader('content-length');
        for (const chunk of chunks) outgoing.write(chunk);
        outgoing.end();
      });
    expect(await send('DELETE', [])).toBe(204);
    expect(await send('POST', ['{"a":', '1}'])).toBe(204);
    expect(bodies).toEqual(['DELETE ', 'POST {"a":1}']);
  });

  test('stops at once although an event stream is open', async () => {
    const { socketPath, bridge } = await setUp({
      handle: () =>
        Promise.resolve(
          new Response(
            new ReadableStream({
              start: (controller) => {
                controller.enqueue(new TextEncoder().encode('event: x\n\n'));
              },
            }),
          ),
        ),
    });
    const closed = new Promise<void>((resolve) => {
      request({ socketPath, path: '/v1/events' }, (reply) => {
        reply
          .on('data', () => undefined)
          .on('close', resolve)
          .on('error', () => undefined);
      })
        .on('error', () => {
          resolve();
        })
        .end();
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await bridge.stop();
    await closed;
  });
});
