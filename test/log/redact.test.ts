import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cleanText, isSecretName } from '../../src/log/redact.ts';
import { anyText } from '../support/any-text.ts';

const full = { isAddressShortened: false };
const jwt = 'eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJ1cG4iOiJzY2Fuc0Bjb250b3NvLmNvbSJ9.c2lnbmF0dXJlLWNhbmFyeQ';
const opaque = '0.AXoAb1C2d3E4f5G6h7I8j9K0l1M2n3O4p5Q6r7S8t9U0v1W2x3Y4z5-canary_A1';
const xoauth2 = Buffer.from('user=scans@contoso.com\x01auth=Bearer canary-token\x01\x01').toString('base64');

describe('what never comes out of the log', () => {
  test.each<[string, string, string]>([
    ['a JWT', `got ${jwt}`, 'c2lnbmF0dXJl'],
    ['a JWT cut off in the middle', `got ${jwt.slice(0, 60)}`, 'eyJ1cG4'],
    ['a bearer header', `Authorization: Bearer ${opaque}`, 'canary'],
    ['a basic header, whose value has a blank', 'Proxy-Authorization: Basic Y2FuYXJ5OnB3', 'Y2FuYXJ5'],
    ['a cookie', 'Set-Cookie: sid=canary; Secure', 'canary'],
    ['a bearer word alone', 'sent Bearer canary-short', 'canary'],
    ['an AUTH line', `AUTH XOAUTH2 ${xoauth2}`, xoauth2.slice(10, 30)],
    ['an AUTH PLAIN line', 'C: AUTH PLAIN AGNhbmFyeQBwdw==', 'AGNhbmFyeQ'],
    ['the initial response alone', `334 ${xoauth2}`, xoauth2.slice(10, 30)],
    [
      'OAUTHBEARER alone',
      Buffer.from('n,a=scans@contoso.com,\x01auth=Bearer canary\x01\x01').toString('base64'),
      'NjYW5z',
    ],
    ['decoded XOAUTH2', 'user=scans@contoso.com\x01auth=Bearer canary\x01\x01', 'canary'],
    ['an opaque refresh token with no name', `token was ${opaque}`, 'canary'],
    ['a form body', 'grant_type=refresh_token&refresh_token=canary&client_id=1', 'canary'],
    ['a JSON body', '{"refresh_token":"canary","scope":"x"}', 'canary'],
    ['JSON within JSON', '{"body":"{\\"device_code\\":\\"canary\\"}"}', 'canary'],
    ['a password with blanks in quotes', '"password": "one canary two"', 'canary'],
    ['a password with blanks without quotes', 'password: one canary two', 'canary'],
    ['camel case', 'deviceCode=canary userCode=x', 'canary'],
    ['the user code of a sign-in', 'user_code: CANARY99', 'CANARY99'],
    ['credentials in a URL', 'proxy http://user:canary@proxy.contoso.com:3128', 'canary'],
    ['a code in a redirect', 'https://localhost/?code=canary&state=1', 'canary'],
    ['the second line of wrapped base64', `AUTH\r\n${'Ab1'.repeat(25)}`, 'Ab1Ab1'],
    ['a token at the end of an endless text', `${'x '.repeat(3990)}${opaque}`, 'AXoA'],
  ])('%s', (_name, text, canary) => {
    expect(text).toContain(canary);
    expect(cleanText(text, full)).not.toContain(canary);
  });

  test.each<[string, string]>([
    [
      'a reply of Exchange',
      '535 5.7.3 Authentication unsuccessful [SJ0PR01CA0001.namprd01.prod.outlook.com 2026-11-21T12:00:00.000Z 08DE0123456789AB]',
    ],
    [
      'an acceptance with its id',
      '250 2.0.0 OK <BYAPR01MB1234567890ABCDEF@BYAPR01MB1234.namprd01.prod.exchangelabs.com> [Hostname=BYAPR01MB1234567.namprd01.prod.exchangelabs.com] Queued mail for delivery',
    ],
    ['an EHLO line', '250-AUTH LOGIN XOAUTH2 PLAIN'],
    [
      'an AADSTS sentence',
      'AADSTS70008: The provided authorization code or refresh token has expired due to inactivity.',
    ],
    ['a sentence about passwords', 'The password of the account expired'],
    [
      'the address of the identity service',
      'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/oauth2/v2.0/token',
    ],
    ['a long path', '/var/lib/mfp-mail-agent/spool/active/01jd0000000000/record.json/and/more/and/more'],
    ['a hash', 'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  ])('lets %s through', (_name, text) => {
    expect(cleanText(text, full)).toBe(text);
  });

  test.each<[string, boolean]>([
    ['token', true],
    ['accessToken', true],
    ['refresh_token', true],
    ['password', true],
    ['proxyPassword', true],
    ['clientSecret', true],
    ['userCode', true],
    ['code', false],
    ['tokenExpiresAtMs', false],
    ['queueId', false],
    ['detail', false],
  ])('knows the name of a secret: %s %s', (name, isSecret) => {
    expect(isSecretName(name)).toBe(isSecret);
  });

  test('shortens addresses and keeps the domain', () => {
    expect(cleanText('550 5.1.1 <somebody@contoso.com>: no such user', { isAddressShortened: true })).toBe(
      '550 5.1.1 <s***y@contoso.com>: no such user',
    );
  });

  test('is one printable line, whatever comes in', () => {
    fc.assert(
      fc.property(anyText(300), (text) => {
        expect(cleanText(text, full)).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  test('keeps astral letters and escapes half ones', () => {
    expect(cleanText('a\u{1f5a8}b \ud83d', full)).toBe('a\u{1f5a8}b \\ud83d');
  });

  test('answers hostile text in time', () => {
    const startedMs = performance.now();
    for (const text of [
      'a@'.repeat(100_000),
      'password="'.repeat(20_000),
      '\\'.repeat(200_000),
      `Bearer${' '.repeat(200_000)}`,
      'eyJ.'.repeat(50_000),
      `password=${' '.repeat(200_000)}`,
    ]) {
      expect(cleanText(text, { isAddressShortened: true }).length).toBeLessThan(2100);
    }
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});
