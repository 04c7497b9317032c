/** The last lines of the log, in memory, for a page that shows them: what was written, so secrets are hidden in it already. */

/** A line as it was written. */
export interface KeptLine {
  readonly atMs: number;
  readonly level: string;
  /** What was said, else what happened. */
  readonly message: string;
  readonly [field: string]: unknown;
}

const maxLines = 500;
/** Of all lines together: an idle agent holds it for months. */
const maxChars = 160_000;

/** A ring of lines; each is kept as the text it is. */
export class LineRing {
  readonly #lines: string[] = [];
  #chars = 0;

  push(line: KeptLine): void {
    const text = JSON.stringify(line);
    this.#lines.push(text);
    this.#chars += text.length;
    while (this.#lines.length > maxLines || this.#chars > maxChars) this.#chars -= this.#lines.shift()?.length ?? 0;
  }

  /** Oldest first. */
  list(): readonly KeptLine[] {
    return this.#lines.map((text) => JSON.parse(text) as KeptLine);
  }
}
