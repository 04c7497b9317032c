/** Which language a request is answered in, and the status in it. */
import { wishedLanguage, type AgentStatus, type Language } from '../core/index.ts';
import { loadGuidance, statusSentence } from '../guidance/index.ts';
import type { Agent } from './agent.ts';

/**
 * The language of a request: `?language=`, else `Accept-Language`, else the one of this device. Its texts are loaded.
 * @returns English for languages we do not speak
 */
export async function requestLanguage(request: Request, agent: Agent): Promise<Language> {
  const asked = new URL(request.url).searchParams.get('language') ?? '';
  const language =
    wishedLanguage(asked) ?? wishedLanguage(request.headers.get('accept-language') ?? '') ?? agent.language();
  await loadGuidance(language);
  return language;
}

/** The picture with its sentence in a language. */
export function spoken(status: AgentStatus, language: Language): AgentStatus {
  // English is what the agent composed.
  return language === 'en'
    ? { ...status, language }
    : { ...status, sentence: statusSentence(status, language), language };
}
