/** The life of one device, in order: each test leaves the device as the next one needs it. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { attachmentOf, type StandInCloud } from '../../src/simulator/index.ts';
import { doorDialogues } from '../support/door-dialogues.ts';
import { playDialogue } from '../support/smtp-dialogue.ts';
import { tempDir } from '../support/temp-dir.ts';
import { CrashedDisks, entriesSoFar, type Fate } from './block-log.ts';
import { images, slowness, type Arch, type Guest } from './guest.ts';
import { jobsOnDisk } from './power-cut.ts';
import {
  agentSays,
  bootDevice,
  firmwarePort,
  forAgent,
  handIn,
  handInInside,
  logOf,
  newDataPartition,
  scanFile,
  scanMessage,
  signInAtConsole,
  startCloud,
  subjectOf,
} from './scene.ts';

/** A scan that the agent has said 250 to. */
interface Acknowledged {
  readonly queueId: string;
  readonly subject: string;
  readonly body: Buffer;
  /** How many entries the block log had by then. */
  readonly entries: number;
}

const minutes = (count: number) => count * 60_000 * slowness;

/** @param crashPoints how many power cuts are tried; 0: none */
export function deviceTests(arch: Arch, { crashPoints }: { readonly crashPoints: number }): void {
  describe(`a device with ${arch}`, () => {
    let dir: string;
    let cloud: StandInCloud;
    let data: string;
    let guest: Guest;
    /** The partition as it was when the log of its writes began, and that log. */
    const before = () => join(dir, 'before.img');
    const blockLog = () => join(dir, 'blocks.log');

    beforeAll(async () => {
      dir = await tempDir();
      cloud = await startCloud();
      // A small printer takes small scans: a message without SIZE asks for room for the largest one.
      data = await newDataPartition(dir, cloud, {
        sizeMiB: 48,
        settings: { 'limits.maxMessageBytes': 8 * 1024 * 1024 },
        files: { 'next.cjs': join(images, 'next/mfp-mail-agent.cjs') },
      });
    }, minutes(1));
    afterAll(async () => {
      // Not there if the first boot failed.
      await (guest as Guest | undefined)?.cutPower();
      await cloud.stop();
    }, minutes(1));

    /** Deliveries whose subject begins so, oldest first. */
    const arrived = (subject: string) => cloud.deliveries().filter(({ raw }) => subjectOf(raw).startsWith(subject));
    const untilArrived = async (subject: string, count = 1) => {
      const endMs = Date.now() + minutes(3);
      while (arrived(subject).length < count) {
        if (Date.now() > endMs)
          throw new Error(
            `${subject}: ${String(arrived(subject).length)} of ${String(count)} came\n${await logOf(guest)}`,
          );
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      return arrived(subject);
    };

    test(
      'starts from a root nobody can write to, as a user that is not root, and listens',
      async () => {
        guest = await bootDevice(arch, cloud, data);
        const mounts = await guest.ask('cat /proc/mounts');
        expect(mounts).toMatch(/^\/dev\/\S+ \/ squashfs ro/m);
        const writable = mounts.split('\n').filter((line) => line.startsWith('/dev/') && / rw[, ]/.test(line));
        expect(writable.map((line) => line.split(' ')[1]).sort()).toEqual([
          '/data',
          '/etc/mfp-mail-agent',
          '/var/lib/mfp-mail-agent',
        ]);
        expect((await guest.run(forAgent('stat -c %U $p'))).output).toBe('mfpmail');
        expect(await guest.ask('grep MemTotal /proc/meminfo')).toMatch(/ 2[0-5]\d{4} kB/);
      },
      minutes(6),
    );

    test(
      'holds the same SMTP dialogues as on any machine',
      async () => {
        for (const [name, script] of doorDialogues)
          await playDialogue({ port: firmwarePort(guest), deadlineMs: minutes(1) }, script).catch((error: unknown) => {
            throw new Error(`${name}: ${String(error)}`);
          });
      },
      minutes(4),
    );

    test(
      'is signed in with the code that its own console shows; what waited leaves',
      async () => {
        const screen = await signInAtConsole(guest, cloud);
        expect(screen).toMatch(/ready: signed in as/i);
        expect((await untilArrived('dialogue', 2)).map(({ raw }) => subjectOf(raw))).toEqual([
          'dialogue 1',
          'dialogue 2',
        ]);
      },
      minutes(8),
    );

    test(
      'delivers a scan, octet for octet',
      async () => {
        const scan = await readFile(scanFile);
        await handIn(guest, scanMessage('a scan', scan));
        const [delivery] = await untilArrived('a scan');
        expect(delivery?.envelope.forwardPaths).toEqual(['anna@contoso.com']);
        expect(attachmentOf(delivery!.raw)?.content.equals(scan)).toBe(true);
      },
      minutes(4),
    );

    test(
      "delivers a scan of the firmware's own program, through the bridge, octet for octet",
      async () => {
        const submit =
          "mfpmail --timeout 120 submit --to anna@contoso.com --subject 'by bridge' --type application/pdf";
        await guest.ask(`${submit} /data/scan.pdf`, { limitMs: 150_000 });
        const [delivery] = await untilArrived('by bridge');
        expect(attachmentOf(delivery!.raw)?.content.equals(await readFile(scanFile))).toBe(true);
      },
      minutes(4),
    );

    test(
      'writes nothing beside its partition: its socket, token and log lie in memory',
      async () => {
        // A file that is replaced while it is looked at is no file of its own.
        const files = (await guest.ask('find /run /tmp ! -type d 2> /dev/null | sort')).split('\n');
        expect(files).toEqual(
          expect.arrayContaining(['/run/mfp-mail-agent/agent.sock', '/run/mfp-mail-agent/panel-token']),
        );
        const known = /^\/run\/(?:hosts|resolv\.conf|mfp-mail-agent\.(?:log|pid)|mfp-mail-agent\/[a-z.-]+)$/;
        expect(files.filter((file) => !known.test(file))).toEqual([]);
        expect((await guest.run('touch /usr/lib/mfp-mail-agent/x /etc/x')).code).not.toBe(0);
      },
      minutes(1),
    );

    test(
      'refuses for the time being while the partition is full, and takes again without a restart',
      async () => {
        await guest.run('dd if=/dev/zero of=/data/filler bs=64k 2> /dev/null; sync');
        await expect(handIn(guest, scanMessage('too much', Buffer.alloc(20_000)))).rejects.toThrow('452 4.3.1');
        await guest.ask('rm /data/filler; sync');
        await handIn(guest, scanMessage('room again', Buffer.alloc(20_000, 'r')));
        await untilArrived('room again');
        expect(arrived('too much')).toEqual([]);
      },
      minutes(4),
    );

    test(
      'keeps what is handed in while the cable is out, and sends it when it is back',
      async () => {
        await guest.setCable(false);
        await handInInside(guest, 'cable out');
        await guest.ask('sleep 3');
        expect(arrived('cable out')).toEqual([]);
        await guest.setCable(true);
        await untilArrived('cable out');
      },
      minutes(6),
    );

    test(
      'sends what waited over an upgrade with a restart, though the clock says 1970 at first; still signed in',
      async () => {
        const installed = (await guest.ask('mfp-mail-agent --version')).trim();
        await cloud.stop();
        for (const name of ['one', 'two', 'three'])
          await handIn(guest, scanMessage(`restart ${name}`, Buffer.alloc(50_000, name)));
        // What a firmware update does to a read-only root: at the next start there is another program in the agent's place.
        const program = '/usr/lib/mfp-mail-agent/mfp-mail-agent.cjs';
        await guest.ask(`echo 'mount -o bind /data/next.cjs ${program}' > /data/rc; chmod 755 /data/next.cjs`);
        await guest.shutDown();
        await copyFile(data, before(), constants.COPYFILE_FICLONE);
        await writeFile(blockLog(), '');
        await cloud.start();
        guest = await bootDevice(arch, cloud, data, {
          rtc: '1970-01-02T00:00:00',
          ...(crashPoints > 0 ? { blockLog: blockLog() } : {}),
        });
        expect((await guest.ask('mfp-mail-agent --version')).trim()).toBe(`${installed}+next`);
        expect(await guest.ask('date +%Y')).toBe('1970');
        // Nothing expires, nothing is sent without a proven server, and a new scan is taken.
        await handIn(guest, scanMessage('restart 1970', Buffer.alloc(1_000, 'x')));
        await agentSays(guest, 'queue list', /restart|waiting/i);
        expect(arrived('restart')).toEqual([]);
        await guest.ask(`date -s @${String(Math.floor(Date.now() / 1000))}`);
        expect((await untilArrived('restart', 4)).map(({ raw }) => subjectOf(raw)).sort()).toEqual([
          'restart 1970',
          'restart one',
          'restart three',
          'restart two',
        ]);
      },
      minutes(10),
    );

    if (crashPoints > 0)
      test(
        `loses no acknowledged scan and tears none, at ${String(crashPoints)} power cuts`,
        async () => {
          const from = await entriesSoFar(blockLog());
          const acknowledged: Acknowledged[] = [];
          for (let n = 1; n <= 10; n += 1) {
            const subject = `cut ${String(n)} of 10`;
            const message = scanMessage(subject, Buffer.alloc(20_000 + n * 9_000, `page ${String(n)} `));
            const queueId = await handIn(guest, message);
            const body = message.subarray(message.indexOf('\r\n\r\n') + 4);
            acknowledged.push({ queueId, body, entries: await entriesSoFar(blockLog()), subject });
          }
          await guest.cutPower();
          await checkCrashPoints(acknowledged, from);

          // And the machine itself: whatever it had, it ends.
          guest = await bootDevice(arch, cloud, data);
          const wanted = acknowledged.map(({ subject }) => subject).sort();
          const subjects = () => arrived('cut').map(({ raw }) => subjectOf(raw));
          for (const subject of wanted) await untilArrived(subject);
          expect([...new Set(subjects())].sort()).toEqual(wanted);
          // What was on its way when the power went may come twice, nothing else.
          expect(subjects().length - wanted.length).toBeLessThanOrEqual(2);
        },
        minutes(12),
      );

    /** @param from entries of the log before the first scan */
    async function checkCrashPoints(acknowledged: readonly Acknowledged[], from: number): Promise<void> {
      const disks = await CrashedDisks.from(before(), blockLog());
      const image = join(dir, 'crashed.img');
      const fates: readonly Fate[] = ['kept', 'dropped', 'mixed'];
      let seed = 1;
      const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
      let found = 0;
      for (let n = 1; n <= crashPoints; n += 1) {
        const point = from + Math.ceil(((disks.entries - from) * n) / crashPoints);
        const fate = fates[n % fates.length] ?? 'kept';
        await disks.write(image, point, fate, random);
        const jobs = new Map((await jobsOnDisk(image)).map((job) => [job.queueId, job]));
        for (const { queueId, body, entries } of acknowledged.filter((one) => one.entries <= point)) {
          const where = `cut after ${String(point)} of ${String(disks.entries)} writes (${fate}), told at ${String(entries)}`;
          const job = jobs.get(queueId);
          if (job === undefined) throw new Error(`${where}: ${queueId} is lost`);
          found += 1;
          if (job.body !== undefined) {
            if (digest(job.body) !== digest(body)) throw new Error(`${where}: ${queueId} is torn`);
          } else expect([where, job.state]).toEqual([where, 'accepted']);
        }
      }
      // The first points lie before the first "250"; most must not.
      expect(found).toBeGreaterThan(crashPoints);
    }
  });
}

function digest(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}
