import { describe, expect, test } from '@jest/globals';
import { menuTree, pages, pathOfMenu, placeOf } from '../../panel-ui/internet-services/pages.ts';
import { en } from '../../panel-ui/internet-services/texts/en/index.ts';
import { ja } from '../../panel-ui/internet-services/texts/ja/index.ts';
import { settings as jaSettings } from '../../panel-ui/internet-services/texts/ja/settings.ts';
import { zhCn } from '../../panel-ui/internet-services/texts/zh-cn/index.ts';
import { settings as zhCnSettings } from '../../panel-ui/internet-services/texts/zh-cn/settings.ts';
import { zhTw } from '../../panel-ui/internet-services/texts/zh-tw/index.ts';
import { settings as zhTwSettings } from '../../panel-ui/internet-services/texts/zh-tw/settings.ts';
import { routes } from '../../src/api/routes.ts';
import { settingFields } from '../../src/settings/fields.ts';

/** Every text of a language by its key; functions are called with placeholders to see what they say. */
function flat(texts: object, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(texts) as [string, unknown][]) {
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') found.set(at, value);
    else if (typeof value === 'function') {
      const values = Array.from({ length: value.length }, (_, index) => 7 + index);
      found.set(at, String((value as (...all: unknown[]) => unknown)(...values)));
    } else for (const [inner, text] of flat(value as object, at)) found.set(inner, text);
  }
  return found;
}

const english = flat(en);
/** Names, and words that are the same everywhere. */
const isName =
  /^(shell\.product|.*\.node|.*\.smtp\.title|nav\.smtp|nav\.dns|network\.dns\.title|choices\..*|.*\.doors\.web)$/;

describe.each([
  ['zh-CN', zhCn, zhCnSettings],
  ['zh-TW', zhTw, zhTwSettings],
  ['ja', ja, jaSettings],
] as const)('%s', (language, texts, settings) => {
  const own = flat(texts);

  test('says everything English says, in its own words', () => {
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
    const same = [...own].filter(([key, text]) => text === english.get(key) && !isName.test(key));
    expect(same).toEqual([]);
    expect([...own].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  test('keeps every figure a sentence is given', () => {
    const figures = (text: string) => (text.match(/[789](?=\D|$)/g) ?? []).sort();
    const lost = [...own].filter(
      ([key, text]) => key !== 'shell.claim.tooLong' && figures(text).join() !== figures(english.get(key) ?? '').join(),
    );
    // Counts of one and of many are one form in these languages; fixed figures ("8 characters") are in both.
    expect(lost.map(([key]) => key)).toEqual([]);
  });

  test('has title and help of every setting', () => {
    const missing = settingFields.filter(({ path }) => settings[path] === undefined).map(({ path }) => path);
    expect(missing).toEqual([]);
    const gone = Object.keys(settings).filter((path) => !settingFields.some((field) => field.path === path));
    expect(gone).toEqual([]);
  });

  test('uses its own punctuation and script', () => {
    const text = [...own.values()].join('\n');
    if (language === 'zh-TW') expect(text).not.toMatch(/[设网络证书录发进这应户务]/);
    if (language === 'zh-CN') expect(text.replace(/繁體中文|日本語/g, '')).not.toMatch(/[設網絡證書錄發進這應戶務]/);
    if (language === 'ja') expect(text).toMatch(/[ぁ-ん]/);
  });
});

test('printed steps find their words in simplified Chinese', () => {
  const { nav, mail, choices, shell } = zhCn;
  expect([nav.network, nav.protocolSettings, nav.smtp]).toEqual(['网络', '协议设定', 'SMTP']);
  expect([mail.smtp.provider, mail.smtp.server, mail.smtp.host, mail.smtp.clientId, mail.smtp.scope]).toEqual([
    '服务提供商',
    '服务器地址',
    '主机名',
    '客户端ID',
    '范围',
  ]);
  expect([shell.save, nav.enterCode, shell.next]).toEqual(['保存', '输入身份验证代码', '下一步']);
  expect([nav.apps, nav.sendEmail, nav.senderAddress, nav.deviceDetails]).toEqual([
    '应用程序',
    '发送电子邮件',
    '发送方地址',
    '设备详细信息',
  ]);
  expect([mail.smtp.sendingUser, choices['sender.sendingUser'].device]).toEqual(['发送时的身份验证用户', '设备设定']);
  expect([
    zhCnSettings['sender.usesAuthenticatedUserAddress']?.title,
    zhCnSettings['sender.changeSenderAddress']?.title,
  ]).toEqual(['使用身份验证用户的电子邮件地址', '变更发送方地址']);
});

test('every act of the audit list has its words', () => {
  const acts = routes.flatMap((route) => ('act' in route && typeof route.act === 'string' ? [route.act] : []));
  expect(acts.filter((act) => !Object.hasOwn(en.admin.audit.acts, act))).toEqual([]);
});

describe('the map of pages', () => {
  test('has each page once, under a menu', () => {
    expect(new Set(pages.map(({ path }) => path)).size).toBe(pages.length);
    const shown = menuTree().flatMap((entry) => entry.groups.flatMap((group) => group.pages));
    const alone = menuTree().filter(({ groups }) => groups.length === 0);
    expect(shown.length + alone.length).toBe(pages.filter(({ isHidden }) => isHidden !== true).length);
  });

  test('stands as printed: Network > Protocol settings > SMTP, Apps > Send e-mail > Settings > Sender address', () => {
    expect(pages.find(({ id }) => id === 'smtp')?.above).toEqual(['network', 'protocolSettings']);
    expect(pages.find(({ id }) => id === 'sender-address')?.above).toEqual(['apps', 'sendEmail', 'appSettings']);
  });

  test.each([
    ['', 'home', ''],
    ['#/', 'home', ''],
    ['#/home', 'home', ''],
    ['#/jobs/01hyr0000abcde', 'jobs', '01hyr0000abcde'],
    ['#/jobs/a%2Fb', 'jobs', 'a/b'],
    // A broken escape is shown, not thrown.
    ['#/jobs/%zz', 'jobs', '%zz'],
    ['#/network/smtp', 'smtp', ''],
    ['#/network/smtp/code', 'smtp-code', ''],
  ])('%s leads to %s', (hash, id, argument) => {
    expect(placeOf(hash)).toMatchObject({ kind: 'page', page: { id }, argument });
  });

  test('a menu leads to its overview, anything else nowhere', () => {
    expect(placeOf('#/network')).toMatchObject({ kind: 'menu', menu: 'network' });
    expect(placeOf('#/nowhere')).toEqual({ kind: 'unknown' });
    expect(placeOf('#/jobsx')).toEqual({ kind: 'unknown' });
    expect(pathOfMenu('network')).toBe('/network');
    expect(pathOfMenu('jobs')).toBe('/jobs');
  });
});
