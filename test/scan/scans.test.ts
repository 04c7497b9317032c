import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MailError, type ScanSummary } from '../../src/core/index.ts';
import { createScans, type PageFile, type ScannerSource } from '../../src/scan/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { bitmap, jpeg, pageFile } from './sample-pages.ts';

/** One act of the scripted scanner: a page, a fault, or waiting until it is told to go on. */
type Act = { page: Buffer; name?: string } | { fail: MailError } | { wait: Promise<void> };

const request = { source: 'feeder', resolution: 100, colour: 'colour' } as const;
const panel = { by: 'panel', door: 'panel' } as const;

const mib = 1024 * 1024;

async function setUp(acts: readonly Act[][], limits = { maxPages: 10, maxBytes: 100_000 }, space = { freeBytes: 1e9 }) {
  const dir = join(await tempDir(), 'scans');
  const clock = new ManualClock();
  const turns = [...acts];
  let asked = () => Promise.resolve();
  let stopped = 0;
  const scanner: ScannerSource = {
    list: () => Promise.resolve([{ id: 'one', title: 'One', kind: 'sane' }]),
    describe: (id) =>
      asked().then(() =>
        id === 'one'
          ? {
              id,
              title: 'One',
              sources: ['feeder', 'flatbed'],
              resolutions: [100, 300],
              colours: ['colour', 'lineart'],
            }
          : undefined,
      ),
    async *scan(_id, _request, room, { signal }): AsyncGenerator<PageFile> {
      let n = room.firstN;
      try {
        for (const act of turns.shift() ?? []) {
          signal.throwIfAborted();
          if ('fail' in act) throw act.fail;
          if ('wait' in act) {
            await Promise.race([act.wait, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
            signal.throwIfAborted();
          } else yield { path: await pageFile(room.dir, `page-${String(n++)}`, act.page), name: act.name };
        }
      } finally {
        stopped++;
      }
    },
  };
  const mails: { files: { name: string; mediaType: string; octets: Buffer }[]; key: string; ticket: string }[] = [];
  let refusal: MailError | undefined;
  let held = Promise.resolve();
  const told: ScanSummary[] = [];
  const scans = createScans<string>({
    onChange: (scan) => told.push(scan),
    dir,
    sources: () => [scanner],
    limits: () => ({ ...limits, reserveBytes: 8 * mib }),
    freeBytes: () => Promise.resolve(space.freeBytes),
    clock,
    log: collectedLog(),
    submit: async (ticket, files, key) => {
      await held;
      if (refusal) throw refusal;
      const mail = { ticket, key, files: [] as { name: string; mediaType: string; octets: Buffer }[] };
      for await (const { name, mediaType, body } of files) {
        const all: Buffer[] = [];
        for await (const piece of body) all.push(piece as Buffer);
        mail.files.push({ name, mediaType, octets: Buffer.concat(all) });
      }
      mails.push(mail);
      return '01hyr0000abcde';
    },
  });
  const state = async (id: string, wanted: string): Promise<ScanSummary> => {
    // Files are read for real, whatever the clock says.
    for (const endMs = Date.now() + 10_000; (await scans.scan(id)).state !== wanted && Date.now() < endMs;)
      await settle();
    const scan = await scans.scan(id);
    expect(scan.state).toBe(wanted);
    return scan;
  };
  const refuse = (error: MailError | undefined) => {
    refusal = error;
  };
  // Never made, or a folder in it goes while it is read.
  const left = () =>
    readdir(dir, { recursive: true }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return existsSync(dir) ? ['being removed'] : [];
      throw error;
    });
  /** How long a scanner takes to say what it offers. */
  const slow = (wait: () => Promise<void>) => {
    asked = wait;
  };
  /** Keeps what is handed in waiting, until it is released. */
  const hold = () => {
    let release: () => void = () => undefined;
    held = new Promise((resolve) => (release = resolve));
    return () => {
      release();
    };
  };
  return { scans, slow, clock, dir, mails, told, state, refuse, hold, left, stopped: () => stopped };
}

/** Real input and output bring it about; never waits for ever. */
async function soon(isSo: () => Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + 10_000; !(await isSo());) {
    if (Date.now() > endMs) throw new Error(`in vain: ${isSo.toString()}`);
    await settle();
  }
}

describe('a scan', () => {
  test('from Start to a job: pages are told as they come, the files are gone afterwards', async () => {
    const { scans, mails, told, state, left, dir } = await setUp([[{ page: jpeg() }, { page: jpeg({ dpi: 1 }) }]]);
    const { id, state: first } = await scans.begin('one', request);
    expect(first).toBe('scanning');
    const scan = await state(id, 'scanned');
    expect(scan.pages).toEqual([
      { n: 1, widthPx: 40, heightPx: 60, sizeBytes: jpeg().length, hasPreview: true },
      { n: 2, widthPx: 40, heightPx: 60, sizeBytes: jpeg().length, hasPreview: true },
    ]);
    expect(scan.formats).toEqual(['pdf', 'tiff', 'jpeg']);
    expect(told.map((one) => [one.state, one.pages.length])).toEqual([
      ['scanning', 0],
      ['scanning', 1],
      ['scanning', 2],
      ['scanned', 2],
    ]);
    // Pages are private.
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect(await scans.submit(id, 'ticket', 'pdf', panel)).toBe('01hyr0000abcde');
    expect(mails[0]).toMatchObject({ ticket: 'ticket', key: `scan-${id}`, files: [{ name: 'scan.pdf' }] });
    expect(await scans.scan(id)).toMatchObject({ state: 'submitted', queueId: '01hyr0000abcde', pages: [] });
    expect(await left()).toEqual([]);
    // The answer was lost; the panel asks again.
    expect(await scans.submit(id, 'ticket', 'pdf', panel)).toBe('01hyr0000abcde');
    expect(mails).toHaveLength(1);
  });

  test.each([
    ['pdf', ['scan.pdf']],
    ['tiff', ['scan.tif']],
    ['jpeg', ['scan-1.jpg', 'scan-2.jpg']],
  ] as const)('as %s becomes %j', async (format, names) => {
    const { scans, mails, state } = await setUp([[{ page: jpeg() }, { page: jpeg() }]]);
    const { id } = await scans.begin('one', request);
    await state(id, 'scanned');
    await scans.submit(id, 't', format, panel);
    expect(mails[0]?.files.map(({ name }) => name)).toEqual(names);
  });

  test('a page that knows its size is not made larger or smaller', async () => {
    const { scans, mails, state } = await setUp([[{ page: jpeg({ dpi: 200 }) }]]);
    const { id } = await scans.begin('one', request);
    await state(id, 'scanned');
    await scans.submit(id, 'ticket', 'pdf', panel);
    expect(mails[0]?.files[0]?.octets.toString('latin1')).toContain('/MediaBox [0 0 14.40 21.60]');
  });

  test('documents go as they are, beside the pages', async () => {
    const pdf = Buffer.from('%PDF-1.4\nhello\n');
    const { scans, mails, state } = await setUp([[{ page: jpeg() }, { page: pdf, name: 'contract.pdf' }]]);
    const { id } = await scans.begin('one', request);
    expect((await state(id, 'scanned')).pages[1]).toMatchObject({ hasPreview: false, widthPx: 0 });
    await expect(scans.preview(id, 2)).rejects.toMatchObject({ code: 'scan-not-found' });
    await scans.submit(id, 't', 'pdf', panel);
    expect(mails[0]?.files.map(({ name }) => name)).toEqual(['scan.pdf', 'contract.pdf']);
    expect(mails[0]?.files[1]?.octets.equals(pdf)).toBe(true);
  });

  test('in black and white is offered as PDF and TIFF, not as JPEG; its preview is a picture', async () => {
    const { scans, state } = await setUp([[{ page: bitmap(80, 100) }]]);
    const { id } = await scans.begin('one', { ...request, colour: 'lineart' });
    expect((await state(id, 'scanned')).formats).toEqual(['pdf', 'tiff']);
    await expect(scans.submit(id, 't', 'jpeg', panel)).rejects.toMatchObject({ code: 'bad-request' });
    expect((await scans.preview(id, 1)).mediaType).toBe('image/png');
  });

  test('goes on with more pages, numbered on', async () => {
    const { scans, state, left } = await setUp([[{ page: jpeg() }], [{ page: jpeg() }, { page: jpeg() }]]);
    const { id } = await scans.begin('one', { ...request, source: 'flatbed' });
    await state(id, 'scanned');
    await scans.more(id, { source: 'feeder' });
    expect((await state(id, 'scanned')).pages.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect((await left()).filter((name) => name.includes('page-'))).toHaveLength(3);
  });
});

describe('trouble', () => {
  test('before the first page: failed, and can be tried again', async () => {
    const empty = new MailError('scanner-feeder-empty', 'empty');
    const { scans, state } = await setUp([[{ fail: empty }], [{ page: jpeg() }]]);
    const { id } = await scans.begin('one', request);
    expect(await state(id, 'failed')).toMatchObject({ trouble: 'scanner-feeder-empty', pages: [] });
    await expect(scans.submit(id, 't', 'pdf', panel)).rejects.toMatchObject({ code: 'bad-request' });
    await scans.more(id);
    expect(await state(id, 'scanned')).not.toHaveProperty('trouble');
  });

  test('after some pages: they are kept, and the scan can go on or be sent', async () => {
    const { scans, state } = await setUp([[{ page: jpeg() }, { fail: new MailError('scanner-jammed', 'jam') }]]);
    const { id } = await scans.begin('one', request);
    expect(await state(id, 'scanned')).toMatchObject({ trouble: 'scanner-jammed', pages: [{ n: 1 }] });
    await scans.submit(id, 't', 'pdf', panel);
  });

  test('a page that is no picture stops the scan', async () => {
    const { scans, state } = await setUp([[{ page: jpeg() }, { page: Buffer.from('garbage') }]]);
    const { id } = await scans.begin('one', request);
    expect(await state(id, 'scanned')).toMatchObject({ trouble: 'scanner-failed', pages: [{ n: 1 }] });
  });

  test('more octets than a message may have, and more pages than allowed', async () => {
    const large = { page: jpeg({ filling: 30_000 }) };
    const { scans, state, stopped } = await setUp([[large, large, large, large, large], []], {
      maxPages: 4,
      maxBytes: 100_000,
    });
    const { id } = await scans.begin('one', request);
    expect(await state(id, 'scanned')).toMatchObject({ trouble: 'scan-too-large' });
    expect((await scans.scan(id)).pages).toHaveLength(4);
    // The scanner was told to stop, not left running.
    expect(stopped()).toBe(1);
    await scans.more(id);
    expect(await state(id, 'scanned')).toMatchObject({ trouble: 'scan-too-large' });
  });

  test('a folder that cannot be made leaves no scan behind that would be in the way', async () => {
    const { scans, dir, state } = await setUp(Array.from({ length: 6 }, () => [{ page: jpeg() }]));
    const { id } = await scans.begin('one', request);
    await state(id, 'scanned');
    // Not chmod: root may write everywhere.
    await rm(dir, { recursive: true });
    await writeFile(dir, 'in the way');
    for (let i = 0; i < 5; i++)
      await expect(scans.begin('one', request)).rejects.toMatchObject({
        code: expect.stringMatching(/storage-failed/),
      });
    await rm(dir);
    for (let i = 0; i < 3; i++) await scans.begin('one', request);
  });

  test("pages leave the queue's reserve alone: before a scan, and before more pages", async () => {
    const space = { freeBytes: 23 * mib };
    const { scans, state } = await setUp([[{ page: jpeg() }], [{ page: jpeg() }]], undefined, space);
    await expect(scans.begin('one', request)).rejects.toMatchObject({ code: 'disk-full' });
    space.freeBytes = 24 * mib;
    const { id } = await scans.begin('one', request);
    await state(id, 'scanned');
    space.freeBytes = 23 * mib;
    await expect(scans.more(id)).rejects.toMatchObject({ code: 'disk-full' });
    await scans.submit(id, 't', 'pdf', panel);
  });

  test('what a scanner left of a page that broke off is removed', async () => {
    const { scans, state, left } = await setUp([[{ page: jpeg() }, { page: Buffer.from('garbage') }]]);
    const { id } = await scans.begin('one', request);
    await state(id, 'scanned');
    expect((await left()).filter((name) => name.includes('page-'))).toHaveLength(1);
  });

  test('a refused submission keeps the pages', async () => {
    const { scans, state, refuse, mails } = await setUp([[{ page: jpeg() }]]);
    const { id } = await scans.begin('one', request);
    await state(id, 'scanned');
    refuse(new MailError('queue-full', 'full'));
    await expect(scans.submit(id, 't', 'pdf', panel)).rejects.toMatchObject({ code: 'queue-full' });
    refuse(undefined);
    await scans.submit(id, 't', 'pdf', panel);
    expect(mails).toHaveLength(1);
  });

  test.each<[object]>([[{ source: 'glass' }], [{ resolution: 101 }], [{ colour: 'grey' }]])(
    'what the scanner does not offer is refused: %j',
    async (wrong) => {
      const { scans } = await setUp([]);
      await expect(scans.begin('one', { ...request, ...wrong })).rejects.toMatchObject({
        code: 'bad-request',
      });
    },
  );

  test('more pages are asked for as the scanner offers them, or not at all', async () => {
    const { scans, state } = await setUp([[{ page: jpeg() }]]);
    const { id } = await scans.begin('one', request);
    await state(id, 'scanned');
    await expect(scans.more(id, { resolution: 101 })).rejects.toMatchObject({ code: 'bad-request' });
    expect((await scans.scan(id)).pages).toHaveLength(1);
  });

  test('an unknown scanner, an unknown scan', async () => {
    const { scans } = await setUp([]);
    await expect(scans.begin('two', request)).rejects.toMatchObject({ code: 'scanner-not-found' });
    await expect(scans.scan('../../etc')).rejects.toMatchObject({ code: 'scan-not-found' });
    await expect(scans.cancel('x')).rejects.toMatchObject({ code: 'scan-not-found' });
  });
});

describe('the end of a scan', () => {
  const never = { wait: new Promise<void>(() => undefined) };

  test('cancelling stops the scanner and removes the pages', async () => {
    const { scans, state, left, stopped } = await setUp([[{ page: jpeg() }, never]]);
    const { id } = await scans.begin('one', request);
    await expect(scans.more(id)).rejects.toMatchObject({ code: 'scan-busy' });
    await expect(scans.submit(id, 't', 'pdf', panel)).rejects.toMatchObject({ code: 'scan-busy' });
    await soon(async () => (await scans.scan(id)).pages.length > 0);
    expect(await scans.cancel(id)).toMatchObject({ state: 'cancelled', pages: [] });
    expect(stopped()).toBe(1);
    expect(await left()).toEqual([]);
    await state(id, 'cancelled');
    await expect(scans.more(id)).rejects.toMatchObject({ code: 'scan-not-found' });
  });

  test('a scan that is being handed in cannot be cancelled: its mail would be half of one', async () => {
    const { scans, state, hold, mails } = await setUp([[{ page: jpeg() }]]);
    const { id } = await scans.begin('one', request);
    await state(id, 'scanned');
    const release = hold();
    const queueId = scans.submit(id, 't', 'pdf', panel);
    await expect(scans.cancel(id)).rejects.toMatchObject({ code: 'scan-busy' });
    release();
    expect(await queueId).toBe('01hyr0000abcde');
    expect(mails[0]?.files).toHaveLength(1);
  });

  test('more pages asked for, and cancelled while the scanner thinks: it stays cancelled', async () => {
    const { scans, slow, state, stopped } = await setUp([[{ page: jpeg() }], [{ page: jpeg() }]]);
    const { id } = await scans.begin('one', request);
    await state(id, 'scanned');
    let go: () => void = () => undefined;
    const thinking = new Promise<void>((resolve) => (go = resolve));
    slow(() => thinking);
    const more = expect(scans.more(id)).rejects.toMatchObject({ code: 'scan-not-found' });
    await scans.cancel(id);
    go();
    await more;
    expect(await scans.scan(id)).toMatchObject({ state: 'cancelled', pages: [] });
    expect(stopped()).toBe(1);
  });

  test('nobody there for a quarter of an hour', async () => {
    const { scans, state, clock, left } = await setUp([[{ page: jpeg() }]]);
    const { id } = await scans.begin('one', request);
    await state(id, 'scanned');
    await clock.advance(14 * 60_000);
    // Somebody looks.
    await scans.scan(id);
    await clock.advance(14 * 60_000);
    expect(await left()).not.toEqual([]);
    await scans.scan(id);
    await clock.advance(15 * 60_000 + 1_000);
    await soon(async () => (await left()).length === 0);
    await expect(scans.scan(id)).rejects.toMatchObject({ code: 'scan-not-found' });
    expect(clock.pendingMs).toEqual([]);
  });

  test('at most four are open; those that are over make room', async () => {
    const { scans, state } = await setUp(Array.from({ length: 8 }, () => [{ page: jpeg() }]));
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push((await scans.begin('one', request)).id);
    await expect(scans.begin('one', request)).rejects.toMatchObject({ code: 'scan-busy' });
    await state(ids[2] ?? '', 'scanned');
    await scans.submit(ids[2] ?? '', 't', 'pdf', panel);
    await scans.begin('one', request);
    await expect(scans.begin('one', request)).rejects.toMatchObject({ code: 'scan-busy' });
  });

  test('stopping the agent ends scanners, waits and pages', async () => {
    const { scans, clock, left, stopped } = await setUp([[{ page: jpeg() }, never], [{ page: jpeg() }]]);
    await scans.begin('one', request);
    await scans.begin('one', request);
    await scans.stop();
    expect(stopped()).toBe(2);
    expect(clock.pendingMs).toEqual([]);
    expect(await left()).toEqual([]);
  });

  test('pages that a power cut left are removed before the first scan', async () => {
    const { scans, dir, state, left } = await setUp([[{ page: jpeg() }]]);
    await mkdir(join(dir, 'old'), { recursive: true });
    await pageFile(join(dir, 'old'), 'page-1', jpeg());
    const { id } = await scans.begin('one', request);
    await state(id, 'scanned');
    expect((await left()).filter((name) => name.startsWith('old'))).toEqual([]);
  });
});

test('whatever order people press things in, no page outlives its scan and no scan becomes two jobs', async () => {
  const acts = ['begin', 'more', 'submit', 'cancel', 'wait'] as const;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...acts), { maxLength: 12 }), async (presses) => {
      const { scans, mails, left } = await setUp(Array.from({ length: 20 }, () => [{ page: jpeg() }]));
      const ids: string[] = [];
      for (const press of presses) {
        const id = ids.at(-1) ?? '';
        await Promise.resolve(
          {
            begin: async () => ids.push((await scans.begin('one', request)).id),
            more: () => scans.more(id),
            submit: () => scans.submit(id, id, 'pdf', panel),
            cancel: () => scans.cancel(id),
            wait: () => settle(20),
          }[press](),
        ).catch((error: unknown) => {
          expect(error).toBeInstanceOf(MailError);
        });
      }
      expect(new Set(mails.map(({ key }) => key)).size).toBe(mails.length);
      await scans.stop();
      expect(await left()).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
