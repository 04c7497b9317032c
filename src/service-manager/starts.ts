/**
 * How often the agent was started and did not end properly (F18). Kept beside the socket, in memory: a start costs the flash
 * nothing, and switching the device off forgets it, as people expect.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { MailLog } from '../core/index.ts';

/** So many in so long, and the next start is a safe one. */
export const loopStarts = 5;
const windowS = 600;
const mostKept = 20;

/** What happened to the starts of before. */
export interface Starts {
  /** Notes this one. @returns how many of the last ten minutes did not end properly */
  begin(): Promise<number>;
  /** The agent ends as it was told to, or a person says that all is well: nothing of before counts. */
  forget(): Promise<void>;
}

/**
 * @param options.path of the list: the boot it belongs to, then a line for each start
 * @param options.bootId other with each boot of the machine
 * @param options.uptimeS of the machine, the one clock that is right at boot and the same for every start
 */
export function createStarts(options: {
  readonly path: string;
  readonly bootId: () => Promise<string>;
  readonly uptimeS: () => number;
  readonly log: MailLog;
}): Starts {
  const { path, uptimeS, log } = options;
  return {
    async begin() {
      try {
        const [boot, text] = await Promise.all([options.bootId(), readFile(path, 'latin1').catch(() => '')]);
        const nowS = Math.floor(uptimeS());
        const [ofBoot, ...lines] = text.trim().split('\n');
        const before = (ofBoot === boot ? lines : [])
          .map(Number)
          .filter((atS) => Number.isInteger(atS) && atS >= 0 && atS <= nowS && nowS - atS < windowS);
        await mkdir(dirname(path), { recursive: true, mode: 0o750 });
        const kept = [...before, nowS].slice(-mostKept);
        await writeFile(`${path}.new`, `${[boot, ...kept].join('\n')}\n`, { mode: 0o600 });
        await rename(`${path}.new`, path);
        return before.length;
      } catch (error) {
        // Without a count there is no safe mode, and mail goes on.
        log.fault('starts cannot be counted', error);
        return 0;
      }
    },
    async forget() {
      await rm(path, { force: true }).catch((error: unknown) => {
        log.fault('starts cannot be forgotten', error);
      });
    },
  };
}
