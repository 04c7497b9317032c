import { sharedTexts } from '../../shared/texts/en.ts';
import type { Words } from '../app.tsx';
import { en } from './en/index.ts';

/** Everything Internet Services says in English; titles of settings are the schema's. */
export const words: Words = { texts: en, settings: {}, shared: sharedTexts };
