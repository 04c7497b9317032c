import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { groupsOf, isIgnored } from '../../src/hot-folder/groups.ts';

const group = (name: string, files: string[], more: object = {}) => ({ name, files, isUnfinished: false, ...more });

test.each<[string, string[], object[]]>([
  ['a file alone', ['scan.pdf'], [group('scan.pdf', ['scan.pdf'])]],
  ['two files are two mails', ['a.pdf', 'a.txt'], [group('a.pdf', ['a.pdf']), group('a.txt', ['a.txt'])]],
  ['a ticket and its file', ['scan.json', 'scan.pdf'], [group('scan', ['scan.pdf'], { ticket: 'scan.json' })]],
  [
    'pages in the order of their numbers',
    ['s.json', 's.10.jpg', 's.2.jpg', 's.1.jpg'],
    [group('s', ['s.1.jpg', 's.2.jpg', 's.10.jpg'], { ticket: 's.json' })],
  ],
  [
    'a mark joins files too',
    ['s.ready', 's.1.jpg', 's.2.jpg'],
    [group('s', ['s.1.jpg', 's.2.jpg'], { mark: 's.ready' })],
  ],
  ['a mark of one whole name', ['s.pdf.ready', 's.pdf'], [group('s.pdf', ['s.pdf'], { mark: 's.pdf.ready' })]],
  [
    'the longest name wins',
    ['a.json', 'a.b.json', 'a.b.pdf', 'a.c.pdf'],
    [group('a.b', ['a.b.pdf'], { ticket: 'a.b.json' }), group('a', ['a.c.pdf'], { ticket: 'a.json' })],
  ],
  [
    'a name that only begins alike is another',
    ['a.json', 'ab.pdf'],
    [group('a', [], { ticket: 'a.json' }), group('ab.pdf', ['ab.pdf'])],
  ],
  ['a ticket without files', ['a.json'], [group('a', [], { ticket: 'a.json' })]],
  ['a file that is being written alone is nothing yet', ['a.pdf.part', 'b.tmp', 'c.pdf~'], []],
  [
    'a page that is being written makes its group wait',
    ['a.json', 'a.1.jpg', 'a.2.jpg.part'],
    [group('a', ['a.1.jpg'], { ticket: 'a.json', isUnfinished: true })],
  ],
  ['capitals of endings', ['A.JSON', 'A.PDF'], [group('A', ['A.PDF'], { ticket: 'A.JSON' })]],
  ['names with spaces and other writing', ['报告 1.pdf'], [group('报告 1.pdf', ['报告 1.pdf'])]],
  ['hidden and unusable names', ['.scan.pdf', '.json', 'a\nb.pdf', 'x\ufffd.pdf'], []],
])('%s', (_name, names, groups) => {
  expect(groupsOf(names)).toEqual(groups);
});

test('every name belongs to one group at most, and to none only if it is ignored or being written', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[ab.]{0,4}(\.json|\.ready|\.pdf|\.part)?$/), { maxLength: 12 });
  fc.assert(
    fc.property(names, (all) => {
      const members = groupsOf(all).flatMap(({ ticket, mark, files }) =>
        [ticket, mark, ...files].filter((one) => one !== undefined),
      );
      expect(new Set(members).size).toBe(members.length);
      for (const name of all) if (!members.includes(name)) expect(isIgnored(name) || name.endsWith('.part')).toBe(true);
    }),
    { numRuns: 500 },
  );
});
