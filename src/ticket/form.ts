/**
 * `multipart/form-data` as it comes in over HTTP: the ticket first, then files, each handed on while it arrives. Owns
 * @fastify/busboy.
 */
import type { Readable } from 'node:stream';
import { abandonable, MailError, toMailError } from '../core/index.ts';
import { tooMany, type TicketFile } from './compose.ts';
import { maxFiles, maxTicketBytes } from './ticket.ts';

/** A form whose ticket has arrived. */
export interface Form {
  /** JSON, unchecked. */
  readonly ticket: string;
  /** Ends only when the last octet of the request has come: what broke off is never complete. */
  readonly files: AsyncIterable<TicketFile>;
}

/**
 * Reads a form while `use` works on it.
 * @param octets of the body, one piece at a time: nothing is read that nobody takes
 * @param contentType of the request
 * @returns what `use` returns; it may return before the form is read to its end
 * @throws MailError `bad-request` (no form, no ticket, too many parts), `intake-interrupted` (it broke off), and what `use`
 *   throws
 */
export async function readForm<Result>(
  octets: AsyncIterable<Uint8Array>,
  contentType: string,
  use: (form: Form) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const parts = new Parts();
  const reading = pump(octets, contentType, parts, over.signal).catch((error: unknown) => {
    parts.fail(error);
  });
  try {
    const first = await parts.next();
    if (first === undefined || !('ticket' in first)) throw refused('the first part must be the ticket');
    return await use({ ticket: first.ticket, files: filesOf(parts) });
  } catch (error) {
    throw parts.trouble ?? error;
  } finally {
    over.abort();
    parts.fail(new MailError('intake-interrupted', 'the form is no longer read'));
    await reading;
  }
}

/** RFC 7578 4.1, RFC 2046 5.1.1 */
const formPattern = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"[^"]{1,70}"|[^\s";]{1,70})\s*(?:;|$)/i;

type Part = TicketFile | { readonly ticket: string };

async function* filesOf(parts: Parts): AsyncGenerator<TicketFile, undefined> {
  for (;;) {
    const part = await parts.next();
    if (part === undefined) return undefined;
    if ('ticket' in part) throw refused('there can be one ticket only');
    yield part;
  }
}

/** Feeds the parser piece by piece; it takes the next one when the file that is arriving has been read. */
async function pump(
  octets: AsyncIterable<Uint8Array>,
  contentType: string,
  parts: Parts,
  signal: AbortSignal,
): Promise<void> {
  if (!formPattern.test(contentType)) throw refused('the body must be multipart/form-data with a boundary');
  // By its default: in the one-file program a CommonJS library has no other name.
  const { Busboy } = (await import('@fastify/busboy')).default;
  const busboy = new Busboy({
    headers: { 'content-type': contentType },
    limits: {
      fieldNameSize: 100,
      fieldSize: maxTicketBytes,
      fields: 10,
      files: maxFiles,
      parts: maxFiles + 10,
      headerPairs: 20,
      headerSize: 8 * 1024,
    },
    isPartAFile: (name) => name === 'file',
  });
  const end = { isThere: false };
  // The first reason counts.
  const broken = new AbortController();
  busboy.on('error', (cause) => {
    broken.abort(refused('the form is damaged or incomplete', cause));
  });
  busboy.on('filesLimit', () => {
    broken.abort(tooMany());
  });
  for (const limit of ['partsLimit', 'fieldsLimit'] as const)
    busboy.on(limit, () => {
      broken.abort(refused('too many parts'));
    });
  busboy.on('field', (name, value, _isNameCut, isValueCut) => {
    if (name !== 'ticket') return;
    if (isValueCut) broken.abort(refused(`the ticket is larger than ${String(maxTicketBytes)} octets`));
    else parts.push({ ticket: value });
  });
  const giveUp = () => {
    broken.abort(new MailError('intake-interrupted', 'nobody reads the form any more'));
  };
  signal.addEventListener('abort', giveUp, { once: true });
  // A part without a filename has none, whatever the library's types say.
  busboy.on('file', (_field, body, name: string | undefined, _encoding, mediaType) => {
    parts.push({ name: name ?? '', mediaType, body });
  });
  const finished = new Promise<void>((resolve) => {
    busboy.on('finish', () => {
      end.isThere = true;
      resolve();
    });
  });
  const iterator = octets[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await abandonable(iterator.next(), broken.signal);
      if (next.done === true) break;
      // What follows the last boundary is no part of the form.
      if (!end.isThere) await abandonable(written(busboy, next.value), broken.signal);
    }
    if (!end.isThere) {
      busboy.end();
      await abandonable(finished, broken.signal);
    }
    parts.end();
  } catch (error) {
    if (error instanceof MailError) throw error;
    throw new MailError('intake-interrupted', 'the request broke off', { cause: error });
  } finally {
    signal.removeEventListener('abort', giveUp);
    // Not awaited: a body that never comes must not keep us, and its connection is closed by the door.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

function written(
  busboy: { write(piece: Buffer, done: (error?: Error | null) => void): boolean },
  piece: Uint8Array,
): Promise<void> {
  return new Promise((resolve, reject) => {
    busboy.write(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength), (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Parts that have begun and are not taken yet, and the way its end or failure reaches whoever waits. */
class Parts {
  readonly #waiting: Part[] = [];
  readonly #bodies = new Set<Readable>();
  #state: 'open' | 'ended' | MailError = 'open';
  #wake: (() => void) | undefined;

  /** What the form has failed of. */
  get trouble(): MailError | undefined {
    return this.#state instanceof MailError ? this.#state : undefined;
  }

  push(part: Part): void {
    if ('body' in part) {
      const { body } = part;
      this.#bodies.add(body);
      body.once('close', () => this.#bodies.delete(body));
      // The parser tells the file first; what the form is told counts, whoever of the two its reader hears from.
      body.on('error', (error) => {
        this.fail(error instanceof MailError ? error : refused('the form is damaged or incomplete', error));
      });
    }
    if (this.#state === 'open') this.#waiting.push(part);
    this.#wake?.();
  }

  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
    this.#wake?.();
  }

  /** Ends it, and every file that is still arriving, with this error; the first one counts. */
  fail(error: unknown): void {
    if (this.#state === 'open') this.#state = toMailError(error);
    if (this.#state !== 'ended') for (const body of this.#bodies) body.destroy(this.#state);
    this.#wake?.();
  }

  /** @returns undefined at the end */
  async next(): Promise<Part | undefined> {
    for (;;) {
      if (this.#state instanceof MailError) throw this.#state;
      const part = this.#waiting.shift();
      if (part) return part;
      if (this.#state === 'ended') return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}

function refused(hint: string, cause?: unknown): MailError {
  return new MailError('bad-request', hint, { cause, details: { hint } });
}
