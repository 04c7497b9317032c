/** CSV and LDIF: what programs write, what attackers write, and that nothing is lost on the way round. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readCsv, writeCsv } from '../../src/addressbook/csv.ts';
import { checkedEntry, type AddressEntry } from '../../src/addressbook/entry.ts';
import { plannedImport } from '../../src/addressbook/import.ts';
import { readLdif, writeLdif } from '../../src/addressbook/ldif.ts';

const anna = { name: 'Anna Kay', address: 'anna@contoso.com', index: '' };

describe('CSV', () => {
  test.each<[string, string, object[]]>([
    ['plain', 'name,email\r\nAnna Kay,anna@contoso.com\r\n', [anna]],
    ['a byte order mark, LF, no last line end', '\ufeffName,E-mail\nAnna Kay,anna@contoso.com', [anna]],
    ['CR only', 'name,email\rAnna Kay,anna@contoso.com\r', [anna]],
    ['semicolons, as European spreadsheets', 'E-Mail;Name\nanna@contoso.com;Anna Kay\n', [anna]],
    ['tabs', 'Display Name\tE-mail Address\nAnna Kay\tanna@contoso.com\n', [anna]],
    ['first and last name', 'First Name,Last Name,E-mail 1 - Value\nAnna,Kay,anna@contoso.com\n', [anna]],
    [
      'Japanese headings',
      '氏名,フリガナ,メールアドレス\n安奈,アンナ,anna@contoso.com\n',
      [{ name: '安奈', index: 'アンナ' }],
    ],
    ['Chinese headings', '姓名,拼音,电子邮件地址\n安娜,anna,anna@contoso.com\n', [{ name: '安娜', index: 'anna' }]],
    ['no headings', 'Anna Kay,anna@contoso.com\n', [anna]],
    ['no headings, address first', 'anna@contoso.com,Anna Kay,an\n', [{ ...anna, index: 'an' }]],
    ['more columns than wanted', 'id,name,phone,email\n1,Anna Kay,+49,anna@contoso.com\n', [anna]],
    ['empty lines', 'name,email\n\n\nAnna Kay,anna@contoso.com\n,\n', [{ ...anna, line: 4 }]],
    [
      'quotes, separators and line ends in a cell',
      'name,email\n"Kay, ""Anna""\r\n(2)",a@b.example\n',
      [{ name: 'Kay, "Anna"\r\n(2)' }],
    ],
    ['a guard against formulas', "name,email\n'=1+1,'+tag@b.example\n", [{ name: '=1+1', address: '+tag@b.example' }]],
    ['a name that begins with a quotation mark of its own', "name,email\n'n Roll,a@b.example\n", [{ name: "'n Roll" }]],
    ['a byte order mark before a quotation mark', '\ufeff"Kay, Anna",a@b.example\n', [{ name: 'Kay, Anna' }]],
    ['separators in quotation marks do not count', '"Kay; Anna; MD",anna@contoso.com\n', [{ name: 'Kay; Anna; MD' }]],
    [
      'lines are counted as an editor does',
      'name,email\r\n"Anna\nKay",a@b.example\r\nBen,b@b.example\r\n',
      [{ line: 2 }, { line: 4, name: 'Ben' }],
    ],
    ['a short row', 'name,email\nAnna Kay\n', [{ name: 'Anna Kay', address: '' }]],
  ])('%s', (_name, text, rows) => {
    const read = readCsv(text);
    expect(read.problems).toEqual([]);
    expect(read.rows).toMatchObject(rows);
    expect(read.rows).toHaveLength(rows.length);
  });

  test.each<[string, string, object]>([
    ['a quotation mark that is never closed', 'name,email\n"Anna,anna@contoso.com\n', { line: 2 }],
    ['no column for addresses', 'name,telephone\nAnna,12345\n', { line: 1, message: expect.stringMatching(/email/) }],
  ])('%s is told with its line', (_name, text, problem) => {
    expect(readCsv(text).problems).toEqual([expect.objectContaining(problem)]);
  });

  test.each(['=HYPERLINK("http://x")', '+1', '-1', '@SUM(1)', "'=1", '\t=1', '\r=1', '＝1', '＋1', '－1', '＠SUM(1)'])(
    'a name like %j is no formula in the file, and the same when it is read again',
    (name) => {
      const text = writeCsv([{ id: '1', name, address: 'a@b.example' }]);
      expect(text).toMatch(/^\ufeffname,email,index\r\n"?'/);
      expect(readCsv(text).rows[0]?.name).toBe(name);
    },
  );
});

describe('LDIF', () => {
  test.each<[string, string, object[]]>([
    ['plain', 'version: 1\n\ndn: cn=Anna\ncn: Anna Kay\nmail: anna@contoso.com\n', [anna]],
    [
      'version before the first record, CRLF',
      'version: 1\r\ndn: cn=A\r\ncn: Anna Kay\r\nmail: anna@contoso.com\r\n',
      [anna],
    ],
    [
      'folded lines and comments',
      '# mine\n#  and\n on\ndn: cn=A\ncn: Anna\n  Kay\nmail: anna@con\n toso.com\n',
      [anna],
    ],
    ['base64', `dn: x\ncn:: ${Buffer.from('安奈').toString('base64')}\nmail: a@b.example\n`, [{ name: '安奈' }]],
    ['display name before cn', 'dn: x\ncn: akay\ndisplayName: Anna Kay\nmail: anna@contoso.com\n', [anna]],
    [
      'options of attributes',
      'dn: x\ncn;lang-en: Anna Kay\ncn;lang-ja;phonetic: あんな\nmail: anna@contoso.com\n',
      [{ ...anna, index: 'あんな' }],
    ],
    ['given and family name', 'dn: x\nsn: Kay\ngivenName: Anna\nmail: anna@contoso.com\n', [anna]],
    [
      'the first of several addresses',
      'dn: x\ncn: Anna Kay\nmail: anna@contoso.com\nmail: other@contoso.com\n',
      [anna],
    ],
    ['an addition', 'dn: x\nchangetype: add\ncn: Anna Kay\nmail: anna@contoso.com\n', [anna]],
    // The value would be read from a file of this device.
    [
      'a value from elsewhere is left out',
      'dn: x\ncn: Anna Kay\njpegPhoto:< file:///etc/passwd\nmail: anna@contoso.com\n',
      [anna],
    ],
  ])('%s', (_name, text, rows) => {
    const read = readLdif(text);
    expect(read.problems).toEqual([]);
    expect(read.rows).toMatchObject(rows);
  });

  test.each<[string, string, RegExp, number]>([
    ['a group', 'dn: a\ncn: x\nmail: a@b.example\n\ndn: cn=all\ncn: all\nmember: cn=Anna\n', /no mail/, 5],
    ['a change', 'dn: x\nchangetype: delete\nmail: a@b.example\n', /change/, 1],
    ['an address from a file', 'dn: x\nmail:< file:///etc/passwd\n', /no mail/, 1],
    ['no base64', 'dn: x\ncn:: ????\nmail: a@b.example\n', /base64/, 1],
    ['base64 that is no UTF-8', 'dn: x\ncn:: //4=\nmail: a@b.example\n', /base64/, 1],
    ['text', 'hello\n', /not a line/, 1],
  ])('%s is told with its line', (_name, text, message, line) => {
    expect(readLdif(text).problems).toEqual([{ line, message: expect.stringMatching(message) }]);
  });

  test.each([
    // RFC 4514 2.4: a comma would begin another part of the name.
    ['Kay, Anna', 'dn: cn=Kay\\, Anna,mail=a@b.example'],
    ['a=b+c', 'dn: cn=a\\=b\\+c,mail=a@b.example'],
    ['#1', 'dn: cn=\\#1,mail=a@b.example'],
    // RFC 2849: what begins like another kind of value is encoded.
    [':x', `cn:: ${Buffer.from(':x').toString('base64')}`],
    ['<x', `cn:: ${Buffer.from('<x').toString('base64')}`],
  ])('a directory reads the name %j as it is', (name, line) => {
    expect(writeLdif([{ id: '1', name, address: 'a@b.example' }]).split('\n')).toContain(line);
  });

  test('lines are at most 76 characters', () => {
    const text = writeLdif([{ id: '1', name: 'x'.repeat(100), address: 'a@b.example', index: '漢'.repeat(80) }]);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(76);
  });
});

const entries = fc.array(
  fc
    .record({
      name: fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 30 }),
        fc.constantFrom('=1+1', "'=x", ' a', '"q"', 'a,b;c', '#', '<'),
      ),
      local: fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}$/),
      index: fc.string({ unit: 'grapheme', maxLength: 30 }),
    })
    .map(({ name, local, index }): AddressEntry =>
      checkedEntry({ name, address: `${local}@contoso.com`, index }, 'id'),
    ),
  { maxLength: 8 },
);

test.each([
  ['CSV', writeCsv, readCsv],
  ['LDIF', writeLdif, readLdif],
] as const)('whatever is in the address book comes back from %s', (_name, write, read) => {
  fc.assert(
    fc.property(entries, (before) => {
      const { rows, problems } = read(write(before));
      expect(problems).toEqual([]);
      expect(rows.map(({ name, address, index }) => checkedEntry({ name, address, index }, 'id'))).toEqual(before);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['CSV', readCsv],
  ['LDIF', readLdif],
] as const)('no text makes the reader of %s throw, or go round for ever', (_name, read) => {
  const pieces = fc.array(
    fc.constantFrom('"', ',', ';', '\n', '\r', ' ', ':', '::', ':<', 'mail', 'email', 'a@b.c', '#', '\ufeff', '='),
    {
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const { rows, problems } = read(parts.join(''));
      expect(rows.length + problems.length).toBeLessThanOrEqual(61);
    }),
    { numRuns: 500 },
  );
});

test('a file of something else is given up, whatever was asked for', () => {
  const read = readCsv(`email\n${'nobody\n'.repeat(50_000)}anna@contoso.com\n`);
  const [entries, result] = plannedImport([], read, { mode: 'add', isSkippingBad: true });
  expect(entries).toEqual([]);
  expect(result.problems[0]?.message).toMatch(/no address book/);
});
