/**
 * A ticket and its files as one MIME message, octet by octet: the files are never in memory. nodemailer's mime-node makes
 * the header blocks (encoded words, RFC 2231 parameters) and the text part, the files flow through base64.
 */
import type { Readable } from 'node:stream';
import { formatHeaderBlock, isNamed, MailError, makeField, parseHeaderBlock } from '../core/index.ts';
import type { FileNames } from './file-name.ts';
import { maxFiles, type Ticket } from './ticket.ts';

/** One file of a submission. */
export interface TicketFile {
  /** Any text; '' if it has none. */
  readonly name: string;
  /** `application/pdf`; anything odd or '' is looked up by the name's ending. */
  readonly mediaType: string;
  readonly body: Readable;
}

/** Base64 lines of 76 characters hold 57 octets (RFC 2045 6.8). */
const lineLength = 76;
const octetsPerLine = 57;
const mediaTypePattern = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}$/;

/** Endings of what scanners make; for files that come without one. */
const endings: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'image/tiff': 'tif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'text/plain': 'txt',
};

/**
 * Composes the message; a file is asked for when the one before is through.
 * @param ticket checked (`checkTicket`)
 * @param options.headerFrom what From says; '' leaves it out: the sender rule decides at the first attempt
 * @param options.names of the attachments
 * @throws MailError `bad-request` if there is no file, or there are too many; whatever the files throw
 * @see https://www.rfc-editor.org/rfc/rfc2046#section-5.1.3
 * @see https://www.rfc-editor.org/rfc/rfc2231
 */
export async function* composeMessage(
  ticket: Ticket,
  files: AsyncIterable<TicketFile>,
  options: { readonly headerFrom: string; readonly names: FileNames },
): AsyncGenerator<Buffer, undefined> {
  // nodemailer is for those who send: an idle agent does not load it.
  const { default: MimeNode } = await import('nodemailer/lib/mime-node');
  const root = new MimeNode('multipart/mixed', { disableFileAccess: true, disableUrlAccess: true });
  const list = (addresses: readonly string[] | undefined) =>
    (addresses ?? []).map((address) => ({ name: '', address }));
  const { name = '', address = '' } = ticket.requestingUser ?? {};
  if (options.headerFrom !== '') root.setHeader('From', { name: oneLine(name), address: options.headerFrom });
  if (address !== '' && address.toLowerCase() !== options.headerFrom.toLowerCase())
    root.setHeader('Reply-To', { name: oneLine(name), address });
  if (ticket.to.length > 0) root.setHeader('To', list(ticket.to));
  if ((ticket.cc ?? []).length > 0) root.setHeader('Cc', list(ticket.cc));
  // Only hidden recipients: an empty group says so to people and filters (RFC 5322 A.1.3); nodemailer would quote it.
  const isHidden = ticket.to.length + (ticket.cc ?? []).length === 0;
  const undisclosed = isHidden ? makeField('To', 'undisclosed-recipients:;').raw : '';
  root.setHeader('Subject', oneLine(ticket.subject ?? 'Scan'));
  yield Buffer.from(`${undisclosed}${headerOf(root.buildHeaders())}\r\n`, 'latin1');
  // Made up with the headers: 64 random bits, and characters that base64 and quoted-printable have not.
  if (typeof root.boundary !== 'string') throw new MailError('internal', 'multipart without a boundary');
  const boundary = `\r\n--${root.boundary}`;
  if (ticket.text !== undefined && ticket.text !== '') {
    const text = root.createChild('text/plain; charset=utf-8');
    text.setContent(ticket.text.replace(/\r\n|\r|\n/g, '\r\n').replaceAll('\0', ''));
    yield Buffer.concat([Buffer.from(`${boundary}\r\n`), crlf(await text.build())]);
  }
  let count = 0;
  for await (const file of files) {
    if (++count > maxFiles) throw tooMany();
    const mediaType = mediaTypePattern.test(file.mediaType) ? file.mediaType.toLowerCase() : '';
    const isKnown = mediaType !== '' && mediaType !== 'application/octet-stream';
    const filename = options.names.next(file.name, endings[mediaType] ?? '');
    // A message or a multipart must not be base64 (RFC 2046 5.2.1); as octets it arrives as it was.
    const isStructured = /^(?:message|multipart)\//.test(mediaType);
    const part = new MimeNode(isStructured ? 'application/octet-stream' : isKnown ? mediaType : '', { filename });
    part.setHeader('Content-Disposition', 'attachment');
    part.setHeader('Content-Transfer-Encoding', 'base64');
    yield Buffer.from(`${boundary}\r\n${headerOf(part.buildHeaders())}\r\n`, 'latin1');
    yield* base64Lines(file.body);
  }
  if (count === 0)
    throw new MailError('bad-request', 'submission without a file', { details: { hint: 'send at least one file' } });
  yield Buffer.from(`${boundary}--\r\n`);
  return undefined;
}

/** @returns the refusal of a submission with more files than a message may have */
export function tooMany(): MailError {
  const hint = `at most ${String(maxFiles)} files in one submission`;
  return new MailError('bad-request', hint, { details: { hint } });
}

/** Octets as base64 lines, each with its CRLF but for the last, whose CRLF belongs to the boundary after it. */
async function* base64Lines(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  const lines = (octets: Buffer) => {
    const text = octets.toString('base64');
    let folded = '';
    // Ten times as fast as a regular expression, and a scan has a million lines.
    for (let at = 0; at < text.length; at += lineLength) {
      folded += isFirst ? text.slice(at, at + lineLength) : `\r\n${text.slice(at, at + lineLength)}`;
      isFirst = false;
    }
    return Buffer.from(folded, 'latin1');
  };
  for await (const piece of body) {
    const all = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const whole = all.length - (all.length % octetsPerLine);
    if (whole > 0) yield lines(all.subarray(0, whole));
    rest = all.subarray(whole);
  }
  if (rest.length > 0) yield lines(rest);
  return undefined;
}

/** Date and Message-ID are intake's: it knows whether the clock is set, and the queue id. */
function headerOf(block: string): string {
  // Octets as everywhere: what cuts letters to one octet makes line ends and commas of some (T5).
  const octets = Buffer.from(block, 'utf8').toString('latin1');
  const fields = parseHeaderBlock(`${octets.replace(/\r\n|\r|\n/g, '\r\n')}\r\n`);
  return formatHeaderBlock(fields.filter((field) => !isNamed(field, 'Date', 'Message-ID')));
}

/** Header text of a client: no line end may get in (T5), and nothing that hides or turns text round. */
function oneLine(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
}

function crlf(part: Buffer): Buffer {
  const text = part.toString('latin1');
  return /(?<!\r)\n|\r(?!\n)/.test(text) ? Buffer.from(text.replace(/\r\n|\r|\n/g, '\r\n'), 'latin1') : part;
}
