import { afterEach, describe, expect, test } from '@jest/globals';
import { tempDir } from '../support/temp-dir.ts';
import { begin, FakeAgent, freshRoot, run, until } from './fake-agent.ts';

const dir = await tempDir();
const agents: FakeAgent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
});

const lan = (changes: object = {}) => ({
  body: { isEnabled: true, hasPassword: true, listeners: [], certificates: [], ...changes },
});
const settings = { body: { settings: { lan: { userName: 'printer' } }, health: { ok: true }, secrets: {} } };

async function agentWith(routes: FakeAgent['routes'] = {}): Promise<{ agent: FakeAgent; root: string }> {
  const root = freshRoot(dir);
  const agent = await new FakeAgent(root, {
    'GET /v1/lan': lan(),
    'GET /v1/settings': settings,
    'PUT /v1/secrets/lan-password': { status: 204 },
    ...routes,
  }).start();
  agents.push(agent);
  return { agent, root };
}

const put = 'PUT /v1/secrets/lan-password';

describe('clients password', () => {
  test.each([
    // What comes in by a pipe; never a removal
    ['', 'no password came in'], // < /dev/null
    ['\n', 'clients password --remove'], // an unset variable in a script
    ['\r\n', 'clients password --remove'],
  ])('%j changes nothing, says what to do and ends with 2', async (input, words) => {
    const { agent, root } = await agentWith();
    expect(await run(root, ['clients', 'password'], { input })).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(new RegExp(`Nothing changed.*${words}`)),
    });
    expect(agent.routesCalled()).not.toContain(put);
  });

  test('a line is the password', async () => {
    const { agent, root } = await agentWith();
    expect((await run(root, ['clients', 'password'], { input: 'secret word\nrest' })).code).toBe(0);
    expect(agent.bodyOf(put)).toEqual({ value: 'secret word' });
  });

  test.each([
    // The door; what is said of it
    [{}, 'Removed.', true],
    [{ isEnabled: false }, 'Removed.', false],
    [{ hasPassword: false, isEnabled: false }, 'No password was set.', false],
  ])('--remove with %j', async (door, first, isSaid) => {
    const { agent, root } = await agentWith({ 'GET /v1/lan': lan(door) });
    const { code, out } = await run(root, ['clients', 'password', '--remove']);
    expect({ code, first: out.split('\n')[0] }).toEqual({ code: 0, first });
    expect(out.includes('printers that log in as printer are refused')).toBe(isSaid);
    expect(agent.bodyOf(put)).toEqual({ value: '' });
  });

  test.each([
    ['y', 0],
    ['', 2],
    ['n', 2],
  ])('an empty line on a terminal asks; %j ends with %i', async (answer, code) => {
    const { agent, root } = await agentWith();
    const session = begin(root, ['clients', 'password'], { isTty: true });
    await until(() => session.out().includes('(not shown)'));
    session.type('\r');
    await until(() => session.out().includes('Remove the password? [y/N]'));
    session.type(`${answer}\n`);
    expect(await session.exit).toBe(code);
    expect(agent.routesCalled().includes(put)).toBe(code === 0);
  });
});

test('clients certificate with the door closed ends with the commands that open it', async () => {
  const { root } = await agentWith({ 'GET /v1/lan': lan({ isEnabled: false, hasPassword: false }) });
  const { code, out } = await run(root, ['clients', 'certificate']);
  expect(code).toBe(0);
  expect(out.trimEnd().split('\n').slice(-3)).toEqual([
    '  mfp-mail-agent settings set lan.allowedNetworks=192.168.1.0/24 lan.userName=printer',
    '  mfp-mail-agent clients password',
    '  mfp-mail-agent settings set lan.isEnabled on',
  ]);
});

test.each(['10.0.0.300', 'printer', '10.0.0.0/24'])('clients dialogue %s is no address', async (address) => {
  const { agent, root } = await agentWith();
  expect(await run(root, ['clients', 'dialogue', address])).toMatchObject({
    code: 2,
    err: expect.stringContaining(`"${address}" is not an address`),
  });
  expect(agent.calls).toEqual([]);
});
