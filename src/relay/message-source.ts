import { Readable } from 'node:stream';
import { MailError, toMailError } from '../core/index.ts';
import { hastenDotStuffing } from './dot-stuffing.ts';
import { legalMessage, type Legality } from './legal-message.ts';

/** A message on its way out: header block, empty line, body. */
export interface MessageSource {
  readonly stream: Readable;
  /** Dot-stuffing comes on top. */
  readonly sizeBytes: number;
  /** What went wrong with reading, if anything did. */
  readonly error: () => MailError | undefined;
  /** Ends reading, whether or not anything was read. Idempotent. */
  readonly destroy: () => void;
}

/** Re-encoding on the way, and the size it comes to. */
export interface Reencoding extends Legality {
  readonly sizeBytes: number;
}

/** What an attempt adds to the stored message. */
export interface OnItsWay {
  readonly reencoding?: Reencoding | undefined;
  /** Awaited after the 354, before the first byte. Its error ends the message there. */
  readonly beforeFirstByte?: (() => Promise<void>) | undefined;
}

/**
 * Header block, empty line, body; the body is not held in memory. A body of another length than the record says ends in
 * an error, so that half a scan is never sent (F15).
 * @param headerBlock latin1, CRLF line ends, without the empty line
 * @param told what to throw for what went wrong
 */
export async function* storedBytes(
  headerBlock: string,
  body: Readable,
  bodyBytes: number,
  told: (error: unknown) => unknown = (error) => error,
): AsyncGenerator<Buffer, undefined> {
  yield Buffer.from(`${headerBlock}\r\n`, 'latin1');
  let readBytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      readBytes += chunk.length;
      yield chunk;
    }
    if (readBytes !== bodyBytes)
      throw new MailError('storage-failed', `body has ${readBytes} bytes, record says ${bodyBytes}`);
  } catch (error) {
    throw told(error);
  }
}

/** Bytes of the message as stored. */
export function storedSize(headerBlock: string, bodyBytes: number): number {
  return Buffer.byteLength(headerBlock, 'latin1') + 2 + bodyBytes;
}

/**
 * Opens the message for one attempt, as stored or re-encoded.
 * @param headerBlock latin1, CRLF line ends, without the empty line
 */
export function openMessage(
  headerBlock: string,
  body: Readable,
  bodyBytes: number,
  { reencoding, beforeFirstByte }: OnItsWay = {},
): MessageSource {
  let failure: MailError | undefined;
  const fail = (error: unknown): Error => {
    failure ??= toMailError(error);
    // nodemailer overwrites `code` of whatever error it gets: it never gets ours.
    return new Error('message body could not be read', { cause: error });
  };
  // The body may fail before anyone reads it (file gone): without a listener that would end the process.
  body.on('error', fail);
  const stored = storedBytes(headerBlock, body, bodyBytes, fail);
  const wire = reencoding ? legalMessage(stored, reencoding) : stored;
  const bytes = reencoding || beforeFirstByte ? guarded(wire, { beforeFirstByte, fail }) : wire;
  const stream = Readable.from(bytes, { objectMode: false, highWaterMark: 128 * 1024 });
  const pipe = stream.pipe.bind(stream);
  stream.pipe = (destination, options) => {
    hastenDotStuffing(destination);
    return pipe(destination, options);
  };
  return {
    stream,
    sizeBytes: reencoding?.sizeBytes ?? storedSize(headerBlock, bodyBytes),
    error: () => failure,
    destroy: () => {
      stream.on('error', fail);
      stream.destroy();
      body.destroy();
    },
  };
}

async function* guarded(
  bytes: AsyncIterable<Buffer>,
  { beforeFirstByte, fail }: Pick<OnItsWay, 'beforeFirstByte'> & { readonly fail: (error: unknown) => Error },
): AsyncGenerator<Buffer> {
  try {
    await beforeFirstByte?.();
    yield* bytes;
  } catch (error) {
    throw fail(error);
  }
}
