import { en } from './en.ts';
import { type LanguageTexts } from './language.ts';

/** Languages by their BCP 47 tag. */
export const languages: Readonly<Record<string, LanguageTexts>> = { en };

/**
 * The texts of a language.
 * @param tag BCP 47; `de-AT` falls back to `de`, and what we do not have to English
 */
export function textsOf(tag: string): LanguageTexts {
  const exact = Object.keys(languages).find((one) => one.toLowerCase() === tag.toLowerCase());
  const base = exact ?? Object.keys(languages).find((one) => one === tag.toLowerCase().split('-')[0]);
  return (base === undefined ? undefined : languages[base]) ?? en;
}
