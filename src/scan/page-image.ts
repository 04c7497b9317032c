/** What a page file is, read from its first octets: JPEG frame, netpbm header, or a PDF. */
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { MailError } from '../core/index.ts';

/** A JPEG as it is; its octets go into PDF and TIFF untouched. */
export interface JpegPage {
  readonly kind: 'jpeg';
  readonly path: string;
  readonly sizeBytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** 1 grey, 3 colour. */
  readonly components: 1 | 3;
  /** Horizontal and vertical sampling of the first component over that of the others (TIFF wants to know). */
  readonly subsampling: readonly [number, number];
  /** Points per inch; undefined if it does not say. */
  readonly dpi?: number | undefined;
}

/** Rows of points, top to bottom, each padded to whole octets: what netpbm calls P4, P5 and P6. */
export interface RasterPage {
  readonly kind: 'raster';
  readonly path: string;
  readonly sizeBytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** 1 bit: 1 is black. 8 bits: 0 is black. */
  readonly bits: 1 | 8;
  readonly components: 1 | 3;
  /** Where the rows begin. */
  readonly dataAt: number;
  readonly rowBytes: number;
  readonly dpi?: undefined;
}

/** A document that passes through. */
export interface DocumentPage {
  readonly kind: 'document';
  readonly path: string;
  readonly sizeBytes: number;
}

export type PageImage = JpegPage | RasterPage;

/** TIFF and PDF readers take far less; a header that says more is damage or an attack. */
const maxSidePx = 65_500;
/** Segments and fill octets before the frame: real ones have some dozens, a profile of 16 MB has 255. Each costs a read. */
const maxSteps = 4_096;

/**
 * Looks at a page.
 * @throws MailError `scanner-failed` with a hint if it is none of them, or damaged
 */
export async function readPage(path: string): Promise<PageImage | DocumentPage> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const head = await read(file, 0, 512);
    if (head.subarray(0, 5).toString('latin1') === '%PDF-') return { kind: 'document', path, sizeBytes: size };
    if (head[0] === 0xff && head[1] === 0xd8) return await jpegPage(file, path, size);
    if (head[0] === 0x50) return rasterPage(head, path, size);
    throw notAPage('it is neither JPEG, PBM, PGM, PPM nor PDF');
  } finally {
    await file.close();
  }
}

async function jpegPage(file: FileHandle, path: string, sizeBytes: number): Promise<JpegPage> {
  let dpi: number | undefined;
  // Segment after segment until the frame; each is at most 64 KiB and moves on, so that nothing goes round, and not for long.
  let steps = 0;
  for (let at = 2; at + 4 <= sizeBytes;) {
    if (++steps > maxSteps) throw notAPage('JPEG whose frame does not come');
    const head = await read(file, at, 20);
    const marker = head[1] ?? 0;
    if (head[0] !== 0xff) throw notAPage('JPEG without a frame');
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = head.readUInt16BE(2);
    if (length < 2) throw notAPage('JPEG with a damaged segment');
    if (marker === 0xe0 && length >= 16 && head.subarray(4, 8).toString('latin1') === 'JFIF') dpi = density(head);
    // Start of frame: baseline and progressive Huffman are what readers of PDF and TIFF know.
    if (marker >= 0xc0 && marker <= 0xc2) return { ...frame(await read(file, at, 24)), path, sizeBytes, dpi };
    if (marker >= 0xc3 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) throw notAPage('a rare kind of JPEG');
    at += 2 + length;
  }
  throw notAPage('JPEG without a frame');
}

/** APP0: units, then two 16-bit densities. */
function density(segment: Buffer): number | undefined {
  const unit = segment[11] ?? 0;
  const value = segment.readUInt16BE(12);
  const dpi = unit === 1 ? value : unit === 2 ? Math.round(value * 2.54) : 0;
  return dpi >= 30 && dpi <= 4800 ? dpi : undefined;
}

function frame(segment: Buffer): Pick<JpegPage, 'kind' | 'heightPx' | 'widthPx' | 'components' | 'subsampling'> {
  const heightPx = segment.readUInt16BE(5);
  const widthPx = segment.readUInt16BE(7);
  const components = segment[9];
  if (segment[4] !== 8 || (components !== 1 && components !== 3)) throw notAPage('a rare kind of JPEG');
  if (widthPx === 0 || heightPx === 0) throw notAPage('JPEG without a size');
  const sampling = (index: number): readonly [number, number] => {
    const both = segment[11 + 3 * index] ?? 0;
    return [both >> 4, both & 15];
  };
  const [h, v] = sampling(0);
  const [otherH, otherV] = components === 3 ? sampling(1) : [h, v];
  return {
    kind: 'jpeg',
    widthPx,
    heightPx,
    components,
    subsampling: [Math.max(1, h / Math.max(1, otherH)), Math.max(1, v / Math.max(1, otherV))],
  };
}

/** `P4 WIDTH HEIGHT` and one white space, then rows; P5 and P6 have the largest value after it. Comments are allowed. */
function rasterPage(head: Buffer, path: string, sizeBytes: number): RasterPage {
  const text = head.toString('latin1');
  const found = /^P([456])(?:\s|#[^\n]*\n)+(\d{1,6})(?:\s|#[^\n]*\n)+(\d{1,6})/.exec(text);
  const type = found?.[1];
  if (!found || type === undefined) throw notAPage('a damaged netpbm file');
  const isBitmap = type === '4';
  const rest = /^(?:\s|#[^\n]*\n)+(\d{1,5})/.exec(text.slice(found[0].length));
  if (!isBitmap && rest?.[1] !== '255') throw notAPage('a netpbm file with more than 8 bits a colour');
  const [widthPx, heightPx] = [Number(found[2]), Number(found[3])];
  const components = type === '6' ? 3 : 1;
  const rowBytes = isBitmap ? Math.ceil(widthPx / 8) : widthPx * components;
  const dataAt = found[0].length + (isBitmap ? 0 : (rest?.[0].length ?? 0)) + 1;
  if (widthPx === 0 || heightPx === 0 || widthPx > maxSidePx || heightPx > maxSidePx)
    throw notAPage('a page without a size');
  if (sizeBytes < dataAt + rowBytes * heightPx) throw notAPage('a page that is cut off');
  const bits = isBitmap ? 1 : 8;
  return { kind: 'raster', path, sizeBytes, widthPx, heightPx, bits, components, dataAt, rowBytes };
}

async function read(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  await file.read(buffer, 0, bytes, position);
  return buffer;
}

function notAPage(hint: string): MailError {
  return new MailError('scanner-failed', `page: ${hint}`, { details: { hint } });
}
