/** Sentences that rooms say in English: every one of them can be said in the other languages. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { languages } from '../../src/core/index.ts';
import { loadGuidance, sayIn } from '../../src/guidance/index.ts';
import { enSpoken } from '../../src/guidance/texts/en-spoken.ts';
import { jaSpoken } from '../../src/guidance/texts/ja-spoken.ts';
import { zhCnSpoken } from '../../src/guidance/texts/zh-cn-spoken.ts';
import { zhTwSpoken } from '../../src/guidance/texts/zh-tw-spoken.ts';

const others = languages.filter((one) => one !== 'en');
beforeAll(async () => {
  for (const language of languages) await loadGuidance(language);
});

/** What people read of these files, and how it is marked there. */
const sources: readonly (readonly [file: string, marks: RegExp])[] = [
  ['settings/host-name.ts', /invalid\(/],
  ['settings/field-readers.ts', /invalid\(/],
  ['settings/lan-readers.ts', /invalid\(/],
  ['settings/folder-reader.ts', /invalid\(/],
  ['settings/cross-checks.ts', /message: ?/],
  ['settings/plan-change.ts', /const message = /],
  ['settings/setting-text.ts', /problem: |return (?=['`][A-Z])/],
  ['settings/settings-json.ts', /throw refused\(/],
  ['settings/lan-warnings.ts', /=> (?=`)/],
  ['policy/rules.ts', /message:\s*/],
  ['own-certificate.ts', /invalid\(/],
  ['lan-door.ts', /[?:] (?=`)/],
  ['doors.ts', /\? \[(?=`)/],
  ['doorway/door-port.ts', /hint: /],
  ['cloud/consent.ts', /hint: /],
];

/** The texts behind a mark, each with what is filled in as `X1`, `X2`. */
async function sentencesOf([file, marks]: (typeof sources)[number]): Promise<string[]> {
  const text = await readFile(new URL(`../../src/${file}`, import.meta.url), 'utf8');
  // A long one is written in pieces.
  const joined = text.replace(/(['`])\s*\+\s*\1/g, '');
  const literal = /(?:'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/;
  const pattern = new RegExp(`(?:${marks.source})\\s*${literal.source}`, 'g');
  return [...joined.matchAll(pattern)].map((found) => {
    let count = 0;
    const raw = (found[1] ?? found[2] ?? '').replace(/\\(['`])/g, '$1');
    return raw.replace(/\$\{[^}]*\}/g, () => `X${String(++count)}`);
  });
}

describe('sentences of the rooms', () => {
  test.each(sources)('those of %s are known in every language', async (...source) => {
    const sentences = await sentencesOf(source);
    expect(sentences).not.toEqual([]);
    for (const language of others)
      expect(sentences.filter((one) => sayIn(one, language) === one && !/^X\d$/.test(one))).toEqual([]);
  });

  test.each([
    ['zh-CN', zhCnSpoken],
    ['zh-TW', zhTwSpoken],
    ['ja', jaSpoken],
  ])('%s fills in what English does', (_, texts) => {
    const places = (text: string) => [...new Set(text.match(/\{\d\}/g))].sort().join();
    for (const [id, english] of Object.entries(enSpoken)) {
      // Which group has how many digits is said in English only.
      if (id === 'clientIdGroups') continue;
      expect([id, places(texts[id as keyof typeof enSpoken])]).toEqual([id, places(english)]);
    }
  });

  test.each([
    [
      '"x y" is not a host name; write one such as smtp.contoso.com.',
      '"x y" 不是主机名；请按 smtp.contoso.com 的形式填写。',
    ],
    [
      'The web pages cannot be reached: port 443 is in use or not allowed. It is tried again every 30 seconds.',
      '网页无法访问：端口 443 已被占用或不允许使用。每 30 秒重试一次。',
    ],
    [
      'service.smtpHost: Write only the host name, without a path behind it.',
      'service.smtpHost: 请只填写主机名，后面不要带路径。',
    ],
    ['Use a whole number from 1 to 90 seconds.', '请填写 1 到 90 seconds 之间的整数。'],
    ['"-1" is not a number; use a whole number from 0 to 65535.', '"-1" 不是数字；请填写 0 到 65535 之间的整数。'],
    ['Something nobody has translated.', 'Something nobody has translated.'],
    // What a stranger typed is filled in, whatever it looks like.
    [
      '"{1} $& .*" is not a host name; write one such as smtp.contoso.com.',
      '"{1} $& .*" 不是主机名；请按 smtp.contoso.com 的形式填写。',
    ],
  ])('%s', (english, chinese) => {
    expect(sayIn(english, 'zh-CN')).toBe(chinese);
    expect(sayIn(english, 'en')).toBe(english);
  });

  test('hostile text costs no time', () => {
    const text = `"${' is not a number; '.repeat(220)}`;
    const startMs = performance.now();
    sayIn(text, 'ja');
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});
