/** Traditional Chinese, in the terms of Microsoft's portals. */
import { type GuidanceId } from '../entries.ts';
import { type GuidanceText } from '../types.ts';
import { type LanguageTexts } from './language.ts';
import { zhTwDevice } from './zh-tw-device.ts';
import { zhTwScan } from './zh-tw-scan.ts';
import { zhTwMailServer } from './zh-tw-mail-server.ts';
import { zhTwSignIn } from './zh-tw-sign-in.ts';
import { zhTwSpoken } from './zh-tw-spoken.ts';
import { speakerOf } from './speaker.ts';

export const zhTw: LanguageTexts = {
  language: 'zh-TW',
  texts: { ...zhTwDevice, ...zhTwScan, ...zhTwMailServer, ...zhTwSignIn } satisfies Readonly<
    Record<GuidanceId, GuidanceText>
  >,
  fillIn: {
    deviceEmailAddress: '裝置電子郵件地址',
    upn: '登入帳戶',
    tenant: '租用戶',
    clientId: '用戶端識別碼',
    cloud: '雲端',
    smtpHost: '郵件伺服器',
    loginHost: '登入主機',
    consentLink: '同意連結：請先設定用戶端識別碼',
    portalUrl: '所選雲端的管理入口網站',
    mailbox: '本裝置的信箱',
    connect: 'Connect-ExchangeOnline',
    queueId: '郵件編號',
    host: '伺服器名稱',
    smtpPort: '587',
    proxy: 'Proxy',
  },
  paths: {
    pathApps: ['Microsoft Entra ID > 應用程式註冊', 'Entra ID > 應用程式註冊'],
    pathEnterpriseApps: ['Microsoft Entra ID > 企業應用程式', 'Entra ID > 企業應用程式'],
    pathUsers: ['Microsoft Entra ID > 使用者', 'Entra ID > 使用者'],
    pathSignInLogs: ['Microsoft Entra ID > 登入記錄', 'Entra ID > 監視和健康情況 > 登入記錄'],
    pathConditionalAccess: ['Microsoft Entra ID > 安全性 > 條件式存取 > 原則', 'Entra ID > 條件式存取 > 原則'],
    pathSecurityDefaults: ['Microsoft Entra ID > 屬性 > 管理安全性預設值', 'Entra ID > 概觀 > 屬性 > 管理安全性預設值'],
    pathRiskyUsers: ['Microsoft Entra ID > 安全性 > 具風險使用者', 'ID Protection > 具風險使用者'],
    pathCrossTenant: [
      'Microsoft Entra ID > 外部身分識別 > 跨租用戶存取設定',
      'Entra ID > 外部身分識別 > 跨租用戶存取設定',
    ],
  },
  again: {
    byItself: { sentence: '裝置會自動重試。', panel: '裝置會自動重試。' },
    bySignIn: { sentence: '登入已結束；問題排除後請重新開始登入。', panel: '請稍後重新開始登入。' },
  },
  support: {
    intro: '如需尋求協助，請原樣提供以下內容：',
    message: '郵件',
    time: '時間',
    number: '編號',
    answer: '回應',
  },
  say: speakerOf(zhTwSpoken),
  sentences: {
    nobody: '無人',
    wrong: (title) => `${title}。`,
    attention: '有問題需要處理。',
    ready: (upn, deviceEmailAddress, isSharedMailbox) =>
      `就緒：已登入 ${upn}，郵件以 ${deviceEmailAddress}${isSharedMailbox ? '（共用信箱）' : ' '}寄出。`,
    relayOnly: (host) => `就緒：掃描件寄往 ${host}，無需登入。`,
    starting: '正在取得代碼。',
    code: '正在等候在手機上輸入代碼。',
    confirm: (upn) => `${upn} 已登入，正在等候確認「使用此信箱」。`,
    proving: (upn, trouble) =>
      `已登入 ${upn}，正在等候郵件伺服器認可。${trouble === undefined ? '' : `發生問題：${trouble}，稍後再次詢問。`}`,
    unproven: (upn) => `已登入 ${upn}，將在下次掃描時詢問郵件伺服器。`,
  },
};
