/**
 * Re-encodes a message for a server that cannot take it as it came: text leaves to quoted-printable, other leaves to
 * base64, structure untouched (RFC 6152 3, RFC 2045 6). mailsplit finds the entities, libqp encodes; both are loaded with
 * the first message that needs them.
 */
import { isAscii } from 'node:buffer';
import { pipeline, Readable } from 'node:stream';
import type libqpType from 'libqp';
import type mailsplitType from 'mailsplit';
import type { MimeNode, MimePiece } from 'mailsplit';
import { formatHeaderBlock, isNamed, MailError, makeField, parseHeaderBlock, type HeaderField } from '../core/index.ts';
import { asciiFields, type Libmime } from './legal-header.ts';

/** RFC 5321 4.5.3.1.6, without CRLF. */
const maxLineOctets = 998;
const lineLength = 76;
/** Octets per base64 line, and lines at a time. */
const base64Octets = 57;
const base64Block = base64Octets * 512;

/** What the server needs. */
export interface Legality {
  /** The server lacks 8BITMIME. */
  readonly is7bit: boolean;
}

/** What came of it. */
export interface LegalFacts {
  readonly sizeBytes: number;
  /** Octets above 127 are left; never with `is7bit`. */
  readonly is8bit: boolean;
}

interface Libraries {
  readonly Splitter: (typeof mailsplitType)['Splitter'];
  readonly libqp: typeof libqpType;
  readonly libmime: Libmime;
}

/** A leaf on its way: takes its octets, gives its lines. */
interface LeafEncoder {
  push(octets: Buffer): string | Buffer;
  end(): string;
}

/**
 * The message with legal lines. The same input gives the same octets, however it is cut: attempts stay identical (F9).
 * Memory: no more than the longest line (1 MiB by intake's limit) and the piece in hand.
 * @param source header block, empty line, body
 * @throws MailError from the iterator, as from `source`; and `signed-not-convertible`, `eight-bit-not-possible`,
 *   `line-too-long` (permanent) at the first octets that have no legal form
 */
export async function* legalMessage(
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  need: Legality,
): AsyncGenerator<Buffer, undefined> {
  const libraries = await load();
  const splitter = new libraries.Splitter({ defaultInlineEmbedded: true });
  pipeline(Readable.from(source, { objectMode: false }), splitter, () => undefined);
  const check = new LegalityCheck(need);
  let leaf: LeafEncoder | undefined;
  let isFirst = true;
  try {
    for await (const piece of splitter as AsyncIterable<MimeNode | MimePiece>) {
      if (leaf && piece.type !== 'body') {
        yield check.passed(leaf.end());
        leaf = undefined;
      }
      if (piece.type === 'node') {
        const encoding = newEncoding(piece);
        leaf = encoderFor(piece, encoding, libraries);
        check.hasSigned ||= piece.multipart === 'signed';
        yield check.passed(headerOf(piece, { encoding, need, isFirst, libmime: libraries.libmime }));
        isFirst = false;
      } else if (piece.value) {
        yield check.passed(leaf ? leaf.push(piece.value) : piece.value);
      }
    }
    if (leaf) yield check.passed(leaf.end());
  } catch (error) {
    // The splitter's own limits (entities, header size): no message a scanner makes, and none it can take apart.
    if ((error as { readonly code?: unknown }).code === 'EMAXLEN') throw check.impossible('structure too large', error);
    throw error;
  } finally {
    splitter.destroy();
  }
}

/** Re-encodes once for nobody: size and kind of what will be sent, or why it cannot be. @throws as `legalMessage` */
export async function legalFacts(
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  need: Legality,
  signal: AbortSignal,
): Promise<LegalFacts> {
  let sizeBytes = 0;
  let is8bit = false;
  for await (const piece of legalMessage(source, need)) {
    if (signal.aborted) throw new MailError('stopping', 'interrupted');
    sizeBytes += piece.length;
    is8bit ||= !isAscii(piece);
  }
  return { sizeBytes, is8bit };
}

async function load(): Promise<Libraries> {
  const [{ default: mailsplit }, { default: libqp }, { default: libmime }] = await Promise.all([
    import('mailsplit'),
    import('libqp'),
    import('libmime'),
  ]);
  return { Splitter: mailsplit.Splitter, libqp, libmime };
}

/** The last word: nothing leaves that the server did not promise to take. */
class LegalityCheck {
  readonly #need: Legality;
  #column = 0;
  /** A signature would break with the octets it covers. */
  hasSigned = false;

  constructor(need: Legality) {
    this.#need = need;
  }

  passed(text: string | Buffer): Buffer {
    const octets = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    if (this.#need.is7bit && !isAscii(octets)) throw this.impossible('octets above 127');
    let start = 0;
    for (;;) {
      const end = octets.indexOf(0x0a, start);
      // Up to the CR, which the line does not count.
      const length = this.#column + (end < 0 ? octets.length : end - 1) - start;
      if (length > maxLineOctets + (end < 0 ? 1 : 0)) throw this.impossible('a line over 998 octets', undefined, true);
      if (end < 0) {
        this.#column = length;
        return octets;
      }
      start = end + 1;
      this.#column = 0;
    }
  }

  impossible(what: string, cause?: unknown, isLine = false): MailError {
    const code = this.hasSigned ? 'signed-not-convertible' : isLine ? 'line-too-long' : 'eight-bit-not-possible';
    return new MailError(code, `${what} that cannot be re-encoded`, { cause });
  }
}

/** Transfer encoding a leaf gets; undefined: it keeps what it has. */
function newEncoding(node: MimeNode): 'quoted-printable' | 'base64' | undefined {
  const type = node.contentType === false ? 'text/plain' : node.contentType;
  const isIdentity = ['', '7bit', '8bit', 'binary'].includes(node.encoding === false ? '' : node.encoding);
  // An entity of type message or multipart may have no encoding of its own (RFC 2045 6.4).
  if (!isIdentity || /^(?:multipart|message)\//.test(type) || isSigned(node)) return undefined;
  return type.startsWith('text/') ? 'quoted-printable' : 'base64';
}

/** What is covered by a signature (RFC 1847 2.1) stays as it is. */
function isSigned({ parentNode }: MimeNode): boolean {
  return parentNode !== false && (parentNode.multipart === 'signed' || isSigned(parentNode));
}

function headerOf(
  node: MimeNode,
  options: {
    readonly encoding: string | undefined;
    readonly need: Legality;
    readonly isFirst: boolean;
    readonly libmime: Libmime;
  },
): Buffer {
  const raw = node.getHeaders();
  if (isSigned(node)) return raw;
  const { encoding, need, isFirst, libmime } = options;
  let fields: readonly HeaderField[] = parseHeaderBlock(raw.toString('latin1'));
  if (need.is7bit) fields = asciiFields(fields, libmime);
  if (encoding !== undefined) {
    fields = withLast(fields, 'Content-Transfer-Encoding', encoding);
    if (isFirst && !fields.some((field) => isNamed(field, 'MIME-Version')))
      fields = withLast(fields, 'MIME-Version', '1.0');
  } else if (node.encoding === 'binary' || (node.encoding === '8bit' && need.is7bit)) {
    fields = withLast(fields, 'Content-Transfer-Encoding', need.is7bit ? '7bit' : '8bit');
  }
  return Buffer.from(`${formatHeaderBlock(fields)}\r\n`, 'latin1');
}

/** In the place of the present one, or last: what comes first in a header is its trace. */
function withLast(fields: readonly HeaderField[], name: string, value: string): HeaderField[] {
  return [...fields.filter((field) => !isNamed(field, name)), makeField(name, value)];
}

function encoderFor(
  node: MimeNode,
  encoding: 'quoted-printable' | 'base64' | undefined,
  { libqp }: Libraries,
): LeafEncoder | undefined {
  const qpLine = (line: Buffer) => libqp.wrap(libqp.encode(line), lineLength);
  if (encoding === 'quoted-printable') return new LineEncoder(qpLine);
  if (encoding === 'base64') return new Base64Encoder(node.parentNode === false);
  if (isSigned(node)) return undefined;
  // Encoded already, but badly: raw octets and endless lines in it are mended line by line.
  const mend = {
    'quoted-printable': (line: Buffer) => libqp.wrap(escapedOctets(line), lineLength),
    'base64': (line: Buffer) => base64Lines(line.toString('latin1').replace(/[^A-Za-z0-9+/=]/g, '')),
  };
  if (node.encoding !== 'quoted-printable' && node.encoding !== 'base64') return undefined;
  const mended = mend[node.encoding];
  return new LineEncoder((line) =>
    line.length > maxLineOctets || !isAscii(line) ? mended(line) : line.toString('latin1'),
  );
}

function escapedOctets(line: Buffer): string {
  return line
    .toString('latin1')
    .replace(/[\x80-\xff]/g, (octet) => `=${octet.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Encodes line by line, so that the result does not depend on how the leaf was cut. */
class LineEncoder implements LeafEncoder {
  readonly #encode: (line: Buffer) => string;
  #open: Buffer = Buffer.alloc(0);

  constructor(encode: (line: Buffer) => string) {
    this.#encode = encode;
  }

  push(octets: Buffer): string {
    const data = this.#open.length === 0 ? octets : Buffer.concat([this.#open, octets]);
    const lines: string[] = [];
    let start = 0;
    for (;;) {
      const end = data.indexOf('\r\n', start);
      if (end < 0) break;
      lines.push(this.#encode(data.subarray(start, end)), '\r\n');
      start = end + 2;
    }
    this.#open = data.subarray(start);
    return lines.join('');
  }

  end(): string {
    return this.#open.length === 0 ? '' : this.#encode(this.#open);
  }
}

class Base64Encoder implements LeafEncoder {
  readonly #isRoot: boolean;
  #rest: Buffer = Buffer.alloc(0);
  #hasLines = false;

  /** @param isRoot the message ends with it: its last line needs an end; before a boundary the boundary brings it */
  constructor(isRoot: boolean) {
    this.#isRoot = isRoot;
  }

  push(octets: Buffer): string {
    const data = Buffer.concat([this.#rest, octets]);
    const ready = data.length - (data.length % base64Block);
    this.#rest = data.subarray(ready);
    return this.#lines(data.subarray(0, ready));
  }

  end(): string {
    return this.#lines(this.#rest) + (this.#isRoot && this.#hasLines ? '\r\n' : '');
  }

  #lines(octets: Buffer): string {
    if (octets.length === 0) return '';
    const lines = `${this.#hasLines ? '\r\n' : ''}${base64Lines(octets.toString('base64'))}`;
    this.#hasLines = true;
    return lines;
  }
}

function base64Lines(text: string): string {
  return (text.match(/.{1,76}/g) ?? []).join('\r\n');
}
