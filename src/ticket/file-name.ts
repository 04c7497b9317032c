/** What the attached files are called. */

/** What a template's words stand for. */
export interface NameWords {
  readonly nowMs: number;
  readonly device: string;
  /** Only asked if the template uses it: a number costs a write now and then. */
  readonly counter: number | undefined;
}

const maxLength = 120;
/** Windows, macOS and mail programs each refuse some of them; path separators and controls are an attack (T61). */
const unsafe = /[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** True if the words of the template need a number. */
export function usesCounter(template: string | undefined): boolean {
  return template?.includes('{counter}') ?? false;
}

/** Names the files of one submission; no two alike. */
export class FileNames {
  readonly #template: string | undefined;
  readonly #words: NameWords;
  readonly #taken = new Set<string>();
  #n = 0;

  /** @param template of the ticket; undefined or empty: the names the files come with */
  constructor(template: string | undefined, words: NameWords) {
    this.#template = template === '' ? undefined : template;
    this.#words = words;
  }

  /**
   * The next file's name.
   * @param given as the client sent it, any text
   * @param ending without dot, for files that come without one
   */
  next(given: string, ending: string): string {
    const n = ++this.#n;
    const own = safeName(given);
    const [, stem = own, ownEnding] = /^(.+)\.([A-Za-z0-9]{1,8})$/.exec(own) ?? [];
    const suffix = (ownEnding ?? ending) === '' ? '' : `.${ownEnding ?? ending}`;
    const wanted = this.#template === undefined ? stem : safeName(this.#filled(this.#template, n));
    // A template that ends like the file does not get the ending twice.
    const bare = wanted.toLowerCase().endsWith(suffix.toLowerCase())
      ? wanted.slice(0, -suffix.length || undefined)
      : wanted;
    const base = bare === '' ? `scan-${String(n)}` : bare;
    let name = `${base}${suffix}`;
    for (let i = 2; this.#taken.has(name.toLowerCase()); i++) name = `${base}-${String(i)}${suffix}`;
    this.#taken.add(name.toLowerCase());
    return name;
  }

  #filled(template: string, n: number): string {
    const { nowMs, device, counter } = this.#words;
    const now = new Date(nowMs);
    const two = (value: number) => String(value).padStart(2, '0');
    // Local time of the device: what the person at the panel reads on its clock.
    const words: Readonly<Record<string, string>> = {
      date: `${String(now.getFullYear())}-${two(now.getMonth() + 1)}-${two(now.getDate())}`,
      time: `${two(now.getHours())}-${two(now.getMinutes())}-${two(now.getSeconds())}`,
      counter: String(counter ?? 0).padStart(5, '0'),
      device,
      n: String(n),
    };
    return template.replace(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole);
  }
}

/** A text that every system takes as the name of a file: no path, nothing invisible, not hidden, not too long. */
function safeName(text: string): string {
  const clean = text
    .normalize('NFC')
    .replace(loneSurrogate, '')
    .replace(unsafe, '_')
    .trim()
    .replace(/^\.+/, '')
    .replace(/[. ]+$/, '');
  // Code points: a name must not end in half a letter.
  const letters = Array.from(clean);
  if (letters.length <= maxLength) return clean;
  const [ending = ''] = /\.[A-Za-z0-9]{1,8}$/.exec(clean) ?? [];
  return letters.slice(0, maxLength - ending.length).join('') + ending;
}
