/** Every word of the control panel in every language. */
import { describe, expect, test } from '@jest/globals';
import { languages } from '../../src/core/index.ts';
import { texts as en } from '../../panel-ui/control-panel/texts/en.ts';
import { texts as ja } from '../../panel-ui/control-panel/texts/ja.ts';
import { texts as zhCn } from '../../panel-ui/control-panel/texts/zh-cn.ts';
import { texts as zhTw } from '../../panel-ui/control-panel/texts/zh-tw.ts';

const all = { en, 'zh-CN': zhCn, 'zh-TW': zhTw, ja };
/** Names and units that are the same everywhere. */
const sameEverywhere =
  /^(panel\..*|shared\.lamps\..*|dpi|formats\..*|fileNamePhrases\..*|providerExchange|ok|resultId|jobsSummary)$/;

/** Every leaf by path; functions are called with numbers that show up in what they say. */
function leaves(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function')
    return [[path, String((value as (...args: unknown[]) => unknown)('7001', '7002', '7003', '7004'))]];
  return Object.entries(value as object).flatMap(([name, one]) => leaves(one, path === '' ? name : `${path}.${name}`));
}

describe('the words of the control panel', () => {
  const english = new Map(leaves({ ...en, panel: {} }));

  test('covers the languages of the daemon', () => {
    expect(Object.keys(all)).toEqual([...languages]);
  });

  test.each(Object.entries(all))('%s says everything, and nothing by halves', (language, texts) => {
    const found = new Map(leaves({ ...texts, panel: {} }));
    expect([...found.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [path, words] of found) {
      expect([path, words.trim()]).not.toEqual([path, '']);
      // What is filled in stands in every language.
      const numbers = (text: string) => (text.match(/700\d/g) ?? []).sort();
      expect([path, numbers(words)]).toEqual([path, numbers(english.get(path) ?? '')]);
      if (language !== 'en' && !sameEverywhere.test(path))
        expect([path, words === english.get(path)]).toEqual([path, false]);
    }
  });

  test.each([
    // What is typed or printed in one script must not slip into the other.
    ['zh-CN', zhCn, /[設錄傳請裝儲訊網頁應驗證碼帳號選擇輸開關閉僅]/],
    ['zh-TW', zhTw, /[设录传请装储讯网页应验证码号选择输开关闭仅]/],
  ])('%s keeps to its own characters', (_language, texts, foreign) => {
    const words = leaves({ ...texts, panel: {} })
      .map(([, one]) => one)
      .join('');
    expect(words.match(new RegExp(foreign, 'g'))).toBeNull();
  });
});
