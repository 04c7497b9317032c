import { type Language } from '../../core/index.ts';
import { loadGuidance } from '../../guidance/index.ts';
import { en } from './en.ts';
import { type PanelTexts } from './texts.ts';

/** One import per language, as in the guidance room. */
const sources: Readonly<Record<Exclude<Language, 'en'>, () => Promise<PanelTexts>>> = {
  'zh-CN': async () => (await import('./zh-cn.ts')).zhCn,
  'zh-TW': async () => (await import('./zh-tw.ts')).zhTw,
  ja: async () => (await import('./ja.ts')).ja,
};

const loaded = new Map<Language, PanelTexts>([['en', en]]);

/**
 * Loads what a panel in this language says, guidance included, once. Whoever draws a screen awaits it first: the drawing
 * itself is pure, and speaks English where nothing is loaded.
 */
export async function loadPanelLanguage(language: Language): Promise<void> {
  if (language === 'en' || loaded.has(language)) return;
  const [texts] = await Promise.all([sources[language](), loadGuidance(language)]);
  loaded.set(language, texts);
}

/** The words of a language; English while they are not loaded. */
export function panelTexts(language: Language = 'en'): PanelTexts {
  return loaded.get(language) ?? en;
}
