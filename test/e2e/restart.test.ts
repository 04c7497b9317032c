/** kill -9 between "250" and the relay: what was acknowledged arrives, once. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rootLayout } from '../../src/cli/index.ts';
import type { AgentStatus } from '../../src/core/index.ts';
import { prepareSettings } from '../../src/demo/index.ts';
import {
  attachmentOf,
  createStandInCloud,
  playFirmware,
  standInProfiles,
  type StandInCloud,
} from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { AgentProcess } from '../support/agent-process.ts';
import { collectedLog } from '../support/collected-log.ts';
import { until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';

let cloud: StandInCloud;
let agent: AgentProcess;

const sha256 = (content: Buffer | undefined) =>
  createHash('sha256')
    .update(content ?? '')
    .digest('hex');

beforeAll(async () => {
  cloud = createStandInCloud({ profile: standInProfiles.global });
  await cloud.start();
  const root = await tempDir();
  await prepareSettings(rootLayout(root), cloud, { cloud: 'global', clock: systemClock, log: collectedLog() });
  agent = new AgentProcess(root, cloud);
  await agent.start();
  expect(await agent.signIn()).toMatchObject({ code: 0 });
}, 90_000);

afterAll(async () => {
  await agent.signal('SIGKILL');
  await cloud.stop();
});

async function intakePort(): Promise<number> {
  return (await agent.json<AgentStatus>(['status'])).listeners[0]?.port ?? 0;
}

async function handIn(files: readonly Buffer[]): Promise<void> {
  const port = await intakePort();
  for (const [i, file] of files.entries()) {
    await playFirmware({
      port,
      file,
      fileName: `scan-${String(i)}.bin`,
      to: ['anna@contoso.com'],
      from: 'mfp@printer.local',
      subject: `Scan ${String(i)}`,
    });
  }
}

describe('kill -9', () => {
  test('after 250, before the relay: every scan arrives after the restart, once, byte for byte', async () => {
    const files = Array.from({ length: 3 }, () => randomBytes(60_000));
    cloud.setFault('greeting-421', true, { times: Infinity });
    await handIn(files);
    await agent.signal('SIGKILL');
    cloud.setFault('greeting-421', false);
    const before = cloud.deliveries().length;
    await agent.start();
    await until(() => (cloud.deliveries().length >= before + files.length ? true : undefined), 30_000);
    const { waiting, sending } = (await agent.json<AgentStatus>(['status'])).queue;
    expect(waiting + sending).toBe(0);
    const arrived = cloud
      .deliveries()
      .slice(before)
      .map((one) => sha256(attachmentOf(one.raw)?.content));
    expect(arrived.sort()).toEqual(files.map(sha256).sort());
  }, 90_000);

  test('at random moments while relaying: nothing is lost, and a copy is the same message again', async () => {
    const before = cloud.deliveries().length;
    const files = Array.from({ length: 12 }, () => randomBytes(30_000));
    for (const [i, file] of files.entries()) {
      await handIn([file]);
      if (i % 3 === 2) {
        await new Promise((resolve) => setTimeout(resolve, i * 7));
        await agent.signal('SIGKILL');
        await agent.start();
      }
    }
    await until(async () => {
      const { waiting, sending } = (await agent.json<AgentStatus>(['status'])).queue;
      return waiting + sending === 0 ? true : undefined;
    }, 60_000);
    const arrived = cloud.deliveries().slice(before);
    expect(new Set(arrived.map((one) => sha256(attachmentOf(one.raw)?.content)))).toEqual(new Set(files.map(sha256)));
    // C5: at most one more copy for each kill, and byte-identical.
    expect(arrived.length).toBeLessThanOrEqual(files.length + 4);
    for (const copy of arrived) {
      const twins = arrived.filter(
        (one) => sha256(attachmentOf(one.raw)?.content) === sha256(attachmentOf(copy.raw)?.content),
      );
      expect(new Set(twins.map((one) => sha256(one.raw))).size).toBe(1);
    }
  }, 180_000);

  test('SIGTERM stops within ten seconds with exit code 0', async () => {
    const startedMs = Date.now();
    expect(await agent.signal('SIGTERM')).toBe(0);
    expect(Date.now() - startedMs).toBeLessThan(10_000);
  }, 30_000);
});
