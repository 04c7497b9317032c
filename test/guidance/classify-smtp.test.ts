import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  classifySmtpReply,
  guidanceEntries,
  guidanceFor,
  isGuidanceId,
  matchersOf,
  smtpMatchers,
  type SmtpStage,
} from '../../src/guidance/index.ts';
import { anyText } from '../support/any-text.ts';

const samples = smtpMatchers.flatMap((matcher) =>
  matcher.samples.map(([stage, reply]) => ({ matcher, stage, reply, id: matcher.guidanceId })),
);
const stages: readonly SmtpStage[] = ['greeting', 'ehlo', 'starttls', 'auth', 'mail', 'rcpt', 'data', 'final'];

describe('the reply table', () => {
  test('every row has samples', () => {
    expect(smtpMatchers.filter((one) => one.samples.length === 0)).toEqual([]);
  });

  // Not only the first hit: no second row may claim a sample, so that the order never decides by accident.
  test.each(samples)('$id claims "$reply" alone', ({ matcher, stage, reply, id }) => {
    expect(matchersOf({ stage, reply }).map((one) => smtpMatchers.indexOf(one))).toEqual([
      smtpMatchers.indexOf(matcher),
    ]);
    expect(classifySmtpReply({ stage, reply }).guidanceId).toBe(id);
  });

  test.each(samples)('"$reply" means the same in lower case and as two lines', ({ stage, reply, id }) => {
    expect(classifySmtpReply({ stage, reply: reply.toLowerCase() }).guidanceId).toBe(id);
    const [first = '', last = ''] = reply.split(/\r\n/).slice(-2);
    const code = (last || first).slice(0, 3);
    expect(
      classifySmtpReply({
        stage,
        reply: `${code}-${reply
          .split(/\r\n/)
          .map((line) => line.slice(4))
          .join(' ')}\r\n${code} `,
      }).guidanceId,
    ).toBe(id);
  });
});

describe('classifySmtpReply', () => {
  test('a stale token is renewed once, then the queue holds', () => {
    expect(classifySmtpReply({ stage: 'auth', reply: '535 5.7.3 Authentication unsuccessful [x]' })).toEqual({
      code: 'authentication-refused',
      action: 'renew',
      holdReason: 'authentication-refused',
      guidanceId: 'authentication-refused',
    });
  });

  test('the tenant and the mailbox switch are two things', () => {
    expect(
      classifySmtpReply({ stage: 'auth', reply: '535 5.7.139 SmtpClientAuthentication is disabled for the Tenant.' }),
    ).toMatchObject({
      code: 'smtp-auth-disabled-tenant',
      action: 'hold',
      holdReason: 'smtp-auth-disabled',
    });
    expect(
      classifySmtpReply({ stage: 'auth', reply: '535 5.7.139 SmtpClientAuthentication is disabled for the Mailbox.' }),
    ).toMatchObject({
      code: 'smtp-auth-disabled',
      action: 'hold',
      holdReason: 'smtp-auth-disabled',
    });
  });

  test('SendAsDenied holds on the device address and fails one message on an alias', () => {
    const reply = '554 5.2.252 SendAsDenied; a not allowed to send as b';
    expect(classifySmtpReply({ stage: 'final', reply })).toMatchObject({
      action: 'hold',
      holdReason: 'send-as-denied',
    });
    expect(classifySmtpReply({ stage: 'final', reply, isOnAlias: true })).toMatchObject({
      action: 'fail-job',
      code: 'send-as-denied',
      guidanceId: 'send-as-denied-alias',
    });
  });

  test('a spent quota pauses the mailbox although the reply is 554', () => {
    expect(
      classifySmtpReply({
        stage: 'final',
        reply: '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException',
      }),
    ).toMatchObject({
      action: 'wait',
      holdReason: 'quota-reached',
      waitMs: 3_600_000,
    });
  });

  test('432 waits 60 s, which the scheduler jitters', () => {
    expect(
      classifySmtpReply({ stage: 'final', reply: '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded' }),
    ).toMatchObject({ action: 'wait', waitMs: 60_000 });
  });

  test('a refused recipient fails alone at RCPT, and the message after DATA', () => {
    expect(classifySmtpReply({ stage: 'rcpt', reply: '550 5.1.1 User unknown' }).action).toBe('fail-recipient');
    expect(classifySmtpReply({ stage: 'final', reply: '550 5.1.1 User unknown' }).action).toBe('fail-job');
  });

  test.each<[stage: SmtpStage, reply: string, action: string, id: string]>([
    // 4: again, whatever it says
    ['greeting', '421 too many connections', 'retry', 'connection-closed'],
    ['rcpt', '450 4.2.1 mailbox busy', 'retry', 'smarthost-busy'],
    ['final', '451 4.7.0 Temporary server error. Please try again later. PRX4', 'retry', 'smarthost-busy'],
    ['final', '452 4.3.1 Insufficient system resources', 'retry', 'smarthost-busy'],
    ['final', '499 9.9.9 never heard of', 'retry', 'later-unknown-reply'],
    ['mail', '432 something new', 'wait', 'throttled'],
    // 5 before anything of ours was judged: the server's trouble
    ['greeting', '554 5.7.1 no service for you', 'retry', 'later-unknown-reply'],
    ['ehlo', '550 go away', 'retry', 'later-unknown-reply'],
    ['starttls', '554 no', 'retry', 'later-unknown-reply'],
    // 5 at AUTH: the account's
    ['auth', '535 5.7.8 authentication failed', 'renew', 'authentication-unknown'],
    ['auth', '535 5.7.139 Authentication unsuccessful, a text of next year', 'renew', 'authentication-unknown'],
    // 5 at MAIL: the mailbox's, the reverse-path is always ours
    ['mail', '550 5.7.999 no', 'hold', 'sending-refused'],
    ['mail', '530 5.7.0 authentication required', 'renew', 'not-authenticated'],
    ['mail', '552 too much', 'fail-job', 'smarthost-size'],
    ['mail', '555 parameters not recognised', 'fail-job', 'message-refused'],
    // 5 at RCPT: the recipient's; 5 after DATA: the message's
    ['rcpt', '553 nonsense', 'fail-recipient', 'recipient-unknown-reply'],
    ['rcpt', '501 5.1.3 bad address', 'fail-recipient', 'recipient-unknown-reply'],
    ['data', '554 no valid recipients', 'fail-job', 'message-refused'],
    ['final', '554 5.6.0 corrupt', 'fail-job', 'message-refused'],
    // The dialogue was blamed, not the mail
    ['mail', '503 5.5.1 bad sequence', 'retry', 'command-not-understood'],
    ['rcpt', '503 5.5.2 need mail', 'retry', 'command-not-understood'],
    ['final', '500 5.3.3 unrecognised command', 'retry', 'command-not-understood'],
    // No reply at all
    ['final', '', 'retry', 'reply-invalid'],
    ['final', 'HTTP/1.1 400 Bad Request', 'retry', 'reply-invalid'],
    ['final', '250 2.0.0 OK', 'retry', 'reply-invalid'],
    ['rcpt', '5500 5.1.1 four digits', 'retry', 'reply-invalid'],
  ])('unknown at %s: "%s" is %s', (stage, reply, action, id) => {
    const verdict = classifySmtpReply({ stage, reply });
    expect([verdict.action, verdict.guidanceId]).toEqual([action, id]);
  });

  test.each<[string, SmtpStage, string, string]>([
    ['an enhanced status is not found in the middle of another', 'final', '554 5.1.100 x', 'message-refused'],
    ['nor in the front of a longer number', 'final', '550 5.7.7050 x', 'message-refused'],
    ['nor inside the text', 'final', '554 5.6.0 see 5.1.8', 'message-refused'],
    ['5.7.512 is no tenant block', 'final', '550 5.7.512 x', 'header-from-refused'],
    ["a full mailbox at RCPT is the recipient's", 'rcpt', '552 5.2.2 mailbox full', 'recipient-mailbox-full'],
    ['a full mailbox after DATA is ours', 'final', '552 5.2.2 mailbox full', 'mailbox-full'],
    ['452 4.2.2 at RCPT is tried again', 'rcpt', '452 4.2.2 mailbox full', 'smarthost-busy'],
    ['a refused reverse-path is no refused recipient', 'mail', '550 5.1.1 unknown', 'sending-refused'],
    ['550 with a 4.x.x status is over', 'final', '550 4.4.7 expired', 'delivery-expired'],
    ['450 5.1.1 goes by its first digit', 'rcpt', '450 5.1.1 try later', 'later-unknown-reply'],
    [
      'a first digit of 4 always is tried again, whatever the words',
      'final',
      '451 4.2.0 OutboundSpamException pending',
      'smarthost-busy',
    ],
  ])('%s', (_what, stage, reply, id) => {
    expect(classifySmtpReply({ stage, reply }).guidanceId).toBe(id);
  });

  test('a mail server that says 4 never costs a message, one that says anything never throws', () => {
    const code = fc.integer({ min: 200, max: 599 });
    const status = fc
      .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 999 }))
      .map((parts) => parts.join('.'));
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom(...samples.map((one) => one.reply.slice(10).replaceAll('\r\n', ' '))),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...stages),
        code,
        status,
        words,
        fc.boolean(),
        (stage, replyCode, enhanced, text, isOnAlias) => {
          const verdict = classifySmtpReply({ stage, reply: `${String(replyCode)} ${enhanced} ${text}`, isOnAlias });
          expect(isGuidanceId(verdict.guidanceId)).toBe(true);
          if (replyCode >= 400 && replyCode < 500) expect(['fail-job', 'fail-recipient']).not.toContain(verdict.action);
          if (verdict.action === 'hold' || verdict.action === 'renew') expect(verdict.holdReason).toBeDefined();
          if (['greeting', 'ehlo', 'starttls', 'auth'].includes(stage))
            expect(verdict.action.startsWith('fail')).toBe(false);
          if (verdict.action === 'fail-recipient') expect(stage).toBe('rcpt');
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('whatever comes, it is classified; what nobody knows is shown raw, with what to send to support', () => {
    fc.assert(
      fc.property(fc.constantFrom(...stages), anyText(10), (stage, text) => {
        const unknown = `555 5.9.999 ${text.replace(/[\r\n]/g, ' ')}`;
        expect(isGuidanceId(classifySmtpReply({ stage, reply: text }).guidanceId)).toBe(true);
        const { guidanceId } = classifySmtpReply({ stage, reply: unknown });
        // Words that a row knows may stand in it by chance.
        if (matchersOf({ stage, reply: unknown }).length > 0) return;
        expect([guidanceId, isGuidanceId(guidanceId) && guidanceEntries[guidanceId].isUnknown]).toEqual([
          guidanceId,
          true,
        ]);
        const told = guidanceFor(guidanceId, { reply: unknown, queueId: '01jd6v3q8abcde', atMs: 0 });
        expect(told.support?.at(-1)?.startsWith('Answer: 555 5.9.999')).toBe(true);
        expect(told.support).toContain('Message: 01jd6v3q8abcde');
      }),
    );
  });

  test('a reply of 64 KiB is read in no time', () => {
    const startedAt = performance.now();
    classifySmtpReply({ stage: 'final', reply: `554 5.2.0 ${'mailbox is '.repeat(6000)}` });
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test('verdicts carry what their entry says', () => {
    for (const { stage, reply, id } of samples) {
      const { code, holdReason, waitMs } = guidanceEntries[id];
      const verdict = classifySmtpReply({ stage, reply });
      expect([verdict.code, verdict.holdReason, verdict.waitMs]).toEqual([code, holdReason, waitMs]);
    }
  });
});
