import { type GuidanceText } from '../types.ts';

/**
 * One entry's words.
 * @param panel the panel sentence, its lines separated by `|`: at most 3 lines of at most 40 characters
 * @param remedy lines separated by line feeds; a command stands alone on its line
 */
export function say(title: string, panel: string, paragraph: string, remedy?: string): GuidanceText {
  return { title, panel: panel.split('|'), paragraph, ...(remedy === undefined ? {} : { remedy }) };
}
