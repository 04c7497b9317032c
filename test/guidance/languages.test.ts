/** The texts in every language: complete, within the panel, with the English placeholders and commands, and loaded late. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { languages, type Language } from '../../src/core/index.ts';
import {
  guidanceEntries,
  guidanceFor,
  loadedLanguages,
  loadGuidance,
  statusSentence,
  type GuidanceContext,
  type GuidanceId,
} from '../../src/guidance/index.ts';
import { textsOf } from '../../src/guidance/texts/index.ts';
import { columnsOf } from '../../src/panel/index.ts';
import { sampleIdentity, sampleStatus } from '../support/sample-status.ts';

const ids = Object.keys(guidanceEntries) as GuidanceId[];
const others = languages.filter((one) => one !== 'en');
const english = textsOf('en');

// Before anything is loaded: what a module imports when the file is read has happened by now.
const loadedAtStart = loadedLanguages();
for (const language of others) await loadGuidance(language);

const everything: GuidanceContext = {
  deviceEmailAddress: 'scanner@contoso.com',
  upn: 'anna@contoso.com',
  tenant: 'contoso.com',
  clientId: '11112222-3333-4444-5555-666677778888',
  cloud: 'china-21vianet',
  smtpHost: 'smtp.partner.outlook.cn',
  smtpPort: 587,
  loginHost: 'login.partner.microsoftonline.cn',
  consentLink: 'https://login.partner.microsoftonline.cn/contoso.com/v2.0/adminconsent?client_id=x',
  portalUrl: 'https://portal.azure.cn',
  reply: '550 5.1.1 User unknown',
  size: 41_943_040,
  queueId: '01jd6v3q8abcde',
  proxy: 'http://proxy.contoso.com:8080',
  host: 'smtp.partner.outlook.cn',
};

const placeholders = (text: string) => [...new Set(text.match(/\{[A-Za-z]+(?::ps)?\}/g) ?? [])].sort();
const commands = (text: string) =>
  text
    .split('\n')
    .filter((line) => /^(?:mfp-mail-agent |\(?(?:Add|Connect|Get|Set)-|\{connect\}|https:|\{consentLink\})/.test(line));
/** Closing punctuation and small kana: no line begins with them. */
const misplaced = /^[、。，．：；？！）」』】〉》〕”’…・ー々,.:;?!)\]}ァィゥェォッャュョぁぃぅぇぉっゃゅょ]/;
const misplacedEnd = /[（「『【〈《〔“‘([{]$/;
/** Words that stay English everywhere: names, protocols, settings, what a portal shows in English. */
const allowed =
  /\{[^}]*\}|https?:\/\/\S+|\b(?:[a-z]+(?:\.[a-zA-Z]+)+|name@example\.com|Exchange Online|PowerShell|Microsoft(?: (?:Entra|Defender|Graph|365))*|Entra ID|ID Protection|External Identities|Outlook\.com|Hotmail|Live|Exchange|Defender|SMTP\.Send|offline_access|openid|profile|email|organizations|global|device|prohibited|us-gov-high|us-gov-dod|GCC High|DoD|Block device code flow|SendAs|decommission|corrupt|onmicrosoft\.com|mfp-mail-agent|Web|From|True|upn)\b/g;

describe.each(others)('the texts in %s', (language) => {
  const { texts, fillIn, paths, again, support, sentences } = textsOf(language);
  const isChinese = language !== 'ja';

  test('are there for every entry, and for no other', () => {
    expect(textsOf(language)).not.toBe(english);
    expect(Object.keys(texts).sort()).toEqual([...ids].sort());
    expect(Object.keys(fillIn).sort()).toEqual(Object.keys(english.fillIn).sort());
    expect(Object.values(fillIn).filter((name) => name === '' || /[<>{}']/.test(name))).toEqual([]);
    expect(Object.values(support).filter((word) => word === '')).toEqual([]);
    for (const path of Object.values(paths ?? {}).flat()) expect(path).toMatch(/ID\b.* > .*[^\x00-\x7f]/);
  });

  test.each(ids)('%s fits the panel and keeps placeholders and commands', (id) => {
    const text = texts[id];
    expect(columnsOf(text.title)).toBeLessThanOrEqual(44);
    expect(text.title).not.toMatch(/[。.!?？]$|[{}]/);
    expect(text.panel.length).toBeGreaterThanOrEqual(1);
    expect(text.panel.length).toBeLessThanOrEqual(3);
    const wrong = text.panel.filter(
      (line) =>
        line !== '{again}' &&
        (columnsOf(line) > 40 || /[{}]|^\s|\s$/.test(line) || misplaced.test(line) || misplacedEnd.test(line)),
    );
    expect(wrong).toEqual([]);
    // As in English: the last line of the panel ends a sentence, and `{again}` stands where it stands there.
    expect(text.panel.at(-1)).toMatch(/[。？?！]$|^\{again\}$/);
    expect(text.panel.includes('{again}')).toBe(english.texts[id].panel.includes('{again}'));
    expect(text.paragraph).toMatch(/[。？]$|\{reply\}(?:\|。)?\]$|\{again\}$/);
    expect(placeholders(text.paragraph)).toEqual(placeholders(english.texts[id].paragraph));
    expect(placeholders(text.remedy ?? '')).toEqual(placeholders(english.texts[id].remedy ?? ''));
    expect(text.remedy === undefined).toBe(english.texts[id].remedy === undefined);
    expect(commands(text.remedy ?? '')).toEqual(commands(english.texts[id].remedy ?? ''));
    // A command stands alone on its line.
    const inProse = (text.remedy ?? '')
      .split('\n')
      .filter((line) => /[^(].*(?:mfp-mail-agent [a-z]|(?:Set|Get|Add|Connect)-[A-Z])/.test(line));
    expect(inProse).toEqual([]);
  });

  test('has no English sentence left', () => {
    const said = ids.flatMap((id) => {
      const { title, panel, paragraph, remedy = '' } = texts[id];
      const prose = remedy.split('\n').filter((line) => commands(line).length === 0);
      return [title, panel.join(''), paragraph, ...prose].filter((one) => one !== '');
    });
    expect(said.length).toBeGreaterThan(3 * ids.length);
    expect(said.filter((words) => !/[\u3040-\u30ff\u4e00-\u9fff]/.test(words))).toEqual([]);
    // Two small-letter words beside each other are a phrase somebody forgot.
    expect(said.filter((words) => /[a-z]{2,} [a-z]{2,}/.test(words.replaceAll(allowed, '')))).toEqual([]);
    if (isChinese) expect(said.filter((words) => /[\u3040-\u30ff]/.test(words))).toEqual([]);
  });

  test('has full-width punctuation between its own characters', () => {
    if (!isChinese) return;
    const wrong = ids.filter((id) => {
      const { title, panel, paragraph, remedy = '' } = texts[id];
      return /[\u4e00-\u9fff][,;?!:]|[\u4e00-\u9fff]\.(?![a-zA-Z])/.test(
        [title, ...panel, paragraph, remedy].join('\n'),
      );
    });
    expect(wrong).toEqual([]);
  });

  test('leaves no placeholder behind, with everything known and with nothing known', () => {
    for (const context of [everything, {}]) {
      const said = ids.map((id) => guidanceFor(id, context, language));
      const texts = said.map(({ panel, paragraph, remedy = '' }) => [...panel, paragraph, remedy].join('\n'));
      expect(texts.filter((text) => /[{}|]|\[[：: ]|undefined/.test(text))).toEqual([]);
      expect(said.flatMap(({ panel }) => panel).filter((line) => columnsOf(line) > 40)).toEqual([]);
      const paragraphs = said.map(({ paragraph }) => paragraph);
      if (context !== everything) expect(paragraphs.filter((one) => !/[^：:。][。？]$/.test(one))).toEqual([]);
    }
  });

  test('the panel line about trying again fits, whoever tries', () => {
    for (const { panel, sentence } of [again.byItself, again.bySignIn]) {
      expect(columnsOf(panel)).toBeLessThanOrEqual(40);
      expect(sentence).toMatch(/。$/);
    }
  });

  test('the sentence beside the lamp is whole in every state', () => {
    const status = { ...sampleStatus, glance: 'signing-in' } as const;
    const said = [
      statusSentence(sampleStatus, language),
      statusSentence({ ...sampleStatus, isSharedMailbox: true }, language),
      statusSentence({ ...sampleStatus, glance: 'relay-only' }, language),
      statusSentence({ ...sampleStatus, glance: 'held', guidanceId: 'upn-mismatch' }, language),
      statusSentence({ ...status, signIn: { step: 'starting', startedAtMs: 0 } }, language),
      statusSentence(
        { ...status, signIn: { step: 'proving', identity: sampleIdentity, trouble: 'timeout' } },
        language,
      ),
      statusSentence({ ...status, account: { status: 'none' } }, language),
    ];
    for (const sentence of said) expect(sentence).toMatch(/^[^\x00-\x1f]*[\u3040-\u30ff\u4e00-\u9fff][^\x00-\x1f]*。$/);
    expect(new Set(said).size).toBe(said.length);
    expect(said[3]).toBe(sentences.wrong(texts['upn-mismatch'].title));
  });
});

test("names the menus of the cloud's portal in the portal's language", () => {
  const remedy = (language: Language) => guidanceFor('conditional-access', everything, language).remedy;
  expect(remedy('zh-CN')).toContain('https://portal.azure.cn > Microsoft Entra ID > 安全性 > 条件访问 > 策略 >');
  expect(remedy('en')).toContain(
    'https://portal.azure.cn > Microsoft Entra ID > Security > Conditional Access > Policies >',
  );
  expect(
    guidanceFor('app-not-public', { ...everything, portalUrl: 'https://entra.microsoft.com' }, 'ja').remedy,
  ).toContain('https://entra.microsoft.com > Entra ID > アプリの登録 > 1111');
});

test.each([
  ['zh-Hans-CN', '队列已满'],
  ['zh_CN', '队列已满'],
  ['zh', '队列已满'],
  ['zh-HK', '佇列已滿'],
  ['ja-JP', '送信待ちがいっぱいです'],
  ['de', 'Queue is full'],
])('%s says %s', (tag, title) => {
  expect(guidanceFor('queue-full', {}, tag).title).toBe(title);
});

describe('a language', () => {
  test('is not in memory before it is asked for', () => {
    expect(loadedAtStart).toEqual(['en']);
    expect(loadedLanguages()).toEqual(languages);
  });

  test('is imported by its own files only, so that no start loads it', () => {
    const src = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src');
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const importers = files.filter((file) =>
      /^(?:import|export)[^;]*from '[^']*\/(?:zh-cn|zh-tw|ja)[^']*';/m.test(readFileSync(join(src, file), 'utf8')),
    );
    expect(importers.filter((file) => !/texts[/\\](?:zh-cn|zh-tw|ja)\.ts$/.test(file))).toEqual([]);
  });
});
