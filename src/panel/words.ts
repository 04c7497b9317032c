/** Short words for states, shared by the panel, the LCD and the CLI. */
import { type AgentStatus, type HoldReason, type Language } from '../core/index.ts';
import { panelTexts } from './texts/index.ts';
import { type PanelTexts } from './texts/texts.ts';

/** The words of the language the status speaks. */
export function textsFor({ language }: AgentStatus): PanelTexts {
  return panelTexts(language);
}

/** Headline of a sign-in that failed: after a failed proof somebody is signed in all the same. At most 20 columns. */
export function failedTitle(status: AgentStatus): string {
  const texts = textsFor(status);
  return status.account.status === 'unproven' ? texts.signedInNotReady : texts.notSignedIn;
}

/** Why scans wait for a person, to follow "held: ". */
export function holdWords(reason: HoldReason, language: Language = 'en'): string {
  return panelTexts(language).holdWords[reason];
}

/** What a terminal asks below the panel. */
export function questionWords(
  language: Language = 'en',
): PanelTexts['questions'] & Pick<PanelTexts, 'useThisMailboxOf'> {
  const { questions, useThisMailboxOf } = panelTexts(language);
  return { ...questions, useThisMailboxOf };
}

/** Headings of a remedy, and of what support asks for. */
export function adviceWords(language: Language = 'en'): Pick<PanelTexts, 'whatToDo' | 'toSupport'> {
  return panelTexts(language);
}

/**
 * The queue in a few words.
 * @returns like `2 waiting, 1 sending, 3 held` or `empty`
 */
export function queueWords(queue: AgentStatus['queue'], language: Language = 'en'): string {
  const { queueStates, queueEmpty, listComma } = panelTexts(language);
  const words = (['waiting', 'sending', 'held', 'failed'] as const)
    .filter((state) => queue[state] > 0)
    .map((state) => queueStates[state](queue[state]));
  return words.length === 0 ? queueEmpty : words.join(listComma);
}

/**
 * What a scope lets the device do, as a person would say it.
 * @param scope as it is asked for, resource URL included
 * @returns undefined for scopes that go without saying (`openid`), the scope itself if we have no words for it
 */
export function scopeWords(scope: string, { scopes }: PanelTexts): string | undefined {
  const name = scope.slice(scope.lastIndexOf('/') + 1).toLowerCase();
  switch (name) {
    case 'smtp.send':
      return scopes.send;
    case 'offline_access':
      return scopes.stay;
    case 'email':
    case 'profile':
      return scopes.know;
    case 'openid':
      return undefined;
    default:
      return scope;
  }
}
