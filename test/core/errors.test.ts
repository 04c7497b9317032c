import { expect, test } from '@jest/globals';
import { errorCatalogue, isQueueId, MailError, makeQueueId, toMailError } from '../../src/core/index.ts';

test.each(Object.entries(errorCatalogue))('%s has a reply that fits its kind', (_code, row) => {
  const { kind, replyCode, enhancedStatus, reply } = row;
  expect(reply).toMatch(/^[\x20-\x7e]{5,120}$/);
  expect(enhancedStatus).toMatch(/^[245]\.\d{1,3}\.\d{1,3}$/);
  if (kind === 'transient') expect(String(replyCode)).toMatch(/^4/);
  if (kind === 'permanent') expect(String(replyCode)).toMatch(/^5/);
});

test('the SMTP reply carries a hint but never the log message', () => {
  const error = new MailError('sender-not-permitted', 'host secret.internal said no', {
    details: { hint: 'use scan@contoso.com' },
  });
  expect(error.smtpReply).toBe('550 5.7.1 Sender not permitted by this device: use scan@contoso.com');
});

test('an unclassified error is transient, so that our own bug never loses mail', () => {
  expect(toMailError(new TypeError('x is not a function')).kind).toBe('transient');
  expect(toMailError('text').code).toBe('internal');
});

test('queue ids sort by time and are recognised', () => {
  const early = makeQueueId(1_700_000_000_000, () => 0.99);
  const late = makeQueueId(1_700_000_000_001, () => 0);
  expect(early < late).toBe(true);
  expect(isQueueId(early)).toBe(true);
  expect(isQueueId('../../etc/passwd')).toBe(false);
});
