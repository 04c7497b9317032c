import { randomBytes } from 'node:crypto';

/** `FROM:<address> PARAMETER...` of MAIL, `TO:` of RCPT. @returns undefined if it is not that */
export function readPath(
  keyword: string,
  rest: string,
): { readonly address: string; readonly parameters: readonly string[] } | undefined {
  const match = new RegExp(`^${keyword}:\\s*<((?:"(?:[^"\\\\]|\\\\.)*"|[^<>"\\s])*)>(?:\\s+(.*))?$`, 'i').exec(rest);
  if (!match) return undefined;
  return { address: match[1] ?? '', parameters: (match[2] ?? '').split(/\s+/).filter((one) => one !== '') };
}

/** `Sat, 21 Nov 2026 12:00:00 +0000` */
export function smtpDate(nowMs: number): string {
  return new Date(nowMs).toUTCString().replace('GMT', '+0000');
}

/** Sixteen hex digits, as the service puts into brackets and message ids. */
export function hexId(): string {
  return randomBytes(8).toString('hex').toUpperCase();
}

/** Foreign text on its way into a reply. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
