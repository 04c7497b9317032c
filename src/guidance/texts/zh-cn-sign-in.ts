/**
 * Simplified Chinese: what the identity service says, on the phone, while polling and at renewals. Keys are ids of
 * `entries.ts`.
 */
import { say } from './text.ts';

const signInLogs = '在 {pathSignInLogs} 中打开 {mailbox} 被拒绝的登录，查看“条件访问”选项卡。';
const excludeAccount = '在 {pathConditionalAccess} >（该策略）> 用户 > 排除：添加 {mailbox}，或排除本地点的公网地址。';
const sendConsentLink = '请将此链接发给贵组织的管理员；同意一次即对所有设备有效：\n{consentLink}';
const signInHere = '请在本设备上使用帐户 {mailbox} 登录。';
const thenSignIn = '\n然后重新登录。';

export const zhCnSignIn = {
  // The sign-in itself
  'sign-in-needed': say(
    '需要登录',
    '请将本设备登录到其邮箱，|登录之前扫描件会等待。',
    '本设备尚未登录到其邮箱，或登录已结束。扫描件会保留，登录后发出。',
    signInHere,
  ),
  'sign-in-waiting': say(
    '正在等待手机操作',
    '请在手机或电脑上输入代码。',
    '代码尚未获得批准。请打开显示的地址，输入代码，并使用本设备的邮箱登录。',
  ),
  'poll-slower': say(
    '正在等待手机操作',
    '请在手机或电脑上输入代码。',
    '登录服务要求降低查询频率。请继续使用该代码，一切正常。',
  ),
  'confirm-on-phone': say(
    '请在手机上确认',
    '手机询问您是否要登录，|请选择“继续”。',
    '手机询问您是否正在尝试登录此应用程序。仅当是您本人在本设备上开始登录时，才选择“继续”。',
  ),
  'user-code-wrong': say(
    '代码输入有误',
    '代码输入有误，|请按此处显示的内容重新输入。',
    '手机上的页面不认识该代码。请严格按设备显示的内容重新输入；0 与 O、1 与 I 并不相同。',
  ),
  'user-code-used': say(
    '代码已被使用',
    '此代码已被使用，|请获取新代码。',
    '该代码已被批准或拒绝，或者没有输入任何内容。请重新开始登录。',
    '请获取新代码。',
  ),
  'sign-in-declined': say(
    '登录被拒绝',
    '手机上拒绝了登录。|手机上显示了什么？',
    '有人选择了“取消”或“否”，或者手机先显示了错误。以 AADSTS 开头的编号可在本设备上查询。',
    '请重新开始，并在手机上选择“继续”和“接受”。',
  ),
  'sign-in-expired': say(
    '代码已过期',
    '代码已过期，请获取新代码。|手机上显示了什么？',
    '代码的有效期约为 15 分钟。如果手机显示了以 AADSTS 开头的错误编号，可在本设备上查询。',
    '请备好手机和密码，再获取新代码。',
  ),
  'not-confirmed': say(
    '无人确认帐户',
    '未及时确认帐户，请重新登录。',
    '有人在手机上登录了，但十分钟内没有人在设备上回答“使用此邮箱吗？”。没有保存任何内容。',
    '请重新登录，核对显示的帐户并确认。',
  ),
  'device-code-unknown': say(
    '代码未知',
    '服务不认识此代码，|请获取新代码。',
    '登录服务不认识本设备的代码。如果新代码也是如此，说明云或登录主机有误。',
    '请获取新代码。如果仍出现，请检查设置中的“云”（service.cloud）；登录主机为 {loginHost}。',
  ),
  'code-already-used': say(
    '登录被中断',
    '登录被中断，请获取新代码。',
    '手机上的页面打开过久，或被使用了两次。请重新开始。',
    '请关闭手机上的页面，然后获取新代码。',
  ),
  'sign-in-cancelled': say('登录已取消', '登录已取消，|准备好后请重新开始。', '登录已在设备上取消。未作任何更改。'),
  'sign-in-too-often': say(
    '尝试次数过多',
    '登录尝试过多，|请等待 10 分钟后重试。',
    '短时间内开始登录的次数过多。此限制用于防止代码被滥用。',
  ),
  'sign-in-not-running': say(
    '没有正在进行的登录',
    '没有正在进行的登录，请先开始。',
    '没有可确认或取消的内容：登录已经结束。',
  ),
  'sign-in-not-needed': say(
    '无需登录',
    '此邮件服务器无需在设备上登录。',
    '服务提供商为“未指定”：邮件发往普通的邮件服务器。如需登录，请选择 Exchange Online。',
  ),
  'wrong-region': say(
    '从其他区域批准',
    '请在贵组织所在的区域批准代码，|不要使用境外的 VPN。',
    '批准代码时所用的网络位于服务的另一个区域，与生成代码的区域不同。',
    '请让手机与本设备处于同一网络，不使用 VPN，然后重试。',
  ),
  // Application and settings
  'app-not-found': say(
    '应用程序未知',
    '此处不认识该客户端 ID，|须由管理员检查。',
    '组织或云不认识客户端 ID {clientId}。常见原因：输入错误、云不对，或管理员尚未允许该应用程序。',
    '请检查设置中的客户端 ID、“云”（service.cloud）和租户（{tenant}）。如果都正确：\n' + sendConsentLink,
  ),
  'app-disabled': say(
    '应用程序已停用',
    '应用程序已停用，请联系管理员。',
    '应用程序 {clientId} 存在，但在贵组织中已停用。',
    '在 {pathEnterpriseApps} >（该应用程序）> 属性 > 启用以供用户登录：是',
  ),
  'app-not-public': say(
    '应用程序要求密钥',
    '应用程序必须允许设备使用，|须由管理员更改。',
    '应用程序的注册不允许没有客户端密码的程序，而设备不保存客户端密码。',
    '在 {pathApps} > {clientId} > 身份验证 > 允许公共客户端流：是。然后重新登录。',
  ),
  'app-sends-secret': say(
    '请求中带有客户端密码',
    '对应用程序的请求方式有误，|请联系设备厂商。',
    '服务指出请求中有客户端密码，而本程序不发送它。可能是代理改动了请求，或者是程序错误。',
    '请让 {loginHost} 免于代理检查。如果仍出现，请将日志发给厂商。',
  ),
  'app-single-tenant': say(
    '应用程序只属于一个组织',
    '设置中的租户必须是贵组织，|请联系管理员。',
    '应用程序只为一个组织注册，而设置中的“租户”是 {tenant}。',
    '请将“租户”（service.tenant）设为贵组织的租户 ID 或域，然后重新登录。',
  ),
  'tenant-too-wide': say(
    '租户设置不可用',
    '设置中的租户必须是贵组织，|请联系管理员。',
    '租户为 {tenant} 时，无法使用这种登录方式。',
    '请将“租户”（service.tenant）设为贵组织的租户 ID，或设为 organizations。',
  ),
  'app-not-for-personal': say(
    '不适用于个人帐户',
    '请使用工作帐户，|或请管理员更改设置。',
    '设置中的应用程序或邮件服务不适用于个人帐户，或者租户 {tenant} 与之不符。',
    '使用工作帐户时，请将“租户”（service.tenant）设为租户 ID 或 organizations。使用 Outlook.com 时，应用注册必须允许个人帐户。',
  ),
  'request-malformed': say(
    '请求无法理解',
    '登录服务无法理解请求，|请联系设备厂商。',
    '登录服务认为请求格式有误。原因可能是改动请求的代理、错误的设置，或本程序的错误。',
    '请检查设置中的云、租户和作用域。如果都正确，请将日志发给厂商。',
  ),
  'scope-wrong': say(
    '作用域设置无效',
    '登录的某项设置有误，|请联系管理员。',
    '服务不认识设置中的作用域，或者其中同时指定了两个服务。',
    '请清空设置“作用域”（service.scope），以便使用所选云的作用域。',
  ),
  'authority-wrong': say(
    '登录主机无效',
    '登录主机有误，请联系管理员。',
    '登录服务拒绝登录主机 {loginHost} 或租户 {tenant}。',
    '请清空设置“登录主机”（service.loginHost），以便使用所选云的主机。',
  ),
  // Consent
  'consent-needed': say(
    '需要同意',
    '须先允许该应用程序，|请联系管理员。',
    '尚无人允许该应用程序为此帐户发送邮件。许多组织只有管理员才能允许。',
    sendConsentLink + thenSignIn,
  ),
  'admin-consent-needed': say(
    '需要管理员同意',
    '管理员必须允许该应用程序，|然后重新登录。',
    '在贵组织中，只有管理员才能允许应用程序。在手机上提交的请求正等待管理员处理。',
    sendConsentLink + thenSignIn,
  ),
  'consent-declined': say(
    '同意请求被拒绝',
    '手机请求授权时选择了“取消”。|请重试并选择“接受”。',
    '手机询问是否允许该应用程序发送邮件时，有人选择了“取消”。',
    '请获取新代码，并在手机上选择“接受”。如果手机上不允许这样做：\n' + sendConsentLink,
  ),
  'permission-missing': say(
    '应用程序缺少权限',
    '应用程序缺少一项权限，|请联系管理员。',
    '应用程序的注册中不含通过 SMTP 发送邮件的权限。',
    '在 {pathApps} > {clientId} > API 权限 > 添加权限 > Microsoft Graph > 委托的权限：SMTP.Send。授予管理员同意，然后重新登录。',
  ),
  'service-missing': say(
    '组织没有邮件服务',
    '贵组织没有此邮件服务，|请联系管理员。',
    '组织没有 Exchange Online，或者设置中的作用域属于其他云。',
    '请确认该帐户具有 Exchange Online 许可证，且设置中的“云”正确（{cloud}）。',
  ),
  'user-not-assigned': say(
    '帐户未获分配',
    '此帐户不得使用该应用程序，|请联系管理员。',
    '该应用程序仅限已分配的用户使用，而此帐户不在其中。',
    '在 {pathEnterpriseApps} >（该应用程序）> 用户和组：添加 {mailbox}。然后重新登录。',
  ),
  'partner-consent': say(
    '合作伙伴尚未允许该应用程序',
    '贵组织的合作伙伴须先允许，|请联系管理员。',
    '组织由合作伙伴管理，而该应用程序在那里尚未获得允许。',
    '请将此链接发给合作伙伴，由其为本组织允许该应用程序：\n{consentLink}',
  ),
  'redirect-not-registered': say(
    '重定向地址未注册',
    '同意页面显示了错误，|请联系管理员。',
    '同意页面在应用程序的注册中找不到匹配的重定向地址。',
    '在 {pathApps} > {clientId} > 身份验证 > 添加平台 > 移动和桌面应用程序：\n' +
      'https://{loginHost}/common/oauth2/nativeclient\n然后再次打开同意链接：\n{consentLink}',
  ),
  // Account
  'account-not-here': say(
    '此处不认识该帐户',
    '此处不认识该帐户，|请使用本设备的邮箱登录。',
    '手机上使用的帐户不属于此组织，或者输入有误。',
    '请获取新代码，并使用 {mailbox} 登录。在手机上请选择“使用其他帐户”，或使用无痕窗口。',
  ),
  'account-type-refused': say(
    '帐户类型不对',
    '不能使用此类帐户，|请使用本设备的邮箱。',
    '需要工作帐户时使用了个人帐户，或者相反。',
    '请获取新代码，并使用 {mailbox} 登录，或检查设置中的“云”（service.cloud）和“租户”（service.tenant）。',
  ),
  'account-changed': say(
    '应答的是另一个帐户',
    '应答的帐户与之前不同，|请重新登录。',
    '登录服务应答的帐户与登录的帐户不同。不会用它发送任何邮件；扫描件会保留。',
    signInHere,
  ),
  'personal-account-refused': say(
    '不能使用个人帐户',
    '此处不能使用个人帐户，|请使用工作帐户。',
    '登录的是个人帐户（Outlook.com、Hotmail、Live），而所选的云不支持个人帐户。',
    '请使用工作帐户登录，或将“云”（service.cloud）设为 global。',
  ),
  'guest-account-refused': say(
    '不能使用来宾帐户',
    '不能使用来宾帐户，|请使用本组织的邮箱。',
    '该帐户是此组织的来宾，在这里没有邮箱。',
    '请使用有邮箱的成员帐户登录，或将“租户”（service.tenant）设为该帐户所属的组织。',
  ),
  'identity-incomplete': say(
    '无法识别帐户',
    '服务没有说明登录者是谁，|请联系管理员。',
    '登录后的应答中没有地址形式的帐户名，因此无法与设备电子邮件地址比较。',
    '请使用以地址作为用户名的帐户登录。在应用注册中为 ID 令牌添加可选声明“upn”会有帮助。',
  ),
  'password-wrong': say(
    '密码错误',
    '密码错误，请在手机上重新输入。',
    '手机上没有接受该密码。多次输错后，帐户会被锁定一段时间。',
    '请重新输入 {mailbox} 的密码，或在登录页面重置密码；如果代码已过期，请获取新代码。',
  ),
  'password-expired': say(
    '密码已过期',
    '密码已过期，|请更改密码后重新登录。',
    '必须先更改该帐户的密码。',
    '请在电脑上登录帐户 {mailbox}，更改密码，然后在此重新登录。',
  ),
  'account-locked': say(
    '帐户暂时被锁定',
    '帐户已被锁定，|请等待，或联系管理员。',
    '由于多次输错密码，或网络地址的信誉不佳，帐户被暂时锁定。',
    '请等待 15 分钟后重试。' + signInLogs,
  ),
  'account-disabled': say(
    '帐户已停用',
    '帐户已停用，请联系管理员。',
    '帐户 {mailbox} 被禁止登录。',
    '在 {pathUsers} > {mailbox} > 已启用帐户：是。然后重新登录。',
  ),
  'user-at-risk': say(
    '帐户被视为有风险',
    '服务认为该帐户有风险，|请联系管理员。',
    '组织会阻止可能已泄露的帐户。',
    '在 {pathRiskyUsers}：检查 {mailbox}，重置其密码，并消除风险。然后重新登录。',
  ),
  // Policies
  'mfa-registration': say(
    '缺少安全信息',
    '此帐户须先设置双重验证，|请在电脑上完成。',
    '组织要求多重身份验证，而此帐户尚未设置。',
    '请在电脑上登录帐户 {mailbox}，按“需要更多信息”的提示操作。然后在此重新登录。',
  ),
  'mfa-needed': say(
    '需要多重身份验证',
    '需要多重身份验证，|请重新登录并批准。',
    '登录需要第二重验证（应用、代码或安全密钥），或者上次的验证已不再有效。',
    signInHere + '并在手机上批准第二重验证。',
  ),
  'policy-blocked': say(
    '被策略阻止',
    '组织的策略阻止了本设备，|请联系管理员。',
    '组织的登录策略不允许此登录。扫描件会保留。',
    signInLogs + '\n' + excludeAccount,
  ),
  'policy-challenge': say(
    '策略要求进一步验证',
    '组织的策略要求进一步验证，|请联系管理员。',
    '有一项策略要求设备无法提供的验证。扫描件会保留。',
    signInLogs + '\n' + excludeAccount,
  ),
  'device-wanted': say(
    '策略要求受管理的设备',
    '策略要求受管理的设备，|请联系管理员。',
    '有一项策略只允许受管理或已注册的设备登录，打印机无法成为这样的设备。扫描件会保留。',
    excludeAccount + thenSignIn,
  ),
  'conditional-access': say(
    '被条件访问阻止',
    '组织的策略阻止了本设备，|请联系管理员。',
    '条件访问策略阻止了登录，往往是针对设备代码流的策略。扫描件会保留。',
    signInLogs + '\n' + excludeAccount + thenSignIn,
  ),
  'device-code-blocked': say(
    '设备代码流被阻止',
    '贵组织阻止设备代码流，|请联系管理员。',
    '有一项策略阻止使用设备代码登录，或只允许受管理的设备使用。扫描件会保留。',
    excludeAccount + '该策略往往名为“阻止设备代码流”（Block device code flow）。' + thenSignIn,
  ),
  'device-code-session-blocked': say(
    '策略终止了设备代码登录',
    '策略已阻止用代码登录的设备，|请联系管理员。',
    '组织针对设备代码流的策略，也会拒绝在策略启用之前用代码登录的设备：{mailbox} 在本设备上的登录不再被接受。在策略更改之前，重新登录也无济于事。扫描件会保留。',
    excludeAccount + '该策略往往名为“阻止设备代码流”（Block device code flow），条件为“身份验证流”。' + thenSignIn,
  ),
  'security-defaults-sign-in': say(
    '被安全默认值阻止',
    '组织的安全默认值阻止了登录，|请联系管理员。',
    '组织的安全默认值阻止了此登录。扫描件会保留。',
    '打开 {pathSecurityDefaults}。改用条件访问策略后，可以为 {mailbox} 设置例外。',
  ),
  'tenant-restricted': say(
    '被网络阻止',
    '网络阻止了此组织，|请联系网络管理员。',
    '贵网络的代理服务器只允许特定组织登录，而此组织不在其中。',
    '请将租户 {tenant} 加入代理服务器的租户限制列表，或让本设备绕过代理访问 {loginHost}。',
  ),
  'cross-tenant-policy': say(
    '组织之间的访问被阻止',
    '组织之间的策略阻止了登录，|请联系管理员。',
    '跨租户访问策略阻止了此帐户或应用程序。',
    '请使用组织 {tenant} 的帐户登录，或在 {pathCrossTenant} 中更改。',
  ),
  'sign-in-frequency': say(
    '需要再次登录',
    '贵组织要求重新登录，|请重新登录。',
    '有一项策略会在固定时间后结束登录，每次到期都会再次发生。扫描件会保留。',
    signInHere +
      '\n如需减少次数，在 {pathConditionalAccess} >（该策略）> 会话 > 登录频率：排除 {mailbox}，或选择更长的时间。',
  ),
  // Session
  'session-unused': say(
    '登录已过久',
    '登录长期未使用，请重新登录。',
    '登录约 90 天未续期就会失效。本设备每周续期一次，因此很可能是设备关机或没有网络。',
    signInHere,
  ),
  'session-revoked': say(
    '登录已被终止',
    '登录已被终止，常因密码已更改，|请重新登录。',
    '登录已被撤销：密码被更改或重置，或管理员结束了所有会话。扫描件会保留。',
    signInHere,
  ),
  'grant-invalid': say(
    '登录不再有效',
    '登录不再有效，请重新登录。',
    '登录服务不接受保存的登录信息：它是为其他应用程序签发的，或者已损坏。',
    signInHere,
  ),
  'token-from-web-app': say(
    '应用程序类型不对',
    '应用程序的类型不对，|请联系管理员。',
    '登录使用的是为网页注册的应用程序；这样的登录 24 小时后结束。',
    '在 {pathApps} > {clientId} > 身份验证：使用平台“移动和桌面应用程序”。然后重新登录。',
  ),
  'tenant-differs': say(
    '属于另一个组织',
    '登录属于另一个组织，|请重新登录。',
    '代码或登录所属的组织与设置中的组织（{tenant}）不同。',
    '请检查设置中的“租户”（service.tenant），然后重新登录。',
  ),
  'identity-refused': say(
    '登录被拒绝',
    '登录被拒绝，请联系管理员。',
    '登录服务拒绝了登录，其原因本设备没有对应的说明。[应答为：{reply}]',
    signInLogs + '\n错误编号可在此查询：\nhttps://{loginHost}/error',
  ),
  // Cloud and organisation
  'tenant-unknown': say(
    '找不到组织',
    '找不到该组织，|请检查设置中的云和租户。',
    '此云的登录服务不认识租户 {tenant}。租户可能没错，但属于其他云。',
    '请检查设置中的“云”（{cloud}）和“租户”（service.tenant）。',
  ),
  'tenant-not-derived': say(
    '无法识别组织',
    '服务无法判断是哪个组织，|请联系管理员。',
    '服务无法根据帐户和设置中的“租户”（{tenant}）判断所属组织。',
    '请将“租户”（service.tenant）设为贵组织的租户 ID 或域。',
  ),
  'wrong-cloud': say(
    '云不对',
    '该帐户属于其他云，|请联系管理员。',
    '该帐户或组织所属的国家云与设置中的云（{cloud}）不同。由世纪互联运营的 Microsoft 365 与全球版互不相通。',
    '请在设置中选择正确的“云”（service.cloud），并使用在该云注册的客户端 ID，然后重新登录。',
  ),
  'app-in-other-cloud': say(
    '应用程序属于其他云',
    '应用程序属于其他云，|请联系管理员。',
    '客户端 ID {clientId} 是在其他国家云注册的。每个云都需要单独注册。',
    '请在 {pathApps} > 新注册 中注册应用程序，并填入由此得到的客户端 ID。',
  ),
  'us-gov-through-public': say(
    '云不对',
    '此帐户属于美国政府云，|请更改设置。',
    '通过公共云使用了美国政府云的帐户。',
    '请将“云”（service.cloud）设为 us-gov-high（GCC High）或 us-gov-dod（DoD），并使用在该云注册的客户端 ID，然后重新登录。',
  ),
  // Service
  'identity-unavailable': say(
    '登录服务不可用',
    '登录服务不可用。|{again}',
    '登录服务 {loginHost} 暂时出现故障。{again}',
  ),
  'identity-throttled': say(
    '登录服务要求等待',
    '登录服务要求等待。|{again}',
    '登录服务收到本设备或本组织的请求过多，要求等待。{again}',
  ),
  'identity-loop': say(
    '登录服务要求等待',
    '请求过多，请等待几分钟。|{again}',
    '登录服务过于频繁地收到同一请求。{again}如果再次出现，请将日志发给厂商。',
  ),
};
