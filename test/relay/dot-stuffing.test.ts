/** The hastened DATA stream says byte for byte what nodemailer's own says. */
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
// The stream is not an export of nodemailer: the file is read directly, so that an update that moves it is noticed here.
import DataStream from '../../node_modules/nodemailer/dist/esm/smtp-connection/data-stream.js';
import { hastenDotStuffing, stuffingPoints } from '../../src/relay/dot-stuffing.ts';

async function through(
  blocks: readonly Buffer[],
  isHastened: boolean,
): Promise<{ readonly text: string; readonly counts: readonly number[] }> {
  const stream = new DataStream();
  if (isHastened) hastenDotStuffing(stream);
  const out: Buffer[] = [];
  for await (const block of Readable.from(blocks, { objectMode: true }).pipe(stream)) out.push(block as Buffer);
  return { text: Buffer.concat(out).toString('latin1'), counts: [stream.inByteCount, stream.outByteCount] };
}

const piece = fc.constantFrom('\r\n', '\r', '\n', '.', '..', 'a', 'text', '\r\n.', '\r\n.\r\n', '\0', '\xff', ' ');
const blocks = fc.array(
  fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1')),
  { maxLength: 6 },
);

test('same bytes and counts for any blocks', async () => {
  await fc.assert(
    fc.asyncProperty(blocks, async (some) => {
      expect(await through(some, true)).toEqual(await through(some, false));
    }),
    { numRuns: 500 },
  );
});

test.each<[string, number | false, readonly number[] | undefined]>([
  ['a\r\nb\r\n', false, []],
  ['.a\r\n.b', false, [0, 4]],
  ['.a', 0x0a, [0]],
  ['.a', 0x61, []],
  // left to nodemailer
  ['a\nb', false, undefined],
  ['a\rb', false, undefined],
  ['a\r', false, undefined],
  ['\nb', 0x0d, undefined],
  ['a\r\r\n', false, undefined],
  ['a\r\n\n', false, undefined],
])('%j after %s', (text, lastByte, points) => {
  expect(stuffingPoints(Buffer.from(text), lastByte)).toEqual(points);
});
