/**
 * The long forms, for the night before a release: `npm run test:image:long`. How much is in the environment:
 * MFP_IMAGE_KILLS (300), MFP_IMAGE_JOBS (500), MFP_IMAGE_SCAN_MB (30).
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { attachmentOf, type StandInCloud } from '../../src/simulator/index.ts';
import { tempDir } from '../support/temp-dir.ts';
import { slowness, type Guest } from './guest.ts';
import { bootDevice, handIn, newDataPartition, scanMessage, signInAtConsole, startCloud, subjectOf } from './scene.ts';

const numberOf = (name: string, usual: number) => Number(process.env[name] ?? usual);
const kills = numberOf('MFP_IMAGE_KILLS', 300);
const jobs = numberOf('MFP_IMAGE_JOBS', 500);
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

const digest = (octets: Buffer) => createHash('sha256').update(octets).digest('hex');
const subjects = () => cloud.deliveries().map(({ raw }) => subjectOf(raw));
async function untilAllCame(wanted: readonly string[], limitMs: number): Promise<void> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const came = new Set(subjects());
    const missing = wanted.filter((subject) => !came.has(subject));
    if (missing.length === 0) return;
    if (Date.now() > endMs) throw new Error(`${String(missing.length)} are missing: ${missing.slice(0, 5).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

test(
  `loses nothing it acknowledged, its power cut ${String(kills)} times while it takes and relays`,
  async () => {
    const data = await signedInDevice(
      { 'limits.maxMessageBytes': 8 * 1024 * 1024, 'relay.maxMessagesPerMinute': 600 },
      96,
    );
    /** Subject and digest of each scan that was acknowledged. */
    const acknowledged = new Map<string, string>();
    for (let kill = 1; kill <= kills; kill += 1) {
      const device = await bootDevice('armhf', cloud, data);
      guest = device;
      const cutAtMs = Date.now() + 200 + Math.random() * 5000;
      const power = new AbortController();
      const feeding = (async () => {
        for (let n = 1; !power.signal.aborted; n += 1) {
          const subject = `kill ${String(kill)} scan ${String(n)}.`;
          const content = randomBytes(1000 + Math.floor(Math.random() * 60_000));
          await handIn(device, scanMessage(subject, content));
          acknowledged.set(subject, digest(content));
        }
      })().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, cutAtMs - Date.now())));
      power.abort();
      await device.cutPower();
      await feeding;
    }
    expect(acknowledged.size).toBeGreaterThan(0);
    guest = await bootDevice('armhf', cloud, data);
    await untilAllCame([...acknowledged.keys()], minutes(10));
    for (const { raw } of cloud.deliveries()) {
      const wanted = acknowledged.get(subjectOf(raw));
      // One that was taken at the very end may come although nobody heard the 250.
      if (wanted !== undefined) expect(digest(attachmentOf(raw)!.content)).toBe(wanted);
    }
    console.log(
      `${String(kills)} cuts, ${String(acknowledged.size)} acknowledged scans, ` +
        `${String(subjects().length - new Set(subjects()).size)} came twice`,
    );
  },
  minutes(5 + kills * 2),
);

test(
  `takes four scans of ${String(scanMiB)} MB at once with 256 MiB of memory`,
  async () => {
    const data = await signedInDevice({}, 1024);
    const device = await bootDevice('armhf', cloud, data);
    guest = device;
    const contents = [1, 2, 3, 4].map(() => randomBytes(scanMiB * 730_000));
    await Promise.all(contents.map((content, n) => handIn(device, scanMessage(`large ${String(n)}.`, content))));
    const memory = await device.ask(
      "for p in /proc/[0-9]*; do grep -qs 'node/progra[m]' $p/cmdline && grep VmHWM $p/status; done; true",
    );
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
    const peakMiB = Number(/VmHWM:\s+(\d+) kB/.exec(memory)?.[1] ?? NaN) / 1024;
    console.log(`peak while taking them: ${peakMiB.toFixed(0)} MiB`);
    expect(peakMiB).toBeLessThanOrEqual(160);
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
