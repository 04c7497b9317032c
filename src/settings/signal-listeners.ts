/**
 * conf brings `when-exit`, which on SIGTERM, SIGHUP, SIGINT and a dozen more clears temporary files and then sends the same
 * signal to this process again. A graceful stop would be cut short by that second signal. These two functions take its
 * listeners off; `conf-file.ts` imports this file before conf, and modules without top-level await are evaluated in one
 * go, so nobody else's listener can come in between.
 */
import { constants } from 'node:os';
import process from 'node:process';

const names = Object.keys(constants.signals) as NodeJS.Signals[];
const before = new Map(names.map((name) => [name, new Set(process.rawListeners(name))]));

/** Takes off every signal listener that was added since this module was loaded. */
export function dropLaterSignalListeners(): void {
  for (const [name, known] of before) {
    for (const listener of process.rawListeners(name)) {
      if (!known.has(listener)) process.removeListener(name, listener as () => void);
    }
  }
}
