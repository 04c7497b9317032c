/**
 * The octets of one connection, cut into commands and message data. smtp-server's parser with three differences: it gives
 * commands one at a time, so that we know what waits behind each (T3); it finds dots by memory search, not octet by
 * octet (a 25 MB scan costs milliseconds); and it does not go round the event loop once per stuffed dot.
 */
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js';
import { type DotSubstitute, type UnfinishedMessage } from './unfinished-message.ts';

const cr = 0x0d;
const lf = 0x0a;
const dot = 0x2e;
const lfDot = Buffer.from('\n.');
const nothing = Buffer.alloc(0);
/** QUIT at the start of a line, as far as it has come, with nothing behind it. */
const quitAtEnd = /(^|\r\n)(QUIT\r\n|QUIT\r|QUIT|QUI|QU|Q)$/i;

/** What stands in front of the next octet of message data. Only a dot after CRLF can end the message (T1). */
type Before = 'crlf' | 'lf' | 'cr' | 'inside';

/** Command and data parser; the members it replaces are smtp-server's own seams, hence the exactly pinned version. */
export class SmtpWire extends SMTPStream {
  /** Octets of the socket that were looked at, as commands or as data. */
  consumedBytes = 0;
  /** For a printer that does not send the final dot: what judges its messages. */
  unfinished: UnfinishedMessage | undefined;
  #before: Before = 'crlf';
  /** A dot at a line start whose meaning the next octets decide. */
  #held: Buffer = nothing;
  /** The message was ended without its dot and is being decided; what comes meanwhile waits here. */
  #isEnding = false;
  #afterEnding: (() => void) | undefined;

  override startDataMode(maxBytes?: number): ReturnType<SMTPStream['startDataMode']> {
    this.#before = 'crlf';
    this.#held = nothing;
    return super.startDataMode(maxBytes);
  }

  /** Data comes faster than it can be stored. */
  get isBlocked(): boolean {
    return this._dataStream?.writableNeedDrain === true;
  }

  /** The client says QUIT in place of the dot, or only half of the dot. */
  get hasSaidQuit(): boolean {
    return this._dataMode && /^(?:QUIT(?:\r\n?)?|\.\r?)$/i.test(this.#held.toString('latin1'));
  }

  /**
   * Ends the message without its dot, if `unfinished` thinks it is all there.
   * @returns false if it is not; then nothing has changed
   */
  endWithoutDot(why: DotSubstitute): boolean {
    if (!this._dataMode || this.unfinished === undefined || this.#isEnding) return false;
    const { hasSaidQuit } = this;
    if ((this.#held.length > 0 && !hasSaidQuit) || !this.unfinished.isWhole(hasSaidQuit ? 'quit' : why)) return false;
    const rest = hasSaidQuit && this.#held[0] !== dot ? Buffer.from('QUIT\r\n') : nothing;
    this.#held = nothing;
    this.#isEnding = true;
    this._endDataMode(false, nothing, () => {
      this.#isEnding = false;
      const goOn = this.#afterEnding;
      this.#afterEnding = undefined;
      this._write(rest, 'buffer', () => goOn?.());
      // It is no octet of the client's that the session has not seen.
      this.consumedBytes -= rest.length;
    });
    return true;
  }

  override _write(chunk: Buffer, encoding: BufferEncoding | 'buffer', next: (error?: Error | null) => void): void {
    if (this.#isEnding && chunk.length > 0) {
      this.#afterEnding = () => {
        this._write(chunk, encoding, next);
      };
      return;
    }
    let rest = chunk;
    const step = () => {
      // A loop, not a recursion: 64 KiB can hold thousands of lines.
      for (;;) {
        if (rest.length === 0 || this.isClosed) {
          next();
          return;
        }
        if (this._dataMode) {
          this._feedDataStream(rest, next);
          return;
        }
        const line = rest.subarray(0, rest.indexOf(lf) + 1 || rest.length);
        rest = rest.subarray(line.length);
        this.consumedBytes += line.length;
        // Answered at once: go on in this loop. Answered later: start it again then.
        const turn = { isAnswered: false, isLeft: false };
        super._write(line, encoding, (error) => {
          if (error) {
            next(error);
            return;
          }
          turn.isAnswered = true;
          if (turn.isLeft) step();
        });
        turn.isLeft = true;
        if (!turn.isAnswered) return;
      }
    };
    step();
  }

  /**
   * Finds the end of the message and takes stuffed dots out. A dot after LF alone is unstuffed too (a client that ends its
   * lines so, stuffs so) but never ends the message.
   * @see https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2
   */
  override _feedDataStream(chunk: Buffer, done: (error?: Error | null) => void): void {
    this.consumedBytes += chunk.length;
    const data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = nothing;
    const parts: Buffer[] = [];
    let from = 0;
    for (let at = this.#nextDot(data, -1); at >= 0; at = this.#nextDot(data, at)) {
      const isAfterCrlf = at === 0 ? this.#before === 'crlf' : at === 1 ? this.#before === 'cr' : data[at - 2] === cr;
      const second = data[at + 1];
      if (second === dot) {
        parts.push(data.subarray(from, at));
        from = at + 1;
      } else if (second === undefined || (isAfterCrlf && second === cr && data[at + 2] === undefined)) {
        this.#held = data.subarray(at);
        this.#before = isAfterCrlf ? 'crlf' : 'lf';
        this.#emit([...parts, data.subarray(from, at)], done);
        return;
      } else if (isAfterCrlf && second === cr && data[at + 2] === lf) {
        parts.push(data.subarray(from, at));
        const last = Buffer.concat(parts);
        const behind = data.subarray(at + 3);
        this.consumedBytes -= behind.length;
        this._countDataBytes(last.length);
        this._endDataMode(last.length === 0 ? false : last, behind, done);
        return;
      }
    }
    const quitAt = this.unfinished === undefined ? -1 : this.#quitAt(data);
    this.#before = quitAt < 0 ? this.#endOf(data) : 'crlf';
    if (quitAt >= 0) this.#held = data.subarray(quitAt);
    this.#emit([...parts, data.subarray(from, quitAt < 0 ? data.length : quitAt)], done);
  }

  #quitAt(data: Buffer): number {
    const [, before, quit] = quitAtEnd.exec(data.subarray(-8).toString('latin1')) ?? [];
    if (quit === undefined || (before === '' && this.#before !== 'crlf')) return -1;
    return data.length - quit.length;
  }

  /** Place of the next dot at a line start behind `after`, or -1. */
  #nextDot(data: Buffer, after: number): number {
    if (after < 0 && data[0] === dot && (this.#before === 'crlf' || this.#before === 'lf')) return 0;
    const at = data.indexOf(lfDot, Math.max(0, after));
    return at < 0 ? -1 : at + 1;
  }

  #endOf(data: Buffer): Before {
    const last = data.at(-1);
    if (last === cr) return 'cr';
    if (last !== lf) return 'inside';
    return (data.length > 1 ? data.at(-2) === cr : this.#before === 'cr') ? 'crlf' : 'lf';
  }

  #emit(parts: readonly Buffer[], done: (error?: Error | null) => void): void {
    const content = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    const stream = this._dataStream;
    if (content === undefined || content.length === 0 || !stream?.writable) {
      done();
      return;
    }
    this._countDataBytes(content.length);
    this.unfinished?.push(content);
    if (stream.write(content) || stream.destroyed) {
      done();
      return;
    }
    const resume = () => {
      stream.off('drain', resume);
      stream.off('close', resume);
      done();
    };
    stream.on('drain', resume);
    stream.on('close', resume);
  }
}
