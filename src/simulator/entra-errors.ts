/** Refusals of the identity service: OAuth word, AADSTS number and sentence, and the JSON they travel in. */
import { randomUUID } from 'node:crypto';

/** One refusal before it gets its trace id and time. */
export interface Refusal {
  readonly status: number;
  /** OAuth 2.0 error word: what programs act on. */
  readonly error: string;
  /** AADSTS number: for people; absent for plain RFC 8628 words. */
  readonly aadsts?: number;
  readonly text: string;
  readonly subError?: string;
  readonly claims?: string;
}

const caClaims = JSON.stringify({
  access_token: { capolids: { essential: true, values: ['7c1a7a3e-6b0b-4f6c-9d0e-2d3c7a1f5b10'] } },
});

const rows = {
  pending: [
    400,
    'authorization_pending',
    70016,
    'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
  ],
  slowDown: [400, 'slow_down', undefined, 'The client is polling too quickly and should wait longer between requests.'],
  declined: [400, 'authorization_declined', 65004, 'User declined to consent to access the app.'],
  expired: [
    400,
    'expired_token',
    70020,
    "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
  ],
  unknownDeviceCode: [
    400,
    'bad_verification_code',
    70018,
    "The provided value for the input parameter 'device_code' is not valid.",
  ],
  redeemed: [
    400,
    'invalid_grant',
    54005,
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ],
  missing: [400, 'invalid_request', 900144, "The request body must contain the following parameter: '%'."],
  postOnly: [405, 'invalid_request', 900561, 'The endpoint only accepts POST requests. Received a % request.'],
  unknownGrant: [400, 'unsupported_grant_type', 70003, "The app requested an unsupported grant type '%'."],
  secretSent: [
    401,
    'invalid_client',
    700025,
    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  ],
  appNotFound: [
    400,
    'unauthorized_client',
    700016,
    "Application with identifier '%' was not found in the directory 'Contoso'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  ],
  appNotPublic: [
    401,
    'invalid_client',
    7000218,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  ],
  tenantNotFound: [
    400,
    'invalid_request',
    90002,
    "Tenant '%' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  ],
  otherCloud: [
    400,
    'invalid_request',
    90038,
    "Tenant '%' request is being redirected to the National Cloud. Use the sign-in address of that cloud.",
  ],
  badScope: [
    400,
    'invalid_scope',
    70011,
    "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope % is not valid.",
  ],
  noResource: [
    400,
    'invalid_resource',
    500011,
    'The resource principal named % was not found in the tenant named Contoso. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.',
  ],
  grantInvalid: [400, 'invalid_grant', 70000, 'The provided grant is not valid for this client or is malformed.'],
  revoked: [
    400,
    'invalid_grant',
    50173,
    'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
    'bad_token',
  ],
  refreshExpired: [
    400,
    'invalid_grant',
    700082,
    'The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.',
  ],
  policyAtRenewal: [
    400,
    'invalid_grant',
    530036,
    'Refresh token is invalid due to authentication flow checks by Conditional Access.',
  ],
  frequency: [
    400,
    'invalid_grant',
    70043,
    'The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access.',
    'message_only',
  ],
  mfa: [
    400,
    'invalid_grant',
    50076,
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.',
    'basic_action',
    caClaims,
  ],
  consentWithdrawn: [
    400,
    'invalid_grant',
    65001,
    'The user or administrator has not consented to use the application with this ID. Send an interactive authorization request for this user and resource.',
    'consent_required',
  ],
  accountDisabled: [400, 'invalid_grant', 50057, 'The user account is disabled.'],
  throttled: [
    429,
    'temporarily_unavailable',
    90055,
    'The tenant is throttled because there are too many incoming requests. Please try again.',
  ],
  unavailable: [503, 'temporarily_unavailable', 90033, 'A transient error has occurred. Please try again.'],
  notInstance: [400, 'invalid_instance', 50049, "Unknown or invalid instance '%'."],
} as const satisfies Record<string, readonly [number, string, number | undefined, string, string?, string?]>;

export type RefusalName = keyof typeof rows;

/** @param subject goes in the place of `%` in the sentence */
export function refusal(name: RefusalName, subject = ''): Refusal {
  const [status, error, aadsts, text, subError, claims] = rows[name] as readonly [
    number,
    string,
    number | undefined,
    string,
    string?,
    string?,
  ];
  return {
    status,
    error,
    text: text.replace('%', () => subject),
    ...(aadsts === undefined ? {} : { aadsts }),
    ...(subError === undefined ? {} : { subError }),
    ...(claims === undefined ? {} : { claims }),
  };
}

/** Ids and time that every refusal and every error page carries. */
export interface Trace {
  readonly traceId: string;
  readonly correlationId: string;
  readonly timestamp: string;
}

/** @param correlationId what the client sent as client-request-id, if it is a GUID */
export function newTrace(nowMs: number, correlationId?: string): Trace {
  const isGuid = correlationId !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(correlationId);
  return {
    traceId: randomUUID(),
    correlationId: isGuid ? correlationId.toLowerCase() : randomUUID(),
    timestamp: new Date(nowMs)
      .toISOString()
      .replace('T', ' ')
      .replace(/\.\d+Z/, 'Z'),
  };
}

/** The JSON body, member for member as Entra sends it. */
export function refusalBody(one: Refusal, trace: Trace, loginHost: string): Record<string, unknown> {
  const sentence = one.aadsts === undefined ? one.text : `AADSTS${String(one.aadsts)}: ${one.text}`;
  return {
    error: one.error,
    error_description: `${sentence} Trace ID: ${trace.traceId} Correlation ID: ${trace.correlationId} Timestamp: ${trace.timestamp}`,
    error_codes: one.aadsts === undefined ? [] : [one.aadsts],
    timestamp: trace.timestamp,
    trace_id: trace.traceId,
    correlation_id: trace.correlationId,
    ...(one.aadsts === undefined ? {} : { error_uri: `https://${loginHost}/error?code=${String(one.aadsts)}` }),
    ...(one.subError === undefined ? {} : { suberror: one.subError }),
    ...(one.claims === undefined ? {} : { claims: one.claims }),
  };
}
