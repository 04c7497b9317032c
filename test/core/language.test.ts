import { expect, test } from '@jest/globals';
import { languageOf, wishedLanguage, type Language } from '../../src/core/index.ts';

test.each<[string, Language | undefined]>([
  ['en', 'en'],
  ['en-GB', 'en'],
  ['EN', 'en'],
  ['ja-JP', 'ja'],
  ['zh', 'zh-CN'], // the larger number of readers
  ['zh-CN', 'zh-CN'],
  ['zh_CN', 'zh-CN'], // POSIX
  ['zh-SG', 'zh-CN'],
  ['zh-Hans-HK', 'zh-CN'], // the script beats the region
  ['zh-TW', 'zh-TW'],
  ['zh-HK', 'zh-TW'],
  ['zh-Hant', 'zh-TW'],
  ['de', undefined],
  ['zhx', undefined],
  ['', undefined],
  ['__proto__', undefined],
])('%j is %s', (tag, language) => {
  expect(languageOf(tag)).toBe(language);
});

test.each<[string, Language | undefined]>([
  ['', undefined],
  ['*', undefined], // anything will do: the device's own
  ['ja', 'ja'],
  ['de, ja;q=0.5', 'ja'],
  ['en;q=0.3, zh-TW;q=0.8', 'zh-TW'],
  ['ja;q=0, zh-CN;q=0.1', 'zh-CN'], // q=0 means: not this one
  ['de-DE, fr', 'en'], // none of ours: English rather than a language the person did not name
  ['ja;q=abc', 'ja'], // a broken weight
  [`${'x-y,'.repeat(10_000)}ja`, 'en'], // endless: only the beginning is read
  ['\u0000;;,,;q=', undefined],
])('the wish %j is answered in %s', (wishes, language) => {
  expect(wishedLanguage(wishes)).toBe(language);
});
