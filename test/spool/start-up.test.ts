import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { MailError } from '../../src/core/index.ts';
import { hasSpoolEntries } from '../../src/spool/index.ts';
import { CrashDisk, seededRandom } from './crash-disk.ts';
import { accept, bodyOf, sceneOf, type Scene } from './scene.ts';

const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => (error as MailError).code,
  );

/** A spool with two jobs, stopped; the first is the one that will be harmed. */
async function stored(
  options: Parameters<typeof sceneOf>[0] = {},
): Promise<Scene & { readonly harmed: string; readonly well: string; readonly env: string; readonly msg: string }> {
  const scene = sceneOf(options);
  await scene.spool.start();
  const { queueId: harmed } = await accept(scene.spool, randomBytes(70_000), { subject: 'Harmed' });
  const { queueId: well } = await accept(scene.spool, 'well');
  await scene.spool.stop();
  return { ...scene, harmed, well, env: `/spool/jobs/${harmed}.env`, msg: `/spool/jobs/${harmed}.msg` };
}

const flipped = (data: Buffer, at: number) => {
  const copy = Buffer.from(data);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

describe('damage found at start (F15)', () => {
  test.each<[string, (disk: CrashDisk, env: string, msg: string) => void]>([
    [
      'the record is empty',
      (disk, env) => {
        disk.put(env, Buffer.alloc(0));
      },
    ],
    [
      'the record is cut short',
      (disk, env) => {
        disk.put(env, disk.get(env)!.subarray(0, 100));
      },
    ],
    [
      'a bit of the record flipped',
      (disk, env) => {
        disk.put(env, flipped(disk.get(env)!, 60));
      },
    ],
    [
      'the body is missing',
      (disk, _env, msg) => {
        disk.remove(msg);
      },
    ],
    [
      'the body is cut short',
      (disk, _env, msg) => {
        disk.put(msg, disk.get(msg)!.subarray(0, 70_000));
      },
    ],
    [
      'the body is a link',
      (disk, _env, msg) => {
        disk.put(msg, disk.get(msg)!, { isFile: false });
      },
    ],
    [
      'the body belongs to another user',
      (disk, _env, msg) => {
        disk.put(msg, disk.get(msg)!, { isOwn: false });
      },
    ],
  ])('%s: set aside, shown as failed, the others go on', async (_name, harm) => {
    const { disk, clock, harmed, well, env, msg } = await stored();
    harm(disk, env, msg);
    const next = sceneOf({ disk, clock });
    await next.spool.start();
    expect(next.log.of('corrupt')).toEqual([{ entry: harmed, why: expect.any(String) }]);
    expect(next.spool.summary(harmed)).toMatchObject({ state: 'failed', lastReply: { code: 'storage-failed' } });
    expect((await bodyOf(next.spool, well)).toString()).toBe('well');
    expect(disk.paths()).toContain(`/spool/corrupt/${harmed}.env`);
    expect(await codeOf(next.spool.update(harmed, (record) => ({ ...record, state: 'waiting' })))).toBe('job-finished');
    // Once is enough: the next start finds an ordinary failed job.
    await next.spool.stop();
    const again = sceneOf({ disk, clock });
    await again.spool.start();
    expect(again.log.of('corrupt')).toEqual([]);
    expect(again.spool.summary(harmed)).toMatchObject({ state: 'failed' });
  });

  test('a record cut at any offset is damage, never a crash and never another job', async () => {
    const { disk, clock, env, harmed } = await stored();
    const whole = disk.get(env)!;
    for (let length = 0; length < whole.length; length += 7) {
      const copy = disk.afterKill();
      copy.put(env, whole.subarray(0, length));
      const next = sceneOf({ disk: copy, clock });
      await next.spool.start();
      expect(next.spool.summary(harmed)?.state).toBe('failed');
      await next.spool.stop();
    }
  });

  test('a record without a body that cannot be read was history: set aside without a failed job', async () => {
    const { disk, clock, harmed, env, msg } = await stored();
    disk.remove(msg);
    disk.put(env, Buffer.from('noise'));
    const next = sceneOf({ disk, clock });
    await next.spool.start();
    expect(next.spool.summary(harmed)).toBeUndefined();
    expect(disk.paths()).toContain(`/spool/corrupt/${harmed}.env`);
    expect(disk.paths()).not.toContain(env);
  });

  test('a power cut at any step of setting aside never lets the body be deleted', async () => {
    const { disk, clock, harmed, env, msg } = await stored();
    disk.put(env, Buffer.from('noise'));
    const body = disk.get(msg)!;
    for (let at = 1; at <= 30; at++) {
      const cut = disk.afterKill();
      cut.fault = { at, kind: 'power-cut' };
      await sceneOf({ disk: cut, clock }).spool.start();
      const next = sceneOf({ disk: cut.afterPowerCut(), clock });
      await next.spool.start();
      expect(next.disk.get(`/spool/corrupt/${harmed}.msg`)?.equals(body)).toBe(true);
    }
  });

  test('a damaged body is noticed while it is read, before its end is handed out', async () => {
    for (const at of [30, 40_000, 65_600, 69_999]) {
      const { disk, clock, harmed, msg } = await stored();
      disk.put(msg, flipped(disk.get(msg)!, at));
      const next = sceneOf({ disk, clock });
      await next.spool.start();
      let bytes = 0;
      const reading = (async () => {
        for await (const chunk of next.spool.openBody(harmed)) bytes += (chunk as Buffer).length;
      })();
      expect(await codeOf(reading)).toBe('storage-failed');
      expect(bytes).toBeLessThan(70_000);
      await next.spool.quarantine(harmed, 'body is damaged');
      expect(next.spool.summary(harmed)).toMatchObject({
        state: 'failed',
        subject: 'Harmed',
        recipients: [{ state: 'failed' }, { state: 'failed' }],
      });
      expect(disk.paths()).toEqual(
        expect.arrayContaining([`/spool/corrupt/${harmed}.env`, `/spool/corrupt/${harmed}.msg`]),
      );
      expect(next.spool.usage()).toEqual({ jobs: 1, bytes: 4 });
    }
  });

  test("a body under another job's name does not open", async () => {
    const scene = sceneOf();
    await scene.spool.start();
    const [one, two] = [await accept(scene.spool, 'aaaa'), await accept(scene.spool, 'bbbb')];
    scene.disk.put(`/spool/jobs/${one.queueId}.msg`, scene.disk.get(`/spool/jobs/${two.queueId}.msg`)!);
    expect(await codeOf(bodyOf(scene.spool, one.queueId))).toBe('storage-failed');
  });

  test('a full corrupt/ refuses new mail, discards nothing, and lets the rest be sent', async () => {
    const { disk, clock, well, env } = await stored();
    disk.put(env, Buffer.from('noise'));
    const { spool } = sceneOf({ disk, clock, limits: { corruptMax: 1 } });
    await spool.start();
    expect(spool.health()).toEqual({ state: 'full', why: 'corrupt-full' });
    await expect(spool.begin({})).rejects.toMatchObject({
      code: 'spool-unavailable',
      details: { why: 'corrupt-full' },
    });
    await spool.update(well, (record) => ({ ...record, state: 'accepted' }));
    await spool.quarantine((await stored()).harmed, 'x').catch((error: unknown) => {
      expect((error as MailError).code).toBe('job-not-found');
    });
  });
});

describe('what else start-up finds', () => {
  test('orphans and temporary files go, foreign things stay and are named (F16, C1, C2)', async () => {
    const { disk, clock, log: _log, harmed, well } = await stored();
    disk.put('/spool/jobs/1m7yzmhg0aaaaa.msg', Buffer.from('orphan'));
    disk.put('/spool/jobs/1m7yzmhg0aaaab.env.tmp', Buffer.from('half'));
    disk.put('/spool/jobs/1m7yzmhg0aaaac.msg', Buffer.from('of someone else'), { isOwn: false });
    disk.put('/spool/jobs/1m7yzmhg0aaaad.env', Buffer.from('of someone else'), { isOwn: false });
    disk.put('/spool/jobs/1m7yzmhg0aaaae.env', Buffer.alloc(0), { isFile: false });
    disk.put('/spool/jobs/1m7yzmhg0aaaae.msg', Buffer.from('beside a riddle'));
    disk.put('/spool/jobs/notes.txt', Buffer.from('x'));
    disk.put('/spool/jobs/..env', Buffer.from('x'));
    const { spool, log } = sceneOf({ disk, clock });
    await spool.start();
    expect(spool.list().map((job) => job.queueId)).toEqual([harmed, well].sort());
    expect(disk.paths().filter((path) => !path.includes(harmed) && !path.includes(well))).toEqual([
      '/spool/jobs/..env',
      '/spool/jobs/1m7yzmhg0aaaac.msg',
      '/spool/jobs/1m7yzmhg0aaaad.env',
      '/spool/jobs/1m7yzmhg0aaaae.env',
      '/spool/jobs/1m7yzmhg0aaaae.msg',
      '/spool/jobs/notes.txt',
    ]);
    expect(log.entries.find(({ method }) => method === 'notice')?.args[1]).toMatchObject({ count: 5 });
    expect(log.of('corrupt')).toEqual([]);
  });

  test('a job that was being sent waits again; after two deaths it is held (F17)', async () => {
    const { disk, clock, harmed } = await stored();
    let now = disk;
    const frozenSender = {
      reversePath: 'a@b.example',
      headerBlock: 'A: b\r\n',
      deviceEmailAddress: 'a@b.example',
      sent: true,
    };
    const expected = [
      { state: 'waiting', crashes: 1, isPossibleDuplicate: false },
      // The second attempt had begun to send bytes.
      { state: 'held', crashes: 2, isPossibleDuplicate: true, hold: { reason: 'repeated-crash' } },
    ];
    for (const [index, outcome] of expected.entries()) {
      const { spool } = sceneOf({ disk: now, clock });
      await spool.start();
      await spool.update(harmed, (record) => ({ ...record, state: 'sending', ...(index === 1 && { frozenSender }) }));
      now = now.afterPowerCut();
      const next = sceneOf({ disk: now, clock });
      await next.spool.start();
      expect(next.spool.summary(harmed)).toMatchObject(outcome);
      await next.spool.stop();
    }
    const { spool } = sceneOf({ disk: now.afterPowerCut(), clock });
    await spool.start();
    expect(spool.summary(harmed)).toMatchObject({ state: 'held', crashes: 2 });
    expect((await bodyOf(spool, harmed)).length).toBe(70_000);
  });

  test('a crash count that cannot be written hides no job', async () => {
    const { disk, clock, harmed } = await stored();
    const first = sceneOf({ disk, clock });
    await first.spool.start();
    await first.spool.update(harmed, (record) => ({ ...record, state: 'sending' }));
    const full = disk.afterKill();
    full.capacityBytes = 0;
    const { spool } = sceneOf({ disk: full, clock });
    await spool.start();
    expect(spool.summary(harmed)).toMatchObject({ state: 'waiting', crashes: 1 });
  });

  test('five hundred jobs with large headers start without keeping the headers', async () => {
    const { spool, disk, clock } = sceneOf();
    await spool.start();
    const headerBlock = `X-Long: ${'x'.repeat(20_000)}\r\n`;
    const ids: string[] = [];
    for (let index = 0; index < 500; index++) ids.push((await accept(spool, String(index), { headerBlock })).queueId);
    await spool.stop();
    const next = sceneOf({ disk, clock });
    await next.spool.start();
    expect(next.spool.list().map((job) => job.queueId)).toEqual([...ids].sort());
    expect(JSON.stringify(next.spool.list())).not.toContain('xxxx');
    expect((await next.spool.read(ids[250]!)).headerBlock).toBe(headerBlock);
    expect(next.spool.usage().jobs).toBe(500);
  });

  test('says whether a spool holds sealed jobs, for the vault', async () => {
    expect(await hasSpoolEntries('/spool', new CrashDisk(seededRandom(1)))).toBe(false);
    const { disk } = await stored();
    expect(await hasSpoolEntries('/spool', disk)).toBe(true);
  });
});
