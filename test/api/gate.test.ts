/** Who may call what, and what is kept of it. */
import { describe, expect, test } from '@jest/globals';
import { createApi, openApiDocument, routes, type CallDoor, type Caller } from '../../src/api/index.ts';
import { MailError } from '../../src/core/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { sampleJob } from '../support/sample-status.ts';
import { administrator, nobody, scriptedAgent, walkUp } from '../support/scripted-agent.ts';

function setUp() {
  const agent = scriptedAgent();
  const clock = new ManualClock();
  const api = createApi({ agent, clock, log: collectedLog(), version: '0.1.0' });
  const call = (method: string, path: string, body?: unknown, caller: Caller = administrator) =>
    api.handle(
      new Request(`http://agent${path}`, {
        method,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
      caller,
    );
  return { agent, api, clock, call };
}

const openCalls = ['GET /v1/session', 'POST /v1/session', 'POST /v1/claim', 'POST /v1/phone-page'];

test('nobody may call session, claim and the page for the phone, and nothing else', async () => {
  const { agent, api, call } = setUp();
  for (const { method, path } of routes) {
    const name = `${method.toUpperCase()} ${path}`;
    expect([name, api.isOpen(method.toUpperCase(), path)]).toEqual([name, openCalls.includes(name)]);
    if (openCalls.includes(name)) continue;
    const reply = await call(method.toUpperCase(), path.replace(/:\w+/g, 'x'), undefined, nobody);
    expect([name, reply.status]).toEqual([name, 401]);
    expect(await reply.json()).toMatchObject({ error: { code: 'login-needed' } });
  }
  for (const path of ['/v1/events', '/v1/openapi.json'])
    expect((await call('GET', path, undefined, nobody)).status).toBe(401);
  expect(agent.calls).toEqual([]);
  expect(agent.audited).toEqual([]);
});

/** T51. Whoever adds a route here has thought of the passer-by at the panel: no addresses of others, nothing of the device. */
const walkUpCalls = [
  'GET /v1/access/claim-code',
  'POST /v1/access/claim-code',
  'POST /v1/panel/unlock',
  'POST /v1/panel/lock',
  'GET /v1/address-book',
  'GET /v1/address-book/recent',
  'GET /v1/status',
  // Public: every TLS client is shown it.
  'GET /v1/certificate',
  'POST /v1/guidance',
  'POST /v1/jobs/:queueId/retry',
  'GET /v1/panel',
  'POST /v1/panel/keys',
  'GET /v1/sign-in/qr',
  'GET /v1/scanners',
  'GET /v1/scanners/:id',
  'POST /v1/scans',
  'GET /v1/scans/:id',
  'GET /v1/scans/:id/pages/:n',
  'POST /v1/scans/:id/more',
  'DELETE /v1/scans/:id',
  'POST /v1/scans/:id/submit',
  'GET /v1/sign-in',
  'POST /v1/sign-in',
  'POST /v1/sign-in/confirm',
  'POST /v1/sign-in/cancel',
  'GET /v1/sign-in/phone-page',
  'GET /v1/account',
  'POST /v1/account/use-upn',
  'POST /v1/jobs',
  'GET /v1/jobs/by-key/:key',
  'POST /v1/messages',
];

test('a walk-up person may call these, and nothing else', () => {
  const theirs = routes.filter(({ role }) => role === 'walk-up');
  const names = theirs.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(names.sort()).toEqual([...walkUpCalls].sort());
});

test.each<[string, Caller, number]>([
  ['scan-00112233-4455-6677-8899-aabbccddeeff', walkUp, 200],
  // Firmware counts: who guesses the next one would see whose scan it was.
  ['job-000124', walkUp, 404],
  ['job-000124', { ...administrator, door: 'panel' }, 200],
  ['job-000124', administrator, 200],
])('the job of the key %s is asked for', async (key, caller, status) => {
  const { agent, call } = setUp();
  const reply = await call('GET', `/v1/jobs/by-key/${key}`, undefined, caller);
  expect(reply.status).toBe(status);
  if (status === 404) expect(agent.calls).toEqual([]);
});

const withDoors = routes.flatMap((route) =>
  route.doors ? [[route.method.toUpperCase(), route.path, route] as const] : [],
);
test.each(withDoors)('%s %s is served at its doors only', async (method, path, { doors = [] }) => {
  const others = (['panel', 'web', 'cli'] as const satisfies readonly CallDoor[]).filter(
    (door) => !doors.includes(door),
  );
  expect(others).not.toEqual([]);
  for (const door of others) {
    const { agent, call } = setUp();
    const reply = await call(method, path, undefined, { ...administrator, door });
    expect(reply.status).toBe(403);
    expect(agent.calls).toEqual([]);
  }
});

test('the OpenAPI document names role and doors', () => {
  const { paths } = openApiDocument('1') as { paths: Record<string, Record<string, Record<string, unknown>>> };
  expect(paths['/v1/session']?.['get']?.['x-role']).toBe('nobody');
  expect(paths['/v1/panel/unlock']?.['post']).toMatchObject({ 'x-role': 'walk-up', 'x-doors': ['panel'] });
});

describe('the audit list', () => {
  /** What changes the device or shows it as a whole, and is still not in the list: previews, and what each job's record tells. */
  const withoutAct = [
    'POST /v1/settings/preview',
    'POST /v1/guidance',
    'POST /v1/jobs/:queueId/retry',
    'POST /v1/jobs/:queueId/release',
    'POST /v1/jobs/:queueId/hold',
    'POST /v1/jobs/test',
  ];

  test('has every act of an administrator', () => {
    const silent = routes.filter(
      ({ method, role, act }) => method !== 'get' && role === 'administrator' && act === undefined,
    );
    const unexpected = silent
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
      .filter((name) => !withoutAct.includes(name));
    expect(unexpected).toEqual([]);
  });

  test('names settings, never values', async () => {
    const { agent, call } = setUp();
    await call('PATCH', '/v1/settings', { changes: { 'service.cloud': 'secret-value' }, accept: [] });
    expect(agent.audited).toEqual([
      { by: 'admin', door: 'cli', act: 'settings-changed', names: ['service.cloud'], outcome: 'done' },
    ]);
  });

  test.each<[string, MailError, unknown]>([
    ['a refusal with its code', new MailError('settings-invalid', 'x'), 'settings-invalid'],
    ['a bug as one', new MailError('internal', 'x'), 'internal'],
    ['not a question back', new MailError('settings-need-consent', 'x'), undefined],
  ])('has %s', async (_name, error, outcome) => {
    const { agent, call } = setUp();
    agent.refuse('changeSettings', error);
    await call('PATCH', '/v1/settings', { changes: {}, accept: [] });
    expect(agent.audited.map((one) => one.outcome)).toEqual(outcome === undefined ? [] : [outcome]);
  });

  test('has a walk-up person who tried', async () => {
    const { agent, call } = setUp();
    expect((await call('DELETE', '/v1/account', undefined, walkUp)).status).toBe(403);
    expect(agent.audited).toEqual([{ by: 'panel', door: 'panel', act: 'signed-out', outcome: 'client-not-allowed' }]);
  });

  test('has who guessed a password, by address', async () => {
    const { agent, call } = setUp();
    agent.refuse('access.logIn', new MailError('login-refused', 'wrong'));
    expect((await call('POST', '/v1/session', { password: 'guess' }, nobody)).status).toBe(403);
    expect(agent.audited).toEqual([{ by: '192.0.2.9', door: 'web', act: 'log-in', outcome: 'login-refused' }]);
    expect(JSON.stringify(agent.audited)).not.toContain('guess');
  });
});

describe('a log-in', () => {
  test('sets the cookie as browsers must keep it, and ends the session of before', async () => {
    const { agent, call } = setUp();
    const session = { id: 'old', csrfToken: 'c', ended: new AbortController().signal };
    const reply = await call('POST', '/v1/session', { password: 'x' }, { ...nobody, session });
    expect(reply.headers.get('set-cookie')).toBe('__Host-mfp=token; Path=/; Secure; HttpOnly; SameSite=Strict');
    expect(await reply.json()).toMatchObject({ state: 'signed-in', role: 'administrator', csrfToken: 'csrf' });
    expect(agent.calls).toContainEqual({ name: 'access.logOut', args: ['old'] });
  });

  test.each([
    [true, { product: 'mfp-mail-agent', isClaimed: true, state: 'signed-out' }],
    [false, { product: 'mfp-mail-agent', isClaimed: false, state: 'unclaimed' }],
  ])('before it only this is told, claimed or not: %j', async (isClaimed, told) => {
    const { agent, call } = setUp();
    agent.answer('access.isClaimed', isClaimed);
    expect(await (await call('GET', '/v1/session', undefined, nobody)).json()).toEqual(told);
  });

  test('wanted for too long tells how long to wait', async () => {
    const { agent, call } = setUp();
    agent.refuse('access.logIn', new MailError('login-too-often', 'x', { details: { retryAfterMs: 4000 } }));
    const reply = await call('POST', '/v1/session', { password: 'x' }, nobody);
    expect(reply.status).toBe(429);
    expect(await reply.json()).toMatchObject({ error: { code: 'login-too-often', details: { retryAfterMs: 4000 } } });
  });

  test('its event stream ends with it', async () => {
    const { agent, call, clock } = setUp();
    const end = new AbortController();
    const session = { id: 'a', csrfToken: 'c', ended: end.signal };
    const reply = await call('GET', '/v1/events', undefined, { ...administrator, door: 'web', session });
    const text = reply.text();
    agent.emit({ type: 'job', job: sampleJob({ subject: 'before' }) });
    end.abort();
    agent.emit({ type: 'job', job: sampleJob({ subject: 'after' }) });
    expect(await text).toContain('before');
    expect(await text).not.toContain('after');
    await settle();
    expect(agent.watchers()).toBe(0);
    expect(clock.pendingMs).toEqual([]);
  });
});

test.each<[CallDoor, number, string]>([
  ['web', 401, 'login-needed'],
  ['panel', 403, 'pin-needed'],
])('a change whose body comes after the log-in at the %s has ended is not made', async (door, status, code) => {
  const { agent, api } = setUp();
  const end = new AbortController();
  const body = new TransformStream<Uint8Array, Uint8Array>();
  const writer = body.writable.getWriter();
  const request = new Request('http://agent/v1/settings', { method: 'PATCH', body: body.readable, duplex: 'half' });
  const session = { id: 'a', csrfToken: 'c', ended: end.signal };
  const reply = api.handle(request, { ...administrator, door, session });
  await writer.write(Buffer.from('{"changes":{},'));
  end.abort();
  await writer.write(Buffer.from('"accept":[]}'));
  await writer.close();
  expect((await reply).status).toBe(status);
  expect(await (await reply).json()).toMatchObject({ error: { code } });
  expect(agent.calls).toEqual([]);
});

describe('hostile JSON', () => {
  test.each<[string, string]>([
    ['nine levels', `{"changes":${'['.repeat(8)}${']'.repeat(8)},"accept":[]}`],
    ['a hundred thousand levels', '['.repeat(100_000)],
    ['objects', `{"changes":${'{"a":'.repeat(8)}1${'}'.repeat(8)}}`],
  ])('of %s is refused', async (_name, body) => {
    const { agent, call } = setUp();
    expect((await call('PATCH', '/v1/settings', body)).status).toBe(400);
    expect(agent.calls).toEqual([]);
  });

  test('brackets in texts are no levels', async () => {
    const { call } = setUp();
    const text = `"${'[{'.repeat(50)}"\\`;
    expect((await call('POST', '/v1/settings/import', { text, accept: [] })).status).toBe(200);
  });

  test('prototype keys reach nobody', async () => {
    const { agent, call } = setUp();
    await call('PATCH', '/v1/settings', '{"changes":{"__proto__":{"x":1},"constructor":{"y":1}},"accept":[]}');
    for (const { args } of agent.calls) expect(JSON.stringify(args)).not.toContain('"x"');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
