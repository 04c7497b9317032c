/** Files dropped into the hot folder while the agent is killed again and again: each becomes exactly one mail. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rootLayout } from '../../src/cli/index.ts';
import type { AgentStatus, JobSummary } from '../../src/core/index.ts';
import { prepareSettings } from '../../src/demo/index.ts';
import { attachmentOf, createStandInCloud, standInProfiles, type StandInCloud } from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { AgentProcess } from '../support/agent-process.ts';
import { collectedLog } from '../support/collected-log.ts';
import { until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';

let cloud: StandInCloud;
let agent: AgentProcess;
let drop: string;

const sha256 = (content: Buffer | undefined) =>
  createHash('sha256')
    .update(content ?? '')
    .digest('hex');

beforeAll(async () => {
  cloud = createStandInCloud({ profile: standInProfiles.global });
  await cloud.start();
  const root = await tempDir();
  drop = join(await tempDir(), 'drop');
  await mkdir(drop, { mode: 0o770 });
  await prepareSettings(rootLayout(root), cloud, {
    cloud: 'global',
    clock: systemClock,
    log: collectedLog(),
    settings: { 'hotFolder.path': drop, 'hotFolder.to': ['office@contoso.com'], 'hotFolder.settleS': 1 },
  });
  agent = new AgentProcess(root, cloud);
  await agent.start();
  expect(await agent.signIn()).toMatchObject({ code: 0 });
}, 90_000);

afterAll(async () => {
  await agent.signal('SIGKILL');
  await cloud.stop();
});

const names = async (place: string) => (await readdir(join(drop, place)).catch(() => [])).sort();

/** Every second one with a ticket; written as careful firmware does, beside its name and then renamed. */
async function put(index: number, content: Buffer): Promise<void> {
  const name = `scan-${String(index)}`;
  await writeFile(join(drop, `${name}.pdf.part`), content);
  await rename(join(drop, `${name}.pdf.part`), join(drop, `${name}.pdf`));
  if (index % 2 === 0)
    await writeFile(join(drop, `${name}.json`), JSON.stringify({ to: ['anna@contoso.com'], subject: name }));
}

test('kill -9 at random moments: each file becomes one job, arrives once, and lies in done', async () => {
  // Nothing leaves meanwhile, so that what is counted is what was taken in; the relay's own kills: restart.test.ts.
  cloud.setFault('greeting-421', true, { times: Infinity });
  const files = Array.from({ length: 16 }, () => randomBytes(40_000));
  for (const [index, content] of files.entries()) {
    await put(index, content);
    if (index % 4 === 3) {
      await new Promise((resolve) => setTimeout(resolve, 700 + Math.random() * 900));
      await agent.signal('SIGKILL');
      await agent.start();
    }
  }
  await until(async () => ((await names('done')).length === files.length ? true : undefined), 60_000);
  expect(await names('working')).toEqual([]);
  expect(await names('failed')).toEqual([]);
  expect((await names('.')).filter((name) => name.startsWith('scan-'))).toEqual([]);
  const { jobs } = await agent.json<{ jobs: JobSummary[] }>(['queue', 'list']);
  expect(jobs).toHaveLength(files.length);
  // Each result names its job, and each job has one result.
  const ids = await Promise.all(
    (await names('done')).map(async (name) => {
      const text = await readFile(join(drop, 'done', name, 'result.json'), 'utf8');
      return (JSON.parse(text) as { queueId: string }).queueId;
    }),
  );
  expect(ids.sort()).toEqual(jobs.map(({ queueId }) => queueId).sort());

  cloud.setFault('greeting-421', false);
  await agent.signal('SIGKILL');
  await agent.start();
  await until(() => (cloud.deliveries().length >= files.length ? true : undefined), 60_000);
  const arrived = cloud.deliveries().map((one) => sha256(attachmentOf(one.raw)?.content));
  expect(arrived.sort()).toEqual(files.map(sha256).sort());
  const toAnna = cloud.deliveries().filter((one) => one.raw.toString('latin1').includes('To: anna@contoso.com'));
  expect(toAnna).toHaveLength(files.length / 2);
}, 240_000);

test('the folder cannot be chosen from elsewhere: not by a file of settings', async () => {
  const text = JSON.stringify({ version: 1, hotFolder: { path: '/home' } });
  const refused = await agent.command(['settings', 'import', '-'], { input: text });
  expect(refused.code).not.toBe(0);
  expect(refused.stdout + refused.stderr).toContain('on the device itself');
}, 30_000);

test('a folder that everybody can write to is named in the status', async () => {
  const open = join(await tempDir(), 'open');
  await mkdir(open);
  const { chmod } = await import('node:fs/promises');
  await chmod(open, 0o777);
  expect(await agent.command(['settings', 'set', 'hotFolder.path', open])).toMatchObject({ code: 0 });
  const { warnings } = await until(async () => {
    const status = await agent.json<AgentStatus>(['status']);
    return (status.warnings ?? []).length > 0 ? status : undefined;
  });
  expect(warnings?.join()).toMatch(/everybody may write/);
}, 60_000);
