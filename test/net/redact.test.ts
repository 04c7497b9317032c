import { describe, expect, test } from '@jest/globals';
import { redactText, redactUrl } from '../../src/net/index.ts';

const canary = 'CANARY9f8e7d';

describe('redaction', () => {
  test.each([
    ['form body', `grant_type=refresh_token&refresh_token=${canary}&client_id=x`],
    ['device code', `device_code=${canary}`],
    ['JSON', `{"access_token":"${canary}","expires_in":3599}`],
    ['JSON with an escaped quote', `{"refresh_token": "a\\"${canary}"}`],
    ['JSON cut off', `{"id_token":"${canary}`],
    ['bearer header', `Authorization: Bearer ${canary}aaaa`],
    ['basic header', `Proxy-Authorization: Basic ${canary}==`],
    ['URL with a log-in', `connect to http://user:${canary}@proxy:3128 failed`],
    ['JWT in a sentence', `token eyJhbGciOiJub25lIn0.${canary}.sig is bad`],
    ['long opaque run', `bad token 0.AX${'a'.repeat(40)}${canary}${'b'.repeat(40)}`],
  ])('masks a secret in: %s', (_name, text) => {
    const masked = redactText(text);
    expect(masked).not.toContain(canary);
    expect(masked).toContain('[redacted]');
  });

  test.each([
    ['a GUID', "AADSTS700016: Application with identifier '01234567-89ab-cdef-0123-456789abcdef' was not found"],
    ['a host', 'getaddrinfo ENOTFOUND login.microsoftonline.com'],
    ['the word code', 'The code expired'],
  ])('leaves readable: %s', (_name, text) => {
    expect(redactText(text)).toBe(text);
  });

  test('a URL keeps origin and path only', () => {
    expect(redactUrl(`https://u:${canary}@login.example:8443/t/oauth2/v2.0/token?code=${canary}#${canary}`)).toBe(
      'https://login.example:8443/t/oauth2/v2.0/token',
    );
    expect(redactUrl(canary)).toBe('[not a URL]');
  });
});
