/** The same spool on a real file system, in real processes. */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { realDisk, type Spool } from '../../src/spool/index.ts';
import { holdLock } from '../../src/spool/lock.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { accept, bodyOf, spoolOn } from './scene.ts';

const root = await tempDir();
let serial = 0;
const newDir = () => {
  const dir = join(root, String(++serial));
  mkdirSync(dir);
  return join(dir, 'spool');
};
const log = collectedLog();
const spoolAt = (dir: string, key?: Buffer): Spool =>
  spoolOn(realDisk(), { clock: new ManualClock(), log, dir, ...(key && { key: () => Promise.resolve(key) }) });

describe('the spool on a real disk', () => {
  test('stores, gives back and forgets; files are private', async () => {
    const dir = newDir();
    const spool = spoolAt(dir);
    await spool.start();
    const body = randomBytes(3_000_000);
    const { queueId } = await accept(spool, body);
    const parallel = await Promise.all(
      Array.from({ length: 20 }, (_, index) => accept(spool, `body ${String(index)}`)),
    );
    await spool.stop();
    expect(statSync(join(dir, 'jobs', `${queueId}.msg`)).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'jobs', `${queueId}.env`)).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'jobs')).mode & 0o777).toBe(0o700);

    const next = spoolAt(dir);
    await next.start();
    expect((await bodyOf(next, queueId)).equals(body)).toBe(true);
    for (const [index, one] of parallel.entries())
      expect((await bodyOf(next, one.queueId)).toString()).toBe(`body ${String(index)}`);
    await next.update(queueId, (record) => ({ ...record, state: 'accepted' }));
    expect(existsSync(join(dir, 'jobs', `${queueId}.msg`))).toBe(false);
    await next.destroy();
    expect(readdirSync(join(dir, 'jobs'))).toEqual([]);
  });

  test('a reader that gives up in the middle leaves no handle open', async () => {
    const spool = spoolAt(newDir());
    await spool.start();
    const { queueId } = await accept(spool, randomBytes(2_000_000));
    const before = readdirSync('/proc/self/fd').length;
    for (let count = 0; count < 20; count++) for await (const _chunk of spool.openBody(queueId)) break;
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 5);
    await spool.stop();
  });

  test('a link, a FIFO, a folder and a socket among the jobs are left alone and never opened (F16)', async () => {
    const dir = newDir();
    mkdirSync(join(dir, 'jobs'), { recursive: true });
    const target = join(root, 'target');
    writeFileSync(target, 'not ours');
    symlinkSync(target, join(dir, 'jobs', '1m7yzmhg0aaaaa.env'));
    symlinkSync(target, join(dir, 'jobs', '1m7yzmhg0aaaab.msg'));
    execFileSync('mkfifo', [join(dir, 'jobs', '1m7yzmhg0aaaac.env')]);
    mkdirSync(join(dir, 'jobs', '1m7yzmhg0aaaad.env'));
    const names = readdirSync(join(dir, 'jobs')).sort();
    const spool = spoolAt(dir);
    await spool.start();
    expect(spool.health()).toEqual({ state: 'ok' });
    expect(spool.list()).toEqual([]);
    await accept(spool, 'x');
    await spool.stop();
    expect(readdirSync(join(dir, 'jobs')).sort()).toEqual(expect.arrayContaining(names));
    expect(existsSync(target)).toBe(true);
  });

  test('a missing parent folder is a disk that is not mounted: nothing is made there', async () => {
    const dir = join(root, 'nowhere', 'spool');
    const spool = spoolAt(dir);
    await spool.start();
    expect(spool.health()).toEqual({ state: 'unavailable', why: 'ENOENT' });
    expect(existsSync(join(root, 'nowhere'))).toBe(false);
    await spool.stop();
  });
});

describe('the lock (F23)', () => {
  test('one holder; the second is told the pid; free again after release', async () => {
    const dir = newDir();
    const first = spoolAt(dir);
    const second = spoolAt(dir);
    await first.start();
    await expect(second.start()).rejects.toMatchObject({
      code: 'spool-locked',
      details: { holder: `pid ${String(process.pid)}` },
    });
    await first.stop();
    await second.start();
    await second.stop();
    expect(existsSync(join(dir, 'lock'))).toBe(false);
  });

  test('works where the path is longer than a socket address', async () => {
    const dir = join(newDir(), '..', 'long'.repeat(40));
    mkdirSync(dir);
    const held = await holdLock(join(dir, 'lock'));
    expect(await holdLock(join(dir, 'lock'))).toEqual({ holder: `pid ${String(process.pid)}` });
    if ('release' in held) await held.release();
    const again = await holdLock(join(dir, 'lock'));
    expect('release' in again).toBe(true);
    if ('release' in again) await again.release();
  });

  test('what is no socket is never removed', async () => {
    const path = join(root, 'file-lock');
    writeFileSync(path, 'precious');
    expect(await holdLock(path)).toMatchObject({ holder: expect.any(String) });
    expect(lstatSync(path).isFile()).toBe(true);
  });

  test('of several that find a dead lock at once, one gets it', async () => {
    const path = join(root, 'dead-lock');
    const dead = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ]);
    await new Promise((resolve) => {
      dead.on('exit', resolve);
    });
    expect(lstatSync(path).isSocket()).toBe(true);
    const outcomes = await Promise.all([holdLock(path), holdLock(path), holdLock(path)]);
    const holders = outcomes.filter((one) => 'release' in one);
    expect(holders).toHaveLength(1);
    for (const one of holders) await one.release();
  });

  test('a holder that does not say its name holds it all the same', async () => {
    const path = join(root, 'mute-lock');
    const mute = createServer((socket) => {
      socket.destroy();
    });
    await new Promise<void>((resolve) => {
      mute.listen(path, resolve);
    });
    expect(await holdLock(path)).toEqual({ holder: 'pid unknown' });
    await new Promise((resolve) => {
      mute.close(resolve);
    });
  });
});

describe('kill -9 while committing (F1)', () => {
  test('every acknowledged job is there, byte for byte, whenever the kill comes', async () => {
    const bundle = join(root, 'committer.mjs');
    await build({
      stdin: {
        resolveDir: process.cwd(),
        loader: 'ts',
        contents: `
          import { createHash } from 'node:crypto';
          import { createSpool } from './src/spool/index.ts';
          import { systemClock } from './src/system-clock.ts';
          const [dir, key] = process.argv.slice(2);
          const log = new Proxy({}, { get: () => () => undefined });
          const limits = { maxJobs: 500, maxBytes: 268435456, reserveBytes: 0, maxMessageBytes: 1e6, historyJobs: 200, corruptMax: 50 };
          const spool = createSpool({ dir, key: async () => Buffer.from(key, 'hex'), limits: () => limits, clock: systemClock, random: Math.random, log });
          await spool.start();
          process.stdout.write('ready\\n');
          let next = 0;
          const client = async () => {
            while (next < 100) {
              const serial = next++;
              const body = Buffer.alloc((serial * 7919) % 200000, 'body ' + serial + ' ');
              const incoming = await spool.begin({});
              incoming.body.end(body);
              const { queueId } = await incoming.commit({ door: 'loopback', client: 'c', reversePath: 'a@b', forwardPaths: ['c@d'], headerBlock: 'A: b\\r\\n',
                messageId: '<' + serial + '@c>', clientMessageId: '<' + serial + '@c>', subject: '', is8bit: false, isSmtpUtf8: false });
              process.stdout.write(queueId + ' ' + createHash('sha256').update(body).digest('hex') + '\\n');
            }
          };
          await Promise.all([client(), client(), client(), client()]);
          await spool.stop();
        `,
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      outfile: bundle,
      logLevel: 'error',
    });

    /** Runs until it ends or `killAfter` jobs were acknowledged and some more microseconds went by. */
    const run = (dir: string, key: Buffer, killAfter: number) =>
      new Promise<Map<string, string>>((resolve, reject) => {
        const child = spawn(process.execPath, [bundle, dir, key.toString('hex')], {
          stdio: ['ignore', 'pipe', 'inherit'],
          env: { ...process.env, NODE_OPTIONS: '' },
        });
        let said = '';
        child.stdout.setEncoding('latin1').on('data', (text: string) => {
          said += text;
          if (said.split('\n').length - 2 >= killAfter) child.kill('SIGKILL');
        });
        child.on('error', reject);
        child.on('exit', () => {
          // Only whole lines are acknowledgements.
          const lines = said.slice(0, said.lastIndexOf('\n')).split('\n').slice(1);
          resolve(new Map(lines.map((line) => [line.slice(0, 14), line.slice(15)] as const)));
        });
      });

    for (const killAfter of [0, 1, 7, 23, 48, 77, Infinity]) {
      const dir = newDir();
      const key = randomBytes(32);
      const acknowledged = await run(dir, key, killAfter);
      if (killAfter === Infinity) expect(acknowledged.size).toBe(100);
      const spool = spoolAt(dir, key);
      await spool.start();
      expect(spool.list().length).toBeGreaterThanOrEqual(acknowledged.size);
      for (const { queueId } of spool.list()) {
        const digest = createHash('sha256')
          .update(await bodyOf(spool, queueId))
          .digest('hex');
        expect([queueId, acknowledged.get(queueId) ?? digest]).toEqual([queueId, digest]);
      }
      for (const queueId of acknowledged.keys()) expect(spool.summary(queueId)).toMatchObject({ state: 'waiting' });
      expect(readdirSync(join(dir, 'jobs'))).toHaveLength(2 * spool.list().length);
      await spool.stop();
    }
    expect(log.of('corrupt')).toEqual([]);
  }, 60_000);
});

test('a folder that may not be written is unavailable, not fatal', async () => {
  // Root writes everywhere; the read-only case is covered by the scripted disk then.
  if (process.geteuid?.() === 0) return;
  const dir = newDir();
  mkdirSync(join(dir, 'jobs'), { recursive: true });
  chmodSync(join(dir, 'jobs'), 0o500);
  const spool = spoolAt(dir);
  await spool.start();
  expect(spool.health().state).toBe('unavailable');
  await spool.stop();
});
