/** Japanese, in the terms of Microsoft's portals. */
import { type GuidanceId } from '../entries.ts';
import { type GuidanceText } from '../types.ts';
import { jaDevice } from './ja-device.ts';
import { jaScan } from './ja-scan.ts';
import { jaMailServer } from './ja-mail-server.ts';
import { jaSignIn } from './ja-sign-in.ts';
import { type LanguageTexts } from './language.ts';
import { jaSpoken } from './ja-spoken.ts';
import { speakerOf } from './speaker.ts';

export const ja: LanguageTexts = {
  language: 'ja',
  texts: { ...jaDevice, ...jaScan, ...jaMailServer, ...jaSignIn } satisfies Readonly<Record<GuidanceId, GuidanceText>>,
  fillIn: {
    deviceEmailAddress: '本機のメール アドレス',
    upn: 'サインインしたアカウント',
    tenant: 'テナント',
    clientId: 'クライアント ID',
    cloud: 'クラウド',
    smtpHost: 'メール サーバー',
    loginHost: 'サインイン ホスト',
    consentLink: '同意リンク: 先にクライアント ID を設定',
    portalUrl: 'クラウドの管理ポータル',
    mailbox: '本機のメールボックス',
    connect: 'Connect-ExchangeOnline',
    queueId: 'メールの番号',
    host: 'サーバーの名前',
    smtpPort: '587',
    proxy: 'プロキシ',
  },
  paths: {
    pathApps: ['Microsoft Entra ID > アプリの登録', 'Entra ID > アプリの登録'],
    pathEnterpriseApps: [
      'Microsoft Entra ID > エンタープライズ アプリケーション',
      'Entra ID > エンタープライズ アプリ',
    ],
    pathUsers: ['Microsoft Entra ID > ユーザー', 'Entra ID > ユーザー'],
    pathSignInLogs: ['Microsoft Entra ID > サインイン ログ', 'Entra ID > 監視と正常性 > サインイン ログ'],
    pathConditionalAccess: [
      'Microsoft Entra ID > セキュリティ > 条件付きアクセス > ポリシー',
      'Entra ID > 条件付きアクセス > ポリシー',
    ],
    pathSecurityDefaults: [
      'Microsoft Entra ID > プロパティ > セキュリティの既定値の管理',
      'Entra ID > 概要 > プロパティ > セキュリティの既定値の管理',
    ],
    pathRiskyUsers: ['Microsoft Entra ID > セキュリティ > 危険なユーザー', 'ID Protection > 危険なユーザー'],
    pathCrossTenant: [
      'Microsoft Entra ID > External Identities > テナント間アクセス設定',
      'Entra ID > External Identities > テナント間アクセス設定',
    ],
  },
  again: {
    byItself: { sentence: '本機は自動的に再試行します。', panel: '本機は自動的に再試行します。' },
    bySignIn: {
      sentence: 'サインインは終了しました。問題の解決後に、もう一度開始してください。',
      panel: '後でサインインをやり直してください。',
    },
  },
  support: {
    intro: 'サポートを依頼する場合は、次の行をそのまま送ってください:',
    message: 'メール',
    time: '時刻',
    number: '番号',
    answer: '応答',
  },
  say: speakerOf(jaSpoken),
  sentences: {
    nobody: '(なし)',
    wrong: (title) => `${title}。`,
    attention: '確認が必要な問題があります。',
    ready: (upn, deviceEmailAddress, isSharedMailbox) =>
      `準備完了: ${upn} でサインイン済み、送信元は ${deviceEmailAddress}${isSharedMailbox ? ' (共有メールボックス) ' : ' '}です。`,
    relayOnly: (host) => `準備完了: スキャンはサインインなしで ${host} に送信されます。`,
    starting: 'コードを取得しています。',
    code: 'スマートフォンでのコードの入力を待っています。',
    confirm: (upn) => `${upn} がサインインしました。「このメールボックスを使用」の確認を待っています。`,
    proving: (upn, trouble) =>
      `${upn} でサインイン済みです。メール サーバーの確認を待っています。` +
      (trouble === undefined ? '' : `問題: ${trouble}。再確認します。`),
    unproven: (upn) => `${upn} でサインイン済みです。次のスキャンのときにメール サーバーに確認します。`,
  },
};
