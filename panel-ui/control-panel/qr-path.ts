/**
 * Draws a QR code: one path of squares, dark ones only, a run of them in one piece.
 * @param rows modules, row by row; `1` is dark
 * @returns path data of SVG in units of modules, from (0, 0)
 */
export function qrPath(rows: readonly string[]): string {
  let path = '';
  rows.forEach((row, y) => {
    for (const run of row.matchAll(/1+/g))
      path += `M${String(run.index)} ${String(y)}h${String(run[0].length)}v1h-${String(run[0].length)}z`;
  });
  return path;
}
