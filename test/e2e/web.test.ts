/** The doors for browsers as curl and raw sockets see them, before a whole agent. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { openDoors, webCall, type OpenDoors } from '../support/doors.ts';
import { tempDir } from '../support/temp-dir.ts';
import { everythingBelow } from '../support/daemon-at.ts';
import { until } from '../support/signed-in.ts';

const password = 'correct horse battery';

/** What curl got: status, headers and body. */
async function curl(...args: readonly string[]): Promise<{ status: number; head: string; body: string }> {
  const { stdout } = await promisify(execFile)('curl', ['-sk', '-i', '--max-time', '20', ...args]);
  const at = stdout.indexOf('\r\n\r\n');
  const head = stdout.slice(0, at);
  return { status: Number(/^HTTP\/[\d.]+ (\d+)/.exec(head)?.[1]), head, body: stdout.slice(at + 4) };
}

const post = (doors: OpenDoors, path: string, body: unknown, ...args: readonly string[]) =>
  curl(
    ...['-H', `Origin: ${doors.webUrl}`, '-H', 'Content-Type: application/json', ...args],
    ...['-d', JSON.stringify(body), `${doors.webUrl}${path}`],
  );

describe('an administrator with curl', () => {
  test('claims, changes a setting, logs out; what happened is in the audit list, no secret is anywhere', async () => {
    const doors = await openDoors({ ui: 'none' });
    const jar = join(await tempDir(), 'jar');
    expect(JSON.parse((await curl(`${doors.webUrl}/v1/session`)).body)).toEqual({
      product: 'mfp-mail-agent',
      isClaimed: false,
      state: 'unclaimed',
    });
    const code = await doors.claimCode();
    const claim = await post(doors, '/v1/claim', { code: code.toLowerCase(), password, pin: '2580' }, '-c', jar);
    expect(claim.status).toBe(200);
    expect(claim.head).toMatch(/set-cookie: __Host-mfp=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict/i);
    const { csrfToken } = JSON.parse(claim.body) as { csrfToken: string };
    const token = ['-b', jar, '-H', `X-Csrf-Token: ${csrfToken}`];
    expect((await curl('-b', jar, `${doors.webUrl}/v1/settings`)).status).toBe(200);
    const change = { changes: { 'panel.language': 'ja' }, accept: [] };
    const patch = (...more: string[]) => post(doors, '/v1/settings', change, '-X', 'PATCH', ...more);
    expect((await patch('-b', jar)).status).toBe(403); // no token
    expect((await patch('-H', `X-Csrf-Token: ${csrfToken}`)).status).toBe(401); // no cookie
    expect((await patch(...token)).status).toBe(200);
    const out = await curl(...token, '-X', 'DELETE', '-H', `Origin: ${doors.webUrl}`, `${doors.webUrl}/v1/session`);
    expect(out.status).toBe(204);
    expect((await curl('-b', jar, `${doors.webUrl}/v1/settings`)).status).toBe(401);

    const entries = await doors.rehearsal.daemon.agent.audit.list(10);
    expect(entries.map(({ door, act, names, outcome }) => [door, act, names, outcome])).toEqual([
      ['web', 'log-out', undefined, 'done'],
      ['web', 'settings-changed', ['panel.language'], 'done'],
      ['web', 'claim', undefined, 'done'],
    ]);
    const written = (await everythingBelow(doors.rehearsal.root)).toString('latin1') + doors.log.text();
    for (const secret of [password, csrfToken, code]) expect(written).not.toContain(secret);
    const cookie = /__Host-mfp\t(\S+)/.exec(await readFile(jar, 'utf8'))?.[1] ?? password;
    expect(written).not.toContain(cookie);
  }, 60_000);

  test('five wrong codes end the code', async () => {
    const doors = await openDoors({ ui: 'none' });
    const code = await doors.claimCode();
    for (let i = 0; i < 5; i++)
      expect((await post(doors, '/v1/claim', { code: 'ZZZZ-ZZZZ', password })).status).toBe(403);
    const right = await post(doors, '/v1/claim', { code, password });
    expect([403, 429]).toContain(right.status);
    expect(await doors.rehearsal.daemon.agent.access.isClaimed()).toBe(false);
    // The way back is in front of the device.
    expect((await post(doors, '/v1/claim', { code: await doors.claimCode(), password })).status).toBe(200);
  }, 60_000);

  test('is slowed down after five wrong passwords', async () => {
    const doors = await openDoors({ ui: 'none' });
    await doors.claim({ password });
    for (let i = 0; i < 5; i++) expect((await post(doors, '/v1/session', { password: 'wrong' })).status).toBe(403);
    const sixth = await post(doors, '/v1/session', { password: 'wrong' });
    expect(sixth.status === 429 || sixth.status === 403).toBe(true);
    const next = await post(doors, '/v1/session', { password });
    expect(next.status).toBe(429);
    expect(JSON.parse(next.body)).toMatchObject({ error: { details: { retryAfterMs: expect.any(Number) } } });
  }, 60_000);

  test('decommissioning makes the device unclaimed, and forgets who did what', async () => {
    const doors = await openDoors({ ui: 'none' });
    const jar = join(await tempDir(), 'jar');
    const code = await doors.claimCode();
    const claim = await post(doors, '/v1/claim', { code, password }, '-c', jar);
    const { csrfToken } = JSON.parse(claim.body) as { csrfToken: string };
    const token = ['-b', jar, '-H', `X-Csrf-Token: ${csrfToken}`];
    expect((await post(doors, '/v1/decommission', { confirmWaitingJobs: 0 }, ...token)).status).toBe(204);
    // The port is the delivered one again, if nobody else has it; the door has 5 s to get there.
    const session = await until(async () => {
      const web = doors.rehearsal.daemon.agent.status().listeners.find(({ name }) => name === 'web');
      const url = `https://127.0.0.1:${String(web?.port ?? 0)}`;
      const signedOut = await curl('-b', jar, `${url}/v1/status`).catch(() => undefined);
      return signedOut?.status === 401 ? curl(`${url}/v1/session`) : undefined;
    });
    expect(JSON.parse(session.body)).toMatchObject({ state: 'unclaimed' });
    const acts = (await doors.rehearsal.daemon.agent.audit.list(10)).map(({ act }) => act);
    expect(acts).toEqual(['decommissioned']);
  }, 60_000);
});

test('port, address and switch of the web pages change at once, and the answer to the change arrives', async () => {
  const doors = await openDoors({ ui: 'none' });
  const jar = join(await tempDir(), 'jar');
  const claim = await post(doors, '/v1/claim', { code: await doors.claimCode(), password }, '-c', jar);
  const { csrfToken } = JSON.parse(claim.body) as { csrfToken: string };
  let { webUrl } = doors;
  const change = (changes: object, accept: readonly string[]) =>
    curl(
      ...['-b', jar, '-H', `X-Csrf-Token: ${csrfToken}`, '-H', `Origin: ${webUrl}`, '-X', 'PATCH'],
      ...['-H', 'Content-Type: application/json', '-d', JSON.stringify({ changes, accept }), `${webUrl}/v1/settings`],
    );
  // Ports that nobody is likely to have.
  const port = Number(new URL(webUrl).port) - 1;
  expect((await change({ 'web.port': port }, [])).status).toBe(409);
  expect((await change({ 'web.port': port }, ['web-door-moves'])).status).toBe(200);
  const before = webUrl;
  webUrl = `https://127.0.0.1:${String(port)}`;
  const ports = () =>
    doors.rehearsal.daemon.agent.status().listeners.flatMap((one) => (one.name === 'web' ? [one.port] : []));
  await until(() => (ports().join() === String(port) ? true : undefined));
  expect((await curl('-b', jar, `${webUrl}/v1/status`)).status).toBe(200);
  await expect(curl(`${before}/v1/session`)).rejects.toThrow();
  expect((await change({ 'web.isEnabled': false }, ['web-door-closes'])).status).toBe(200);
  await until(() => (ports().length === 0 ? true : undefined));
  await expect(curl(`${webUrl}/v1/session`)).rejects.toThrow();
}, 60_000);

describe('strangers', () => {
  test.each<[string, (doors: OpenDoors) => string[], number]>([
    ['a rebound name', ({ webUrl }) => ['-H', 'Host: evil.example', `${webUrl}/v1/session`], 421],
    ['another site', ({ webUrl }) => ['-X', 'POST', '-H', 'Origin: https://evil.example', `${webUrl}/v1/session`], 403],
    ['a form', ({ webUrl }) => ['-H', `Origin: ${webUrl}`, '-d', 'password=x', `${webUrl}/v1/session`], 415],
    ['a path with dots', ({ webUrl }) => ['--path-as-is', `${webUrl}/../etc/passwd`], 400],
    ['an encoded path', ({ webUrl }) => ['--path-as-is', `${webUrl}/v1/%2e%2e/status`], 400],
    ['two slashes', ({ webUrl }) => [`${webUrl}//v1/status`], 400],
    [
      'another method in disguise',
      ({ webUrl }) => ['-H', 'X-HTTP-Method-Override: DELETE', `${webUrl}/v1/session`],
      400,
    ],
    ['the panel from another name', ({ panelUrl }) => ['-H', 'Host: evil.example', `${panelUrl}/v1/session`], 421],
    ['the panel without its token', ({ panelUrl }) => [`${panelUrl}/v1/status`], 401],
    ['the panel with a wrong token', ({ panelUrl }) => [`${panelUrl}/?token=x`], 403],
  ])(
    '%s is refused',
    async (_name, args, status) => {
      const doors = await shared();
      expect((await curl(...args(doors))).status).toBe(status);
    },
    30_000,
  );

  test('plain HTTP and old TLS get no answer', async () => {
    const { webUrl } = await shared();
    await expect(curl(webUrl.replace('https:', 'http:'))).rejects.toThrow();
    await expect(curl('--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0', webUrl)).rejects.toThrow();
    expect((await curl('--tlsv1.2', '--tls-max', '1.2', `${webUrl}/v1/session`)).status).toBe(200);
  }, 30_000);

  test('a flood of connections leaves the agent working, and ends with them', async () => {
    const { webUrl, rehearsal } = await shared();
    const port = Number(new URL(webUrl).port);
    const flood = Array.from({ length: 200 }, () => connectPlain(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(flood.slice(0, 10).map((socket) => once(socket, 'connect')));
    await expect(webCall(webUrl, 'GET', '/v1/session')).rejects.toThrow(); // this address has had its share
    expect(rehearsal.daemon.agent.status().glance).toBeDefined();
    for (const socket of flood) socket.destroy();
    const isBack = () =>
      webCall(webUrl, 'GET', '/v1/session').then(
        ({ status }) => status === 200,
        () => false,
      );
    const endMs = performance.now() + 10_000;
    while (!(await isBack())) expect(performance.now()).toBeLessThan(endMs);
  }, 30_000);

  test('slow headers are cut off after ten seconds', async () => {
    const { webUrl } = await shared();
    const socket = connect({ port: Number(new URL(webUrl).port), host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const startedMs = performance.now();
    socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    const drip = setInterval(() => socket.write('X-A: b\r\n'), 500);
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(socket, 'close');
    clearInterval(drip);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - startedMs).toBeLessThan(16_000);
    expect(performance.now() - startedMs).toBeGreaterThan(9000);
  }, 30_000);
});

let one: Promise<OpenDoors> | undefined;
/** One agent for all that changes nothing. */
function shared(): Promise<OpenDoors> {
  return (one ??= openDoors({ ui: 'none' }));
}
