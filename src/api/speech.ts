/** Which language a request is answered in, and the status in it. */
import { wishedLanguage, type AgentStatus, type Language } from '../core/index.ts';
import { loadGuidance, sayIn, statusSentence } from '../guidance/index.ts';
import type { Agent } from './agent.ts';

/** The language a request names: `?language=`, else `Accept-Language`; English for languages we do not speak. */
export function namedLanguage(request: Request): Language | undefined {
  const asked = new URL(request.url).searchParams.get('language') ?? '';
  return wishedLanguage(asked) ?? wishedLanguage(request.headers.get('accept-language') ?? '');
}

/** The language a request is answered in: the one it names, else the one of this device. Its texts are loaded. */
export async function requestLanguage(request: Request, agent: Agent): Promise<Language> {
  const language = namedLanguage(request) ?? agent.language();
  await loadGuidance(language);
  return language;
}

/** The picture with its sentence in a language. */
export function spoken(status: AgentStatus, language: Language): AgentStatus {
  // English is what the agent composed.
  if (language === 'en') return { ...status, language };
  const { warnings } = status;
  return {
    ...status,
    sentence: statusSentence(status, language),
    ...(warnings === undefined ? {} : { warnings: warnings.map((one) => sayIn(one, language)) }),
    language,
  };
}

/** Details of a refusal: what is said to people in them, in a language; codes and figures stay. */
export function spokenDetails(
  details: Readonly<Record<string, unknown>>,
  language: Language,
): Readonly<Record<string, unknown>> {
  if (language === 'en') return details;
  const say = (value: unknown) => (typeof value === 'string' ? sayIn(value, language) : value);
  const lists = Object.fromEntries(
    ['problems', 'messages'].flatMap((name) => {
      const list = details[name];
      return Array.isArray(list) ? [[name, list.map(say)]] : [];
    }),
  );
  const { problems } = lists;
  // The hint of refused settings is all of them in one line.
  const hint = problems === undefined ? say(details['hint']) : problems.slice(0, 10).join(' ');
  return { ...details, ...lists, ...(hint === undefined ? {} : { hint }) };
}
