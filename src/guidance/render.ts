import { isQueueId } from '../core/index.ts';
import { entries, isGuidanceId, type GuidanceId } from './entries.ts';
import { fillIn, oneLine } from './placeholders.ts';
import { textsOf } from './texts/index.ts';
import { type LanguageTexts } from './texts/language.ts';
import { type Guidance, type GuidanceContext } from './types.ts';

/** Support wants the answer whole: the bracket with host, time and id stands at its end. */
const maxAnswerLength = 1000;

/**
 * What to tell a person about an error.
 * @param id an error code, or the `guidanceId` of a verdict; anything else is told as `internal`
 * @param context what is known about this device; unknown values are named in angle brackets as something to fill in
 * @param language BCP 47 tag; English if there are no texts in it
 */
export function guidanceFor(id: string, context: GuidanceContext, language = 'en'): Guidance {
  const entryId: GuidanceId = isGuidanceId(id) ? id : 'internal';
  const words = textsOf(language);
  const text = words.texts[entryId];
  const again = context.isSignInOver === true ? words.again.bySignIn : words.again.byItself;
  const filled = (template: string) => fillIn(template, context, words.fillIn, again.sentence, words.paths);
  const { who, acts, isUnknown } = entries[entryId];
  const support = isUnknown ? supportLines(words, context) : [];
  return {
    id: entryId,
    language: words.language,
    title: text.title,
    panel: text.panel.map((line) => (line === '{again}' ? again.panel : line)),
    paragraph: filled(text.paragraph),
    ...(text.remedy === undefined ? {} : { remedy: filled(text.remedy) }),
    who,
    // A sign-in that has ended is started again, whatever else is to be done.
    acts: context.isSignInOver === true && !acts.includes('sign-in') ? [...acts, 'sign-in'] : acts,
    ...(support.length === 0 ? {} : { support }),
  };
}

/** What support asks for first; nothing if the other side said nothing. */
function supportLines(
  { support }: LanguageTexts,
  { queueId, atMs, aadsts, reply }: GuidanceContext,
): readonly string[] {
  const answer = reply === undefined ? '' : oneLine(reply, maxAnswerLength);
  if (answer === '' && aadsts === undefined) return [];
  return [
    support.intro,
    ...(queueId !== undefined && isQueueId(queueId) ? [`${support.message}: ${queueId}`] : []),
    ...(atMs !== undefined && Number.isFinite(atMs) ? [`${support.time}: ${new Date(atMs).toISOString()}`] : []),
    ...(aadsts === undefined ? [] : [`${support.number}: AADSTS${String(aadsts)}`]),
    ...(answer === '' ? [] : [`${support.answer}: ${answer}`]),
  ];
}
