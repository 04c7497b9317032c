/** Header fields as 7-bit mail has them: RFC 2047 encoded words in place of raw octets above 127. */
import type libmimeType from 'libmime';
import { addressFields, isNamed, makeField, type HeaderField } from '../core/index.ts';

export type Libmime = typeof libmimeType;

/** RFC 2047 2: an encoded word has at most 75 characters. */
const maxWord = 70;
const foldedLength = 76;
const nonAscii = /[^\x00-\x7f]/;

/**
 * Rewrites the fields that hold octets above 127; the others stay octet for octet. Raw octets name no charset: they are
 * read as UTF-8 if they are that, else as Windows-1252. What has no 7-bit form (a local part in an address) is left.
 * @param fields latin1, one char per octet
 */
export function asciiFields(fields: readonly HeaderField[], libmime: Libmime): HeaderField[] {
  return fields.map((field) => (nonAscii.test(field.raw) ? asciiField(field, libmime) : field));
}

function asciiField(field: HeaderField, libmime: Libmime): HeaderField {
  const value = readable(field.raw.slice(field.raw.indexOf(':') + 1))
    .replace(/\r\n(?=[ \t])/g, '')
    .trim();
  const word = (text: string) => libmime.encodeWord(text, 'Q', maxWord);
  let ascii: string;
  if (/^content-/i.test(field.name)) ascii = asciiParameters(value, word);
  else if (isNamed(field, ...addressFields)) ascii = asciiAddresses(value, word);
  else ascii = asciiWords(value, word);
  // Folding may not cut inside the name; a field that cannot be folded is legal up to 998 octets.
  const folded = libmime.foldLines(`${field.name}: ${ascii}`, foldedLength);
  if (nonAscii.test(folded)) return field;
  return { ...makeField(field.name, ''), raw: `${folded}\r\n` };
}

/** UTF-8 if it is that, else Windows-1252. */
function readable(latin1: string): string {
  const octets = Buffer.from(latin1, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return new TextDecoder('windows-1252').decode(octets);
  }
}

/** Unstructured text, RFC 2047 5 (1): from the first to the last word that needs it. */
function asciiWords(text: string, word: (text: string) => string): string {
  return text.replace(/\S*[^\x00-\x7f](?:.*[^\x00-\x7f])?\S*/, (run) => word(run));
}

/** Phrases, RFC 2047 5 (3): a quoted string may hold no encoded word, so it becomes one. Addresses stay as they are. */
function asciiAddresses(value: string, word: (text: string) => string): string {
  return value
    .split(/(<[^>]*>|"(?:[^"\\]|\\.)*")/)
    .map((part) => {
      if (!nonAscii.test(part) || part.startsWith('<')) return part;
      if (part.startsWith('"')) return word(part.slice(1, -1).replace(/\\(.)/g, '$1'));
      return part.replace(/[^\s,;:()]*[^\x00-\x7f][^\s,;:()]*/g, (run) => (run.includes('@') ? run : word(run)));
    })
    .join('');
}

/** Parameters of Content-Type and Content-Disposition: encoded words in the quotes, as mail programs have always read them. */
function asciiParameters(value: string, word: (text: string) => string): string {
  return value.replace(
    /"((?:[^"\\]|\\.)*)"|([^\s;="]*[^\x00-\x7f][^\s;="]*)/g,
    (whole, quoted?: string, bare?: string) => {
      const text = quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/g, '$1');
      return nonAscii.test(text) ? `"${word(text)}"` : whole;
    },
  );
}
