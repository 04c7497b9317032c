import { columnsOf, cutToFit, escapeControls, padTo, wrap } from '../panel/index.ts';
import { isColoured, isDrawable, type CliIo } from './io.ts';
import { asTyped } from './typed-command.ts';

/** Columns a text may take: the terminal's, between 40 and what a person reads easily; 80 in a pipe. */
export function textColumns(io: CliIo): number {
  return io.isTty ? Math.max(40, Math.min(io.columns, 120)) : 80;
}

/** Standard output of a command: foreign text is escaped, and commands are put as they are typed here. */
export class Output {
  readonly #io: CliIo;
  readonly #prefix: string;

  /** @param prefix what the commands in lines and paragraphs begin with, see `commandPrefix` */
  constructor(io: CliIo, prefix: string) {
    this.#io = io;
    this.#prefix = prefix;
  }

  /** One line; our own text or escaped already. */
  line(text = ''): void {
    this.#write(asTyped(text, this.#prefix));
  }

  /** A value for a program: as it is in a pipe, escaped on a terminal (a certificate keeps its lines). */
  raw(text: string): void {
    for (const row of this.#io.isTty ? text.split('\n').map(escapeControls) : [text]) this.#write(row);
  }

  /** A heading; bold where there is colour. */
  heading(text: string): void {
    const safe = escapeControls(text);
    this.#write(isColoured(this.#io) ? `\x1b[1m${safe}\x1b[0m` : safe);
  }

  /**
   * A paragraph of foreign text, wrapped; its own line ends are kept (a remedy is a list of steps). What is to be copied
   * stays whole: a link, an id, and a command alone on its line, which is indented so that it looks like one.
   */
  paragraph(text: string, indent = ''): void {
    for (const row of text.split(/\r?\n/)) {
      const safe = asTyped(escapeControls(row), this.#prefix);
      if (isCommandLine(safe) || safe.startsWith(`${this.#prefix} `)) this.#write(`${indent}  ${safe.trimStart()}`);
      else {
        // The second line of a list's item stands below the text of the first.
        const hanging = safe.startsWith('- ') ? '  ' : '';
        const lines = wrap(safe, textColumns(this.#io) - indent.length - hanging.length, isWhole);
        for (const [index, line] of lines.entries()) this.#write(indent + (index === 0 ? '' : hanging) + line);
      }
    }
  }

  /** `Label   value`; long values wrap below, nothing is cut. Mostly foreign: commands in it stay as they are. */
  row(label: string, value: string, labelColumns = 18): void {
    const [first = '', ...rest] = wrap(escapeControls(value), textColumns(this.#io) - labelColumns, isWhole);
    this.#write(`${padTo(label, labelColumns)}${first}`.trimEnd());
    for (const line of rest) this.#write(' '.repeat(labelColumns) + line);
  }

  /** One JSON value in one line. C1 controls are escaped too: some terminals obey them, JSON does not mind. */
  json(value: unknown): void {
    this.#write(jsonLine(value));
  }

  /**
   * A table that fits the terminal: `isFlexible` columns shrink, the widest first; cut cells end in an ellipsis.
   * @param columns headings, in order
   */
  table(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): void {
    const safe = rows.map((row) => row.map(escapeControls));
    const widths = columns.map(({ title }, index) =>
      Math.max(columnsOf(title), ...safe.map((row) => columnsOf(row[index] ?? ''))),
    );
    const room = textColumns(this.#io) - 2 * (columns.length - 1);
    for (;;) {
      const total = widths.reduce((sum, width) => sum + width, 0);
      const widest = columns.reduce(
        (best, column, index) =>
          column.isFlexible === true && (widths[index] ?? 0) > (widths[best] ?? 0) ? index : best,
        columns.findIndex((one) => one.isFlexible),
      );
      if (total <= room || widest < 0 || (widths[widest] ?? 0) <= 8) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
    const print = (cells: readonly string[]) => {
      const fitted = cells.map((cell, index) => {
        const cut = cutToFit(cell, Math.max(1, widths[index] ?? 0));
        return columns[index]?.isRight === true
          ? ' '.repeat(Math.max(0, (widths[index] ?? 0) - columnsOf(cut))) + cut
          : padTo(cut, widths[index] ?? 0);
      });
      this.#write(fitted.join('  ').trimEnd());
    };
    print(columns.map((column) => column.title));
    for (const row of safe) print(row);
  }

  #write(line: string): void {
    this.#io.stdout.write(`${line}\n`);
  }
}

/** A link, or an id of mail: half of one finds nothing in a message trace. */
const isWhole = (word: string): boolean => /^(?:https?:\/\/|<[^<>]+@)/.test(word);

/** A line that is a command: ours, an Exchange Online PowerShell cmdlet, or anything indented. */
function isCommandLine(line: string): boolean {
  return /^(?: {2,}\S|mfp-mail-agent |\(?(?:Add|Connect|Disable|Enable|Get|New|Remove|Set)-[A-Z][A-Za-z]+(?:[ )]|$))/.test(
    line,
  );
}

/** Heading and behaviour of a table column. */
export interface TableColumn {
  readonly title: string;
  /** May be cut. */
  readonly isFlexible?: boolean;
  /** Figures. */
  readonly isRight?: boolean;
}

/** A value as one line of JSON that no terminal acts on. */
export function jsonLine(value: unknown): string {
  return ((JSON.stringify(value) as string | undefined) ?? 'null').replace(
    /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Lines drawn over their predecessors on a terminal that can; elsewhere a new copy below, after an empty line. */
export class LiveScreen {
  readonly #io: CliIo;
  #drawn = 0;
  #isWhole = false;
  #isUsed = false;

  constructor(io: CliIo) {
    this.#io = io;
  }

  draw(lines: readonly string[]): void {
    if (!isDrawable(this.#io)) {
      if (this.#isUsed) this.#io.stdout.write('\n');
      this.#isUsed = true;
      for (const line of lines) this.#io.stdout.write(`${line}\n`);
      return;
    }
    // The cursor cannot climb above the top: what is higher than the window would be drawn again and again.
    const shown = this.#io.rows === undefined ? lines : lines.slice(-Math.max(1, this.#io.rows - 1));
    const up = this.#drawn === 0 ? '' : `\x1b[${String(this.#drawn)}A\r`;
    this.#io.stdout.write(`${up}${shown.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
    this.#drawn = shown.length;
    this.#isWhole = shown.length === lines.length;
  }

  /**
   * Draws the first line anew and leaves the cursor where it is: a countdown goes on above a line that a person types.
   * Only with the cursor in the line below the last drawing.
   */
  drawFirst(line: string): void {
    if (this.#drawn === 0 || !this.#isWhole || !isDrawable(this.#io)) return;
    this.#io.stdout.write(`\x1b7\x1b[${String(this.#drawn)}A\r${line}\x1b[K\x1b8`);
  }

  /** What is on the screen stays; the next drawing goes below it. */
  keep(): void {
    this.#drawn = 0;
  }
}
