/** Mail made legal for servers that cannot take it as it came (F43): same words, same pictures, other octets. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import libmime from 'libmime';
import { legalFacts, legalMessage, type Legality } from '../../src/relay/legal-message.ts';

const forever = new AbortController().signal;

async function legal(message: string | Buffer, need: Legality = { is7bit: true }, cuts: readonly number[] = []) {
  const octets = typeof message === 'string' ? Buffer.from(message) : message;
  const edges = [0, ...cuts.map((cut) => cut % (octets.length + 1)).sort((a, b) => a - b), octets.length];
  const pieces = edges.slice(1).map((edge, at) => octets.subarray(edges[at], edge));
  const out: Buffer[] = [];
  for await (const piece of legalMessage(pieces, need)) out.push(piece);
  return Buffer.concat(out).toString('latin1');
}

/** Undoes quoted-printable the way RFC 2045 6.7 says, sharing nothing with the library. */
function unquoted(text: string): Buffer {
  const plain = text.replace(/[ \t]+\r\n/g, '\r\n').replace(/=\r\n/g, '');
  return Buffer.from(
    plain.replace(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
}
const bodyOf = (message: string) => message.slice(message.indexOf('\r\n\r\n') + 4);
const longest = (message: string) => Math.max(...message.split('\r\n').map((line) => line.length));
const head = 'From: a@x.test\r\nTo: b@x.test\r\nMIME-Version: 1.0\r\n';

describe('one part', () => {
  test('text becomes quoted-printable: header says so, words stay', async () => {
    const made = await legal(
      `${head}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße \r\n.\r\nEnde = aus\r\n`,
    );
    expect(made).toContain('\r\nContent-Transfer-Encoding: quoted-printable\r\n');
    expect(made).not.toContain('8bit');
    expect(made).toMatch(/^[\x00-\x7f]*$/);
    expect(unquoted(bodyOf(made)).toString()).toBe('Grüße \r\n.\r\nEnde = aus\r\n');
  });

  test('a picture becomes base64', async () => {
    const octets = Buffer.from(
      Array.from({ length: 4000 }, (_, at) => (at * 7) % 256 || 1).filter((at) => at !== 13 && at !== 10),
    );
    const made = await legal(
      Buffer.concat([
        Buffer.from(`${head}Content-Type: image/tiff\r\nContent-Transfer-Encoding: binary\r\n\r\n`),
        octets,
        Buffer.from('\r\n'),
      ]),
    );
    expect(made).toContain('Content-Transfer-Encoding: base64\r\n');
    expect(longest(made)).toBeLessThanOrEqual(76);
    expect(made).toMatch(/[^\r\n]\r\n$/);
    expect(Buffer.from(bodyOf(made), 'base64').subarray(0, octets.length).equals(octets)).toBe(true);
  });

  test('a message from before MIME gets the version it now needs', async () => {
    const made = await legal('From: a@x.test\r\nSubject: Scan\r\n\r\nSchl\u00fcssel\r\n');
    expect(made).toContain('MIME-Version: 1.0\r\n');
    expect(unquoted(bodyOf(made)).toString()).toBe('Schlüssel\r\n');
  });

  test('a line of 100,000 octets is broken softly, and whole again when read', async () => {
    const line = 'word '.repeat(20_000);
    const made = await legal(`${head}Content-Type: text/html\r\n\r\n${line}\r\n`, { is7bit: false });
    expect(longest(made)).toBeLessThanOrEqual(76);
    expect(unquoted(bodyOf(made)).toString()).toBe(`${line}\r\n`);
  });

  test.each([
    // named encoding, what is wrong with it
    ['quoted-printable', `caf\u00e9 =C3=BC ${'a'.repeat(1200)}`],
    ['base64', `${'QUJD'.repeat(400)} \u00e9`],
  ])('%s that is none is mended line by line', async (encoding, bad) => {
    const good = encoding === 'base64' ? 'REVG' : 'plain =C3=BC';
    const made = await legal(`${head}Content-Transfer-Encoding: ${encoding}\r\n\r\n${bad}\r\n${good}\r\n`);
    expect(longest(made)).toBeLessThanOrEqual(76);
    expect(made).toMatch(/^[\x00-\x7f]*$/);
    expect(made).toContain(`\r\n${good}\r\n`);
    if (encoding === 'base64') expect(Buffer.from(bodyOf(made), 'base64').toString()).toBe(`${'ABC'.repeat(400)}DEF`);
    else expect(unquoted(bodyOf(made)).toString()).toContain(`café ü ${'a'.repeat(1200)}\r\n`);
  });
});

describe('structure', () => {
  const scan = [
    `${head}Content-Type: multipart/mixed; boundary="b1"`,
    'Content-Transfer-Encoding: 8bit',
    '',
    'preamble',
    '--b1',
    'Content-Type: multipart/alternative; boundary=b2',
    '',
    '--b2',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'Gescannt für Jürgen',
    '--b2',
    'Content-Type: text/html; charset=utf-8',
    '',
    `<p>${'für '.repeat(500)}</p>`,
    '--b2--',
    '--b1',
    'Content-Type: application/pdf; name="Prüfung.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    'JVBERi0xLjQ=',
    '--b1--',
    'epilogue',
    '',
  ].join('\r\n');

  test('leaves change, boundaries, order and what was encoded already stay', async () => {
    const made = await legal(scan);
    expect(made).toMatch(/^[\x00-\x7f]*$/);
    expect(longest(made)).toBeLessThanOrEqual(80);
    expect(made.match(/^--b\d.*$/gm)?.map((line) => line.trim())).toEqual([
      '--b1',
      '--b2',
      '--b2',
      '--b2--',
      '--b1',
      '--b1--',
    ]);
    expect(made.match(/^Content-Transfer-Encoding: .*$/gm)?.map((line) => line.slice(27).trim())).toEqual([
      '7bit',
      'quoted-printable',
      'quoted-printable',
      'base64',
    ]);
    expect(made).toContain('\r\npreamble\r\n--b1\r\n');
    expect(made).toContain('\r\n\r\nJVBERi0xLjQ=\r\n--b1--\r\nepilogue\r\n');
    expect(
      unquoted(made.slice(made.indexOf('Gescannt'), made.indexOf('\r\n--b2', made.indexOf('Gescannt')))).toString(),
    ).toBe('Gescannt für Jürgen');
    expect(libmime.decodeWords(/name="(.*)"/.exec(made)?.[1] ?? '')).toBe('Prüfung.pdf');
  });

  test('gives the same octets however the disk cuts it, and says their number before (F9, SIZE)', async () => {
    const whole = await legal(scan);
    expect(await legalFacts([Buffer.from(scan)], { is7bit: true }, forever)).toEqual({
      sizeBytes: whole.length,
      is8bit: false,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(4000), { maxLength: 30 }), async (cuts) => {
        expect(await legal(scan, { is7bit: true }, cuts)).toBe(whole);
      }),
      { numRuns: 60 },
    );
  });

  test('one octet at a time, too', async () => {
    expect(
      await legal(
        scan,
        { is7bit: true },
        Array.from({ length: scan.length }, (_, at) => at),
      ),
    ).toBe(await legal(scan));
  });

  test('a forwarded message in it is entered; its own parts are made legal', async () => {
    const made = await legal(
      [
        `${head}Content-Type: multipart/mixed; boundary=b`,
        '',
        '--b',
        'Content-Type: message/rfc822',
        'Content-Transfer-Encoding: 8bit',
        '',
        'Subject: inner',
        'Content-Type: text/plain; charset=utf-8',
        '',
        'für',
        '--b--',
        '',
      ].join('\r\n'),
    );
    expect(made).toContain('Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n');
    expect(made).toContain('\r\nf=C3=BCr\r\n--b--\r\n');
  });

  const signed = (text: string) =>
    [
      `${head}Content-Type: multipart/signed; boundary=s; protocol="application/pkcs7-signature"`,
      '',
      '--s',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      text,
      '--s',
      'Content-Type: application/pkcs7-signature',
      'Content-Transfer-Encoding: base64',
      '',
      'QUJD',
      '--s--',
      '',
    ].join('\r\n');

  test.each<[string, string, Legality, string]>([
    ['a signed part with 8-bit text', signed('für'), { is7bit: true }, 'signed-not-convertible'],
    ['a signed part with a long line', signed('x y '.repeat(400)), { is7bit: false }, 'signed-not-convertible'],
    ['8-bit text between the parts', scan.replace('preamble', 'prämbel'), { is7bit: true }, 'eight-bit-not-possible'],
    [
      'an attached message that is not entered',
      scan
        .replace('application/pdf', 'message/rfc822')
        .replace('base64', '8bit')
        .replace('JVBERi0xLjQ=', 'X: ü\r\n\r\nü')
        .replace('name=', 'x='),
      { is7bit: true },
      '',
    ],
    [
      'a multipart that names no boundary',
      `${head}Content-Type: multipart/mixed\r\n\r\nfür\r\n`,
      { is7bit: true },
      'eight-bit-not-possible',
    ],
    [
      'an address of 8-bit letters in the header',
      `To: jürgen@x.test\r\n\r\nx\r\n`,
      { is7bit: true },
      'eight-bit-not-possible',
    ],
  ])('%s', async (_what, message, need, code) => {
    if (code === '') await expect(legal(message, need)).resolves.toMatch(/^[\x00-\x7f]*$/);
    else await expect(legal(message, need)).rejects.toMatchObject({ code });
  });

  test('a signed part that is legal as it is goes as it is, octet for octet', async () => {
    const message = signed('plain').replace(
      'text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit',
      'text/plain',
    );
    const made = await legal(message.replace('To: b@x.test', 'Subject: für'));
    expect(bodyOf(made)).toBe(bodyOf(message));
  });

  test('a thousand parts end in a refusal, not in memory', async () => {
    const message = `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nü\r\n'.repeat(2000)}--b--\r\n`;
    await expect(legal(message)).rejects.toMatchObject({ code: 'eight-bit-not-possible' });
  });

  test('what went wrong with reading is told as it is', async () => {
    async function* broken() {
      yield Buffer.from(scan.slice(0, 300));
      await Promise.resolve();
      throw new Error('disk');
    }
    const reading = async () => {
      for await (const piece of legalMessage(broken(), { is7bit: true })) expect(piece).toBeDefined();
    };
    await expect(reading()).rejects.toThrow('disk');
  });
});

describe('header', () => {
  test.each<[what: string, field: string | Buffer, reads: string]>([
    ['UTF-8 in a subject', 'Subject: Prüfung für Jürgen', 'Subject: Prüfung für Jürgen'],
    ['Windows-1252 in a subject', Buffer.from('Subject: Pr\xfcfung', 'latin1'), 'Subject: Prüfung'],
    ['a quoted display name', 'From: "Jürgen \\"J\\" Müller" <j@x.test>', 'From: Jürgen "J" Müller <j@x.test>'],
    [
      'bare display names',
      'To: Jürgen <j@x.test>, Zoë (büro) <z@x.test>',
      'To: Jürgen <j@x.test>, Zoë (büro) <z@x.test>',
    ],
    [
      'a long one, folded',
      `Subject: ${'Überprüfung '.repeat(40).trim()}`,
      `Subject: ${'Überprüfung '.repeat(40).trim()}`,
    ],
  ])('%s', async (_what, field, reads) => {
    const made = await legal(Buffer.concat([Buffer.from(field), Buffer.from('\r\n\r\nbody\r\n')]));
    const block = made.slice(0, made.indexOf('\r\n\r\n'));
    expect(longest(block)).toBeLessThanOrEqual(78);
    const line = block.split(/\r\n(?![ \t])/).find((one) => /^(?:Subject|From|To):/.test(one)) ?? '';
    expect(libmime.decodeWords(line.replace(/\r\n(?=[ \t])/g, ''))).toBe(reads);
  });

  test('fields without 8-bit octets stay octet for octet', async () => {
    const trace = 'Received: from x\r\n\tby y;\r\n   Mon, 1 Jan 2026 00:00:00 +0000\r\n';
    expect(await legal(`${trace}Subject: ü\r\n\r\nx\r\n`)).toMatch(trace);
  });
});
