import { expect, test } from '@jest/globals';
import type { Service } from '../src/core/index.ts';
import { createSafeMode } from '../src/safe-mode.ts';
import { collectedLog } from './support/collected-log.ts';
import { ManualClock } from './support/manual-clock.ts';

function scene({ isCrashLoop = true, fails = 0 } = {}) {
  const clock = new ManualClock();
  const log = collectedLog();
  const acts: string[] = [];
  let failures = fails;
  const service = (name: string): Service => ({
    start: () => {
      acts.push(`start ${name}`);
      return failures-- > 0 ? Promise.reject(new Error('not yet')) : Promise.resolve();
    },
    stop: () => Promise.resolve(),
  });
  const mode = createSafeMode({
    isCrashLoop,
    heldBack: [service('relay'), service('scanners')],
    onLeft: () => {
      acts.push('left');
      return Promise.resolve();
    },
    clock,
    log,
  });
  return { mode, clock, log, acts };
}

test('is off, waits for nothing and does nothing, unless the agent died again and again', async () => {
  const { mode, clock, acts } = scene({ isCrashLoop: false });
  mode.start();
  expect(mode.isOn()).toBe(false);
  expect(clock.pendingMs).toEqual([]);
  await mode.leave('anna');
  expect(acts).toEqual([]);
  await mode.stop();
});

test('ends by itself after half an hour', async () => {
  const { mode, clock, acts, log } = scene();
  mode.start();
  expect(log.of('warn')).toHaveLength(1);
  await clock.advance(29 * 60_000);
  expect(mode.isOn()).toBe(true);
  expect(acts).toEqual([]);
  await clock.advance(60_000);
  expect(mode.isOn()).toBe(false);
  expect(acts).toEqual(['start relay', 'start scanners', 'left']);
  await mode.stop();
});

test('ends when somebody says so, once', async () => {
  const { mode, clock, acts, log } = scene();
  mode.start();
  await Promise.all([mode.leave('anna'), mode.leave('ben')]);
  await mode.leave('anna');
  expect(acts).toEqual(['start relay', 'start scanners', 'left']);
  expect(log.text()).toContain('anna');
  await clock.advance(3_600_000);
  expect(acts).toHaveLength(3);
  await mode.stop();
});

test('stays on if what was held back cannot start; the next try may do it', async () => {
  const { mode, acts } = scene({ fails: 1 });
  await expect(mode.leave('anna')).rejects.toThrow('not yet');
  expect(mode.isOn()).toBe(true);
  await mode.leave('anna');
  expect(acts).toEqual(['start relay', 'start relay', 'start scanners', 'left']);
});

test('stopping ends the wait', async () => {
  const { mode, clock, log } = scene();
  mode.start();
  await mode.stop();
  expect(clock.pendingMs).toEqual([]);
  expect(log.of('fault')).toEqual([]);
});
