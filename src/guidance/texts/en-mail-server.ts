/** English: what the mail server says. Keys are ids of `entries.ts`. */
import { say } from './text.ts';

const sendAgain = '\nThen send the message again while its content is kept:\nmfp-mail-agent queue retry {queueId}';
const switchOnForMailbox = '{connect}\nSet-CASMailbox -Identity {mailbox:ps} -SmtpClientAuthenticationDisabled $false';
const checkSwitches =
  '(Get-CASMailbox -Identity {mailbox:ps}).SmtpClientAuthenticationDisabled\n' +
  '(Get-TransportConfig).SmtpClientAuthenticationDisabled';

export const enMailServer = {
  'upn-mismatch': say(
    'Account and device address differ',
    'Account and device address differ. Use|the UPN as device address, or sign in|with the right account.',
    'The signed-in account is {upn}, the device e-mail address is {deviceEmailAddress}. Exchange Online refuses mail unless they are the same. Scans are kept.',
    'Use the UPN {upn} as device e-mail address. Or sign in with the account {deviceEmailAddress}. ' +
      'For a shared mailbox, an administrator switches "Shared mailbox" on.',
  ),
  'authentication-refused': say(
    'Mail server refused the sign-in',
    'The mail server refused the sign-in.|Sign in again with the mailbox of this|device.',
    'The mail server did not accept the sign-in of {mailbox}. Usual causes: another account than the device mailbox signed in, ' +
      'the permission SMTP.Send is missing, or authenticated SMTP is off. Scans are kept.',
    'Sign in again with {mailbox}. If it stays, check in Exchange Online PowerShell (both should not be True):\n' +
      `{connect}\n${checkSwitches}`,
  ),
  'authentication-unknown': say(
    'Mail server refused the sign-in',
    'The mail server refused the sign-in.|Sign in again; if it stays, tell the|administrator.',
    'The mail server refused the sign-in of {mailbox} with an answer this device does not know[: {reply}]. Scans are kept.',
    'Sign in again with {mailbox}. If it stays, check in Exchange Online PowerShell (both should not be True):\n' +
      `{connect}\n${checkSwitches}`,
  ),
  'not-authenticated': say(
    'Mail server wants a sign-in',
    'The mail server wants a sign-in. Sign|in again.',
    'The mail server answered that nobody is signed in[: {reply}]. Scans are kept.',
    'Sign in again with {mailbox}. If it stays, authenticated SMTP may be off for the mailbox:\n' + switchOnForMailbox,
  ),
  'smtp-auth-disabled': say(
    'Authenticated SMTP is off for this mailbox',
    'The mailbox may not send by SMTP. An|administrator must switch it on.',
    'Authenticated SMTP is switched off for the mailbox {mailbox}. It is needed with modern sign-in as well. Scans are kept.',
    'In Exchange Online PowerShell:\n' +
      switchOnForMailbox +
      '\nOr in the admin center: Users > Active users > (the account) > Mail > Manage email apps > Authenticated SMTP.' +
      '\nThe change can take a while. A personal Outlook.com mailbox may have no such switch: use another account.',
  ),
  'smtp-auth-disabled-tenant': say(
    'Authenticated SMTP is off in the organisation',
    'Your organisation has switched SMTP|sign-in off. An administrator can allow|it for this mailbox.',
    'Authenticated SMTP is switched off for the whole organisation. It can be switched on for the mailbox {mailbox} alone: ' +
      'the mailbox setting has priority. Scans are kept.',
    'In Exchange Online PowerShell:\n' + switchOnForMailbox + '\nThe change can take a while.',
  ),
  'smtp-auth-security-defaults': say(
    'Security defaults block the mail server',
    'The security defaults of your|organisation block this. Tell the|administrator.',
    'The security defaults of the organisation lock this account out at the mail server. Scans are kept.',
    'At {pathSecurityDefaults}. Replacing them by Conditional Access policies ' +
      'allows an exception for {mailbox}; authenticated SMTP must also be on:\n' +
      switchOnForMailbox,
  ),
  'smtp-auth-policy': say(
    'A policy blocks the mail server',
    'A policy of your organisation blocks|this device. Tell the administrator.',
    'A Conditional Access or authentication policy refused {mailbox} at the mail server. Scans are kept; the device asks again every hour.',
    'At {pathSignInLogs}: find {mailbox}, read the tab "Conditional Access", and exclude the account ' +
      'or the network of this device from that policy.',
  ),
  'basic-auth-used': say(
    'Password log-in was refused',
    'The mail server refused a password|log-in. Tell the maker of this device.',
    'The mail server says that a user name and password were used. This program never does that, so something between device and server changes the connection[: {reply}|.]',
    'Exempt {smtpHost} port {smtpPort} from mail inspection in firewalls and virus scanners, then sign in again.',
  ),
  'authentication-later': say(
    'Mail server cannot check the sign-in now',
    'The mail server is busy.|{again}',
    'The mail server could not check the sign-in at the moment. {again}',
  ),
  'tls-too-old': say(
    'Encryption too old',
    'The mail server wants newer|encryption. Tell the administrator.',
    'The mail server saw an old encryption (TLS 1.0 or 1.1). This device speaks TLS 1.2 and 1.3, so something in between lowers it.',
    'Exempt {smtpHost} port {smtpPort} from inspection, or update the firewall in between.',
  ),
  'xoauth2-not-offered': say(
    'Mail server offers no modern sign-in',
    'The mail server offers no modern|sign-in. Tell the administrator.|{again}',
    'The server did not offer XOAUTH2 after encryption. It is the wrong server, or something in between filters the connection. {again}',
    'Check the mail server name ({smtpHost}) and exempt its port {smtpPort} from mail inspection.',
  ),
  'connection-closed': say(
    'Mail server closed the connection',
    'The mail server closed the connection.|{again}',
    'The mail server ended the connection, for maintenance or because messages came too fast. {again}',
  ),
  'throttled': say(
    'Mail server asks to slow down',
    'The mailbox sends too much at once. The|device waits a minute and goes on.',
    'The mailbox is used by too many senders at the same time; other devices with the same mailbox count as well. The device waits and goes on by itself.',
    'If it happens often, give busy devices mailboxes of their own.',
  ),
  'smarthost-busy': say(
    'Mail server is busy',
    'The mail server is busy.|{again}',
    'The mail server cannot take the message now and asks to try later. {again}[ Its answer: {reply}]',
  ),
  'later-unknown-reply': say(
    'Mail server asks to try later',
    'The mail server asks to try later.|{again}',
    'The mail server did not take the message now, with an answer this device does not know[: {reply}]. {again}',
  ),
  'recipient-busy': say(
    'Recipient mailbox is busy',
    "The recipient's mailbox is busy.|{again}",
    'Too many messages are being delivered to that mailbox at once. {again}',
  ),
  'recipient-limit': say(
    'Recipient gets too much mail',
    'The recipient gets too much mail right|now. The device tries again later.',
    'That mailbox may receive only so many messages in an hour. The device tries again later by itself.',
  ),
  'greylisted': say(
    'Mail server asks to wait',
    'The mail server asks to wait.|{again}',
    'The service does not yet trust the network address this mail comes from and asks to try again later. {again}',
    'If it lasts for hours, ask the administrator to check the public network address against the support form named in the answer[: {reply}|.]',
  ),
  'quota-reached': say(
    'Daily limit reached',
    'The mailbox has sent as much as it may|today. Scans wait and go out later.',
    'The mailbox has reached its sending limit for now (by default 10,000 recipients in 24 hours). Scans are kept; the device asks again every hour.',
    'An administrator may have set a lower limit: Microsoft Defender portal > Policies > Anti-spam > outbound policy.',
  ),
  'tenant-recipient-limit': say(
    'Daily limit of the organisation reached',
    'Your organisation has reached its daily|limit. Scans wait and go out later.',
    'The organisation has sent to as many outside recipients as it may in a day; trial tenants have a low limit. Scans are kept; the device asks again every hour.',
    'Check the report on the tenant external recipient limit in the Exchange admin center, or buy licences for a trial tenant.',
  ),
  'onmicrosoft-limit': say(
    'Address of the organisation is limited',
    'This sender address may reach only few|outside people a day. Scans wait.',
    'Addresses that end in onmicrosoft.com may reach about 100 outside recipients in 24 hours. Scans are kept; the device asks again every hour.',
    'Give the mailbox {mailbox} an address in a domain of your own, make it the UPN as well, and sign in again.',
  ),
  'send-as-denied': say(
    'Mailbox may not send as this address',
    'The mailbox may not use this sender|address. Tell the administrator.',
    'Exchange does not let the signed-in mailbox {upn} send as {deviceEmailAddress}. Scans are kept.',
    'Sign in with {deviceEmailAddress} itself, or allow it in Exchange Online PowerShell:\n{connect}\n' +
      'Add-RecipientPermission -Identity {deviceEmailAddress:ps} -Trustee {upn:ps} -AccessRights SendAs\n' +
      'Or, for an alias of the same mailbox:\nSet-OrganizationConfig -SendFromAliasEnabled $true',
  ),
  'send-as-denied-alias': say(
    'Mailbox may not send as this alias',
    'The mailbox may not use that sender|address. Send as the device itself.',
    'The sender address of this message is on the permitted list of the device, but Exchange does not let the mailbox {mailbox} send as it. Other messages are not concerned.',
    'In Exchange Online PowerShell, for an alias of the same mailbox:\n{connect}\nSet-OrganizationConfig -SendFromAliasEnabled $true\n' +
      'For another mailbox, give {upn} the right SendAs on it. Or take the address off the permitted list.' +
      sendAgain,
  ),
  'mailbox-full': say(
    'The sending mailbox is full',
    'The mailbox of this device is full. An|administrator must empty it.',
    'Exchange keeps a copy of every scan in Sent Items, and the mailbox {mailbox} is full of them. Scans are kept; the device asks again once a day.',
    'Empty Sent Items of {mailbox}, and set a retention policy that deletes old items there, so that it does not happen again.',
  ),
  'mailbox-blocked': say(
    'The sending mailbox is blocked',
    'The service has blocked this mailbox.|Tell the administrator.',
    'The service has put the mailbox {mailbox} on its list of restricted senders, usually because of suspected spam. Scans are kept.',
    'Find out why it was blocked, reset the password, then release it: Microsoft Defender portal > Email & collaboration > Review > Restricted entities. Sign in again afterwards.',
  ),
  'tenant-blocked': say(
    'The organisation is blocked from sending',
    'The service blocks mail of your|organisation. Tell the administrator.',
    'The service does not take mail from this organisation or network address[: {reply}]. Scans are kept.',
    'Only the administrator can clear this with the support of the service. The answer above names the reason.',
  ),
  'outbound-spam': say(
    'The spam filter stopped the mailbox',
    'The spam filter of the service stopped|this mailbox. Tell the administrator.',
    'The outbound spam filter, or a sending limit, stopped the mailbox {mailbox}. Scans are kept; the device asks again every hour.',
    'See Microsoft Defender portal > Email & collaboration > Review > Restricted entities, and the limits in the outbound anti-spam policy.',
  ),
  'sending-refused': say(
    'Mail server refuses the mailbox',
    'The mail server refuses this mailbox.|Tell the administrator.',
    'The mail server refused the sender address {deviceEmailAddress} with an answer this device does not know[: {reply}]. Scans are kept; the device asks again every hour.',
    'Check in the Exchange admin center that {deviceEmailAddress} is an address of the mailbox and that the mailbox may send. Look for it among the restricted entities too.',
  ),
  'wrong-route': say(
    'Wrong mail server',
    'The mail server is the wrong one for|this mailbox. Tell the administrator.',
    'This mail server takes mail through a connector and not with a sign-in. Scans are kept.',
    'Clear the mail server name, so that the one of the chosen cloud is used.',
  ),
  'recipient-refused': say(
    'Recipient refused',
    'There is no such recipient. Check the|address and scan again.',
    'The mail server does not know this recipient, or takes no mail for it.[ Its answer: {reply}]',
    'Check the address, correct it in the address book too, and scan again. If the address is right, ask the recipient to have the mailbox mended.' +
      sendAgain,
  ),
  'recipient-unknown-reply': say(
    'Recipient refused',
    'The recipient was refused. Check the|address and scan again.',
    'The mail server refused this recipient with an answer this device does not know[: {reply}|.]',
    'Check the address and scan again. If the address is right, give the answer to your administrator.' + sendAgain,
  ),
  'recipient-mailbox-full': say(
    'Recipient mailbox is full',
    "The recipient's mailbox is full. Tell|them, then scan again.",
    'The mailbox of the recipient is full.[ Its answer: {reply}]',
    'Tell the recipient in another way.' + sendAgain,
  ),
  'recipient-restricted': say(
    'Recipient does not accept this sender',
    'This recipient does not take mail from|this device. Use another address.',
    'The recipient, often a group, accepts mail only from certain senders.[ Its answer: {reply}]',
    'An administrator can allow the sender {deviceEmailAddress} in the delivery management of that group or mailbox.' +
      sendAgain,
  ),
  'message-refused': say(
    'Message refused',
    'The mail server refused the message.|See the list of jobs.',
    'The mail server refused the message[: {reply}|.]',
    'Send another scan. If it is refused too, give the answer to your administrator.' + sendAgain,
  ),
  'smarthost-size': say(
    'Scan too large for the mailbox',
    'The scan is too large to send. Scan|again with a lower resolution or fewer|pages.',
    'The message[ ({size})] is larger than the mailbox may send. A scan grows by about 37 % in mail; the usual limit of 35 MB carries about 25 MB of scan.',
    'Scan with a lower resolution or in parts. An administrator can raise the limit in Exchange Online PowerShell:\n{connect}\n' +
      'Set-Mailbox -Identity {mailbox:ps} -MaxSendSize 100MB' +
      sendAgain,
  ),
  'bare-line-feed': say(
    'Message in a wrong format',
    'The message has a format error. Tell|the maker of this device.',
    'The mail server found line ends it does not take. This program corrects them, so this is a fault: send the log to the maker.',
  ),
  'header-from-refused': say(
    'Sender field refused',
    'The sender field was refused. Tell the|administrator.',
    'The mail server found the From field of the message missing or not valid.',
    'Set "Change sender address" to "prohibited": From is then always {deviceEmailAddress}.' + sendAgain,
  ),
  'delivery-expired': say(
    'Could not be delivered in time',
    'The message could not be delivered in|time. Check the address, scan again.',
    'The mail server tried to deliver the message and gave up. Check the address of the recipient and send again.',
  ),
  'command-not-understood': say(
    'Mail server did not understand',
    'The mail server did not understand.|{again}',
    'The mail server complained about the dialogue and not about the message[: {reply}]. {again}',
  ),
};
