/** The languages this program speaks, and how a wish for one is read. */

/** BCP 47 tags. English is always there; the others are loaded when somebody asks for them. */
export const languages = ['en', 'zh-CN', 'zh-TW', 'ja'] as const;

export type Language = (typeof languages)[number];

/** Where Chinese is written in traditional characters; everywhere else it is simplified. */
const traditional = new Set(['hant', 'tw', 'hk', 'mo']);

/**
 * The language of a tag.
 * @param tag BCP 47 (`zh-Hant-HK`) or POSIX style (`zh_TW`), upper or lower case
 * @returns undefined for a language we do not speak
 */
export function languageOf(tag: string): Language | undefined {
  const [base, ...rest] = tag.trim().toLowerCase().split(/[-_]/);
  if (base === 'en' || base === 'ja') return base;
  if (base !== 'zh') return undefined;
  // The script says more than the region: zh-Hans-HK is simplified.
  if (rest.includes('hans')) return 'zh-CN';
  return rest.some((part) => traditional.has(part)) ? 'zh-TW' : 'zh-CN';
}

/**
 * The language a list of wishes asks for.
 * @param wishes `Accept-Language` (RFC 9110 section 12.5.4) or one tag; foreign, only its beginning is read
 * @returns the best of ours; English if all wishes are for others; undefined if nothing is wished (empty, `*`)
 */
export function wishedLanguage(wishes: string): Language | undefined {
  const ranked = wishes
    .slice(0, 400)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';');
      const weight = /^\s*q\s*=\s*([\d.]+)/i.exec(parameters.join(';'))?.[1];
      return { tag: tag.trim(), weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ tag, weight }) => /^[A-Za-z]/.test(tag) && weight > 0)
    .sort((one, other) => other.weight - one.weight);
  if (ranked.length === 0) return undefined;
  for (const { tag } of ranked) {
    const language = languageOf(tag);
    if (language !== undefined) return language;
  }
  return 'en';
}
