import { languageOf, type Language } from '../../core/index.ts';
import { en } from './en.ts';
import { type LanguageTexts } from './language.ts';

/** One import per language: a device that speaks one keeps the others out of its memory. */
const sources: Readonly<Record<Exclude<Language, 'en'>, () => Promise<LanguageTexts>>> = {
  'zh-CN': async () => (await import('./zh-cn.ts')).zhCn,
  'zh-TW': async () => (await import('./zh-tw.ts')).zhTw,
  ja: async () => (await import('./ja.ts')).ja,
};

const loaded = new Map<Language, LanguageTexts>([['en', en]]);

/** Loads the texts of a language, once. */
export async function loadGuidance(language: Language): Promise<void> {
  if (language === 'en' || loaded.has(language)) return;
  loaded.set(language, await sources[language]());
}

/** The texts of a language by its tag; English while they are not loaded, and for languages we do not speak. */
export function textsOf(tag: string): LanguageTexts {
  return loaded.get(languageOf(tag) ?? 'en') ?? en;
}

/** What is in memory. */
export function loadedLanguages(): readonly Language[] {
  return [...loaded.keys()];
}
