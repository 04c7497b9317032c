import type { en } from './en/index.ts';

/** The same keys with other words: strings stay strings, functions keep their parameters. */
export type Translated<T> = T extends string
  ? string
  : T extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Key in keyof T]: Translated<T[Key]> };

/** Every word of Internet Services in one language; English is the measure. */
export type Texts = Translated<typeof en>;

/** Title and help of single settings, by path; a path that is missing shows the English of the daemon's schema. */
export type SettingTexts = Readonly<Record<string, { readonly title: string; readonly help: string }>>;

/** What one language brings along; loaded when somebody chooses it. */
export interface LanguagePack {
  readonly texts: Texts;
  readonly settings: SettingTexts;
}
