/** The body as it is stored: legal lines, whatever the firmware wrote (T1, T9, F43). */
import { isAscii } from 'node:buffer';
import { MailError } from '../core/index.ts';
import { maxLineBytes } from './limits.ts';

const crlf = Buffer.from('\r\n');
const cr = 0x0d;
const lf = 0x0a;
const base64 = /^[A-Za-z0-9+/=]*$/;

/** Who re-encodes a line holds it in memory; no text has such a line. */
const longestLineBytes = 1024 * 1024;

/**
 * Makes every line end CRLF, and drops NUL (illegal in 7-bit and 8-bit mail, RFC 2045 2.7 and 2.8). Of lines longer than
 * 998 octets, those that begin with 998 octets of base64 are broken: its decoders ignore line breaks, and firmware writes
 * whole scans in one line. Others are kept as they are and told: the relay re-encodes the part they are in. Clean pieces
 * pass through uncopied. Memory: no more than the piece in hand.
 */
export class BodyLines {
  readonly #isBareRefused: boolean;
  /** Octets of the open line that were handed on already. */
  #column = 0;
  #isBase64 = true;
  /** The open line was too long and was broken: from here to its end only base64 may come. */
  #isBroken = false;
  /** The open line is too long and is kept as it is. */
  #isLong = false;
  /** The last piece ended in CR, held back until we know what follows. */
  #isCrHeld = false;
  /** Octets above 127 were seen. */
  is8bit = false;
  /** Lines over 998 octets were kept. */
  hasLongLines = false;
  bareLineEnds = 0;
  nuls = 0;

  constructor(options: { readonly isBareLineEndRefused: boolean }) {
    this.#isBareRefused = options.isBareLineEndRefused;
  }

  /**
   * Takes the next piece, of any length.
   * @returns what is ready, in order
   * @throws MailError `bare-line-end` (strict), `line-too-long`
   */
  push(piece: Buffer): Buffer[] {
    let data = piece.indexOf(0) < 0 ? piece : this.#withoutNul(piece);
    if (data.length === 0) return [];
    const ready: Buffer[] = [];
    if (this.#isCrHeld) {
      this.#isCrHeld = false;
      if (data[0] === lf) data = data.subarray(1);
      else this.#sawBare(1);
      this.#endLine(ready);
    }
    if (data.at(-1) === cr) {
      this.#isCrHeld = true;
      data = data.subarray(0, -1);
    }
    if (!this.is8bit && !isAscii(data)) this.is8bit = true;
    this.#take(data, ready);
    return ready;
  }

  /** The end of the body: an open line gets its CRLF. @throws MailError as `push` */
  end(): Buffer[] {
    const ready: Buffer[] = [];
    if (this.#isCrHeld) this.#sawBare(1);
    if (this.#isCrHeld || this.#column > 0) this.#endLine(ready);
    this.#isCrHeld = false;
    return ready;
  }

  /** Hands `data` on if it is clean, else its mended copy. It does not end in CR. */
  #take(data: Buffer, ready: Buffer[]): void {
    if (data.length === 0) return;
    const openAt = this.#cleanUpTo(data);
    if (openAt === undefined) {
      this.#takeMended(data, ready);
      return;
    }
    ready.push(data);
    this.#openLine(data.subarray(openAt), openAt > 0);
  }

  /**
   * Two memory searches per line: this is where a 25 MB scan spends its time.
   * @returns where the open line begins if all is well; undefined if there is something to mend
   */
  #cleanUpTo(data: Buffer): number | undefined {
    if (this.#isBroken) return undefined;
    let start = 0;
    let column = this.#column;
    for (;;) {
      const crAt = data.indexOf(cr, start);
      const end = data.indexOf(lf, start);
      if (column + (end < 0 ? data.length : end - 1) - start > maxLineBytes) return undefined;
      if (end < 0) return crAt < 0 ? start : undefined;
      if (end === 0 || crAt !== end - 1) return undefined;
      start = end + 1;
      column = 0;
    }
  }

  #takeMended(data: Buffer, ready: Buffer[]): void {
    let bare = 0;
    const text = data.toString('latin1').replace(/\r\n|\r|\n/g, (end) => {
      if (end.length === 1) bare++;
      return '\r\n';
    });
    if (bare > 0) this.#sawBare(bare);
    let mended = '';
    let start = 0;
    for (;;) {
      const end = text.indexOf('\r\n', start);
      mended += this.#legalLine(text.slice(start, end < 0 ? text.length : end));
      if (end < 0) break;
      mended += '\r\n';
      this.#newLine();
      start = end + 2;
    }
    ready.push(Buffer.from(mended, 'latin1'));
  }

  /**
   * The next part of the open line, broken where it has to be. What becomes of a long line is decided by its first 998
   * octets alone, so that it never depends on how TCP cut it.
   */
  #legalLine(text: string): string {
    if (this.#isBroken) return this.#broken('', text);
    const head = text.slice(0, Math.max(0, maxLineBytes - this.#column));
    if (!this.#isLong) this.#isBase64 &&= base64.test(head);
    if (!this.#isLong && head.length < text.length) {
      if (this.#isBase64) return this.#broken(head, text.slice(head.length));
      this.#isLong = true;
      this.hasLongLines = true;
    }
    this.#column += text.length;
    if (this.#column > longestLineBytes)
      throw new MailError('line-too-long', `body line longer than ${String(longestLineBytes)} octets`);
    return text;
  }

  /** @param head fills the present line to 998 octets */
  #broken(head: string, rest: string): string {
    // It looked like base64 for 998 octets and lines went out; no text has that.
    if (!base64.test(rest))
      throw new MailError('line-too-long', `body line longer than ${String(maxLineBytes)} octets`);
    let legal = head;
    let from = 0;
    if (this.#isBroken) {
      from = Math.min(rest.length, maxLineBytes - this.#column);
      legal = rest.slice(0, from);
      this.#column += from;
    }
    this.#isBroken = true;
    for (let at = from; at < rest.length; at += maxLineBytes) {
      const part = rest.slice(at, at + maxLineBytes);
      legal += `\r\n${part}`;
      this.#column = part.length;
    }
    return legal;
  }

  #openLine(part: Buffer, isNew: boolean): void {
    if (isNew) this.#newLine();
    this.#column += part.length;
    this.#isBase64 &&= base64.test(part.toString('latin1'));
  }

  #endLine(ready: Buffer[]): void {
    ready.push(crlf);
    this.#newLine();
  }

  #newLine(): void {
    this.#column = 0;
    this.#isBase64 = true;
    this.#isBroken = false;
    this.#isLong = false;
  }

  #sawBare(count: number): void {
    if (this.#isBareRefused) throw new MailError('bare-line-end', 'bare CR or LF in the body');
    this.bareLineEnds += count;
  }

  #withoutNul(piece: Buffer): Buffer {
    const kept = Buffer.from(piece.toString('latin1').replaceAll('\0', ''), 'latin1');
    this.nuls += piece.length - kept.length;
    return kept;
  }
}
