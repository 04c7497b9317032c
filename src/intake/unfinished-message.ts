/**
 * Judges whether a message that lacks its final dot is all there. Only for printers known never to send the dot: anybody
 * else's message without it is half a message (T1).
 */

const maxHeaderChars = 64 * 1024;
const maxTailChars = 512;
const boundaryParameter =
  /^content-type:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*?;\s*boundary=(?:"([^"\r\n]{1,70})"|([^";\s]{1,70}))/im;

/** Why a message might be over: the client said QUIT in place of the dot, closed its side, or has been silent long enough. */
export type DotSubstitute = 'quit' | 'closed' | 'silence';

/** Watches the message data on its way, without its dot stuffing. */
export class UnfinishedMessage {
  #header = '';
  #isHeaderOver = false;
  #tail = '';
  /** Of a multipart message: the line that ends it. */
  #lastLine: string | undefined;

  push(data: Buffer): void {
    const end = data.subarray(-maxTailChars).toString('latin1');
    this.#tail = (this.#tail + end).slice(-maxTailChars);
    if (this.#isHeaderOver) return;
    this.#header += data.toString('latin1', 0, maxHeaderChars);
    const over = this.#header.indexOf('\r\n\r\n');
    if (over < 0 && this.#header.length < maxHeaderChars) return;
    const block = over < 0 ? this.#header : this.#header.slice(0, over + 2);
    const [, quoted, bare] = boundaryParameter.exec(block) ?? [];
    const boundary = quoted ?? bare;
    if (boundary !== undefined) this.#lastLine = `--${boundary}--`;
    this.#isHeaderOver = true;
    this.#header = '';
  }

  /**
   * Never in the middle of a line or of the header. A multipart message must have its last boundary, unless the client has
   * said QUIT: a printer that breaks off or turns a page also stops at the end of a line.
   */
  isWhole(why: DotSubstitute): boolean {
    if (!this.#isHeaderOver || !this.#tail.endsWith('\r\n')) return false;
    return why === 'quit' || this.#lastLine === undefined || this.#tail.trimEnd().endsWith(this.#lastLine);
  }
}
