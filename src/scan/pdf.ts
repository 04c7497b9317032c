/**
 * Pages as one PDF, octet by octet: JPEG pages as they are (DCTDecode), raster pages deflated.
 * @see ISO 32000-1, 7.5 (file structure), 8.9 (images)
 */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createDeflate } from 'node:zlib';
import { rasterRows } from './raster-rows.ts';
import type { JpegPage, PageImage, RasterPage } from './page-image.ts';

/** A page and how many of its points are an inch. */
export interface SizedPage {
  readonly image: PageImage;
  readonly dpi: number;
}

/** Objects: 1 catalogue, 2 list of pages, 3 producer; then for each page itself, its drawing, its image, its image's length. */
const objectsPerPage = 4;
const firstPage = 4;

/** @param pages at least one */
export async function* writePdf(pages: readonly SizedPage[]): AsyncGenerator<Buffer, undefined> {
  const offsets: number[] = [];
  let at = 0;
  const count = (piece: Buffer): Buffer => {
    at += piece.length;
    return piece;
  };
  const text = (words: string): Buffer => count(Buffer.from(words, 'latin1'));
  const object = (n: number, words: string): Buffer => {
    offsets[n] = at;
    return text(`${String(n)} 0 obj\n${words}\nendobj\n`);
  };
  const ref = (n: number): string => `${String(n)} 0 R`;
  // The octets above 127 tell programs that this is not text.
  yield text('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n');
  yield object(1, `<< /Type /Catalog /Pages ${ref(2)} >>`);
  const kids = pages.map((_page, index) => ref(firstPage + objectsPerPage * index)).join(' ');
  yield object(2, `<< /Type /Pages /Count ${String(pages.length)} /Kids [${kids}] >>`);
  yield object(3, '<< /Producer (mfp-mail-agent) >>');
  for (const [index, { image, dpi }] of pages.entries()) {
    const n = firstPage + objectsPerPage * index;
    const [width, height] = [points(image.widthPx, dpi), points(image.heightPx, dpi)];
    const draw = `q ${width} 0 0 ${height} 0 0 cm /Im Do Q`;
    const resources = `<< /XObject << /Im ${ref(n + 2)} >> >>`;
    const box = `[0 0 ${width} ${height}]`;
    yield object(
      n,
      `<< /Type /Page /Parent ${ref(2)} /MediaBox ${box} /Resources ${resources} /Contents ${ref(n + 1)} >>`,
    );
    yield object(n + 1, `<< /Length ${String(draw.length)} >>\nstream\n${draw}\nendstream`);
    offsets[n + 2] = at;
    yield text(`${String(n + 2)} 0 obj\n${imageDictionary(image, ref(n + 3))}\nstream\n`);
    const startedAt = at;
    for await (const piece of octets(image)) yield count(piece);
    const length = at - startedAt;
    yield text('\nendstream\nendobj\n');
    yield object(n + 3, String(length));
  }
  const size = firstPage + objectsPerPage * pages.length;
  const startXref = at;
  yield text(`xref\n0 ${String(size)}\n0000000000 65535 f \n`);
  for (let n = 1; n < size; n++) yield text(`${String(offsets[n] ?? 0).padStart(10, '0')} 00000 n \n`);
  yield text(`trailer\n<< /Size ${String(size)} /Root ${ref(1)} /Info ${ref(3)} >>\n`);
  yield text(`startxref\n${String(startXref)}\n%%EOF\n`);
  return undefined;
}

function imageDictionary(image: PageImage, length: string): string {
  const space = image.components === 3 ? '/DeviceRGB' : '/DeviceGray';
  const size = `/Width ${String(image.widthPx)} /Height ${String(image.heightPx)}`;
  const common = `/Type /XObject /Subtype /Image ${size} /ColorSpace ${space} /Length ${length}`;
  if (image.kind === 'jpeg') return `<< ${common} /BitsPerComponent 8 /Filter /DCTDecode >>`;
  // A bitmap says 1 for black.
  const decode = image.bits === 1 ? ' /Decode [1 0]' : '';
  return `<< ${common} /BitsPerComponent ${String(image.bits)} /Filter /FlateDecode${decode} >>`;
}

function octets(image: JpegPage | RasterPage): AsyncIterable<Buffer> {
  if (image.kind === 'jpeg') return createReadStream(image.path, { end: image.sizeBytes - 1 });
  const rows = Readable.from(rasterRows(image));
  return rows.compose(createDeflate()) as AsyncIterable<Buffer>;
}

/** 1/72 inch, two places. */
function points(px: number, dpi: number): string {
  return ((px * 72) / dpi).toFixed(2);
}
