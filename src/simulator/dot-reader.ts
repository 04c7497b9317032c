import { createHash } from 'node:crypto';

const carriageReturn = 13;
const lineFeed = 10;

/**
 * Takes the bytes after 354 in any cutting and gives the message: dots unstuffed, ended only by CRLF . CRLF. Each byte is
 * looked at a fixed number of times, whatever the size.
 * @see https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2
 */
export class DotReader {
  /** Starts as if a line had just ended: a dot may be the first byte. */
  #carry: Buffer = Buffer.from('\r\n');
  /** Bytes of that imagined line end still to be left out. */
  #skip = 2;
  readonly #take: (chunk: Buffer) => void;

  /** @param take gets the message in order */
  constructor(take: (chunk: Buffer) => void) {
    this.#take = take;
  }

  /** @returns what follows the final dot once it has come, else undefined */
  push(chunk: Buffer): Buffer | undefined {
    const data = Buffer.concat([this.#carry, chunk]);
    let doneTo = 0;
    for (let at = data.indexOf('\r\n.'); at >= 0; at = data.indexOf('\r\n.', doneTo)) {
      const next = data[at + 3];
      const afterNext = data[at + 4];
      if (next === undefined || (next === carriageReturn && afterNext === undefined)) {
        // Cannot tell yet whether this is the end or a stuffed dot.
        this.#give(data.subarray(doneTo, at));
        this.#carry = data.subarray(at);
        return undefined;
      }
      this.#give(data.subarray(doneTo, at + 2));
      if (next === carriageReturn && afterNext === lineFeed) return data.subarray(at + 5);
      doneTo = at + 3;
    }
    const tail =
      data.at(-1) === carriageReturn ? 1 : data.at(-1) === lineFeed && data.at(-2) === carriageReturn ? 2 : 0;
    // A CRLF may belong to what was given already (a dot was cut out right after it).
    const keptFrom = Math.max(doneTo, data.length - tail);
    this.#give(data.subarray(doneTo, keptFrom));
    this.#carry = data.subarray(keptFrom);
    return undefined;
  }

  #give(part: Buffer): void {
    const skipped = Math.min(this.#skip, part.length);
    this.#skip -= skipped;
    if (part.length > skipped) this.#take(part.subarray(skipped));
  }
}

/** A message as it comes in: kept in pieces, counted, hashed, watched for bare line feeds. */
export class IncomingMessageBody {
  readonly #maxBytes: number;
  readonly #hash = createHash('sha256');
  #chunks: Buffer[] = [];
  #last = 0;
  sizeBytes = 0;
  hasBareLineFeed = false;

  /** @param maxBytes pieces beyond it are counted, not kept */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(chunk: Buffer): void {
    for (let at = chunk.indexOf(lineFeed); at >= 0 && !this.hasBareLineFeed; at = chunk.indexOf(lineFeed, at + 1)) {
      if ((at === 0 ? this.#last : chunk[at - 1]) !== carriageReturn) this.hasBareLineFeed = true;
    }
    this.#last = chunk.at(-1) ?? this.#last;
    this.sizeBytes += chunk.length;
    this.#hash.update(chunk);
    if (this.sizeBytes <= this.#maxBytes) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  /** Ends it. Empty if it grew beyond the limit. */
  finish(): { readonly raw: Buffer; readonly sha256: string } {
    const raw = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return { raw, sha256: this.#hash.digest('hex') };
  }
}

/** True if any byte is outside ASCII. */
export function hasEightBit(raw: Buffer): boolean {
  return raw.some((byte) => byte > 127);
}
