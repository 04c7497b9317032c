import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { MailError } from '../../src/core/index.ts';
import {
  openRecord,
  openStream,
  sealedChunkBytes,
  sealedHeadBytes,
  sealedStreamBytes,
  sealRecord,
  sealStream,
} from '../../src/vault/index.ts';

const key = randomBytes(32);
const aad = Buffer.from('what it belongs to');
const codeOf = (work: () => unknown) => {
  try {
    work();
    return 'no error';
  } catch (error) {
    return (error as MailError).code;
  }
};
const sealAll = (plain: Buffer[]) => buffer(Readable.from(plain).pipe(sealStream(key, aad)));
const openAll = async (pieces: Buffer[], withKey = key, withAad = aad) =>
  buffer(Readable.from(pieces).pipe(openStream(withKey, withAad))).catch((error: unknown) => (error as MailError).code);

/** Cuts a buffer at the given places. */
function cut(data: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (data.length + 1)).sort((a, b) => a - b), data.length];
  return at
    .slice(1)
    .map((end, index) => data.subarray(at[index], end))
    .filter((piece) => piece.length > 0);
}

describe('a sealed record', () => {
  test('opens with the same key and belonging, and two of the same text differ', () => {
    for (const size of [0, 1, 100_000]) {
      const plain = randomBytes(size);
      const sealed = sealRecord(key, plain, aad);
      expect(openRecord(key, sealed, aad).equals(plain)).toBe(true);
      expect(sealRecord(key, plain, aad).equals(sealed)).toBe(false);
    }
  });

  test('is damaged when any byte differs, is missing or is added, and for any other key or belonging', () => {
    const sealed = sealRecord(key, Buffer.from('secret'), aad);
    for (let at = 0; at < sealed.length; at++) {
      const flipped = Buffer.from(sealed);
      flipped[at] = (flipped[at] ?? 0) ^ 0x80;
      expect(codeOf(() => openRecord(key, flipped, aad))).toBe('secret-damaged');
      expect(codeOf(() => openRecord(key, sealed.subarray(0, at), aad))).toBe('secret-damaged');
    }
    expect(codeOf(() => openRecord(key, Buffer.concat([sealed, Buffer.alloc(1)]), aad))).toBe('secret-damaged');
    expect(codeOf(() => openRecord(randomBytes(32), sealed, aad))).toBe('secret-damaged');
    expect(codeOf(() => openRecord(key, sealed, Buffer.from('something else')))).toBe('secret-damaged');
  });
});

describe('a sealed stream', () => {
  test.each([0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_000])(
    'of %i bytes comes back, and its length is foreseen',
    async (size) => {
      const plain = randomBytes(size);
      const sealed = await sealAll(size === 0 ? [] : [plain]);
      expect(sealed.length).toBe(sealedStreamBytes(size));
      expect(((await openAll([sealed])) as Buffer).equals(plain)).toBe(true);
    },
  );

  test('does not depend on how either side is cut into pieces', async () => {
    const plain = randomBytes(200_000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (one, other) => {
          const opened = await openAll(cut(await sealAll(cut(plain, one)), other));
          return typeof opened !== 'string' && opened.equals(plain);
        },
      ),
      { numRuns: 60 },
    );
  });

  const chunk = (sealed: Buffer, index: number) =>
    sealed.subarray(sealedHeadBytes + index * sealedChunkBytes, sealedHeadBytes + (index + 1) * sealedChunkBytes);
  test.each<[string, (sealed: Buffer) => Buffer]>([
    ['nothing at all', () => Buffer.alloc(0)],
    ['cut in the head', (sealed) => sealed.subarray(0, 20)],
    ['cut after the head', (sealed) => sealed.subarray(0, sealedHeadBytes)],
    // What is left is a whole chunk with a good tag: only the last-chunk flag tells.
    ['cut at the end of a chunk', (sealed) => sealed.subarray(0, sealedHeadBytes + sealedChunkBytes)],
    ['cut in a chunk', (sealed) => sealed.subarray(0, sealed.length - 1)],
    ['a byte added', (sealed) => Buffer.concat([sealed, Buffer.alloc(1)])],
    [
      'two chunks swapped',
      (sealed) =>
        Buffer.concat([sealed.subarray(0, sealedHeadBytes), chunk(sealed, 1), chunk(sealed, 0), chunk(sealed, 2)]),
    ],
    [
      'a chunk repeated',
      (sealed) =>
        Buffer.concat([
          sealed.subarray(0, sealedHeadBytes),
          chunk(sealed, 0),
          chunk(sealed, 0),
          chunk(sealed, 1),
          chunk(sealed, 2),
        ]),
    ],
    ['the last chunk alone', (sealed) => Buffer.concat([sealed.subarray(0, sealedHeadBytes), chunk(sealed, 2)])],
  ])('is damaged: %s', async (_name, harm) => {
    const sealed = await sealAll([randomBytes(150_000)]);
    expect(await openAll([harm(sealed)])).toBe('secret-damaged');
  });

  test('is damaged by a flip anywhere, with another key, and for another belonging', async () => {
    const sealed = await sealAll([randomBytes(70_000)]);
    for (const at of [0, 4, 19, 20, 26, 27, 30_000, 65_600, 65_700, sealed.length - 1]) {
      const flipped = Buffer.from(sealed);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect([at, await openAll([flipped])]).toEqual([at, 'secret-damaged']);
    }
    expect(await openAll([sealed], randomBytes(32))).toBe('secret-damaged');
    expect(await openAll([sealed], key, Buffer.from('another job'))).toBe('secret-damaged');
  });
});
