import {
  appendFile,
  mkdir,
  open,
  readdir,
  readFile,
  stat,
  symlink,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { createAudit } from '../../src/audit/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

async function setUp(fileBytes?: number) {
  const dir = join(await tempDir(), 'audit');
  const clock = new ManualClock();
  const log = collectedLog();
  const make = () => createAudit({ dir, clock, log, ...(fileBytes === undefined ? {} : { fileBytes }) });
  return { dir, clock, log, make, audit: make() };
}

const entry = (act: string, outcome = 'done') => ({ by: 'anna', door: 'cli', act, outcome });

describe('the audit list', () => {
  test('is kept over a restart, latest first, private', async () => {
    const { audit, make, dir, clock } = await setUp();
    expect(await audit.list(10)).toEqual([]);
    expect(await readdir(dir).catch(() => 'nothing')).toBe('nothing'); // looking writes nothing
    await audit.note({ ...entry('settings-changed'), names: ['service.cloud'] });
    await clock.advance(1000);
    await audit.note(entry('log-in', 'login-refused'));
    const [last, first] = await make().list(10);
    expect(last).toEqual({ atMs: clock.nowMs(), by: 'anna', door: 'cli', act: 'log-in', outcome: 'login-refused' });
    expect(first).toMatchObject({ act: 'settings-changed', names: ['service.cloud'] });
    expect((await stat(join(dir, 'audit.jsonl'))).mode & 0o777).toBe(0o600);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect(await make().exportText()).toMatch(/^\{.*settings-changed.*\}\n\{.*log-in.*\}\n$/);
  });

  test('an act goes on only when its line is on the disk, and the name of a new file too', async () => {
    const { audit } = await setUp();
    const handle = await open(tmpdir());
    const sync = jest.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'sync');
    await handle.close();
    try {
      await audit.note(entry('log-in'));
      expect(sync).toHaveBeenCalledTimes(2);
      await audit.note(entry('log-out'));
      expect(sync).toHaveBeenCalledTimes(3);
    } finally {
      sync.mockRestore();
    }
  });

  test('is bounded: the oldest go', async () => {
    const { audit, dir } = await setUp(2000);
    for (let i = 0; i < 100; i++) await audit.note(entry(`act-${String(i)}`));
    const sizes = await Promise.all((await readdir(dir)).map(async (name) => (await stat(join(dir, name))).size));
    expect(sizes).toHaveLength(2);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(2000);
    const acts = (await audit.list(1000)).map(({ act }) => act);
    expect(acts[0]).toBe('act-99');
    expect(acts).not.toContain('act-0');
    // Both files are in it, without a gap.
    const texts = await Promise.all((await readdir(dir)).map((name) => readFile(join(dir, name), 'utf8')));
    const kept = texts
      .join('\n')
      .split('\n')
      .filter((line) => line !== '').length;
    expect(acts).toEqual(Array.from({ length: kept }, (_, i) => `act-${String(99 - i)}`));
    expect((await audit.list(3)).map(({ act }) => act)).toEqual(['act-99', 'act-98', 'act-97']);
  });

  test('strangers cannot fill it: ten refusals of an act an hour, the others are counted', async () => {
    const { audit, clock } = await setUp();
    for (let i = 0; i < 50; i++) await audit.note(entry('log-in', 'login-refused'));
    await audit.note(entry('log-in'));
    expect(await audit.list(100)).toHaveLength(11);
    await clock.advance(3_600_000);
    await audit.note(entry('log-in', 'login-refused'));
    expect((await audit.list(1))[0]).toMatchObject({ outcome: 'login-refused', leftOut: 40 });
    // Counted once.
    await audit.note(entry('log-in', 'login-refused'));
    expect((await audit.list(1))[0]).not.toHaveProperty('leftOut');
  });

  test('an entry is short, however long what a stranger has sent', async () => {
    const { audit, dir } = await setUp();
    const names = Array.from({ length: 500 }, (_, i) => `setting.number${String(i)}`);
    await audit.note({ ...entry('settings-changed'), by: 'x'.repeat(5000), names });
    expect((await stat(join(dir, 'audit.jsonl'))).size).toBeLessThan(2000);
    expect(await audit.list(1)).toMatchObject([{ by: 'x'.repeat(200), names: names.slice(0, 50) }]);
  });

  test('what comes at once is kept one after the other, over the change of files too', async () => {
    const { audit } = await setUp(2000);
    await Promise.all(Array.from({ length: 40 }, (_, i) => audit.note(entry(`act-${String(i)}`))));
    const acts = (await audit.list(20)).map(({ act }) => act);
    expect(acts).toEqual(Array.from({ length: 20 }, (_, i) => `act-${String(39 - i)}`));
  });

  test('a list that cannot be read is told, not empty', async () => {
    const { audit, dir } = await setUp();
    await mkdir(join(dir, 'audit.jsonl'), { recursive: true });
    await expect(audit.list(10)).rejects.toMatchObject({ code: 'storage-failed' });
  });

  test('a line torn by a power cut is left out, and the next is whole', async () => {
    const { audit, dir } = await setUp();
    await audit.note(entry('first'));
    await appendFile(join(dir, 'audit.jsonl'), '\n{"atMs":17,"by":"an');
    await audit.note(entry('second'));
    expect((await audit.list(10)).map(({ act }) => act)).toEqual(['second', 'first']);
  });

  test('storage that fails is told to the log, and stops no act', async () => {
    const { audit, dir, log } = await setUp();
    await mkdir(join(dir, '..'), { recursive: true });
    await writeFile(dir, 'a file in the way');
    await audit.note(entry('log-in'));
    expect(log.of('fault')).toEqual(['audit entry log-in was not kept']);
  });

  test('follows no link that somebody has put there', async () => {
    const { audit, dir, log } = await setUp();
    await mkdir(dir, { recursive: true });
    const target = join(dir, '..', 'target');
    await writeFile(target, '');
    await symlink(target, join(dir, 'audit.jsonl'));
    await audit.note(entry('log-in'));
    expect(await readFile(target, 'utf8')).toBe('');
    expect(log.of('fault')).toHaveLength(1);
  });

  test('is gone with the device', async () => {
    const { audit, dir } = await setUp(100);
    for (let i = 0; i < 5; i++) await audit.note(entry('log-in'));
    expect(await readdir(dir)).toHaveLength(2);
    await audit.destroy();
    await audit.destroy();
    expect(await readdir(dir)).toEqual([]);
  });
});
