/** The header block on its way in: found in the stream, bounded, made legal. MIME is not looked at. */
import { MailError } from '../core/index.ts';
import { maxHeaderBytes, maxLineBytes } from './limits.ts';

const lineEnd = /\r\n|\r|\n/g;
/** An empty line, or one at the very start. CR counts alone only if no LF follows, else CRLF would be two line ends. */
const sectionEnd = /(?:^|\r\n|\r(?!\n)|\n)(?:\r\n|\r(?!\n)|\n)/g;
const fieldOrFolded = /^(?:[\x21-\x39\x3b-\x7e]+[ \t]*:|[ \t]+\S)/;
const mboxLine = /^>?From /;

/** A header block and the first octets of the body that came with it. */
export interface HeaderSection {
  /** latin1 (one char per octet), CRLF, every line <= 998, no empty line, no NUL. */
  readonly block: string;
  readonly bodyStart: Buffer;
  readonly bareLineEnds: number;
  readonly nuls: number;
}

/** Collects pieces of a message until the header block is complete. */
export class HeaderCollector {
  readonly #isBareRefused: boolean;
  #text = '';
  #searchedTo = 0;
  #isFirstLineJudged = false;
  #nuls = 0;

  constructor(options: { readonly isBareLineEndRefused: boolean }) {
    this.#isBareRefused = options.isBareLineEndRefused;
  }

  /**
   * Takes the next piece.
   * @returns the section as soon as its end is seen
   * @throws MailError `header-too-large`, `bare-line-end`, `line-too-long`
   */
  push(piece: Buffer): HeaderSection | undefined {
    const raw = piece.toString('latin1');
    const clean = raw.includes('\0') ? raw.replaceAll('\0', '') : raw;
    this.#nuls += raw.length - clean.length;
    this.#text += clean;
    if (!this.#isFirstLineJudged && !this.#startsWithField()) return this.#section(0);
    // A final CR may be half of a CRLF: it is judged with the next piece.
    const known = this.#text.endsWith('\r') ? this.#text.slice(0, -1) : this.#text;
    sectionEnd.lastIndex = Math.max(0, this.#searchedTo - 3);
    const end = sectionEnd.exec(known);
    this.#searchedTo = known.length;
    if ((end?.index ?? known.length) > maxHeaderBytes) {
      throw new MailError('header-too-large', `header block larger than ${String(maxHeaderBytes)} octets`);
    }
    return end ? this.#section(sectionEnd.lastIndex) : undefined;
  }

  /** The message ended without an empty line: text after the fields is the body. @throws MailError as `push` */
  end(): HeaderSection {
    let at = 0;
    for (const line of this.#text.split(/(?<=\r\n|\r(?!\n)|\n)/)) {
      if (!fieldOrFolded.test(line) && !mboxLine.test(line)) break;
      at += line.length;
    }
    return this.#section(at);
  }

  /**
   * Firmware that sends bare text without any header: the first line decides, or it would be read as a broken header and
   * lost. An empty first line is an empty header block, found by the search.
   */
  #startsWithField(): boolean {
    const first = /^[^\r\n]*/.exec(this.#text)?.[0] ?? '';
    this.#isFirstLineJudged = first.length < this.#text.length;
    return !this.#isFirstLineJudged || first === '' || fieldOrFolded.test(first) || mboxLine.test(first);
  }

  #section(bodyAt: number): HeaderSection {
    let bareLineEnds = 0;
    const lines = this.#text.slice(0, bodyAt).replace(lineEnd, (end) => {
      if (end.length === 1) bareLineEnds++;
      return '\r\n';
    });
    if (bareLineEnds > 0 && this.#isBareRefused)
      throw new MailError('bare-line-end', 'bare CR or LF in the header block');
    const full = lines.split('\r\n').filter((line) => line.trim() !== '');
    const block = full.map((line) => `${foldLongLine(line)}\r\n`).join('');
    return { block, bodyStart: Buffer.from(this.#text.slice(bodyAt), 'latin1'), bareLineEnds, nuls: this.#nuls };
  }
}

/**
 * Breaks a line of more than 998 octets (a hundred recipients in one To) before white space, where folding changes
 * nothing.
 * @throws MailError `line-too-long` if there is no such place
 * @see https://www.rfc-editor.org/rfc/rfc5322#section-2.2.3
 */
export function foldLongLine(line: string): string {
  let folded = '';
  let rest = line;
  while (rest.length > maxLineBytes) {
    // At least one visible character before the break, or the line would count as empty; the blank goes to the next line.
    const at = Math.max(rest.lastIndexOf(' ', maxLineBytes), rest.lastIndexOf('\t', maxLineBytes));
    if (at < 1 || rest.slice(0, at).trim() === '') {
      throw new MailError('line-too-long', `header line longer than ${String(maxLineBytes)} octets`);
    }
    folded += `${rest.slice(0, at)}\r\n`;
    rest = rest.slice(at);
  }
  return folded + rest;
}
