/** The address book on disk: one JSON file beside the settings, replaced as a whole. */
import { rename, rm } from 'node:fs/promises';
import { MailError, parseMailbox } from '../core/index.ts';
import { readIfThere, writeDurably } from '../vault/index.ts';
import { maxEntries, type AddressEntry } from './entry.ts';

/** The file system, as far as it is used: a test makes it fail. */
export interface BookDisk {
  read(path: string, maxBytes: number): Promise<Buffer | undefined>;
  write(path: string, data: Buffer): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

export const realDisk: BookDisk = {
  read: readIfThere,
  write: writeDurably,
  rename,
  remove: (path) => rm(path, { force: true }),
};

/** 2000 entries of the longest names are less. */
const maxBytes = 2 * 1024 * 1024;

/**
 * Reads the entries.
 * @returns none if there is no file
 * @throws MailError `storage-failed`; a damaged file is put aside (`.damaged`) and told once
 */
export async function readBook(path: string, disk: BookDisk): Promise<{ entries: AddressEntry[]; isDamaged: boolean }> {
  let data: Buffer | undefined;
  try {
    data = await disk.read(path, maxBytes);
  } catch (cause) {
    throw new MailError('storage-failed', 'address book cannot be read', { cause });
  }
  if (data === undefined) return { entries: [], isDamaged: false };
  const entries = parseBook(data.toString('utf8'));
  if (entries) return { entries, isDamaged: false };
  // Kept for whoever knows how to mend it; the next write would replace it.
  await disk.rename(path, `${path}.damaged`).catch((cause: unknown) => {
    throw new MailError('storage-failed', 'damaged address book cannot be put aside', { cause });
  });
  return { entries: [], isDamaged: true };
}

/** Replaces the file durably. @throws MailError `storage-failed`, `disk-full`; the old one is still there then */
export async function writeBook(path: string, entries: readonly AddressEntry[], disk: BookDisk): Promise<void> {
  try {
    await disk.write(path, Buffer.from(`${JSON.stringify({ version: 1, entries }, undefined, 1)}\n`));
  } catch (cause) {
    const code = (cause as { readonly code?: unknown } | undefined)?.code;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    throw new MailError(isFull ? 'disk-full' : 'storage-failed', 'address book cannot be written', { cause });
  }
}

/** Removes the file and the damaged one beside it. @throws MailError `storage-failed` */
export async function removeBook(path: string, disk: BookDisk): Promise<void> {
  try {
    for (const one of [path, `${path}.damaged`]) await disk.remove(one);
  } catch (cause) {
    throw new MailError('storage-failed', 'address book cannot be removed', { cause });
  }
}

function parseBook(text: string): AddressEntry[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { version, entries } = (value ?? {}) as { readonly version?: unknown; readonly entries?: unknown };
  if (version !== 1 || !Array.isArray(entries) || entries.length > maxEntries) return undefined;
  const read = entries.map(entryOf);
  return read.includes(undefined) ? undefined : (read as AddressEntry[]);
}

function entryOf(value: unknown): AddressEntry | undefined {
  const { id, name, address, index } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const isGood =
    typeof id === 'string' &&
    typeof name === 'string' &&
    typeof address === 'string' &&
    parseMailbox(address) !== undefined &&
    (index === undefined || typeof index === 'string');
  return isGood ? { id, name, address, ...(index === undefined ? {} : { index }) } : undefined;
}
