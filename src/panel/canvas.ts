/** A screen in the making: lines of painted pieces, so that widths are counted before colour codes go in. */
import { columnsOf, cutToFit, escapeControls, padTo, wrap } from './text.ts';

/** Roles, not colours: what a piece means decides how it is painted. */
export type Style = 'plain' | 'strong' | 'dim' | 'green' | 'amber' | 'red' | 'qr';

interface Piece {
  readonly text: string;
  readonly style: Style;
}
export type Line = readonly Piece[];

/** ECMA-48 Select Graphic Rendition. QR codes get white on black, right for light terminals as well. */
const codes: Readonly<Record<Style, string>> = {
  plain: '',
  strong: '1',
  dim: '2',
  green: '32',
  amber: '33',
  red: '31',
  qr: '97;40',
};

/** One piece of our own text or of text that is escaped already. */
export function piece(text: string, style: Style = 'plain'): Piece {
  return { text, style };
}

/** Columns of a line. */
export function lineColumns(line: Line): number {
  return line.reduce((sum, one) => sum + columnsOf(one.text), 0);
}

/**
 * A paragraph, wrapped.
 * @param text may be foreign: control characters are escaped here
 */
export function paragraph(text: string, columns: number, style: Style = 'plain'): Line[] {
  return wrap(escapeControls(text), columns).map((line) => [piece(line, style)]);
}

/**
 * A labelled value: in one row if it fits, else the value below, indented by two; never cut, an address must be whole.
 * @param labelColumns width of the label's column
 */
export function labelled(
  label: string,
  value: string,
  options: { readonly columns: number; readonly labelColumns: number; readonly style?: Style },
): Line[] {
  const { columns, labelColumns, style = 'strong' } = options;
  const safe = escapeControls(value);
  if (labelColumns + columnsOf(safe) <= columns)
    return [[piece(padTo(label, labelColumns), 'dim'), piece(safe, style)]];
  return [
    ...wrap(label, columns).map((line): Line => [piece(line, 'dim')]),
    ...wrap(safe, columns - 2).map((line): Line => [piece('  '), piece(line, style)]),
  ];
}

/** Text on the left, text on the right end; the left one is cut if both do not fit. */
export function ends(left: Line, right: Line, columns: number): Line {
  const room = columns - lineColumns(right) - 1;
  const fitted: Piece[] = [];
  let used = 0;
  for (const one of left) {
    if (used >= room) break;
    const text = cutToFit(one.text, room - used);
    fitted.push({ ...one, text });
    used += columnsOf(text);
  }
  return right.length === 0 ? fitted : [...fitted, piece(' '.repeat(room - used + 1)), ...right];
}

/** Two blocks beside each other with `gap` columns between; the shorter one is filled with empty lines. */
export function beside(left: readonly Line[], right: readonly Line[], gap: number): Line[] {
  const width = Math.max(0, ...left.map(lineColumns));
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => {
    const one = left[row] ?? [];
    const other = right[row] ?? [];
    return other.length === 0 ? one : [...one, piece(' '.repeat(width - lineColumns(one) + gap)), ...other];
  });
}

/** The finished lines: colour codes if wanted, no blanks at line ends otherwise. */
export function render(lines: readonly Line[], isColoured: boolean): string[] {
  return lines.map((line) => {
    if (!isColoured)
      return line
        .map((one) => one.text)
        .join('')
        .trimEnd();
    return line
      .map(({ text, style }) =>
        codes[style] === '' || text.trim() === '' ? text : `\x1b[${codes[style]}m${text}\x1b[0m`,
      )
      .join('');
  });
}
