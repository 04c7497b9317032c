import fc from 'fast-check';

const point = (min: number, max: number) => fc.integer({ min, max }).map((code) => String.fromCodePoint(code));

const character = fc.oneof(
  { weight: 4, arbitrary: point(0x20, 0x7e) },
  { weight: 1, arbitrary: fc.oneof(point(0, 0x1f), point(0x7f, 0x9f)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\u2028', '\u2029', '\u202e', '\u2066', '\ufeff', '\u200d', '\u0301', '\uff1a'),
  },
  { weight: 2, arbitrary: fc.oneof(point(0xa0, 0xd7ff), point(0xe000, 0x10ffff)) },
);

/**
 * Text as an attacker writes it: controls, separators and directions of Unicode among letters of all planes, no half
 * surrogates. `fc.string({ unit: 'binary' })` spends a second on its tables before the first one, in every file that asks.
 * @param maxLength in code points
 */
export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(character, { maxLength }).map((characters) => characters.join(''));
