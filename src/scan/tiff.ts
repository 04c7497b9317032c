/**
 * Pages as one TIFF: JPEG pages as they are (compression 7), raster pages with PackBits, which every reader knows. Each page
 * is one strip, its directory before it, so that the file can be written from front to back.
 * @see TIFF 6.0, sections 2, 9; TIFF Technical Note 2 (JPEG)
 */
import { createReadStream } from 'node:fs';
import { packBits } from './pack-bits.ts';
import type { SizedPage } from './pdf.ts';
import type { PageImage, RasterPage } from './page-image.ts';
import { rasterRows } from './raster-rows.ts';

const [short, long, rational] = [3, 4, 5];

type Field = readonly [tag: number, type: number, values: readonly number[]];

/** @param pages at least one; together below 4 GiB */
export async function* writeTiff(pages: readonly SizedPage[]): AsyncGenerator<Buffer, undefined> {
  const head = Buffer.alloc(8);
  head.write('II', 'latin1');
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(8, 4);
  yield head;
  let at = 8;
  for (const [index, page] of pages.entries()) {
    const stripBytes = await stripBytesOf(page.image);
    const isLast = index === pages.length - 1;
    const directory = directoryOf(page, index, pages.length, at, stripBytes, isLast);
    yield directory;
    let written = 0;
    for await (const piece of strip(page.image)) {
      written += piece.length;
      yield piece;
    }
    const padding = evenPadding(stripBytes);
    if (written !== stripBytes) throw new Error('page changed while it was written');
    if (padding > 0) yield Buffer.alloc(padding);
    at += directory.length + stripBytes + padding;
  }
  return undefined;
}

/** Directories begin on even offsets. */
function evenPadding(bytes: number): number {
  return bytes % 2;
}

async function stripBytesOf(image: PageImage): Promise<number> {
  if (image.kind === 'jpeg') return image.sizeBytes;
  // Packed twice, once to count: the directory comes first.
  let bytes = 0;
  for await (const piece of packedRows(image)) bytes += piece.length;
  return bytes;
}

function strip(image: PageImage): AsyncIterable<Buffer> {
  return image.kind === 'jpeg' ? createReadStream(image.path, { end: image.sizeBytes - 1 }) : packedRows(image);
}

async function* packedRows(image: RasterPage): AsyncGenerator<Buffer, undefined> {
  for await (const row of rasterRows(image)) yield packBits(row);
  return undefined;
}

function directoryOf(
  { image, dpi }: SizedPage,
  index: number,
  count: number,
  at: number,
  stripBytes: number,
  isLast: boolean,
): Buffer {
  const isJpeg = image.kind === 'jpeg';
  const bits = isJpeg ? 8 : image.bits;
  const isColour = image.components === 3;
  // A bitmap says 1 for black: "white is zero". Colour in JPEG is YCbCr.
  const photometric = isColour ? (isJpeg ? 6 : 2) : bits === 1 ? 0 : 1;
  const fields: Field[] = [
    [254, long, [count > 1 ? 2 : 0]],
    [256, long, [image.widthPx]],
    [257, long, [image.heightPx]],
    [258, short, isColour ? [bits, bits, bits] : [bits]],
    [259, short, [isJpeg ? 7 : 32_773]],
    [262, short, [photometric]],
    [273, long, [0]],
    [277, short, [image.components]],
    [278, long, [image.heightPx]],
    [279, long, [stripBytes]],
    [282, rational, [dpi, 1]],
    [283, rational, [dpi, 1]],
    [296, short, [2]],
    [297, short, [index, count]],
    ...(isJpeg && isColour ? ([[530, short, image.subsampling]] satisfies Field[]) : []),
  ];
  return directory(fields, at, stripBytes, isLast);
}

/** Entries of 12 octets, values that do not fit behind them, the strip behind those. */
function directory(fields: readonly Field[], at: number, stripBytes: number, isLast: boolean): Buffer {
  const entriesBytes = 2 + 12 * fields.length + 4;
  const outside = fields.map(([, type, values]) => (valueBytes(type, values) > 4 ? valueBytes(type, values) : 0));
  const length = entriesBytes + outside.reduce((sum, bytes) => sum + bytes + evenPadding(bytes), 0);
  const stripAt = at + length;
  const nextAt = stripAt + stripBytes + evenPadding(stripBytes);
  const buffer = Buffer.alloc(length);
  buffer.writeUInt16LE(fields.length, 0);
  let outsideAt = entriesBytes;
  for (const [index, [tag, type, values]] of fields.entries()) {
    const entryAt = 2 + 12 * index;
    buffer.writeUInt16LE(tag, entryAt);
    buffer.writeUInt16LE(type, entryAt + 2);
    buffer.writeUInt32LE(type === rational ? 1 : values.length, entryAt + 4);
    const own = tag === 273 ? [stripAt] : values;
    const bytes = outside[index] ?? 0;
    if (bytes > 0) buffer.writeUInt32LE(at + outsideAt, entryAt + 8);
    writeValues(buffer, bytes > 0 ? outsideAt : entryAt + 8, type, own);
    outsideAt += bytes + evenPadding(bytes);
  }
  buffer.writeUInt32LE(isLast ? 0 : nextAt, 2 + 12 * fields.length);
  return buffer;
}

function valueBytes(type: number, values: readonly number[]): number {
  return values.length * (type === short ? 2 : 4);
}

function writeValues(buffer: Buffer, at: number, type: number, values: readonly number[]): void {
  for (const [index, value] of values.entries()) {
    if (type === short) buffer.writeUInt16LE(value, at + 2 * index);
    else buffer.writeUInt32LE(value, at + 4 * index);
  }
}
