/**
 * Reads what firmware wrote into From. Header blocks are latin1 text, one char per byte; addresses are compared as UTF-8,
 * names are carried byte for byte.
 */
import { addressesOf, isNamed, parseMailbox, unfold, type HeaderField } from '../core/index.ts';
import { wireAddress } from './rules.ts';

/** All From fields of a message taken together; firmware has been seen to send two. */
export interface StatedFrom {
  /** `none`: no From field, or only empty ones. */
  readonly isPresent: boolean;
  /** Every address found, decoded as UTF-8, unchecked. */
  readonly addresses: readonly string[];
  /** Display name as a phrase ready for a header, bytes as they came; only if there is one mailbox. */
  readonly displayName: string | undefined;
  /** One field in a form that every parser reads alike; only such a field may leave this device untouched. */
  readonly isPlain: boolean;
}

/** ` name <address>` or ` address`, on one line, where name is atoms, encoded-words or one quoted string. */
const plainField =
  /^From: (?:(?:"[\x20\x21\x23-\x5b\x5d-\x7e]*"|[\w!#$%&'*+\-/=?^`{|}~ ]+) <[^\s<>"(),:;\\]+>|[^\s<>"(),:;\\]+)\r\n$/i;
/** What may stand unquoted in a phrase: atoms, encoded-words, and the raw 8-bit letters old firmware writes. */
const barePhrase = /^[\w!#$%&'*+\-/=?^`{|}~.\x80-\xff ]+$/;
const quotedPhrase = /^"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\x20-\x7e])*"$/;
/** A display name longer than this is no name; it would also push the line over 998 characters. */
const maxDisplayNameLength = 256;

/** @param fields header fields of one message */
export function statedFrom(fields: readonly HeaderField[]): StatedFrom {
  const froms = fields.filter((field) => isNamed(field, 'From'));
  const values = froms.map(unfold);
  const addresses = values
    .flatMap(addressesOf)
    .map((one) => utf8(one).trim())
    .filter((one) => one !== '');
  const only = froms.length === 1 ? froms[0] : undefined;
  const displayName = only !== undefined && addresses.length === 1 ? displayNameOf(unfold(only)) : undefined;
  return {
    isPresent: values.some((value) => value !== '' && value !== '<>'),
    addresses,
    displayName,
    isPlain: only !== undefined && addresses.length === 1 && plainField.test(only.raw),
  };
}

/** The bytes as UTF-8 where they are UTF-8; latin1 otherwise (such an address is no mailbox of ours either way). */
function utf8(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? latin1 : text;
}

/**
 * The phrase before the angle bracket, made safe to stand before another address. Comments go: a parser that does not
 * know them would read an address out of one.
 * @param value unfolded From value with one mailbox
 */
function displayNameOf(value: string): string | undefined {
  const angle = angleStart(value);
  if (angle === undefined) return undefined;
  const phrase = withoutComments(value.slice(0, angle)).replace(/\t/g, ' ').trim();
  if (phrase === '' || phrase === '""' || phrase.length > maxDisplayNameLength) return undefined;
  if (/[\x00-\x1f\x7f]/.test(phrase)) return undefined;
  if (quotedPhrase.test(phrase)) return phrase;
  // A phrase with a dot or an 8-bit letter is not RFC 5322, but what old firmware writes, and read by everyone.
  if (barePhrase.test(phrase)) return phrase;
  return `"${phrase.replace(/\\(.)/g, '$1').replace(/["\\]/g, '')}"`;
}

/** Where the first `<` outside quotes and comments is. */
function angleStart(value: string): number | undefined {
  let inQuote = false;
  let depth = 0;
  for (let i = 0; i < value.length; i++) {
    const char = value[i];
    if (char === '\\') i++;
    else if (char === '"' && depth === 0) inQuote = !inQuote;
    else if (!inQuote && char === '(') depth++;
    else if (!inQuote && char === ')' && depth > 0) depth--;
    else if (!inQuote && depth === 0 && char === '<') return i;
  }
  return undefined;
}

function withoutComments(text: string): string {
  let kept = '';
  let inQuote = false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '\\') {
      if (depth === 0) kept += char + (text[i + 1] ?? '');
      i++;
      continue;
    }
    if (char === '"' && depth === 0) inQuote = !inQuote;
    if (!inQuote && char === '(') depth++;
    else if (!inQuote && char === ')' && depth > 0) depth--;
    else if (depth === 0) kept += char;
  }
  return kept;
}

/**
 * An address people can answer: a mailbox in a domain with a dot that can be written in a header without SMTPUTF8.
 * Firmware defaults such as `root@localhost` or `mfp@[192.0.2.7]` are none.
 */
export function answerableAddress(address: string): string | undefined {
  const mailbox = parseMailbox(address);
  if (mailbox === undefined || mailbox.domain.startsWith('[') || !mailbox.domain.includes('.')) return undefined;
  return wireAddress(address);
}
