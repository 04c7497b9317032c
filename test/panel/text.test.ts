import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { columnsOf, cutToFit, escapeControls, padTo, qr, wrap } from '../../src/panel/index.ts';
import { blockLetters, codeGroups } from '../../src/panel/glyphs.ts';
import { flowing } from '../../src/panel/text.ts';

test.each([
  ['plain', 'plain'],
  ['\x1b[31mred', '\\x1b[31mred'], // a colour code
  ['\x9b31m', '\\x9b31m'], // the same in one C1 byte
  ['a\r\nb\tc', 'a\\x0d\\x0ab\\x09c'], // a forged second line
  ['user\u202emoc.osotnoc', 'user\\u202emoc.osotnoc'], // text turned round
  ['a\u200bb', 'a\\u200bb'], // invisible
  ['\ud800x', '\ufffdx'], // half a character
  ['扫描 é 👍', '扫描 é 👍'], // honest text stays
])('escapes %j as %j', (text, escaped) => {
  expect(escapeControls(text)).toBe(escaped);
});

test.each([
  ['abc', 3],
  ['扫描', 4], // two columns each
  ['e\u0301', 1], // a combining accent
  ['👍', 2],
  ['', 0],
])('%j takes %i columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});

describe('wrap', () => {
  test.each<[string, number, readonly string[]]>([
    ['one two three', 7, ['one two', 'three']],
    ['', 10, ['']],
    ['  many   blanks  ', 20, ['many blanks']],
    ['anna.berg@contoso.com', 12, ['anna.berg@', 'contoso.com']], // breaks where a person would
    ['aaaaaaaaaa', 4, ['aaaa', 'aaaa', 'aa']], // no better place
    ['扫描仪', 3, ['扫', '描', '仪']], // never half a character
  ])('breaks %j at %i', (text, columns, lines) => {
    expect(wrap(text, columns)).toEqual(lines);
  });

  test('loses no character and stays within its columns', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 2, max: 90 }), (raw, columns) => {
        const text = escapeControls(raw);
        const lines = wrap(text, columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

test('cuts with an ellipsis, pads with blanks', () => {
  expect(cutToFit('scans@contoso.com', 8)).toBe('scans@c…');
  expect(cutToFit('扫描仪', 4)).toBe('扫…');
  expect(cutToFit('fits', 4)).toBe('fits');
  expect(padTo('扫', 4)).toBe('扫  ');
});

describe('qr', () => {
  test("draws 31 columns and 16 lines for Microsoft's address", () => {
    const lines = qr('https://microsoft.com/devicelogin');
    expect(lines).toHaveLength(16);
    expect(new Set(lines.map(columnsOf))).toEqual(new Set([31]));
  });

  test('draws nothing rather than failing on what no QR code holds', () => {
    expect(qr('x'.repeat(5000))).toEqual([]);
  });
});

describe('the code', () => {
  test.each<[string, readonly string[]]>([
    ['B7K2QDRWX', ['B7K', '2QD', 'RWX']], // Microsoft's nine
    ['ABCD1234', ['ABCD', '1234']],
    ['ABCD12345Z', ['ABCD', '1234', '5Z']], // no even split
    ['WDJB-MJHT', ['WDJB-MJHT']], // the server's own grouping
    ['', []],
  ])('%s is grouped as %j', (code, groups) => {
    expect(codeGroups(code)).toEqual(groups);
  });

  test('has five rows in block letters, and no two letters look alike', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-'.split('');
    const pictures = letters.map((letter) => blockLetters(letter, 80)?.join('\n'));
    expect(pictures.every((picture) => picture?.split('\n').length === 5)).toBe(true);
    expect(new Set(pictures).size).toBe(letters.length);
  });

  test('is not drawn where it does not fit', () => {
    expect(blockLetters('B7K2QDRWX', 58)).toBeUndefined();
    expect(blockLetters('B7K2QDRWX', 59)).toHaveLength(5);
  });
});

test.each([
  [['The code has expired. What did the', 'phone show?'], 'The code has expired. What did the phone show?'],
  [['代码已过期。', '手机上显示了什么？'], '代码已过期。手机上显示了什么？'],
  [[], ''],
])('%j flow together', (lines, text) => {
  expect(flowing(lines)).toBe(text);
});
