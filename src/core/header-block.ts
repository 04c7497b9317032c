/**
 * RFC 5322 header blocks, edited without touching what we do not understand. A block is latin1 text (one char per
 * byte), CRLF line ends, each field ending in CRLF, without the empty line. MIME is never parsed here: the relay sends
 * the body as it came.
 */

/** One field: `raw` includes folding and the final CRLF. */
export interface HeaderField {
  /** As written by the client. */
  readonly name: string;
  readonly raw: string;
}

const fieldStart = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:/;

/**
 * Splits a header block into fields. Lines that are neither a field nor its continuation (old firmware writes a stray
 * `From ` or junk line) are dropped, because a receiving server would end the header there and show the rest as text.
 * @see https://www.rfc-editor.org/rfc/rfc5322#section-2.2
 */
export function parseHeaderBlock(block: string): HeaderField[] {
  const fields: { name: string; raw: string }[] = [];
  for (const line of block.split(/\r\n/)) {
    if (line === '') continue;
    const last = fields.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last) last.raw += `${line}\r\n`;
      continue;
    }
    const name = fieldStart.exec(line)?.[1];
    if (name !== undefined) fields.push({ name, raw: `${line}\r\n` });
  }
  return fields;
}

/** Puts fields together again. */
export function formatHeaderBlock(fields: readonly HeaderField[]): string {
  return fields.map((field) => field.raw).join('');
}

/** Unfolded value of the first field of that name, or undefined. */
export function headerValue(fields: readonly HeaderField[], name: string): string | undefined {
  const field = fields.find((candidate) => isNamed(candidate, name));
  return field && unfold(field);
}

/** Unfolded value of a field. */
export function unfold(field: HeaderField): string {
  return field.raw
    .slice(field.raw.indexOf(':') + 1)
    .replace(/\r\n(?=[ \t])/g, '')
    .trim();
}

export function isNamed(field: HeaderField, ...names: readonly string[]): boolean {
  return names.some((name) => name.toLowerCase() === field.name.toLowerCase());
}

/**
 * Makes a field from a value the caller vouches for.
 * @throws RangeError if the value holds CR, LF or NUL: header injection (T5) ends here whatever the caller forgot
 */
export function makeField(name: string, value: string): HeaderField {
  if (/[\r\n\0]/.test(value)) throw new RangeError(`header ${name} would break out of its line`);
  return { name, raw: `${name}: ${value}\r\n` };
}

/** Replaces every field of that name by `value` (at the place of the first, or in front), or removes them. */
export function withField(fields: readonly HeaderField[], name: string, value: string | undefined): HeaderField[] {
  const at = fields.findIndex((field) => isNamed(field, name));
  const rest = fields.filter((field) => !isNamed(field, name));
  if (value === undefined) return rest;
  rest.splice(at < 0 ? 0 : at, 0, makeField(name, value));
  return rest;
}

/**
 * Finds the address of a From, Sender or Reply-To value: the one in angle brackets outside quotes and comments, else the
 * whole value. Reads only, never used to route mail.
 * @returns every address found, in order, unchecked
 */
export function addressesOf(value: string): string[] {
  const found: string[] = [];
  let text = '';
  let inQuote = false;
  let commentDepth = 0;
  let angle: string | undefined;
  const end = () => {
    const address = (angle ?? text).trim();
    if (address !== '') found.push(address);
    text = '';
    angle = undefined;
  };
  let inAngle = false;
  for (let i = 0; i < value.length; i++) {
    const char = value[i] ?? '';
    if (char === '\\' && (inQuote || commentDepth > 0)) {
      if (inQuote) {
        if (inAngle) angle = (angle ?? '') + char + (value[i + 1] ?? '');
        else text += char + (value[i + 1] ?? '');
      }
      i++;
      continue;
    }
    if (char === '"' && commentDepth === 0) inQuote = !inQuote;
    else if (!inQuote && char === '(') {
      commentDepth++;
      continue;
    } else if (!inQuote && char === ')' && commentDepth > 0) {
      commentDepth--;
      continue;
    }
    if (commentDepth > 0) continue;
    if (!inQuote && char === '<' && !inAngle) {
      inAngle = true;
      angle = '';
      continue;
    }
    if (!inQuote && char === '>' && inAngle) {
      inAngle = false;
      continue;
    }
    if (!inQuote && !inAngle && (char === ',' || char === ';')) {
      end();
      continue;
    }
    if (!inQuote && !inAngle && char === ':') {
      text = '';
      continue;
    }
    if (inAngle) angle = (angle ?? '') + char;
    else text += char;
  }
  end();
  return found;
}

/** Fields whose values are address lists (RFC 5322 3.6.2, 3.6.3, 3.6.6); Bcc never leaves the device. */
export const addressFields = [
  'From',
  'Sender',
  'Reply-To',
  'To',
  'Cc',
  'Resent-From',
  'Resent-Sender',
  'Resent-To',
  'Resent-Cc',
];
