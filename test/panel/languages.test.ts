/** The panel in every language: within its columns, no closing punctuation at the beginning of a line, nothing English. */
import { describe, expect, test } from '@jest/globals';
import { languages, type AgentStatus, type Language } from '../../src/core/index.ts';
import { statusSentence } from '../../src/guidance/index.ts';
import { columnsOf, lcdLines, loadPanelLanguage, panelScreen, wrap } from '../../src/panel/index.ts';
import { panelTexts } from '../../src/panel/texts/index.ts';
import { nowMs, screens } from './statuses.ts';

const englishBefore = panelTexts('ja') === panelTexts('en');
for (const language of languages) await loadPanelLanguage(language);
const others = languages.filter((one) => one !== 'en');

function spoken(name: string, language: Language): AgentStatus {
  const status = screens[name]!;
  return { ...status, language, sentence: statusSentence(status, language) };
}

const draw = (status: AgentStatus, columns: number) =>
  panelScreen(status, { nowMs, columns, isColoured: false, hasQr: false });

test('nothing but English is loaded before it is asked for', () => {
  expect(englishBefore).toBe(true);
  expect(new Set(languages.map((language) => panelTexts(language))).size).toBe(4);
});

describe.each(others)('in %s', (language) => {
  test.each([24, 40, 80])('every screen holds %i columns, and no line begins with closing punctuation', (columns) => {
    for (const name of Object.keys(screens)) {
      const lines = draw(spoken(name, language), columns);
      expect([name, lines.filter((line) => columnsOf(line) > columns)]).toEqual([name, []]);
      const misplaced = /^\s*[、。，．：；？！）」』】ー々ァィゥェォッャュョ]/;
      expect([name, lines.filter((line) => misplaced.test(line))]).toEqual([name, []]);
    }
  });

  test.each([
    [20, 2],
    [40, 4],
  ])('the small display of %i columns and %i rows holds every screen', (columns, rows) => {
    for (const name of Object.keys(screens)) {
      const lines = lcdLines(spoken(name, language), { columns, rows, nowMs });
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
    }
  });

  test('headlines fit the smallest display, labels their column', () => {
    const texts = panelTexts(language);
    const titles = [...Object.values(texts.glanceTitles), texts.notSignedIn, texts.signedInNotReady];
    for (const title of [...titles, texts.lcdCodeExpired, texts.useThisMailbox, texts.tryingTheMailbox])
      expect([title, columnsOf(title) <= 20]).toEqual([title, true]);
    const { account, deviceAddress, mailServer, signedIn, signedInAs, mailGoesOutAs, untilNow, tenant } = texts;
    for (const label of [account, deviceAddress, mailServer, signedIn, signedInAs, mailGoesOutAs, untilNow, tenant])
      expect([label, columnsOf(label) <= 17]).toEqual([label, true]);
  });

  test('no English sentence is left on any screen', () => {
    for (const name of Object.keys(screens)) {
      const text = draw(spoken(name, language), 80)
        .filter(
          (line) =>
            !/\b(?:Authentication unsuccessful|Application was not found|disabled for the Mailbox|read-only)\b/.test(
              line,
            ),
        )
        .join('\n');
      expect(text).not.toMatch(/[a-z]{3,} [a-z]{3,}/);
    }
  });
});

test('a screen that is asked for its sentence in another language than is loaded is English, not empty', () => {
  const odd = { ...screens['ready']!, language: 'xx' as Language };
  expect(draw(odd, 80).join('\n')).toContain('Ready');
});

describe('wrapping between characters', () => {
  test.each<[string, number, readonly string[]]>([
    ['请在手机上打开此地址。', 10, ['请在手机上', '打开此地', '址。']], // the full stop does not begin a line
    ['选择「继续」后', 6, ['选择', '「继', '续」后']], // an opening bracket does not end one
    ['请使用 a@contoso.com 登录。', 16, ['请使用', 'a@contoso.com 登', '录。']],
    ['コードを入力する', 9, ['コードを', '入力する']],
    ['サーバーへ', 6, ['サー', 'バーへ']], // the long-vowel mark stays with its syllable
    ['ファックス', 4, ['ファッ', 'クス']], // small kana too; a part that cannot be broken well is broken anyhow
  ])('breaks %j at %i', (text, columns, lines) => {
    const wrapped = wrap(text, columns);
    if (columns > 4) expect(wrapped).toEqual(lines);
    for (const line of wrapped) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
    expect(wrapped.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
  });
});
