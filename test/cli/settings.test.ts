import { afterEach, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { columnsOf } from '../../src/panel/index.ts';
import { statusOf } from '../panel/statuses.ts';
import { tempDir } from '../support/temp-dir.ts';
import { begin, FakeAgent, freshRoot, run, until } from './fake-agent.ts';

const dir = await tempDir();
const agents: FakeAgent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
});

const clientId = '2fe9c4ad-0142-41c6-8723-2a5ac72a3171';
const secrets = { proxyPassword: false };
const settings = {
  service: { cloud: 'global', clientId: '', smtpPort: 587, isPrivateNetworkAllowed: false },
  sender: { deviceEmailAddress: 'anna@contoso.com', permittedAddresses: ['a@b.c', 'd@e.f'] },
  network: { proxyBypass: [] as string[], extraCaPem: ['-----BEGIN\nAAA\n-----END'] },
};
const fields = [
  { path: 'service.cloud', title: 'Cloud', needsRestart: false },
  { path: 'service.clientId', title: 'Client id', needsRestart: false },
  { path: 'sender.permittedAddresses', title: 'Permitted addresses', needsRestart: false },
  { path: 'limits.maxJobs', title: 'Most jobs', unit: 'jobs', needsRestart: true },
  { path: 'network.extraCaPem', title: 'Additional certificate authorities', needsRestart: false },
  { path: 'intake.loopbackPort', title: 'Intake port', needsRestart: true },
];
const consequence = { code: 'sign-in-dropped', message: 'The sign-in is dropped; somebody must sign in again.' };
const plan = (
  changed: string[],
  consequences = [] as (typeof consequence)[],
  problems: { path: string; message: string }[] = [],
) => ({ changed, consequences, problems });

async function agentWith(routes: FakeAgent['routes'] = {}): Promise<{ agent: FakeAgent; root: string }> {
  const root = freshRoot(dir);
  const agent = await new FakeAgent(root, {
    'GET /v1/settings': { body: { settings, effective: {}, health: { ok: true }, secrets } },
    'GET /v1/settings/schema': { body: { schema: {}, fields } },
    'POST /v1/settings/preview': (call) => ({ body: plan(Object.keys((call.body as { changes: object }).changes)) }),
    'PATCH /v1/settings': (call) => ({ body: plan(Object.keys((call.body as { changes: object }).changes)) }),
    'GET /v1/settings/export': { text: '{ "version": 1 }\n' },
    'PUT /v1/secrets/proxy-password': { status: 204 },
    ...routes,
  }).start();
  agents.push(agent);
  return { agent, root };
}

describe('settings list', () => {
  test('is a table of path, value and title within 80 columns', async () => {
    const { root } = await agentWith();
    const { code, out } = await run(root, ['settings', 'list']);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'PATH                       VALUE            TITLE',
        'service.cloud              global           Cloud',
        'service.clientId           -                Client id',
        'sender.permittedAddresses  a@b.c, d@e.f     Permitted addresses',
        'limits.maxJobs             -                Most jobs (jobs)',
        'network.extraCaPem         (several lines)  Additional certificate authorities',
        'network.proxyPassword      (not set)        Proxy password',
        'intake.loopbackPort        -                Intake port',
        '',
      ].join('\n'),
    );
    for (const line of out.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(80);
  });

  test('an id is whole in 80 columns, and a stored proxy password is said to be there', async () => {
    const { root } = await agentWith({
      'GET /v1/settings': {
        body: {
          settings: { ...settings, service: { ...settings.service, clientId } },
          effective: {},
          health: { ok: true },
          secrets: { proxyPassword: true },
        },
      },
    });
    const { out } = await run(root, ['settings', 'list']);
    expect(out).toMatch(new RegExp(`^service\\.clientId +${clientId}$`, 'm'));
    expect(out).toMatch(/^network\.proxyPassword +\(set\) +Proxy password$/m);
    for (const line of out.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(80);
  });

  test('--json is the settings by group', async () => {
    const { root } = await agentWith();
    expect(JSON.parse((await run(root, ['settings', 'list', '--json'])).out)).toEqual(settings);
  });

  test('says that the file is damaged', async () => {
    const { root } = await agentWith({
      'GET /v1/settings': { body: { settings, effective: {}, health: { ok: false, why: 'not JSON' }, secrets } },
    });
    expect((await run(root, ['settings', 'list'])).out).toContain('Settings are damaged: not JSON.');
  });
});

describe('settings get', () => {
  test.each([
    ['service.cloud', 'global\n'],
    ['service.clientId', ''], // empty
    ['service.smtpPort', '587\n'],
    ['service.isPrivateNetworkAllowed', 'false\n'],
    ['sender.permittedAddresses', 'a@b.c\nd@e.f\n'], // one item per line
    ['network.proxyBypass', ''],
    ['network.extraCaPem', '-----BEGIN\nAAA\n-----END\n'], // a certificate keeps its lines
  ])('%s prints %j', async (path, out) => {
    const { root } = await agentWith();
    expect(await run(root, ['settings', 'get', path])).toEqual({ code: 0, out, err: '' });
  });

  test('--json prints the value', async () => {
    const { root } = await agentWith();
    expect((await run(root, ['settings', 'get', 'sender.permittedAddresses', '--json'])).out).toBe(
      '["a@b.c","d@e.f"]\n',
    );
  });

  test('a group is a table', async () => {
    const { root } = await agentWith();
    const { code, out } = await run(root, ['settings', 'get', 'service']);
    expect(code).toBe(0);
    expect(out.split('\n').slice(0, 3)).toEqual([
      'PATH                             VALUE',
      'service.cloud                    global',
      'service.clientId                 -',
    ]);
    expect(JSON.parse((await run(root, ['settings', 'get', 'service', '--json'])).out)).toEqual(settings.service);
  });

  test.each(['service.nothing', 'nothing', 'toString', 'service.cloud.x', 'constructor.name', 'service.toString'])(
    'there is no setting %s',
    async (path) => {
      const { root } = await agentWith();
      expect(await run(root, ['settings', 'get', path])).toMatchObject({
        code: 5,
        err: expect.stringContaining('settings list'),
      });
    },
  );

  test('gives no secret away', async () => {
    expect((await run(freshRoot(dir), ['settings', 'get', 'network.proxyPassword'])).code).toBe(2);
  });
});

describe('settings set', () => {
  test.each<[string[], Record<string, unknown>]>([
    [['service.cloud', 'china-21vianet'], { 'service.cloud': 'china-21vianet' }],
    [['service.smtpPort', '2587'], { 'service.smtpPort': 2587 }],
    [['service.isPrivateNetworkAllowed', 'yes'], { 'service.isPrivateNetworkAllowed': true }],
    [['service.isPrivateNetworkAllowed', 'OFF'], { 'service.isPrivateNetworkAllowed': false }],
    [['sender.permittedAddresses', 'x@y.z', 'u@v.w'], { 'sender.permittedAddresses': ['x@y.z', 'u@v.w'] }],
    [['sender.permittedAddresses', ''], { 'sender.permittedAddresses': [] }],
    [['sender.deviceEmailAddress', ''], { 'sender.deviceEmailAddress': '' }],
    [['service.cloud=custom', 'service.clientId=a=b'], { 'service.cloud': 'custom', 'service.clientId': 'a=b' }],
  ])('%j sends typed values', async (operands, changes) => {
    const { agent, root } = await agentWith();
    const { code, out } = await run(root, ['settings', 'set', ...operands]);
    expect(code).toBe(0);
    expect(agent.bodyOf('POST /v1/settings/preview')).toEqual({ changes });
    expect(agent.bodyOf('PATCH /v1/settings')).toEqual({ changes, accept: [] });
    expect(out).toBe(`Changed: ${Object.keys(changes).join(', ')}\n`);
  });

  test('reads a value from standard input for -', async () => {
    const { agent, root } = await agentWith();
    await run(root, ['settings', 'set', 'network.extraCaPem', '-'], { input: '-----BEGIN\nBBB\n-----END\n' });
    expect(agent.bodyOf('PATCH /v1/settings')).toEqual({
      changes: { 'network.extraCaPem': ['-----BEGIN\nBBB\n-----END'] },
      accept: [],
    });
  });

  test.each([
    [['service.cloud']], // no value
    [['service.cloud', 'a', 'b']], // two for one
    [['service.smtpPort', 'five']],
    [['service.smtpPort', '']], // Number('') would be 0
    [['service.isPrivateNetworkAllowed', 'perhaps']],
    [['service.cloud=global', 'oops']],
  ])('refuses %j as a usage error', async (operands) => {
    const { agent, root } = await agentWith();
    expect((await run(root, ['settings', 'set', ...operands])).code).toBe(2);
    expect(agent.routesCalled()).not.toContain('PATCH /v1/settings');
  });

  test('refuses an unknown setting before anything is sent', async () => {
    const { agent, root } = await agentWith();
    expect((await run(root, ['settings', 'set', 'service.nothing', 'x'])).code).toBe(5);
    expect(agent.routesCalled()).toEqual(['GET /v1/settings']);
  });

  test('tells problems and changes nothing', async () => {
    const { agent, root } = await agentWith({
      'POST /v1/settings/preview': { body: plan([], [], [{ path: 'service.smtpPort', message: 'must be 587' }]) },
    });
    const { code, err } = await run(root, ['settings', 'set', 'service.smtpPort', '1', '--json']);
    expect(code).toBe(5);
    expect(JSON.parse(err)).toMatchObject({
      error: { code: 'settings-invalid', exitCode: 5, details: { problems: ['service.smtpPort: must be 587'] } },
    });
    expect(agent.routesCalled()).not.toContain('PATCH /v1/settings');
  });

  test('shows the consequences and makes the change after a yes', async () => {
    const { agent, root } = await agentWith({
      'POST /v1/settings/preview': { body: plan(['service.cloud'], [consequence]) },
    });
    const session = begin(root, ['settings', 'set', 'service.cloud', 'custom'], { isTty: true });
    await until(() => session.out().includes('Change it? [y/N]'));
    expect(session.out()).toContain('- The sign-in is dropped; somebody must sign in again.');
    expect(agent.routesCalled()).not.toContain('PATCH /v1/settings');
    session.type('y\n');
    expect(await session.exit).toBe(0);
    expect(agent.bodyOf('PATCH /v1/settings')).toEqual({
      changes: { 'service.cloud': 'custom' },
      accept: ['sign-in-dropped'],
    });
  });

  test('keeps everything as it is after a no', async () => {
    const { agent, root } = await agentWith({
      'POST /v1/settings/preview': { body: plan(['service.cloud'], [consequence]) },
    });
    const session = begin(root, ['settings', 'set', 'service.cloud', 'custom'], { isTty: true });
    await until(() => session.out().includes('[y/N]'));
    session.type('\n');
    expect(await session.exit).toBe(5);
    expect(agent.routesCalled()).not.toContain('PATCH /v1/settings');
  });

  test.each([
    [false, true],
    [true, false],
  ])('needs --yes where nobody can be asked (output a terminal: %s, input: %s)', async (isTty, isStdinTty) => {
    const { agent, root } = await agentWith({
      'POST /v1/settings/preview': { body: plan(['service.cloud'], [consequence]) },
    });
    const refused = await run(root, ['settings', 'set', 'service.cloud', 'custom'], {
      isTty,
      isStdinTty,
      input: 'y\n',
    });
    expect(refused.code).toBe(5);
    expect(refused.err).toContain('--yes');
    expect(agent.routesCalled()).not.toContain('PATCH /v1/settings');
    expect((await run(root, ['settings', 'set', 'service.cloud', 'custom', '--yes'], { isTty, isStdinTty })).code).toBe(
      0,
    );
  });

  test('--json names the consequences that need consent', async () => {
    const { root } = await agentWith({ 'POST /v1/settings/preview': { body: plan(['service.cloud'], [consequence]) } });
    const { err, out } = await run(root, ['settings', 'set', 'service.cloud', 'custom', '--json']);
    expect(out).toBe('');
    expect(JSON.parse(err)).toMatchObject({
      error: { code: 'settings-need-consent', exitCode: 5, details: { consequences: ['sign-in-dropped'] } },
    });
  });

  test('says what waits for a restart, and when nothing changed', async () => {
    const { root } = await agentWith({ 'PATCH /v1/settings': { body: plan(['limits.maxJobs']) } });
    expect((await run(root, ['settings', 'set', 'service.cloud', 'x'])).out).toContain(
      'Restart the agent for this to take effect: limits.maxJobs',
    );
    const same = await agentWith({ 'PATCH /v1/settings': { body: plan([]) } });
    expect((await run(same.root, ['settings', 'set', 'service.cloud', 'global'])).out).toContain('Nothing to change');
  });
});

describe('the proxy password', () => {
  test.each([
    ['secret\n', 'secret'],
    ['secret', 'secret'],
    ['\n', ''],
    [' with blanks \r\n', ' with blanks '],
  ])('is read from standard input: %j', async (input, value) => {
    const { agent, root } = await agentWith();
    const { code, out } = await run(root, ['settings', 'set', 'network.proxyPassword'], { input });
    expect(code).toBe(0);
    expect(agent.calls).toMatchObject([{ route: 'PUT /v1/secrets/proxy-password', body: { value } }]);
    expect(out).toBe(value === '' ? 'The proxy password is removed.\n' : 'The proxy password is stored.\n');
  });

  test('is asked for on a terminal and not echoed', async () => {
    const { agent, root } = await agentWith();
    const session = begin(root, ['settings', 'set', 'network.proxyPassword'], { isTty: true });
    await until(() => session.out().includes('Proxy password'));
    session.type('hunter2\r');
    expect(await session.exit).toBe(0);
    expect(agent.bodyOf('PUT /v1/secrets/proxy-password')).toEqual({ value: 'hunter2' });
    expect(session.out()).not.toContain('hunter2');
  });

  test('is left alone by Ctrl-C at the question', async () => {
    const { agent, root } = await agentWith();
    const session = begin(root, ['settings', 'set', 'network.proxyPassword'], { isTty: true });
    await until(() => session.out().includes('Proxy password'));
    session.type('hun\x03');
    expect(await session.exit).toBe(130);
    expect(agent.calls).toEqual([]);
  });

  test.each([
    [['network.proxyPassword', 'hunter2']],
    [['network.proxyPassword=hunter2']],
    [['service.cloud=global', 'network.proxyPassword=hunter2']],
  ])('is refused as an argument: %j', async (operands) => {
    const { agent, root } = await agentWith();
    const { code, err } = await run(root, ['settings', 'set', ...operands]);
    expect(code).toBe(2);
    expect(err).not.toContain('hunter2');
    expect(agent.calls).toEqual([]);
  });
});

describe('settings export and import', () => {
  const needsConsent = {
    status: 409,
    body: {
      error: {
        code: 'settings-need-consent',
        message: 'Accept first.',
        details: { consequences: ['sign-in-dropped'], messages: [consequence.message] },
      },
    },
  };

  test('export prints what the agent gives', async () => {
    const { root } = await agentWith();
    expect(await run(root, ['settings', 'export'])).toEqual({ code: 0, out: '{ "version": 1 }\n', err: '' });
  });

  test.each(['file', 'input', 'dash'])('import takes a file or standard input (%s)', async (way) => {
    const { agent, root } = await agentWith({ 'POST /v1/settings/import': { body: plan(['service.cloud']) } });
    const file = join(dir, 'printer.json');
    await writeFile(file, '{"version":1}');
    const operand = { file: [file], input: [], dash: ['-'] }[way] ?? [];
    const { code, out } = await run(root, ['settings', 'import', ...operand], { input: '{"version":1}' });
    expect({ code, out }).toEqual({ code: 0, out: 'Changed: service.cloud\n' });
    expect(agent.bodyOf('POST /v1/settings/import')).toEqual({ text: '{"version":1}', accept: [] });
  });

  test('import shows the consequences, and sends them accepted with --yes', async () => {
    const { agent, root } = await agentWith({
      'POST /v1/settings/import': (call) =>
        (call.body as { accept: string[] }).accept.length === 0 ? needsConsent : { body: plan(['service.cloud']) },
    });
    const refused = await run(root, ['settings', 'import'], { input: '{}' });
    expect(refused.code).toBe(5);
    expect(refused.out).toContain('The sign-in is dropped');
    expect((await run(root, ['settings', 'import', '--yes'], { input: '{}' })).code).toBe(0);
    expect(
      agent.calls
        .filter(({ route }) => route === 'POST /v1/settings/import')
        .map(({ body }) => (body as { accept: string[] }).accept),
    ).toEqual([[], [], ['sign-in-dropped']]);
  });

  test('import tells why a file is refused, and when it cannot be read', async () => {
    const { root } = await agentWith({
      'POST /v1/settings/import': {
        status: 422,
        body: {
          error: { code: 'settings-invalid', message: 'Not valid: the file is not complete JSON.', details: {} },
        },
      },
    });
    expect(await run(root, ['settings', 'import'], { input: '{' })).toMatchObject({
      code: 5,
      err: 'mfp-mail-agent: Not valid: the file is not complete JSON.\n',
    });
    expect(await run(root, ['settings', 'import', join(dir, 'missing.json')])).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be read (ENOENT)'),
    });
  });
});

describe('settings set', () => {
  test.each([
    [
      ['sender.permittedAddresses', 'a@b.c', 'service.smtpPort', '25'],
      'sender.permittedAddresses=VALUE service.smtpPort=VALUE',
    ],
    [['service.cloud', 'global', 'service.smtpPort=25'], 'service.cloud=VALUE service.smtpPort=VALUE'],
  ])('%j: the form for several settings', async (operands, form) => {
    const { agent, root } = await agentWith();
    expect(await run(root, ['settings', 'set', ...operands])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`PATH=VALUE PATH=VALUE: mfp-mail-agent settings set ${form}`),
    });
    expect(agent.routesCalled()).toEqual(['GET /v1/settings']);
  });

  const warnings = ['Printers cannot log in as printer: no password is set for that name.'];
  test.each([
    [['lan.isEnabled', 'on'], true],
    [['service.cloud', 'custom'], false], // status has them; here they would be noise
  ])('%j tells what the door still needs: %s', async (operands, isTold) => {
    const { root } = await agentWith({
      'GET /v1/settings': {
        body: { settings: { ...settings, lan: { isEnabled: false } }, effective: {}, health: { ok: true }, secrets },
      },
      'GET /v1/status': { body: statusOf({ warnings }) },
    });
    const { code, out } = await run(root, ['settings', 'set', ...operands]);
    expect(code).toBe(0);
    expect(out.includes(`Changed: ${operands[0] ?? ''}\nWarning: Printers cannot log in`)).toBe(isTold);
  });

  test('the proxy password is not removed by an empty file', async () => {
    const { agent, root } = await agentWith();
    expect((await run(root, ['settings', 'set', 'network.proxyPassword'], { input: '' })).code).toBe(2);
    expect(agent.routesCalled()).toEqual([]);
  });
});

test("import of what npm wrote before the settings says how to leave npm's lines out", async () => {
  const { agent, root } = await agentWith();
  const input = '\n> mfp-mail-agent@0.1.0 agent\n> node dist/rehearsal.mjs settings export\n\n{ "version": 1 }\n';
  expect(await run(root, ['settings', 'import'], { input })).toMatchObject({
    code: 2,
    err: expect.stringContaining('npm run -s agent -- settings export > FILE'),
  });
  expect(agent.calls).toEqual([]);
});
