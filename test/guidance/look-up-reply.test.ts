import { describe, expect, test } from '@jest/globals';
import { isGuidanceId, lookUpReply, smtpMatchers } from '../../src/guidance/index.ts';

describe('lookUpReply', () => {
  const of5_7_139 = [
    'smtp-auth-disabled-tenant',
    'smtp-auth-disabled',
    'basic-auth-used',
    'smtp-auth-security-defaults',
    'smtp-auth-policy',
  ];
  test.each<[string, string[]]>([
    // what a person typed; the entries
    ['5.7.139', of5_7_139],
    ['535 5.7.139', of5_7_139],
    ['535 5.7.139 Authentication unsuccessful...', of5_7_139], // cut off before the words that decide
    ['535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.', [of5_7_139[1]!]],
    ['5.7.139 SmtpClientAuthentication is disabled for the Mailbox', [of5_7_139[1]!]], // its code was not copied
    ['  550 5.1.1 no such user ', ['recipient-refused']],
    ['5.2.2', ['mailbox-full', 'recipient-mailbox-full']],
    ['452', ['smarthost-busy', 'too-many-recipients']],
    // Nothing is known
    ['5.9.9', []],
    ['554 transaction failed somehow', []],
    ['250 2.0.0 OK', []],
    ['123', []],
    ['hello', []],
    ['', []],
  ])('%j: %j', (text, ids) => {
    expect(lookUpReply(text)).toEqual(ids);
  });

  test('a bare 550 is many things, each once', () => {
    const ids = lookUpReply('550');
    expect(ids.length).toBeGreaterThan(5);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every(isGuidanceId)).toBe(true);
  });

  test.each(
    smtpMatchers.flatMap(({ guidanceId, samples }) => samples.map(([, reply]) => [reply, guidanceId] as const)),
  )('%j finds %s', (reply, guidanceId) => {
    expect(lookUpReply(reply)).toContain(guidanceId);
  });
});
