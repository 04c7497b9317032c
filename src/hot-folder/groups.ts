/** Which names of the folder belong together: a ticket, its files, and the mark that says they are complete. Pure. */

/** What becomes one mail. */
export interface Group {
  /** Common beginning of the names; the whole name of a file that stands alone. */
  readonly name: string;
  /** `NAME.json` */
  readonly ticket?: string | undefined;
  /** `NAME.ready`: its files are complete, no need to wait until they keep still. */
  readonly mark?: string | undefined;
  /** In the order of their names, numbers by value. */
  readonly files: readonly string[];
  /** A file of this group is still being written (`NAME.pdf.part`). */
  readonly isUnfinished: boolean;
}

const unfinished = /(?:\.(?:part|partial|tmp|crdownload|filepart)|~)$/i;
/** A name that is not UTF-8 reads with U+FFFD, and cannot be opened again by what was read. */
const unusable = /[\x00-\x1f\x7f\ufffd]/;

/** @returns true for names that are never looked at: hidden, or not to be had by their name */
export function isIgnored(name: string): boolean {
  return name.startsWith('.') || unusable.test(name) || name.length > 200;
}

/**
 * Sorts names into groups. A file belongs to the longest NAME of a ticket or mark that begins its own name
 * (`NAME` or `NAME.*`); without one it stands alone.
 */
export function groupsOf(names: readonly string[]): readonly Group[] {
  const order = new Intl.Collator('und', { numeric: true });
  const usable = names.filter((name) => !isIgnored(name)).sort((one, other) => order.compare(one, other));
  const stems = new Map<string, { ticket?: string; mark?: string; files: string[]; isUnfinished: boolean }>();
  const others: string[] = [];
  for (const name of usable) {
    const [, stem = '', ending = ''] = /^(.+)\.(json|ready)$/i.exec(name) ?? [];
    if (stem === '') others.push(name);
    else {
      const group = stems.get(stem) ?? { files: [], isUnfinished: false };
      if (ending.toLowerCase() === 'json') group.ticket = name;
      else group.mark = name;
      stems.set(stem, group);
    }
  }
  const alone: Group[] = [];
  for (const name of others) {
    const owner = [...stems.keys()]
      .filter((stem) => name === stem || name.startsWith(`${stem}.`))
      .reduce((longest, stem) => (stem.length > longest.length ? stem : longest), '');
    const group = stems.get(owner);
    if (unfinished.test(name)) {
      if (group) group.isUnfinished = true;
    } else if (group) group.files.push(name);
    else alone.push({ name, files: [name], isUnfinished: false });
  }
  return [...[...stems].map(([name, group]) => ({ name, ...group })), ...alone];
}
