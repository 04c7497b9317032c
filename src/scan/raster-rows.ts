import { createReadStream } from 'node:fs';
import type { RasterPage } from './page-image.ts';

/** The rows of a raster page, one after the other, each `rowBytes` long. */
export async function* rasterRows(page: RasterPage): AsyncGenerator<Buffer, undefined> {
  const end = page.dataAt + page.rowBytes * page.heightPx - 1;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(page.path, { start: page.dataAt, end })) {
    const all = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let at = 0;
    for (; at + page.rowBytes <= all.length; at += page.rowBytes) yield all.subarray(at, at + page.rowBytes);
    rest = all.subarray(at);
  }
  return undefined;
}
