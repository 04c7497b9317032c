import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { JobFacts, QueueId } from '../../src/core/index.ts';
import { createSpool, type Disk, type Spool, type SpoolLimits } from '../../src/spool/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { CrashDisk, seededRandom } from './crash-disk.ts';

export const dir = '/spool';
export const key = randomBytes(32);
export const limits: SpoolLimits = {
  maxJobs: 500,
  maxBytes: 256 * 1024 * 1024,
  reserveBytes: 8 * 1024 * 1024,
  maxMessageBytes: 50 * 1024 * 1024,
  historyJobs: 200,
  corruptMax: 50,
};

export function factsOf(change: Partial<JobFacts> = {}): JobFacts {
  return {
    door: 'loopback',
    client: '127.0.0.1 [mfp]',
    reversePath: 'scanner@contoso.example',
    forwardPaths: ['ann@contoso.example', 'bob@contoso.example'],
    headerBlock: 'From: scanner@contoso.example\r\nSubject: Scan\r\n',
    messageId: '<1@mfp>',
    subject: 'Scan',
    is8bit: false,
    isSmtpUtf8: false,
    ...change,
  };
}

export interface Scene {
  readonly spool: Spool;
  readonly disk: CrashDisk;
  readonly clock: ManualClock;
  readonly log: ReturnType<typeof collectedLog>;
}

export function sceneOf(
  options: {
    readonly disk?: CrashDisk;
    readonly clock?: ManualClock;
    readonly seed?: number;
    readonly limits?: Partial<SpoolLimits>;
    readonly key?: () => Promise<Buffer>;
  } = {},
): Scene {
  const disk = options.disk ?? new CrashDisk(seededRandom(options.seed ?? 1));
  const clock = options.clock ?? new ManualClock();
  const log = collectedLog();
  return { spool: spoolOn(disk, { clock, log, ...options }), disk, clock, log };
}

export function spoolOn(
  disk: Disk,
  options: {
    readonly clock: ManualClock;
    readonly log: ReturnType<typeof collectedLog>;
    readonly dir?: string;
    readonly limits?: Partial<SpoolLimits>;
    readonly key?: () => Promise<Buffer>;
  },
): Spool {
  return createSpool({
    dir: options.dir ?? dir,
    key: options.key ?? (() => Promise.resolve(key)),
    limits: () => ({ ...limits, ...options.limits }),
    clock: options.clock,
    random: Math.random,
    log: options.log,
    disk,
  });
}

let serial = 0;

/** Hands in one message as intake does. */
export async function accept(
  spool: Spool,
  body: Buffer | string,
  change: Partial<JobFacts> = {},
): Promise<{ kind: 'queued' | 'repeated'; queueId: QueueId }> {
  const incoming = await spool.begin({});
  // Errors reach commit; the listener stands for intake's pipeline.
  incoming.body.on('error', () => undefined);
  incoming.body.end(body);
  return incoming.commit(factsOf({ clientMessageId: `<${String(++serial)}@mfp>`, ...change }));
}

export async function bodyOf(spool: Spool, queueId: QueueId): Promise<Buffer> {
  return buffer(spool.openBody(queueId));
}
