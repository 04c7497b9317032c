import { Readable } from 'node:stream';
import { MailError, toMailError } from '../core/index.ts';
import { hastenDotStuffing } from './dot-stuffing.ts';

/** A message on its way out: header block, empty line, body. */
export interface MessageSource {
  readonly stream: Readable;
  /** Bytes as stored; dot-stuffing comes on top. */
  readonly sizeBytes: number;
  /** What went wrong with reading, if anything did. */
  readonly error: () => MailError | undefined;
  /** Ends reading, whether or not anything was read. Idempotent. */
  readonly destroy: () => void;
}

/**
 * Joins header block and body without holding the body in memory. A body of another length than the record says ends in
 * an error before the final dot, so that half a scan is never sent (F15).
 * @param headerBlock latin1, CRLF line ends, without the empty line
 */
export function openMessage(headerBlock: string, body: Readable, bodyBytes: number): MessageSource {
  let failure: MailError | undefined;
  const fail = (error: unknown): void => {
    failure ??= toMailError(error);
  };
  // The body may fail before anyone reads it (file gone): without a listener that would end the process.
  body.on('error', fail);
  const head = Buffer.from(`${headerBlock}\r\n`, 'latin1');
  async function* bytes(): AsyncGenerator<Buffer> {
    yield head;
    let readBytes = 0;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        readBytes += chunk.length;
        yield chunk;
      }
      if (readBytes !== bodyBytes)
        throw new MailError('storage-failed', `body has ${readBytes} bytes, record says ${bodyBytes}`);
    } catch (error) {
      fail(error);
      // nodemailer overwrites `code` of whatever error it gets: it never gets ours.
      throw new Error('message body could not be read', { cause: error });
    }
  }
  const stream = Readable.from(bytes(), { objectMode: false, highWaterMark: 128 * 1024 });
  const pipe = stream.pipe.bind(stream);
  stream.pipe = (destination, options) => {
    hastenDotStuffing(destination);
    return pipe(destination, options);
  };
  return {
    stream,
    sizeBytes: head.length + bodyBytes,
    error: () => failure,
    destroy: () => {
      stream.on('error', fail);
      stream.destroy();
      body.destroy();
    },
  };
}
