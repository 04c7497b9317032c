import { inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PDFDocument, PDFName, PDFRawStream } from 'pdf-lib';
import { packBits } from '../../src/scan/pack-bits.ts';
import { readPage, type PageImage, type RasterPage } from '../../src/scan/page-image.ts';
import { writePdf } from '../../src/scan/pdf.ts';
import { rasterPreview } from '../../src/scan/preview.ts';
import { writeTiff } from '../../src/scan/tiff.ts';
import { tempDir } from '../support/temp-dir.ts';
import { bitmap, jpeg, pageFile, raster } from './sample-pages.ts';

async function whole(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

async function imageOf(content: Buffer): Promise<PageImage> {
  const image = await readPage(await pageFile(await tempDir(), 'page', content));
  if (image.kind === 'document') throw new Error('a document');
  return image;
}

describe('what a page is', () => {
  test.each<[string, Buffer, object]>([
    ['colour JPEG', jpeg(), { kind: 'jpeg', widthPx: 40, heightPx: 60, components: 3, subsampling: [2, 2], dpi: 100 }],
    ['JPEG without subsampling', jpeg({ sampling: 0x11 }), { subsampling: [1, 1] }],
    ['grey JPEG', jpeg({ components: 1 }), { components: 1, subsampling: [1, 1] }],
    ['JPEG that says 1 point per inch', jpeg({ dpi: 1 }), { dpi: undefined }],
    // Octet 13 is the unit.
    ['JPEG that counts in centimetres', Buffer.from(jpeg().map((octet, at) => (at === 13 ? 2 : octet))), { dpi: 254 }],
    ['bitmap with a comment', bitmap(17, 4), { kind: 'raster', bits: 1, rowBytes: 3, widthPx: 17, heightPx: 4 }],
    ['grey raster', raster(5, 4, 1, 9), { bits: 8, components: 1, rowBytes: 5 }],
    ['colour raster', raster(5, 4, 3, 9), { bits: 8, components: 3, rowBytes: 15 }],
    ['PDF', Buffer.from('%PDF-1.7\n'), { kind: 'document' }],
  ])('%s', async (_name, content, facts) => {
    expect(await readPage(await pageFile(await tempDir(), 'page', content))).toMatchObject(facts);
  });

  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello')],
    ['JPEG that ends in its first segment', jpeg().subarray(0, 20)],
    ['JPEG whose segment says it has no length', Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0, ...Buffer.alloc(40)])],
    ['JPEG of fill octets only', Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(5000, 0xff)])],
    [
      'JPEG whose frame comes after very many fill octets',
      Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(5000, 0xff), jpeg().subarray(2)]),
    ],
    ['arithmetic-coded JPEG', Buffer.from(jpeg().map((octet, at) => (at === 21 ? 0xc9 : octet)))],
    ['CMYK JPEG', Buffer.from(jpeg().map((octet, at) => (at === 29 ? 4 : octet)))],
    ['JPEG without a width', jpeg({ width: 0 })],
    ['bitmap that is wider than readers take', bitmap(70_000, 1)],
    ['bitmap cut off in a row', bitmap(100, 100).subarray(0, -1)],
    ['bitmap that says it is enormous', Buffer.from('P4\n999999 999999\n')],
    ['netpbm with 16 bits', Buffer.from('P5\n1 1\n65535\n\0\0')],
    ['netpbm without numbers', Buffer.from('P4\n-1 5\n')],
  ])('%s is refused, not waited for', async (_name, content) => {
    const path = await pageFile(await tempDir(), 'page', content);
    await expect(readPage(path)).rejects.toMatchObject({ code: 'scanner-failed' });
  });
});

describe('a PDF of pages', () => {
  test('opens, with the pages in inches and the pictures as they came', async () => {
    const photo = jpeg({ width: 850, height: 1100, dpi: 100 });
    const line = bitmap(2480, 3508);
    const pdf = await whole(
      writePdf([
        { image: await imageOf(photo), dpi: 100 },
        { image: await imageOf(line), dpi: 300 },
        { image: await imageOf(raster(30, 20, 3, 7)), dpi: 72 },
      ]),
    );
    const document = await PDFDocument.load(pdf);
    expect(document.getPages().map((page) => page.getSize())).toEqual([
      { width: 612, height: 792 },
      { width: 595.2, height: 841.92 },
      { width: 30, height: 20 },
    ]);
    const pictures = document.context
      .enumerateIndirectObjects()
      .flatMap(([, object]) => (object instanceof PDFRawStream ? [object] : []))
      .filter(({ dict }) => dict.get(PDFName.of('Subtype')) === PDFName.of('Image'));
    expect(Buffer.from(pictures[0]?.contents ?? []).equals(photo)).toBe(true);
    expect(inflateSync(pictures[1]?.contents ?? Buffer.alloc(0)).length).toBe(310 * 3508);
    expect(inflateSync(pictures[2]?.contents ?? Buffer.alloc(0)).equals(Buffer.alloc(30 * 20 * 3, 7))).toBe(true);
    // A bitmap says 1 for black, PDF 0.
    expect(pictures.map(({ dict }) => dict.get(PDFName.of('Decode'))?.toString())).toEqual([
      undefined,
      '[ 1 0 ]',
      undefined,
    ]);
    // Black and white is small: that is why it stays one bit a point.
    expect(pictures[1]?.contents.length).toBeLessThan(10_000);
  });

  test('names the place of every object', async () => {
    const pdf = await whole(writePdf([{ image: await imageOf(jpeg()), dpi: 100 }]));
    const text = pdf.toString('latin1');
    const offsets = [...text.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset));
    expect(offsets).toHaveLength(7);
    for (const [index, offset] of offsets.entries())
      expect(text.slice(offset)).toMatch(new RegExp(`^${String(index + 1)} 0 obj`));
    const startXref = Number(/startxref\n(\d+)\n/.exec(text)?.[1]);
    expect(text.slice(startXref)).toMatch(/^xref\n0 8\n/);
  });
});

/** Directories of a little-endian TIFF: tag -> values. */
function directories(tiff: Buffer): Map<number, number[]>[] {
  const found: Map<number, number[]>[] = [];
  for (let at = tiff.readUInt32LE(4); at !== 0;) {
    expect(at % 2).toBe(0);
    const fields = new Map<number, number[]>();
    const count = tiff.readUInt16LE(at);
    for (let i = 0; i < count; i++) {
      const entry = at + 2 + 12 * i;
      const type = tiff.readUInt16LE(entry + 2);
      const values = tiff.readUInt32LE(entry + 4) * (type === 5 ? 2 : 1);
      const size = type === 3 ? 2 : 4;
      const place = values * size > 4 ? tiff.readUInt32LE(entry + 8) : entry + 8;
      const read = (n: number) => (size === 2 ? tiff.readUInt16LE(place + 2 * n) : tiff.readUInt32LE(place + 4 * n));
      fields.set(
        tiff.readUInt16LE(entry),
        Array.from({ length: values }, (_, n) => read(n)),
      );
    }
    found.push(fields);
    at = tiff.readUInt32LE(at + 2 + 12 * count);
  }
  return found;
}

/** PackBits backwards. */
function unpackBits(packed: Buffer): Buffer {
  const out: number[] = [];
  for (let at = 0; at < packed.length;) {
    const count = packed.readInt8(at++);
    if (count >= 0) {
      out.push(...packed.subarray(at, at + count + 1));
      at += count + 1;
    } else if (count !== -128) out.push(...Array<number>(1 - count).fill(packed[at++] ?? 0));
  }
  return Buffer.from(out);
}

describe('a TIFF of pages', () => {
  test('has a directory for each page, and each strip is the page', async () => {
    // Odd: the next directory must begin on an even place.
    const photo = jpeg({ filling: 50 });
    expect(photo.length % 2).toBe(1);
    const tiff = await whole(
      writeTiff([
        { image: await imageOf(photo), dpi: 100 },
        { image: await imageOf(bitmap(170, 90)), dpi: 300 },
        { image: await imageOf(jpeg({ components: 1 })), dpi: 100 },
      ]),
    );
    const [first, second, third, ...more] = directories(tiff);
    expect(more).toEqual([]);
    expect(Object.fromEntries(first ?? [])).toMatchObject({
      256: [40],
      257: [60],
      258: [8, 8, 8],
      259: [7],
      262: [6],
      277: [3],
      282: [100, 1],
      297: [0, 3],
      530: [2, 2],
    });
    const strip = (fields: Map<number, number[]> | undefined) => {
      const at = fields?.get(273)?.[0] ?? 0;
      return tiff.subarray(at, at + (fields?.get(279)?.[0] ?? 0));
    };
    expect(strip(first).equals(photo)).toBe(true);
    expect(Object.fromEntries(second ?? [])).toMatchObject({ 258: [1], 259: [32_773], 262: [0], 282: [300, 1] });
    expect(unpackBits(strip(second)).equals(Buffer.alloc(22 * 90, 0xaa))).toBe(true);
    expect(Object.fromEntries(third ?? [])).toMatchObject({ 258: [8], 262: [1], 277: [1] });
    expect(third?.has(530)).toBe(false);
  });

  test('PackBits gives back every row, and never grows by more than one octet in 128', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 300 })), { maxLength: 40 }),
        (runs) => {
          const row = Buffer.concat(runs.map(([value, length]) => Buffer.alloc(length, value)));
          const packed = packBits(row);
          expect(unpackBits(packed).equals(row)).toBe(true);
          expect(packed.length).toBeLessThanOrEqual(row.length + Math.ceil(row.length / 128));
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (octets) => {
        expect(unpackBits(packBits(Buffer.from(octets))).equals(Buffer.from(octets))).toBe(true);
      }),
    );
  });
});

describe('a preview', () => {
  function pixels(png: Buffer): { width: number; height: number; rows: Buffer } {
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    const data = png.indexOf('IDAT');
    const length = png.readUInt32BE(data - 4);
    return {
      width: png.readUInt32BE(16),
      height: png.readUInt32BE(20),
      rows: inflateSync(png.subarray(data + 4, data + 4 + length)),
    };
  }

  test('of a black and white page is grey, small, and shows as much black as there is', async () => {
    const { width, height, rows } = pixels(await rasterPreview((await imageOf(bitmap(2480, 3508))) as RasterPage));
    expect([width, height]).toEqual([496, 701]);
    expect(rows.length).toBe((496 + 1) * 701);
    // Five columns to one: three of them black, then two.
    expect([rows[1], rows[2]]).toEqual([102, 153]);
  });

  test('of a colour page keeps its colours; a line of points is not made nothing', async () => {
    const colour = pixels(await rasterPreview((await imageOf(raster(2000, 1000, 3, 200))) as RasterPage));
    expect([...new Set(colour.rows.subarray(1, 100))]).toEqual([200]);
    expect(pixels(await rasterPreview((await imageOf(raster(2000, 1, 1, 200))) as RasterPage)).height).toBe(1);
  });
});
