import { constants } from 'node:fs';
import { open, readlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { MailError } from '../core/index.ts';

/** Who may own a file, and how large it may be. */
export interface ForeignFileRules {
  readonly maxBytes: number;
  /** User ids; undefined: anybody. */
  readonly owners?: readonly number[] | undefined;
  /** The folder's own place (`realpath`), told again by the open file; undefined: not asked. */
  readonly realFolder?: string | undefined;
}

/** A file that another program wrote, open and judged. */
export interface ForeignFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  /** Ends in `file-changing` when it is not the file of `sizeBytes` that was judged. Closes the handle. */
  body(): Readable;
  close(): Promise<void>;
}

/** Nothing that can wait: no link is followed, a FIFO without a writer opens at once and is refused by its kind (T62). */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const chunkBytes = 64 * 1024;

/**
 * Opens a file that another program wrote (T61, T62). Everything is judged on the open file, so that nothing can be swapped
 * between the look and the reading.
 * @throws MailError `file-refused` with a hint; `storage-failed` if it is there and cannot be read
 */
export async function openForeignFile(path: string, rules: ForeignFileRules): Promise<ForeignFile> {
  const handle = await open(path, flags).catch((cause: unknown) => {
    throw openFailure(cause);
  });
  try {
    const facts = await handle.stat({ bigint: true });
    if (!facts.isFile()) throw refused('it is not a plain file');
    if (facts.nlink !== 1n) throw refused('it has a second name (hard link)');
    if (rules.owners && !rules.owners.includes(Number(facts.uid))) throw refused('it belongs to another user');
    if (facts.size > BigInt(rules.maxBytes)) throw refused(`it is larger than ${String(rules.maxBytes)} bytes`);
    if (rules.realFolder !== undefined) await assertPlace(handle, rules.realFolder);
    const sizeBytes = Number(facts.size);
    const assertSame = async () => {
      const now = await handle.stat({ bigint: true });
      if (now.size !== facts.size || now.mtimeNs !== facts.mtimeNs) throw changing();
    };
    return {
      handle,
      sizeBytes,
      body: () => Readable.from(pieces(handle, sizeBytes, assertSame), { objectMode: false }),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function* pieces(
  handle: FileHandle,
  sizeBytes: number,
  assertSame: () => Promise<void>,
): AsyncGenerator<Buffer, undefined> {
  try {
    for (let position = 0; position < sizeBytes;) {
      const piece = Buffer.allocUnsafe(Math.min(chunkBytes, sizeBytes - position));
      const { bytesRead } = await handle.read(piece, 0, piece.length, position);
      if (bytesRead === 0) throw changing();
      position += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
    await assertSame();
  } finally {
    await handle.close();
  }
  return undefined;
}

/** A folder above it may have been swapped for a link; the kernel knows where the open file lies. */
async function assertPlace(handle: FileHandle, realFolder: string): Promise<void> {
  // Systems without /proc have no such word; there the other rules must do.
  const place = await readlink(`/proc/self/fd/${String(handle.fd)}`).catch(() => undefined);
  if (place !== undefined && dirname(place) !== realFolder) throw refused('it lies in another folder');
}

function openFailure(cause: unknown): MailError {
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  if (code === 'ELOOP' || code === 'EMLINK') return refused('it is a link');
  // A socket, or a device without a driver.
  if (code === 'ENXIO' || code === 'ENODEV') return refused('it is not a plain file');
  if (code === 'EACCES' || code === 'EPERM') return refused('this program may not read it');
  if (code === 'ENOENT') return refused('it is gone');
  return new MailError('storage-failed', 'file cannot be opened', { cause });
}

function refused(hint: string): MailError {
  return new MailError('file-refused', hint, { details: { hint } });
}

function changing(): MailError {
  return new MailError('file-changing', 'file changed while it was read');
}
