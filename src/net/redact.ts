/**
 * What must never be read in a log, masked in text that comes from outside: error descriptions, URLs, library messages.
 * The log room has a layer of its own; this one keeps secrets out of `MailError` in the first place (T31).
 */

const mask = '[redacted]';

/** `name=value` and `"name":"value"` for every OAuth and password parameter this program can meet. */
const secretNames = [
  'access_token',
  'refresh_token',
  'id_token',
  'device_code',
  'user_code',
  'code',
  'client_secret',
  'client_assertion',
  'assertion',
  'password',
  'passwd',
  'client_info',
].join('|');
const formValue = new RegExp(`\\b(${secretNames})=[^&\\s"']+`, 'gi');
const jsonValue = new RegExp(`("(?:${secretNames})"\\s*:\\s*")(?:[^"\\\\]|\\\\.)*"?`, 'gi');
const authorization = /\b(Bearer|Basic|XOAUTH2)\s+[A-Za-z0-9+/=._~-]{8,}/gi;
const jwt = /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}/g;
/** Opaque tokens are long runs of base64url with dots; GUIDs, host names and AADSTS texts are not. */
const longRun = /[A-Za-z0-9_\-.~+/=]{64,}/g;
const userInfo = /\b([a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi;

/**
 * Masks tokens, codes, passwords and URL log-ins.
 * @param text any length; callers cut it first if it is foreign
 */
export function redactText(text: string): string {
  return text
    .replace(userInfo, `$1${mask}@`)
    .replace(jsonValue, `$1${mask}"`)
    .replace(formValue, `$1=${mask}`)
    .replace(authorization, `$1 ${mask}`)
    .replace(jwt, mask)
    .replace(longRun, mask);
}

/** Origin and path of a URL: log-in, query and fragment go. `[not a URL]` for anything else. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return '[not a URL]';
  const { protocol, host, pathname } = new URL(url);
  return redactText(`${protocol}//${host}${pathname}`);
}
