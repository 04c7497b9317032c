import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { chmod, lstat, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createAccess } from '../../src/access/index.ts';
import { createApi, routes } from '../../src/api/index.ts';
import type { Service } from '../../src/core/index.ts';
import { createPanelDoor } from '../../src/panel-door/index.ts';
import { memorySecrets } from '../intake/running-lan.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { scriptedAgent } from '../support/scripted-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { cheapHashing } from '../web/running-web.ts';

const running: Service[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop();
});

async function setUp(isEnabled = true, prepare: (tokenPath: string) => Promise<unknown> = () => Promise.resolve()) {
  const tokenPath = join(await tempDir(), 'run', 'panel-token');
  await prepare(tokenPath);
  const settings = { isEnabled, port: 0 };
  const clock = new ManualClock();
  const log = collectedLog();
  const access = createAccess({ secrets: memorySecrets(), clock, log, hashing: cheapHashing });
  const scripted = scriptedAgent();
  const agent = new Proxy(scripted, {
    get: (target, name) => (name === 'access' ? access : (Reflect.get(target, name) as unknown)),
  });
  const page = {
    path: '/',
    mediaType: 'text/html; charset=utf-8',
    etag: '"1"',
    isForever: false,
    encoding: 'gzip',
    base64: gzipSync('<!doctype html>').toString('base64'),
  } as const;
  const door = createPanelDoor({
    settings: () => settings,
    tokenPath,
    api: () => Promise.resolve(createApi({ agent, clock, log, version: 'test' })),
    access,
    files: () => Promise.resolve(new Map([[page.path, page]])),
    clock,
    log,
  });
  const oldUmask = process.umask(0o077);
  await door.start();
  process.umask(oldUmask);
  running.push(door);
  let port = door.addresses()[0]?.port ?? 0;
  const own = `http://127.0.0.1:${String(port)}`;
  const call = (
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string | undefined> } = {},
  ) =>
    new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
      const text = options.body === undefined ? undefined : JSON.stringify(options.body);
      const all = {
        origin: method === 'GET' ? undefined : own,
        ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(text.length) }),
        ...options.headers,
      };
      const headers = Object.fromEntries(
        Object.entries(all).filter((one): one is [string, string] => one[1] !== undefined),
      );
      const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
        let answer = '';
        response.on('data', (chunk: Buffer) => (answer += chunk.toString()));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  /** As the panel's browser begins. */
  const enter = async () => {
    const token = (await readFile(tokenPath, 'utf8')).trim();
    const reply = await call('GET', `/?token=${token}`);
    const cookie = String(reply.headers['set-cookie']).split(';')[0] ?? '';
    const { text } = await call('GET', '/v1/session', { headers: { cookie } });
    return { reply, headers: { cookie, 'x-csrf-token': (JSON.parse(text) as { csrfToken: string }).csrfToken } };
  };
  /** After a start of its own; returns the Host of now. */
  const changePort = () => {
    port = door.addresses()[0]?.port ?? 0;
    return `127.0.0.1:${String(port)}`;
  };
  return { agent: scripted, access, clock, door, port, own, tokenPath, call, enter, changePort, settings };
}

describe('the panel door', () => {
  test('listens on 127.0.0.1 alone', async () => {
    const { door, port } = await setUp();
    expect(door.addresses()).toEqual([{ address: '127.0.0.1', port }]);
    const other = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4');
    if (other === undefined) return;
    const outcome = await new Promise((resolve) => {
      request({ host: other.address, port, path: '/' }, () => {
        resolve('answered');
      })
        .on('error', (error: NodeJS.ErrnoException) => {
          resolve(error.code);
        })
        .end();
    });
    expect(outcome).toBe('ECONNREFUSED');
  });

  test('its token is for the group only, whatever the umask, and the same as long as the device is not started anew', async () => {
    const { door, tokenPath } = await setUp();
    const first = await readFile(tokenPath, 'utf8');
    expect(first).toMatch(/^[\w-]{8}\.[\w-]{43}\n$/);
    expect((await lstat(tokenPath)).mode & 0o777).toBe(0o640);
    await door.stop();
    await door.start();
    expect(await readFile(tokenPath, 'utf8')).toBe(first);
  });

  test.each<[string, (path: string, token: string) => Promise<unknown>]>([
    ['another boot', (path, token) => writeFile(path, `AAAAAAAA${token.slice(8)}`)],
    ['a file that strangers can read', (path) => chmod(path, 0o644)],
    ['a file that the group could have written', (path) => chmod(path, 0o660)],
    ['half a file', (path, token) => writeFile(path, token.slice(0, 30))],
    [
      'a link',
      async (path) => {
        await rename(path, `${path}.real`);
        await symlink(`${path}.real`, path);
      },
    ],
  ])('the token of %s is not taken over', async (_, spoil) => {
    const { door, tokenPath } = await setUp();
    const first = await readFile(tokenPath, 'utf8');
    await door.stop();
    await spoil(tokenPath, first);
    await door.start();
    const second = await readFile(tokenPath, 'utf8');
    expect(second).toMatch(/^[\w-]{8}\.[\w-]{43}\n$/);
    expect(second.slice(9)).not.toBe(first.slice(9));
    expect((await lstat(tokenPath)).isFile()).toBe(true);
  });

  test('a page that was in comes in again after a restart, without the token', async () => {
    const { door, enter, call, access, changePort } = await setUp();
    const { headers } = await enter();
    const { key } = JSON.parse((await call('GET', '/re-entry', { headers })).text) as { key: string };
    await door.stop();
    await access.forget();
    await door.start();
    const host = changePort();
    expect((await call('GET', '/v1/status', { headers })).status).toBe(401);
    const ask = async () =>
      (JSON.parse((await call('GET', '/re-entry', { headers })).text) as { challenge: string }).challenge;
    const answer = async (challenge: string, text: string, withKey = Buffer.from(key, 'base64url')) => {
      const proof = createHmac('sha256', withKey).update(text).digest('base64url');
      return call('GET', `/re-entry?challenge=${challenge}&proof=${proof}`);
    };
    const challenge = await ask();
    const reply = await answer(challenge, `${host}|${challenge}`);
    expect(reply.status).toBe(204);
    const cookie = String(reply.headers['set-cookie']).split(';')[0] ?? '';
    expect(JSON.parse((await call('GET', '/v1/session', { headers: { cookie } })).text)).toMatchObject({
      state: 'signed-in',
      role: 'walk-up',
    });
    // Once only; not with another key, not for another port, not with what was never asked.
    expect((await answer(challenge, `${host}|${challenge}`)).status).toBe(403);
    const second = await ask();
    expect((await answer(second, `${host}|${second}`, Buffer.alloc(32))).status).toBe(403);
    const third = await ask();
    expect((await answer(third, `127.0.0.1:1|${third}`)).status).toBe(403);
    expect((await answer('x', `${host}|x`)).status).toBe(403);
  });

  test('strangers cannot fill it with questions: of nine the first is over', async () => {
    const { enter, call, port } = await setUp();
    const { headers } = await enter();
    const { key } = JSON.parse((await call('GET', '/re-entry', { headers })).text) as { key: string };
    const challenges: string[] = [];
    for (let i = 0; i < 9; i++)
      challenges.push((JSON.parse((await call('GET', '/re-entry')).text) as { challenge: string }).challenge);
    const statusOf = async (challenge = '') => {
      const text = `127.0.0.1:${String(port)}|${challenge}`;
      const proof = createHmac('sha256', Buffer.from(key, 'base64url')).update(text).digest('base64url');
      return (await call('GET', `/re-entry?challenge=${challenge}&proof=${proof}`)).status;
    };
    expect([await statusOf(challenges[0]), await statusOf(challenges[1])]).toEqual([403, 204]);
  });

  test('who switches it off and on again wants new keys', async () => {
    const { door, settings, enter, call, tokenPath, changePort } = await setUp();
    const { headers } = await enter();
    const old = (await readFile(tokenPath, 'utf8')).trim();
    const { key } = JSON.parse((await call('GET', '/re-entry', { headers })).text) as { key: string };
    settings.isEnabled = false;
    await door.reconfigure();
    await expect(lstat(tokenPath)).rejects.toThrow();
    settings.isEnabled = true;
    await door.reconfigure();
    const host = changePort();
    expect((await call('GET', '/v1/status', { headers })).status).toBe(401);
    expect((await call('GET', `/?token=${old}`)).status).toBe(403);
    const { challenge } = JSON.parse((await call('GET', '/re-entry')).text) as { challenge: string };
    const proof = createHmac('sha256', Buffer.from(key, 'base64url'))
      .update(`${host}|${challenge}`)
      .digest('base64url');
    expect((await call('GET', `/re-entry?challenge=${challenge}&proof=${proof}`)).status).toBe(403);
    expect((await enter()).reply.status).toBe(303);
  });

  test('without a token, since it could not be written, nobody comes in: not without one either', async () => {
    // A file where the folder should be.
    const { call } = await setUp(true, (path) => writeFile(dirname(path), ''));
    for (const path of ['/?token=', '/re-entry', '/re-entry?challenge=x&proof=y'])
      expect(await call('GET', path)).toMatchObject({ status: 403 });
    expect((await call('GET', '/v1/status')).status).toBe(401);
  });

  test("what a start that broke off has left is in nobody's way", async () => {
    const { enter } = await setUp(true, async (path) => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.tmp`, 'half a tok');
    });
    expect((await enter()).reply.status).toBe(303);
  });

  test('the key of the way back is for those who are in', async () => {
    const { call } = await setUp();
    const { text } = await call('GET', '/re-entry');
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['challenge']);
  });

  test('changes the token for a cookie that no other site can use', async () => {
    const { enter, call } = await setUp();
    const { reply, headers } = await enter();
    expect(reply.status).toBe(303);
    expect(reply.headers['location']).toBe('/');
    expect(reply.headers['set-cookie']).toEqual([
      expect.stringMatching(/^mfp-panel=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    const { text } = await call('GET', '/v1/session', { headers });
    expect(JSON.parse(text)).toMatchObject({ state: 'signed-in', role: 'walk-up', by: 'panel', isClaimed: false });
  });

  test.each(['', 'x', 'A'.repeat(43), 'ä'.repeat(43)])('the token %j opens nothing', async (token) => {
    const { call } = await setUp();
    const reply = await call('GET', `/?token=${encodeURIComponent(token)}`);
    expect(reply.status).toBe(403);
    expect(reply.headers['set-cookie']).toBeUndefined();
  });

  test.each<[string | undefined, number]>([
    ['evil.example', 421], // a name made to point to 127.0.0.1
    ['127.0.0.1', 421], // another port
    ['127.0.0.1:1', 421],
    ['[::1]', 421],
    ['mfp-7', 421],
  ])('asked as %s it answers %i', async (host, status) => {
    const { call, agent } = await setUp();
    expect((await call('GET', '/v1/session', { headers: { host } })).status).toBe(status);
    expect(agent.calls).toEqual([]);
  });

  test('every route wants the cookie; with it, administrator routes want the PIN', async () => {
    const { call, enter, agent } = await setUp();
    const { headers } = await enter();
    for (const { method, path, role, doors } of routes) {
      if (role === 'nobody') continue;
      const where = path.replace(/:\w+/g, 'x');
      const before = agent.calls.length;
      expect([path, (await call(method.toUpperCase(), where)).status]).toEqual([path, 401]);
      if (role === 'administrator' || doors?.includes('panel') === false)
        expect([path, (await call(method.toUpperCase(), where, { headers })).status]).toEqual([path, 403]);
      if (method !== 'get')
        for (const wrong of [
          { cookie: headers.cookie },
          { ...headers, 'x-csrf-token': 'x' },
          { ...headers, origin: 'http://evil.example' },
        ])
          expect([path, (await call(method.toUpperCase(), where, { headers: wrong })).status]).toEqual([path, 403]);
      expect(agent.calls).toHaveLength(before);
    }
  }, 30_000);

  test('the PIN makes an administrator, five idle minutes long', async () => {
    const { call, enter, access, clock } = await setUp();
    const { code } = await access.newClaimCode();
    await access.claim({ code, password: 'correct horse battery', pin: '2580', address: 'test' });
    const { headers } = await enter();
    expect((await call('POST', '/v1/panel/unlock', { headers, body: { pin: '0000' } })).status).toBe(403);
    const unlocked = await call('POST', '/v1/panel/unlock', { headers, body: { pin: '2580' } });
    expect(JSON.parse(unlocked.text)).toMatchObject({ role: 'administrator', hasPin: true });
    expect((await call('GET', '/v1/settings', { headers })).status).toBe(200);
    await clock.advance(5 * 60_000);
    expect((await call('GET', '/v1/settings', { headers })).status).toBe(403);
    await call('POST', '/v1/panel/unlock', { headers, body: { pin: '2580' } });
    expect((await call('GET', '/v1/settings', { headers })).status).toBe(200);
    expect((await call('POST', '/v1/panel/lock', { headers })).status).toBe(200);
    expect((await call('GET', '/v1/settings', { headers })).status).toBe(403);
    await access.forget();
    await settle();
  });

  test('shows a claim code to whoever stands there', async () => {
    const { call, enter } = await setUp();
    const { headers } = await enter();
    expect(JSON.parse((await call('GET', '/v1/access/claim-code', { headers })).text)).toEqual({});
    const made = JSON.parse((await call('POST', '/v1/access/claim-code', { headers })).text) as { code: string };
    expect(JSON.parse((await call('GET', '/v1/access/claim-code', { headers })).text)).toMatchObject({
      code: made.code,
    });
  });

  test('asks for the PIN first, once there is one: a passer-by must not take the device over', async () => {
    const { call, enter, access } = await setUp();
    const { code } = await access.newClaimCode();
    await access.claim({ code, password: 'a long enough phrase', pin: '2580', address: '192.0.2.7' });
    const { headers } = await enter();
    for (const method of ['GET', 'POST'] as const)
      expect((await call(method, '/v1/access/claim-code', { headers })).status).toBe(403);
    await call('POST', '/v1/panel/unlock', { headers, body: { pin: '2580' } });
    expect((await call('POST', '/v1/access/claim-code', { headers })).status).toBe(200);
    await access.forget();
    await settle();
  });

  test('the page is there without the cookie, since it shows nothing by itself', async () => {
    const { call } = await setUp();
    expect(await call('GET', '/')).toMatchObject({ status: 200, text: '<!doctype html>' });
  });

  test('switched off it neither listens nor writes a token', async () => {
    const { door, tokenPath } = await setUp(false);
    expect(door.addresses()).toEqual([]);
    await expect(lstat(tokenPath)).rejects.toThrow();
  });
});
