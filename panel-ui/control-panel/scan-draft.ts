/** What a person is about to scan and send. Pure. */
import type { ScannerDescription } from '../../src/core/index.ts';
import type { TicketRequest } from '../shared/endpoints-people.ts';

/** The form of "Scan to e-mail". Empty texts mean "as the device does it". */
export interface ScanDraft {
  readonly to: readonly string[];
  readonly subject: string;
  readonly fileName: string;
  readonly text: string;
  readonly options: ScanOptions | undefined;
}

/** One choice of each ability of a scanner. */
export interface ScanOptions {
  readonly scannerId: string;
  readonly source: string;
  readonly resolution: number;
  readonly colour: string;
  readonly format: string;
}

/** Nothing chosen yet. */
export const emptyDraft: ScanDraft = { to: [], subject: '', fileName: '', text: '', options: undefined };

/** The first of each list; 200 or 300 dpi if there are, or if the scanner knows one only and does not say which. */
export function usualOptions(scanner: ScannerDescription): ScanOptions {
  const resolution = [200, 300].find((one) => scanner.resolutions.includes(one)) ?? scanner.resolutions[0] ?? 300;
  return {
    scannerId: scanner.id,
    source: scanner.sources[0] ?? 'flatbed',
    resolution,
    colour: scanner.colours[0] ?? 'colour',
    format: scanner.formats[0] ?? 'pdf',
  };
}

/** Adds a recipient, once whatever its spelling in capitals. */
export function addRecipient(draft: ScanDraft, address: string): ScanDraft {
  const trimmed = address.trim();
  const isThere = draft.to.some((one) => one.toLowerCase() === trimmed.toLowerCase());
  return isThere || trimmed === '' ? draft : { ...draft, to: [...draft.to, trimmed] };
}

/** Takes a recipient away. */
export function removeRecipient(draft: ScanDraft, address: string): ScanDraft {
  return { ...draft, to: draft.to.filter((one) => one !== address) };
}

/** What the daemon is asked to send; the key makes a second press, or one after a lost answer, the same job. */
export function ticketOf(draft: ScanDraft, idempotencyKey: string): TicketRequest {
  return {
    to: draft.to,
    ...(draft.subject === '' ? {} : { subject: draft.subject }),
    ...(draft.text === '' ? {} : { text: draft.text }),
    ...(draft.fileName === '' ? {} : { fileName: draft.fileName }),
    idempotencyKey,
  };
}

/**
 * A key nobody else has, of the shape the daemon tells a walk-up person about (src/api/ticket-routes.ts): `scan-` and a random id.
 * @param octets 16 random ones
 */
export function freshKey(octets: Uint8Array): string {
  const hex = Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
  return `scan-${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`;
}
