import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DotReader, IncomingMessageBody } from '../../src/simulator/dot-reader.ts';

/** Reads `text` cut at every `step` bytes. */
function read(text: string, step: number): { readonly message: string; readonly rest: string | undefined } {
  const taken: Buffer[] = [];
  const reader = new DotReader((chunk) => taken.push(Buffer.from(chunk)));
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += step) {
    const rest = reader.push(bytes.subarray(at, at + step));
    if (rest)
      return {
        message: Buffer.concat(taken).toString('latin1'),
        rest: Buffer.concat([rest, bytes.subarray(at + step)]).toString('latin1'),
      };
  }
  return { message: Buffer.concat(taken).toString('latin1'), rest: undefined };
}

const stuff = (text: string) => text.replace(/(^|\r\n)\./g, '$1..');

describe('DotReader', () => {
  test.each([
    // plain
    ['a\r\nb\r\n.\r\n', 'a\r\nb\r\n', ''],
    // empty message: the dot comes first
    ['.\r\n', '', ''],
    // stuffed dots at the start, alone on a line, and twice
    ['..a\r\n..\r\n...\r\n.\r\n', '.a\r\n.\r\n..\r\n', ''],
    // a dot inside a line is a dot
    ['a.b\r\n.\r\n', 'a.b\r\n', ''],
    // pipelined command after the end
    ['a\r\n.\r\nQUIT\r\n', 'a\r\n', 'QUIT\r\n'],
    // smuggling: none of these ends a message
    ['a\n.\nb\r\n.\r\n', 'a\n.\nb\r\n', ''],
    ['a\n.\r\nb\r\n.\r\n', 'a\n.\r\nb\r\n', ''],
    ['a\r\n.\nb\r\n.\r\n', 'a\r\n\nb\r\n', ''],
    ['a\r\n.\rb\r\n.\r\n', 'a\r\n\rb\r\n', ''],
    ['a\r.\rb\r\n.\r\n', 'a\r.\rb\r\n', ''],
  ])('%j gives %j however it is cut', (wire, message, rest) => {
    for (let step = 1; step <= wire.length; step += 1) expect(read(wire, step)).toEqual({ message, rest });
  });

  test('waits while the end has not come', () => {
    expect(read('a\r\n.\r', 1).rest).toBeUndefined();
  });

  test('any message of lines comes out as it went in, in any cutting', () => {
    const piece = fc.constantFrom('.', '\r', 'x', '..', '\r\n', '\r\n.', 'y');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: 7 }), (pieces, step) => {
        const message = `${pieces.join('')}\r\n`;
        expect(read(`${stuff(message)}.\r\n`, step)).toEqual({ message, rest: '' });
      }),
    );
  });

  test('takes 60 MB in small pieces in a time that grows with the size only', () => {
    const body = new IncomingMessageBody(1);
    const reader = new DotReader((chunk) => {
      body.add(chunk);
    });
    const piece = Buffer.from(`${'x'.repeat(76)}\r\n`.repeat(200));
    const startedMs = performance.now();
    for (let sent = 0; sent < 60_000_000; sent += piece.length) reader.push(piece);
    reader.push(Buffer.from('.\r\n'));
    expect(body.sizeBytes).toBeGreaterThanOrEqual(60_000_000);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
});

describe('IncomingMessageBody', () => {
  test.each([
    // clean
    [['a\r\n', 'b\r\n'], false],
    // bare, inside a piece
    [['a\nb'], true],
    // CR and LF in two pieces belong together
    [['a\r', '\nb'], false],
    // bare, first byte of a piece
    [['a', '\nb'], true],
    // bare, first byte of all
    [['\n'], true],
  ])('%j: bare line feed %p', (pieces, isBare) => {
    const body = new IncomingMessageBody(1000);
    for (const piece of pieces) body.add(Buffer.from(piece));
    expect(body.hasBareLineFeed).toBe(isBare);
    expect(body.finish().raw.toString()).toBe(pieces.join(''));
  });
});
