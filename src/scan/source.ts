/** What a scanner is to this program; SANE and a folder are behind it today, eSCL can follow. */
import type { PageSource, ScanColour, ScannerDescription, ScannerSummary } from '../core/index.ts';

/** What a person has chosen. */
export interface ScanRequest {
  readonly source: PageSource;
  /** Points per inch, one of those offered. */
  readonly resolution: number;
  readonly colour: ScanColour;
}

/** Where pages go, and how much of them. */
export interface PageRoom {
  /** Private folder; pages are made in it. */
  readonly dir: string;
  /** Number of the next page, from 1. */
  readonly firstN: number;
  readonly maxPages: number;
  readonly maxBytes: number;
  /** Asked before and while pages are written. @param moreBytes about to be written @throws MailError `disk-full` */
  assertSpace(moreBytes: number): Promise<void>;
}

/** A page in its file: JPEG, a raw raster (PBM, PGM, PPM) or a PDF. What it is, its first octets say. */
export interface PageFile {
  readonly path: string;
  /** For a document: the name it came with. */
  readonly name?: string | undefined;
}

/** One kind of scanners. */
export interface ScannerSource {
  /** Those there are now. Slow: asks cables and networks. @throws MailError `scanner-failed` */
  list(options: { readonly signal?: AbortSignal | undefined }): Promise<readonly ScannerSummary[]>;
  /**
   * What one of them offers.
   * @returns undefined if this source does not have it
   * @throws MailError `scanner-busy`, `scanner-failed`, ...
   */
  describe(id: string, options: { readonly signal?: AbortSignal | undefined }): Promise<Offered | undefined>;
  /**
   * Scans, page after page: one from the glass, all there are from the feeder. Ends without error when the feeder is
   * empty after a page. Aborting the signal, or leaving the loop, ends the scanner's work.
   * @throws MailError `scanner-*`, `scan-too-large`; pages given before it are whole
   */
  scan(
    id: string,
    request: ScanRequest,
    room: PageRoom,
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<PageFile>;
}

/** Formats are for the scans to say: they know what pages can become. */
export type Offered = Omit<ScannerDescription, 'formats'>;
