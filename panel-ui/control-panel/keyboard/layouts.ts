/**
 * Keys of the on-screen keyboard. Addresses, file names and server names are ASCII, so every language has the Latin
 * letters; they differ in the signs they offer. Pure.
 */
import type { Language } from '../../../src/core/index.ts';

/** letters: with shift. symbols: digits and signs. */
export type Plane = 'letters' | 'symbols';

const letters = ['1234567890', 'qwertyuiop', 'asdfghjkl-', 'zxcvbnm._@'] as const;
const signs = ['1234567890', "!#$%&'*+/=", '?^`{|}~()"', ':;,<>[]\\'] as const;

/** Signs a language writes text with; the last row of the symbols. */
const textSigns: Readonly<Record<Language, string>> = {
  'en': '£€–“”…',
  'zh-CN': '，。、：？！（）《》',
  'zh-TW': '，。、：？！（）「」',
  'ja': '、。・：！？（）「」',
};

/**
 * The rows of a plane, each a list of characters.
 * @param use address: only what addresses and host names are made of, so no key leads to an error
 */
export function keyRows(
  language: Language,
  plane: Plane,
  isShifted: boolean,
  use: 'address' | 'text',
): readonly (readonly string[])[] {
  // Texts are letters first; addresses are full of digits, so these have a row of their own.
  const rowsOfLetters = use === 'address' ? letters : letters.slice(1);
  if (plane === 'letters') return rowsOfLetters.map((row) => Array.from(isShifted ? row.toUpperCase() : row));
  const rows: string[][] = signs.map((row) => Array.from(row));
  if (use === 'address') return rows.slice(0, 2).concat([Array.from('?^`{|}~')]);
  return [...rows.slice(0, 3), Array.from(textSigns[language])];
}

/** The ends a language's addresses mostly have, two at most. */
export function usualEnds(language: Language): readonly string[] {
  switch (language) {
    case 'zh-CN':
      return ['.cn', '.com'];
    case 'zh-TW':
      return ['.com.tw', '.com'];
    case 'ja':
      return ['.co.jp', '.com'];
    case 'en':
      return ['.com', '.org'];
  }
}

/** A text with a place in it. */
export interface Edit {
  readonly value: string;
  /** Where the next character goes, 0 to `value.length`. */
  readonly caret: number;
}

/** Types into a text; what does not fit any more is left out. */
export function insertText(edit: Edit, text: string, maxLength: number): Edit {
  const value = edit.value.slice(0, edit.caret) + text + edit.value.slice(edit.caret);
  if (value.length > maxLength) return edit;
  return { value, caret: edit.caret + text.length };
}

/** Takes the character before the caret away; a surrogate pair as one. */
export function deleteBefore({ value, caret }: Edit): Edit {
  const head = Array.from(value.slice(0, caret)).slice(0, -1).join('');
  return { value: head + value.slice(caret), caret: head.length };
}
