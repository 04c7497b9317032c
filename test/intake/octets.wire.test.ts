/** Octets matter here: smuggling, segmentation, line ends. Raw sockets, and the pieces below them without one. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BodyLines } from '../../src/intake/body-lines.ts';
import { SmtpWire } from '../../src/intake/smtp-wire.ts';
import { unescapeOctets } from '../support/smtp-dialogue.ts';
import { clientInData, runningIntake } from './running-intake.ts';

let one: Awaited<ReturnType<typeof runningIntake>>;
beforeAll(async () => {
  one = await runningIntake();
});
afterAll(() => one.intake.stop());

/** Canonical form: no NUL, every line end CRLF, the last line closed. The plain definition the fast code is held to. */
function canonical(octets: Buffer): Buffer {
  const lines = octets
    .toString('latin1')
    .replaceAll('\0', '')
    .replace(/\r\n|\r|\n/g, '\r\n');
  return Buffer.from(lines === '' || lines.endsWith('\r\n') ? lines : `${lines}\r\n`, 'latin1');
}

/** Dot-stuffing for every line, as a client that ends lines with CRLF or LF does it (RFC 5321 4.5.2). */
function stuff(octets: Buffer): Buffer {
  return Buffer.from(octets.toString('latin1').replace(/(^|\n)\./g, '$1..'), 'latin1');
}

function pieces(octets: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...[...new Set(cuts.map((cut) => cut % (octets.length + 1)))].sort((a, b) => a - b), octets.length];
  return at
    .slice(1)
    .map((end, i) => octets.subarray(at[i], end))
    .filter((piece) => piece.length > 0);
}

/** What the parser makes of the octets of one DATA phase: message, and what it left for commands. */
function unwire(segments: readonly Buffer[]): {
  readonly data: Buffer;
  readonly commands: string[];
  readonly isEnded: boolean;
} {
  const wire = new SmtpWire();
  const commands: string[] = [];
  wire.oncommand = (command, next) => {
    commands.push(command.toString('latin1'));
    next?.();
  };
  const data: Buffer[] = [];
  const stream = wire.startDataMode();
  stream.on('data', (chunk: Buffer) => {
    data.push(chunk);
  });
  const seen = { isEnded: false };
  const end = stream.end.bind(stream) as (chunk?: Buffer) => typeof stream;
  stream.end = ((chunk?: Buffer) => {
    seen.isEnded = true;
    return end(chunk);
  }) as typeof stream.end;
  for (const segment of segments) {
    wire.write(segment);
    if (seen.isEnded) wire.continue();
  }
  for (let chunk = stream.read() as Buffer | null; chunk; chunk = stream.read() as Buffer | null) data.push(chunk);
  return { data: Buffer.concat(data), commands, isEnded: seen.isEnded };
}

/** Octets that make up line ends, dots and NUL far more often than chance would. */
const nastyOctets = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('\r', '\n', '.', '\r\n', '\r\n.', '\0', '\r\n.\r', '\n.\n') },
      { weight: 3, arbitrary: fc.stringMatching(/^[ -~]{0,8}$/) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }).map((octets) => Buffer.from(octets).toString('latin1')) },
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));
const cuts = fc.array(fc.nat(500), { maxLength: 12 });

describe('the parser of one connection', () => {
  test('gives back any stuffed message, however it is segmented', () => {
    fc.assert(
      fc.property(nastyOctets, cuts, (message, at) => {
        const sent = Buffer.concat([
          stuff(message),
          Buffer.from(`${message.length === 0 || message.toString('latin1').endsWith('\r\n') ? '' : '\r\n'}.\r\n`),
        ]);
        const { data, commands, isEnded } = unwire(pieces(sent, at));
        expect(isEnded).toBe(true);
        expect(commands).toEqual([]);
        expect(data.toString('latin1').replace(/\r\n$/, '')).toBe(message.toString('latin1').replace(/\r\n$/, ''));
      }),
      { numRuns: 2000 },
    );
  });

  test('ends a message at the first CRLF.CRLF of its octets and nowhere else', () => {
    fc.assert(
      fc.property(nastyOctets, cuts, (octets, at) => {
        const text = `\r\n${octets.toString('latin1')}`;
        const { isEnded } = unwire(pieces(octets, at));
        expect(isEnded).toBe(text.includes('\r\n.\r\n'));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the body', () => {
  const through = (parts: readonly Buffer[]) => {
    const lines = new BodyLines({ isBareLineEndRefused: false });
    return Buffer.concat([...parts.flatMap((part) => lines.push(part)), ...lines.end()]);
  };

  test('is in canonical form, however it was cut', () => {
    fc.assert(
      fc.property(nastyOctets, cuts, (body, at) => {
        expect(through(pieces(body, at)).toString('latin1')).toBe(canonical(body).toString('latin1'));
      }),
      { numRuns: 2000 },
    );
  });

  test('of long base64 lines is broken at 998 octets, the same way for every cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 4 }),
        fc.array(fc.nat(20_000), { maxLength: 12 }),
        (lengths, at) => {
          const body = Buffer.from(lengths.map((length) => `${'QUJD'.repeat(1000).slice(0, length)}\r\n`).join(''));
          const stored = through(pieces(body, at)).toString();
          expect(stored.split('\r\n').every((line) => line.length <= 998)).toBe(true);
          expect(stored.replaceAll('\r\n', '')).toBe(body.toString().replaceAll('\r\n', ''));
          expect(stored).toBe(through([body]).toString());
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each<[name: string, isTaken: boolean, body: string]>([
    ['998 octets of text', true, 'a b'.padEnd(998, '!')],
    ['999 octets of text', true, 'a b'.padEnd(999, '!')],
    ['1 MiB of text in one line', true, 'a b'.padEnd(1024 * 1024, '!')],
    ['more than 1 MiB of text in one line', false, 'a b'.padEnd(1024 * 1024 + 1, '!')],
    ['998 octets that begin like base64, then text', true, `${'A'.repeat(997)} ${'A'.repeat(900)}`],
    ['999 octets of base64, then a blank', false, `${'A'.repeat(999)} `],
    ['998 octets of base64, then text in another line', true, `${'A'.repeat(998)}\r\nb c`],
    ['1500 octets of base64, then text in another line', true, `${'A'.repeat(1500)}\r\nb c`],
  ])('with %s: taken is %s', (_name, isTaken, body) => {
    const run = (parts: readonly Buffer[]) => () => through(parts);
    for (const parts of [[Buffer.from(body)], pieces(Buffer.from(body), [500, 997, 998, 999])]) {
      if (isTaken) expect(run(parts)).not.toThrow();
      else expect(run(parts)).toThrow('longer than');
    }
  });

  test('with a long line that is not base64 is kept as it is, and told, however it was cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 4 }),
        fc.array(fc.nat(12_000), { maxLength: 12 }),
        (lengths, at) => {
          const body = Buffer.from(lengths.map((length) => `${'a b, '.repeat(600).slice(0, length)}\r\n`).join(''));
          const lines = new BodyLines({ isBareLineEndRefused: false });
          const stored = Buffer.concat([...pieces(body, at).flatMap((part) => lines.push(part)), ...lines.end()]);
          expect(stored.equals(body)).toBe(true);
          expect(lines.hasLongLines).toBe(lengths.some((length) => length > 998));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('knows whether it holds 8-bit octets', () => {
    for (const [text, is8bit] of [
      ['plain\r\n', false],
      ['plain\r\n\xfc', true],
      ['bare\nü', true],
    ] as const) {
      const lines = new BodyLines({ isBareLineEndRefused: false });
      lines.push(Buffer.from(text, 'latin1'));
      expect(lines.is8bit).toBe(is8bit);
    }
  });

  test('that is clean is handed on without a copy', () => {
    const lines = new BodyLines({ isBareLineEndRefused: false });
    const clean = Buffer.from('QUJD\r\nQUJD\r\nQU');
    expect(lines.push(clean)[0]!.buffer).toBe(clean.buffer);
  });
});

describe('T1, T2 smuggling: one message in, one message out', () => {
  /** The sequences that some server somewhere took for the end of a message. */
  const terminators: readonly [name: string, escaped: string][] = [
    ['LF.LF', '\\n.\\n'],
    ['LF.CRLF', '\\n.\\r\\n'],
    ['CRLF.LF', '\\r\\n.\\n'],
    ['CR.CR', '\\r.\\r'],
    ['CRLF.CR', '\\r\\n.\\r'],
    ['CRCRLF.CRCRLF', '\\r\\r\\n.\\r\\r\\n'],
    ['CRLF NUL.CRLF', '\\r\\n\\0.\\r\\n'],
    ['CRLF.NUL CRLF', '\\r\\n.\\0\\r\\n'],
    ['CR.CRLF', '\\r.\\r\\n'],
  ];
  const smuggled =
    'MAIL FROM:<ceo@contoso.com>\\r\\nRCPT TO:<victim@contoso.com>\\r\\nDATA\\r\\nSubject: smuggled\\r\\n\\r\\nevil';

  test.each(terminators)('%s, split at every octet around it', async (_name, escaped) => {
    const head = Buffer.from('Subject: outer\r\n\r\nbefore');
    const body = Buffer.concat([Buffer.from('before'), unescapeOctets(`${escaped}${smuggled}`), Buffer.from('\r\n')]);
    const sent = Buffer.concat([head, body.subarray(6), Buffer.from('.\r\n')]);
    const around = unescapeOctets(escaped).length;
    const splits = [
      ...Array.from({ length: around + 3 }, (_, i) => [head.length + i - 1]),
      [],
      Array.from({ length: around + 3 }, (_, i) => head.length + i - 1),
    ];
    for (const split of splits) {
      const before = one.sink.jobs.length;
      const client = await clientInData(one.port);
      await client.sendInPieces(pieces(sent, split));
      expect(await client.reply()).toMatch(/^250 2\.6\.0/);
      // Nothing else was understood as a command: the next reply is the one to QUIT.
      await client.send('QUIT\r\n');
      expect(await client.reply()).toMatch(/^221/);
      client.close();
      const added = one.sink.jobs.slice(before);
      expect(added).toHaveLength(1);
      expect(added[0]!.facts.reversePath).toBe('scan@contoso.com');
      expect(added[0]!.body.toString('latin1')).toBe(canonical(body).toString('latin1'));
    }
  });

  test.each([...terminators.filter(([name]) => !name.includes('NUL'))])(
    'strict: %s is 550 5.5.2, in header and body',
    async (_name, escaped) => {
      const strict = await runningIntake({
        limits: () => ({ maxMessageBytes: 1_000_000, maxRecipients: 100, isBareLineEndRefused: true }),
      });
      for (const message of [
        `Subject: x\\r\\n\\r\\nbefore${escaped}after\\r\\n`,
        `Subject: x${escaped}X: y\\r\\n\\r\\nbody\\r\\n`,
      ]) {
        const client = await clientInData(strict.port);
        await client.send(Buffer.concat([unescapeOctets(message), Buffer.from('.\r\n')]));
        expect(await client.reply()).toMatch(/^550 5\.5\.2/);
        client.close();
      }
      expect(strict.sink.jobs).toEqual([]);
      await strict.intake.stop();
    },
  );

  test('bare line ends are told to the log once per client', () => {
    expect(one.log.entries.filter((entry) => entry.method === 'notice')).toHaveLength(1);
  });

  test('whole messages, random bodies in random segments: the stored body is the canonical form', async () => {
    await fc.assert(
      fc.asyncProperty(nastyOctets, cuts, async (body, at) => {
        const open = Buffer.concat([
          body,
          Buffer.from(body.toString('latin1').endsWith('\r\n') || body.length === 0 ? '' : '\r\n'),
        ]);
        const sent = Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), stuff(open), Buffer.from('.\r\n')]);
        const client = await clientInData(one.port);
        await client.sendInPieces(pieces(sent, at));
        expect(await client.reply()).toMatch(/^250 2\.6\.0/);
        client.close();
        // A body that begins with a dot-line is stuffed at its own start only if that is a line start: it is, after CRLF.
        expect(one.sink.jobs.at(-1)!.body.toString('latin1')).toBe(canonical(open).toString('latin1'));
      }),
      { numRuns: 150 },
    );
  });
});
