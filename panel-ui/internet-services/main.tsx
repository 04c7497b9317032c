/** Starts Internet Services: chooses the language, loads its words, draws. */
import { render } from 'preact';
import { languageOf, wishedLanguage, type Language } from '../../src/core/language.ts';
import { createClient } from '../shared/client.ts';
import { followRoute } from '../shared/route.ts';
import { keepWordsWhole } from '../shared/whole-words.ts';
import { InternetServices, rememberedLanguage, type Words } from './app.tsx';

/** Each language is a file of its own: a browser fetches the one it shows. */
const loaders: Readonly<Record<Language, () => Promise<{ readonly words: Words }>>> = {
  'en': () => import('./texts/load-en.ts'),
  'zh-CN': () => import('./texts/load-zh-cn.ts'),
  'zh-TW': () => import('./texts/load-zh-tw.ts'),
  'ja': () => import('./texts/load-ja.ts'),
};

async function start(root: HTMLElement): Promise<void> {
  const language = languageOf(rememberedLanguage() ?? '') ?? wishedLanguage(navigator.languages.join(',')) ?? 'en';
  const loadWords = async (wanted: Language) => (await loaders[wanted]()).words;
  const firstSession = createClient({ fetch: window.fetch.bind(window), language: () => language }).call(
    'GET /v1/session',
  );
  // It is told where it is drawn.
  firstSession.catch(() => undefined);
  const words = await loadWords(language);
  document.documentElement.lang = language;
  render(
    <InternetServices
      route={followRoute(window)}
      language={language}
      words={words}
      loadWords={loadWords}
      firstSession={firstSession}
    />,
    root,
  );
}

const root = document.getElementById('page');
keepWordsWhole();
if (root !== null) void start(root);
