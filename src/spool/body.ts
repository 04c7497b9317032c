import { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { MailError, type QueueId } from '../core/index.ts';
import {
  createStreamOpener,
  createStreamSealer,
  plainChunkBytes,
  sealedChunkBytes,
  sealedHeadBytes,
  sealedStreamBytes,
} from '../vault/index.ts';
import { bodyPassed } from './body-garbage.ts';
import { BodyDigest } from './body-digest.ts';
import { readAll, writeAll, type Disk, type DiskFile } from './disk.ts';
import { bodyAad } from './record.ts';
import { toStorageError } from './storage-error.ts';

/** How many sealed chunks one read or write moves: fewer trips to the thread pool, bounded memory. */
const chunksPerTrip = 4;

/**
 * Writes one body: counts, sums up, seals and stores what is piped into `stream`. The handle stays open from the first
 * write to the fsync, because an fsync on another handle need not report what went wrong on this one.
 */
export class BodyWriter {
  readonly stream: Writable;
  readonly #disk: Disk;
  readonly #path: string;
  readonly #ended: Promise<void>;
  readonly #digest = new BodyDigest();
  #file: DiskFile | undefined;
  #opening: Promise<DiskFile> | undefined;
  #working: Promise<void> = Promise.resolve();
  #at = 0;
  #bytes = 0;

  /** @param take called with the length of every piece before it is stored; throws to refuse it */
  constructor(options: {
    readonly disk: Disk;
    readonly path: string;
    readonly key: Buffer;
    readonly queueId: QueueId;
    readonly take: (bytes: number) => void;
    readonly onFailed: (error: MailError) => void;
  }) {
    this.#disk = options.disk;
    this.#path = options.path;
    const sealer = createStreamSealer(options.key, bodyAad(options.queueId));
    const accept = (chunk: Buffer): Buffer[] => {
      options.take(chunk.length);
      this.#bytes += chunk.length;
      this.#digest.add(chunk);
      bodyPassed(chunk.length);
      return sealer.push(chunk);
    };
    const settle = (work: () => Promise<void>, done: (error?: Error) => void) => {
      this.#working = work();
      this.#working.then(
        () => {
          done();
        },
        (error: unknown) => {
          const told = toStorageError(error, 'writing a body');
          options.onFailed(told);
          done(told);
        },
      );
    };
    this.stream = new Writable({
      highWaterMark: chunksPerTrip * plainChunkBytes,
      write: (chunk: Buffer, _encoding, done) => {
        settle(async () => {
          await this.#store(accept(chunk));
        }, done);
      },
      // Small pieces that piled up during a write are sealed and stored in one trip.
      writev: (chunks, done) => {
        settle(async () => {
          await this.#store(chunks.flatMap(({ chunk }) => accept(chunk as Buffer)));
        }, done);
      },
      final: (done) => {
        settle(async () => {
          await this.#store(sealer.end());
        }, done);
      },
    });
    this.#ended = finished(this.stream);
    // Someone may abort without ever asking how it ended.
    this.#ended.catch(() => undefined);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Waits for the end of the body. @returns what tells it from other bodies: see BodyDigest */
  async end(): Promise<string> {
    try {
      await this.#ended;
    } catch (error) {
      throw error instanceof MailError
        ? error
        : new MailError('intake-interrupted', 'body was cut short', { cause: error });
    }
    return this.#digest.end();
  }

  async sync(): Promise<void> {
    await this.#file?.sync();
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Stops, closes, and says whether there may be a file to remove. Never throws. */
  async abandon(): Promise<boolean> {
    this.stream.destroy();
    await this.#working.catch(() => undefined);
    const opened = await this.#opening?.catch(() => undefined);
    await this.close().catch(() => undefined);
    return opened !== undefined;
  }

  async #store(pieces: readonly Buffer[]): Promise<void> {
    if (pieces.length === 0) return;
    this.#opening ??= this.#disk.open(this.#path, 'create');
    this.#file ??= await this.#opening;
    this.#at = await writeAll(this.#file, pieces, this.#at);
  }
}

/**
 * Reads one body back, opened and checked. Length and seal (each chunk, their order, their end, the job they belong to) prove
 * that it is the one we accepted; a reader never sees the end of another.
 * @returns a stream that fails with MailError `storage-failed` (damage) or `spool-unavailable`
 */
export function openBodyFile(options: {
  readonly disk: Disk;
  readonly path: string;
  readonly key: Buffer;
  readonly queueId: QueueId;
  readonly bytes: number;
}): Readable {
  return Readable.from(readBody(options), { objectMode: false, highWaterMark: chunksPerTrip * plainChunkBytes });
}

async function* readBody(options: Parameters<typeof openBodyFile>[0]): AsyncGenerator<Buffer> {
  const { disk, path, key, queueId, bytes } = options;
  const damaged = (why: string, cause?: unknown) =>
    new MailError('storage-failed', `body of ${queueId}: ${why}`, { cause });
  let file: DiskFile | undefined;
  try {
    file = await disk.open(path, 'read');
    const facts = await file.facts();
    if (!facts.isFile) throw damaged('not a file');
    const expected = sealedStreamBytes(bytes);
    if (facts.sizeBytes !== expected) throw damaged(`${facts.sizeBytes} bytes on disk instead of ${expected}`);
    const head = Buffer.alloc(sealedHeadBytes);
    await readAll(file, head, 0);
    const opener = createStreamOpener(key, bodyAad(queueId), head);
    for (let at = sealedHeadBytes; at < facts.sizeBytes;) {
      const sealed = Buffer.allocUnsafe(Math.min(chunksPerTrip * sealedChunkBytes, facts.sizeBytes - at));
      if ((await readAll(file, sealed, at)) !== sealed.length) throw damaged('shorter than it was');
      for (let from = 0; from < sealed.length; from += sealedChunkBytes) {
        const isLast = at + from + sealedChunkBytes >= facts.sizeBytes;
        const plain = opener.open(sealed.subarray(from, from + sealedChunkBytes), isLast);
        if (plain.length > 0) yield plain;
        bodyPassed(plain.length);
      }
      at += sealed.length;
    }
  } catch (error) {
    if (error instanceof MailError && error.code === 'secret-damaged') throw damaged(error.message, error);
    const told = toStorageError(error, `reading body of ${queueId}`);
    // The folder is there, the file is not: that is damage of this one job, not a missing disk.
    throw told.details['errno'] === 'ENOENT' ? damaged('file is missing', error) : told;
  } finally {
    await file?.close().catch(() => undefined);
  }
}
