/**
 * Block letters for the code: five columns and five rows each, readable from two metres. Zero has a dot and the letter
 * O none; the letter I has feet and the digit 1 a flag: the pairs people mistype.
 */
const glyphRows: Readonly<Record<string, string>> = {
  '0': '.###. #...# #.#.# #...# .###.',
  '1': '..#.. .##.. ..#.. ..#.. .###.',
  '2': '####. ....# .###. #.... #####',
  '3': '####. ....# ..##. ....# ####.',
  '4': '#..#. #..#. ##### ...#. ...#.',
  '5': '##### #.... ####. ....# ####.',
  '6': '.###. #.... ####. #...# .###.',
  '7': '##### ....# ...#. ..#.. ..#..',
  '8': '.###. #...# .###. #...# .###.',
  '9': '.###. #...# .#### ....# .###.',
  A: '.###. #...# ##### #...# #...#',
  B: '####. #...# ####. #...# ####.',
  C: '.#### #.... #.... #.... .####',
  D: '####. #...# #...# #...# ####.',
  E: '##### #.... ####. #.... #####',
  F: '##### #.... ####. #.... #....',
  G: '.#### #.... #.### #...# .###.',
  H: '#...# #...# ##### #...# #...#',
  I: '##### ..#.. ..#.. ..#.. #####',
  J: '..### ...#. ...#. #..#. .##..',
  K: '#..#. #.#.. ##... #.#.. #..#.',
  L: '#.... #.... #.... #.... #####',
  M: '#...# ##.## #.#.# #...# #...#',
  N: '#...# ##..# #.#.# #..## #...#',
  O: '.###. #...# #...# #...# .###.',
  P: '####. #...# ####. #.... #....',
  Q: '.###. #...# #.#.# #..#. .##.#',
  R: '####. #...# ####. #..#. #...#',
  S: '.#### #.... .###. ....# ####.',
  T: '##### ..#.. ..#.. ..#.. ..#..',
  U: '#...# #...# #...# #...# .###.',
  V: '#...# #...# #...# .#.#. ..#..',
  W: '#...# #...# #.#.# ##.## #...#',
  X: '#...# .#.#. ..#.. .#.#. #...#',
  Y: '#...# .#.#. ..#.. ..#.. ..#..',
  Z: '##### ...#. ..#.. .#... #####',
  '-': '..... ..... .###. ..... .....',
};

/** Rows of a block letter. */
const glyphHeight = 5;

/**
 * Groups a code for eyes that go from screen to keyboard: nine characters as three times three, eight as two times
 * four.
 * A code with separators of its own stays as the server grouped it.
 * @param userCode as the server gave it (RFC 8628 section 6.1 leaves the form open)
 */
export function codeGroups(userCode: string): string[] {
  if (!/^[A-Za-z0-9]+$/.test(userCode)) return userCode.split(/[ ]+/).filter((group) => group !== '');
  const size = userCode.length % 3 === 0 ? 3 : 4;
  return userCode.match(new RegExp(`.{1,${String(size)}}`, 'g')) ?? [];
}

/**
 * A code in block letters.
 * @param columns what there is
 * @returns five lines, or undefined if it does not fit or has a character we have no letter for (lower case too: nobody
 *   promises that case does not matter); a wrong picture of a code would be worse than a small one
 */
export function blockLetters(userCode: string, columns: number): string[] | undefined {
  const groups = codeGroups(userCode).map((group) => Array.from(group, (letter) => glyphRows[letter]?.split(' ')));
  const lines: string[] = [];
  for (let row = 0; row < glyphHeight; row++) {
    const parts: string[] = [];
    for (const group of groups) {
      const letters: string[] = [];
      for (const glyph of group) {
        if (glyph === undefined) return undefined;
        letters.push(glyph[row] ?? '');
      }
      parts.push(letters.join('.'));
    }
    lines.push(parts.join('....').replaceAll('#', '█').replaceAll('.', ' '));
  }
  return (lines[0] ?? '').length <= columns ? lines.map((line) => line.trimEnd()) : undefined;
}
