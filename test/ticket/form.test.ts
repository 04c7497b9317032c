import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { readForm } from '../../src/ticket/form.ts';
import { settle } from '../support/manual-clock.ts';
import { bridge, codeOf, inPieces, ticketScene } from './scene.ts';

const boundary = 'mfpmail-0123456789abcdef';
const contentType = `multipart/form-data; boundary=${boundary}`;

const part = (fields: string, content: Buffer | string) =>
  Buffer.concat([Buffer.from(`--${boundary}\r\n${fields}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);
const ticketPart = (ticket: unknown = { to: ['anna@contoso.com'] }) =>
  part(
    'Content-Disposition: form-data; name="ticket"\r\nContent-Type: application/json',
    typeof ticket === 'string' ? ticket : JSON.stringify(ticket),
  );
const filePart = (name: string, content: Buffer | string) =>
  part(`Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/pdf`, content);
const end = Buffer.from(`--${boundary}--\r\n`);
const form = (...parts: Buffer[]) => Buffer.concat([...parts, end]);

/** Octets that look like the boundary, nearly. */
const tricky = Buffer.concat([
  Buffer.from(`--${boundary.slice(0, -1)}\r\n--${boundary}`.slice(0, -1)),
  Buffer.from(Array.from({ length: 256 }, (_all, index) => index)),
  Buffer.from(`\r\n--${boundary.slice(0, -2)}\r\n\r\n`),
]);

const readAll = (octets: Buffer, size: number, type = contentType) =>
  readForm(inPieces(octets, size), type, async ({ ticket, files }) => {
    const found: { name: string; mediaType: string; content: string }[] = [];
    for await (const { name, mediaType, body } of files)
      found.push({ name, mediaType, content: (await buffer(body)).toString('hex') });
    return { ticket, found };
  });

describe('a form', () => {
  test.each([1, 2, 3, 7, 64, 1000, 65_536])('is read in pieces of %i octets', async (size) => {
    const octets = form(ticketPart(), filePart('größe – 1.pdf', tricky), filePart('', ''), filePart('c.pdf', 'x'));
    expect(await readAll(octets, size)).toEqual({
      ticket: '{"to":["anna@contoso.com"]}',
      found: [
        { name: 'größe – 1.pdf', mediaType: 'application/pdf', content: tricky.toString('hex') },
        { name: '', mediaType: 'application/pdf', content: '' },
        { name: 'c.pdf', mediaType: 'application/pdf', content: '78' },
      ],
    });
  });

  test('cuts a part header after 8 KiB', async () => {
    const { found } = await readAll(form(ticketPart(), filePart('a'.repeat(100_000), 'x')), 1000);
    expect(found.every(({ name }) => name.length < 8192)).toBe(true);
  });

  test('ignores parts nobody knows, and what follows the last boundary', async () => {
    const unknown = part('Content-Disposition: form-data; name="later-invention"', 'x'.repeat(200_000));
    const octets = Buffer.concat([form(ticketPart(), unknown, filePart('a', 'x')), Buffer.from('epilogue')]);
    expect((await readAll(octets, 100)).found).toHaveLength(1);
  });

  test.each<[string, Buffer, string, string]>([
    ['no form at all', Buffer.from('{}'), 'application/json', 'bad-request'],
    ['no boundary', form(ticketPart()), 'multipart/form-data', 'bad-request'],
    ['an empty boundary', form(ticketPart()), 'multipart/form-data; boundary=', 'bad-request'],
    ['another boundary', form(ticketPart(), filePart('a', 'x')), 'multipart/form-data; boundary=other', 'bad-request'],
    ['empty', Buffer.alloc(0), contentType, 'bad-request'],
    ['a file before the ticket', form(filePart('a', 'x'), ticketPart()), contentType, 'bad-request'],
    ['two tickets', form(ticketPart(), ticketPart(), filePart('a', 'x')), contentType, 'bad-request'],
    [
      'a ticket over 64 KiB',
      form(ticketPart({ text: 'x'.repeat(65_536) }), filePart('a', 'x')),
      contentType,
      'bad-request',
    ],
    [
      '51 files',
      form(ticketPart(), ...Array.from({ length: 51 }, () => filePart('a', 'x'))),
      contentType,
      'bad-request',
    ],
    ['cut in a part header', form(ticketPart(), filePart('a', 'x')).subarray(0, 210), contentType, 'bad-request'],
    [
      'cut in a file',
      Buffer.concat([ticketPart(), filePart('a', 'x'.repeat(500))]).subarray(0, 500),
      contentType,
      'bad-request',
    ],
    ['without its last boundary', Buffer.concat([ticketPart(), filePart('a', 'x')]), contentType, 'bad-request'],
  ])('is refused: %s', async (_name, octets, type, code) => {
    for (const size of [13, 100_000]) expect(await codeOf(readAll(octets, size, type))).toBe(code);
  });

  test('whose last boundary came, but not the end of the request, is not complete', async () => {
    async function* cut() {
      yield* inPieces(form(ticketPart(), filePart('a', 'x')), 50);
      // Time for the parser to see that it has everything.
      for (let i = 0; i < 20; i++) await settle();
      throw new Error('premature close');
    }
    const reading = readForm(cut(), contentType, async ({ files }) => {
      for await (const { body } of files) await buffer(body);
      return 'complete';
    });
    expect(await codeOf(reading)).toBe('intake-interrupted');
  });

  test('is read no faster than its files are', async () => {
    let given = 0;
    async function* endless() {
      yield ticketPart();
      yield filePart('a', '').subarray(0, -2);
      for (;;) {
        given++;
        yield Buffer.alloc(65_536);
        await settle();
      }
    }
    const reading = readForm(endless(), contentType, async ({ files }) => {
      for await (const { body } of files) {
        await once(body, 'readable');
        for (let i = 0; i < 50; i++) await settle();
        return given;
      }
      return -1;
    });
    expect(await reading).toBeLessThan(6);
  });

  test('ends with whoever reads it, also in the middle of a file', async () => {
    let isEnded = false;
    async function* endless() {
      try {
        yield ticketPart();
        yield filePart('a', '').subarray(0, -2);
        for (;;) {
          yield Buffer.alloc(65_536);
          await settle();
        }
      } finally {
        isEnded = true;
      }
    }
    const reading = readForm(endless(), contentType, async ({ files }) => {
      for await (const { body } of files) {
        await once(body, 'readable');
        throw new Error('disk full');
      }
    });
    await expect(reading).rejects.toThrow('disk full');
    await settle();
    expect(isEnded).toBe(true);
  });
});

describe('submissions', () => {
  const octets = (key?: string) =>
    form(
      ticketPart({ to: ['anna@contoso.com'], ...(key === undefined ? {} : { idempotencyKey: key }) }),
      filePart('a', tricky),
    );
  const submit = (
    { tickets }: Awaited<ReturnType<typeof ticketScene>>,
    body: AsyncIterable<Uint8Array>,
    idempotencyKey?: string,
  ) => tickets.submitForm({ octets: body, contentType, idempotencyKey }, bridge);

  test('arrive octet for octet', async () => {
    const scene = await ticketScene();
    const { queueId } = await submit(scene, inPieces(octets(), 11));
    const { parts } = await scene.messageOf(queueId);
    expect(parts.map(({ content, fileName }) => [fileName, content.toString('hex')])).toEqual([
      ['a.pdf', tricky.toString('hex')],
    ]);
  });

  test('with the same key make one job, from the ticket or from the header', async () => {
    const scene = await ticketScene();
    const first = await submit(scene, inPieces(octets('k-1'), 100));
    expect(first.kind).toBe('queued');
    const again = { kind: 'repeated', queueId: first.queueId };
    expect(await submit(scene, inPieces(octets('k-1'), 100))).toEqual(again);
    expect(await submit(scene, inPieces(octets(), 100), 'k-1')).toEqual(again);
    expect(await submit(scene, inPieces(octets('k-1'), 100), 'k-1')).toEqual(again);
    expect(await scene.tickets.jobByKey('k-1')).toBe(first.queueId);
    expect(await codeOf(scene.tickets.jobByKey('k-2'))).toBe('job-not-found');
    expect((await submit(scene, inPieces(octets(), 100), 'k-2')).kind).toBe('queued');
    expect(scene.spool.list()).toHaveLength(2);
  });

  test('whose header and ticket name two keys, or no key, are refused', async () => {
    const scene = await ticketScene();
    expect(await codeOf(submit(scene, inPieces(octets('k-1'), 100), 'k-2'))).toBe('bad-request');
    expect(await codeOf(submit(scene, inPieces(octets(), 100), 'k 2'))).toBe('bad-request');
    expect(await codeOf(submit(scene, inPieces(octets('x'.repeat(65)), 100)))).toBe('bad-request');
    expect(scene.spool.list()).toEqual([]);
  });

  test('with the same key at the same moment make one job', async () => {
    const scene = await ticketScene();
    const all = await Promise.all([1, 2, 3, 4].map(() => submit(scene, inPieces(octets('k-1'), 100))));
    expect(all.map(({ kind }) => kind).sort()).toEqual(['queued', 'repeated', 'repeated', 'repeated']);
    expect(scene.spool.list()).toHaveLength(1);
  });

  test('without a key are as many jobs as there are submissions', async () => {
    const scene = await ticketScene();
    await submit(scene, inPieces(octets(), 100));
    expect((await submit(scene, inPieces(octets(), 100))).kind).toBe('queued');
  });

  test('are eight at a time; the ninth is told so, and has room afterwards', async () => {
    const scene = await ticketScene();
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* held() {
      await gate;
      yield* inPieces(octets(), 100);
    }
    const eight = Array.from({ length: 8 }, () => submit(scene, held()));
    expect(await codeOf(submit(scene, inPieces(octets(), 100)))).toBe('bridge-busy');
    go();
    await Promise.all(eight);
    expect((await submit(scene, inPieces(octets(), 100))).kind).toBe('queued');
  });

  test.each([1, 3])('broken off in every place leave nothing behind (pieces of %i)', async (size) => {
    const scene = await ticketScene();
    const whole = octets('k-1');
    for (let at = 0; at < whole.length; at += 37) {
      async function* cut() {
        yield* inPieces(whole.subarray(0, at), size * 50);
        throw new Error('gone');
      }
      expect(await codeOf(submit(scene, cut()))).toMatch(/^(intake-interrupted|bad-request)$/);
    }
    expect(scene.spool.usage()).toEqual({ jobs: 0, bytes: 0 });
    expect(scene.disk.paths().filter((path) => /\.(msg|env)/.test(path))).toEqual([]);
    expect((await submit(scene, inPieces(whole, 100))).kind).toBe('queued');
  });
});
