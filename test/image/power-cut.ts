/** What the product's own code finds on a disk after a power cut, without booting a device for each. */
import { lchown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { run } from '../../cross-build/programs.mjs';
import type { JobSummary } from '../../src/core/index.ts';
import { createSpool, hasSpoolEntries } from '../../src/spool/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { createVault, fileKeyProvider } from '../../src/vault/index.ts';
import { collectedLog } from '../support/collected-log.ts';

/** A job that was found, with its whole body if it still has one. */
export interface FoundJob extends JobSummary {
  readonly body: Buffer | undefined;
}

/**
 * Lets the file system recover as a boot does, takes the files out, and opens the spool on them.
 * @param image a disk; repaired in place
 * @throws Error if the file system or the spool cannot be read
 */
export async function jobsOnDisk(image: string): Promise<FoundJob[]> {
  // Replays the journal; exit code 1 says that something was mended, which is what a journal is for.
  await run('e2fsck', ['-fy', image], { okCodes: [0, 1] });
  const dir = await mkdtemp(`${image}-files-`);
  try {
    await run('debugfs', ['-R', `rdump /state ${dir}`, image]);
    const state = join(dir, 'state');
    await makeOurs(state);
    const log = collectedLog();
    const spoolDir = join(state, 'spool');
    const vault = createVault({
      dir: join(state, 'secrets'),
      keys: fileKeyProvider(join(state, 'keys')),
      log,
      hasSpoolData: () => hasSpoolEntries(spoolDir),
    });
    const spool = createSpool({
      dir: spoolDir,
      key: () => vault.spoolKey(),
      clock: systemClock,
      random: Math.random,
      log,
      limits: () => ({
        maxJobs: 500,
        maxBytes: 2 ** 30,
        reserveBytes: 0,
        maxMessageBytes: 2 ** 26,
        historyJobs: 200,
        corruptMax: 50,
      }),
    });
    await spool.start();
    try {
      const { state: health } = spool.health();
      if (health !== 'ok') throw new Error(`the spool is ${health}: ${log.text()}`);
      const jobs: FoundJob[] = [];
      for (const job of spool.list()) {
        const hasBody = ['waiting', 'sending', 'held'].includes(job.state);
        jobs.push({ ...job, body: hasBody ? await buffer(spool.openBody(job.queueId)) : undefined });
      }
      return jobs;
    } finally {
      await spool.stop();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** debugfs, run by root, gives the files their owner on the device; the spool takes none that is not its own. */
async function makeOurs(dir: string): Promise<void> {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  for (const name of ['.', ...(await readdir(dir, { recursive: true }))]) await lchown(join(dir, name), uid, gid);
}
