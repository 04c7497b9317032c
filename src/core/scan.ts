/** A scan at the panel, from Start to the job it becomes. The pages themselves are the scan room's. */
import type { QueueId } from './job.ts';

/** Where pages lie. */
export type PageSource = 'flatbed' | 'feeder';
/** `lineart`: black and white, one bit a point. */
export type ScanColour = 'colour' | 'grey' | 'lineart';
/** What the pages are sent as: one PDF, one TIFF of many pages, or one JPEG for each page. */
export type ScanFormat = 'pdf' | 'tiff' | 'jpeg';

/** A scanner that can be chosen. */
export interface ScannerSummary {
  /** Letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  readonly kind: 'sane' | 'folder';
}

/** What a scanner offers. */
export interface ScannerDescription {
  readonly id: string;
  readonly title: string;
  readonly sources: readonly PageSource[];
  /** Points per inch, ascending. */
  readonly resolutions: readonly number[];
  readonly colours: readonly ScanColour[];
  readonly formats: readonly ScanFormat[];
}

/** One page, or one file of a folder that is a document already. */
export interface ScanPage {
  /** From 1. */
  readonly n: number;
  /** 0 for a document. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly sizeBytes: number;
  /** False for a document: nothing here can draw it. */
  readonly hasPreview: boolean;
}

/**
 * scanning: pages come in. scanned: it can be sent, or go on. failed: stopped before the first page. cancelled, submitted:
 * over; its pages are removed.
 */
export type ScanState = 'scanning' | 'scanned' | 'failed' | 'cancelled' | 'submitted';

/** What screens show of a scan. */
export interface ScanSummary {
  readonly id: string;
  readonly scannerId: string;
  readonly state: ScanState;
  readonly pages: readonly ScanPage[];
  /** What these pages can be sent as. */
  readonly formats: readonly ScanFormat[];
  /** Catalogue code of what stopped the scanner; the pages before it are kept. */
  readonly trouble?: string | undefined;
  /** The job it became. */
  readonly queueId?: QueueId | undefined;
}
