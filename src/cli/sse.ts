import { MailError } from '../core/index.ts';

/** One message of an event stream. */
export interface StreamEvent {
  /** `message` if the server named none. */
  readonly event: string;
  readonly data: string;
}

/** A status is some kilobytes; a line that never ends is not ours. */
const largestEventChars = 4 * 1024 * 1024;

/**
 * Reads server-sent events out of bytes as they come, in any pieces.
 * Deviations: `id` and `retry` are ignored (we reconnect by our own plan and get a fresh status), a lone CR
 * ends no line.
 * @throws MailError `reply-invalid` for an event over 4 MiB
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class EventParser {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: false });
  #rest = '';
  #event = '';
  #data: string[] = [];

  /** @returns the events these bytes completed */
  push(bytes: Uint8Array): StreamEvent[] {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > largestEventChars || this.#data.length > 10_000)
      throw new MailError('reply-invalid', 'The agent sent an endless event; restart it');
    return lines.map((line) => this.#line(line.replace(/\r$/, ''))).filter((one) => one !== undefined);
  }

  #line(line: string): StreamEvent | undefined {
    if (line === '') {
      const complete =
        this.#data.length === 0 ? undefined : { event: this.#event || 'message', data: this.#data.join('\n') };
      this.#event = '';
      this.#data = [];
      return complete;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    if (field === 'data') this.#data.push(value);
    return undefined;
  }
}
