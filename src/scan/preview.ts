/** A small picture of a page for the panel: a JPEG page as it is, a raster page made smaller as PNG. */
import { crc32, deflateSync } from 'node:zlib';
import { rasterRows } from './raster-rows.ts';
import type { RasterPage } from './page-image.ts';

/** The widest panel is 1024 points; half of it is enough to see which page this is. */
const previewWidthPx = 512;

/** Makes a page smaller by averaging squares of points. @returns a PNG, 8 bits grey or colour */
export async function rasterPreview(page: RasterPage): Promise<Buffer> {
  // A page that is one thin line is not made smaller than nothing.
  const factor = Math.min(page.heightPx, Math.max(1, Math.ceil(page.widthPx / previewWidthPx)));
  const [width, height] = [Math.floor(page.widthPx / factor), Math.floor(page.heightPx / factor)];
  const samples = width * page.components;
  const sums = new Uint32Array(samples);
  const rows: Buffer[] = [];
  let taken = 0;
  for await (const row of rasterRows(page)) {
    addRow(sums, row, page, factor);
    if (++taken < factor) continue;
    taken = 0;
    // Every PNG row begins with its filter; 0 is none.
    const line = Buffer.alloc(1 + samples);
    for (let i = 0; i < samples; i++) line[1 + i] = Math.round((sums[i] ?? 0) / (factor * factor));
    rows.push(line);
    sums.fill(0);
    if (rows.length === height) break;
  }
  return png(width, rows, page.components);
}

function addRow(sums: Uint32Array, row: Buffer, page: RasterPage, factor: number): void {
  const { components } = page;
  const width = sums.length / components;
  for (let x = 0; x < width; x++)
    for (let c = 0; c < components; c++) {
      let sum = 0;
      for (let i = x * factor; i < (x + 1) * factor; i++)
        sum += page.bits === 1 ? (((row[i >> 3] ?? 0) >> (7 - (i & 7))) & 1 ? 0 : 255) : (row[i * components + c] ?? 0);
      sums[x * components + c] = (sums[x * components + c] ?? 0) + sum;
    }
}

/** @see https://www.w3.org/TR/png/#5DataRep */
function png(width: number, rows: readonly Buffer[], components: 1 | 3): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header[8] = 8;
  header[9] = components === 3 ? 2 : 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.concat(rows));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(8 + named.length);
  whole.writeUInt32BE(data.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), 4 + named.length);
  return whole;
}
