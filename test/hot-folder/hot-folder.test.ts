import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { MailError } from '../../src/core/index.ts';
import { createHotFolder, type HotFolder } from '../../src/hot-folder/index.ts';
import { realWorkDisk, type WorkDisk } from '../../src/hot-folder/work-disk.ts';
import { checkTicket, type Ticket } from '../../src/ticket/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

interface Mail {
  readonly ticket: Ticket;
  readonly files: Readonly<Record<string, string>>;
}

/** The queue behind the folder: remembers keys as the spool does, and survives our "crashes". */
function mailbox() {
  const mails = new Map<string, Mail>();
  let refusal: MailError | undefined;
  return {
    mails: () => [...mails.values()],
    refuse: (error: MailError | undefined) => {
      refusal = error;
    },
    submit: async (ticket: Ticket, files: AsyncIterable<{ name: string; body: AsyncIterable<unknown> }>) => {
      checkTicket(ticket);
      const key = ticket.idempotencyKey ?? '';
      if (mails.has(key)) return `job-${key}`;
      if (refusal) throw refusal;
      const read: Record<string, string> = {};
      for await (const { name, body } of files) {
        const pieces: Buffer[] = [];
        for await (const piece of body) pieces.push(piece as Buffer);
        read[name] = Buffer.concat(pieces).toString();
      }
      if (Object.keys(read).length === 0) throw new MailError('bad-request', 'submission without a file');
      mails.set(key, { ticket, files: read });
      return `job-${key}`;
    },
  };
}

const running: HotFolder[] = [];

async function setUp(
  options: { drop?: string; box?: ReturnType<typeof mailbox>; disk?: WorkDisk; to?: string[]; settleS?: number } = {},
) {
  const drop = options.drop ?? join(await tempDir(), 'drop');
  await mkdir(drop, { recursive: true, mode: 0o770 });
  const box = options.box ?? mailbox();
  const clock = new ManualClock();
  const log = collectedLog();
  const own = await tempDir();
  const folder = createHotFolder({
    path: drop,
    forbidden: [own],
    config: () => ({
      to: options.to ?? ['office@contoso.com'],
      subject: 'From the printer',
      text: '',
      fileName: '',
      settleS: options.settleS ?? 5,
      keepDoneHours: 24,
      maxFileBytes: 100_000,
    }),
    submit: box.submit,
    clock,
    log,
    ...(options.disk ? { disk: options.disk } : {}),
  });
  running.push(folder);
  await folder.start();
  const put = (name: string, content = name) => writeFile(join(drop, name), content);
  /** Lets time pass, and the rounds in it read and write for real. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 1_000) {
      await clock.advance(Math.min(left, 1_000));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const list = async (place: string) => (await readdir(join(drop, place)).catch(() => [])).sort();
  /** What lies in `done` or `failed`. */
  const results = async (place: 'done' | 'failed') =>
    Promise.all(
      (await list(place)).map(async (name) => ({
        ...(JSON.parse(await readFile(join(drop, place, name, 'result.json'), 'utf8')) as object),
        kept: (await readdir(join(drop, place, name, 'files'))).sort(),
      })),
    );
  const waiting = async () => (await list('.')).filter((name) => !['done', 'failed', 'working'].includes(name));
  /** Waits for what real input and output bring about; our time passes meanwhile, never faster than the disk. */
  const until = async (isSo: () => boolean | Promise<boolean>) => {
    for (const endMs = Date.now() + 15_000; !(await isSo());) {
      if (Date.now() > endMs) throw new Error(`in vain: ${isSo.toString()}`);
      await clock.advance(500);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  };
  return { folder, drop, box, clock, log, own, put, pass, list, results, waiting, until };
}

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

describe('a file', () => {
  test('with the default ticket becomes a mail when it has kept still, and moves to done', async () => {
    const { box, put, until, results, waiting, list } = await setUp();
    await put('scan 1.pdf', 'pages');
    await until(async () => (await list('done')).length === 1);
    expect(box.mails()).toEqual([
      {
        ticket: expect.objectContaining({ to: ['office@contoso.com'], subject: 'From the printer' }),
        files: { 'scan 1.pdf': 'pages' },
      },
    ]);
    expect(await results('done')).toMatchObject([
      { name: 'scan 1.pdf', state: 'queued', queueId: expect.stringMatching(/^job-hot-/), kept: ['scan 1.pdf'] },
    ]);
    expect(await waiting()).toEqual([]);
    expect(await list('working')).toEqual([]);
  });

  test('waits as long as it changes', async () => {
    const { box, put, pass, drop, until } = await setUp();
    await put('scan.pdf', 'a');
    for (let i = 0; i < 5; i++) {
      await pass(3_000);
      await appendFile(join(drop, 'scan.pdf'), 'b');
    }
    expect(box.mails()).toEqual([]);
    await until(() => box.mails().length === 1);
    expect(box.mails()[0]?.files['scan.pdf']).toBe('abbbbb');
  });

  test('with a ticket goes as the ticket says; all its pages in one mail', async () => {
    const { box, put, until, results } = await setUp({ to: [] });
    await put('s.1.jpg', 'one');
    await put('s.2.jpg', 'two');
    await put('s.json', JSON.stringify({ to: ['anna@contoso.com'], subject: 'Hello', idempotencyKey: 'mine-1' }));
    await until(() => box.mails().length === 1);
    expect(box.mails()).toMatchObject([
      {
        ticket: { to: ['anna@contoso.com'], subject: 'Hello', idempotencyKey: 'mine-1' },
        files: { 's.1.jpg': 'one', 's.2.jpg': 'two' },
      },
    ]);
    await until(async () => (await results('done')).length === 1);
    expect(await results('done')).toMatchObject([
      { kept: ['s.1.jpg', 's.2.jpg', 's.json'], files: ['s.1.jpg', 's.2.jpg'] },
    ]);
  });

  test('with a mark need not keep still', async () => {
    const { box, put, until, clock } = await setUp({ settleS: 600 });
    await put('s.pdf');
    await put('s.ready', '');
    const startedMs = clock.monotonicMs();
    await until(() => box.mails().length === 1);
    // The next round at the latest, when the watch tells nothing; without the mark it would be ten minutes.
    expect(clock.monotonicMs() - startedMs).toBeLessThan(300_000);
  });

  test('without anybody to send it to waits an hour for its ticket, then it is refused', async () => {
    const { box, put, pass, clock, until, results } = await setUp({ to: [] });
    await put('s.pdf');
    await pass(30_000);
    await clock.advance(3_500_000);
    expect(await results('failed')).toEqual([]);
    await until(async () => (await results('failed')).length === 1);
    expect(await results('failed')).toMatchObject([{ name: 's.pdf', code: 'no-recipients', kept: ['s.pdf'] }]);
    expect(box.mails()).toEqual([]);
  });

  test('called like one of our own is a file like any other', async () => {
    const { box, put, until } = await setUp();
    await put('result.json', JSON.stringify({ to: ['anna@contoso.com'], state: 'queued' }));
    await put('result.pdf', 'pages');
    await put('plan', 'x');
    await until(() => box.mails().length === 2);
    expect(box.mails().map(({ files }) => files)).toEqual(
      expect.arrayContaining([{ 'result.pdf': 'pages' }, { plan: 'x' }]),
    );
  });
});

describe('what is wrong goes to failed, with the reason, and nothing hangs (T61, T62)', () => {
  test.each<[string, (drop: string) => unknown, string, RegExp]>([
    ['a link to a secret', (drop) => symlink('/etc/passwd', join(drop, 'x.pdf')), 'file-refused', /link/],
    [
      'a second name of a file',
      (drop) => link(join(drop, '..', 'elsewhere'), join(drop, 'x.pdf')),
      'file-refused',
      /second name/,
    ],
    ['a FIFO nobody writes to', (drop) => execFileSync('mkfifo', [join(drop, 'x.pdf')]), 'file-refused', /plain/],
    ['a file over the limit', (drop) => writeFile(join(drop, 'x.pdf'), 'x'.repeat(100_001)), 'file-refused', /larger/],
    ['a ticket that is no JSON', (drop) => ticket(drop, '{'), 'bad-request', /JSON/],
    ['a ticket of another shape', (drop) => ticket(drop, '{"to":"anna@contoso.com"}'), 'bad-request', /ticket\.to/],
    ['a ticket without recipients', (drop) => ticket(drop, '{}'), 'no-recipients', /to/],
    ['a ticket with a bad address', (drop) => ticket(drop, '{"to":["nobody"]}'), 'bad-address', /ticket\.to\.0/],
    [
      'a ticket over 64 KiB',
      (drop) => ticket(drop, `{"to":["a@b.example"],"text":"${'x'.repeat(70_000)}"}`),
      'file-refused',
      /larger/,
    ],
    ['a ticket that is no UTF-8', (drop) => ticket(drop, Buffer.from([0x7b, 0xff, 0x7d])), 'bad-request', /UTF-8/],
  ])('%s', async (_name, make, code, message) => {
    const { drop, box, until, results, folder, list } = await setUp();
    await writeFile(join(drop, '..', 'elsewhere'), 'secret');
    await make(drop);
    await until(async () => (await list('failed')).length === 1 && (await list('working')).length === 0);
    expect(await results('failed')).toMatchObject([{ state: 'failed', code, message: expect.stringMatching(message) }]);
    expect(box.mails()).toEqual([]);
    await until(() => /failed/.test(folder.trouble() ?? ''));
  });

  async function ticket(drop: string, content: string | Buffer) {
    await writeFile(join(drop, 'x.pdf'), 'pages');
    await writeFile(join(drop, 'x.json'), content);
  }

  test('a full queue makes files wait, and they go when there is room', async () => {
    const { box, put, until, list, log, pass } = await setUp();
    box.refuse(new MailError('queue-full', 'full'));
    await put('scan.pdf');
    await until(async () => (await list('working')).length === 1);
    const told = () => log.entries.filter(({ args }) => String(args[0]).includes('must wait'));
    await until(() => told().length > 0);
    await pass(60_000);
    expect(await list('failed')).toEqual([]);
    // Told once, not at every try.
    expect(told()).toHaveLength(1);
    box.refuse(undefined);
    await until(async () => (await list('done')).length === 1);
    expect(box.mails()).toHaveLength(1);
  });
});

test('a job whose result cannot be written is not handed in again, though the queue has forgotten its key', async () => {
  const box = mailbox();
  let submissions = 0;
  let isFull = true;
  const forgetful = {
    ...box,
    submit: (...args: Parameters<typeof box.submit>) => {
      submissions++;
      return box.submit(...args);
    },
  };
  const disk: WorkDisk = {
    ...realWorkDisk,
    write: (path, data) =>
      isFull && path.endsWith('result.json')
        ? Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }))
        : realWorkDisk.write(path, data),
  };
  const { put, until, results, log, pass } = await setUp({ box: forgetful, disk });
  await put('scan.pdf');
  const told = () => log.entries.filter(({ args }) => String(args[0]).includes('must wait'));
  await until(() => told().length > 0);
  await pass(60_000);
  isFull = false;
  await until(async () => (await results('done').catch(() => [])).length === 1);
  expect(submissions).toBe(1);
  expect(await results('done')).toMatchObject([{ state: 'queued', queueId: expect.stringMatching(/^job-hot-/) }]);
});

test('a crash between the move to done and letting the group in is mended by the next start', async () => {
  const disk: WorkDisk = {
    ...realWorkDisk,
    chmod: (path, mode) => (mode === 0o770 ? Promise.reject(new Killed()) : realWorkDisk.chmod(path, mode)),
  };
  const first = await setUp({ disk });
  await first.put('scan.pdf');
  await first.until(async () => (await first.list('done')).length === 1);
  await first.folder.stop();
  const second = await setUp({ drop: first.drop });
  const [name = ''] = await second.list('done');
  const mode = async (...path: string[]) =>
    ((await stat(join(first.drop, 'done', name, ...path))).mode & 0o777).toString(8);
  await second.until(async () => (await mode()) === '770');
  expect(await mode('files')).toBe('770');
  expect(second.box.mails()).toEqual([]);
});

describe('the folder itself', () => {
  test.each<[string, (drop: string, own: string) => Promise<unknown>, RegExp]>([
    ['is gone', (drop) => rm(drop, { recursive: true }), /not there/],
    ['can be written to by everybody', (drop) => chmod(drop, 0o777), /everybody/],
    [
      'has a link for done',
      async (drop) => {
        await rm(join(drop, 'done'), { recursive: true });
        await symlink('/tmp', join(drop, 'done'));
      },
      /not a folder of this program/,
    ],
  ])('that %s is not used, and said', async (_name, spoil, message) => {
    const { drop, own, folder, until, put, box, list } = await setUp();
    await until(async () => (await list('done').then(() => true)) && (await list('.')).includes('failed'));
    await spoil(drop, own);
    await until(() => folder.trouble() !== undefined);
    expect(folder.trouble()).toMatch(message);
    await put('scan.pdf').catch(() => undefined);
    await until(() => true);
    expect(box.mails()).toEqual([]);
  });

  test('the folders of the agent are never one', async () => {
    const { own, box } = await setUp();
    await writeFile(join(own, 'key'), 'secret');
    const log = collectedLog();
    const clock = new ManualClock();
    for (const path of [own, join(own, '..')]) {
      const folder = createHotFolder({
        path,
        forbidden: [own],
        config: () => ({
          to: ['a@b.example'],
          subject: '',
          text: '',
          fileName: '',
          settleS: 1,
          keepDoneHours: 1,
          maxFileBytes: 1000,
        }),
        submit: box.submit,
        clock,
        log,
      });
      running.push(folder);
      await folder.start();
      for (let turns = 0; turns < 5000 && folder.trouble() === undefined; turns++) await settle(1);
      expect(folder.trouble()).toMatch(/folders of this program/);
    }
    expect(await readdir(own)).toEqual(['key']);
  });

  test.each(['working', 'done', 'failed'])(
    'a link in the place of %s, put there after the look, leads nothing of this program astray (T62)',
    async (name) => {
      const { drop, own, folder, until, put, list } = await setUp({ disk: swapping(() => swap(drop, own, name)) });
      // Like the agent's own: folders without a plan in them, and some that look like settled ones.
      const old = '20200101T000000Z-x-0123456789abcdef';
      for (const one of ['spool', '0123456789abcdef', old]) {
        await mkdir(join(own, one, 'files'), { recursive: true, mode: 0o750 });
        await writeFile(join(own, one, 'job.env'), 'secret');
      }
      await chmod(join(own, old), 0o750);
      await put('scan.pdf');
      await until(() => folder.trouble() !== undefined && /not a folder of this program/.test(folder.trouble() ?? ''));
      for (const one of ['spool', '0123456789abcdef', old])
        expect(await readdir(join(own, one))).toEqual(['files', 'job.env']);
      expect((await readdir(own)).sort()).toEqual(['0123456789abcdef', old, 'spool']);
      expect((await stat(join(own, old))).mode & 0o777).toBe(0o750);
      expect(await list('.')).toContain(name);
    },
  );

  /** Firmware that swaps once, in the middle of a round: when the folder was found usable and is looked into. */
  function swapping(act: () => Promise<void>): WorkDisk {
    let isDone = false;
    const first =
      <Args extends unknown[], Result>(go: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        if (!isDone) {
          isDone = true;
          await act();
        }
        return go(...args);
      };
    return { ...realWorkDisk, list: first(realWorkDisk.list) };
  }

  async function swap(drop: string, own: string, name: string): Promise<void> {
    await rename(join(drop, name), join(drop, '..', `away-${name}`));
    await symlink(own, join(drop, name));
  }

  test('a folder of ours that others may write to is not believed as working', async () => {
    const { drop, folder, until, put, list, box } = await setUp();
    await put('scan.pdf');
    await until(async () => (await list('done')).length === 1);
    const [name = ''] = await list('done');
    await rename(join(drop, 'working'), join(drop, '..', 'away'));
    await rename(join(drop, 'done', name), join(drop, 'working'));
    await until(() => folder.trouble() !== undefined);
    expect(folder.trouble()).toMatch(/others may write/);
    expect(box.mails()).toHaveLength(1);
  });

  test('what lies in working and is not ours stays', async () => {
    const { drop, until, put, list } = await setUp();
    await until(async () => (await list('.')).includes('failed'));
    await mkdir(join(drop, 'working', 'somebody'));
    await mkdir(join(drop, 'working', '0123456789abcdef'));
    await writeFile(join(drop, 'working', '0123456789abcdef', 'notes'), 'x');
    await put('scan.pdf');
    await until(async () => (await list('done')).length === 1);
    expect(await list('working')).toEqual(['0123456789abcdef', 'somebody']);
  });

  test('a tree is removed without following links, however its names are swapped', async () => {
    const dir = await tempDir();
    await mkdir(join(dir, 'elsewhere'));
    await writeFile(join(dir, 'elsewhere', 'secret'), 'x');
    await mkdir(join(dir, 'tree', 'files', 'deeper'), { recursive: true });
    await symlink(join(dir, 'elsewhere'), join(dir, 'tree', 'files', 'deeper', 'link'));
    await writeFile(join(dir, 'tree', 'result.json'), 'x');
    await writeFile(Buffer.concat([Buffer.from(join(dir, 'tree', 'files/')), Buffer.from([0xff, 0x31])]), 'x');
    await realWorkDisk.removeTree(join(dir, 'tree'));
    expect(await readdir(dir)).toEqual(['elsewhere']);
    expect(await readdir(join(dir, 'elsewhere'))).toEqual(['secret']);
    await symlink(join(dir, 'elsewhere'), join(dir, 'link'));
    await realWorkDisk.removeTree(join(dir, 'link'));
    expect(await readdir(join(dir, 'elsewhere'))).toEqual(['secret']);
  });

  test('what failed is told until it is removed, and no longer', async () => {
    const { folder, until, put, list, drop, clock } = await setUp();
    await put('x.pdf');
    await put('x.json', '{');
    await until(() => /could not be sent \(1\)/.test(folder.trouble() ?? ''));
    const startedMs = clock.monotonicMs();
    for (const name of await list('failed')) await rm(join(drop, 'failed', name), { recursive: true });
    await until(() => folder.trouble() === undefined);
    expect(clock.monotonicMs() - startedMs).toBeLessThan(600_000);
  });

  test('does nothing to the disk while nothing is dropped', async () => {
    let writes = 0;
    const count =
      <Args extends unknown[]>(act: (...args: Args) => Promise<void>) =>
      (...args: Args) => {
        writes++;
        return act(...args);
      };
    const disk: WorkDisk = {
      ...realWorkDisk,
      write: count(realWorkDisk.write),
      mkdir: count(realWorkDisk.mkdir),
      chmod: count(realWorkDisk.chmod),
      rename: count(realWorkDisk.rename),
      removeKnown: count(realWorkDisk.removeKnown),
      removeTree: count(realWorkDisk.removeTree),
      syncFolder: count(realWorkDisk.syncFolder),
    };
    const { pass } = await setUp({ disk });
    await pass(120_000);
    expect(writes).toBe(0);
  });

  test("can be read by the firmware's group, whatever the umask of the service", async () => {
    const before = process.umask(0o077);
    try {
      const { put, until, list, drop } = await setUp();
      await put('scan.pdf');
      await until(async () => (await list('done')).length === 1);
      const [name = ''] = await list('done');
      const mode = async (...path: string[]) => ((await stat(join(drop, ...path))).mode & 0o777).toString(8);
      expect(await Promise.all([mode('done'), mode('failed'), mode('working')])).toEqual(['770', '770', '750']);
      expect([await mode('done', name), await mode('done', name, 'result.json')]).toEqual(['770', '640']);
    } finally {
      process.umask(before);
    }
  });

  test('sent files go after their day, refused ones stay', async () => {
    const { put, until, list, clock } = await setUp();
    await put('good.pdf');
    await put('bad.json', '{');
    await put('bad.pdf');
    await until(async () => (await list('done')).length === 1 && (await list('failed')).length === 1);
    await clock.advance(25 * 3_600_000);
    await until(async () => (await list('done')).length === 0);
    expect(await list('failed')).toHaveLength(1);
  });
});

/** Stops the process, as it were, at the n-th touch of the disk. */
class Killed extends Error {}

function mortalDisk(touches: number): { disk: WorkDisk; isDead: () => boolean } {
  let left = touches;
  const touch =
    <Args extends unknown[], Result>(act: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> => {
      if (left-- <= 0) return Promise.reject(new Killed());
      return act(...args);
    };
  const { mkdir: make, chmod: allow, rename: move, removeKnown, removeTree, write, syncFolder } = realWorkDisk;
  return {
    isDead: () => left <= 0,
    disk: {
      ...realWorkDisk,
      mkdir: touch(make),
      chmod: touch(allow),
      rename: touch(move),
      removeKnown: touch(removeKnown),
      removeTree: touch(removeTree),
      write: touch(write),
      syncFolder: touch(syncFolder),
    },
  };
}

describe('kill -9 at any touch of the disk', () => {
  const touches = Array.from({ length: 19 }, (_, index) => index);

  test.each(touches)('after %i touches: every scan becomes one mail, whole', async (count) => {
    const box = mailbox();
    const { disk, isDead } = mortalDisk(count);
    const first = await setUp({ box, disk });
    await first.put('s.1.jpg', 'one');
    await first.put('s.2.jpg', 'two');
    await first.put('s.json', JSON.stringify({ to: ['anna@contoso.com'] }));
    await first.until(async () => isDead() || (await first.list('done')).length === 1);
    await first.folder.stop();
    // The program that comes back knows nothing but the disk.
    const second = await setUp({ box, drop: first.drop });
    await second.until(
      async () => (await second.list('done')).length === 1 && (await second.list('working')).length === 0,
    );
    expect(box.mails().map(({ files }) => files)).toEqual([{ 's.1.jpg': 'one', 's.2.jpg': 'two' }]);
    expect(await second.results('done')).toMatchObject([{ kept: ['s.1.jpg', 's.2.jpg', 's.json'] }]);
    expect(await second.waiting()).toEqual([]);
    expect(await second.list('failed')).toEqual([]);
  });

  test('a file that the firmware wrote anew meanwhile is a scan of its own', async () => {
    const box = mailbox();
    // Dead after plan and first move: the second file is still where it was.
    const { disk, isDead } = mortalDisk(4);
    const first = await setUp({ box, disk });
    await first.put('s.1.jpg', 'one');
    await first.put('s.2.jpg', 'two');
    await first.put('s.json', JSON.stringify({ to: ['anna@contoso.com'] }));
    await first.until(isDead);
    await first.folder.stop();
    for (const name of ['s.1.jpg', 's.2.jpg', 's.json']) {
      const content = name === 's.json' ? JSON.stringify({ to: ['bert@contoso.com'] }) : `new ${name}`;
      await writeFile(join(first.drop, `.${name}`), content);
      await rename(join(first.drop, `.${name}`), join(first.drop, name));
    }
    const second = await setUp({ box, drop: first.drop });
    await second.until(
      async () => (await second.list('done')).length === 1 && (await second.list('working')).length === 0,
    );
    expect(box.mails()).toMatchObject([
      { ticket: { to: ['bert@contoso.com'] }, files: { 's.1.jpg': 'new s.1.jpg', 's.2.jpg': 'new s.2.jpg' } },
    ]);
  });
});
