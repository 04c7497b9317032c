/**
 * The long forms, for the night before a release: `npm run test:image:long`. How much is in the environment:
 * MFP_IMAGE_KILLS (300), MFP_IMAGE_KILL_MINUTES (as many as it takes), MFP_IMAGE_JOBS (500), MFP_IMAGE_SCAN_MB (30).
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { attachmentOf, type StandInCloud } from '../../src/simulator/index.ts';
import { tempDir } from '../support/temp-dir.ts';
import { slowness, type Guest } from './guest.ts';
import { digest, Scans } from './power-cut.ts';
import {
  bootDevice,
  forAgent,
  handIn,
  newDataPartition,
  powerOn,
  scanMessage,
  signInAtConsole,
  startCloud,
  subjectOf,
  untilListening,
} from './scene.ts';

const numberOf = (name: string, usual: number) => Number(process.env[name] ?? usual);
const kills = numberOf('MFP_IMAGE_KILLS', 300);
const jobs = numberOf('MFP_IMAGE_JOBS', 500);
/** One instant of so many is a cut, and the device starts again; at the others its disk is copied, as a cut would leave it. */
const instantsPerLife = 15;
/** Ends the power cuts early, for whoever has only so much time. */
const killMinutes = numberOf('MFP_IMAGE_KILL_MINUTES', Infinity);
const scanMiB = numberOf('MFP_IMAGE_SCAN_MB', 30);
const minutes = (count: number) => count * 60_000 * slowness;

let cloud: StandInCloud;
let guest: Guest | undefined;

beforeEach(async () => {
  cloud = await startCloud();
});
afterEach(async () => {
  await guest?.cutPower();
  guest = undefined;
  await cloud.stop();
}, minutes(1));

/** A device that was signed in, switched off again. @returns its data partition */
async function signedInDevice(settings: Record<string, unknown>, sizeMiB: number): Promise<string> {
  const data = await newDataPartition(await tempDir(), cloud, { sizeMiB, settings });
  guest = await bootDevice('armhf', cloud, data);
  await signInAtConsole(guest, cloud);
  await guest.shutDown();
  guest = undefined;
  return data;
}

/** @returns the most memory the agent has had since its start; NaN if there is no agent */
async function peakMiB(device: Guest): Promise<number> {
  const status = await device.ask(forAgent('grep VmHWM $p/status'), { limitMs: 180_000 });
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const subjects = () => cloud.deliveries().map(({ raw }) => subjectOf(raw));
async function untilAllCame(wanted: readonly string[], limitMs: number): Promise<void> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const came = new Set(subjects());
    const missing = wanted.filter((subject) => !came.has(subject));
    if (missing.length === 0) return;
    if (Date.now() > endMs) throw new Error(`${String(missing.length)} are missing: ${missing.slice(0, 5).join(', ')}`);
    await pause(1000);
  }
}

/**
 * A device whose kernel runs, and whose data partition is not mounted: the start of a kernel, the same each time, is most of a
 * boot, and no cut has anything to do with it.
 * @returns file to go on from, any number of times
 */
async function frozenDevice(data: string): Promise<string> {
  const frozen = `${data}.frozen`;
  guest = await bootDevice('armhf', cloud, data);
  await guest.ask('/etc/init.d/S80mfp-mail-agent stop');
  await guest.ask('umount /etc/mfp-mail-agent /var/lib/mfp-mail-agent && umount /data');
  await guest.freeze(frozen);
  guest = undefined;
  return frozen;
}

/** The rest of a boot, by the device's own script: mounts what the cut left, and starts the agent. */
async function goOn(data: string, frozen: string): Promise<Guest> {
  guest = await powerOn('armhf', cloud, data, { frozen });
  await guest.ask(
    `date -s @${String(Math.floor(Date.now() / 1000))} && sed -n '/^if mount/,/^fi/p' /etc/init.d/rcS > /run/mounts && ` +
      '. /run/mounts && test -d /data/state && /etc/init.d/S80mfp-mail-agent start',
  );
  await untilListening(guest);
  return guest;
}

test(
  `loses nothing it acknowledged, its power cut at ${String(kills)} random instants while it takes and relays`,
  async () => {
    const data = await signedInDevice(
      { 'limits.maxMessageBytes': 8 * 1024 * 1024, 'relay.maxMessagesPerMinute': 600 },
      96,
    );
    const frozen = await frozenDevice(data);
    const scans = new Scans(cloud);
    const startedMs = Date.now();
    const isTimeLeft = () => Date.now() - startedMs < killMinutes * 60_000;
    const took = () => `${String(Math.round((Date.now() - startedMs) / 1000))} s`;
    let instants = 0;
    for (let life = 1; instants < kills && isTimeLeft(); life += 1) {
      // Every tenth time the whole way from power-on.
      const device = life % 10 === 0 ? await bootDevice('armhf', cloud, data) : await goOn(data, frozen);
      guest = device;
      const power = new AbortController();
      const feeding = scans.feed(device, `life ${String(life)}`, power.signal).catch(() => undefined);
      // The relay begins some seconds after the first scan is taken.
      const relayed = cloud.deliveries().length;
      const waitEndMs = Date.now() + minutes(1);
      while (Date.now() < waitEndMs && cloud.deliveries().length === relayed) await pause(50);
      const judged: Promise<void>[] = [];
      for (let n = 1; n < instantsPerLife; n += 1) {
        await pause(Math.random() * 2500);
        judged.push((await scans.judgeDisk(device, data, `${data}.${String(n)}`)).judged);
      }
      await pause(Math.random() * 2500);
      power.abort();
      await device.cutPower();
      await Promise.all([feeding, ...judged]);
      instants += instantsPerLife;
      process.stdout.write(
        `${String(instants)} instants, ${String(life)} of them cuts, ${took()}: ${scans.summary()}\n`,
      );
    }
    guest = await bootDevice('armhf', cloud, data);
    expect(scans.acknowledged.size).toBeGreaterThan(0);
    await untilAllCame([...scans.acknowledged.keys()], minutes(10));
    scans.expectWhole();
    process.stdout.write(`all came, ${took()}: ${scans.summary()}\n`);
  },
  minutes(15 + kills * 2),
);

test(
  `takes four scans of ${String(scanMiB)} MB at once with 256 MiB of memory`,
  async () => {
    const data = await signedInDevice({}, 1024);
    const device = await bootDevice('armhf', cloud, data);
    guest = device;
    const contents = [1, 2, 3, 4].map(() => randomBytes(scanMiB * 730_000));
    const limitMs = 20 * 60_000;
    const handedIn: Promise<string>[] = [];
    for (const [n, content] of contents.entries()) {
      const greeted = new Promise<void>((onGreeted) => {
        handedIn.push(handIn(device, scanMessage(`large ${String(n)}.`, content), { limitMs, onGreeted }));
      });
      await Promise.race([greeted, handedIn[n]]);
    }
    await Promise.all(handedIn);
    const whileTakingMiB = await peakMiB(device);
    await untilAllCame(
      [0, 1, 2, 3].map((n) => `large ${String(n)}.`),
      minutes(20),
    );
    expect(
      cloud
        .deliveries()
        .map(({ raw }) => digest(attachmentOf(raw)!.content))
        .sort(),
    ).toEqual(contents.map(digest).sort());
    const wholePeakMiB = await peakMiB(device);
    console.log(
      `peak: ${whileTakingMiB.toFixed(0)} MiB when all were taken, ${wholePeakMiB.toFixed(0)} MiB when all were sent`,
    );
    expect(wholePeakMiB).toBeLessThanOrEqual(160);
    expect(await device.ask('dmesg')).not.toMatch(/Out of memory|oom-kill/i);
  },
  minutes(40),
);

test(
  `starts with ${String(jobs)} scans in its queue, and sends them all`,
  async () => {
    const settings = { 'limits.maxMessageBytes': 1024 * 1024, 'relay.maxMessagesPerMinute': 600 };
    const data = await signedInDevice(settings, 96);
    guest = await bootDevice('armhf', cloud, data);
    await cloud.stop();
    const wanted: string[] = [];
    for (let n = 1; n <= jobs; n += 1) {
      wanted.push(`queued ${String(n)}.`);
      await handIn(guest, scanMessage(`queued ${String(n)}.`, randomBytes(5000)));
    }
    await guest.shutDown();
    await cloud.start();
    guest = await bootDevice('armhf', cloud, data);
    await untilAllCame(wanted, minutes(10 + jobs / 10));
    expect(new Set(subjects()).size).toBe(jobs);
  },
  minutes(20 + jobs / 4),
);
