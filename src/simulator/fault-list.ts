/** Everything that can be made to go wrong, by group and name. */

export interface FaultRow {
  readonly title: string;
  readonly seen: string;
  /** How often it strikes when nobody says `times`; absent: until switched off. */
  readonly times?: number;
}

/** Every fault: what it is, and what a person sees of it. Groups in the order they are shown. */
export const faultGroups = {
  'Identity service': {
    'slow-down': {
      title: 'Identity service answers slow_down to polls',
      seen: 'The sign-in takes some seconds longer',
      times: 1,
    },
    'throttled-429': {
      title: 'Identity service answers 429 with Retry-After',
      seen: 'The panel says the service asked to wait, then goes on',
      times: 2,
    },
    'unavailable-503': {
      title: 'Identity service answers 503',
      seen: 'The panel says the service is not available, then goes on',
      times: 2,
    },
    'identity-html': {
      title: 'A web page answers instead (captive portal)',
      seen: 'The panel says that the network wants a log-in',
    },
    'lost-packets': {
      title: 'Identity service connections are reset',
      seen: 'The panel says there is no connection, then goes on',
      times: 2,
    },
    'interval-missing': { title: 'Device code reply without interval', seen: 'Nothing; polling stays at 5 s' },
    'expires-in-string': { title: 'Lifetimes come as text instead of numbers', seen: 'Nothing' },
    'identity-loop': {
      title: 'Identity service sees a request loop (50196)',
      seen: 'It waits some minutes and goes on',
      times: 1,
    },
    'identity-garbage': {
      title: 'Answers of the identity service are cut off',
      seen: 'The panel says the answer was not understood',
    },
    'identity-incomplete': {
      title: 'Nobody is named in the answer to the sign-in',
      seen: 'The panel says the account could not be recognised',
    },
    'sign-in-declined': {
      title: 'Declined in the plain word of RFC 8628',
      seen: 'The panel says the sign-in was declined',
    },
    'device-code-unknown': {
      title: 'The device code is not known to the service',
      seen: 'The panel offers a new code',
    },
    'code-already-used': {
      title: 'The code was redeemed before (54005)',
      seen: 'The panel says to get a new code',
    },
    'identity-refused': {
      title: 'Refused for a reason nobody knows (899999)',
      seen: 'The number, and what to send to support',
    },
  },
  'On the phone': {
    'declined': { title: 'The person pressed Cancel', seen: 'The panel says the sign-in was declined' },
    'expired': {
      title: 'The code has expired at the service',
      seen: 'The panel says the code expired and offers a new one',
    },
    'wrong-code': {
      title: 'The first code typed does not work',
      seen: 'The phone says "That code didn\'t work"',
      times: 1,
    },
    'wrong-cloud': {
      title: 'Account or tenant is in another national cloud',
      seen: 'Error 90038 or 900439, on the phone or at the start',
    },
    'consent-needed': {
      title: 'An administrator must consent first',
      seen: 'The phone says "Need admin approval" with 90094',
    },
    'policy-block-at-sign-in': {
      title: 'Conditional Access blocks the sign-in',
      seen: 'The phone says "You cannot access this right now" with 53003',
    },
    'device-not-managed': { title: 'Device code flow needs a managed device here', seen: 'The phone shows 530033' },
    'not-assigned': { title: 'Account is not assigned to the application', seen: 'The phone shows 50105' },
    'wrong-region': { title: 'Approved from another datacenter region', seen: 'The phone shows 50134' },
    'account-locked': { title: 'The account is locked', seen: 'The phone shows 50053' },
    'user-code-used': {
      title: 'The code was used before',
      seen: 'The phone shows 90120',
      times: 1,
    },
    'confirm-on-phone': {
      title: 'The phone asks to confirm the application',
      seen: 'The phone shows 50199',
      times: 1,
    },
    'password-wrong': {
      title: 'The first password is wrong',
      seen: 'The phone shows 50126',
      times: 1,
    },
    'password-expired': {
      title: 'The password has expired',
      seen: 'The phone, or a renewal, shows 50055',
    },
    'account-not-here': {
      title: 'The account is not of this organisation',
      seen: 'The phone shows 50020',
    },
    'mfa-registration': {
      title: 'A second factor must be set up first',
      seen: 'The phone, or a renewal, shows 50079',
    },
    'device-wanted': {
      title: 'A policy wants a compliant device',
      seen: 'The phone shows 53000',
    },
    'security-defaults-sign-in': {
      title: 'Security defaults block the sign-in',
      seen: 'The phone shows 530035',
    },
    'user-at-risk': {
      title: 'The account is considered at risk',
      seen: 'The phone shows 53011',
    },
    'tenant-restricted': {
      title: 'A web proxy allows other organisations only',
      seen: 'The phone shows 500021',
    },
    'cross-tenant-policy': {
      title: 'A policy between organisations blocks',
      seen: 'The phone shows 500212',
    },
    'permission-missing': {
      title: 'The registration lacks SMTP.Send',
      seen: 'The phone shows 650056',
    },
    'partner-consent': {
      title: 'A partner must consent',
      seen: 'The phone shows 90099',
    },
  },
  'Who signs in': {
    'upn-differs': {
      title: 'Account whose mail address is not its UPN',
      seen: 'Signed in, but the panel shows both addresses and sends nothing',
    },
    'guest': { title: 'A guest signs in', seen: 'The panel says guests cannot be used' },
    'personal': { title: 'A personal account signs in', seen: 'The phone or the panel refuses personal accounts' },
    'other-account': {
      title: 'Another account of the tenant signs in',
      seen: 'The panel asks whether to use the other mailbox',
    },
  },
  'Registration and tenant': {
    'app-not-found': { title: 'The client id is not known in this tenant', seen: 'The panel shows 700016' },
    'app-not-public': { title: '"Allow public client flows" is off', seen: 'The panel shows 7000218' },
    'redirect-not-registered': {
      title: 'The registration has no redirect address',
      seen: 'The consent link shows 500113',
    },
    'app-disabled': {
      title: 'The application is switched off',
      seen: 'The panel shows 7000112',
    },
    'app-single-tenant': {
      title: 'One-tenant application, tenant "common"',
      seen: 'The panel shows 50194',
    },
    'app-not-for-personal': {
      title: 'Application without personal accounts',
      seen: 'The panel shows 9002332',
    },
    'app-sends-secret': {
      title: 'The service complains about a secret',
      seen: 'The panel shows 700025',
    },
    'app-in-other-cloud': {
      title: 'Application registered in another cloud',
      seen: 'The panel shows 900382',
    },
    'tenant-too-wide': {
      title: 'Tenant setting too wide for device codes',
      seen: 'The panel shows 9001023',
    },
    'tenant-unknown': {
      title: 'The tenant is not known in this cloud',
      seen: 'The panel shows 90002',
    },
    'tenant-not-derived': {
      title: 'No tenant could be derived',
      seen: 'The panel shows 50059',
    },
    'tenant-differs': {
      title: 'The code was made for another tenant',
      seen: 'The panel shows 700005',
    },
    'us-gov-through-public': {
      title: 'US Government tenant through the public cloud',
      seen: 'The panel shows 900439',
    },
    'service-missing': {
      title: 'The organisation has no such mail service',
      seen: 'The panel shows 500011',
    },
    'scope-wrong': {
      title: 'The scope is not valid',
      seen: 'The panel shows 70011',
    },
    'authority-wrong': {
      title: 'The sign-in host is not valid',
      seen: 'The panel shows 50049',
    },
    'request-malformed': {
      title: 'The service finds the request malformed',
      seen: 'The panel shows 900144',
    },
  },
  'Renewal of the sign-in': {
    'policy-block-at-renewal': { title: 'A policy refuses the refresh token', seen: 'Queue held, 530036' },
    'refresh-revoked': { title: 'Refresh token revoked (password change)', seen: 'Queue held, sign in again, 50173' },
    'refresh-expired': { title: 'Refresh token unused for 90 days', seen: 'Queue held, sign in again, 700082' },
    'sign-in-frequency': { title: 'Sign-in frequency reached', seen: 'Queue held, sign in again, 70043' },
    'mfa-at-renewal': { title: 'Renewal wants multi-factor authentication', seen: 'Queue held, sign in again, 50076' },
    'consent-withdrawn': { title: 'Consent was taken back', seen: 'Queue held, 65001' },
    'account-disabled': { title: 'The account was disabled', seen: 'Queue held, 50057' },
    'sign-in-needed': {
      title: 'A person must sign in, no number given',
      seen: 'Queue held, sign in again',
    },
    'grant-invalid': {
      title: 'The refresh token is not valid',
      seen: 'Queue held, sign in again, 70000',
    },
    'token-from-web-app': {
      title: 'Token of a web page registration',
      seen: 'Queue held, 700084',
    },
    'policy-blocked': {
      title: 'Blocked by a policy, no number given',
      seen: 'Queue held',
    },
    'policy-challenge': {
      title: 'A policy wants another proof',
      seen: 'Queue held, 50158',
    },
    'account-changed': {
      title: 'Another account answers the renewal',
      seen: 'Queue held, sign in again',
    },
  },
  'Mail server: its sign-in': {
    'smtp-auth-off-mailbox': {
      title: 'SMTP AUTH is off for the mailbox (5.7.139)',
      seen: 'Queue held, with the command for the administrator',
    },
    'smtp-auth-off-tenant': {
      title: 'SMTP AUTH is off for the tenant (5.7.139)',
      seen: 'Queue held, with the command for the administrator',
    },
    'security-defaults': { title: 'Security defaults lock the user out (5.7.139)', seen: 'Queue held' },
    'smtp-criteria': { title: 'Conditional Access at the mail server (5.7.139)', seen: 'Queue held' },
    'auth-535-once': {
      title: 'First access token is refused, the next is taken',
      seen: 'Nothing; the mail goes after one renewal',
      times: 1,
    },
    'auth-535': { title: 'Every token is refused (5.7.3)', seen: 'Queue held: sign in with the device account' },
    'auth-454': {
      title: 'Temporary authentication failure (4.7.0)',
      seen: 'The mail goes some minutes later',
      times: 1,
    },
    'basic-auth-used': {
      title: 'Refused as a password log-in (5.7.139)',
      seen: 'Queue held',
    },
    'authentication-unknown': {
      title: 'Refused for a reason nobody knows',
      seen: 'Queue held, and what to send to support',
    },
    'xoauth2-not-offered': {
      title: 'The server offers no XOAUTH2',
      seen: 'The mail waits; the reason is named',
    },
    'tls-too-old': {
      title: 'The server saw TLS 1.0 (4.7.66)',
      seen: 'The mail waits an hour',
    },
    'not-authenticated': {
      title: 'Nobody is signed in at MAIL (5.7.57)',
      seen: 'Queue held: sign in again',
    },
  },
  'Mail server: the message': {
    'send-as-denied': {
      title: 'Mailbox may not send as this address (5.2.252)',
      seen: 'Job held or failed, with both addresses',
    },
    'throttle-432': {
      title: 'More than three sends at once (432 4.3.2)',
      seen: 'The mail goes a minute later',
      times: 1,
    },
    'quota': { title: 'Daily recipient limit is used up', seen: 'Queue waits, tried hourly' },
    'mailbox-full': { title: 'The sending mailbox is full (5.2.2)', seen: 'Queue held: empty Sent Items' },
    'mailbox-blocked': { title: 'Mailbox is on the restricted list (5.1.8)', seen: 'Queue held' },
    'too-large': {
      title: 'Over the send limit of the mailbox (5.2.0)',
      seen: 'Job failed: scan with a lower resolution',
    },
    'too-large-552': {
      title: 'Message refused as too large (552 5.3.4)',
      seen: 'Job failed: scan with a lower resolution',
    },
    'recipient-refused': {
      title: 'Addresses starting with nobody@ are unknown',
      seen: 'The job names the refused address',
    },
    'recipient-deferred': { title: 'Recipients get 451 once', seen: 'The mail goes some minutes later', times: 1 },
    'connection-lost-before-dot': {
      title: 'The link breaks while the mail is being sent',
      seen: 'The mail goes at the next attempt, once',
      times: 1,
    },
    'connection-lost-after-dot': {
      title: 'The link breaks after the mail was taken',
      seen: 'The job says it may have been sent twice',
      times: 1,
    },
    'no-starttls': { title: 'Encryption is not offered', seen: 'Nothing is sent; the panel names the reason' },
    'size-small': { title: 'The server takes 1 MiB at most (SIZE)', seen: 'Larger scans fail at once' },
    'eight-bit-missing': { title: 'No 8BITMIME, no SMTPUTF8', seen: 'Scans with 8-bit text are recoded or refused' },
    'greeting-421': { title: 'The server greets with 421', seen: 'The mail waits until the server is back' },
    'greeting-stall': { title: 'The server says nothing', seen: 'The attempt ends by time-out', times: 1 },
    'sending-refused': {
      title: 'The mailbox is refused at MAIL, unknown reason',
      seen: 'Queue held, tried hourly',
    },
    'command-not-understood': {
      title: 'The server does not understand MAIL',
      seen: 'The mail goes at a later attempt',
      times: 1,
    },
    'reply-invalid': {
      title: 'The server answers with nonsense',
      seen: 'The mail goes at a later attempt',
      times: 1,
    },
    'greylisted': {
      title: 'The network address is greylisted (4.7.500)',
      seen: 'The mail goes some minutes later',
      times: 1,
    },
    'recipient-limit': {
      title: 'The recipient gets too much mail (5.2.122)',
      seen: 'The mail goes an hour later',
      times: 1,
    },
    'recipient-mailbox-full': {
      title: 'The mailbox of the recipient is full',
      seen: 'The job names the recipient',
    },
    'recipient-restricted': {
      title: 'The recipient takes no mail from this sender',
      seen: 'The job names the recipient',
    },
    'recipient-unknown-reply': {
      title: 'Recipient refused for an unknown reason',
      seen: 'The job shows what to send to support',
    },
    'wrong-route': {
      title: 'The server wants a connector (5.7.64)',
      seen: 'Queue held: wrong mail server',
    },
    'too-many-recipients': {
      title: 'Too many recipients in one message (4.5.3)',
      seen: 'The rest goes in a second message',
      times: 1,
    },
    'recipient-busy': {
      title: 'The mailbox of the recipient is busy (432)',
      seen: 'The mail goes a minute later',
      times: 1,
    },
    'later-unknown-reply': {
      title: 'Put off for a reason nobody knows',
      seen: 'The mail goes some minutes later',
      times: 1,
    },
    'tenant-recipient-limit': {
      title: 'Daily limit of the tenant (5.7.232)',
      seen: 'Queue waits, tried hourly',
    },
    'onmicrosoft-limit': {
      title: 'Limit for onmicrosoft.com (5.7.236)',
      seen: 'Queue waits, tried hourly',
    },
    'outbound-spam': {
      title: 'Outbound spam filter stops the mailbox',
      seen: 'Queue held, tried hourly',
    },
    'tenant-blocked': {
      title: 'Mail of the organisation is blocked (5.7.705)',
      seen: 'Queue held',
    },
    'bare-line-feed': {
      title: 'The server finds bare line feeds (5.6.11)',
      seen: 'Job failed',
    },
    'header-from-refused': {
      title: 'The From field is refused (5.7.512)',
      seen: 'Job failed',
    },
    'delivery-expired': {
      title: 'The server gave up delivering (5.4.300)',
      seen: 'Job failed',
    },
    'message-refused': {
      title: 'Message refused for an unknown reason',
      seen: 'Job failed, and what to send to support',
    },
  },
  'Network and certificates': {
    'certificate-untrusted': {
      title: 'Certificate of an unknown CA',
      seen: 'The panel says the server is not trusted',
    },
    'certificate-wrong-name': {
      title: 'Certificate for another name',
      seen: 'The panel says the certificate is for another name',
    },
    'certificate-expired': { title: 'Certificate has expired', seen: 'The panel says expired, or the clock is wrong' },
    'latency': { title: 'Every reply comes late', seen: 'Everything takes longer' },
    'certificate-unknown': {
      title: 'A lone certificate nobody vouches for',
      seen: 'The panel says the server is not trusted',
    },
    'certificate-not-yet-valid': {
      title: 'Certificate not valid yet: the clock is behind',
      seen: 'The panel says to set date and time',
    },
    'tls-failed': {
      title: 'No common encryption with the mail server',
      seen: 'The mail waits; the reason is named',
    },
    'dns-failed': {
      title: 'The name of the server does not exist',
      seen: 'The name that was not found',
    },
    'dns-no-answer': {
      title: 'No DNS server answers',
      seen: 'The panel says to check cable and DNS',
    },
    'network-down': {
      title: 'The device has no network',
      seen: 'The panel says to check the cable',
    },
    'connect-failed': {
      title: 'There is no way to the server',
      seen: 'The panel says there is no connection',
    },
    'connect-refused': {
      title: 'The server refuses the connection',
      seen: 'The panel says who to tell',
    },
    'connect-timeout': {
      title: 'The server does not answer',
      seen: 'The panel says there is no answer',
    },
    'proxy-refused': {
      title: 'The proxy refuses the connection (403)',
      seen: 'The panel says who to tell',
    },
    'proxy-authentication': {
      title: 'The proxy wants a log-in (407)',
      seen: 'The panel says who to tell',
    },
  },
} as const satisfies Record<string, Record<string, FaultRow>>;
