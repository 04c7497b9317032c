/** Finding people by what is typed on a small screen. */
import type { AddressEntry } from './entry.ts';

/** An entry with the words it is found by. */
export interface Findable {
  readonly entry: AddressEntry;
  readonly words: readonly string[];
  /** All of it: writings without spaces are searched in the middle too. */
  readonly whole: string;
}

const apart = /[^\p{L}\p{N}\p{M}]+/u;
/** Writings that put no spaces between words. */
const unspaced = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]/u;

/** Full-width and half-width, upper and lower case, katakana and hiragana are one. */
export function folded(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
}

/** Prepares an entry for `matches`. */
export function findable(entry: AddressEntry): Findable {
  const whole = folded([entry.name, entry.index ?? '', entry.address].join(' '));
  return {
    entry,
    whole,
    words: [...new Set([...whole.split(apart), folded(entry.address)])].filter((word) => word !== ''),
  };
}

/**
 * Each word of the query begins a word of the entry (name, index, address); words of Chinese or Japanese writing are found
 * anywhere. An empty query finds everybody.
 */
export function matches({ words, whole }: Findable, query: string): boolean {
  const text = folded(query).trim();
  if (text === '' || words.some((word) => word.startsWith(text))) return true;
  const wanted = text.split(apart).filter((word) => word !== '');
  return (
    wanted.length > 0 &&
    wanted.every((one) => words.some((word) => word.startsWith(one)) || (unspaced.test(one) && whole.includes(one)))
  );
}
