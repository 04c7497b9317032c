import type { SettingTexts } from '../types.ts';

const one = (title: string, help: string) => ({ title, help });

/** Titles and help of the settings, by path. */
export const settings: SettingTexts = {
  'service.provider': one(
    'サービスプロバイダー',
    'Exchange Online はコードでサインインします。「指定しない」はサインインのない通常の SMTP サーバーです。',
  ),
  'service.cloud': one(
    'クラウド',
    'メールボックスがある国別クラウド。すべてのホスト名が決まります。「カスタム」は独自の値です。',
  ),
  'service.smtpHost': one(
    'サーバーアドレス',
    'メールサーバーの名前。Exchange Online で空欄の場合はクラウドのサーバーです。',
  ),
  'service.smtpPort': one('ポート', 'メールサーバーのポート。587 はサブミッションポートです。'),
  'service.smtpSecurity': one('暗号化', '通常の SMTP サーバー用です。Exchange Online では常に STARTTLS を使います。'),
  'service.loginHost': one('ホスト名', 'サインインサービスのホスト。空欄の場合はクラウドのホストです。'),
  'service.tenant': one(
    'テナント',
    'テナント ID または組織のドメイン。「organizations」は任意の組織、「consumers」は Outlook.com です。',
  ),
  'service.clientId': one('クライアント ID', '組織で登録したアプリケーション（クライアント）ID。36 文字です。'),
  'service.scope': one('スコープ', 'サインインで要求する権限。空欄の場合はクラウドのスコープです。'),
  'service.isPrivateNetworkAllowed': one(
    'プライベートネットワークのサーバーを許可',
    'カスタムクラウドの場合、上のサーバー名をローカルネットワークまたは本機のアドレスにできます。',
  ),
  'sender.deviceEmailAddress': one(
    '本機のメールアドレス',
    'スキャンの送信元アドレス。アカウントの UPN と同じです。最初のサインインで自動的に入ります。',
  ),
  'sender.changeSenderAddress': one(
    '送信者アドレスの変更',
    '許可: スキャンの送信者に、許可リストのアドレスを使えます。',
  ),
  'sender.permittedAddresses': one('許可する送信者アドレス', 'メールボックスが使えるエイリアスなどのアドレスです。'),
  'sender.usesAuthenticatedUserAddress': one(
    '認証ユーザーのメールアドレスの使用',
    '送信者は、パネルにログインしている人になります。Exchange Online では使えません。',
  ),
  'sender.sendingUser': one(
    '送信時の認証ユーザー',
    'メールサーバーで認証するユーザー。Exchange Online では本機だけです。',
  ),
  'sender.isSharedMailbox': one(
    '共有メールボックス',
    '本機のメールアドレスは共有メールボックスで、サインインしたアカウントがその代理人です。',
  ),
  'network.proxyUrl': one('プロキシ', 'サインイン用。http://名前:ポート の形式です。空欄: 使用しません。'),
  'network.proxyUser': one(
    'プロキシのユーザー',
    'プロキシがログインを求める場合に入力します。パスワードは別に保存されます。',
  ),
  'network.isProxyUsedForSmtp': one(
    'SMTP でもプロキシを使用',
    'メールもプロキシを経由します。SMTP ポートへの CONNECT の許可が必要です。',
  ),
  'network.proxyBypass': one('プロキシを使わない宛先', 'プロキシを経由せずに接続するホストとドメインです。'),
  'network.extraCaPem': one(
    '追加の証明機関',
    '内蔵のもの以外に信頼する証明機関の PEM 証明書。検査用プロキシの証明書などです。',
  ),
  'intake.loopbackPort': one(
    '受け付けポート',
    'ファームウェアがスキャンを渡す 127.0.0.1 のポート。0: オペレーティングシステムが選びます。',
  ),
  'intake.isBareLineEndRefused': one('不完全な改行を拒否', '単独の CR または LF を含むメールを、直さずに拒否します。'),
  'intake.recipientDomains': one(
    '許可する宛先ドメイン',
    'これらのドメインのアドレスだけに送信します。空欄: 制限なし。',
  ),
  'intake.quirks': one(
    'プリンターの特殊な動作',
    'プリンターごとの違い。アドレス=名前 の形式（例: 192.168.1.20=missing-final-dot）。複数は + でつなぎます。',
  ),
  'lan.isEnabled': one(
    'ネットワークからのメールを受け付ける',
    'ほかのプリンターが SMTP でスキャンを渡せます。許可するネットワークと、ログイン名または信頼するプリンターが必要です。',
  ),
  'lan.address': one(
    '待ち受けアドレス',
    'ネットワークカードのアドレス。0.0.0.0 はすべての IPv4 アドレス、:: はすべてのアドレスです。',
  ),
  'lan.plainPort': one('ポート 25', 'SMTP。対応する機器は STARTTLS を使えます。0: オフ。'),
  'lan.submissionPort': one('サブミッションポート', 'STARTTLS を使う SMTP。多くのプリンターでは 587 です。0: オフ。'),
  'lan.tlsPort': one('SSL/TLS ポート', '最初から TLS を使う SMTP。通常は 465 です。0: オフ。'),
  'lan.oldTlsListeners': one(
    '古い TLS を許可するポート',
    'これらのポートは TLS 1.0、1.1 と弱い暗号も受け付けます。古いプリンター専用です。',
  ),
  'lan.allowedNetworks': one(
    '許可するネットワーク',
    '接続できるアドレスとネットワーク（例: 192.168.1.0/24）。ほかはすべて拒否します。',
  ),
  'lan.trustedPrinters': one(
    '信頼するプリンター',
    'ログインなしで送信できるアドレス。許可するネットワークに含まれる必要があります。',
  ),
  'lan.userName': one(
    'プリンターのログイン名',
    '信頼するプリンター以外は、TLS でのみこの名前でログインします。パスワードは別に保存されます。',
  ),
  'lan.signInOverdueHours': one(
    '未サインインで拒否するまでの時間',
    'この間サインインがないと、スキャンを保留せず、ネットワーク上のプリンターにその旨を伝えます。',
  ),
  'limits.maxMessageBytes': one(
    'メールの最大サイズ',
    'これより大きいスキャンは拒否します。メールサーバーの上限はさらに小さいことがあります。',
  ),
  'limits.maxRecipients': one('1 通あたりの宛先数', '超えた分は「2 通目で送信」と応答します。'),
  'limits.maxJobs': one('キューのジョブ数', '待機中のジョブがこの数になると、新しいスキャンを拒否します。'),
  'limits.maxSpoolBytes': one('キューのサイズ', '待機中のデータがこのサイズになると、新しいスキャンを拒否します。'),
  'limits.reserveBytes': one('予備の保存領域', '空きがなくなっても状態を書き込めるように、常に空けておく領域です。'),
  'relay.maxConnections': one(
    '接続数',
    'メールサーバーへの同時接続数。Exchange Online はメールボックスごとに 3 まで許可します。',
  ),
  'relay.maxMessagesPerMinute': one('1 分あたりのメール数', 'Exchange Online の上限は 30 通です。'),
  'retry.lifetimeHours': one('ジョブの有効時間', '送信を試みる時間。保留中の時間は含みません。'),
  'retry.firstWaitS': one('最初の待ち時間', '1 回目と 2 回目の試行の間。以後は 2 倍になります。'),
  'retry.maxWaitS': one('最長の待ち時間', '2 つの試行の間です。'),
  'panel.language': one('言語', 'パネルの言語。言語を指定しないプログラムやページへの応答にも使います。'),
  'log.level': one('ログのレベル', '「すべて」ではアドレス全体を記録し、ほかでは短縮します。'),
  'panel.isEnabled': one('パネルのページ', '本機のブラウザー用の操作パネルのページ。127.0.0.1 でのみ開きます。'),
  'panel.port': one('パネルのページのポート', '127.0.0.1 のポート。0: オペレーティングシステムが選びます。'),
  'panel.isPhonePageUsed': one(
    'スマートフォン用のページ',
    'サインイン中、コードとコピーボタンのある本機の Web ページを開く 2 つ目の QR コードをパネルに表示できます。',
  ),
  'web.isEnabled': one(
    'Web ページ',
    'Internet Services。HTTPS のみ。パネルのコードでセットアップするまで、誰も入れません。',
  ),
  'web.port': one('Web のポート', 'Web ページのポート。0: オペレーティングシステムが選びます。'),
  'web.addresses': one('Web の待ち受けアドレス', 'ネットワークカードのアドレス。空欄: すべて。'),
  'web.hostNames': one(
    '追加のホスト名',
    'ホスト名とアドレス以外に Web ページを開くための名前。ほかの名前の要求は拒否します。',
  ),
  'web.redirectPort': one('転送用ポート', 'Web ページへ導くだけの通常の HTTP。通常は 80 です。0: オフ。'),
  'scan.isSaneUsed': one(
    'SANE のスキャナー',
    'パネルでスキャンするときに、scanimage プログラムが見つけた機器を提示します。',
  ),
  'scan.folder': one(
    'スキャナーの代わりのフォルダー',
    'ページ画像と PDF を置くフォルダー。スキャナーの代わりになります。空欄: 使用しません。',
  ),
  'scan.paper': one('用紙', 'スキャンするページのサイズ。「全面」はスキャナーが読み取れる範囲全体です。'),
  'scan.maxPages': one('1 回のスキャンのページ数', 'このページ数に達すると、スキャンを終了します。'),
  'scan.pageTimeoutS': one('スキャナーの待ち時間', 'この間データが来ないと、スキャンを中止します。'),
  'hotFolder.path': one(
    'ホットフォルダー',
    'このフォルダーのファイルをメールで送信し、中の「done」フォルダーに移します。空欄: オフ。',
  ),
  'hotFolder.to': one(
    'ホットフォルダーの宛先',
    'チケットのないファイルに使います。空欄: そのようなファイルはチケットを待ちます。',
  ),
  'hotFolder.subject': one('ホットフォルダーの件名', 'チケットのないファイルに使います。空欄: 通常の件名。'),
  'hotFolder.text': one('ホットフォルダーの本文', 'チケットのないファイルの前に入る文です。'),
  'hotFolder.fileName': one(
    'ホットフォルダーのファイル名',
    'チケットのないファイル用。文字と {date}、{time}、{counter}、{device}、{n}。空欄: 元の名前のまま。',
  ),
  'hotFolder.settleS': one('ファイルの完了待ち', 'この間変化のないファイルは、完全であるとみなします。'),
  'hotFolder.keepDoneHours': one(
    '送信済みファイルの保存',
    '「done」フォルダーに残す時間。拒否されたものは、誰かが削除するまで「failed」に残ります。',
  ),
};
