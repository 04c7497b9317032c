/**
 * What submission servers say, as an ordered table (facts section 6). Texts vary by build, so a row matches the enhanced
 * status and key words. `samples` are replies seen or documented; a test proves that each is claimed by its row alone.
 */
import { type GuidanceId } from './entries.ts';

/** When in the dialogue the reply came. */
export type SmtpStage = 'greeting' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'final';

export interface SmtpMatcher {
  readonly guidanceId: GuidanceId;
  /** Reply codes it may have; all if absent. */
  readonly replyCodes?: readonly number[];
  /** Enhanced status codes it may have; any, or none, if absent. */
  readonly enhanced?: readonly string[] | ((status: EnhancedStatus) => boolean);
  /** Words that must occur. */
  readonly words?: RegExp;
  /** Words that must not. */
  readonly notWords?: RegExp;
  readonly stages?: readonly SmtpStage[];
  readonly samples: readonly (readonly [stage: SmtpStage, reply: string])[];
}

/** RFC 3463 code in parts. */
export interface EnhancedStatus {
  readonly text: string;
  readonly classDigit: number;
  readonly subject: number;
  readonly detail: number;
}

const sendAsWords = /SendAsDenied|permissions? to send as|not allowed to send as/i;
const quotaWords = /SubmissionQuotaExceeded/i;
const spamWords = /OutboundSpam/i;
const tooBigWords = /MessageSubmissionExceeded|message (?:size )?(?:exceeds|(?:is )?too (?:big|large))/i;
const fullWords = /mailbox (?:is )?full|QuotaExceeded/i;
/** Exceptions whose names or texts contain words of a full mailbox. */
const otherCauses = new RegExp(
  [sendAsWords, quotaWords, spamWords, tooBigWords].map((one) => one.source).join('|'),
  'i',
);

function between(
  subject: number,
  ...ranges: readonly (readonly [number, number])[]
): (status: EnhancedStatus) => boolean {
  return (status) =>
    status.subject === subject && ranges.some(([low, high]) => status.detail >= low && status.detail <= high);
}

export const smtpMatchers: readonly SmtpMatcher[] = [
  // AUTH
  {
    guidanceId: 'smtp-auth-disabled-tenant',
    enhanced: ['5.7.139'],
    words: /disabled for the tenant/i,
    samples: [
      [
        'auth',
        '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. [AM0PR01CA0100.eurprd01.prod.exchangelabs.com 2026-11-20T10:00:00.000Z 08DE0A1B2C3D4E5F]',
      ],
    ],
  },
  {
    guidanceId: 'smtp-auth-disabled',
    enhanced: ['5.7.139'],
    words: /disabled for the mailbox/i,
    samples: [
      [
        'auth',
        '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.',
      ],
    ],
  },
  {
    guidanceId: 'basic-auth-used',
    enhanced: ['5.7.139'],
    words: /basic authentication is disabled|user credentials were incorrect/i,
    samples: [
      [
        'auth',
        '535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [LO2P123CA0001.GBRP123.PROD.OUTLOOK.COM]',
      ],
      [
        'auth',
        '535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. [BN0PR02CA0001.namprd02.prod.outlook.com]',
      ],
    ],
  },
  {
    guidanceId: 'basic-auth-used',
    enhanced: ['5.7.30'],
    samples: [['auth', '550 5.7.30 Basic authentication is not supported for Client Submission.']],
  },
  {
    guidanceId: 'smtp-auth-security-defaults',
    enhanced: ['5.7.139'],
    words: /security defaults/i,
    samples: [
      [
        'auth',
        "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator. [FR0P281CA0001.DEUP281.PROD.OUTLOOK.COM]",
      ],
    ],
  },
  {
    guidanceId: 'smtp-auth-policy',
    enhanced: ['5.7.139'],
    words: /did not meet the criteria/i,
    samples: [
      [
        'auth',
        '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator. [SG2PR02CA0001.apcprd02.prod.outlook.com]',
      ],
    ],
  },
  {
    guidanceId: 'authentication-refused',
    replyCodes: [535],
    enhanced: ['5.7.3'],
    samples: [
      [
        'auth',
        '535 5.7.3 Authentication unsuccessful [ZQ0PR01CA0001.CHNPR01.prod.partner.outlook.cn 2026-11-20T10:00:00.000Z 08DE0A1B2C3D4E5F]',
      ],
      ['auth', '535-5.7.3 Authentication unsuccessful\r\n535 5.7.3 [VI1PR0101CA0001.eurprd01.prod.exchangelabs.com]'],
    ],
  },
  {
    guidanceId: 'not-authenticated',
    enhanced: ['5.7.57'],
    samples: [['mail', '530 5.7.57 Client not authenticated to send mail. [DB8PR06CA0001.eurprd06.prod.outlook.com]']],
  },
  {
    guidanceId: 'authentication-later',
    replyCodes: [454],
    enhanced: ['4.7.0'],
    samples: [['auth', '454 4.7.0 Temporary authentication failure [MWHPR01CA0001.prod.exchangelabs.com]']],
  },
  {
    guidanceId: 'tls-too-old',
    enhanced: ['4.7.66', '5.7.66', '4.7.67', '5.7.67'],
    samples: [
      [
        'auth',
        '421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit https://aka.ms/smtp_auth_tls.',
      ],
      ['ehlo', '550 5.7.67 TLS 1.0 and 1.1 are not supported. Please upgrade your client to support TLS 1.2.'],
    ],
  },
  // Pace
  {
    guidanceId: 'throttled',
    replyCodes: [421, 432, 450, 451, 452],
    words: /sender thread limit|concurrent connections? limit/i,
    samples: [
      [
        'final',
        '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded [Hostname=PR0P264MB0001.FRAP264.PROD.OUTLOOK.COM]',
      ],
      [
        'mail',
        '432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information. [Hostname=AM9PR01MB0001.eurprd01.prod.exchangelabs.com]',
      ],
    ],
  },
  {
    guidanceId: 'recipient-busy',
    words: /recipient thread limit/i,
    samples: [['final', '432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded']],
  },
  {
    guidanceId: 'recipient-limit',
    enhanced: ['5.2.121', '5.2.122', '4.2.121', '4.2.122'],
    samples: [
      ['rcpt', "550 5.2.121 Recipient's per hour message receive limit from specific sender exceeded"],
      ['rcpt', "550 5.2.122 Recipient's per hour message receive limit exceeded"],
    ],
  },
  {
    guidanceId: 'greylisted',
    replyCodes: [450, 451, 452],
    enhanced: between(7, [500, 699], [850, 899]),
    samples: [
      ['rcpt', '451 4.7.500 Server busy. Please try again later from [198.51.100.7]. (S77719)'],
      ['mail', '451 4.7.651 The mail server [198.51.100.7] has been temporarily rate limited, please try again later'],
      ['final', '451 4.7.860 Access denied, please try again later'],
    ],
  },
  {
    // Other servers than Exchange say it in words, with whatever status.
    guidanceId: 'greylisted',
    replyCodes: [450, 451, 452],
    words: /gr[ae]y-?list/i,
    samples: [
      ['rcpt', '451 4.7.1 Greylisting in action, please come back later'],
      ['rcpt', '450 4.2.0 <anna@example.com>: Recipient address rejected: Greylisted, see http://postgrey.example'],
      ['mail', '451 Temporarily greylisted'],
    ],
  },
  {
    guidanceId: 'smarthost-busy',
    replyCodes: [450, 451, 452],
    enhanced: ({ classDigit, subject, detail }) =>
      classDigit === 4 &&
      (subject === 3 || subject === 4 || (subject === 7 && detail === 0) || (subject === 2 && detail <= 2)),
    notWords: /thread limit|connections? limit|gr[ae]y-?list/i,
    samples: [
      [
        'final',
        '451 4.7.0 Temporary server error. Please try again later. PRX4 [Hostname=AM0PR01MB0001.eurprd01.prod.exchangelabs.com]',
      ],
      ['final', '451 4.3.0 Mail server temporarily rejected message'],
      ['rcpt', '450 4.2.1 The mailbox is busy'],
      ['final', '452 4.3.1 Insufficient system resources'],
      ['mail', '451 4.4.0 DNS query failed'],
    ],
  },
  {
    guidanceId: 'connection-closed',
    replyCodes: [421],
    enhanced: ['4.3.2', '4.4.1', '4.4.2'],
    notWords: /thread limit|connections? limit/i,
    samples: [
      ['mail', '421 4.3.2 Service not available'],
      ['final', '421 4.4.1 Connection timed out'],
      ['mail', '421 4.4.2 Message submission rate for this client has exceeded the configured limit'],
    ],
  },
  {
    guidanceId: 'too-many-recipients',
    stages: ['rcpt'],
    enhanced: ['4.5.3', '5.5.3'],
    samples: [
      ['rcpt', '452 4.5.3 Too many recipients (AS780090) [Hostname=HE1PR01MB0001.eurprd01.prod.exchangelabs.com]'],
    ],
  },
  // Limits of mailbox and tenant
  {
    guidanceId: 'quota-reached',
    words: quotaWords,
    samples: [
      [
        'final',
        "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent exception with message The message can't be submitted because the sender's submission quota was exceeded. [Hostname=VI1PR01MB0001.eurprd01.prod.exchangelabs.com]",
      ],
    ],
  },
  {
    guidanceId: 'quota-reached',
    enhanced: ['5.1.90'],
    samples: [
      ['final', "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients"],
    ],
  },
  {
    guidanceId: 'tenant-recipient-limit',
    enhanced: ['5.7.232', '5.7.233'],
    samples: [
      [
        'final',
        "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit for sending email to external recipients (tenant external recipient rate limit)",
      ],
      [
        'final',
        "550 5.7.233 Your message can't be sent because your tenant has exceeded its daily limit for sending email to external recipients (tenant external recipient rate limit)",
      ],
    ],
  },
  {
    guidanceId: 'onmicrosoft-limit',
    enhanced: ['5.7.236'],
    samples: [
      [
        'final',
        '550 5.7.236 Message rejected because the onmicrosoft.com domain has exceeded its limit of external recipients',
      ],
    ],
  },
  // Sender
  {
    guidanceId: 'send-as-denied',
    words: sendAsWords,
    samples: [
      [
        'final',
        '554 5.2.252 SendAsDenied; scanner@contoso.com not allowed to send as other@contoso.com; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message [Hostname=AS8PR01MB0001.eurprd01.prod.exchangelabs.com]',
      ],
      [
        'final',
        '554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception',
      ],
      ['final', '550 5.7.60 SMTP; Client does not have permissions to send as this sender'],
      ['mail', '554 5.7.60 SMTP; Client does not have permissions to send as this sender'],
      ['mail', '550 5.7.1 Client does not have permissions to send as this sender'],
    ],
  },
  {
    guidanceId: 'send-as-denied',
    enhanced: ['5.2.252', '5.7.60'],
    notWords: sendAsWords,
    samples: [['final', '554 5.2.252 Sender refused']],
  },
  {
    guidanceId: 'outbound-spam',
    words: spamWords,
    samples: [
      [
        'final',
        '554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message due to a permanent exception with message WASCL UserAction verdict is not None. Actual verdict is RefuseQuota, Suspend.',
      ],
    ],
  },
  {
    guidanceId: 'mailbox-blocked',
    enhanced: ['5.1.8', '5.7.501', '5.7.502', '5.7.503', '5.7.511'],
    samples: [
      ['final', '550 5.1.8 Access denied, bad outbound sender AS(42004)'],
      ['mail', '550 5.7.501 Access denied, spam abuse detected'],
      ['final', '550 5.7.502 Access denied, banned sender'],
      ['final', '550 5.7.503 Access denied, banned sender'],
      ['mail', '550 5.7.511 Access denied, banned sender [198.51.100.7]'],
    ],
  },
  {
    guidanceId: 'tenant-blocked',
    enhanced: between(7, [700, 750]),
    samples: [
      ['final', '550 5.7.705 Access denied, tenant has exceeded threshold'],
      ['mail', '550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP. [198.51.100.7]'],
      ['final', '550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains'],
    ],
  },
  {
    guidanceId: 'mailbox-full',
    stages: ['auth', 'mail', 'data', 'final'],
    enhanced: ['5.2.0', '5.2.2'],
    words: fullWords,
    notWords: otherCauses,
    samples: [
      [
        'final',
        '554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionQuotaExceeded; Failed to process message',
      ],
      [
        'final',
        '554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded',
      ],
    ],
  },
  {
    guidanceId: 'recipient-mailbox-full',
    stages: ['rcpt'],
    replyCodes: [550, 552, 554],
    enhanced: ['5.2.2'],
    samples: [['rcpt', '552 5.2.2 Mailbox full']],
  },
  // Message
  {
    guidanceId: 'smarthost-size',
    words: tooBigWords,
    samples: [
      [
        'final',
        '554 5.2.0 STOREDRV.Submission.Exception:MessageSubmissionExceededException.MapiExceptionMaxSubmissionExceeded; Failed to process message',
      ],
      ['mail', '552 5.3.4 Message size exceeds fixed maximum message size'],
    ],
  },
  {
    guidanceId: 'smarthost-size',
    enhanced: ['5.3.4', '5.2.3'],
    notWords: tooBigWords,
    samples: [
      ['mail', '552 5.3.4 Limit'],
      ['final', '552 5.2.3 Length'],
      ['final', '554 5.2.3 Length'],
    ],
  },
  {
    guidanceId: 'bare-line-feed',
    enhanced: ['5.6.11'],
    samples: [
      [
        'final',
        '550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds, which cannot be sent via DATA',
      ],
    ],
  },
  {
    guidanceId: 'header-from-refused',
    enhanced: ['5.7.512'],
    samples: [['final', '550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant']],
  },
  {
    guidanceId: 'delivery-expired',
    replyCodes: [550, 554],
    enhanced: ['4.4.7', '5.4.300'],
    samples: [
      ['final', '550 4.4.7 QUEUE.Expired; message expired'],
      ['final', '550 5.4.300 Message expired'],
    ],
  },
  // Recipients
  {
    guidanceId: 'recipient-refused',
    stages: ['rcpt', 'data', 'final'],
    enhanced: ['5.1.1', '5.1.10', '5.4.1', '5.7.504'],
    samples: [
      ['rcpt', '550 5.1.1 User unknown'],
      [
        'rcpt',
        '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient nobody@contoso.com not found by SMTP address lookup',
      ],
      ['rcpt', '550 5.4.1 Recipient address rejected: Access denied. AS(201806281)'],
      ['rcpt', '550 5.7.504 Access denied: recipient address rejected'],
    ],
  },
  {
    guidanceId: 'recipient-restricted',
    stages: ['rcpt', 'data', 'final'],
    enhanced: ['5.7.12', '5.7.124', '5.7.133', '5.7.134', '5.7.135', '5.7.136'],
    samples: [
      ['rcpt', '550 5.7.12 Sender was not authenticated by organization'],
      ['rcpt', '550 5.7.124 Sender not in allowed-senders list'],
      ['rcpt', '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required'],
      ['rcpt', '550 5.7.134 RESOLVER.RST.SenderNotAuthenticatedForMailbox; authentication required'],
      ['rcpt', '550 5.7.135 Sender not authenticated for public folder'],
      ['rcpt', '550 5.7.136 Sender not authenticated for mail user'],
    ],
  },
  {
    guidanceId: 'recipient-restricted',
    stages: ['rcpt', 'data', 'final'],
    enhanced: ['5.7.1'],
    notWords: sendAsWords,
    samples: [
      ['rcpt', '550 5.7.1 Unable to relay'],
      ['rcpt', '550 5.7.1 RESOLVER.RST.AuthRequired; delivery not authorized'],
    ],
  },
  {
    guidanceId: 'wrong-route',
    enhanced: ['5.7.64'],
    samples: [['rcpt', '550 5.7.64 TenantAttribution; Relay Access Denied']],
  },
];
