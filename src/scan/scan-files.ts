/** The files a scan is sent as. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { MailError, type ScanFormat } from '../core/index.ts';
import type { PageImage } from './page-image.ts';
import { writePdf, type SizedPage } from './pdf.ts';
import type { SessionPage } from './session.ts';
import { writeTiff } from './tiff.ts';

/** A file on its way into a message. */
export interface ScanFile {
  readonly name: string;
  readonly mediaType: string;
  readonly body: Readable;
}

/** What these pages can be sent as: a raster page is no JPEG, and nothing here makes one of it. */
export function formatsOf(pages: readonly SessionPage[]): readonly ScanFormat[] {
  const images = pages.filter(({ image }) => image.kind !== 'document');
  if (pages.length > 0 && images.length === 0) return ['pdf'];
  return images.every(({ image }) => image.kind === 'jpeg') ? ['pdf', 'tiff', 'jpeg'] : ['pdf', 'tiff'];
}

/**
 * The files, made as they are read. Documents go as they are, beside the pages.
 * @throws MailError `bad-request` if there are no pages, or they cannot be sent so
 */
export function filesOf(pages: readonly SessionPage[], format: ScanFormat): AsyncIterable<ScanFile> {
  if (pages.length === 0) throw refused('the scan has no pages yet');
  if (!formatsOf(pages).includes(format)) throw refused(`these pages cannot be sent as ${format}`);
  return make(pages, format);
}

// A generator, so that a file is made when the one before is through; its pages are read from disk meanwhile.
async function* make(pages: readonly SessionPage[], format: ScanFormat): AsyncGenerator<ScanFile, undefined> {
  const images = pages.flatMap(({ image, dpi }) => (image.kind === 'document' ? [] : [sized(image, dpi)]));
  if (images.length > 0 && format === 'pdf')
    yield { name: 'scan.pdf', mediaType: 'application/pdf', body: streamOf(writePdf(images)) };
  if (images.length > 0 && format === 'tiff')
    yield { name: 'scan.tif', mediaType: 'image/tiff', body: streamOf(writeTiff(images)) };
  if (format === 'jpeg')
    for (const [index, { image }] of images.entries())
      yield { name: `scan-${String(index + 1)}.jpg`, mediaType: 'image/jpeg', body: createReadStream(image.path) };
  for (const { image, name } of pages)
    if (image.kind === 'document')
      yield { name: name ?? 'scan.pdf', mediaType: 'application/pdf', body: createReadStream(image.path) };
  return Promise.resolve(undefined);
}

function sized(image: PageImage, asked: number): SizedPage {
  return { image, dpi: image.dpi ?? asked };
}

function streamOf(pieces: AsyncIterable<Buffer>): Readable {
  return Readable.from(pieces, { objectMode: false });
}

function refused(hint: string): MailError {
  return new MailError('bad-request', hint, { details: { hint } });
}
