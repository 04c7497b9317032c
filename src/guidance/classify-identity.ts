import { entries, type GuidanceId } from './entries.ts';
import { lookUpPhoneNumber } from './identity-numbers.ts';
import { verdictOf } from './classify-smtp.ts';
import { type Verdict } from './types.ts';

/** An error answer of the identity service. */
export interface IdentityErrorInput {
  /** start: the device code was asked for. poll: a poll with a device code. renewal: a refresh token was redeemed. */
  readonly leg: 'start' | 'poll' | 'renewal';
  /** 0 if no HTTP answer came. */
  readonly httpStatus: number;
  /** OAuth `error` word. */
  readonly error?: string | undefined;
  readonly errorDescription?: string | undefined;
  /** `error_codes` of the JSON body. */
  readonly errorCodes?: readonly number[] | undefined;
  /** `suberror`. */
  readonly subError?: string | undefined;
  /** `Retry-After`: seconds, or the header's text. A date is not read (the clock may be wrong). */
  readonly retryAfter?: number | string | undefined;
}

/** OAuth words that end in a decision; every other word is decided by the HTTP status. RFC 6749 5.2, RFC 8628 3.5. */
const wordEntries: Readonly<Record<string, GuidanceId>> = {
  authorization_pending: 'sign-in-waiting',
  slow_down: 'poll-slower',
  // Entra says authorization_declined, RFC 8628 says access_denied.
  authorization_declined: 'sign-in-declined',
  access_denied: 'sign-in-declined',
  expired_token: 'sign-in-expired',
  code_expired: 'sign-in-expired',
  bad_verification_code: 'device-code-unknown',
  invalid_grant: 'sign-in-needed',
  interaction_required: 'sign-in-needed',
  login_required: 'sign-in-needed',
  consent_required: 'consent-needed',
  invalid_client: 'app-not-public',
  unauthorized_client: 'app-not-found',
  invalid_scope: 'scope-wrong',
  invalid_resource: 'service-missing',
  invalid_request: 'identity-refused',
  unsupported_grant_type: 'request-malformed',
  unsupported_response_type: 'request-malformed',
  temporarily_unavailable: 'identity-unavailable',
  server_error: 'identity-unavailable',
};

/** Sub-errors that say more than the word, when no known number came with them. */
const subErrorEntries: Readonly<Record<string, GuidanceId>> = {
  consent_required: 'consent-needed',
  user_password_expired: 'password-expired',
  basic_action: 'mfa-needed',
  additional_action: 'mfa-needed',
  message_only: 'policy-blocked',
  bad_token: 'grant-invalid',
  client_mismatch: 'grant-invalid',
  token_expired: 'session-unused',
};

/** A service that asks for more than an hour is asked again after an hour; less than a second would be a storm. */
const longestWaitMs = 3_600_000;
const shortestWaitMs = 1_000;

/**
 * Says what an error of the identity service means and what to do. `error`, `suberror` and the HTTP status decide; the
 * AADSTS number chooses the text, and tells a passing fault from a lasting one, because taking a passing fault for a lost
 * sign-in would call a technician for nothing.
 * @returns action `retry` (poll on, or try the renewal again after `waitMs`) or `hold`; never throws
 */
export function classifyIdentityError(input: IdentityErrorInput): Verdict {
  const numbers = numbersOf(input);
  const known = numbers.map(lookUpPhoneNumber).find((id) => id !== undefined && isPossible(id, input.leg));
  const verdict = verdictOf(decide(input, known));
  const waitMs = verdict.action === 'retry' ? (retryAfterMs(input.retryAfter) ?? verdict.waitMs) : undefined;
  const aadsts = numbers.find((one) => known !== undefined && lookUpPhoneNumber(one) === known) ?? numbers[0];
  return {
    code: verdict.code,
    action: verdict.action,
    guidanceId: verdict.guidanceId,
    ...(verdict.holdReason === undefined ? {} : { holdReason: verdict.holdReason }),
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(aadsts === undefined ? {} : { aadsts }),
  };
}

function decide(input: IdentityErrorInput, known: GuidanceId | undefined): GuidanceId {
  const word = (input.error ?? '').toLowerCase();
  const byWord = Object.hasOwn(wordEntries, word) ? wordEntries[word] : undefined;
  if (byWord === 'sign-in-waiting' || byWord === 'poll-slower') return byWord;
  const isPassing = input.httpStatus >= 500 || byWord === 'identity-unavailable';
  if (input.httpStatus === 429) return 'identity-throttled';
  if (isPassing) return known !== undefined && isRetry(known) ? known : 'identity-unavailable';
  // The person's own "no" and the code's end are the words themselves; numbers add nothing.
  if (byWord === 'sign-in-expired' || byWord === 'device-code-unknown') return byWord;
  if (known !== undefined && known !== 'sign-in-waiting') return known;
  if (byWord === 'sign-in-declined') return byWord;
  const subError = (input.subError ?? '').toLowerCase();
  const bySubError = Object.hasOwn(subErrorEntries, subError) ? subErrorEntries[subError] : undefined;
  // A word nobody knows is not a reason to sign anybody out.
  return (
    bySubError ??
    byWord ??
    (input.httpStatus === 401 || input.httpStatus === 403 ? 'identity-refused' : 'reply-invalid')
  );
}

/**
 * "Go on waiting" numbers count only where somebody is waiting: 50199 at a renewal means that a person must sign in, and
 * taking it for patience would renew for ever.
 */
function isPossible(id: GuidanceId, leg: IdentityErrorInput['leg']): boolean {
  return !isRetry(id) || entries[id].where.includes(leg === 'renewal' ? 'renewal' : 'poll');
}

function isRetry(id: GuidanceId): boolean {
  return entries[id].action === 'retry';
}

/** Numbers of the body first, then those in the description; at most 8. */
function numbersOf({ errorCodes, errorDescription }: IdentityErrorInput): number[] {
  const described = [...(errorDescription ?? '').slice(0, 4096).matchAll(/AADSTS(\d{5,8})/g)].map((found) =>
    Number(found[1]),
  );
  return [...new Set([...(errorCodes ?? []), ...described])]
    .filter((one) => Number.isSafeInteger(one) && one > 0)
    .slice(0, 8);
}

function retryAfterMs(retryAfter: number | string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  const seconds =
    typeof retryAfter === 'number' ? retryAfter : /^\s*\d{1,9}\s*$/.test(retryAfter) ? Number(retryAfter) : Number.NaN;
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(longestWaitMs, Math.max(shortestWaitMs, Math.ceil(seconds * 1000)));
}
