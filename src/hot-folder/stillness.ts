/** Since when a group has kept still, by what the file system says of its files. */
import type { BigIntStats } from 'node:fs';

/** What must stay the same: another file of the same name, another size, another time of change is another state. */
export function stateOf(facts: BigIntStats): string {
  return [facts.dev, facts.ino, facts.size, facts.mtimeNs].join('.');
}

/** Remembers what was seen in the last round; names that are gone are forgotten. */
export class Stillness {
  #seen = new Map<string, { readonly state: string; readonly sinceMs: number }>();

  /**
   * Takes down what a round has found.
   * @param states by name
   * @returns since when each has been so
   */
  note(states: ReadonlyMap<string, string>, nowMs: number): ReadonlyMap<string, number> {
    const seen = new Map<string, { readonly state: string; readonly sinceMs: number }>();
    for (const [name, state] of states) {
      const before = this.#seen.get(name);
      seen.set(name, before?.state === state ? before : { state, sinceMs: nowMs });
    }
    this.#seen = seen;
    return new Map([...seen].map(([name, { sinceMs }]) => [name, sinceMs]));
  }
}
