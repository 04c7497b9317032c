import { crc32 } from 'node:zlib';

/** Piece of a body with a checksum of its own. */
const pieceBytes = 65_536;

/**
 * Tells one body from another of the same client, envelope and Message-ID within ten minutes (F7). That takes no
 * cryptographic hash, which would cost a printer's processor more than sealing the body does: CRC-32 of each 64 KiB, and two
 * scans differ in nearly all of them. Whether a stored body is undamaged is proven by its seal, not by this.
 */
export class BodyDigest {
  readonly #done: number[] = [];
  #open = 0;
  #openBytes = 0;
  #bytes = 0;

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + pieceBytes - this.#openBytes);
      this.#open = crc32(part, this.#open);
      this.#openBytes += part.length;
      at += part.length;
      if (this.#openBytes === pieceBytes) this.#close();
    }
  }

  /** @returns length and checksums, as text */
  end(): string {
    this.#close();
    return `${String(this.#bytes)} ${this.#done.join(' ')}`;
  }

  #close(): void {
    this.#done.push(this.#open);
    this.#open = 0;
    this.#openBytes = 0;
  }
}
