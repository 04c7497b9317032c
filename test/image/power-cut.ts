/** What was acknowledged, and what the product's own code finds on a disk after a power cut, without booting a device for each. */
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, lchown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { run } from '../../cross-build/programs.mjs';
import type { JobSummary } from '../../src/core/index.ts';
import { createSpool, hasSpoolEntries } from '../../src/spool/index.ts';
import { attachmentOf, type StandInCloud } from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { createVault, fileKeyProvider } from '../../src/vault/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import type { Guest } from './guest.ts';
import { handIn, scanMessage, subjectOf } from './scene.ts';

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

/** @returns SHA-256 in hexadecimal */
export function digest(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}

interface Taken {
  readonly queueId: string;
  /** Of the body as it was handed in, and of the attachment in it. */
  readonly body: string;
  readonly attachment: string;
}

/** Scans of random content, handed in one after the other, and what became of each. */
export class Scans {
  /** By subject. */
  readonly acknowledged = new Map<string, Taken>();
  readonly #cloud: StandInCloud;
  /** Looking at a disk takes a second; one at a time. */
  #looking: Promise<void> = Promise.resolve();
  #found = 0;

  constructor(cloud: StandInCloud) {
    this.#cloud = cloud;
  }

  /** Hands in until the signal. @throws what handing in throws, for example because the device is gone */
  async feed(device: Guest, name: string, signal: AbortSignal): Promise<void> {
    for (let n = 1; !signal.aborted; n += 1) {
      const subject = `${name} scan ${String(n)}.`;
      const content = randomBytes(1000 + Math.floor(Math.random() * 60_000));
      const message = scanMessage(subject, content);
      const queueId = await handIn(device, message);
      const body = message.subarray(message.indexOf('\r\n\r\n') + 4);
      this.acknowledged.set(subject, { queueId, body: digest(body), attachment: digest(content) });
    }
  }

  /**
   * Takes the disk as it is at this instant, with the machine standing still.
   * @param copy where to; removed when it was looked at
   * @returns when the machine goes on; `judged` rejects if something is lost or torn on that disk
   */
  async judgeDisk(device: Guest, data: string, copy: string): Promise<{ readonly judged: Promise<void> }> {
    const { wanted, arrived } = await device.whileStopped(async () => {
      await copyFile(data, copy, constants.COPYFILE_FICLONE);
      return { wanted: [...this.acknowledged], arrived: new Set(this.#subjects()) };
    });
    const look = this.#looking.then(async () => {
      const jobs = new Map((await jobsOnDisk(copy)).map((job) => [job.queueId, job]));
      await rm(copy);
      for (const [subject, { queueId, body }] of wanted) {
        // What the cloud has cannot be lost; everything else must be there, whole.
        if (arrived.has(subject)) continue;
        const job = jobs.get(queueId);
        if (job?.body === undefined) throw new Error(`${subject} is lost: ${job?.state ?? 'no job'} at ${copy}`);
        if (digest(job.body) !== body) throw new Error(`${subject} is torn at ${copy}`);
        this.#found += 1;
      }
    });
    this.#looking = look.catch(() => undefined);
    // Awaited later; until then a rejection is not unhandled.
    look.catch(() => undefined);
    return { judged: look };
  }

  /** @throws Error if an attachment came otherwise than it was handed in */
  expectWhole(): void {
    for (const { raw } of this.#cloud.deliveries()) {
      // One that was taken at the very end may come although nobody heard the 250.
      const wanted = this.acknowledged.get(subjectOf(raw));
      if (wanted !== undefined && digest(attachmentOf(raw)?.content ?? Buffer.alloc(0)) !== wanted.attachment)
        throw new Error(`${subjectOf(raw)} came otherwise than it was handed in`);
    }
  }

  summary(): string {
    const came = this.#subjects();
    const twice = came.length - new Set(came).size;
    return (
      `${String(this.acknowledged.size)} scans acknowledged, ${String(new Set(came).size)} came, ${String(twice)} twice; ` +
      `${String(this.#found)} times one that waited was found whole`
    );
  }

  #subjects(): string[] {
    return this.#cloud.deliveries().map(({ raw }) => subjectOf(raw));
  }
}
