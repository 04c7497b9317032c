/** Words of the page for the phone: few enough to come in all languages at once. */
import type { Language } from '../../../src/core/index.ts';

interface PhoneTexts {
  readonly title: string;
  readonly step1: string;
  readonly copy: string;
  readonly copied: string;
  readonly marked: string;
  readonly ends: (time: string) => string;
  readonly step2: string;
  readonly open: string;
  readonly unknownHost: string;
  readonly onlyHere: string;
  readonly wait: string;
  readonly lost: string;
  readonly overTitle: string;
  readonly over: string;
}

/** By language. */
export const phoneTexts: Readonly<Record<Language, PhoneTexts>> = {
  'en': {
    title: 'Code of the printer',
    step1: "1. Copy this code. It must be the one on the printer's panel.",
    copy: 'Copy code',
    copied: 'Copied',
    marked: 'Marked: copy it now',
    ends: (time) => `Valid for another ${time}`,
    step2: '2. Open the sign-in page, paste the code, and sign in with the account of the sending mailbox.',
    open: 'Open the sign-in page',
    unknownHost: 'This address is not one the chosen cloud is known to use. Go on only if you expected it.',
    onlyHere: 'Sign in only if you are standing in front of this printer and started this yourself.',
    wait: 'A new code is coming …',
    lost: 'The printer does not answer; this page keeps trying. The code is on its panel too.',
    overTitle: 'Nothing more to do here',
    over: 'This sign-in is over, or has been approved. Look at the panel of the printer.',
  },
  'zh-CN': {
    title: '打印机的代码',
    step1: '1. 复制此代码。它必须与打印机面板上显示的相同。',
    copy: '复制代码',
    copied: '已复制',
    marked: '已选中，请复制',
    ends: (time) => `剩余有效时间 ${time}`,
    step2: '2. 打开登录页面，粘贴代码，并用发送邮箱的帐户登录。',
    open: '打开登录页面',
    unknownHost: '此地址不是所选云的已知地址。确认无误后再继续。',
    onlyHere: '只有您本人正站在这台打印机前并自行启动了此操作时，才可登录。',
    wait: '正在获取新代码……',
    lost: '打印机没有应答，本页会继续重试。代码也显示在打印机面板上。',
    overTitle: '此处已无需操作',
    over: '此次登录已结束或已获批准。请查看打印机面板。',
  },
  'zh-TW': {
    title: '印表機的代碼',
    step1: '1. 複製此代碼。它必須與印表機面板上顯示的相同。',
    copy: '複製代碼',
    copied: '已複製',
    marked: '已選取，請複製',
    ends: (time) => `剩餘有效時間 ${time}`,
    step2: '2. 開啟登入頁面，貼上代碼，並用傳送信箱的帳戶登入。',
    open: '開啟登入頁面',
    unknownHost: '此位址不是所選雲端的已知位址。確認無誤後再繼續。',
    onlyHere: '只有您本人正站在這台印表機前並自行啟動了此操作時，才可登入。',
    wait: '正在取得新代碼……',
    lost: '印表機沒有回應，本頁會繼續重試。代碼也顯示在印表機面板上。',
    overTitle: '此處已無需操作',
    over: '此次登入已結束或已獲核准。請查看印表機面板。',
  },
  'ja': {
    title: 'プリンターのコード',
    step1: '1. このコードをコピーします。プリンターの操作パネルに表示されているものと同じはずです。',
    copy: 'コードをコピー',
    copied: 'コピーしました',
    marked: '選択しました。コピーしてください',
    ends: (time) => `有効時間：残り ${time}`,
    step2: '2. サインインページを開き、コードを貼り付け、送信用メールボックスのアカウントでサインインします。',
    open: 'サインインページを開く',
    unknownHost: 'このアドレスは、選択したクラウドの既知のものではありません。心当たりがある場合だけ続けてください。',
    onlyHere: 'ご自身がこのプリンターの前でこの操作を始めた場合だけ、サインインしてください。',
    wait: '新しいコードを取得しています…',
    lost: 'プリンターが応答しません。自動的に再試行します。コードは操作パネルにも表示されています。',
    overTitle: 'ここでの操作は終わりです',
    over: 'このサインインは終了したか、承認されました。プリンターの操作パネルを確認してください。',
  },
};
