/**
 * Faults that are an answer and nothing else: what is refused, where, in whose words. Named like the entry of the guidance
 * they are there to show; the texts are written down here a second time on purpose.
 */
import type { Refusal } from './entra-errors.ts';
import type { FaultName, Faults } from './faults.ts';

type Leg = 'devicecode' | 'poll' | 'renewal';
type IdentityRow = readonly [
  legs: readonly Leg[],
  status: number,
  error: string,
  aadsts: number | undefined,
  text: string,
  subError?: string,
];

/** Answers of the identity service; with `place` at that leg only. */
export const identityRows = {
  // At the start: registration and tenant
  'app-disabled': [['devicecode'], 400, 'unauthorized_client', 7000112, 'Application is disabled.'],
  'app-single-tenant': [
    ['devicecode'],
    400,
    'invalid_request',
    50194,
    'Application is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps.',
  ],
  'tenant-too-wide': [
    ['devicecode'],
    400,
    'invalid_request',
    9001023,
    'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.',
  ],
  'app-not-for-personal': [
    ['devicecode'],
    400,
    'invalid_request',
    9002332,
    'Application is configured for use by Microsoft Entra users only. Please do not use the /consumers endpoint to serve this request.',
  ],
  'service-missing': [
    ['devicecode'],
    400,
    'invalid_resource',
    500011,
    'The resource principal was not found in the tenant named Contoso.',
  ],
  'scope-wrong': [
    ['devicecode'],
    400,
    'invalid_scope',
    70011,
    'The provided value for the input parameter scope is not valid.',
  ],
  'tenant-unknown': [
    ['devicecode'],
    400,
    'invalid_request',
    90002,
    'Tenant not found. Check to make sure you are signing into the correct cloud.',
  ],
  'tenant-not-derived': [
    ['devicecode'],
    400,
    'invalid_request',
    50059,
    'No tenant-identifying information found in either the request or implied by any provided credentials.',
  ],
  'us-gov-through-public': [
    ['devicecode'],
    400,
    'invalid_request',
    900439,
    'A US Government cloud tenant is being signed in through the public endpoint.',
  ],
  'authority-wrong': [['devicecode'], 400, 'invalid_request', 50049, 'Unknown or invalid instance.'],
  'request-malformed': [
    ['devicecode'],
    400,
    'invalid_request',
    900144,
    'The request body must contain a parameter it does not have.',
  ],
  // While polling
  'app-sends-secret': [
    ['poll'],
    401,
    'invalid_client',
    700025,
    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  ],
  'app-in-other-cloud': [
    ['poll'],
    400,
    'invalid_request',
    900382,
    'Confidential client is not supported in cross-cloud requests.',
  ],
  'code-already-used': [['poll'], 400, 'invalid_grant', 54005, 'OAuth2 Authorization code was already redeemed.'],
  'device-code-unknown': [['poll'], 400, 'bad_verification_code', undefined, 'The device code is not known.'],
  'tenant-differs': [
    ['poll'],
    400,
    'invalid_grant',
    700005,
    'The provided code is intended to be used against another tenant.',
  ],
  'sign-in-declined': [['poll'], 400, 'access_denied', undefined, 'The person said no.'],
  'identity-refused': [['poll'], 400, 'invalid_request', 899999, 'A reason that nobody has written down yet.'],
  // At renewal
  'sign-in-needed': [['renewal'], 400, 'interaction_required', undefined, 'A person must sign in.'],
  'grant-invalid': [['renewal'], 400, 'invalid_grant', 70000, 'The provided grant is not valid for this client.'],
  'token-from-web-app': [
    ['renewal'],
    400,
    'invalid_grant',
    700084,
    'The refresh token was issued to a single page app, and therefore has a fixed, limited lifetime.',
  ],
  'policy-blocked': [['renewal'], 400, 'invalid_grant', undefined, 'Blocked by a policy.', 'message_only'],
  'policy-challenge': [
    ['renewal'],
    400,
    'interaction_required',
    50158,
    'External security challenge was not satisfied.',
    'additional_action',
  ],
  'mfa-registration': [
    ['renewal'],
    400,
    'interaction_required',
    50079,
    'The user is required to enroll for second factor authentication.',
    'basic_action',
  ],
  'password-expired': [['renewal'], 400, 'invalid_grant', 50055, 'The password is expired.', 'user_password_expired'],
  'identity-loop': [
    ['poll', 'renewal'],
    400,
    'invalid_grant',
    50196,
    'The server terminated an operation because it encountered a client request loop.',
  ],
} as const satisfies Record<string, IdentityRow>;

/** The scripted answer for a request at this leg, if a fault is on that gives one. */
export function scriptedRefusal(faults: Faults, leg: Leg): Refusal | undefined {
  for (const [name, row] of Object.entries(identityRows) as [keyof typeof identityRows, IdentityRow][]) {
    const place = faults.peek(name)?.place;
    if (place === undefined ? !row[0].includes(leg) : place !== leg) continue;
    const struck = faults.take(name, leg);
    if (!struck) continue;
    const [, status, error, aadsts, text, subError] = row;
    return {
      status,
      error,
      text,
      ...(aadsts === undefined ? {} : { aadsts }),
      ...(subError === undefined ? {} : { subError }),
    };
  }
  return undefined;
}

export type ScriptedStage = 'auth' | 'mail' | 'rcpt' | 'final';

/** Replies of the submission server; the bracket with host, time and id is added. */
export const submissionRows = {
  'basic-auth-used': ['auth', '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.'],
  'authentication-unknown': ['auth', '535 5.7.900 Authentication unsuccessful, a reason of next year.'],
  'tls-too-old': [
    'auth',
    '421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2.',
  ],
  'not-authenticated': ['mail', '530 5.7.57 Client not authenticated to send mail.'],
  'sending-refused': ['mail', '550 5.7.900 Sender refused for a reason of next year.'],
  'command-not-understood': ['mail', "500 5.3.3 Unrecognized command 'MAIL'"],
  'reply-invalid': ['mail', 'Good morning'],
  'greylisted': ['rcpt', '451 4.7.500 Server busy. Please try again later from [198.51.100.7].'],
  'recipient-limit': ['rcpt', "550 5.2.122 Recipient's per hour message receive limit exceeded"],
  'recipient-mailbox-full': ['rcpt', '552 5.2.2 Mailbox full'],
  'recipient-restricted': [
    'rcpt',
    '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed',
  ],
  'recipient-unknown-reply': ['rcpt', '553 5.1.900 Recipient refused for a reason of next year.'],
  'wrong-route': ['rcpt', '550 5.7.64 TenantAttribution; Relay Access Denied'],
  'too-many-recipients': ['rcpt', '452 4.5.3 Too many recipients'],
  'recipient-busy': ['final', '432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded'],
  'later-unknown-reply': ['final', '459 4.9.9 Later, for a reason of next year.'],
  'tenant-recipient-limit': [
    'final',
    "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit for sending email to external recipients (tenant external recipient rate limit)",
  ],
  'onmicrosoft-limit': [
    'final',
    '550 5.7.236 Message rejected because the onmicrosoft.com domain has exceeded its limit of external recipients',
  ],
  'outbound-spam': [
    'final',
    '554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message due to a permanent exception with message WASCL UserAction verdict is not None. Actual verdict is RefuseQuota.',
  ],
  'tenant-blocked': ['final', '550 5.7.705 Access denied, tenant has exceeded threshold'],
  'bare-line-feed': ['final', '550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds'],
  'header-from-refused': ['final', '550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant'],
  'delivery-expired': ['final', '550 5.4.300 Message expired'],
  'message-refused': ['final', '554 5.9.9 Message refused for a reason of next year.'],
} as const satisfies Record<string, readonly [ScriptedStage, string]>;

/** The scripted reply at this stage, without its bracket, if a fault is on that gives one. */
export function scriptedReply(faults: Faults, stage: ScriptedStage): string | undefined {
  for (const [name, [where, reply]] of Object.entries(submissionRows) as [
    FaultName,
    readonly [ScriptedStage, string],
  ][])
    if (where === stage && faults.take(name, 'submission')) return reply;
  return undefined;
}

/** What the network does before anybody answers: the catalogue code, and the system's word for it. */
export const dialRows = {
  'dns-failed': ['dns-failed', 'ENOTFOUND', 'getaddrinfo ENOTFOUND'],
  'dns-no-answer': ['dns-failed', 'EAI_AGAIN', 'getaddrinfo EAI_AGAIN'],
  'network-down': ['connect-failed', 'ENETUNREACH', 'connect ENETUNREACH'],
  'connect-failed': ['connect-failed', 'EHOSTUNREACH', 'connect EHOSTUNREACH'],
  'connect-refused': ['connect-failed', 'ECONNREFUSED', 'connect ECONNREFUSED'],
  'connect-timeout': ['connect-timeout', 'ETIMEDOUT', 'connect ETIMEDOUT'],
  'proxy-refused': ['proxy-refused', undefined, 'the proxy answered 403 to CONNECT'],
  'proxy-authentication': ['proxy-authentication', undefined, 'the proxy answered 407'],
} as const;
