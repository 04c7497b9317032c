/** The subject for people: lists and screens show it, the wire never sees it. */

const encodedWord = /=\?([A-Za-z0-9_.:-]{1,40})(?:\*[A-Za-z0-9-]*)?\?([BbQq])\?([^?\s]*)\?=/g;
/** Controls, and the marks that turn reading direction: a subject must not rearrange a screen. */
const unshowable = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;
const maxCharacters = 200;

/**
 * Decodes a Subject value.
 * @param value unfolded header value, latin1 (one char per octet)
 * @returns at most 200 characters, controls removed; words in an unknown charset stay as they are
 * @see https://www.rfc-editor.org/rfc/rfc2047
 */
export function decodeSubject(value: string): string {
  // No subject of a sane length is this long, and decoding is for a screen.
  const shown = decodeWords(value.slice(0, 8192)).replace(/\t/g, ' ').replace(unshowable, '').trim();
  return Array.from(shown).slice(0, maxCharacters).join('');
}

interface Run {
  charset: string;
  octets: Buffer[];
  raw: string;
}

function decodeWords(value: string): string {
  let text = '';
  let last = 0;
  let run: Run | undefined;
  const flush = () => {
    if (run) text += decodeOctets(Buffer.concat(run.octets), run.charset) ?? run.raw;
    run = undefined;
  };
  for (const match of value.matchAll(encodedWord)) {
    const [raw, charset = '', encoding = '', encoded = ''] = match;
    const between = value.slice(last, match.index);
    const octets = encoding.toUpperCase() === 'B' ? Buffer.from(encoded, 'base64') : fromQ(encoded);
    last = match.index + raw.length;
    // Blanks between encoded words are no text (RFC 2047 6.2). Words of one charset are joined before decoding: much
    // firmware cuts a two-octet character in half at the end of a word.
    if (run?.charset === charset.toLowerCase() && /^\s*$/.test(between)) {
      run.octets.push(octets);
      run.raw += ` ${raw}`;
      continue;
    }
    const isAdjacent = run !== undefined && /^\s*$/.test(between);
    flush();
    if (!isAdjacent) text += decodeRaw(between);
    run = { charset: charset.toLowerCase(), octets: [octets], raw };
  }
  flush();
  return text + decodeRaw(value.slice(last));
}

function fromQ(encoded: string): Buffer {
  return Buffer.from(
    encoded
      .replace(/_/g, ' ')
      .replace(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
}

/** Octets above 127 without an encoded word: UTF-8 if they are valid UTF-8, else Latin. */
function decodeRaw(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text;
  const octets = Buffer.from(text, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return decodeOctets(octets, 'windows-1252') ?? text;
  }
}

function decodeOctets(octets: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset).decode(octets);
  } catch {
    return undefined;
  }
}
