/** The CLI in other languages: which one is chosen, and what is printed in it. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { createApi } from '../../src/api/index.ts';
import { wishedCliLanguage } from '../../src/cli/language.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { administrator, scriptedAgent } from '../support/scripted-agent.ts';
import { statusOf } from '../panel/statuses.ts';
import { tempDir } from '../support/temp-dir.ts';
import { begin, FakeAgent, freshRoot, run } from './fake-agent.ts';

const dir = await tempDir();
const agents: FakeAgent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
});

describe('the wish', () => {
  test.each<[Record<string, string>, string | undefined]>([
    [{}, undefined], // a service: the agent's own language
    [{ LANG: 'C.UTF-8' }, undefined],
    [{ LANG: 'POSIX' }, undefined],
    [{ LANG: 'ja_JP.UTF-8' }, 'ja'],
    [{ LANG: 'zh_TW.utf8' }, 'zh-TW'],
    [{ LANG: 'zh_CN' }, 'zh-CN'],
    [{ LANG: 'zh_CN.GB18030' }, 'en'], // we write UTF-8
    [{ LANG: 'ja_JP.eucJP' }, 'en'],
    [{ LANG: 'de_DE.UTF-8@euro' }, 'en'],
    [{ LANG: 'ja_JP.UTF-8', LC_ALL: 'zh_CN.UTF-8' }, 'zh-CN'], // POSIX order
    [{ LANG: 'ja_JP.UTF-8', LC_MESSAGES: 'en_GB.UTF-8' }, 'en'],
    [{ LANG: 'ja_JP.UTF-8', LC_ALL: '' }, 'ja'], // empty counts as unset
    [{ LANG: 'ja_JP.UTF-8', TERM: 'linux' }, 'en'], // no glyphs on the kernel's console
  ])('of %j is %s', (env, language) => {
    expect(wishedCliLanguage(undefined, env)).toBe(language);
  });

  test('typed goes before the environment', () => {
    expect(wishedCliLanguage('zh-Hant', { LANG: 'ja_JP.UTF-8', TERM: 'linux' })).toBe('zh-TW');
  });

  test('for another language is refused before anything happens', async () => {
    const { code, err } = await run(freshRoot(dir), ['--language', 'xx', 'status']);
    expect([code, err]).toEqual([2, 'mfp-mail-agent: --language needs en, zh-CN, zh-TW or ja\n']);
  });
});

/** A fake agent in front of the real API, so that the language goes all the way. */
async function speakingAgent(status = statusOf()) {
  const root = freshRoot(dir);
  const scripted = scriptedAgent();
  scripted.answer('status', status);
  const api = createApi({ agent: scripted, clock: new ManualClock(), log: collectedLog(), version: '1' });
  const fake = await new FakeAgent(root).start();
  agents.push(fake);
  const handle = async (acceptLanguage: string) => {
    const reply = await api.handle(
      new Request('http://agent/v1/status', { headers: { 'accept-language': acceptLanguage } }),
      administrator,
    );
    return (await reply.json()) as typeof status;
  };
  return { root, fake, handle };
}

test('explain without an agent says it in the wished language, commands on their own lines', async () => {
  const { code, out } = await run(freshRoot(dir), ['explain', 'smtp-auth-disabled', '--language', 'ja']);
  expect(code).toBe(0);
  const lines = out.split('\n');
  expect(lines[0]).toBe('このメールボックスの SMTP 認証が無効です');
  expect(lines).toContain('対処方法');
  expect(lines).toContain(
    "  Set-CASMailbox -Identity '<本機のメールボックス>' -SmtpClientAuthenticationDisabled $false",
  );
});

test('the agent is asked in the language of the environment', async () => {
  const { root, fake, handle } = await speakingAgent();
  fake.routes['GET /v1/status'] = { body: await handle('zh-CN') };
  const session = begin(root, ['status'], { env: { LANG: 'zh_CN.UTF-8' } });
  expect(await session.exit).toBe(0);
  expect(fake.calls[0]?.headers['accept-language']).toBe('zh-CN');
  expect(session.out()).toContain('就绪：已登录 anna@contoso.com');
});

test('without a wish the agent chooses', async () => {
  const { root, fake } = await speakingAgent();
  fake.routes['GET /v1/status'] = { body: statusOf() };
  await run(root, ['status']);
  expect(fake.calls[0]?.headers['accept-language']).toBeUndefined();
});
