import { describe, expect, test } from '@jest/globals';
import { MailError, type HttpReply } from '../../src/core/index.ts';
import { pollUntilDecided } from '../../src/signin/poll.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { json, oauthError, pending, tokens } from './stand-ins.ts';

const html = (status: number): HttpReply => ({ status, headers: {}, body: '<html>no' });

/** Polls with these answers, then success; returns the seconds at which each poll went out, and the troubles told. */
async function run(answers: readonly (HttpReply | Error)[], options: { intervalMs?: number; lifeMs?: number } = {}) {
  const clock = new ManualClock();
  const script = [...answers, tokens()];
  const sentAtS: number[] = [];
  const troubles: (string | undefined)[] = [];
  const done = pollUntilDecided({
    clock,
    intervalMs: options.intervalMs ?? 5_000,
    deadlineMs: options.lifeMs ?? 900_000,
    signal: new AbortController().signal,
    onTrouble: (trouble) => troubles.push(trouble?.code),
    send: () => {
      sentAtS.push(clock.monotonicMs() / 1000);
      const answer = script.shift();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer!);
    },
  }).then(
    () => 'token',
    (error: unknown) => (error as MailError).code,
  );
  await clock.advance(1_000_000);
  return { outcome: await done, sentAtS, troubles };
}

describe('polling (RFC 8628 3.5)', () => {
  test.each<[string, (HttpReply | Error)[], number[], (string | undefined)[]]>([
    // answers before the token; seconds of each poll; what the screen is told
    ['the first poll comes after one interval', [], [5], []],
    ['pending keeps the interval', [pending(), pending()], [5, 10, 15], []],
    ['slow_down adds five seconds and stays', [oauthError('slow_down'), pending(), pending()], [5, 15, 25, 35], []],
    ['slow_down twice adds ten', [oauthError('slow_down'), oauthError('slow_down'), pending()], [5, 15, 30, 45], []],
    [
      'a lost packet backs off, and is over with the next answer',
      [new MailError('connection-lost', 'x'), pending(), pending()],
      [5, 15, 20, 25],
      ['connection-lost', undefined],
    ],
    [
      'losses double up to a minute',
      Array.from({ length: 6 }, () => new MailError('dns-failed', 'x')),
      [5, 15, 35, 75, 135, 195, 255],
      ['dns-failed', undefined],
    ],
    [
      'another trouble is told',
      [new MailError('dns-failed', 'x'), new MailError('connect-timeout', 'x')],
      [5, 15, 35],
      ['dns-failed', 'connect-timeout', undefined],
    ],
    [
      '500 with an OAuth body',
      [oauthError('server_error', { status: 500 })],
      [5, 15],
      ['identity-unavailable', undefined],
    ],
    [
      '503 with Retry-After',
      [json(503, { error: 'temporarily_unavailable' }, { 'retry-after': '40' })],
      [5, 45],
      ['identity-unavailable', undefined],
    ],
    [
      '429 with Retry-After',
      [json(429, {}, { 'retry-after': '90' }), pending()],
      [5, 95, 100],
      ['identity-throttled', undefined],
    ],
    ['429 without', [json(429, {})], [5, 15], ['identity-throttled', undefined]],
    ['a gateway page', [html(502)], [5, 15], ['identity-unavailable', undefined]],
    ['a portal page', [html(200)], [5, 15], ['captive-portal', undefined]],
    ['truncated JSON', [{ status: 200, headers: {}, body: '{"access_' }], [5, 15], ['reply-invalid', undefined]],
    ['a success without a token', [json(200, {})], [5, 15], ['reply-invalid', undefined]],
    ['an array', [json(200, [])], [5, 15], ['reply-invalid', undefined]],
    [
      'untrusted certificate, mended meanwhile',
      [new MailError('tls-untrusted', 'x')],
      [5, 15],
      ['tls-untrusted', undefined],
    ],
    [
      'slow_down after a loss keeps both rules',
      [new MailError('dns-failed', 'x'), oauthError('slow_down'), pending()],
      [5, 15, 25, 35],
      ['dns-failed', undefined],
    ],
  ])('%s', async (_name, answers, sentAtS, troubles) => {
    const result = await run(answers);
    expect(result.outcome).toBe('token');
    expect(result.sentAtS).toEqual(sentAtS);
    expect(result.troubles).toEqual(troubles);
  });

  test('a wait beyond the end of the code ends with the code', async () => {
    const result = await run([json(429, {}, { 'retry-after': '3000' })], { lifeMs: 100_000 });
    expect(result).toMatchObject({ outcome: 'sign-in-expired', sentAtS: [5] });
  });

  test('trouble until the end is an expiry, not a network error: a new code is what helps', async () => {
    const result = await run(
      Array.from({ length: 50 }, () => new MailError('dns-failed', 'x')),
      { lifeMs: 300_000 },
    );
    expect(result.outcome).toBe('sign-in-expired');
  });
});
