/** What Linux counts for processes: CPU time, memory, bytes to the disk. A side is one process and all below it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** USER_HZ: 100 on every Linux since 2.6, whatever the kernel's own tick is. */
const ticksPerS = 100;

interface Stat {
  readonly parent: number;
  readonly ownTicks: number;
  readonly childTicks: number;
}

function statOf(pid: number): Stat | undefined {
  const text = read(`/proc/${pid}/stat`);
  // The name is in parentheses and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (index: number) => Number(fields[index]);
  return text === '' ? undefined : { parent: at(1), ownTicks: at(11) + at(12), childTicks: at(13) + at(14) };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The process and all below it. */
export function processTree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(Number(name));
    if (stat) parents.set(Number(name), stat.parent);
  }
  const tree = [pid];
  for (const above of tree) for (const [one, parent] of parents) if (parent === above) tree.push(one);
  return tree;
}

/** CPU seconds of the tree so far, children that have ended included. */
export function cpuSeconds(pid: number): number {
  let ticks = 0;
  for (const one of processTree(pid)) {
    const stat = statOf(one);
    ticks += (stat?.ownTicks ?? 0) + (stat?.childTicks ?? 0);
  }
  return ticks / ticksPerS;
}

/** Sums over the tree, in KiB. */
export interface Memory {
  readonly rssKib: number;
  readonly pssKib: number;
  readonly peakKib: number;
}

export function memoryOf(pid: number): Memory {
  const kib = (text: string, name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  let sum: Memory = { rssKib: 0, pssKib: 0, peakKib: 0 };
  for (const one of processTree(pid)) {
    const status = read(`/proc/${one}/status`);
    sum = {
      rssKib: sum.rssKib + kib(status, 'VmRSS'),
      pssKib: sum.pssKib + kib(read(`/proc/${one}/smaps_rollup`), 'Pss'),
      peakKib: sum.peakKib + kib(status, 'VmHWM'),
    };
  }
  return sum;
}

/** Sets the high-water mark of RSS back to what is in use now. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Bytes the process made dirty for the disk, as the kernel counts them: whole pages, before any were taken back. */
export function writtenBytes(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(read(`/proc/${pid}/io`))?.[1] ?? 0);
}
