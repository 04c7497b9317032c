/**
 * What a person typed to have it explained: a number from the phone (`53003`, `AADSTS53003`, `Error Code: 53003`), or a
 * code of a job or the log.
 * @returns undefined if there is nothing to ask
 */
export function guidanceQuestion(text: string): { readonly code?: string; readonly aadsts?: number } | undefined {
  const trimmed = text.trim().normalize('NFKC');
  if (trimmed === '') return undefined;
  const number = /(?:^|[^\w.])(?:aadsts)?(\d{4,8})(?![\w.])/i.exec(` ${trimmed}`)?.[1];
  if (number !== undefined) return { aadsts: Number(number) };
  return { code: trimmed.toLowerCase().slice(0, 80) };
}
