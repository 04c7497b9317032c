import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addressesOf,
  formatHeaderBlock,
  headerValue,
  makeField,
  parseHeaderBlock,
  withField,
} from '../../src/core/index.ts';

const block = 'From: "Scanner 2F" <scan@printer>\r\nSubject: one\r\n two\r\nX-Odd : kept\r\nTO: a@b.c\r\n';

describe('header blocks', () => {
  test('come back byte for byte', () => {
    expect(formatHeaderBlock(parseHeaderBlock(block))).toBe(block);
  });

  test('unfold values and find names in any case', () => {
    const fields = parseHeaderBlock(block);
    expect(headerValue(fields, 'subject')).toBe('one two');
    expect(headerValue(fields, 'x-odd')).toBe('kept');
    expect(headerValue(fields, 'To')).toBe('a@b.c');
    expect(headerValue(fields, 'Cc')).toBeUndefined();
  });

  test.each([
    ['From scan Fri Nov 21\r\nSubject: x\r\n', ['Subject']], // mbox line of old firmware
    [' folded first\r\nSubject: x\r\n', ['Subject']], // continuation of nothing
    ['Subject: x\r\njunk without colon\r\nTo: a@b.c\r\n', ['Subject', 'To']],
    ['Subject: x', ['Subject']], // no final CRLF
  ])('drops lines that would end the header at the next server: %j', (text, names) => {
    expect(parseHeaderBlock(text).map((field) => field.name)).toEqual(names);
  });

  test("withField replaces every copy in the first one's place, adds in front, removes", () => {
    const fields = parseHeaderBlock('A: 1\r\nFrom: x\r\nB: 2\r\nFrom: y\r\n');
    expect(formatHeaderBlock(withField(fields, 'from', 'z'))).toBe('A: 1\r\nfrom: z\r\nB: 2\r\n');
    expect(formatHeaderBlock(withField(fields, 'Reply-To', 'q'))).toBe(
      'Reply-To: q\r\nA: 1\r\nFrom: x\r\nB: 2\r\nFrom: y\r\n',
    );
    expect(formatHeaderBlock(withField(fields, 'From', undefined))).toBe('A: 1\r\nB: 2\r\n');
  });

  test.each(['x\r\nBcc: evil@example.com', 'x\ny', 'x\0y'])('never lets a value break out of its line: %j', (value) => {
    expect(() => makeField('Subject', value)).toThrow(RangeError);
  });
});

describe('addressesOf', () => {
  test.each([
    ['scan@printer', ['scan@printer']],
    ['"Scanner, 2F" <scan@printer>', ['scan@printer']], // comma inside quotes
    ['Scanner (second <floor>) <scan@printer>', ['scan@printer']], // angle inside a comment
    ['a@b.c, "x" <d@e.f>', ['a@b.c', 'd@e.f']],
    ['"trick@other.example" <scan@printer>', ['scan@printer']], // address in the display name
    ['undisclosed: a@b.c, d@e.f;', ['a@b.c', 'd@e.f']], // group
    ['"a\\"b" <scan@printer>', ['scan@printer']], // escaped quote
    ['<"odd local"@printer>', ['"odd local"@printer']],
    ['', []],
    ['<>', []],
  ])('%j', (value, expected) => {
    expect(addressesOf(value)).toEqual(expected);
  });

  test('ends on any input', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', '<', '>', '(', ')', '\\', ',', ';', ':', 'a', '@', ' ') }),
        (value) => {
          expect(Array.isArray(addressesOf(value))).toBe(true);
        },
      ),
    );
  });
});
