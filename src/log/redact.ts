/**
 * The last line of defence between secrets and the log (T31): whatever a caller hands in, text that looks like a token, a
 * password or an AUTH line does not come out, and nothing can forge a second line. It rather hides too much.
 */
import { shortenAddress } from '../core/index.ts';

const hidden = '[redacted]';
/** Shown of one text. */
const shownChars = 2000;
/** Looked at; the expressions below are linear, this bounds them anyway. */
const readChars = 8000;

const secretNames =
  'access_?token|refresh_?token|id_?token|device_?code|user_?code|client_?secret|client_?assertion|' +
  'code_?verifier|assertion|password|passwd|passphrase|pwd|secret|api_?key|private_?key';
const mechanisms = 'XOAUTH2|OAUTHBEARER|PLAIN|LOGIN|CRAM-MD5|NTLM';

const rules: readonly (readonly [RegExp, string])[] = [
  // Header fields whose whole value is a secret, in any of their spellings.
  [/((?:proxy-)?authorization|(?:set-)?cookie)(\\*["']?\s*[=:]\s*)[^\r\n]*/gi, `$1$2${hidden}`],
  // name=value, name: value, "name":"value", also escaped inside another JSON text. Unquoted values end at the line's end
  // at the latest: a password may have blanks.
  [
    new RegExp(
      `(${secretNames})(\\\\*["']?\\s*[=:]\\s*)(?:\\\\*"(?:[^"\\\\]|\\\\[^"])*\\\\*"|'[^'\\r\\n]*'|[^&"',;\\r\\n}]+)`,
      'gi',
    ),
    `$1$2${hidden}`,
  ],
  [/([?&]code=)[^&\s"']+/gi, `$1${hidden}`],
  // XOAUTH2 in the clear ends at ^A, headers at a blank.
  [/\b(Bearer)[ \t]+(?!(?:tokens?|auth|authentication|scheme|error|realm)\b)[^\s"',;\x00-\x1f]+/gi, `$1 ${hidden}`],
  [new RegExp(`\\b(AUTH[ \\t]+(?:${mechanisms}))[ \\t]+(?!(?:${mechanisms})\\b)[^\\s"]+`, 'gi'), `$1 ${hidden}`],
  // base64 of "user=" (XOAUTH2) and of "n,a=" (OAUTHBEARER).
  [/\b(?:dXNlcj|bixhP[Q-Za-f])[A-Za-z0-9+/_-]{6,}={0,2}/g, hidden],
  // JWT and JWE
  [/\beyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)*/g, hidden],
  // user:password@ in a URL
  [/(\/\/)[^\s/@"'<>]+@/g, `$1${hidden}@`],
];

/** Opaque tokens have no mark; names, paths and message ids do not have all three kinds of characters so long. */
const opaque = /[A-Za-z0-9_\-+/.~!*$]{60,}={0,2}/g;
const mailAddress = /[^\s<>"'(),:;@[\]\\=]{1,64}@[^\s<>"'(),:;@[\]\\]{1,253}/g;

/** True for names of values that are never logged, whatever they are. */
export function isSecretName(name: string): boolean {
  return /token$|passw|passphrase|secret|authorization|cookie|device_?code|user_?code|assertion|verifier|private_?key/i.test(
    name,
  );
}

/** How a text goes into the log. */
export interface CleanOptions {
  /** `s***s@contoso.com` instead of `scans@contoso.com`. */
  readonly isAddressShortened: boolean;
}

/**
 * Makes foreign text fit for one log line: secrets hidden, addresses shortened if asked, control characters escaped, at
 * most 2000 characters.
 */
export function cleanText(text: string, { isAddressShortened }: CleanOptions): string {
  // A token cut in two would no longer be recognised, so the last word goes with the cut.
  let clean = text.length > readChars ? text.slice(0, readChars).replace(/\S*$/, '') : text;
  for (const [pattern, replacement] of rules) clean = clean.replace(pattern, replacement);
  clean = clean.replace(opaque, (run) => (/[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run) ? hidden : run));
  if (isAddressShortened) clean = clean.replace(mailAddress, (address) => shortenAddress(address));
  clean = escapeControls(clean);
  return clean.length > shownChars ? `${clean.slice(0, shownChars)}... (${String(text.length)} characters)` : clean;
}

/** One line stays one line, also in a terminal and where line separators of Unicode or bidi marks are obeyed. */
function escapeControls(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu, (char) => {
    if (char === '\n') return '\\n';
    if (char === '\r') return '\\r';
    if (char === '\t') return '\\t';
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
