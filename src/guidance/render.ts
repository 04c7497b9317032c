import { entries, isGuidanceId, type GuidanceId } from './entries.ts';
import { fillIn } from './placeholders.ts';
import { textsOf } from './texts/index.ts';
import { type Guidance, type GuidanceContext } from './types.ts';

/**
 * What to tell a person about an error.
 * @param id an error code, or the `guidanceId` of a verdict; anything else is told as `internal`
 * @param context what is known about this device; unknown values are named in angle brackets as something to fill in
 * @param language BCP 47 tag; English if there are no texts in it
 */
export function guidanceFor(id: string, context: GuidanceContext, language = 'en'): Guidance {
  const entryId: GuidanceId = isGuidanceId(id) ? id : 'internal';
  const { texts, fillIn: names } = textsOf(language);
  const text = texts[entryId];
  return {
    id: entryId,
    title: text.title,
    panel: text.panel,
    paragraph: fillIn(text.paragraph, context, names),
    ...(text.remedy === undefined ? {} : { remedy: fillIn(text.remedy, context, names) }),
    who: entries[entryId].who,
  };
}
