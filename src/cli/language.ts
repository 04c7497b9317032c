/** The language of what the agent says on this terminal: sentences, guidance and the panel. */
import { languageOf, type Language } from '../core/index.ts';
import { usageError } from './exit-codes.ts';

/**
 * The wished language.
 * @param option `--language` as typed
 * @param env LC_ALL goes before LC_MESSAGES, that before LANG (POSIX, Environment Variables)
 * @returns undefined if nothing is wished: the agent then speaks the language of its panel
 * @throws MailError `bad-request` for an option that names no language of ours
 */
export function wishedCliLanguage(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Language | undefined {
  if (option !== undefined) {
    const language = languageOf(option);
    if (language === undefined) throw usageError('--language needs en, zh-CN, zh-TW or ja');
    return language;
  }
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((one) => one !== undefined && one !== '') ?? '';
  const [tag = '', charset] = locale.split('@')[0]?.split('.') ?? [];
  if (tag === '' || tag === 'C' || tag === 'POSIX') return undefined;
  // We write UTF-8, and the kernel's own console has no glyphs for Chinese or Japanese.
  const isShown = (charset === undefined || /^utf-?8$/i.test(charset)) && env['TERM'] !== 'linux';
  return (isShown ? languageOf(tag) : undefined) ?? 'en';
}
