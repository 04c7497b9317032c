import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { Transform } from 'node:stream';
import { MailError } from '../core/index.ts';

const magic = Buffer.from('MFS1', 'latin1');
const saltBytes = 16;
const prefixBytes = 7;
const tagBytes = 16;

/** Bytes in front of the first chunk: `MFS1`, 16 of salt, 7 of nonce prefix. */
export const sealedHeadBytes = magic.length + saltBytes + prefixBytes;
/** Plain bytes of every chunk but the last, which holds 0 to this many. */
export const plainChunkBytes = 65_536;
/** The same chunk as it lies on disk. */
export const sealedChunkBytes = plainChunkBytes + tagBytes;

/** Length of a sealed stream of so many plain bytes; lets a reader see truncation before it reads. */
export function sealedStreamBytes(plainBytes: number): number {
  return sealedHeadBytes + plainBytes + tagBytes * Math.max(1, Math.ceil(plainBytes / plainChunkBytes));
}

/**
 * Each stream has a key of its own (HKDF over a random salt), so that a nonce prefix of only 56 bits cannot meet itself
 * under one key however many scans a device seals in its life.
 */
function streamKey(key: Buffer, salt: Buffer, aad: Buffer): Buffer {
  const info = Buffer.concat([Buffer.from('mfp-mail-agent stream 1'), createHash('sha256').update(aad).digest()]);
  return Buffer.from(hkdfSync('sha256', key, salt, info, 32));
}

function nonceOf(prefix: Buffer, counter: number, isLast: boolean): Buffer {
  const nonce = Buffer.allocUnsafe(prefixBytes + 5);
  prefix.copy(nonce);
  nonce.writeUInt32BE(counter, prefixBytes);
  nonce[prefixBytes + 4] = isLast ? 1 : 0;
  return nonce;
}

/** Seals a stream piece by piece; what each call returns goes to disk in that order. */
export interface StreamSealer {
  /** Sealed buffers that are complete by now; may be none. The chunk may be reused afterwards. */
  push(chunk: Buffer): Buffer[];
  /** The last chunk. Nothing may follow. */
  end(): Buffer[];
}

/**
 * The STREAM construction over AES-256-GCM: nonce = 7 random bytes, 32-bit counter, last-chunk flag. Flips, swaps,
 * repeats, truncation and appended bytes are all detected; at most 2^32 chunks (256 TiB).
 * @param key 32 bytes
 * @param aad what the stream belongs to
 * @see https://eprint.iacr.org/2015/189
 */
export function createStreamSealer(key: Buffer, aad: Buffer): StreamSealer {
  const salt = randomBytes(saltBytes);
  const prefix = randomBytes(prefixBytes);
  const ownKey = streamKey(key, salt, aad);
  let pending: Buffer | undefined;
  let filled = 0;
  let counter = 0;
  let head: Buffer | undefined = Buffer.concat([magic, salt, prefix]);

  const seal = (plain: Buffer, isLast: boolean, into: Buffer[]) => {
    const cipher = createCipheriv('aes-256-gcm', ownKey, nonceOf(prefix, counter, isLast), { authTagLength: tagBytes });
    counter++;
    if (head) into.push(head);
    head = undefined;
    into.push(cipher.update(plain));
    cipher.final();
    into.push(cipher.getAuthTag());
  };

  return {
    push: (chunk) => {
      const sealed: Buffer[] = [];
      for (let at = 0; at < chunk.length;) {
        // A full block goes out only when more follows: until then it might be the last, and the nonce says which.
        if (filled === plainChunkBytes && pending) {
          seal(pending, false, sealed);
          filled = 0;
        }
        // Whole chunks with more behind them need no copy.
        if (filled === 0 && chunk.length - at > plainChunkBytes) {
          seal(chunk.subarray(at, at + plainChunkBytes), false, sealed);
          at += plainChunkBytes;
          continue;
        }
        pending ??= Buffer.allocUnsafe(plainChunkBytes);
        const taken = Math.min(plainChunkBytes - filled, chunk.length - at);
        chunk.copy(pending, filled, at, at + taken);
        filled += taken;
        at += taken;
      }
      return sealed;
    },
    end: () => {
      const sealed: Buffer[] = [];
      seal(pending?.subarray(0, filled) ?? Buffer.alloc(0), true, sealed);
      pending = undefined;
      return sealed;
    },
  };
}

/** Opens one sealed chunk after the other, in order. */
export interface StreamOpener {
  /**
   * @param sealed exactly one chunk with its tag
   * @param isLast true for the chunk that ends the stream
   * @throws MailError `secret-damaged`
   */
  open(sealed: Buffer, isLast: boolean): Buffer;
}

/**
 * Opener for a reader that cuts the chunks itself (a file of known length).
 * @param head the first `sealedHeadBytes` bytes
 * @throws MailError `secret-damaged` if that is not the head of a sealed stream
 */
export function createStreamOpener(key: Buffer, aad: Buffer, head: Buffer): StreamOpener {
  if (head.length !== sealedHeadBytes || !head.subarray(0, magic.length).equals(magic)) {
    throw new MailError('secret-damaged', 'sealed stream has no head of ours');
  }
  const prefix = Buffer.from(head.subarray(magic.length + saltBytes));
  const ownKey = streamKey(key, head.subarray(magic.length, magic.length + saltBytes), aad);
  let counter = 0;
  return {
    open: (sealed, isLast) => {
      const textBytes = sealed.length - tagBytes;
      if (textBytes < 0) throw new MailError('secret-damaged', 'sealed stream is cut short');
      const decipher = createDecipheriv('aes-256-gcm', ownKey, nonceOf(prefix, counter, isLast), {
        authTagLength: tagBytes,
      });
      decipher.setAuthTag(sealed.subarray(textBytes));
      const plain = decipher.update(sealed.subarray(0, textBytes));
      try {
        decipher.final();
      } catch (error) {
        throw new MailError('secret-damaged', `sealed stream is damaged in chunk ${counter}`, { cause: error });
      }
      counter++;
      return plain;
    },
  };
}

/** `createStreamSealer` as a Transform: plain bytes in, sealed bytes out. */
export function sealStream(key: Buffer, aad: Buffer): Transform {
  const sealer = createStreamSealer(key, aad);
  return new Transform({
    highWaterMark: 4 * plainChunkBytes,
    transform(chunk: Buffer, _encoding, done) {
      for (const sealed of sealer.push(chunk)) this.push(sealed);
      done();
    },
    flush(done) {
      for (const sealed of sealer.end()) this.push(sealed);
      done();
    },
  });
}

/** The way back; fails with MailError `secret-damaged` after at most the bytes before the damage. */
export function openStream(key: Buffer, aad: Buffer): Transform {
  let opener: StreamOpener | undefined;
  let held: Buffer[] = [];
  let heldBytes = 0;
  /** Opens every chunk that is surely not the last; returns what is left. */
  const openWhole = (into: Transform): { readonly opener: StreamOpener; readonly rest: Buffer } => {
    let rest = Buffer.concat(held);
    if (!opener) {
      opener = createStreamOpener(key, aad, rest.subarray(0, sealedHeadBytes));
      rest = rest.subarray(sealedHeadBytes);
    }
    for (; rest.length > sealedChunkBytes; rest = rest.subarray(sealedChunkBytes)) {
      into.push(opener.open(rest.subarray(0, sealedChunkBytes), false));
    }
    return { opener, rest };
  };
  return new Transform({
    highWaterMark: 4 * plainChunkBytes,
    transform(chunk: Buffer, _encoding, done) {
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes <= sealedHeadBytes + sealedChunkBytes) {
        done();
        return;
      }
      try {
        const { rest } = openWhole(this);
        held = [rest];
        heldBytes = rest.length;
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        const end = openWhole(this);
        this.push(end.opener.open(end.rest, true));
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}
