/** The pure parts: schedule, rate, circuit, active time, deadline, transcript. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { retryDelayMs } from '../../src/relay/index.ts';
import { ActiveClock } from '../../src/relay/active-clock.ts';
import { Circuit } from '../../src/relay/circuit.ts';
import { PhaseDeadline } from '../../src/relay/phase-deadline.ts';
import { RateLimiter } from '../../src/relay/rate-limiter.ts';
import { displayReply, isWellFormed, parseExtensions, serverMessageIdOf } from '../../src/relay/smtp-transcript.ts';
import { ManualClock } from '../support/manual-clock.ts';

const schedule = { firstWaitMs: 60_000, maxWaitMs: 3_600_000 };

describe('retry schedule', () => {
  test.each([
    // failures, random, wait: 60 s doubling, +-25 %
    [1, 0, 45_000],
    [1, 0.5, 60_000],
    [1, 0.999999, 75_000],
    [2, 0.5, 120_000],
    [6, 0.5, 1_920_000],
    // the cap keeps its jitter
    [7, 0.5, 3_600_000],
    [7, 0, 2_700_000],
    [99, 0.999999, 4_499_999],
    [5000, 0.5, 3_600_000],
    // never asked for, never harmful
    [0, 0.5, 60_000],
  ])('failure %d, random %d: %d ms', (failures, random, waitMs) => {
    expect(Math.abs(retryDelayMs(failures, schedule, () => random) - waitMs)).toBeLessThanOrEqual(1);
  });

  test('stays between 45 s and 75 min whatever happens', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, random) => {
          const waitMs = retryDelayMs(failures, schedule, () => random);
          return waitMs >= 45_000 && waitMs <= 4_500_000;
        },
      ),
    );
  });
});

test('rate limiter: never more than the limit in any 60 seconds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      (gapsMs, limit) => {
        const limiter = new RateLimiter();
        const startsMs: number[] = [];
        let nowMs = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          if (limiter.waitMs(nowMs, limit) > 0) {
            nowMs += limiter.waitMs(nowMs, limit);
          }
          limiter.note(nowMs);
          startsMs.push(nowMs);
        }
        return startsMs.every((at) => startsMs.filter((other) => other >= at && other < at + 60_000).length <= limit);
      },
    ),
  );
});

test('circuit: backs off while down, honours what the server asked, forgets on reset', () => {
  const circuit = new Circuit();
  expect(circuit.waitMs(0)).toBe(0);
  expect(circuit.failed(0, schedule, () => 0.5)).toBe(60_000);
  expect(circuit.waitMs(10_000)).toBe(50_000);
  expect(circuit.failed(60_000, schedule, () => 0.5)).toBe(120_000);
  expect(circuit.failed(180_000, schedule, () => 0.5, { atLeastMs: 3_600_000 })).toBe(3_600_000);
  expect(circuit.isUp).toBe(false);
  circuit.reset();
  expect([circuit.isUp, circuit.waitMs(180_000)]).toEqual([undefined, 0]);
  expect(circuit.failed(180_000, schedule, () => 0.5)).toBe(60_000);
});

test('active clock: counts while running only, blind to the wall clock', async () => {
  const clock = new ManualClock();
  const active = new ActiveClock(clock);
  active.watch('a');
  await clock.advance(1000);
  expect(active.unrecordedMs('a')).toBe(0);
  active.isRunning = true;
  await clock.advance(1000);
  clock.jumpWall(1e12);
  active.isRunning = false;
  await clock.advance(5000);
  active.watch('a');
  expect(active.take('a')).toBe(1000);
  expect(active.take('a')).toBe(0);
  expect(active.take('never watched')).toBe(0);
});

test('phase deadline: the last phase counts, progress extends it, stop ends it', async () => {
  const clock = new ManualClock();
  const expired: string[] = [];
  const deadline = new PhaseDeadline(clock, (phase) => expired.push(phase));
  deadline.start('greeting', 1000);
  await clock.advance(500);
  deadline.start('block', 1000);
  for (let i = 0; i < 5; i++) {
    await clock.advance(900);
    deadline.extend(1000);
  }
  expect(expired).toEqual([]);
  await clock.advance(1000);
  expect(expired).toEqual(['block']);
  deadline.start('final', 1000);
  deadline.stop();
  await clock.advance(5000);
  expect(expired).toEqual(['block']);
});

describe('replies', () => {
  test.each<[string, boolean]>([
    ['250 ok', true],
    ['250', true],
    ['250-a\n250 b', true],
    ['354 go', true],
    // not what RFC 5321 4.2 allows
    ['2x0 ok', false],
    ['250-a\n251 b', false],
    ['', false],
    ['99 x', false],
    ['650 x', false],
    ['250ok', false],
    ['HTTP/1.1 400 Bad', false],
  ])('%j is well formed: %s', (reply, isGood) => expect(isWellFormed(reply)).toBe(isGood));

  test.each<[string, string | undefined]>([
    ['250 2.0.0 OK <a@b.prod.outlook.com> [Hostname=b.prod.outlook.com]', '<a@b.prod.outlook.com>'],
    ['250 2.0.0 OK', undefined],
    // queue ids of other servers are no Message-IDs
    ['250 2.0.0 Ok: queued as 4F9D12', undefined],
    ['250 2.0.0 OK <a b>', undefined],
  ])('id in %j', (reply, id) => expect(serverMessageIdOf(reply)).toBe(id));

  test('for people: one line, no control characters, bounded', () => {
    expect(displayReply('550-5.7.1 first\n550 second\x1b[31m\0')).toBe('550-5.7.1 first second [31m');
    expect(displayReply(`550 ${'x'.repeat(5000)}`)).toHaveLength(1000);
  });

  test('extensions of EHLO, none of HELO', () => {
    expect(parseExtensions('250-x\n250-size 100\n250-8BITMIME\n250-AUTH LOGIN XOAUTH2\n250 STARTTLS')).toEqual({
      sizeBytes: 100,
      has8bitMime: true,
      hasSmtpUtf8: false,
      hasStartTls: true,
      authMechanisms: ['LOGIN', 'XOAUTH2'],
    });
    expect(parseExtensions('250 hello SIZE 5')).toMatchObject({ sizeBytes: 0, authMechanisms: [] });
  });
});
