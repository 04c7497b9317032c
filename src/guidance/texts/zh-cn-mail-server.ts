/** Simplified Chinese: what the mail server says. Keys are ids of `entries.ts`. */
import { say } from './text.ts';

const sendAgain = '\n然后趁内容仍保留时重新发送：\nmfp-mail-agent queue retry {queueId}';
const switchOnForMailbox = '{connect}\nSet-CASMailbox -Identity {mailbox:ps} -SmtpClientAuthenticationDisabled $false';
const checkSwitches =
  '(Get-CASMailbox -Identity {mailbox:ps}).SmtpClientAuthenticationDisabled\n' +
  '(Get-TransportConfig).SmtpClientAuthenticationDisabled';
const signInAndCheck =
  '请使用 {mailbox} 重新登录。如果仍出现，请在 Exchange Online PowerShell 中检查（两者都不应为 True）：\n' +
  `{connect}\n${checkSwitches}`;
const restrictedEntities = 'Microsoft Defender 门户 > 电子邮件和协作 > 审阅 > 受限实体';

export const zhCnMailServer = {
  'upn-mismatch': say(
    '登录帐户与设备地址不一致',
    '登录帐户与设备地址不一致。|请将 UPN 用作设备地址，|或使用正确的帐户登录。',
    '登录的帐户是 {upn}，设备电子邮件地址是 {deviceEmailAddress}。两者不同，Exchange Online 就会拒收邮件。扫描件会保留。',
    '请将 UPN {upn} 用作设备电子邮件地址，或使用帐户 {deviceEmailAddress} 登录。' +
      '如果是共享邮箱，请由管理员开启“共享邮箱”（sender.isSharedMailbox）。',
  ),
  'authentication-refused': say(
    '邮件服务器拒绝登录',
    '邮件服务器拒绝登录，|请使用本设备的邮箱重新登录。',
    '邮件服务器不接受 {mailbox} 的登录。常见原因：登录的不是设备邮箱的帐户、缺少 SMTP.Send 权限，或 SMTP 身份验证已关闭。扫描件会保留。',
    signInAndCheck,
  ),
  'authentication-unknown': say(
    '邮件服务器拒绝登录',
    '邮件服务器拒绝登录，请重新登录。|如仍出现，请联系管理员。',
    '邮件服务器拒绝了 {mailbox} 的登录，其应答是本设备不认识的[：{reply}]。扫描件会保留。',
    signInAndCheck,
  ),
  'not-authenticated': say(
    '邮件服务器要求登录',
    '邮件服务器要求登录，|请重新登录。',
    '邮件服务器称没有登录[：{reply}]。扫描件会保留。',
    '请使用 {mailbox} 重新登录。如果仍出现，该邮箱的 SMTP 身份验证可能已关闭：\n' + switchOnForMailbox,
  ),
  'smtp-auth-disabled': say(
    '此邮箱的 SMTP 身份验证已关闭',
    '此邮箱不允许通过 SMTP 发送，|须由管理员开启。',
    '邮箱 {mailbox} 的“经过身份验证的 SMTP”已关闭。使用新式登录时也需要开启它。扫描件会保留。',
    '在 Exchange Online PowerShell 中：\n' +
      switchOnForMailbox +
      '\n或在 Microsoft 365 管理中心：用户 > 活动用户 >（该帐户）> 邮件 > 管理电子邮件应用 > 经过身份验证的 SMTP。' +
      '\n更改可能需要一段时间才会生效。个人 Outlook.com 邮箱可能没有此开关，请改用其他帐户。',
  ),
  'smtp-auth-disabled-tenant': say(
    '组织已关闭 SMTP 身份验证',
    '组织已关闭 SMTP 登录，|管理员可为此邮箱单独开启。',
    '整个组织的“经过身份验证的 SMTP”已关闭。可以只为邮箱 {mailbox} 开启：邮箱的设置优先。扫描件会保留。',
    '在 Exchange Online PowerShell 中：\n' + switchOnForMailbox + '\n更改可能需要一段时间才会生效。',
  ),
  'smtp-auth-security-defaults': say(
    '安全默认值阻止了邮件服务器登录',
    '组织的安全默认值阻止了此操作，|请联系管理员。',
    '组织的安全默认值在邮件服务器上锁定了此帐户。扫描件会保留。',
    '打开 {pathSecurityDefaults}。改用条件访问策略后，可以为 {mailbox} 设置例外；还须开启经过身份验证的 SMTP：\n' +
      switchOnForMailbox,
  ),
  'smtp-auth-policy': say(
    '策略阻止了邮件服务器登录',
    '组织的策略阻止了本设备，|请联系管理员。',
    '条件访问策略或身份验证策略在邮件服务器上拒绝了 {mailbox}。扫描件会保留；设备每小时重试一次。',
    '在 {pathSignInLogs}：找到 {mailbox}，查看“条件访问”选项卡，并将该帐户或本设备的网络从该策略中排除。',
  ),
  'basic-auth-used': say(
    '密码登录被拒绝',
    '邮件服务器拒绝了密码登录，|请联系设备厂商。',
    '邮件服务器称使用了用户名和密码。本程序从不这样做，因此设备与服务器之间有某种装置改动了连接[：{reply}|。]',
    '请在防火墙和杀毒软件中让 {smtpHost} 的 {smtpPort} 端口免于邮件检查，然后重新登录。',
  ),
  'authentication-later': say(
    '邮件服务器暂时无法验证登录',
    '邮件服务器正忙。|{again}',
    '邮件服务器此刻无法验证登录。{again}',
  ),
  'tls-too-old': say(
    '加密版本过旧',
    '邮件服务器要求更新的加密版本，|请联系管理员。',
    '邮件服务器看到的是旧的加密版本（TLS 1.0 或 1.1）。本设备使用 TLS 1.2 和 1.3，因此中间有某种装置降低了版本。',
    '请让 {smtpHost} 的 {smtpPort} 端口免于检查，或更新中间的防火墙。',
  ),
  'xoauth2-not-offered': say(
    '邮件服务器不提供新式登录',
    '邮件服务器不提供新式登录，|请联系管理员。|{again}',
    '服务器在加密之后没有提供 XOAUTH2。可能是服务器不对，或中间有某种装置过滤了连接。{again}',
    '请检查邮件服务器名称（{smtpHost}），并让其 {smtpPort} 端口免于邮件检查。',
  ),
  'connection-closed': say(
    '邮件服务器关闭了连接',
    '邮件服务器关闭了连接。|{again}',
    '邮件服务器因维护或邮件发送过快而结束了连接。{again}',
  ),
  throttled: say(
    '邮件服务器要求放慢发送',
    '此邮箱同时发送过多，|设备等待一分钟后继续。',
    '同时使用此邮箱的发送方过多；使用同一邮箱的其他设备也计算在内。设备会等待，然后自动继续。',
    '如果经常出现，请为繁忙的设备配备各自的邮箱。',
  ),
  'smarthost-busy': say(
    '邮件服务器正忙',
    '邮件服务器正忙。|{again}',
    '邮件服务器此刻无法接收邮件，要求稍后再试。{again}[其应答为：{reply}]',
  ),
  'later-unknown-reply': say(
    '邮件服务器要求稍后再试',
    '邮件服务器要求稍后再试。|{again}',
    '邮件服务器此刻没有接收邮件，其应答是本设备不认识的[：{reply}]。{again}',
  ),
  'recipient-busy': say('收件人的邮箱正忙', '收件人的邮箱正忙。|{again}', '同时投递到该邮箱的邮件过多。{again}'),
  'recipient-limit': say(
    '收件人收到的邮件过多',
    '收件人目前收到的邮件过多，|设备稍后重试。',
    '该邮箱每小时只能接收一定数量的邮件。设备稍后会自动重试。',
  ),
  greylisted: say(
    '邮件服务器要求等待',
    '邮件服务器要求等待。|{again}',
    '服务尚未信任发出此邮件的网络地址，要求稍后再试。{again}',
    '如果持续数小时，请让管理员用应答中给出的支持表单检查公网地址[：{reply}|。]',
  ),
  'quota-reached': say(
    '已达每日上限',
    '此邮箱今天的发送量已达上限，|扫描件会等待，稍后发出。',
    '此邮箱暂时达到了发送上限（默认 24 小时内 10,000 个收件人）。扫描件会保留；设备每小时重试一次。',
    '管理员可能设置了更低的上限：Microsoft Defender 门户 > 策略和规则 > 反垃圾邮件 > 出站策略。',
  ),
  'tenant-recipient-limit': say(
    '组织已达每日上限',
    '组织已达每日发送上限，|扫描件会等待，稍后发出。',
    '组织当天向外部收件人的发送量已达上限；试用租户的上限很低。扫描件会保留；设备每小时重试一次。',
    '请在 Exchange 管理中心查看租户外部收件人上限的报告，或为试用租户购买许可证。',
  ),
  'onmicrosoft-limit': say(
    '组织的地址受限',
    '此发件人地址每天只能发给少数|外部收件人，扫描件会等待。',
    '以 onmicrosoft.com 结尾的地址在 24 小时内约可发给 100 个外部收件人。扫描件会保留；设备每小时重试一次。',
    '请为邮箱 {mailbox} 配置自有域的地址，并将其设为 UPN，然后重新登录。',
  ),
  'send-as-denied': say(
    '邮箱无权以此地址发送',
    '邮箱无权使用此发件人地址，|请联系管理员。',
    'Exchange 不允许登录的邮箱 {upn} 以 {deviceEmailAddress} 发送。扫描件会保留。',
    '请直接使用 {deviceEmailAddress} 登录，或在 Exchange Online PowerShell 中授权：\n{connect}\n' +
      'Add-RecipientPermission -Identity {deviceEmailAddress:ps} -Trustee {upn:ps} -AccessRights SendAs\n' +
      '如果是同一邮箱的别名：\nSet-OrganizationConfig -SendFromAliasEnabled $true',
  ),
  'send-as-denied-alias': say(
    '邮箱无权以此别名发送',
    '邮箱无权使用该发件人地址，|请以设备自身的地址发送。',
    '此邮件的发件人地址在设备的允许列表中，但 Exchange 不允许邮箱 {mailbox} 以该地址发送。其他邮件不受影响。',
    '如果是同一邮箱的别名，在 Exchange Online PowerShell 中：\n{connect}\nSet-OrganizationConfig -SendFromAliasEnabled $true\n' +
      '如果是其他邮箱，请为 {upn} 授予该邮箱的“代理发送”权限。或者将该地址从允许列表中删除。' +
      sendAgain,
  ),
  'mailbox-full': say(
    '发送邮箱已满',
    '本设备的邮箱已满，|须由管理员清理。',
    'Exchange 会在“已发送邮件”中保存每个扫描件的副本，邮箱 {mailbox} 已被占满。扫描件会保留；设备每天重试一次。',
    '请清空 {mailbox} 的“已发送邮件”，并设置自动删除其中旧邮件的保留策略，以免再次发生。',
  ),
  'mailbox-blocked': say(
    '发送邮箱已被封锁',
    '服务已封锁此邮箱，|请联系管理员。',
    '服务已将邮箱 {mailbox} 列入受限发件人，通常是因为疑似发送垃圾邮件。扫描件会保留。',
    `请查明封锁原因，重置密码，然后解除封锁：${restrictedEntities}。之后重新登录。`,
  ),
  'tenant-blocked': say(
    '组织被禁止发送',
    '服务封锁了贵组织的邮件，|请联系管理员。',
    '服务不接收来自此组织或此网络地址的邮件[：{reply}]。扫描件会保留。',
    '只有管理员才能通过服务方的支持解决此问题。原因见上面的应答。',
  ),
  'outbound-spam': say(
    '垃圾邮件筛选器停用了此邮箱',
    '服务的垃圾邮件筛选器|停用了此邮箱，请联系管理员。',
    '出站垃圾邮件筛选器或发送上限停用了邮箱 {mailbox}。扫描件会保留；设备每小时重试一次。',
    `请查看 ${restrictedEntities}，以及出站反垃圾邮件策略中的上限。`,
  ),
  'sending-refused': say(
    '邮件服务器拒绝此邮箱',
    '邮件服务器拒绝此邮箱，|请联系管理员。',
    '邮件服务器拒绝了发件人地址 {deviceEmailAddress}，其应答是本设备不认识的[：{reply}]。扫描件会保留；设备每小时重试一次。',
    '请在 Exchange 管理中心确认 {deviceEmailAddress} 是该邮箱的地址，且该邮箱可以发送。也请查看它是否在受限实体之中。',
  ),
  'wrong-route': say(
    '邮件服务器不对',
    '邮件服务器不适用于此邮箱，|请联系管理员。',
    '此邮件服务器通过连接器而不是登录来接收邮件。扫描件会保留。',
    '请清空邮件服务器名称（service.smtpHost），以便使用所选云的服务器。',
  ),
  'recipient-refused': say(
    '收件人被拒绝',
    '没有此收件人，|请检查地址后重新扫描。',
    '邮件服务器不认识此收件人，或不为其接收邮件。[其应答为：{reply}]',
    '请检查地址，同时更正通讯簿，然后重新扫描。如果地址正确，请让收件人联系其管理员检查邮箱。' + sendAgain,
  ),
  'recipient-unknown-reply': say(
    '收件人被拒绝',
    '收件人被拒绝，|请检查地址后重新扫描。',
    '邮件服务器拒绝了此收件人，其应答是本设备不认识的[：{reply}|。]',
    '请检查地址后重新扫描。如果地址正确，请将该应答告知管理员。' + sendAgain,
  ),
  'recipient-mailbox-full': say(
    '收件人的邮箱已满',
    '收件人的邮箱已满，|请通知对方后重新扫描。',
    '收件人的邮箱已满。[其应答为：{reply}]',
    '请用其他方式通知收件人。' + sendAgain,
  ),
  'recipient-restricted': say(
    '收件人不接受此发件人',
    '此收件人不接收本设备的邮件，|请使用其他地址。',
    '此收件人（通常是一个组）只接收特定发件人的邮件。[其应答为：{reply}]',
    '管理员可在该组或邮箱的传递管理中允许发件人 {deviceEmailAddress}。' + sendAgain,
  ),
  'message-refused': say(
    '邮件被拒绝',
    '邮件服务器拒绝了邮件，|请见作业列表。',
    '邮件服务器拒绝了邮件[：{reply}|。]',
    '请再发送一个扫描件。如果同样被拒绝，请将该应答告知管理员。' + sendAgain,
  ),
  'smarthost-size': say(
    '扫描件超过邮箱上限',
    '扫描件过大，无法发送。|请降低分辨率或减少页数后重新扫描。',
    '邮件[（{size}）]超过了邮箱的发送上限。扫描件变成邮件后约增大 37%；通常的 35 MB 上限约可容纳 25 MB 的扫描件。',
    '请降低分辨率或分次扫描。管理员可在 Exchange Online PowerShell 中调高上限：\n{connect}\n' +
      'Set-Mailbox -Identity {mailbox:ps} -MaxSendSize 100MB' +
      sendAgain,
  ),
  'bare-line-feed': say(
    '邮件格式错误',
    '邮件格式有误，|请联系设备厂商。',
    '邮件服务器发现了它不接受的换行。本程序会更正换行，因此这是程序错误：请将日志发给厂商。',
  ),
  'header-from-refused': say(
    '发件人字段被拒绝',
    '发件人字段被拒绝，请联系管理员。',
    '邮件服务器认为邮件的 From 字段缺失或无效。',
    '请将“更改发件人地址”（sender.changeSenderAddress）设为 prohibited：From 便始终为 {deviceEmailAddress}。' +
      sendAgain,
  ),
  'delivery-expired': say(
    '未能及时投递',
    '邮件未能及时投递，|请检查地址后重新扫描。',
    '邮件服务器曾尝试投递该邮件，最后放弃。请检查收件人的地址后重新发送。',
  ),
  'command-not-understood': say(
    '邮件服务器不理解命令',
    '邮件服务器不理解命令。|{again}',
    '邮件服务器的意见针对对话过程，而不是邮件本身[：{reply}]。{again}',
  ),
};
