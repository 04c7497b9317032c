import { sharedTexts } from '../../shared/texts/ja.ts';
import type { Words } from '../app.tsx';
import { ja } from './ja/index.ts';
import { settings } from './ja/settings.ts';

/** Everything Internet Services says in Japanese. */
export const words: Words = { texts: ja, settings, shared: sharedTexts };
