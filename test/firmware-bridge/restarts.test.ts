/** kill -9 of the agent at random during 200 submissions by mfpmail: every acknowledged job arrives, exactly once. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { rootLayout } from '../../src/cli/index.ts';
import type { JobSummary } from '../../src/core/index.ts';
import { prepareSettings } from '../../src/demo/index.ts';
import { createStandInCloud, standInProfiles } from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { AgentProcess, runProgram } from '../support/agent-process.ts';
import { collectedLog } from '../support/collected-log.ts';
import { mimeParts } from '../support/mime-parts.ts';
import { until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';
import { describeWith } from '../foreign/scene.ts';
import { line, sha256 } from './bridge-scene.ts';
import { build, built, whyNoPrograms } from './toolchain.ts';

const submissions = 200;
const atOnce = 4;
const mostKills = 12;
const leastKills = 6;

describeWith(whyNoPrograms(['gcc', 'make', 'pkg-config']), 'kill -9', () => {
  test(`during ${String(submissions)} submissions: what was acknowledged arrives, once, octet for octet`, async () => {
    await build('all');
    const cloud = createStandInCloud({ profile: standInProfiles.global, messagesPerMinute: Infinity });
    await cloud.start();
    const root = await tempDir();
    // Nobody has signed in meanwhile, so that nothing is sent: the only copies could be of the bridge's making.
    await prepareSettings(rootLayout(root), cloud, {
      cloud: 'global',
      clock: systemClock,
      log: collectedLog(),
      settings: { 'relay.maxMessagesPerMinute': 600 },
    });
    const agent = new AgentProcess(root, cloud);
    const folder = await tempDir();
    try {
      await agent.start();
      const scans = Array.from({ length: submissions }, (_all, index) => ({
        path: join(folder, `scan-${String(index)}.pdf`),
        octets: randomBytes(1000 + index * 300),
        subject: `Scan ${String(index)}`,
      }));
      await Promise.all(scans.map(({ path, octets }) => writeFile(path, octets)));
      const ids = new Map<string, string>();
      const waiting = [...scans];
      let kills = 0;
      let isOver = false;
      const killing = (async () => {
        while (!(isOver as boolean) && kills < mostKills) {
          await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 1200));
          await agent.signal('SIGKILL');
          kills += 1;
          await agent.start();
        }
      })();
      // As firmware does: temporary and unknown mean "again, with the same key".
      const submit = async (path: string, subject: string): Promise<string> => {
        const about = ['--to', 'anna@contoso.com', '--subject', subject, '--key', subject.replace(' ', '-')];
        const env = { MFPMAIL_SOCKET: rootLayout(root).socketPath };
        return until(async () => {
          const ran = await runProgram(built('mfpmail'), ['--timeout', '20', 'submit', ...about, path], { env });
          if (ran.code === 3 || ran.code === 5) return undefined;
          expect([subject, ran.code, ran.stderr]).toEqual([subject, 0, '']);
          return line(ran.stdout, 'job');
        }, 200_000);
      };
      const work = async () => {
        for (let scan = waiting.shift(); scan; scan = waiting.shift()) {
          const { path, subject } = scan;
          ids.set(subject, await submit(path, subject));
          // Enough kills, however fast this machine is.
          if (kills < leastKills) await new Promise((resolve) => setTimeout(resolve, 60));
        }
      };
      const working = Promise.all(Array.from({ length: atOnce }, work)).finally(() => {
        isOver = true;
      });
      await Promise.all([working, killing]);
      expect(kills).toBeGreaterThanOrEqual(leastKills);
      const { jobs } = await agent.json<{ jobs: JobSummary[] }>(['queue', 'list', '--limit', '1000']);
      expect(jobs.map(({ queueId }) => queueId).sort()).toEqual([...ids.values()].sort());
      expect(new Set(ids.values()).size).toBe(submissions);

      expect(await agent.signIn()).toMatchObject({ code: 0 });
      await until(() => (cloud.deliveries().length >= submissions ? true : undefined), 120_000);
      const arrived = cloud.deliveries().map(({ raw }) => {
        const { fields, parts } = mimeParts(raw);
        return `${fields['subject'] ?? ''} ${sha256(parts.at(-1)?.content ?? Buffer.alloc(0))}`;
      });
      expect(arrived.sort()).toEqual(scans.map(({ subject, octets }) => `${subject} ${sha256(octets)}`).sort());
    } finally {
      await agent.signal('SIGKILL');
      await cloud.stop();
    }
  }, 300_000);
});
