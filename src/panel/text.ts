/** Text on a grid of columns: escaping, measuring, cutting, wrapping. The CLI prints the same foreign text with it. */

/**
 * C0 and C1 controls, and the invisible characters that turn text round or hide it (bidi controls, zero width, line and
 * paragraph separators, byte order mark). A scan's subject or a server's reply must not steer the terminal of the
 * administrator who reads it, nor show an address as another one.
 */
const steering = /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** A lone surrogate cannot be written as UTF-8. */
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Makes foreign text safe to print: steering characters become `\x1b` or `\u202e`, tabs and line ends too.
 * @param text anything a server, a client or a person sent
 * @returns one line of printable text
 */
export function escapeControls(text: string): string {
  return text.replace(loneSurrogate, '\ufffd').replace(steering, (one) => {
    const code = one.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Blocks that terminals draw two columns wide (Unicode East Asian Width W and F, in coarse ranges). */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/**
 * Columns one character takes on a terminal.
 * @param character one code point
 * @returns 0 for combining marks, 2 for East Asian wide ones, else 1
 * @see https://www.unicode.org/reports/tr11/
 */
function widthOf(character: string): 0 | 1 | 2 {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/^[\p{Mn}\p{Me}]$/u.test(character)) return 0;
  return wideRanges.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/**
 * Columns a text takes on a terminal.
 * @param text without control characters and colour codes
 */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** Lines that were written for a small display as one text; where a line ends or begins with a wide character, no space. */
export function flowing(lines: readonly string[]): string {
  return lines.reduce((text, line) => {
    const isWide = [Array.from(text).at(-1), Array.from(line)[0]].some(
      (one) => one !== undefined && columnsOf(one) > 1,
    );
    return text === '' || isWide ? text + line : `${text} ${line}`;
  }, '');
}

/**
 * The longest beginning that fits.
 * @param columns >= 0
 */
function headOf(text: string, columns: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > columns) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/**
 * Cuts a text to fit, marked with an ellipsis where something was lost.
 * @param columns >= 1
 */
export function cutToFit(text: string, columns: number): string {
  return columnsOf(text) <= columns ? text : `${headOf(text, columns - 1)}…`;
}

/** Fills up with blanks on the right; leaves a longer text alone. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/**
 * Splits a word that is longer than a line; after a separator if one stands in the second half, so that addresses
 * break where a person would break them.
 */
function splitLongWord(word: string, columns: number): [string, string] {
  // A single wide character on a one-column line cannot fit; it goes alone rather than for ever.
  const head = headOf(word, columns) || Array.from(word).slice(0, 1).join('');
  for (let i = head.length; i > head.length / 2; i--) {
    if ('/@.-?&='.includes(head.charAt(i - 1))) return [word.slice(0, i), word.slice(i)];
  }
  return [head, word.slice(head.length)];
}

/**
 * Breaks a text into lines at blanks, and between Chinese or Japanese characters where their typesetting allows it; a
 * word longer than a line is broken inside.
 * @param text one paragraph, without control characters
 * @param columns >= 1
 * @param isWhole words that are never broken; one that is longer than a line stands alone on one
 * @returns at least one line, none wider than `columns` but for whole words
 */
export function wrap(text: string, columns: number, isWhole: (word: string) => boolean = () => false): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((one) => one !== '')) {
    let gap = line === '' ? '' : ' ';
    for (let part of isWhole(word) ? [word] : breakableParts(word)) {
      if (line !== '' && columnsOf(line) + gap.length + columnsOf(part) <= columns) {
        line += gap + part;
        gap = '';
        continue;
      }
      if (line !== '') lines.push(line);
      gap = '';
      while (columnsOf(part) > columns && !isWhole(part)) {
        const [head, rest] = splitLongWord(part, columns);
        if (rest === '') break;
        lines.push(head);
        part = rest;
      }
      line = part;
    }
  }
  lines.push(line);
  return lines;
}

/** Closing punctuation, small kana and the like: no line begins with them (JIS X 4051, CLREQ). */
const neverFirst = new Set(
  '、。，．：；？！）］｝」』】〉》〕”’…・ー々,.:;?!)]}ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ',
);
/** Opening brackets: no line ends with them. */
const neverLast = new Set('（［｛「『【〈《〔“‘([{');

/** The parts of a word without blanks between which a line may end: Chinese and Japanese break between characters. */
function breakableParts(word: string): string[] {
  if (columnsOf(word) === word.length) return [word];
  const parts: string[] = [];
  let last: 0 | 1 | 2 = 1;
  for (const character of word) {
    const width = widthOf(character);
    const before = parts.at(-1);
    const mayBreak = (width === 2 || last === 2) && width !== 0 && !neverFirst.has(character);
    if (before === undefined || (mayBreak && !neverLast.has(before.slice(-1)))) parts.push(character);
    else parts[parts.length - 1] = before + character;
    last = width === 0 ? last : width;
  }
  return parts;
}

/**
 * Time left as a countdown.
 * @param leftMs may be negative: then it is over
 * @returns `mm:ss`, from an hour on `h:mm:ss`
 */
export function countdown(leftMs: number): string {
  const leftS = Math.max(0, Math.ceil(leftMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(leftS / 3600);
  const rest = `${two(Math.floor(leftS / 60) % 60)}:${two(leftS % 60)}`;
  return hours === 0 ? rest : `${String(hours)}:${rest}`;
}
