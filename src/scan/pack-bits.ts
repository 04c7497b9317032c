/**
 * One row in PackBits: runs of 2 to 128 equal octets as two, others as they are with a count before them.
 * @see TIFF 6.0, section 9
 */
export function packBits(row: Buffer): Buffer {
  // The worst case is one count for every 128 octets.
  const packed = Buffer.allocUnsafe(row.length + Math.ceil(row.length / 128));
  let out = 0;
  for (let at = 0; at < row.length;) {
    const run = runAt(row, at);
    if (run >= 2) {
      packed[out++] = 257 - run;
      packed[out++] = row[at] ?? 0;
      at += run;
      continue;
    }
    const startedAt = at;
    // A run of two inside a literal costs as much as it saves; three end it.
    while (at < row.length && at - startedAt < 128 && runAt(row, at) < 3) at++;
    packed[out++] = at - startedAt - 1;
    row.copy(packed, out, startedAt, at);
    out += at - startedAt;
  }
  return packed.subarray(0, out);
}

function runAt(row: Buffer, at: number): number {
  let run = 1;
  while (run < 128 && at + run < row.length && row[at + run] === row[at]) run++;
  return run;
}
