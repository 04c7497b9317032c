import { describe, expect, test } from '@jest/globals';
import {
  classifyIdentityError,
  guidanceEntries,
  guidanceFor,
  identityNumbers,
  lookUpPhoneNumber,
  type IdentityErrorInput,
} from '../../src/guidance/index.ts';

const refused = (change: Partial<IdentityErrorInput>): IdentityErrorInput => ({
  leg: 'renewal',
  httpStatus: 400,
  error: 'invalid_grant',
  ...change,
});

describe('the table of numbers', () => {
  const numbers = identityNumbers.flatMap(([, list]) => list);

  test('has each number once', () => {
    expect(numbers.filter((one, at) => numbers.indexOf(one) !== at)).toEqual([]);
  });

  test.each(identityNumbers.flatMap(([id, list]) => list.map((number) => [number, id] as const)))(
    '%d is looked up as %s, with a text',
    (number, id) => {
      expect(lookUpPhoneNumber(number)).toBe(id);
      expect(guidanceFor(id, {}).paragraph).not.toBe('');
    },
  );

  test('numbers the brief names are there', () => {
    // Device code blocked (three spellings), 90-day idle, password change, consent page without redirect.
    expect([53003, 530033, 530036, 700082, 50173, 500113, 900971].map(lookUpPhoneNumber)).toEqual([
      'conditional-access',
      'device-code-blocked',
      'device-code-session-blocked',
      'session-unused',
      'session-revoked',
      'redirect-not-registered',
      'redirect-not-registered',
    ]);
  });

  test('a number nobody knows is not guessed', () => {
    expect([1, 999999, Number.NaN].map(lookUpPhoneNumber)).toEqual([undefined, undefined, undefined]);
  });

  test('every group that a phone shows says so', () => {
    for (const number of [65004, 90094, 50105, 53003, 700016, 500113, 50126]) {
      expect([number, guidanceEntries[lookUpPhoneNumber(number) ?? 'internal'].where.includes('phone')]).toEqual([
        number,
        true,
      ]);
    }
  });
});

describe('classifyIdentityError', () => {
  test.each<[what: string, input: IdentityErrorInput, code: string, action: string, id: string]>([
    // Polling
    [
      'pending',
      { leg: 'poll', httpStatus: 400, error: 'authorization_pending', errorCodes: [70016] },
      'sign-in-needed',
      'retry',
      'sign-in-waiting',
    ],
    ['slow down', { leg: 'poll', httpStatus: 400, error: 'slow_down' }, 'identity-throttled', 'retry', 'poll-slower'],
    [
      "declined, Entra's word",
      { leg: 'poll', httpStatus: 400, error: 'authorization_declined' },
      'sign-in-declined',
      'hold',
      'sign-in-declined',
    ],
    [
      "declined, the RFC's word",
      { leg: 'poll', httpStatus: 400, error: 'access_denied' },
      'sign-in-declined',
      'hold',
      'sign-in-declined',
    ],
    [
      'expired',
      { leg: 'poll', httpStatus: 400, error: 'expired_token', errorCodes: [70020] },
      'sign-in-expired',
      'hold',
      'sign-in-expired',
    ],
    [
      'expired by number only',
      { leg: 'poll', httpStatus: 400, error: 'invalid_grant', errorCodes: [70019] },
      'sign-in-expired',
      'hold',
      'sign-in-expired',
    ],
    [
      'unknown code',
      { leg: 'poll', httpStatus: 400, error: 'bad_verification_code' },
      'sign-in-expired',
      'hold',
      'device-code-unknown',
    ],
    [
      'consent declined on the phone',
      { leg: 'poll', httpStatus: 400, error: 'authorization_declined', errorCodes: [65004] },
      'sign-in-declined',
      'hold',
      'consent-declined',
    ],
    [
      'device code refused by policy',
      { leg: 'poll', httpStatus: 400, error: 'invalid_grant', errorCodes: [530033] },
      'policy-blocked',
      'hold',
      'device-code-blocked',
    ],
    // Registration
    [
      'application not found',
      { leg: 'start', httpStatus: 400, error: 'unauthorized_client', errorCodes: [700016] },
      'app-not-found',
      'hold',
      'app-not-found',
    ],
    [
      'secret expected',
      { leg: 'poll', httpStatus: 401, error: 'invalid_client', errorCodes: [7000218] },
      'app-not-public',
      'hold',
      'app-not-public',
    ],
    [
      'secret expected, without a number',
      { leg: 'poll', httpStatus: 401, error: 'invalid_client' },
      'app-not-public',
      'hold',
      'app-not-public',
    ],
    [
      'tenant unknown',
      { leg: 'start', httpStatus: 400, error: 'invalid_request', errorCodes: [90002] },
      'tenant-unknown',
      'hold',
      'tenant-unknown',
    ],
    [
      'wrong national cloud',
      { leg: 'start', httpStatus: 400, error: 'invalid_request', errorCodes: [90038] },
      'wrong-cloud',
      'hold',
      'wrong-cloud',
    ],
    [
      'single-tenant application',
      { leg: 'start', httpStatus: 400, error: 'invalid_request', errorCodes: [50194] },
      'settings-conflict',
      'hold',
      'app-single-tenant',
    ],
    [
      'bad scope',
      { leg: 'start', httpStatus: 400, error: 'invalid_scope', errorCodes: [70011] },
      'settings-invalid',
      'hold',
      'scope-wrong',
    ],
    [
      'no such service',
      { leg: 'poll', httpStatus: 400, error: 'invalid_resource', errorCodes: [500011] },
      'identity-refused',
      'hold',
      'service-missing',
    ],
    // Renewal
    ['90 days idle', refused({ errorCodes: [700082] }), 'sign-in-needed', 'hold', 'session-unused'],
    ['password changed', refused({ errorCodes: [50173] }), 'sign-in-needed', 'hold', 'session-revoked'],
    [
      'session of a device code ended by policy',
      refused({ errorCodes: [530036] }),
      'policy-blocked',
      'hold',
      'device-code-session-blocked',
    ],
    [
      'sign-in frequency',
      refused({ errorCodes: [70043], subError: 'token_expired' }),
      'sign-in-needed',
      'hold',
      'sign-in-frequency',
    ],
    [
      'second factor',
      refused({ error: 'interaction_required', errorCodes: [50076], subError: 'basic_action' }),
      'sign-in-needed',
      'hold',
      'mfa-needed',
    ],
    [
      'second factor by sub-error',
      refused({ error: 'interaction_required', subError: 'basic_action' }),
      'sign-in-needed',
      'hold',
      'mfa-needed',
    ],
    ['policy by sub-error', refused({ subError: 'message_only' }), 'policy-blocked', 'hold', 'policy-blocked'],
    [
      'password by sub-error',
      refused({ subError: 'user_password_expired' }),
      'sign-in-needed',
      'hold',
      'password-expired',
    ],
    ['consent by word', refused({ error: 'consent_required' }), 'consent-needed', 'hold', 'consent-needed'],
    ['a new number: the word decides', refused({ errorCodes: [7777777] }), 'sign-in-needed', 'hold', 'sign-in-needed'],
    [
      'number in the description only',
      refused({ errorDescription: 'AADSTS700082: The refresh token has expired due to inactivity.' }),
      'sign-in-needed',
      'hold',
      'session-unused',
    ],
    // "Are you trying to sign in" at a renewal is no patience but a lost sign-in
    [
      'a waiting number where nobody waits',
      refused({ errorCodes: [50199] }),
      'sign-in-needed',
      'hold',
      'sign-in-needed',
    ],
    // Service
    [
      'temporarily unavailable',
      { leg: 'renewal', httpStatus: 400, error: 'temporarily_unavailable' },
      'identity-unavailable',
      'retry',
      'identity-unavailable',
    ],
    [
      'server error',
      { leg: 'poll', httpStatus: 400, error: 'server_error', errorCodes: [90033] },
      'identity-unavailable',
      'retry',
      'identity-unavailable',
    ],
    [
      'a passing number in a lasting word',
      refused({ errorCodes: [90033] }),
      'identity-unavailable',
      'retry',
      'identity-unavailable',
    ],
    ['503 without JSON', { leg: 'renewal', httpStatus: 503 }, 'identity-unavailable', 'retry', 'identity-unavailable'],
    [
      '503 whatever the body says',
      { leg: 'renewal', httpStatus: 503, error: 'invalid_grant', errorCodes: [50173] },
      'identity-unavailable',
      'retry',
      'identity-unavailable',
    ],
    [
      '429',
      { leg: 'renewal', httpStatus: 429, error: 'invalid_request' },
      'identity-throttled',
      'retry',
      'identity-throttled',
    ],
    [
      'tenant throttled',
      { leg: 'renewal', httpStatus: 400, error: 'temporarily_unavailable', errorCodes: [90055] },
      'identity-throttled',
      'retry',
      'identity-throttled',
    ],
    ['loop', refused({ errorCodes: [50196] }), 'identity-throttled', 'retry', 'identity-loop'],
    // No reason to sign anybody out
    [
      'an error word nobody knows',
      { leg: 'renewal', httpStatus: 400, error: 'new_word' },
      'reply-invalid',
      'retry',
      'reply-invalid',
    ],
    [
      'an inherited word',
      { leg: 'renewal', httpStatus: 400, error: 'constructor', subError: 'toString' },
      'reply-invalid',
      'retry',
      'reply-invalid',
    ],
    ['nothing at all', { leg: 'renewal', httpStatus: 0 }, 'reply-invalid', 'retry', 'reply-invalid'],
    ['forbidden without a word', { leg: 'start', httpStatus: 403 }, 'identity-refused', 'hold', 'identity-refused'],
  ])('%s', (_what, input, code, action, id) => {
    const verdict = classifyIdentityError(input);
    expect([verdict.code, verdict.action, verdict.guidanceId]).toEqual([code, action, id]);
    expect(verdict.holdReason === undefined).toBe(action !== 'hold');
  });

  // Every number of the table, with the error word a refusal usually has, gives its own text.
  test.each(
    identityNumbers
      .flatMap(([id, list]) => list.map((number) => [number, id] as const))
      .filter(([, id]) => guidanceEntries[id].action === 'hold'),
  )('%d on invalid_grant is told as %s', (number, id) => {
    expect(classifyIdentityError(refused({ leg: 'poll', errorCodes: [number] }))).toMatchObject({
      guidanceId: id,
      aadsts: number,
      action: 'hold',
    });
  });

  test('names the number that chose the text, else the first', () => {
    expect(classifyIdentityError(refused({ errorCodes: [7777777, 50173] })).aadsts).toBe(50173);
    expect(classifyIdentityError(refused({ errorCodes: [7777777] })).aadsts).toBe(7777777);
    expect(classifyIdentityError(refused({})).aadsts).toBeUndefined();
  });

  test.each<[IdentityErrorInput['retryAfter'], number]>([
    [undefined, 120_000], // the entry's own
    [7, 7_000],
    ['120', 120_000],
    [0, 1_000], // never a storm
    [999_999, 3_600_000], // never for days
    ['Wed, 21 Oct 2026 07:28:00 GMT', 120_000], // a date needs a clock that may be wrong
    ['-5', 120_000],
    [Number.NaN, 120_000],
  ])('Retry-After %j waits %d ms', (retryAfter, waitMs) => {
    expect(classifyIdentityError({ leg: 'renewal', httpStatus: 429, retryAfter }).waitMs).toBe(waitMs);
  });

  test('a hold has no waiting time even if the answer names one', () => {
    expect(classifyIdentityError(refused({ retryAfter: 60 })).waitMs).toBeUndefined();
  });
});
