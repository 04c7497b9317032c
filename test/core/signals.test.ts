import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { withSignals } from '../../src/core/index.ts';

const asLongAs = (signal: AbortSignal) =>
  new Promise<string>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve(String(signal.reason));
    });
  });

test('work ends with the first of the signals, and knows why', async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const working = withSignals([first.signal, undefined, second.signal], asLongAs);
  second.abort('enough');
  expect(await working).toBe('enough');
});

test('a signal that has ended already is heard', async () => {
  expect(await withSignals([AbortSignal.abort('before')], (signal) => Promise.resolve(signal.aborted))).toBe(true);
});

test.each([
  ['succeeds', () => Promise.resolve(1)],
  ['fails', () => Promise.reject(new Error('no'))],
])('nothing stays with a signal that lives on when work %s', async (_how, work) => {
  const { signal } = new AbortController();
  for (let i = 0; i < 100; i++) await withSignals([signal], work).catch(() => undefined);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  // What AbortSignal.any leaves behind.
  const kept = Object.getOwnPropertySymbols(signal).find((symbol) => String(symbol).includes('kDependantSignals'));
  expect(kept === undefined ? 0 : ((signal as unknown as Record<symbol, Set<unknown> | null>)[kept]?.size ?? 0)).toBe(
    0,
  );
});
