/**
 * Answers of the identity service, checked at the edge: the protocol library is only ever shown answers that passed here.
 */
import { MailError, type ErrorCode, type HttpReply } from '../core/index.ts';
import { classifyIdentityError, type Verdict } from '../guidance/index.ts';
import { redactText } from '../net/index.ts';

export type Leg = 'start' | 'poll' | 'renewal';

/** A checked answer to a device code request. RFC 8628 3.2. */
export interface DeviceCodeGrant {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  /** 60 to 3600 in earnest; stand-in services may use less. */
  readonly expiresInS: number;
  /** At least 1. */
  readonly intervalS: number;
}

/** A checked answer to a token request: the body as the library wants it, and what this room needs of it. */
export interface TokenGrant {
  readonly body: Readonly<Record<string, unknown>>;
  readonly accessToken: string;
  readonly expiresInS: number;
  readonly hasRefreshToken: boolean;
}

/** An OAuth error, or why the answer is none; `word` is the `error` member if it is there. */
export interface IdentityRefusal {
  readonly word: string | undefined;
  readonly error: MailError;
  /** The same request may succeed later without anybody doing anything. */
  readonly isPassing: boolean;
}

const maxUserCodeLength = 64;
const defaultDeviceCodeS = 900;
const longestDeviceCodeS = 3600;
const defaultIntervalS = 5;
const longestIntervalS = 60;
const defaultTokenS = 3600;
const longestTokenS = 2 * 86_400;

/** The body as a JSON object, or undefined. */
function jsonObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Entra's v1 endpoint and some stand-ins write numbers as text. Undefined for anything that is no positive number. */
function positiveNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Reads the answer to a device code request. The library would hand out a code of `undefined` for an error answer and
 * then poll with it; here an error is an error at once.
 * @throws MailError as `refusalOf`; `reply-invalid` if a member is missing or the address is not https
 */
export function deviceCodeGrantOf(reply: HttpReply): DeviceCodeGrant {
  const body = acceptedBody('start', reply);
  const deviceCode = text(body['device_code']);
  const userCode = text(body['user_code']);
  // Google's spelling, seen in gateways that imitate it.
  const verificationUri = text(body['verification_uri']) ?? text(body['verification_url']);
  if (deviceCode === undefined || userCode === undefined || verificationUri === undefined) {
    const missing = Object.entries({ device_code: deviceCode, user_code: userCode, verification_uri: verificationUri })
      .filter(([, value]) => value === undefined)
      .map(([name]) => name);
    throw new MailError('reply-invalid', `device code answer lacks ${missing.join(', ')}`, { details: { missing } });
  }
  // It goes to a small screen and is typed by hand: no control characters, no page of text.
  if (!/^[\x20-\x7e]+$/.test(userCode) || userCode.length > maxUserCodeLength) {
    throw new MailError('reply-invalid', 'user code is not one that can be shown');
  }
  if (!URL.canParse(verificationUri) || new URL(verificationUri).protocol !== 'https:') {
    throw new MailError('reply-invalid', 'verification address is not an https address');
  }
  return {
    deviceCode,
    userCode,
    verificationUri,
    expiresInS: Math.min(longestDeviceCodeS, positiveNumber(body['expires_in']) ?? defaultDeviceCodeS),
    intervalS: Math.min(longestIntervalS, Math.max(1, positiveNumber(body['interval']) ?? defaultIntervalS)),
  };
}

/**
 * Reads the answer to a token request.
 * @throws MailError as `refusalOf`; `reply-invalid` if there is no access token
 */
export function tokenGrantOf(leg: Leg, reply: HttpReply): TokenGrant {
  const received = acceptedBody(leg, reply);
  const accessToken = text(received['access_token']);
  if (accessToken === undefined) throw new MailError('reply-invalid', 'token answer lacks access_token');
  const expiresInS = Math.min(longestTokenS, Math.floor(positiveNumber(received['expires_in']) ?? defaultTokenS));
  // The library would judge `refresh_token_expires_in` by the wall clock and give up a good sign-in on a device whose
  // clock has jumped; `refresh_in` would make it renew behind our back. Who renews when is decided in this room.
  const { refresh_token_expires_in: _expires, refresh_in: _refresh, ...kept } = received;
  const extended = positiveNumber(kept['ext_expires_in']) ?? expiresInS;
  return {
    body: { token_type: 'Bearer', ...kept, expires_in: expiresInS, ext_expires_in: extended },
    accessToken,
    expiresInS,
    hasRefreshToken: text(received['refresh_token']) !== undefined,
  };
}

function acceptedBody(leg: Leg, reply: HttpReply): Record<string, unknown> {
  const body = jsonObject(reply.body);
  const isSuccess = reply.status >= 200 && reply.status <= 299;
  if (!isSuccess || body === undefined || body['error'] !== undefined) throw refusalOf(leg, reply).error;
  return body;
}

/**
 * What an answer that is no success means. Decided by `error`, `suberror` and status in guidance/, never by the library's
 * error classes, which lose the AADSTS number and take some lasting refusals for passing ones.
 *
 * `error.details`: `aadsts`, `oauthError`, `subError`, `traceId`, `httpStatus`, `retryAfterMs`, `guidanceId`, `description`
 * (first line, masked).
 */
export function refusalOf(leg: Leg, reply: HttpReply): IdentityRefusal {
  const body = jsonObject(reply.body);
  const word = text(body?.['error']);
  if (body === undefined || word === undefined)
    return { word: undefined, error: withoutWord(leg, reply), isPassing: true };
  const errorDescription = text(body['error_description'])?.slice(0, 2000);
  const subError = text(body['suberror']);
  const numbers: unknown = body['error_codes'];
  const errorCodes = Array.isArray(numbers) ? numbers.map(Number).filter(Number.isSafeInteger) : undefined;
  const verdict = classifyIdentityError({
    leg,
    httpStatus: reply.status,
    error: word,
    errorDescription,
    errorCodes,
    subError,
    retryAfter: reply.headers['retry-after'],
  });
  const firstLine = errorDescription?.split(/[\r\n]/, 1)[0];
  const description = firstLine === undefined ? undefined : redactText(firstLine).slice(0, 300);
  const printable = word.replace(/[^\x21-\x7e]/g, '').slice(0, 64);
  const traceId = text(body['trace_id'])?.slice(0, 64);
  const number = verdict.aadsts === undefined ? '' : ` AADSTS${verdict.aadsts}`;
  const trace = traceId === undefined ? '' : ` trace ${traceId}`;
  const error = new MailError(verdict.code, `identity service (${leg}): ${printable}${number}${trace}`, {
    details: {
      aadsts: verdict.aadsts,
      oauthError: printable,
      subError: subError?.slice(0, 64),
      traceId,
      httpStatus: reply.status,
      retryAfterMs: askedWaitMs(reply, verdict),
      guidanceId: verdict.guidanceId,
      description,
    },
  });
  return { word, error, isPassing: verdict.action === 'retry' || verdict.action === 'wait' };
}

/** Only what the service asked for: with a person waiting, our own back-off is shorter than guidance's suggestion. */
function askedWaitMs(reply: HttpReply, verdict: Verdict): number | undefined {
  return reply.headers['retry-after'] === undefined ? undefined : verdict.waitMs;
}

/** No OAuth error in it: gateways, portals, truncated or foreign answers. Never a reason to give a sign-in up. */
function withoutWord(leg: Leg, reply: HttpReply): MailError {
  const { status } = reply;
  if (status === 429 || status >= 500) {
    const verdict = classifyIdentityError({ leg, httpStatus: status, retryAfter: reply.headers['retry-after'] });
    const details = { httpStatus: status, retryAfterMs: askedWaitMs(reply, verdict) };
    return new MailError(verdict.code, `identity service (${leg}): HTTP ${status}`, { details });
  }
  const code: ErrorCode = /^\s*</.test(reply.body) ? 'captive-portal' : 'reply-invalid';
  const message = `identity service (${leg}): HTTP ${status} without an OAuth answer`;
  return new MailError(code, message, { details: { httpStatus: status } });
}
