import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { completeHeader } from '../../src/intake/complete-header.ts';
import { HeaderCollector, foldLongLine } from '../../src/intake/header-section.ts';
import { decodeSubject } from '../../src/intake/subject.ts';

function split(message: string, cut: number): { readonly block: string; readonly body: string } {
  const header = new HeaderCollector({ isBareLineEndRefused: false });
  const octets = Buffer.from(message, 'latin1');
  let section;
  let body = '';
  for (let at = 0; at < octets.length; at += cut) {
    const piece = octets.subarray(at, at + cut);
    if (section) body += piece.toString('latin1');
    else if ((section = header.push(piece))) body = section.bodyStart.toString('latin1');
  }
  section ??= header.end();
  return { block: section.block, body: body === '' ? section.bodyStart.toString('latin1') : body };
}

describe('the header section', () => {
  test.each<[string, string, string, string]>([
    ['is ended by an empty line', 'A: b\r\nC: d\r\n\r\nbody\r\n', 'A: b\r\nC: d\r\n', 'body\r\n'],
    ['may be ended by bare LF, as old firmware does', 'A: b\nC: d\n\nbody\n', 'A: b\r\nC: d\r\n', 'body\n'],
    ['may be ended by bare CR', 'A: b\rC: d\r\rbody\r', 'A: b\r\nC: d\r\n', 'body\r'],
    ['may be ended by mixed line ends', 'A: b\r\n\nbody', 'A: b\r\n', 'body'],
    ['keeps folding', 'A: b\r\n\tc\r\n\r\nbody', 'A: b\r\n\tc\r\n', 'body'],
    ['may be empty', '\r\nbody', '', 'body'],
    ['may be all there is', 'A: b\r\n', 'A: b\r\n', ''],
    ['may lack its last line end', 'A: b', 'A: b\r\n', ''],
    ['loses NUL', 'A: \0b\r\n\r\nx', 'A: b\r\n', 'x'],
    [
      'is absent if the first line is no field: all of it is the body',
      'Hello there\r\n\r\nmore\r\n',
      '',
      'Hello there\r\n\r\nmore\r\n',
    ],
    [
      'ends at the first line of text if no empty line ever comes',
      'A: b\r\nHello there\r\nmore\r\n',
      'A: b\r\n',
      'Hello there\r\nmore\r\n',
    ],
    [
      'takes an mbox line in front for what it is',
      'From scan Mon Jan 1\r\nA: b\r\n\r\nx',
      'From scan Mon Jan 1\r\nA: b\r\n',
      'x',
    ],
    ['drops a line of blanks, which would look like its end', 'A: b\r\n \r\nC: d\r\n\r\nx', 'A: b\r\nC: d\r\n', 'x'],
  ])('%s', (_name, message, block, body) => {
    for (let cut = 1; cut <= message.length; cut++) expect(split(message, cut)).toEqual({ block, body });
  });

  test('folds a long line where folding changes nothing', () => {
    const to = `To: ${Array.from({ length: 100 }, (_, n) => `recipient-number-${String(n)}@contoso.com`).join(', ')}`;
    const folded = foldLongLine(to);
    expect(folded.split('\r\n').every((line) => line.length <= 998)).toBe(true);
    expect(folded.replaceAll('\r\n', '')).toBe(to);
  });
});

const base = { queueId: '1abc', hostName: 'mfp-7', nowMs: Date.UTC(2026, 10, 21, 12), random: () => 0 };

describe('the completed header', () => {
  test.each<[string, string, string[]]>([
    ['gets Date and Message-ID once', 'From: a@b.example\r\n', ['Received', 'From', 'Date', 'Message-ID']],
    ["keeps the client's", 'Message-Id: <1@x>\r\ndate: whenever\r\n', ['Received', 'Message-Id', 'date']],
    ['replaces empty ones', 'Date: \r\nMessage-ID:\r\nTo: x\r\n', ['Received', 'To', 'Date', 'Message-ID']],
    [
      'loses Bcc and Resent-Bcc, in any case, folded, repeated',
      'BCC: x\r\n y\r\nTo: z\r\nbcc : q\r\nResent-Bcc: r\r\n',
      ['Received', 'To', 'Date', 'Message-ID'],
    ],
  ])('%s', (_name, block, names) => {
    const { headerBlock } = completeHeader(block, base);
    expect(
      headerBlock
        .split('\r\n')
        .filter((line) => /^\S/.test(line))
        .map((line) => line.slice(0, line.indexOf(':'))),
    ).toEqual(names);
  });

  test('marks a Date that was made before the clock was set, and only such a one', () => {
    const nowMs = 60_000;
    expect(completeHeader('', { ...base, nowMs }).headerBlock).toContain(
      'Date: Thu, 01 Jan 1970 00:01:00 +0000 (clock not set)\r\n',
    );
    expect(completeHeader('Date: x\r\n', { ...base, nowMs }).headerBlock).not.toContain('clock not set');
  });

  test.each<[string, string, string]>([
    ['a name', 'mfp', 'from mfp ([192.0.2.7])'],
    ['an address literal', '[192.0.2.7]', 'from [192.0.2.7] ([192.0.2.7])'],
    ['text that would break out of the field', 'x (y)\r\nBcc: z', 'from unknown ([192.0.2.7])'],
  ])('names the client in Received: %s', (_name, helo, expected) => {
    expect(
      completeHeader('', { ...base, trace: { helo, address: '192.0.2.7', protocol: 'ESMTP' } }).headerBlock,
    ).toContain(`Received: ${expected}\r\n\tby mfp-7 with ESMTP\r\n\tid 1abc; Sat, 21 Nov 2026 12:00:00 +0000\r\n`);
  });

  test('tells a well-formed Message-ID of the client from any other', () => {
    expect(completeHeader('Message-ID: <1@x>\r\n', base)).toMatchObject({
      messageId: '<1@x>',
      clientMessageId: '<1@x>',
    });
    expect(completeHeader('Message-ID: 4711\r\n', base)).toMatchObject({
      messageId: '4711',
      clientMessageId: undefined,
    });
    expect(completeHeader('', base)).toMatchObject({
      messageId: '<1abc.000000000000@mfp-7>',
      clientMessageId: undefined,
    });
  });
});

describe('the subject', () => {
  const octets = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('latin1');
  test.each<[string, string, string]>([
    ['plain', 'Scan from MFP', 'Scan from MFP'],
    ['B, UTF-8', '=?UTF-8?B?5omr5o+P?=', '扫描'],
    ['Q, Latin-1, underscore is a blank', '=?iso-8859-1?Q?Scan_f=FCr?= Anna', 'Scan für Anna'],
    ['GB 2312', '=?gb2312?B?yajD6A==?=', '扫描'],
    ['Shift_JIS', '=?Shift_JIS?B?g1iDTIODg5M=?=', 'スキャン'],
    ['ISO-2022-JP', '=?iso-2022-jp?B?GyRCJTklLSVjJXMbKEI=?=', 'スキャン'],
    ['blanks between encoded words are no text', '=?utf-8?B?QQ==?= =?utf-8?B?Qg==?=  =?gb2312?B?yajD6A==?=', 'AB扫描'],
    ['blanks between word and text are', '=?utf-8?Q?A?= b =?utf-8?Q?C?=', 'A b C'],
    ['a character cut in half between two words', '=?utf-8?B?5omr5g==?= =?utf-8?B?j48=?=', '扫描'],
    ['language tag (RFC 2231)', '=?utf-8*en?Q?A?=', 'A'],
    ['unknown charset stays as it is', '=?klingon?Q?A?=', '=?klingon?Q?A?='],
    ['raw UTF-8', octets('Scan für Anna'), 'Scan für Anna'],
    ['raw Latin-1', octets('Scan für Anna', 'latin1'), 'Scan für Anna'],
    ['controls and direction marks go, raw or encoded', '=?utf-8?B?QQ1CCkPigK5EAEU=?=\x07F', 'ABCDEF'],
  ])('%s', (_name, value, shown) => {
    expect(decodeSubject(value)).toBe(shown);
  });

  test('is at most 200 characters and never throws', () => {
    expect(decodeSubject(`=?utf-8?Q?${'=F0=9F=93=84'.repeat(300)}?=`)).toBe('📄'.repeat(200));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (value) => {
        expect(Array.from(decodeSubject(Buffer.from(value).toString('latin1'))).length).toBeLessThanOrEqual(200);
      }),
    );
  });
});
