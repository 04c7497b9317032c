import { sharedTexts } from '../../shared/texts/zh-cn.ts';
import type { Words } from '../app.tsx';
import { zhCn } from './zh-cn/index.ts';
import { settings } from './zh-cn/settings.ts';

/** Everything Internet Services says in simplified Chinese. */
export const words: Words = { texts: zhCn, settings, shared: sharedTexts };
