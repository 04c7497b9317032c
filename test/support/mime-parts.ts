/** A multipart message taken apart, for comparison: a small reader of its own, not the libraries that wrote it. */

export interface MimePart {
  /** Lower case names, unfolded values. */
  readonly fields: Readonly<Record<string, string>>;
  readonly fileName: string | undefined;
  /** Decoded. */
  readonly content: Buffer;
}

export interface MimeMessage {
  readonly fields: Readonly<Record<string, string>>;
  readonly parts: readonly MimePart[];
}

/** @param raw header block, empty line, body; CRLF */
export function mimeParts(raw: Buffer): MimeMessage {
  const { fields, content } = split(raw);
  const boundary = /boundary="([^"]+)"/.exec(fields['content-type'] ?? '')?.[1];
  if (boundary === undefined) return { fields, parts: [] };
  const text = `\r\n${content.toString('latin1')}`;
  const pieces = text.split(`\r\n--${boundary}`);
  if (!/^--\s*$/.test(pieces.at(-1) ?? '')) throw new Error('no closing boundary');
  return {
    fields,
    parts: pieces.slice(1, -1).map((piece) => {
      const part = split(Buffer.from(piece.replace(/^[ \t]*\r\n/, ''), 'latin1'));
      return {
        fields: part.fields,
        fileName: fileNameOf(part.fields['content-disposition'] ?? ''),
        content: decoded(part.content, part.fields['content-transfer-encoding'] ?? '7bit'),
      };
    }),
  };
}

function split(raw: Buffer): { fields: Record<string, string>; content: Buffer } {
  const end = raw.indexOf('\r\n\r\n');
  const block = raw
    .subarray(0, end)
    .toString('latin1')
    .replace(/\r\n[ \t]+/g, ' ');
  const fields = Object.fromEntries(
    block
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { fields, content: raw.subarray(end + 4) };
}

function decoded(content: Buffer, encoding: string): Buffer {
  const text = content.toString('latin1');
  if (encoding === 'base64') {
    for (const line of text.split('\r\n'))
      if (line.length > 76 || /[^A-Za-z0-9+/=]/.test(line)) throw new Error(`no base64: ${line}`);
    return Buffer.from(text, 'base64');
  }
  if (encoding !== 'quoted-printable') return content;
  return Buffer.from(
    text
      .replace(/=\r\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
}

/** RFC 2231 continuations, RFC 2047 is not looked at. */
function fileNameOf(disposition: string): string | undefined {
  const pieces = [...disposition.matchAll(/filename(?:\*(\d+))?(\*)?=(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g)];
  if (pieces.length === 0) return undefined;
  const octets = pieces
    .sort((one, other) => Number(one[1] ?? 0) - Number(other[1] ?? 0))
    .map(([, , isEncoded, quoted, bare]) => {
      const value = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
      return isEncoded === '*' ? value.replace(/^utf-8'[^']*'/i, '') : encodeURIComponent(value);
    })
    .join('');
  return decodeURIComponent(octets);
}

/** Encoded words in UTF-8. */
export function words(value: string | undefined): string {
  return (value ?? '')
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_all, kind: string, text: string) =>
      (kind.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64')
        : Buffer.from(
            text
              .replace(/_/g, ' ')
              .replace(/=([0-9A-F]{2})/gi, (_hex, hex: string) => String.fromCharCode(parseInt(hex, 16))),
            'latin1',
          )
      ).toString('latin1'),
    );
}

/** Encoded words and raw octets as the text a person reads. */
export function readable(value: string | undefined): string {
  return Buffer.from(words(value), 'latin1').toString('utf8');
}
