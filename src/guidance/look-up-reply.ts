/** What a reply may mean that a person read somewhere and types in: often only its number, never its place in the dialogue. */
import { enhancedStatusOf, isStatusMatch, matchersOf } from './classify-smtp.ts';
import { type GuidanceId } from './entries.ts';
import { smtpMatchers, type SmtpStage } from './smtp-matchers.ts';

const stages: readonly SmtpStage[] = ['greeting', 'ehlo', 'starttls', 'auth', 'mail', 'rcpt', 'data', 'final'];

/**
 * The entries for a reply (`535 5.7.139 Authentication unsuccessful, ...`), the same without its code, an enhanced status
 * code (`5.7.139`) or a bare reply code (`550`). Words decide where they can; else every entry of the number is named.
 * @returns without repeats, in the order of the table; empty for what is no reply, or what no row knows
 */
export function lookUpReply(text: string): readonly GuidanceId[] {
  const [, code = '', rest = ''] = /^(?:([45]\d\d)(?:[ -]|$))?(.*)$/s.exec(text.trim()) ?? [];
  const status = enhancedStatusOf(rest);
  if (code === '' && status === undefined) return [];
  const codes = code === '' ? sampleCodes().filter((one) => one.startsWith(String(status?.classDigit))) : [code];
  const byWords = codes.flatMap((one) =>
    stages.flatMap((stage) => matchersOf({ stage, reply: `${one} ${rest}` }).slice(0, 1)),
  );
  // Without words, and with a status that several rows share, a match would be the luck of the order.
  if (byWords.length > 0 && (status === undefined || hasWords(rest))) return idsOf(byWords);
  const byStatus =
    status === undefined
      ? []
      : smtpMatchers.filter((one) => one.enhanced !== undefined && isStatusMatch(one, status) && isOf(codes, one));
  if (byStatus.length > 0) return idsOf(byStatus);
  if (status !== undefined || rest !== '') return idsOf(byWords);
  return idsOf(smtpMatchers.filter(({ samples }) => samples.some(([, reply]) => reply.startsWith(code))));
}

function idsOf(matchers: readonly { readonly guidanceId: GuidanceId }[]): GuidanceId[] {
  return [...new Set(matchers.map(({ guidanceId }) => guidanceId))];
}

/** Words behind the status. */
function hasWords(rest: string): boolean {
  return /\s\S/.test(rest);
}

function isOf(codes: readonly string[], { replyCodes }: { readonly replyCodes?: readonly number[] }): boolean {
  return replyCodes === undefined || replyCodes.some((one) => codes.includes(String(one)));
}

/** The reply codes of the replies that are known. */
function sampleCodes(): string[] {
  return [...new Set(smtpMatchers.flatMap(({ samples }) => samples.map(([, reply]) => reply.slice(0, 3))))];
}
