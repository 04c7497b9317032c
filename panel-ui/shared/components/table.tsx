import type { ComponentChildren } from 'preact';

/** One column: its heading and how a row fills it. */
export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers and sizes stand at the right. */
  readonly isNumeric?: boolean;
}

/** A table of like rows. @param caption for screen readers */
export function Table<Row>(props: {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}) {
  return (
    // A wide table scrolls inside itself, reachable by keyboard; the page does not.
    <div class="table-frame" tabIndex={0} role="region" aria-label={props.caption}>
      <table class="table">
        <caption class="out-of-sight">{props.caption}</caption>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th key={column.heading} scope="col" class={column.isNumeric === true ? 'numeric' : ''}>
                {column.heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={props.keyOf(row)}>
              {props.columns.map((column) => (
                <td
                  key={column.heading}
                  class={column.isNumeric === true ? 'numeric' : ''}
                  data-heading={column.heading}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
