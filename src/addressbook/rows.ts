/** What a file of addresses comes to: rows that may become entries, and rows that are wrong. */

/** A row or record as it was read, before its address is checked. */
export interface ReadRow {
  /** Of its first line in the file, from 1. */
  readonly line: number;
  readonly name: string;
  readonly address: string;
  readonly index: string;
}

/** A row that cannot be taken, and why. */
export interface RowProblem {
  readonly line: number;
  readonly message: string;
}

export interface ReadRows {
  readonly rows: readonly ReadRow[];
  readonly problems: readonly RowProblem[];
}
