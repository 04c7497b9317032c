/** Which language the API answers in. */
import { describe, expect, test } from '@jest/globals';
import { createApi, openApiDocument } from '../../src/api/index.ts';
import { MailError, type Language } from '../../src/core/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { sampleStatus } from '../support/sample-status.ts';
import { administrator, scriptedAgent } from '../support/scripted-agent.ts';

function setUp(deviceLanguage: 'en' | 'ja' = 'en') {
  const scripted = scriptedAgent();
  const device = { language: deviceLanguage as Language };
  // A proxy: spreading would lose its methods.
  const agent = new Proxy(scripted, {
    get: (target, name) => (name === 'language' ? () => device.language : (Reflect.get(target, name) as unknown)),
  });
  const api = createApi({ agent, clock: new ManualClock(), log: collectedLog(), version: '1' });
  const call = (path: string, acceptLanguage = '', init: RequestInit = {}) =>
    api.handle(
      new Request(`http://agent${path}`, {
        ...init,
        headers: acceptLanguage === '' ? {} : { 'accept-language': acceptLanguage },
      }),
      administrator,
    );
  return { agent: scripted, call, device };
}

describe('the sentence of the status', () => {
  test.each<['en' | 'ja', string, string, string, string]>([
    ['en', '', '', 'en', sampleStatus.sentence], // what the agent composed
    ['en', '', 'zh-CN', 'zh-CN', '就绪：已登录 scan@contoso.com，邮件以 scan@contoso.com 发出。'],
    ['en', '?language=zh-TW', 'zh-CN', 'zh-TW', '就緒：已登入 scan@contoso.com，郵件以 scan@contoso.com 寄出。'], // the query wins
    ['ja', '', '', 'ja', '準備完了: scan@contoso.com でサインイン済み、送信元は scan@contoso.com です。'], // the device's own
    ['ja', '', 'de', 'en', sampleStatus.sentence], // a language we lack
    ['ja', '?language=%00%FF', 'en', 'en', sampleStatus.sentence], // no language at all
  ])('on a device of %s, for %j and %j, is in %s', async (device, query, header, language, sentence) => {
    const reply = await setUp(device).call(`/v1/status${query}`, header);
    expect(reply.headers.get('content-language')).toBe(language);
    expect(await reply.json()).toMatchObject({ language, sentence });
  });

  test('is in the language of the listener in every event', async () => {
    const { agent, call } = setUp();
    const body = (await call('/v1/events?language=ja')).body as ReadableStream<Uint8Array> | null;
    const reader = body?.getReader();
    const decoder = new TextDecoder();
    expect(decoder.decode((await reader?.read())?.value)).toContain('準備完了');
    agent.emit({ type: 'status', status: { ...sampleStatus, glance: 'held', guidanceId: 'mailbox-full' } });
    expect(decoder.decode((await reader?.read())?.value)).toContain('送信元メールボックスの容量超過。');
    await reader?.cancel();
  });

  test.each<[string, string, Language, RegExp]>([
    ['who named none hears the new language of the device at once', '', 'zh-TW', /就緒/],
    ['who named one keeps it', '?language=ja', 'ja', /準備完了/],
  ])('%s, on screens and displays', async (_who, query, language, heard) => {
    const { agent, call, device } = setUp();
    const panel = query === '' ? '?panel=40x2' : '&panel=40x2';
    const reader = ((await call(`/v1/events${query}${panel}`)).body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    const next = async () => decoder.decode((await reader.read()).value);
    expect([await next(), await next()]).toEqual([
      expect.stringContaining('event: status'),
      expect.stringContaining('event: panel'),
    ]);
    device.language = 'zh-TW';
    agent.emit({ type: 'status', status: sampleStatus });
    let told = await next();
    if (!heard.test(told)) told = await next();
    expect(told).toMatch(heard);
    const views = agent.calls.filter(({ name }) => name === 'lcdPanel.view');
    expect(views.at(-1)?.args).toEqual([{ columns: 40, rows: 2 }, language]);
    await reader.cancel();
  });
});

test('the agent is asked for guidance in that language', async () => {
  const { agent, call } = setUp();
  await call('/v1/guidance?language=ja', '', { method: 'POST', body: JSON.stringify({ code: 'queue-full' }) });
  await call('/v1/jobs/01hyr0000abcde', 'zh-TW');
  await call('/v1/account/consent-link', 'zh-CN');
  const asked = agent.calls.map(({ name, args }) => [name, args.at(-1)]);
  expect(asked).toEqual([
    ['explain', 'ja'],
    ['job', 'zh-TW'],
    ['consentLink', 'zh-CN'],
  ]);
});

test.each<[string, string]>([
  ['', 'There is no message with that number. It may have been sent long ago and forgotten.'],
  ['ja', 'その番号のメールはありません。かなり前に送信され、記録が消えた可能性があります。'],
])('a refusal is told in %j', async (language, message) => {
  const { agent, call } = setUp();
  agent.refuse('job', new MailError('job-not-found', 'no job'));
  const reply = await call('/v1/jobs/01hyr0000abcde', language);
  expect(await reply.json()).toMatchObject({ error: { code: 'job-not-found', message } });
});

test('a refusal with a hint names it behind the title', async () => {
  const reply = await setUp().call('/v1/guidance', 'zh-CN', { method: 'POST', body: '{' });
  expect(await reply.json()).toMatchObject({ error: { message: '请求无效: the body is not valid JSON' } });
});

test('the OpenAPI document names the parameter where there is something to say', () => {
  const { paths } = openApiDocument('1') as {
    paths: Record<string, Record<string, { parameters?: { name: string }[] }>>;
  };
  const speaks = (path: string, method: string) =>
    paths[path]?.[method]?.parameters?.some(({ name }) => name === 'language') === true;
  expect([speaks('/v1/status', 'get'), speaks('/v1/guidance', 'post'), speaks('/v1/jobs', 'get')]).toEqual([
    true,
    true,
    false,
  ]);
});
