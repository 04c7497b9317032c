import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { headerValue, parseHeaderBlock } from '../../src/core/index.ts';
import { checkSender, decideSender, type SenderRules } from '../../src/policy/index.ts';

const device = 'scanner@contoso.com';
const rules: SenderRules = {
  provider: 'exchange-online',
  deviceEmailAddress: device,
  changeSenderAddress: 'prohibited',
  permittedAddresses: [],
  usesAuthenticatedUserAddress: false,
  sendingUser: 'device',
  isSharedMailbox: false,
  hasPersonalAccounts: true,
};
const allowed: SenderRules = {
  ...rules,
  changeSenderAddress: 'allowed',
  permittedAddresses: ['info@contoso.com', 'büro@contoso.com', 'sales@bücher.example'],
};
const plain: SenderRules = { ...rules, provider: 'unspecified' };

/** UTF-8 bytes as a latin1 string: how header blocks travel. */
const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
/** The field's line, unfolded; undefined if it is not there. */
const field = (block: string, name: string) => headerValue(parseHeaderBlock(block), name);

function decide(header: string, its: Partial<SenderRules> = {}, reversePath = 'mfp@old.example') {
  const { reversePath: path, headerBlock } = decideSender({ ...rules, ...its }, { reversePath, headerBlock: header });
  return {
    path,
    headerBlock,
    from: field(headerBlock, 'From'),
    sender: field(headerBlock, 'Sender'),
    replyTo: field(headerBlock, 'Reply-To'),
  };
}

describe('decideSender, change of sender prohibited', () => {
  test.each<[what: string, from: string, expectedFrom: string, expectedReplyTo: string | undefined]>([
    ['bare address', 'From: x@y.example\r\n', device, 'x@y.example'],
    [
      'display name in quotes is kept',
      'From: "Scanner 2F" <x@y.example>\r\n',
      `"Scanner 2F" <${device}>`,
      'x@y.example',
    ],
    ['display name of atoms is kept', 'From: Scanner 2F <x@y.example>\r\n', `Scanner 2F <${device}>`, 'x@y.example'],
    [
      'encoded word is kept as it is',
      'From: =?UTF-8?B?44K544Kt44Oj44OK?= <x@y.example>\r\n',
      `=?UTF-8?B?44K544Kt44Oj44OK?= <${device}>`,
      'x@y.example',
    ],
    [
      '8-bit name is kept byte for byte',
      `From: ${bytes('Büro 3')} <x@y.example>\r\n`,
      `${bytes('Büro 3')} <${device}>`,
      'x@y.example',
    ],
    [
      'an @ in a quoted name is no address',
      'From: "ceo@contoso.com" <x@y.example>\r\n',
      `"ceo@contoso.com" <${device}>`,
      'x@y.example',
    ],
    [
      'escaped quotes stay escaped',
      'From: "The \\"Big\\" One" <x@y.example>\r\n',
      `"The \\"Big\\" One" <${device}>`,
      'x@y.example',
    ],
    [
      'an unquoted name with specials is quoted',
      'From: Scanner [2F] @ lab <x@y.example>\r\n',
      `"Scanner [2F] @ lab" <${device}>`,
      'x@y.example',
    ],
    [
      'a comment goes, the address in it too',
      'From: (evil@attacker.example) Scanner (2F) <x@y.example>\r\n',
      `Scanner <${device}>`,
      'x@y.example',
    ],
    ['a comment after a bare address', 'From: x@y.example (Scanner 2F)\r\n', device, 'x@y.example'],
    [
      'an angle in a comment is no angle',
      'From: Scanner (<evil@attacker.example>) <x@y.example>\r\n',
      `Scanner <${device}>`,
      'x@y.example',
    ],
    [
      'an angle in quotes is no angle',
      'From: "a <evil@attacker.example>" <x@y.example>\r\n',
      `"a <evil@attacker.example>" <${device}>`,
      'x@y.example',
    ],
    ['folded', 'From: "Scanner\r\n 2F"\r\n\t<x@y.example>\r\n', `"Scanner 2F" <${device}>`, 'x@y.example'],
    ['empty name', 'From: "" <x@y.example>\r\n', device, 'x@y.example'],
    [
      'several authors: one From, all can be answered',
      'From: A <a@y.example>, b@y.example\r\n',
      device,
      'a@y.example, b@y.example',
    ],
    ['a group', 'From: us: a@y.example, b@y.example;\r\n', device, 'a@y.example, b@y.example'],
    ['two From fields', 'From: a@y.example\r\nX-A: 1\r\nFrom: b@y.example\r\n', device, 'a@y.example, b@y.example'],
    ['the device itself, other case', 'From: Scanner <SCANNER@Contoso.com>\r\n', `Scanner <${device}>`, undefined],
    ['no address at all', 'From: Scanner\r\n', device, undefined],
    ['nobody can answer a host-less address', 'From: root@localhost\r\n', device, undefined],
    ['nor an address literal', 'From: mfp@[192.0.2.7]\r\n', device, undefined],
    [
      'an IDN domain is written as A-labels',
      `From: ${bytes('x@bücher.example')}\r\n`,
      device,
      'x@xn--bcher-kva.example',
    ],
    ['a local part that needs SMTPUTF8 cannot be written', `From: ${bytes('büro@y.example')}\r\n`, device, undefined],
    ['space before the colon', 'From : x@y.example\r\n', device, 'x@y.example'],
    [
      'more authors than a line holds',
      `From: ${'abcdefgh'
        .split('')
        .map((one) => `${one}@y.example`)
        .join(', ')}\r\n`,
      device,
      'a@y.example, b@y.example, c@y.example',
    ],
    ['a name longer than any name', `From: ${'a'.repeat(300)} <x@y.example>\r\n`, device, 'x@y.example'],
    ['an open quote', 'From: "Scanner <x@y.example>\r\n', device, undefined],
  ])('%s', (_what, header, from, replyTo) => {
    const after = decide(`Subject: s\r\n${header}To: z@z.example\r\n`);
    expect({ from: after.from, replyTo: after.replyTo, path: after.path }).toEqual({ from, replyTo, path: device });
    expect(after.headerBlock.match(/^from/gim)).toHaveLength(1);
  });

  test('a message without From gets one, and its reverse-path can be answered', () => {
    expect(decide('Subject: s\r\n', {}, 'mfp@old.example')).toMatchObject({
      from: device,
      replyTo: 'mfp@old.example',
      path: device,
    });
    expect(decide('From:\r\nSubject: s\r\n', {}, '')).toMatchObject({ from: device, replyTo: undefined, path: device });
  });

  test('a Reply-To of the firmware stays byte for byte; an empty one is replaced', () => {
    const own = 'Reply-To:  "A" <a@y.example>,\r\n\tb@y.example\r\n';
    expect(decide(`From: x@y.example\r\n${own}`).headerBlock).toContain(own);
    expect(decide('From: x@y.example\r\nReply-To: \r\n').replyTo).toBe('x@y.example');
  });

  test('Sender goes: it would name another mailbox than the one that sends', () => {
    expect(decide('From: x@y.example\r\nSender: root@old.example\r\n').sender).toBeUndefined();
  });

  test('every other field stays byte for byte, in order', () => {
    const before = `Received: from a\r\n\tby b\r\nSubject: ${bytes('Grüße')} =?utf-8?q?x?=\r\n`;
    const after = 'X-Odd:no-space\r\nTo: a@b.example,\r\n  c@d.example\r\n';
    expect(decide(`${before}From: x@y.example\r\n${after}`).headerBlock).toBe(
      `Reply-To: x@y.example\r\n${before}From: ${device}\r\n${after}`,
    );
  });

  test('applied twice it changes nothing more', () => {
    const once = decideSender(rules, {
      reversePath: '',
      headerBlock: 'From: "S" <x@y.example>\r\nSender: a@b.example\r\n',
    });
    expect(decideSender(rules, once)).toEqual(once);
  });

  test('an IDN device address goes as A-labels everywhere', () => {
    const idn = decide('From: x@y.example\r\n', { deviceEmailAddress: 'Scanner@bücher.example' });
    expect([idn.from, idn.path]).toEqual(['Scanner@xn--bcher-kva.example', 'Scanner@xn--bcher-kva.example']);
  });

  test('a null reverse-path becomes the device address at Exchange, which wants its mailbox there', () => {
    expect(decide('From: x@y.example\r\n', {}, '').path).toBe(device);
  });

  test('without a device address nothing is decided for Exchange', () => {
    expect(() => decide('From: x@y.example\r\n', { deviceEmailAddress: '' })).toThrow(
      expect.objectContaining({ code: 'settings-conflict' }),
    );
  });

  test('no From whatever its bytes puts a second address or a second line into the message', () => {
    const nasty = fc.string({ unit: fc.constantFrom(...Array.from('ab@.<>"\\(),:; \t\x80\xff=?')), maxLength: 40 });
    fc.assert(
      fc.property(nasty, (value) => {
        const after = decide(`From: ${value}\r\nTo: z@z.example\r\n`);
        expect(after.headerBlock).toMatch(/^(?:[\x20-\x7e\x80-\xff\t]+\r\n)+$/);
        expect(after.from).toMatch(/^(?:.* <scanner@contoso\.com>|scanner@contoso\.com)$/s);
        // Whatever stands before the angle is a phrase: taking quoted strings out leaves nothing an address could hide in.
        const phrase = (after.from ?? '').replace(/<?scanner@contoso\.com>?$/, '').replace(/"(?:[^"\\]|\\.)*"/g, '');
        expect(phrase).not.toMatch(/[@<>"(),:;\\]/);
        expect(after.headerBlock.match(/^from:/gim)).toHaveLength(1);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('decideSender, change of sender allowed', () => {
  test.each<[what: string, header: string, from: string, sender: string | undefined]>([
    ['a permitted alias stays', 'From: "Info" <info@contoso.com>\r\n', '"Info" <info@contoso.com>', undefined],
    ['the device address stays', `From: ${device}\r\n`, device, undefined],
    [
      "case does not matter, the settings' spelling leaves",
      'From: INFO@CONTOSO.COM\r\n',
      'info@contoso.com',
      undefined,
    ],
    [
      'an IDN alias is written as A-labels',
      `From: Sales <${bytes('sales@bücher.example')}>\r\n`,
      'Sales <sales@xn--bcher-kva.example>',
      undefined,
    ],
    [
      'two permitted authors need a Sender',
      `From: info@contoso.com, ${device}\r\n`,
      `info@contoso.com, ${device}`,
      device,
    ],
    ['the same author twice is one', 'From: info@contoso.com, info@contoso.com\r\n', 'info@contoso.com', undefined],
    ['a clever form is written again', 'From: Info (x) <info@contoso.com>\r\n', 'Info <info@contoso.com>', undefined],
    ['no From', 'Subject: s\r\n', device, undefined],
  ])('%s', (_what, header, from, sender) => {
    const after = decide(header, allowed);
    // Bounces go to the device mailbox, and Exchange compares MAIL FROM with the XOAUTH2 user: never the alias.
    expect({ from: after.from, sender: after.sender, path: after.path }).toEqual({ from, sender, path: device });
  });

  test('a field that needs no edit stays byte for byte', () => {
    const header = 'FROM: Info Desk <info@contoso.com>\r\nSubject: s\r\n';
    expect(decide(header, allowed).headerBlock).toBe(header);
  });

  test('an address that left the list after intake is rewritten, not refused', () => {
    expect(decide('From: old@contoso.com\r\n', allowed)).toMatchObject({ from: device, replyTo: 'old@contoso.com' });
  });

  test('more permitted authors than a line of 998 characters surely holds become the device', () => {
    const four = ['a', 'b', 'c', 'd'].map((one) => `${one}@contoso.com`);
    expect(decide(`From: ${four.join(', ')}\r\n`, { ...allowed, permittedAddresses: four })).toMatchObject({
      from: device,
      sender: undefined,
      replyTo: 'a@contoso.com, b@contoso.com, c@contoso.com',
    });
  });

  test('one author off the list takes the whole field back to the device', () => {
    expect(decide('From: info@contoso.com, x@y.example\r\n', allowed)).toMatchObject({
      from: device,
      replyTo: 'info@contoso.com, x@y.example',
    });
  });
});

describe('decideSender with a plain server', () => {
  test('From becomes the device address as well, a null reverse-path stays null', () => {
    expect(decide('From: x@y.example\r\n', plain)).toMatchObject({
      from: device,
      path: device,
      replyTo: 'x@y.example',
    });
    expect(decide('From: x@y.example\r\n', plain, '').path).toBe('');
  });

  test('without a device address everything goes as it came', () => {
    const headerBlock = 'From: x@y.example\r\nSender: z@y.example\r\n';
    expect(decideSender({ ...plain, deviceEmailAddress: '' }, { reversePath: 'mfp@old.example', headerBlock })).toEqual(
      { reversePath: 'mfp@old.example', headerBlock },
    );
  });

  test.each<[string, Partial<SenderRules>, string | undefined, string, string | undefined]>([
    [
      'the person at the device is the author, the device the sender',
      {},
      'anna@contoso.com',
      'anna@contoso.com',
      device,
    ],
    ['the device itself needs no Sender', {}, device, device, undefined],
    ['nobody named', {}, undefined, device, undefined],
    ['a log-in name is no address', {}, 'anna', device, undefined],
    ['header injection', {}, 'anna@contoso.com\r\nBcc: x@y.example', device, undefined],
    ['switched off', { usesAuthenticatedUserAddress: false }, 'anna@contoso.com', device, undefined],
    ['never with Exchange Online', { provider: 'exchange-online' }, 'anna@contoso.com', device, undefined],
  ])('requesting user: %s', (_what, change, requestingUser, from, sender) => {
    const its = { ...plain, usesAuthenticatedUserAddress: true, ...change };
    const after = decideSender(its, {
      reversePath: 'mfp@old.example',
      headerBlock: 'From: x@y.example\r\n',
      requestingUser,
    });
    expect([field(after.headerBlock, 'From'), field(after.headerBlock, 'Sender'), after.reversePath]).toEqual([
      from,
      sender,
      device,
    ]);
  });
});

describe('checkSender', () => {
  const job = (header: string) => ({ reversePath: 'anyone@anywhere.example', headerBlock: header });

  test('refuses what is not on the list and names the address to use', () => {
    expect(checkSender(allowed, job('From: x@y.example\r\n'))?.smtpReply).toBe(
      '550 5.7.1 Sender not permitted by this device: use scanner@contoso.com',
    );
  });

  test.each<[string, string, boolean]>([
    ['a permitted address', 'From: Info <info@contoso.com>\r\n', true],
    ['the device address', `From: ${device}\r\n`, true],
    ['U-label for A-label', `From: ${bytes('sales@bücher.example')}\r\n`, true],
    ['no From: it gets the device address', 'Subject: s\r\n', true],
    ['an empty From', 'From: \r\nSubject: s\r\n', true],
    ['one of two authors', 'From: info@contoso.com, x@y.example\r\n', false],
    ['a second From field', 'From: info@contoso.com\r\nFrom: x@y.example\r\n', false],
    ['the permitted address only as a name', 'From: "info@contoso.com" <x@y.example>\r\n', false],
    ['the permitted address only in a comment', 'From: x@y.example (info@contoso.com)\r\n', false],
    ['the permitted address as a source route', 'From: <@x.example:info@contoso.com>\r\n', false],
    ['a name without address', 'From: Scanner\r\n', false],
    ['sub-domain of a permitted domain', 'From: info@mail.contoso.com\r\n', false],
  ])('%s', (_what, header, isAccepted) => {
    expect(checkSender(allowed, job(header)) === undefined).toBe(isAccepted);
  });

  test('prohibited refuses nobody: From is rewritten', () => {
    expect(checkSender(rules, job('From: x@y.example\r\n'))).toBeUndefined();
  });

  test('what checkSender accepts leaves with permitted authors only', () => {
    const word = fc.constantFrom(
      'info@contoso.com',
      device,
      'x@y.example',
      '<',
      '>',
      '"',
      '(',
      ')',
      ',',
      ' ',
      'a',
      ':',
      ';',
      '\\',
      '@',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 10 }), (words) => {
        const header = `From: ${words.join('')}\r\n`;
        if (checkSender(allowed, job(header)) !== undefined) return;
        const { headerBlock } = decideSender(allowed, job(header));
        // A parser as careless as can be finds no foreign address outside of quotes.
        const visible = (field(headerBlock, 'From') ?? '').replace(/"(?:[^"\\]|\\.)*"/g, '');
        for (const found of visible.match(/[^\s<>,:;()"]+@[^\s<>,:;()"]+/g) ?? []) {
          expect(['info@contoso.com', device]).toContain(found.toLowerCase());
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('a plain server without any address in the settings is not asked', () => {
    const bare = { ...plain, deviceEmailAddress: '', changeSenderAddress: 'allowed' as const, permittedAddresses: [] };
    expect(checkSender(bare, job('From: x@y.example\r\n'))).toBeUndefined();
  });

  test("the person at the device replaces From, so the firmware's is not judged", () => {
    const its: SenderRules = { ...allowed, provider: 'unspecified', usesAuthenticatedUserAddress: true };
    expect(checkSender(its, { ...job('From: x@y.example\r\n'), requestingUser: 'anna@contoso.com' })).toBeUndefined();
    expect(checkSender(its, job('From: x@y.example\r\n'))?.code).toBe('sender-not-permitted');
  });
});
