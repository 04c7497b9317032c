/**
 * Streaming a body leaves one dead Buffer per 64 KiB at every step. V8 hardly sees them: it counts objects, of which there are
 * few, and looks at the memory behind them only after 64 MB. On a printer with 256 MB that is the difference between steady
 * memory and four scans at once ending in a kill, so the spool asks for a collection as the octets pass. Less than a
 * millisecond for the young ones, some milliseconds for all.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'minor' | 'major' }) => void;

/** Body octets, in and out, between two collections of the young objects; what lives longer is collected each fourth time. */
const youngBytes = 2 * 1024 * 1024;

let collect: Collect | undefined;
let sinceBytes = 0;
let turn = 0;

/** Counts octets that passed, in or out; one count for the process, as there is one heap. */
export function bodyPassed(bytes: number): void {
  sinceBytes += bytes;
  if (sinceBytes < youngBytes) return;
  sinceBytes = 0;
  turn++;
  collect ??= collector();
  collect({ type: turn % 4 === 0 ? 'major' : 'minor' });
}

/** V8's own function, which Node shows only with a flag that a program file cannot bring along. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return gc;
}
