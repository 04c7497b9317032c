/** How long who guesses must wait (T41); what a person at the log-in sees of it is in access.test.ts. */
import { describe, expect, test } from '@jest/globals';
import { GuessDelays, freeFailures } from '../../src/access/guess-delays.ts';
import { ManualClock } from '../support/manual-clock.ts';

const dayMs = 24 * 3_600_000;

function setUp() {
  const clock = new ManualClock();
  const delays = new GuessDelays(clock);
  const fail = (address: string, times: number) => {
    for (let time = 0; time < times; time++) delays.noteFailure(address);
  };
  return { clock, delays, fail };
}

describe('failures of an address', () => {
  test('double the wait, and are forgotten after a day without one', async () => {
    const { clock, delays, fail } = setUp();
    fail('192.0.2.1', freeFailures + 2);
    expect(delays.waitMs('192.0.2.1')).toBe(4000);
    await clock.advance(dayMs - 1);
    fail('192.0.2.1', 1);
    expect(delays.waitMs('192.0.2.1')).toBe(8000);
    await clock.advance(dayMs);
    fail('192.0.2.1', 1);
    expect(delays.waitMs('192.0.2.1')).toBe(0);
  });

  test('never cost more than a quarter of an hour', () => {
    const { delays, fail } = setUp();
    delays.noteSuccess('192.0.2.1'); // else all strangers together would have to wait
    fail('192.0.2.1', 40);
    expect(delays.waitMs('192.0.2.1')).toBe(15 * 60_000);
  });

  test('are kept for 256 addresses: a flood of others cannot fill the memory', () => {
    const { delays, fail } = setUp();
    delays.noteSuccess('192.0.2.1');
    fail('192.0.2.1', freeFailures + 1);
    for (let index = 0; index < 255; index++) fail(`198.51.100.${String(index)}`, 1);
    expect(delays.waitMs('192.0.2.1')).toBe(2000);
    fail('203.0.113.1', 1);
    expect(delays.waitMs('192.0.2.1')).toBe(0);
  });
});

test('256 addresses that have known the password are spared the wait of strangers, the latest ones', () => {
  const { delays, fail } = setUp();
  const known = Array.from({ length: 257 }, (_, index) => `10.0.${String(index >> 8)}.${String(index & 255)}`);
  for (const address of known) delays.noteSuccess(address);
  fail('203.0.113.1', 30);
  expect(delays.waitMs('203.0.113.2')).toBe(20_000);
  expect(known.map((address) => delays.waitMs(address))).toEqual([20_000, ...Array<number>(256).fill(0)]);
});
