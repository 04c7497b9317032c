import { textsOf } from './texts/index.ts';

/**
 * A sentence of one of the daemon's rooms (a warning, a refused setting, a hint), in a language.
 * @param english as the room says it
 * @param language BCP 47 tag; its texts must be loaded
 * @returns `english` where there is no other
 */
export function sayIn(english: string, language: string): string {
  return textsOf(language).say?.(english) ?? english;
}
