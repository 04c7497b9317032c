/** What an import comes to, before anything is done. */
import { comparableAddress, toMailError } from '../core/index.ts';
import { checkedEntry, maxEntries, type AddressEntry } from './entry.ts';
import type { ReadRows, RowProblem } from './rows.ts';

export interface ImportRequest {
  /** add: new ones are added, an address that is there already gets the name of the file. replace: only the file's. */
  readonly mode: 'add' | 'replace';
  /** Take the good rows, leave the others out. Otherwise one bad row stops it all. */
  readonly isSkippingBad: boolean;
}

export interface ImportResult {
  /** False: nothing was changed. */
  readonly isDone: boolean;
  /** Something of it can be taken, if need be by `isSkippingBad`. */
  readonly isOfUse: boolean;
  readonly added: number;
  /** Entries whose name or index the file changed. */
  readonly changed: number;
  /** Entries that were there and are not in the file (mode replace). */
  readonly removed: number;
  readonly skipped: number;
  readonly total: number;
  /** The first hundred. */
  readonly problems: readonly RowProblem[];
}

const problemsShown = 100;

/** @returns the entries afterwards (the same array if nothing changes) and what to say */
export function plannedImport(
  before: readonly AddressEntry[],
  read: ReadRows,
  { mode, isSkippingBad }: ImportRequest,
): [readonly AddressEntry[], ImportResult] {
  const problems: RowProblem[] = [...read.problems];
  const known = new Map(before.map((entry) => [comparableAddress(entry.address), entry]));
  const fromFile = new Map<string, AddressEntry>();
  const lineOf = new Map<string, number>();
  for (const { line, ...input } of read.rows) {
    // A file of something else: thousands of sentences about it help nobody, and mail waits meanwhile (F27).
    if (problems.length > maxEntries) break;
    try {
      const entry = checkedEntry(input);
      const key = comparableAddress(entry.address);
      const other = lineOf.get(key);
      if (other !== undefined) problems.push({ line, message: `The same address stands in line ${String(other)}.` });
      else {
        lineOf.set(key, line);
        fromFile.set(key, { ...entry, id: known.get(key)?.id ?? entry.id });
      }
    } catch (error) {
      const { details, message } = toMailError(error);
      problems.push({ line, message: typeof details['hint'] === 'string' ? `${details['hint']}.` : message });
    }
  }
  problems.sort((one, other) => one.line - other.line);
  const after = mode === 'replace' ? fromFile : new Map([...known, ...fromFile]);
  // Two entries may have one address; those of them that are not in the file stay.
  const kept =
    mode === 'replace' ? [] : before.filter((entry) => known.get(comparableAddress(entry.address)) !== entry);
  const entries = [...after.values(), ...kept];
  if (read.rows.length === 0 && problems.length === 0)
    problems.push({ line: 1, message: 'The file has no addresses.' });
  if (entries.length > maxEntries)
    problems.push({ line: 1, message: `The address book would have more than ${String(maxEntries)} entries.` });
  const isReadable = problems.length <= maxEntries;
  if (!isReadable)
    problems.unshift({ line: 1, message: 'Most of this file is no address book; nothing of it was taken.' });
  const isOfUse = isReadable && entries.length <= maxEntries && fromFile.size > 0;
  const isDone = isOfUse && (problems.length === 0 || isSkippingBad);
  const isChanged = (entry: AddressEntry) => {
    const old = known.get(comparableAddress(entry.address));
    return old !== undefined && (old.name !== entry.name || old.index !== entry.index || old.address !== entry.address);
  };
  const count = (isCounted: (entry: AddressEntry, key: string) => boolean) =>
    isDone ? [...fromFile].filter(([key, entry]) => isCounted(entry, key)).length : 0;
  return [
    isDone ? entries : before,
    {
      isDone,
      isOfUse,
      added: count((_entry, key) => !known.has(key)),
      changed: count(isChanged),
      removed:
        isDone && mode === 'replace' ? before.filter((one) => !entries.some(({ id }) => id === one.id)).length : 0,
      skipped: isDone ? problems.length : 0,
      total: isDone ? entries.length : before.length,
      problems: problems.slice(0, problemsShown),
    },
  ];
}
