/** The bench's arithmetic and tables; nothing here measures anything. */
import { describe, expect, test } from '@jest/globals';
import {
  figuresBegin,
  figuresEnd,
  judge,
  median,
  plain,
  ratio,
  readmeTable,
  terminalTable,
  withFigures,
  type Figure,
} from './figures.ts';

test('the median of an even number of values is between the two in the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7]);
  expect(() => median([])).toThrow(RangeError);
});

test.each([
  [0, '0'],
  [0.0123, '0.0123'],
  [0.5, '0.5'],
  [1.004, '1'],
  [12.34, '12.3'],
  [99.96, '100'],
  [5387.2, '5387'],
  [1e-9, '0'],
])('%d is shown as %s', (value, text) => {
  expect(plain(value)).toBe(text);
});

describe('ratios', () => {
  // A neighbour made the second round slow for everybody: that changes no ratio.
  test('are taken round by round', () => {
    expect(ratio('speed', [2, 20, 2], [1, 10, 1])).toBe(0.5);
    expect(ratio('cost', [2, 20, 2], [1, 10, 1])).toBe(2);
  });
  test('compare medians where the numbers of rounds differ', () => {
    expect(ratio('cost', [3, 4, 5], [2])).toBe(2);
  });
  test('are unknown where one side was not measured', () => {
    expect([ratio('speed', [1], undefined), ratio('speed', [1], []), ratio('speed', [], [1])]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

const speed: Figure = {
  id: 'send',
  title: '10 x 25 MB',
  unit: 's',
  kind: 'speed',
  ours: [4],
  postfix: [2],
  base: [0.5],
  goal: { kind: 'at least', bound: 0.7, of: 'postfix' },
};
const bytes: Figure = {
  id: 'bytes',
  title: 'idle writes',
  unit: 'KiB',
  kind: 'cost',
  ours: [0],
  goal: { kind: 'at most', bound: 0, of: 'ours' },
};

describe('verdicts', () => {
  test.each<[string, Figure, string, string]>([
    ['too slow', speed, 'MISSED', '29 % short of the goal'],
    ['exactly at the bound', { ...speed, postfix: [2.8] }, 'met', ''],
    ['no Postfix here', { ...speed, postfix: [] }, 'not measured', ''],
    ['no goal', { ...bytes, goal: undefined } as unknown as Figure, '', ''],
    ['nothing written', bytes, 'met', ''],
    ['something written where nothing may be', { ...bytes, ours: [4] }, 'MISSED', '4 KiB'],
    [
      'a cost over its bound',
      { ...bytes, ours: [24], goal: { kind: 'at most', bound: 16, of: 'ours' } },
      'MISSED',
      '24 KiB, 50 % over the goal',
    ],
  ])('%s', (_case, figure, verdict, missedBy) => {
    expect(judge(figure)).toMatchObject({ verdict, missedBy });
  });
});

describe('tables', () => {
  const figures = [speed, bytes];
  const rows = figures.map(judge);

  test('the terminal shows every side and the verdict', () => {
    const [head, first, second] = terminalTable(rows).split('\n');
    expect(head).toMatch(/^figure +ours +Postfix +base +ratio +goal$/);
    expect(first).toMatch(
      /^10 x 25 MB +4 s +2 s +0\.5 s \(raw TLS\) +0\.5 x Postfix, 0\.125 x raw TLS +>= 0\.7 x Postfix +MISSED$/,
    );
    expect(second).toMatch(/^idle writes +0 KiB +<= 0 KiB +met$/);
    expect(first?.indexOf('4 s')).toBe(head?.indexOf('ours'));
  });

  test('the README gets ratios, no times of this machine, and what bounds a missed goal', () => {
    const text = readmeTable(rows, figures, { send: 'Hashing bounds it.' });
    expect(text).toContain('| 10 x 25 MB | 0.5 x Postfix, 0.125 x raw TLS | >= 0.7 x Postfix | **missed** |');
    expect(text).toContain('| idle writes | 0 KiB | <= 0 KiB | met |');
    expect(text).toContain('- 10 x 25 MB: 29 % short of the goal. Hashing bounds it.');
    expect(text).not.toContain('4 s');
  });

  test('only what is between the markers changes', () => {
    const before = `above\n${figuresBegin}\nold\n${figuresEnd}\nbelow\n`;
    expect(withFigures(before, 'new')).toBe(`above\n${figuresBegin}\n\nnew\n\n${figuresEnd}\nbelow\n`);
    expect(withFigures(withFigures(before, 'x'), 'new')).toBe(withFigures(before, 'new'));
    expect(() => withFigures('no markers', 'new')).toThrow(RangeError);
  });
});
