import type { texts } from './en.ts';

/** Every word of the control panel, as the English ones have it; the compiler names what a language lacks. */
export type Texts = typeof texts;
