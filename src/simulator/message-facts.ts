/** Just enough of RFC 5322 and MIME to check a From and to list attachments; written apart from the agent's own code. */

export interface AttachmentFacts {
  readonly fileName: string;
  readonly sizeBytes: number;
}

const maxHeaderBytes = 1024 * 1024;

/** Unfolded fields in order; empty if there is no end of a header. */
export function headerFields(raw: Buffer): readonly { readonly name: string; readonly value: string }[] {
  const end = raw.subarray(0, maxHeaderBytes).indexOf('\r\n\r\n');
  const block = raw.subarray(0, end < 0 ? Math.min(raw.length, maxHeaderBytes) : end).toString('utf8');
  return block
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 1
        ? []
        : [{ name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() }];
    });
}

export function headerOf(raw: Buffer, name: string): string | undefined {
  return headerFields(raw).find((field) => field.name === name)?.value;
}

/** Addresses in From, lower case; several fields or mailboxes give several. Comments and quoted strings are skipped. */
export function fromAddresses(raw: Buffer): readonly string[] {
  const fields = headerFields(raw).filter((field) => field.name === 'from');
  return fields.flatMap((field) => {
    const bare = field.value.replace(/"(?:[^"\\]|\\.)*"(?!@)/g, '').replace(/\([^()]*\)/g, '');
    return bare.split(',').flatMap((one) => {
      const address = /<([^<>]*)>/.exec(one)?.[1] ?? one;
      return address.includes('@') ? [address.trim().toLowerCase()] : [];
    });
  });
}

/** Encoded words (RFC 2047) in UTF-8 or Latin-1, for people. */
export function decodeWords(text: string): string {
  return text
    .replace(/(=\?[^?\s]+\?[bq]\?[^?\s]*\?=)\s+(?==\?)/gi, '$1')
    .replace(/=\?([^?\s*]+)[^?\s]*\?([bq])\?([^?\s]*)\?=/gi, (_all, charset: string, kind: string, body: string) => {
      const bytes =
        kind.toLowerCase() === 'b'
          ? Buffer.from(body, 'base64')
          : Buffer.from(
              body
                .replace(/_/g, ' ')
                .replace(/=([0-9A-F]{2})/gi, (_hex, hex: string) => String.fromCharCode(parseInt(hex, 16))),
              'latin1',
            );
      return bytes.toString(/^utf-?8$/i.test(charset) ? 'utf8' : 'latin1');
    });
}

/** Parts that carry a file name, three levels deep; sizes after decoding base64. */
export function attachments(raw: Buffer, depth = 0): readonly AttachmentFacts[] {
  const headerEnd = raw.indexOf('\r\n\r\n');
  if (headerEnd < 0 || depth > 3) return [];
  const type = headerOf(raw, 'content-type') ?? '';
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (/^multipart\//i.test(type) && boundary !== undefined) {
    return partsOf(raw.subarray(headerEnd + 2), boundary).flatMap((part) => attachments(part, depth + 1));
  }
  const fileName = nameOf(headerOf(raw, 'content-disposition') ?? '') ?? nameOf(type);
  if (fileName === undefined) return [];
  const content = raw.subarray(headerEnd + 4);
  const isBase64 = /^base64$/i.test(headerOf(raw, 'content-transfer-encoding') ?? '');
  return [
    { fileName, sizeBytes: isBase64 ? Buffer.from(content.toString('latin1'), 'base64').length : content.length },
  ];
}

function partsOf(body: Buffer, boundary: string): Buffer[] {
  const mark = `\r\n--${boundary}`;
  const parts: Buffer[] = [];
  for (let start = body.indexOf(mark); start >= 0;) {
    const lineEnd = body.indexOf('\r\n', start + mark.length);
    const next = body.indexOf(mark, start + mark.length);
    if (lineEnd < 0 || next < 0) break;
    parts.push(body.subarray(lineEnd + 2, next));
    start = next;
  }
  return parts;
}

function nameOf(field: string): string | undefined {
  const extended = /(?:file)?name\*=(?:utf-8|iso-8859-1)?'[^']*'([^;\s]+)/i.exec(field)?.[1];
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch {
      return extended;
    }
  }
  const plain = /(?:file)?name="((?:[^"\\]|\\.)*)"/i.exec(field)?.[1] ?? /(?:file)?name=([^";\s]+)/i.exec(field)?.[1];
  return plain === undefined ? undefined : decodeWords(plain.replace(/\\(.)/g, '$1'));
}
