import { sharedTexts } from '../../shared/texts/zh-tw.ts';
import type { Words } from '../app.tsx';
import { zhTw } from './zh-tw/index.ts';
import { settings } from './zh-tw/settings.ts';

/** Everything Internet Services says in traditional Chinese. */
export const words: Words = { texts: zhTw, settings, shared: sharedTexts };
