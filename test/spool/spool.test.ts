import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { MailError, type JobRecord, type QueueId } from '../../src/core/index.ts';
import { type Spool } from '../../src/spool/index.ts';
import { accept, bodyOf, factsOf, key, sceneOf } from './scene.ts';
import { settle } from '../support/manual-clock.ts';

const finish =
  (state: 'accepted' | 'failed') =>
  (record: JobRecord): JobRecord => ({ ...record, state });
const sending = (record: JobRecord): JobRecord => ({ ...record, state: 'sending' });
const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => (error as MailError).code,
  );

describe('accepting', () => {
  test.each<[string, number]>([
    ['nothing at all', 0],
    ['one byte', 1],
    ['one byte less than a chunk', 65_535],
    ['exactly a chunk', 65_536],
    ['a byte more', 65_537],
    ['several trips', 1_000_001],
  ])('gives the body back as it came: %s', async (_name, size) => {
    const { spool } = sceneOf();
    await spool.start();
    const body = randomBytes(size);
    const { queueId, kind } = await accept(spool, body);
    expect(kind).toBe('queued');
    expect((await bodyOf(spool, queueId)).equals(body)).toBe(true);
    expect(spool.summary(queueId)).toMatchObject({ state: 'waiting', bodyBytes: size, attempts: 0, crashes: 0 });
    expect(await spool.read(queueId)).toMatchObject({ headerBlock: factsOf().headerBlock, version: 1 });
    expect(spool.usage()).toEqual({ jobs: 1, bytes: size });
  });

  test('stores neither body nor header block in clear, and keeps header blocks out of memory', async () => {
    const { spool, disk } = sceneOf();
    await spool.start();
    const { queueId } = await accept(spool, 'canary-body', { headerBlock: 'X-Canary: canary-header\r\n' });
    expect(
      disk
        .paths()
        .map((path) => disk.get(path)!.toString('latin1'))
        .join(''),
    ).not.toMatch(/canary/);
    expect(JSON.stringify(spool.summary(queueId))).not.toMatch(/canary/);
  });

  test('costs three fsyncs to accept and two for each durable change', async () => {
    const { spool, disk } = sceneOf();
    await spool.start();
    const fsyncs = () => (disk.counts.get('sync') ?? 0) + (disk.counts.get('syncFolder') ?? 0);
    const { queueId } = await accept(spool, 'x');
    expect(fsyncs()).toBe(3);
    await spool.update(queueId, sending);
    expect(fsyncs()).toBe(5);
    await spool.update(queueId, (record) => ({ ...record, attempts: 4 }), { isDurable: false });
    expect(fsyncs()).toBe(5);
    await spool.update(queueId, finish('accepted'));
    expect(fsyncs()).toBe(7);
  });

  test('twenty commits at once share fsyncs of the folder', async () => {
    const { spool, disk } = sceneOf();
    await spool.start();
    const bodies = Array.from({ length: 20 }, (_, index) => `body ${String(index)}`);
    const done = await Promise.all(bodies.map((body) => accept(spool, body)));
    for (const [index, { queueId }] of done.entries())
      expect((await bodyOf(spool, queueId)).toString()).toBe(bodies[index]);
    expect(new Set(done.map(({ queueId }) => queueId)).size).toBe(20);
    expect(disk.counts.get('syncFolder')).toBeLessThan(20);
  });

  test('leaves no trace of an aborted message, whether or not bytes had come', async () => {
    const { spool, disk } = sceneOf();
    await spool.start();
    const silent = await spool.begin({ declaredSizeBytes: 10 });
    const half = await spool.begin({});
    half.body.write(randomBytes(300_000));
    await settle(20);
    expect(disk.paths()).not.toEqual([]);
    await Promise.all([silent.abort(), half.abort(), half.abort()]);
    expect(disk.paths()).toEqual([]);
    expect(spool.usage()).toEqual({ jobs: 0, bytes: 0 });
    await expect(half.commit(factsOf())).rejects.toMatchObject({ code: 'internal' });
  });

  test('a body that breaks off is refused and removed', async () => {
    const { spool, disk } = sceneOf();
    await spool.start();
    const incoming = await spool.begin({});
    incoming.body.on('error', () => undefined);
    const outcome = codeOf(incoming.commit(factsOf()));
    incoming.body.write('half');
    incoming.body.destroy(new Error('client went away'));
    expect(await outcome).toBe('intake-interrupted');
    expect(disk.paths()).toEqual([]);
  });

  test('notes a clock that was not set', async () => {
    const { spool, clock } = sceneOf();
    await spool.start();
    clock.jumpWall(-clock.nowMs() + 60_000);
    const { queueId } = await accept(spool, 'x');
    expect(spool.summary(queueId)).toMatchObject({ acceptedAtMs: 60_000, acceptedClockSet: false });
  });
});

describe('a client that repeats (F7)', () => {
  const same = { clientMessageId: '<same@mfp>' };

  test('is told the id we own, and nothing is added, also when the job is finished', async () => {
    const { spool, disk, log } = sceneOf();
    await spool.start();
    const first = await accept(spool, 'x', same);
    expect(await accept(spool, 'x', same)).toEqual({ kind: 'repeated', queueId: first.queueId });
    await spool.update(first.queueId, finish('accepted'));
    expect(await accept(spool, 'x', same)).toEqual({ kind: 'repeated', queueId: first.queueId });
    expect(disk.paths().filter((path) => path.endsWith('.msg'))).toEqual([]);
    await settle();
    expect(log.of('repeated')).toHaveLength(2);
    expect(log.of('queued')).toHaveLength(1);
  });

  test('is recognised after a restart, and no longer after ten minutes', async () => {
    const { spool, disk, clock } = sceneOf();
    await spool.start();
    const first = await accept(spool, 'x', same);
    await spool.stop();
    await clock.advance(599_000);
    const next = sceneOf({ disk, clock });
    await next.spool.start();
    expect(await accept(next.spool, 'x', same)).toEqual({ kind: 'repeated', queueId: first.queueId });
    await clock.advance(1_000);
    expect((await accept(next.spool, 'x', same)).kind).toBe('queued');
  });

  test('is recognised while the first copy still waits for the disk, and is taken if that one fails', async () => {
    const { spool, disk } = sceneOf();
    await spool.start();
    const [one, two] = await Promise.all([accept(spool, 'x', same), accept(spool, 'x', same)]);
    expect([one.kind, two.kind].sort()).toEqual(['queued', 'repeated']);
    expect(one.queueId).toBe(two.queueId);
    const other = { clientMessageId: '<other@mfp>' };
    disk.fault = { at: 1, kind: 'EIO', only: ['syncFolder'] };
    const first = codeOf(accept(spool, 'y', other));
    const incoming = await spool.begin({});
    incoming.body.end('y');
    expect(await first).toBe('storage-failed');
    // Its file was named before the failed fsync, so it is refused as well: refused, not taken for a repeat of nothing.
    expect(await codeOf(incoming.commit(factsOf(other)))).toBe('storage-failed');
    expect((await accept(spool, 'y', other)).kind).toBe('queued');
    expect(spool.list()).toHaveLength(2);
  });

  test.each<[string, (spool: Spool, queueId: QueueId) => Promise<unknown>]>([
    ['deleted', (spool, queueId) => spool.remove(queueId, 'ann')],
    ['failed', (spool, queueId) => spool.update(queueId, finish('failed'))],
    ['set aside', (spool, queueId) => spool.quarantine(queueId, 'test')],
  ])('is taken if the job was %s, before and after a restart', async (_name, end) => {
    const { spool, disk, clock } = sceneOf();
    await spool.start();
    const [first, other] = [await accept(spool, 'x', same), await accept(spool, 'y', same)];
    await end(spool, first.queueId);
    await end(spool, other.queueId);
    const second = await accept(spool, 'x', same);
    expect(second.kind).toBe('queued');
    expect(await accept(spool, 'x', same)).toEqual({ kind: 'repeated', queueId: second.queueId });
    await spool.stop();
    const next = sceneOf({ disk, clock });
    await next.spool.start();
    expect(await accept(next.spool, 'x', same)).toEqual({ kind: 'repeated', queueId: second.queueId });
    expect((await accept(next.spool, 'y', same)).kind).toBe('queued');
  });

  test('the end of a failed job does not make us forget the one that took its place', async () => {
    const { spool } = sceneOf();
    await spool.start();
    const first = await accept(spool, 'x', same);
    await spool.update(first.queueId, finish('failed'));
    const second = await accept(spool, 'x', same);
    await spool.remove(first.queueId, 'ann');
    expect(await accept(spool, 'x', same)).toEqual({ kind: 'repeated', queueId: second.queueId });
  });

  test('is recognised again when a person sends the failed job on its way', async () => {
    const { spool } = sceneOf();
    await spool.start();
    const first = await accept(spool, 'x', same);
    await spool.update(first.queueId, finish('failed'));
    await spool.update(first.queueId, (record) => ({ ...record, state: 'waiting' }));
    expect(await accept(spool, 'x', same)).toEqual({ kind: 'repeated', queueId: first.queueId });
  });

  test('is not taken for one when only the Message-ID is the same', async () => {
    const { spool } = sceneOf();
    await spool.start();
    await accept(spool, 'page one', same);
    expect((await accept(spool, 'page two', same)).kind).toBe('queued');
  });

  test.each<[string, object, object, string]>([
    ['another recipient', same, { ...same, forwardPaths: ['eve@contoso.example'] }, 'queued'],
    ['another client', same, { ...same, client: '10.0.0.9 [mfp]' }, 'queued'],
    // Some firmware sends one constant Message-ID for ever.
    ['same Message-ID, another subject', same, { ...same, subject: 'Other' }, 'queued'],
    ['another reverse-path', same, { ...same, reversePath: '' }, 'queued'],
    [
      'no Message-ID, same body and subject',
      { clientMessageId: undefined },
      { clientMessageId: undefined, messageId: '<made-anew@mfp>' },
      'repeated',
    ],
    // Two empty pages scanned under two names are two messages.
    [
      'no Message-ID, same body, another subject',
      { clientMessageId: undefined },
      { clientMessageId: undefined, subject: 'Other' },
      'queued',
    ],
  ])('%s', async (_name, first, second, kind) => {
    const { spool } = sceneOf();
    await spool.start();
    await accept(spool, 'x', first);
    expect((await accept(spool, 'x', second)).kind).toBe(kind);
  });
});

describe('an idempotency key', () => {
  const keyed = { idempotencyKey: 'job-17' };

  test('has one job for as long as that is remembered, however it ended and whatever comes with it', async () => {
    const { spool, disk, clock } = sceneOf();
    await spool.start();
    const first = await accept(spool, 'x', keyed);
    const again = { kind: 'repeated', queueId: first.queueId };
    expect(await accept(spool, 'another body', { ...keyed, subject: 'other', client: 'other' })).toEqual(again);
    // Not only for the ten minutes of a client that repeats, and not only while it is unsent.
    await clock.advance(3_600_000);
    expect(await accept(spool, 'x', keyed)).toEqual(again);
    await spool.update(first.queueId, finish('failed'));
    expect(await accept(spool, 'x', keyed)).toEqual(again);
    await spool.remove(first.queueId, 'anna');
    expect(await accept(spool, 'x', keyed)).toEqual(again);
    await spool.stop();
    const next = sceneOf({ disk, clock });
    await next.spool.start();
    expect(await accept(next.spool, 'x', keyed)).toEqual(again);
    expect(next.spool.ownerOf('job-17')).toBe(first.queueId);
    expect(next.spool.summary(first.queueId)).toMatchObject({ idempotencyKey: 'job-17', state: 'deleted' });
    expect(next.disk.paths().filter((path) => path.endsWith('.msg'))).toEqual([]);
  });

  test('is free again when the history has let its job go', async () => {
    const { spool, clock } = sceneOf({ limits: { historyJobs: 0 } });
    await spool.start();
    const { queueId } = await accept(spool, 'x', keyed);
    await spool.update(queueId, finish('accepted'));
    await clock.advance(60_000);
    expect(spool.ownerOf('job-17')).toBeUndefined();
    expect((await accept(spool, 'x', keyed)).kind).toBe('queued');
  });

  test('makes one job of two that come at the same moment, and is not spent by one that failed', async () => {
    const { spool, disk } = sceneOf();
    await spool.start();
    const [one, two] = await Promise.all([accept(spool, 'x', keyed), accept(spool, 'y', keyed)]);
    expect([one.kind, two.kind].sort()).toEqual(['queued', 'repeated']);
    expect(one.queueId).toBe(two.queueId);
    const other = { idempotencyKey: 'job-18' };
    disk.fault = { at: 1, kind: 'EIO', only: ['syncFolder'] };
    expect(await codeOf(accept(spool, 'x', other))).toBe('storage-failed');
    expect(spool.ownerOf('job-18')).toBeUndefined();
    expect((await accept(spool, 'x', other)).kind).toBe('queued');
  });

  test('tells two jobs apart that are alike otherwise', async () => {
    const { spool } = sceneOf();
    await spool.start();
    const message = { clientMessageId: '<constant@firmware>' };
    await accept(spool, 'x', { ...message, idempotencyKey: 'a' });
    expect((await accept(spool, 'x', { ...message, idempotencyKey: 'b' })).kind).toBe('queued');
    expect((await accept(spool, 'x', message)).kind).toBe('queued');
  });
});

describe('changing', () => {
  test('changes of one job come one after the other and are told to listeners', async () => {
    const { spool } = sceneOf();
    await spool.start();
    const { queueId } = await accept(spool, 'x');
    const seen: number[] = [];
    const end = spool.subscribe((job) => {
      seen.push(job.attempts);
    });
    spool.subscribe(() => {
      throw new Error('a listener that fails hurts nobody');
    });
    await Promise.all(
      Array.from({ length: 10 }, () =>
        spool.update(queueId, (record) => ({ ...record, attempts: record.attempts + 1 })),
      ),
    );
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    end();
    await spool.update(queueId, sending);
    expect(seen).toHaveLength(10);
  });

  test('a change that is not durable is seen by readers and gone after a restart; frozen bytes are always durable', async () => {
    const { spool, disk, clock } = sceneOf();
    await spool.start();
    const { queueId } = await accept(spool, 'x');
    await spool.update(queueId, (record) => ({ ...record, hold: { reason: 'by-person', sinceMs: 1 }, state: 'held' }));
    const { hold: _hold, ...free } = await spool.read(queueId);
    await spool.update(queueId, () => ({ ...free, state: 'waiting', attempts: 4 }), { isDurable: false });
    expect(await spool.read(queueId)).toMatchObject({ attempts: 4, state: 'waiting' });
    expect(await spool.read(queueId)).not.toHaveProperty('hold');
    const kill = sceneOf({ disk: disk.afterKill(), clock });
    await kill.spool.start();
    expect(kill.spool.summary(queueId)).toMatchObject({ attempts: 0, state: 'held' });

    const frozenSender = {
      reversePath: 'a@b.example',
      headerBlock: 'From: a@b.example\r\n',
      deviceEmailAddress: 'a@b.example',
      sent: true,
    };
    await kill.spool.update(queueId, (record) => ({ ...record, frozenSender }), { isDurable: false });
    const again = sceneOf({ disk: kill.disk.afterPowerCut(), clock });
    await again.spool.start();
    expect((await again.spool.read(queueId)).frozenSender).toEqual(frozenSender);
  });

  test('an accepted job loses its body at once, a failed one keeps it for a day of "try again"', async () => {
    const { spool, disk, clock } = sceneOf();
    await spool.start();
    const [done, failed] = [await accept(spool, 'one'), await accept(spool, 'two')];
    await spool.update(done.queueId, finish('accepted'));
    await spool.update(failed.queueId, finish('failed'));
    expect(disk.paths().filter((path) => path.endsWith('.msg'))).toEqual([`/spool/jobs/${failed.queueId}.msg`]);
    expect(spool.usage()).toEqual({ jobs: 0, bytes: 3 });
    expect(await codeOf(spool.update(done.queueId, (record) => ({ ...record, state: 'waiting' })))).toBe(
      'job-finished',
    );
    expect(await codeOf(bodyOf(spool, done.queueId))).toBe('job-finished');

    await spool.update(failed.queueId, (record) => ({ ...record, state: 'waiting' }));
    expect((await bodyOf(spool, failed.queueId)).toString()).toBe('two');
    await spool.update(failed.queueId, finish('failed'));
    // A clock that jumps a year takes nothing away (F20).
    clock.jumpWall(365 * 86_400_000);
    await clock.advance(86_300_000);
    expect(spool.usage().bytes).toBe(3);
    await clock.advance(130_000);
    expect(spool.usage()).toEqual({ jobs: 0, bytes: 0 });
    expect(disk.paths().filter((path) => path.endsWith('.msg'))).toEqual([]);
    expect(spool.list()).toHaveLength(2);
  }, 30_000);

  test('history is bounded in number and age, and trimmed without fsync', async () => {
    const { spool, disk, clock } = sceneOf({ limits: { historyJobs: 3 } });
    await spool.start();
    const ids: string[] = [];
    for (let index = 0; index < 6; index++) {
      ids.push((await accept(spool, 'x')).queueId);
      await spool.update(ids.at(-1)!, finish('accepted'));
    }
    const waiting = (await accept(spool, 'x')).queueId;
    await settle(20);
    expect(spool.list().map((job) => job.queueId)).toEqual([...ids.slice(3), waiting]);
    expect(disk.paths().filter((path) => path.endsWith('.env'))).toHaveLength(4);
    await spool.stop();
    clock.jumpWall(31 * 86_400_000);
    const fsyncs = disk.counts.get('syncFolder');
    const next = sceneOf({ disk, clock });
    await next.spool.start();
    await settle(20);
    expect(next.spool.list().map((job) => job.queueId)).toEqual([waiting]);
    expect(disk.paths()).toEqual([`/spool/jobs/${waiting}.env`, `/spool/jobs/${waiting}.msg`]);
    expect(disk.counts.get('syncFolder')).toBe(fsyncs);
  });

  test('a person deletes what waits or failed, not what is being sent or over', async () => {
    const { spool, log } = sceneOf();
    await spool.start();
    const { queueId } = await accept(spool, 'x');
    await spool.update(queueId, sending);
    expect(await codeOf(spool.remove(queueId, 'ann'))).toBe('job-busy');
    await spool.update(queueId, (record) => ({ ...record, state: 'waiting' }));
    await spool.remove(queueId, 'ann');
    expect(spool.summary(queueId)).toMatchObject({
      state: 'deleted',
      deletedBy: 'ann',
      finishedAtMs: expect.any(Number),
    });
    expect(log.of('deleted')).toEqual([{ queueId, by: 'ann' }]);
    expect(await codeOf(spool.remove(queueId, 'ann'))).toBe('job-finished');
    expect(await codeOf(spool.remove('00000000000000', 'ann'))).toBe('job-not-found');
    expect(await codeOf(spool.read('00000000000000'))).toBe('job-not-found');
    expect(spool.usage()).toEqual({ jobs: 0, bytes: 0 });
  });
});

describe('limits', () => {
  test.each<
    [string, Parameters<typeof sceneOf>[0], { freeBytes?: number; freeInodes?: number }, number | undefined, string]
  >([
    ['jobs are full', { limits: { maxJobs: 1 } }, {}, undefined, 'queue-full'],
    ['a declared size does not fit the quota', { limits: { maxBytes: 1000 } }, {}, 1001, 'queue-full'],
    [
      'no size declared: largest message and reserve must be free',
      {},
      { freeBytes: 58 * 1024 * 1024 - 1 },
      undefined,
      'disk-full',
    ],
    ['just enough for that', {}, { freeBytes: 58 * 1024 * 1024 }, undefined, 'no error'],
    ['twice the declared size must be free', {}, { freeBytes: 39_999_999 }, 20_000_000, 'disk-full'],
    ['just enough for that', {}, { freeBytes: 40_000_000 }, 20_000_000, 'no error'],
    ['the reserve is not touched', {}, { freeBytes: 8 * 1024 * 1024 }, 1000, 'disk-full'],
    ['no inodes (F12)', {}, { freeInodes: 1 }, 1000, 'disk-full'],
  ])('%s', async (_name, options, space, declaredSizeBytes, code) => {
    const scene = sceneOf(options);
    await scene.spool.start();
    if (code === 'queue-full' && declaredSizeBytes === undefined) await accept(scene.spool, 'x');
    Object.assign(scene.disk, space);
    expect(await codeOf(scene.spool.begin({ declaredSizeBytes }))).toBe(code);
    if (code === 'disk-full') expect(scene.spool.health()).toEqual({ state: 'full', why: 'disk-full' });
    expect(scene.spool.usage().jobs).toBe(
      code === 'no error' || (code === 'queue-full' && declaredSizeBytes === undefined) ? 1 : 0,
    );
  });

  test('messages that come in together do not count on the same free bytes or places', async () => {
    const { spool, disk } = sceneOf({ limits: { maxJobs: 2 } });
    await spool.start();
    disk.freeBytes = 30_000_000;
    const first = await spool.begin({ declaredSizeBytes: 12_000_000 });
    expect(await codeOf(spool.begin({ declaredSizeBytes: 12_000_000 }))).toBe('disk-full');
    await first.abort();
    disk.freeBytes = 1e12;
    await spool.begin({});
    await spool.begin({});
    expect(await codeOf(spool.begin({}))).toBe('queue-full');
  });

  test('a message that outgrows the quota is stopped while it streams', async () => {
    const { spool, disk } = sceneOf({ limits: { maxBytes: 100_000 } });
    await spool.start();
    expect(await codeOf(accept(spool, randomBytes(100_001)))).toBe('queue-full');
    expect(disk.paths()).toEqual([]);
    expect((await accept(spool, randomBytes(100_000))).kind).toBe('queued');
    expect(spool.health()).toEqual({ state: 'full', why: 'queue-full' });
  });

  test('a disk that fills during DATA refuses, cleans up, and recovers by itself (F10)', async () => {
    const { spool, disk, clock } = sceneOf();
    await spool.start();
    await accept(spool, 'kept');
    disk.capacityBytes = 500_000;
    expect(await codeOf(accept(spool, randomBytes(600_000)))).toBe('disk-full');
    expect(disk.paths()).toHaveLength(2);
    expect(spool.health()).toEqual({ state: 'full', why: 'disk-full' });
    await clock.advance(30_000);
    expect(spool.health()).toEqual({ state: 'ok' });
    expect((await accept(spool, 'fits')).kind).toBe('queued');
  });
});

describe('a disk that fails', () => {
  test.each<['sync' | 'syncFolder' | 'write' | 'rename', number]>([
    ['sync', 1],
    ['sync', 2],
    ['syncFolder', 1],
    ['write', 1],
    ['write', 2],
    ['rename', 1],
  ])('EIO at %s %i: not accepted, degraded, and good again with the next success (F4)', async (operation, at) => {
    const { spool, disk, clock } = sceneOf();
    await spool.start();
    disk.fault = { at, kind: 'EIO', only: [operation] };
    expect(await codeOf(accept(spool, 'lost'))).toBe('storage-failed');
    expect(spool.list()).toEqual([]);
    expect(spool.health()).toEqual({ state: 'degraded', why: 'EIO' });
    expect(disk.paths()).toEqual([]);
    disk.fault = undefined;
    const { queueId } = await accept(spool, 'kept');
    expect(spool.health()).toEqual({ state: 'ok' });
    const next = sceneOf({ disk: disk.afterPowerCut(), clock });
    await next.spool.start();
    expect(next.spool.list().map((job) => job.queueId)).toEqual([queueId]);
  });

  test('a change that fails leaves the job as it was', async () => {
    const { spool, disk } = sceneOf();
    await spool.start();
    const { queueId } = await accept(spool, 'x');
    disk.fault = { at: 1, kind: 'ENOSPC', only: ['write'] };
    expect(await codeOf(spool.update(queueId, sending))).toBe('disk-full');
    expect(await spool.read(queueId)).toMatchObject({ state: 'waiting' });
    disk.fault = undefined;
    await spool.update(queueId, sending);
    expect(await spool.read(queueId)).toMatchObject({ state: 'sending' });
  });

  test('short writes are completed (F5)', async () => {
    const { spool, disk } = sceneOf();
    await spool.start();
    disk.fault = { at: 1, kind: 'short-write', isLasting: true };
    const body = randomBytes(300_000);
    const { queueId } = await accept(spool, body);
    expect((await bodyOf(spool, queueId)).equals(body)).toBe(true);
  });

  test('read-only or missing: the program starts, intake and reads say so, and it comes back by itself (F13)', async () => {
    for (const what of ['isReadOnly', 'isMissing'] as const) {
      const { spool, disk, clock } = sceneOf();
      disk[what] = true;
      await spool.start();
      expect(spool.health()).toEqual({ state: 'unavailable', why: what === 'isReadOnly' ? 'EROFS' : 'ENOENT' });
      expect(await codeOf(spool.begin({}))).toBe('spool-unavailable');
      expect(await codeOf(spool.read('00000000000000'))).toBe('spool-unavailable');
      disk[what] = false;
      await clock.advance(30_000);
      expect(spool.health()).toEqual({ state: 'ok' });
      const { queueId } = await accept(spool, 'x');
      // Again, while running: seen at once by the one who writes, and jobs are kept.
      disk[what] = true;
      expect(await codeOf(accept(spool, 'y'))).toBe('spool-unavailable');
      expect(spool.health().state).toBe('unavailable');
      expect(await codeOf(spool.read(queueId))).toBe('spool-unavailable');
      disk[what] = false;
      await clock.advance(30_000);
      expect(spool.list().map((job) => job.queueId)).toEqual([queueId]);
      await spool.stop();
    }
  });

  test('a key that is not to be had leaves every entry untouched and is asked for again', async () => {
    const first = sceneOf();
    await first.spool.start();
    const { queueId } = await accept(first.spool, 'x');
    await first.spool.stop();
    const paths = first.disk.paths();
    let isThere = false;
    const { spool, clock, disk, log } = sceneOf({
      disk: first.disk,
      key: () => (isThere ? Promise.resolve(key) : Promise.reject(new MailError('key-unavailable', 'TPM is asleep'))),
    });
    await spool.start();
    expect(spool.health()).toEqual({ state: 'unavailable', why: 'key-unavailable' });
    expect(disk.paths()).toEqual(paths);
    expect(log.of('corrupt')).toEqual([]);
    const told: unknown[] = [];
    spool.subscribe((job) => told.push([job.queueId, job.state, spool.health().state]));
    isThere = true;
    await clock.advance(30_000);
    // The relay sleeps until somebody tells it of a job.
    expect(told).toEqual([[queueId, 'waiting', 'ok']]);
    expect((await bodyOf(spool, queueId)).toString()).toBe('x');
  });

  test('a second daemon is told who has the spool', async () => {
    const { spool, disk } = sceneOf();
    await spool.start();
    const second = sceneOf({ disk });
    await expect(second.spool.start()).rejects.toMatchObject({
      code: 'spool-locked',
      message: expect.stringContaining('pid 4711'),
    });
    await spool.stop();
    await second.spool.start();
    expect(second.spool.health()).toEqual({ state: 'ok' });
  });
});

describe('telling of trouble and of its end', () => {
  function watched(options: Parameters<typeof sceneOf>[0] = {}) {
    const scene = sceneOf(options);
    const told: string[] = [];
    scene.spool.subscribeHealth(() => {
      throw new Error('a listener that fails hurts nobody');
    });
    const end = scene.spool.subscribeHealth(() => {
      const { state, why } = scene.spool.health();
      told.push(why === undefined ? state : `${state}: ${why}`);
    });
    return { ...scene, end, told: () => told.splice(0) };
  }

  test('a spool that opens, stops, and tells nobody who has left', async () => {
    const it = watched();
    await it.spool.start();
    expect(it.told()).toEqual(['ok']);
    await accept(it.spool, 'x');
    await it.clock.advance(120_000);
    expect(it.told()).toEqual([]);
    await it.spool.stop();
    expect(it.told()).toEqual(['unavailable: stopped']);
    it.end();
    await it.spool.start();
    expect(it.told()).toEqual([]);
  });

  test('a disk that is missing at start, again later, and comes back', async () => {
    const it = watched();
    it.disk.isMissing = true;
    await it.spool.start();
    await it.clock.advance(60_000);
    expect(it.told()).toEqual(['unavailable: ENOENT']);
    it.disk.isMissing = false;
    await it.clock.advance(30_000);
    expect(it.told()).toEqual(['ok']);
    it.disk.isMissing = true;
    await codeOf(accept(it.spool, 'x'));
    expect(it.told()).toEqual(['unavailable: ENOENT']);
    it.disk.isMissing = false;
    await it.clock.advance(30_000);
    expect(it.told()).toEqual(['ok']);
  });

  test('a disk that fails and works again, fills and has room again', async () => {
    const it = watched();
    await it.spool.start();
    it.told();
    it.disk.fault = { at: 1, kind: 'EIO', only: ['sync'] };
    await codeOf(accept(it.spool, 'x'));
    expect(it.told()).toEqual(['degraded: EIO']);
    it.disk.fault = undefined;
    await accept(it.spool, 'x');
    expect(it.told()).toEqual(['ok']);
    it.disk.freeBytes = 1000;
    await codeOf(accept(it.spool, 'x'));
    expect(it.told()).toEqual(['full: disk-full']);
    it.disk.freeBytes = 1e12;
    await it.clock.advance(30_000);
    expect(it.told()).toEqual(['ok']);
  });

  test('a queue that is full until a job goes, or a body is let go', async () => {
    const it = watched({ limits: { maxJobs: 1, maxBytes: 10 } });
    await it.spool.start();
    it.told();
    const { queueId } = await accept(it.spool, 'x');
    expect(it.told()).toEqual(['full: queue-full']);
    await it.spool.remove(queueId, 'ann');
    expect(it.told()).toEqual(['ok']);
    // A failed job's body counts for a day.
    const failed = await accept(it.spool, '0123456789');
    await it.spool.update(failed.queueId, finish('failed'));
    expect(it.told()).toEqual(['full: queue-full']);
    await it.clock.advance(86_460_000);
    expect(it.told()).toEqual(['ok']);
    await accept(it.spool, 'x');
    expect(it.told()).toEqual(['full: queue-full']);
    await it.spool.stop();
  }, 30_000);

  test('a corrupt/ that is full', async () => {
    const it = watched({ limits: { corruptMax: 1 } });
    await it.spool.start();
    const { queueId } = await accept(it.spool, 'x');
    it.told();
    await it.spool.quarantine(queueId, 'test');
    expect(it.told()).toEqual(['full: corrupt-full']);
  });
});

describe('ending', () => {
  test('stop aborts what is coming in, waits for what is being written, and can be repeated', async () => {
    const { spool, disk, clock } = sceneOf();
    await spool.start();
    const half = await spool.begin({});
    half.body.write('half');
    const waitsForBody = await spool.begin({});
    waitsForBody.body.on('error', () => undefined);
    const cut = codeOf(waitsForBody.commit(factsOf()));
    const whole = accept(spool, 'whole');
    await settle(1);
    await spool.stop();
    await spool.stop();
    expect(await cut).toBe('intake-interrupted');
    const { queueId } = await whole;
    expect(disk.paths()).toEqual([`/spool/jobs/${queueId}.env`, `/spool/jobs/${queueId}.msg`]);
    expect(spool.health()).toEqual({ state: 'unavailable', why: 'stopped' });
    expect(clock.pendingMs).toEqual([]);
    expect(await codeOf(spool.begin({}))).toBe('spool-unavailable');
  });

  test('destroy removes everything of ours, without a key, and leaves what is foreign', async () => {
    const { spool, disk } = sceneOf();
    await spool.start();
    const [one, two] = [await accept(spool, 'x'), await accept(spool, 'y')];
    await spool.quarantine(two.queueId, 'test');
    disk.put('/spool/jobs/README', Buffer.from('left by a person'));
    await spool.destroy();
    expect(disk.paths()).toEqual(['/spool/jobs/README']);
    expect(spool.list()).toEqual([]);
    await spool.destroy();
    disk.put(`/spool/jobs/${one.queueId}.env`, Buffer.from('came back after a power cut'));
    await sceneOf({ disk, key: () => Promise.reject(new MailError('key-unavailable', 'destroyed')) }).spool.destroy();
    expect(disk.afterPowerCut().paths()).toEqual(['/spool/jobs/README']);
  });
});
