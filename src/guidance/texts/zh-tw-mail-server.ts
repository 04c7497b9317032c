/** Traditional Chinese: what the mail server says. Keys are ids of `entries.ts`. */
import { say } from './text.ts';

const sendAgain = '\n然後趁內容仍保留時重新傳送：\nmfp-mail-agent queue retry {queueId}';
const switchOnForMailbox = '{connect}\nSet-CASMailbox -Identity {mailbox:ps} -SmtpClientAuthenticationDisabled $false';
const checkSwitches =
  '(Get-CASMailbox -Identity {mailbox:ps}).SmtpClientAuthenticationDisabled\n' +
  '(Get-TransportConfig).SmtpClientAuthenticationDisabled';
const signInAndCheck =
  '請使用 {mailbox} 重新登入。如果仍發生，請在 Exchange Online PowerShell 中檢查（兩者都不應為 True）：\n' +
  `{connect}\n${checkSwitches}`;
const restrictedEntities = 'Microsoft Defender 入口網站 > 電子郵件與共同作業 > 檢閱 > 受限制的實體';

export const zhTwMailServer = {
  'upn-mismatch': say(
    '登入帳戶與裝置地址不一致',
    '登入帳戶與裝置地址不一致。|請將 UPN 用作裝置地址，|或使用正確的帳戶登入。',
    '登入的帳戶是 {upn}，裝置電子郵件地址是 {deviceEmailAddress}。兩者不同，Exchange Online 就會拒收郵件。掃描件會保留。',
    '請將 UPN {upn} 用作裝置電子郵件地址，或使用帳戶 {deviceEmailAddress} 登入。' +
      '如果是共用信箱，請由系統管理員開啟「共用信箱」（sender.isSharedMailbox）。',
  ),
  'authentication-refused': say(
    '郵件伺服器拒絕登入',
    '郵件伺服器拒絕登入，|請使用本裝置的信箱重新登入。',
    '郵件伺服器不接受 {mailbox} 的登入。常見原因：登入的不是裝置信箱的帳戶、缺少 SMTP.Send 權限，或 SMTP 驗證已關閉。掃描件會保留。',
    signInAndCheck,
  ),
  'authentication-unknown': say(
    '郵件伺服器拒絕登入',
    '郵件伺服器拒絕登入，請重新登入。|若仍發生，請洽系統管理員。',
    '郵件伺服器拒絕了 {mailbox} 的登入，其回應是本裝置不認識的[：{reply}]。掃描件會保留。',
    signInAndCheck,
  ),
  'not-authenticated': say(
    '郵件伺服器要求登入',
    '郵件伺服器要求登入，|請重新登入。',
    '郵件伺服器表示沒有登入[：{reply}]。掃描件會保留。',
    '請使用 {mailbox} 重新登入。如果仍發生，該信箱的 SMTP 驗證可能已關閉：\n' + switchOnForMailbox,
  ),
  'smtp-auth-disabled': say(
    '此信箱的 SMTP 驗證已關閉',
    '此信箱不允許透過 SMTP 傳送，|須由系統管理員開啟。',
    '信箱 {mailbox} 的「已驗證的 SMTP」已關閉。使用新式登入時也需要開啟它。掃描件會保留。',
    '在 Exchange Online PowerShell 中：\n' +
      switchOnForMailbox +
      '\n或在 Microsoft 365 系統管理中心：使用者 > 作用中使用者 >（該帳戶）> 郵件 > 管理電子郵件應用程式 > 已驗證的 SMTP。' +
      '\n變更可能需要一段時間才會生效。個人 Outlook.com 信箱可能沒有此開關，請改用其他帳戶。',
  ),
  'smtp-auth-disabled-tenant': say(
    '組織已關閉 SMTP 驗證',
    '組織已關閉 SMTP 登入，|系統管理員可為此信箱單獨開啟。',
    '整個組織的「已驗證的 SMTP」已關閉。可以只為信箱 {mailbox} 開啟：信箱的設定優先。掃描件會保留。',
    '在 Exchange Online PowerShell 中：\n' + switchOnForMailbox + '\n變更可能需要一段時間才會生效。',
  ),
  'smtp-auth-security-defaults': say(
    '安全性預設值封鎖了郵件伺服器登入',
    '組織的安全性預設值封鎖此操作，|請洽系統管理員。',
    '組織的安全性預設值在郵件伺服器上鎖定了此帳戶。掃描件會保留。',
    '開啟 {pathSecurityDefaults}。改用條件式存取原則後，可以為 {mailbox} 設定例外；還須開啟已驗證的 SMTP：\n' +
      switchOnForMailbox,
  ),
  'smtp-auth-policy': say(
    '原則封鎖了郵件伺服器登入',
    '組織的原則封鎖了本裝置，|請洽系統管理員。',
    '條件式存取原則或驗證原則在郵件伺服器上拒絕了 {mailbox}。掃描件會保留；裝置每小時重試一次。',
    '在 {pathSignInLogs}：找到 {mailbox}，查看「條件式存取」索引標籤，並將該帳戶或本裝置的網路從該原則中排除。',
  ),
  'basic-auth-used': say(
    '密碼登入遭拒絕',
    '郵件伺服器拒絕密碼登入，|請聯絡裝置製造商。',
    '郵件伺服器表示使用了使用者名稱與密碼。本程式從不這樣做，因此裝置與伺服器之間有某個設備更動了連線[：{reply}|。]',
    '請在防火牆與防毒軟體中讓 {smtpHost} 的連接埠 {smtpPort} 免於郵件檢查，然後重新登入。',
  ),
  'authentication-later': say(
    '郵件伺服器暫時無法驗證登入',
    '郵件伺服器忙碌中。|{again}',
    '郵件伺服器此刻無法驗證登入。{again}',
  ),
  'tls-too-old': say(
    '加密版本過舊',
    '郵件伺服器要求較新的加密版本，|請洽系統管理員。',
    '郵件伺服器看到的是舊的加密版本（TLS 1.0 或 1.1）。本裝置使用 TLS 1.2 與 1.3，因此中間有某個設備降低了版本。',
    '請讓 {smtpHost} 的連接埠 {smtpPort} 免於檢查，或更新中間的防火牆。',
  ),
  'xoauth2-not-offered': say(
    '郵件伺服器不提供新式登入',
    '郵件伺服器不提供新式登入，|請洽系統管理員。|{again}',
    '伺服器在加密之後沒有提供 XOAUTH2。可能是伺服器不對，或中間有某個設備過濾了連線。{again}',
    '請檢查郵件伺服器名稱（{smtpHost}），並讓其連接埠 {smtpPort} 免於郵件檢查。',
  ),
  'connection-closed': say(
    '郵件伺服器關閉了連線',
    '郵件伺服器關閉了連線。|{again}',
    '郵件伺服器因維護或郵件傳送過快而結束了連線。{again}',
  ),
  throttled: say(
    '郵件伺服器要求放慢傳送',
    '此信箱同時傳送過多，|裝置等候一分鐘後繼續。',
    '同時使用此信箱的傳送者過多；使用同一信箱的其他裝置也計算在內。裝置會等候，然後自動繼續。',
    '如果經常發生，請為忙碌的裝置各自準備信箱。',
  ),
  'smarthost-busy': say(
    '郵件伺服器忙碌中',
    '郵件伺服器忙碌中。|{again}',
    '郵件伺服器此刻無法接收郵件，要求稍後再試。{again}[其回應為：{reply}]',
  ),
  'later-unknown-reply': say(
    '郵件伺服器要求稍後再試',
    '郵件伺服器要求稍後再試。|{again}',
    '郵件伺服器此刻沒有接收郵件，其回應是本裝置不認識的[：{reply}]。{again}',
  ),
  'recipient-busy': say('收件者的信箱忙碌中', '收件者的信箱忙碌中。|{again}', '同時投遞到該信箱的郵件過多。{again}'),
  'recipient-limit': say(
    '收件者收到的郵件過多',
    '收件者目前收到的郵件過多，|裝置稍後重試。',
    '該信箱每小時只能接收一定數量的郵件。裝置稍後會自動重試。',
  ),
  greylisted: say(
    '郵件伺服器要求等候',
    '郵件伺服器要求等候。|{again}',
    '服務尚未信任寄出此郵件的網路位址，要求稍後再試。{again}',
    '如果持續數小時，請讓系統管理員以回應中提供的支援表單檢查公用網路位址[：{reply}|。]',
  ),
  'quota-reached': say(
    '已達每日上限',
    '此信箱今天的傳送量已達上限，|掃描件會等候，稍後寄出。',
    '此信箱暫時達到傳送上限（預設 24 小時內 10,000 個收件者）。掃描件會保留；裝置每小時重試一次。',
    '系統管理員可能設定了較低的上限：Microsoft Defender 入口網站 > 原則與規則 > 反垃圾郵件 > 輸出原則。',
  ),
  'tenant-recipient-limit': say(
    '組織已達每日上限',
    '組織已達每日傳送上限，|掃描件會等候，稍後寄出。',
    '組織當天傳送至外部收件者的數量已達上限；試用租用戶的上限很低。掃描件會保留；裝置每小時重試一次。',
    '請在 Exchange 系統管理中心查看租用戶外部收件者上限的報告，或為試用租用戶購買授權。',
  ),
  'onmicrosoft-limit': say(
    '組織的地址受限',
    '此寄件者地址每天只能寄給少數|外部收件者，掃描件會等候。',
    '以 onmicrosoft.com 結尾的地址在 24 小時內約可寄給 100 個外部收件者。掃描件會保留；裝置每小時重試一次。',
    '請為信箱 {mailbox} 設定自有網域的地址，並將其設為 UPN，然後重新登入。',
  ),
  'send-as-denied': say(
    '信箱無權以此地址傳送',
    '信箱無權使用此寄件者地址，|請洽系統管理員。',
    'Exchange 不允許登入的信箱 {upn} 以 {deviceEmailAddress} 傳送。掃描件會保留。',
    '請直接使用 {deviceEmailAddress} 登入，或在 Exchange Online PowerShell 中授權：\n{connect}\n' +
      'Add-RecipientPermission -Identity {deviceEmailAddress:ps} -Trustee {upn:ps} -AccessRights SendAs\n' +
      '如果是同一信箱的別名：\nSet-OrganizationConfig -SendFromAliasEnabled $true',
  ),
  'send-as-denied-alias': say(
    '信箱無權以此別名傳送',
    '信箱無權使用該寄件者地址，|請以裝置本身的地址傳送。',
    '此郵件的寄件者地址在裝置的允許清單中，但 Exchange 不允許信箱 {mailbox} 以該地址傳送。其他郵件不受影響。',
    '如果是同一信箱的別名，在 Exchange Online PowerShell 中：\n{connect}\nSet-OrganizationConfig -SendFromAliasEnabled $true\n' +
      '如果是其他信箱，請為 {upn} 授與該信箱的「傳送為」權限。或者將該地址從允許清單中移除。' +
      sendAgain,
  ),
  'mailbox-full': say(
    '寄件信箱已滿',
    '本裝置的信箱已滿，|須由系統管理員清理。',
    'Exchange 會在「寄件備份」中保存每個掃描件的複本，信箱 {mailbox} 已被占滿。掃描件會保留；裝置每天重試一次。',
    '請清空 {mailbox} 的「寄件備份」，並設定自動刪除其中舊郵件的保留原則，以免再次發生。',
  ),
  'mailbox-blocked': say(
    '寄件信箱已遭封鎖',
    '服務已封鎖此信箱，|請洽系統管理員。',
    '服務已將信箱 {mailbox} 列入受限制的寄件者，通常是因為疑似傳送垃圾郵件。掃描件會保留。',
    `請查明封鎖原因，重設密碼，然後解除封鎖：${restrictedEntities}。之後重新登入。`,
  ),
  'tenant-blocked': say(
    '組織遭禁止傳送',
    '服務封鎖了貴組織的郵件，|請洽系統管理員。',
    '服務不接收來自此組織或此網路位址的郵件[：{reply}]。掃描件會保留。',
    '只有系統管理員才能透過服務方的支援解決此問題。原因見上面的回應。',
  ),
  'outbound-spam': say(
    '垃圾郵件篩選停用了此信箱',
    '服務的垃圾郵件篩選停用了此信箱，|請洽系統管理員。',
    '輸出垃圾郵件篩選或傳送上限停用了信箱 {mailbox}。掃描件會保留；裝置每小時重試一次。',
    `請查看 ${restrictedEntities}，以及輸出反垃圾郵件原則中的上限。`,
  ),
  'sending-refused': say(
    '郵件伺服器拒絕此信箱',
    '郵件伺服器拒絕此信箱，|請洽系統管理員。',
    '郵件伺服器拒絕了寄件者地址 {deviceEmailAddress}，其回應是本裝置不認識的[：{reply}]。掃描件會保留；裝置每小時重試一次。',
    '請在 Exchange 系統管理中心確認 {deviceEmailAddress} 是該信箱的地址，且該信箱可以傳送。也請查看它是否在受限制的實體之中。',
  ),
  'wrong-route': say(
    '郵件伺服器不對',
    '郵件伺服器不適用於此信箱，|請洽系統管理員。',
    '此郵件伺服器透過連接器而不是登入來接收郵件。掃描件會保留。',
    '請清空郵件伺服器名稱（service.smtpHost），以便使用所選雲端的伺服器。',
  ),
  'recipient-refused': say(
    '收件者遭拒絕',
    '沒有此收件者，|請檢查地址後重新掃描。',
    '郵件伺服器不認識此收件者，或不為其接收郵件。[其回應為：{reply}]',
    '請檢查地址，同時更正通訊錄，然後重新掃描。如果地址正確，請收件者聯絡其系統管理員檢查信箱。' + sendAgain,
  ),
  'recipient-unknown-reply': say(
    '收件者遭拒絕',
    '收件者遭拒絕，|請檢查地址後重新掃描。',
    '郵件伺服器拒絕了此收件者，其回應是本裝置不認識的[：{reply}|。]',
    '請檢查地址後重新掃描。如果地址正確，請將該回應告知系統管理員。' + sendAgain,
  ),
  'recipient-mailbox-full': say(
    '收件者的信箱已滿',
    '收件者的信箱已滿，|請通知對方後重新掃描。',
    '收件者的信箱已滿。[其回應為：{reply}]',
    '請用其他方式通知收件者。' + sendAgain,
  ),
  'recipient-restricted': say(
    '收件者不接受此寄件者',
    '此收件者不接收本裝置的郵件，|請使用其他地址。',
    '此收件者（通常是群組）只接收特定寄件者的郵件。[其回應為：{reply}]',
    '系統管理員可在該群組或信箱的傳遞管理中允許寄件者 {deviceEmailAddress}。' + sendAgain,
  ),
  'message-refused': say(
    '郵件遭拒絕',
    '郵件伺服器拒絕了郵件，|請見工作清單。',
    '郵件伺服器拒絕了郵件[：{reply}|。]',
    '請再傳送一個掃描件。如果同樣遭拒絕，請將該回應告知系統管理員。' + sendAgain,
  ),
  'smarthost-size': say(
    '掃描件超過信箱上限',
    '掃描件過大，無法傳送。|請降低解析度或減少頁數後重新掃描。',
    '郵件[（{size}）]超過信箱的傳送上限。掃描件變成郵件後約增大 37%；一般的 35 MB 上限約可容納 25 MB 的掃描件。',
    '請降低解析度或分次掃描。系統管理員可在 Exchange Online PowerShell 中調高上限：\n{connect}\n' +
      'Set-Mailbox -Identity {mailbox:ps} -MaxSendSize 100MB' +
      sendAgain,
  ),
  'bare-line-feed': say(
    '郵件格式錯誤',
    '郵件格式有誤，|請聯絡裝置製造商。',
    '郵件伺服器發現了它不接受的換行。本程式會更正換行，因此這是程式錯誤：請將記錄檔寄給製造商。',
  ),
  'header-from-refused': say(
    '寄件者欄位遭拒絕',
    '寄件者欄位遭拒絕，請洽系統管理員。',
    '郵件伺服器認為郵件的 From 欄位缺少或無效。',
    '請將「變更寄件者地址」（sender.changeSenderAddress）設為 prohibited：From 便一律為 {deviceEmailAddress}。' +
      sendAgain,
  ),
  'delivery-expired': say(
    '未能及時投遞',
    '郵件未能及時投遞，|請檢查地址後重新掃描。',
    '郵件伺服器曾嘗試投遞該郵件，最後放棄。請檢查收件者的地址後重新傳送。',
  ),
  'command-not-understood': say(
    '郵件伺服器不理解命令',
    '郵件伺服器不理解命令。|{again}',
    '郵件伺服器的意見針對對話過程，而不是郵件本身[：{reply}]。{again}',
  ),
};
