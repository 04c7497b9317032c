import { describe, expect, test } from '@jest/globals';
import { createApi, openApiDocument, routes, type CallDoor, type Caller } from '../../src/api/index.ts';
import { MailError } from '../../src/core/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { sampleJob, samplePanel, sampleScan, sampleStatus } from '../support/sample-status.ts';
import { administrator, scriptedAgent, walkUp } from '../support/scripted-agent.ts';

function setUp() {
  const agent = scriptedAgent();
  const log = collectedLog();
  const clock = new ManualClock();
  const api = createApi({ agent, clock, log, version: '0.1.0' });
  const call = (method: string, path: string, body?: unknown, caller = administrator) =>
    api.handle(
      new Request(`http://agent${path}`, {
        method,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
      caller,
    );
  return { agent, log, clock, call, api };
}

/** A body that every route with one accepts. */
const bodies: Readonly<Record<string, unknown>> = {
  '/v1/phone-page': { key: 'key' },
  '/v1/jobs/test': { to: 'anna@contoso.com' },
  '/v1/settings/preview': { changes: { 'service.cloud': 'global' } },
  '/v1/settings': { changes: { 'service.cloud': 'global' }, accept: ['sign-in-dropped'] },
  '/v1/settings/import': { text: '{}' },
  '/v1/secrets/proxy-password': { value: 'x' },
  '/v1/secrets/lan-password': { value: 'x' },
  '/v1/guidance': { code: 'sign-in-needed' },
  '/v1/decommission': { confirmWaitingJobs: 0 },
  '/v1/scans': { scannerId: 'sane-1', source: 'feeder', resolution: 300, colour: 'colour' },
  '/v1/scans/:id/more': {},
  '/v1/scans/:id/submit': { ticket: { to: ['anna@contoso.com'] }, format: 'pdf' },
  '/v1/address-book': { name: 'Anna', address: 'anna@contoso.com' },
  '/v1/address-book/:id': { name: 'Anna', address: 'anna@contoso.com' },
  '/v1/address-book/import': { format: 'csv', text: 'name,email', mode: 'add' },
  '/v1/panel/keys': { key: 'ok', columns: 20, rows: 4 },
  '/v1/device/email-address': { address: 'scan@contoso.com' },
  '/v1/device/smtp-server': { host: 'smtp.example.org' },
  '/v1/session': { password: 'x' },
  '/v1/claim': { code: 'ABCD-EFGH', password: 'x', pin: '1234' },
  '/v1/access/password': { current: 'x', next: 'y' },
  '/v1/access/pin': { pin: '2580' },
  '/v1/panel/unlock': { pin: '2580' },
  '/v1/certificate': { certificatePem: 'x' },
  '/v1/certificate/csr': {},
  '/v1/settings/reset': {},
};

/** What the agent must be in for a route to succeed. */
const answers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '/v1/sign-in/qr': { signInState: { step: 'code', verificationUri: 'https://microsoft.com/devicelogin' } },
};

/** An administrator at a door that serves the route. */
function callerAt(door: CallDoor = 'cli'): Caller {
  const session = { id: 'ab', csrfToken: 'csrf', ended: new AbortController().signal };
  return { ...administrator, door, ...(door === 'cli' ? {} : { session }) };
}

describe('every route', () => {
  test.each(routes.map((route) => [route.method.toUpperCase(), route.path, route] as const))(
    '%s %s answers as its schema says',
    async (method, path, route) => {
      const { call, agent } = setUp();
      for (const [name, value] of Object.entries(answers[path] ?? {})) agent.answer(name, value);
      const reply = await call(
        method,
        path.replace(':queueId', '01hyr0000abcde'),
        route.body ? bodies[path] : undefined,
        callerAt(route.doors?.[0]),
      );
      expect(reply.status).toBe(route.status);
      const text = await reply.text();
      if (route.reply) expect(route.reply.safeParse(JSON.parse(text)).error).toBeUndefined();
      else if (route.status === 204) expect(text).toBe('');
    },
  );

  test.each(
    routes
      .filter((route) => route.role === 'administrator')
      .map((route) => [route.method.toUpperCase(), route.path, route] as const),
  )('%s %s refuses a walk-up person before the agent hears of it', async (method, path, route) => {
    const { agent, call } = setUp();
    const reply = await call(
      method,
      path.replace(':queueId', '01hyr0000abcde'),
      route.body ? bodies[path] : undefined,
      walkUp,
    );
    expect(reply.status).toBe(403);
    expect(agent.calls).toEqual([]);
  });

  test.each(
    routes
      .filter((route) => route.body !== undefined)
      .map((route) => [route.method.toUpperCase(), route.path, route] as const),
  )('%s %s refuses broken and foreign bodies with a sentence', async (method, path, route) => {
    const { agent, call } = setUp();
    for (const body of ['{', '[]', '{"unknownField":1}', '"text"']) {
      const reply = await call(method, path, body, callerAt(route.doors?.[0]));
      expect(reply.status).toBe(400);
      expect(await reply.json()).toMatchObject({
        error: { code: 'bad-request', message: expect.stringMatching(/.{10}/) },
      });
    }
    expect(agent.calls).toEqual([]);
  });

  test('is described by the OpenAPI document', () => {
    const { paths, components } = openApiDocument('0.1.0') as {
      paths: Record<string, Record<string, unknown>>;
      components: { schemas: Record<string, unknown> };
    };
    for (const route of routes)
      expect(paths[route.path.replace(/:(\w+)/g, '{$1}')]?.[route.method]).toMatchObject({
        summary: route.summary,
      });
    for (const [, name] of JSON.stringify(paths).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(Object.keys(components.schemas)).toContain(name);
    expect(Object.keys(components.schemas)).toEqual(
      expect.arrayContaining(['Status', 'Job', 'SignInState', 'Error', 'Guidance']),
    );
  });
});

describe('errors', () => {
  test.each([
    ['job-not-found', 404],
    ['job-busy', 409],
    ['settings-invalid', 422],
    ['settings-need-consent', 409],
    ['sign-in-too-often', 429],
    ['identity-unavailable', 503],
    ['internal', 500],
  ] as const)('%s becomes HTTP %i with code and sentence', async (code, status) => {
    const { agent, log, call } = setUp();
    agent.refuse('beginSignIn', new MailError(code, 'log text with host secret.internal'));
    const reply = await call('POST', '/v1/sign-in');
    expect(reply.status).toBe(status);
    const text = await reply.text();
    expect(JSON.parse(text)).toMatchObject({ error: { code } });
    expect(text).not.toContain('secret.internal');
    // A bug of ours is found there; a refusal is no fault.
    expect(log.text().includes('secret.internal')).toBe(code === 'internal');
  });

  test('a path that is not there is 404, also with tricks', async () => {
    const { call } = setUp();
    for (const path of ['/', '/v1', '/v1/status/', '/v1//status', '/V1/status', '/v1/%73tatus/x', '/v1/jobs/a/b/c'])
      expect((await call('GET', path)).status).toBe(404);
  });

  test('a body over the limit is refused', async () => {
    const { call } = setUp();
    const reply = await call('POST', '/v1/settings/import', { text: 'x'.repeat(3_000_000) });
    expect(reply.status).toBe(400);
    // Not read to its end and then found too long.
    expect(await reply.text()).toContain('larger than 2 MiB');
  });
});

describe('submissions', () => {
  const send = (path: string, headers: Record<string, string>, body = '') =>
    new Request(`http://agent${path}`, { method: 'POST', headers, body });

  test('hand the agent octets, key and door; a repeat is 200', async () => {
    const { api, agent } = setUp();
    const form = send('/v1/jobs', { 'content-type': 'multipart/form-data; boundary=b', 'idempotency-key': 'k-1' });
    expect((await api.handle(form, walkUp)).status).toBe(201);
    agent.answer('tickets.submitMessage', { kind: 'repeated', queueId: '01hyr0000abcde' });
    const message = send(
      '/v1/messages?reversePath=&to=a%2Bb@x.example&to=c@x.example',
      { 'content-length': '5' },
      'x: y\n',
    );
    const reply = await api.handle(message, administrator);
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({ queueId: '01hyr0000abcde' });
    const [submitForm, submitMessage] = agent.calls.filter(({ name }) => name.startsWith('tickets.'));
    expect(submitForm?.args).toMatchObject([
      { contentType: 'multipart/form-data; boundary=b', idempotencyKey: 'k-1' },
      { door: 'panel', by: 'panel' },
    ]);
    expect(submitMessage?.args).toMatchObject([
      { reversePath: '', forwardPaths: ['a+b@x.example', 'c@x.example'], declaredSizeBytes: 5 },
      { door: 'bridge', by: 'admin' },
    ]);
  });

  test.each([
    ['message-too-large', 413, null],
    ['header-too-large', 413, null],
    ['no-recipients', 422, null],
    ['bad-address', 422, null],
    ['sender-not-permitted', 403, null],
    ['intake-interrupted', 408, null],
    ['bridge-busy', 503, '5'],
    ['queue-full', 503, '5'],
    ['stopping', 503, '5'],
    // What a person must see to is no matter of trying again.
    ['scanner-not-found', 404, null],
    ['scanner-feeder-empty', 409, null],
    ['scanner-jammed', 409, null],
    ['scanner-busy', 503, '5'],
  ] as const)('%s becomes HTTP %i, retry after %s', async (code, status, retryAfter) => {
    const { api, agent } = setUp();
    agent.refuse('tickets.submitForm', new MailError(code, 'x'));
    const reply = await api.handle(send('/v1/jobs', {}), walkUp);
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([status, retryAfter]);
  });

  test('a wait that is known is said', async () => {
    const { api, agent } = setUp();
    agent.refuse('tickets.submitForm', new MailError('login-too-often', 'x', { details: { retryAfterMs: 1200 } }));
    const reply = await api.handle(send('/v1/jobs', {}), walkUp);
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '2']);
  });

  test('HEAD runs nothing: a stream nobody reads would stay open', async () => {
    const { api } = setUp();
    for (const path of ['/v1/events', '/v1/status']) {
      const reply = await api.handle(new Request(`http://localhost${path}`, { method: 'HEAD' }), walkUp);
      expect([reply.status, reply.body]).toEqual([405, null]);
    }
  });

  test('a sender that falls silent for thirty seconds is given up', async () => {
    const { api, clock } = setUp();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(Buffer.from('{"to":'));
      },
    });
    const request = new Request('http://agent/v1/jobs/test', { method: 'POST', body, duplex: 'half' });
    const answer = api.handle(request, administrator);
    await settle();
    await clock.advance(29_999);
    expect(clock.pendingMs).toEqual([1]);
    await clock.advance(1);
    expect((await answer).status).toBe(408);
    expect(clock.pendingMs).toEqual([]);
  });

  test('what a newer client asks for is refused in words', async () => {
    const { call } = setUp();
    const reply = await call('GET', '/v2/status');
    expect(reply.status).toBe(404);
    expect(await reply.json()).toMatchObject({
      error: { code: 'bad-request', message: expect.stringContaining('version 1'), details: { versions: ['v1'] } },
    });
  });
});

describe('lists', () => {
  test('jobs come newest first and can be narrowed', async () => {
    const { call } = setUp();
    expect(await (await call('GET', '/v1/jobs')).json()).toMatchObject({
      total: 2,
      jobs: [{ state: 'held' }, { state: 'waiting' }],
    });
    expect(await (await call('GET', '/v1/jobs?state=held&limit=1')).json()).toMatchObject({
      total: 1,
      jobs: [{ state: 'held' }],
    });
    expect((await call('GET', '/v1/jobs?limit=0')).status).toBe(400);
  });
});

describe('events', () => {
  async function nextEvent(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
    const { value } = await reader.read();
    return new TextDecoder().decode(value);
  }

  test('start with a status, then tell what happens, ping when quiet, and end with the reader', async () => {
    const { agent, call, clock } = setUp();
    const reply = await call('GET', '/v1/events');
    expect(reply.headers.get('content-type')).toBe('text/event-stream');
    const reader = (reply.body as ReadableStream<Uint8Array>).getReader();
    expect(await nextEvent(reader)).toMatch(/^event: status\ndata: \{"version".*\}\n\n$/);
    agent.emit({ type: 'job', job: sampleJob() });
    expect(await nextEvent(reader)).toMatch(/^event: job\ndata: .*01hyr0000abcde/);
    agent.emit({ type: 'scan', scan: sampleScan });
    expect(await nextEvent(reader)).toBe(`event: scan\ndata: ${JSON.stringify(sampleScan)}\n\n`);
    await clock.advance(15_000);
    expect(await nextEvent(reader)).toBe(': ping\n\n');
    await reader.cancel();
    await settle();
    expect(agent.watchers()).toBe(0);
    expect(clock.pendingMs).toEqual([]);
  });

  test('show a display when they are asked to, and again when it is another', async () => {
    const { agent, call, clock } = setUp();
    const reply = await call('GET', '/v1/events?panel=40x2');
    const reader = (reply.body as ReadableStream<Uint8Array>).getReader();
    expect(await nextEvent(reader)).toMatch(/^event: status/);
    expect(await nextEvent(reader)).toBe(`event: panel\ndata: ${JSON.stringify(samplePanel)}\n\n`);
    expect(agent.calls.find(({ name }) => name === 'lcdPanel.view')?.args).toEqual([{ columns: 40, rows: 2 }, 'en']);
    await clock.advance(3_000);
    agent.answer('lcdPanel.view', { ...samplePanel, lines: ['Ready 1 waiting', '', '', ''] });
    agent.emit({ type: 'status', status: sampleStatus });
    expect(await nextEvent(reader)).toMatch(/^event: status/);
    expect(await nextEvent(reader)).toMatch(/^event: panel\ndata: .*1 waiting/);
    agent.answer('lcdPanel.view', { ...samplePanel, lines: ['By time alone', '', '', ''] });
    await clock.advance(1_000);
    expect(await nextEvent(reader)).toMatch(/^event: panel\ndata: .*By time alone/);
    await reader.cancel();
    await settle();
    expect([agent.watchers(), clock.pendingMs]).toEqual([0, []]);
    for (const wrong of ['', '20', '20x9', '99x4', '20x4x', 'x'])
      expect((await call('GET', `/v1/events?panel=${wrong}`)).status).toBe(400);
  });

  test('tell what changed by time alone at the next ping', async () => {
    const { agent, call, clock } = setUp();
    const reader = ((await call('GET', '/v1/events')).body as ReadableStream<Uint8Array>).getReader();
    await nextEvent(reader);
    agent.answer('status', { ...sampleStatus, glance: 'offline' });
    await clock.advance(15_000);
    expect(await nextEvent(reader)).toMatch(/^event: status\ndata: .*"offline"/);
    await clock.advance(15_000);
    expect(await nextEvent(reader)).toBe(': ping\n\n');
    await reader.cancel();
  });

  test("do not show others' jobs to a walk-up person", async () => {
    const { agent, call } = setUp();
    const reader = (
      (await call('GET', '/v1/events', undefined, walkUp)).body as ReadableStream<Uint8Array>
    ).getReader();
    await nextEvent(reader);
    agent.emit({ type: 'job', job: sampleJob({ subject: 'private' }) });
    agent.emit({ type: 'status', status: sampleStatus });
    expect(await nextEvent(reader)).toMatch(/^event: status/);
    await reader.cancel();
  });

  test('a reader that never reads is cut off instead of filling memory', async () => {
    const { agent, call } = setUp();
    const reply = await call('GET', '/v1/events');
    for (let i = 0; i < 400; i++) agent.emit({ type: 'job', job: sampleJob() });
    await settle();
    expect(agent.watchers()).toBe(0);
    await expect(reply.text()).rejects.toThrow();
  });
});
