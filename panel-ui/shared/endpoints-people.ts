/** Calls about scanning and whom to send to. */
import type { JobSummary, ScannerDescription, ScannerSummary, ScanSummary } from '../../src/core/index.ts';

/** What a scan is sent with; `fileName` is a template of {date} {time} {counter} {device} {n}. */
export interface TicketRequest {
  readonly to: readonly string[];
  readonly subject?: string;
  readonly text?: string;
  readonly fileName?: string;
  readonly idempotencyKey?: string;
}

/** One person of the address book. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  /** What the list is sorted by, kana or pinyin. */
  readonly index?: string;
}

/** Some people of the address book. */
export interface PersonList {
  readonly entries: readonly Person[];
  readonly total: number;
}

/** Calls of `src/scan/` and `src/addressbook/`. */
export interface PeopleEndpoints {
  'GET /v1/scanners': { reply: { readonly scanners: readonly ScannerSummary[] } };
  'GET /v1/scanners/:id': { reply: ScannerDescription };
  'POST /v1/scans': {
    body: {
      readonly scannerId: string;
      readonly source: string;
      readonly resolution: number;
      readonly colour: string;
    };
    reply: ScanSummary;
  };
  'GET /v1/scans/:id': { reply: ScanSummary };
  'POST /v1/scans/:id/more': { reply: ScanSummary };
  'DELETE /v1/scans/:id': { reply: unknown };
  'POST /v1/scans/:id/submit': {
    body: { readonly ticket: TicketRequest; readonly format: string };
    reply: JobSummary;
  };
  'GET /v1/address-book': { query: { readonly q?: string; readonly limit?: number }; reply: PersonList };
  'GET /v1/address-book/recent': { reply: { readonly entries: readonly Omit<Person, 'id'>[] } };
  'POST /v1/address-book': { body: Omit<Person, 'id'>; reply: Person };
  'PUT /v1/address-book/:id': { body: Omit<Person, 'id'>; reply: Person };
  'DELETE /v1/address-book/:id': { reply: unknown };
}
