/**
 * Raw octets above 127 in header fields, made legal at accept while it is still known which printer they come from: encoded
 * words (RFC 2047) in text and names, extended parameters (RFC 2231) in Content- fields.
 */
import { addressFields, isNamed, type HeaderField } from '../core/index.ts';
import { maxLineBytes } from './limits.ts';

const nonAscii = /[^\x00-\x7f]/;
/** RFC 2047 2: 75 characters for each word; 12 of them are `=?utf-8?B?` and `?=`. */
const maxWordOctets = 45;

/** The charset of raw octets that are no UTF-8 and whose printer is not known for another one. */
export const defaultHeaderCharset = 'windows-1252';

/**
 * Rewrites a field that holds octets above 127.
 * @param field latin1, one char per octet
 * @param charset for octets that are no UTF-8, as TextDecoder knows it
 * @returns the field itself if it is ASCII. An address with a non-ASCII local part keeps its octets: it has no other form
 */
export function legalField(field: HeaderField, charset: string): HeaderField {
  if (!nonAscii.test(field.raw)) return field;
  const value = decodeOctets(field.raw.slice(field.raw.indexOf(':') + 1), charset)
    .replace(/\r\n(?=[ \t])/g, '')
    // What decoding brings to light must not end a line: some charsets have controls above 127.
    .replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/g, ' ')
    .trim();
  const ascii = isNamed(field, ...addressFields)
    ? legalAddresses(value)
    : /^content-/i.test(field.name)
      ? legalParameters(value)
      : legalText(value);
  const raw = `${field.name}: ${Buffer.from(ascii).toString('latin1')}\r\n`;
  // A long parameter grows threefold; octets above 127 are then the lesser evil, and the relay looks at them again.
  return raw.split('\r\n').some((line) => line.length > maxLineBytes) ? field : { name: field.name, raw };
}

/** UTF-8 if the octets are that, else `charset`; a charset this Node does not know is read as Latin. */
function decodeOctets(latin1: string, charset: string): string {
  const octets = Buffer.from(latin1, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    try {
      return new TextDecoder(charset).decode(octets);
    } catch {
      return latin1;
    }
  }
}

/** From the first to the last word that needs it (RFC 2047 5, rule 1). A loop over words: the text may be hostile. */
function legalText(text: string): string {
  const words = text.split(/(\s+)/);
  const first = words.findIndex((word) => nonAscii.test(word));
  const last = words.findLastIndex((word) => nonAscii.test(word));
  if (first < 0) return text;
  const [before, middle, after] = [words.slice(0, first), words.slice(first, last + 1), words.slice(last + 1)];
  return before.join('') + encodeWords(middle.join('')) + after.join('');
}

/** Names become encoded words; a quoted string may hold none, so it becomes one. Whatever has an @ stays. */
function legalAddresses(value: string): string {
  let legal = '';
  let phrase = '';
  const flush = () => {
    legal += phrase.includes('@') ? phrase : legalText(phrase);
    phrase = '';
  };
  for (let at = 0; at < value.length; at++) {
    const char = value[at] ?? '';
    const end = char === '<' ? value.indexOf('>', at) : char === '"' ? endOfQuote(value, at) : at;
    if (end < 0) {
      phrase += value.slice(at);
      break;
    }
    if (!'<",;:()'.includes(char)) {
      phrase += char;
      continue;
    }
    flush();
    const part = value.slice(at, end + 1);
    legal += char === '"' && nonAscii.test(part) ? encodeWords(unquoted(part)) : part;
    at = end;
  }
  flush();
  return legal;
}

function endOfQuote(value: string, start: number): number {
  for (let at = start + 1; at < value.length; at++) {
    if (value[at] === '\\') at++;
    else if (value[at] === '"') return at;
  }
  return -1;
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}

/** `name="Büro.pdf"` becomes `name*=utf-8''B%C3%BCro.pdf`. */
function legalParameters(value: string): string {
  return value.replace(
    /([A-Za-z0-9!#$&+.^_`|~-]+)=("(?:[^"\\]|\\.)*"|[^;\s]+)|[^\x00-\x7f]+/g,
    (whole, name: string | undefined, text: string | undefined) => {
      if (!nonAscii.test(whole)) return whole;
      if (name === undefined || text === undefined) return encodeWords(whole);
      const plain = text.startsWith('"') ? unquoted(text) : text;
      return `${name}*=utf-8''${percent(plain)}`;
    },
  );
}

/** RFC 2231 attribute characters stay, everything else is `%XX`. */
function percent(text: string): string {
  return [...Buffer.from(text)]
    .map((octet) => {
      const char = String.fromCharCode(octet);
      return /[A-Za-z0-9!#$&+.^_`|~-]/.test(char) ? char : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** Encoded words of whole characters, each on a line of its own from the second on. */
function encodeWords(text: string): string {
  const words: string[] = [];
  let part = '';
  for (const char of text) {
    if (Buffer.byteLength(part + char) > maxWordOctets) {
      words.push(part);
      part = '';
    }
    part += char;
  }
  words.push(part);
  return words.map((one) => `=?utf-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ');
}
