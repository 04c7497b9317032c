/** Who scans are sent to: entries in memory and on disk, searched, changed, imported, exported. */
import { comparableAddress, MailError, type MailLog } from '../core/index.ts';
import { readBook, realDisk, removeBook, writeBook, type BookDisk } from './book-file.ts';
import { readCsv, writeCsv } from './csv.ts';
import { checkedEntry, maxEntries, type AddressEntry, type AddressInput } from './entry.ts';
import { plannedImport, type ImportRequest, type ImportResult } from './import.ts';
import { readLdif, writeLdif } from './ldif.ts';
import { findable, folded, matches, type Findable } from './search.ts';

/** The form of a file of addresses. */
export type AddressFormat = 'csv' | 'ldif';

export interface AddressBook {
  /**
   * Who is found, by name.
   * @param query words as typed; '' finds everybody
   * @returns at most `limit`; `total`: how many were found
   */
  search(query: string, limit: number): Promise<{ readonly entries: readonly AddressEntry[]; readonly total: number }>;
  /** @throws MailError `bad-address`, `bad-request`, `address-book-full`, `storage-failed`, `disk-full` */
  add(input: AddressInput, by: string): Promise<AddressEntry>;
  /** @throws MailError as `add`; `address-unknown` */
  replace(id: string, input: AddressInput, by: string): Promise<AddressEntry>;
  /** @throws MailError `address-unknown`, `storage-failed` */
  remove(id: string, by: string): Promise<void>;
  /** Reads a file of addresses; all of it, or nothing unless bad rows may be skipped. @throws MailError as `add` */
  importText(
    request: ImportRequest & { readonly format: AddressFormat; readonly text: string },
    by: string,
  ): Promise<ImportResult>;
  exportText(format: AddressFormat): Promise<string>;
  /** Addresses a scan was sent to at the panel. Kept in memory only. */
  noteRecipients(addresses: readonly string[]): Promise<void>;
  /**
   * Entries that were used last, most recent first. Only those of the address book, which everybody at the panel may see
   * anyway: an address somebody typed is not shown to the next person (T51).
   */
  recent(): Promise<readonly AddressEntry[]>;
  /** Removes the file, and every memory of it. */
  destroy(): Promise<void>;
}

const recentMost = 20;

/** @param options.path of the file; its folder is there */
export function createAddressBook(options: {
  readonly path: string;
  readonly log: MailLog;
  readonly disk?: BookDisk;
}): AddressBook {
  const { path, log, disk = realDisk } = options;
  let loaded: Promise<Findable[]> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let used: string[] = [];

  const load = (): Promise<Findable[]> =>
    (loaded ??= readBook(path, disk).then(
      ({ entries, isDamaged }) => {
        if (isDamaged) log.fault('address book is damaged; it was put aside', new Error(`${path}.damaged`));
        return sorted(entries);
      },
      (error: unknown) => {
        // The next call tries again.
        loaded = undefined;
        throw error;
      },
    ));

  /** One change after the other: each is on disk before the next begins, and none is in memory that is not on disk. */
  const change = <Result>(
    work: (entries: readonly AddressEntry[]) => [readonly AddressEntry[], Result],
  ): Promise<Result> => {
    const mine = turn.then(async () => {
      const before = (await load()).map(({ entry }) => entry);
      const [after, result] = work(before);
      if (after === before) return result;
      if (after.length > maxEntries)
        throw new MailError('address-book-full', `more than ${String(maxEntries)} entries`);
      await writeBook(path, after, disk);
      loaded = Promise.resolve(sorted(after));
      return result;
    });
    turn = mine.catch(() => undefined);
    return mine;
  };
  const assertThere = (entries: readonly AddressEntry[], id: string) => {
    if (!entries.some((one) => one.id === id)) throw new MailError('address-unknown', 'no such entry');
  };
  const note = (by: string) => {
    log.settings({ by, names: ['address book'] });
  };

  return {
    search: async (query, limit) => {
      const found = (await load()).filter((one) => matches(one, query));
      return { entries: found.slice(0, limit).map(({ entry }) => entry), total: found.length };
    },
    add: async (input, by) => {
      const entry = checkedEntry(input);
      await change((entries) => [[...entries, entry], undefined]);
      note(by);
      return entry;
    },
    replace: async (id, input, by) => {
      const entry = checkedEntry(input, id);
      await change((entries) => {
        assertThere(entries, id);
        return [entries.map((one) => (one.id === id ? entry : one)), undefined];
      });
      note(by);
      return entry;
    },
    remove: async (id, by) => {
      await change((entries) => {
        assertThere(entries, id);
        return [entries.filter((one) => one.id !== id), undefined];
      });
      note(by);
    },
    importText: async ({ format, text, ...request }, by) => {
      const read = format === 'csv' ? readCsv(text) : readLdif(text);
      const result = await change((entries) => plannedImport(entries, read, request));
      if (result.isDone) note(by);
      return result;
    },
    exportText: async (format) => {
      const entries = (await load()).map(({ entry }) => entry);
      return format === 'csv' ? writeCsv(entries) : writeLdif(entries);
    },
    noteRecipients: (addresses) => {
      const keys = addresses.map(comparableAddress);
      used = [...new Set([...keys, ...used])].slice(0, 4 * recentMost);
      return Promise.resolve();
    },
    recent: async () => {
      const byAddress = new Map((await load()).map(({ entry }) => [comparableAddress(entry.address), entry]));
      return used.flatMap((key) => byAddress.get(key) ?? []).slice(0, recentMost);
    },
    destroy: () => {
      const mine = turn.then(async () => {
        await removeBook(path, disk);
        loaded = undefined;
        used = [];
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** As people look for them: by index if there is one, else by name. */
function sorted(entries: readonly AddressEntry[]): Findable[] {
  const order = new Intl.Collator('und', { numeric: true });
  const key = ({ name, index }: AddressEntry) => folded(index ?? name);
  return [...entries].sort((one, other) => order.compare(key(one), key(other))).map(findable);
}
