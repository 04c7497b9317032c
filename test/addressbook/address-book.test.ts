import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createAddressBook } from '../../src/addressbook/index.ts';
import { realDisk, type BookDisk } from '../../src/addressbook/book-file.ts';
import { collectedLog } from '../support/collected-log.ts';
import { tempDir } from '../support/temp-dir.ts';

async function setUp(disk?: BookDisk) {
  const path = join(await tempDir(), 'address-book.json');
  const log = collectedLog();
  const open = () => createAddressBook({ path, log, ...(disk ? { disk } : {}) });
  return { path, log, open, book: open() };
}

const add = { mode: 'add', isSkippingBad: false, format: 'csv' } as const;

describe('searching', () => {
  const people = [
    { name: 'Anna Kay', address: 'anna.kay@contoso.com' },
    { name: 'Müller, Jörg', address: 'j.mueller@fabrikam.de', index: 'mueller' },
    { name: '山田太郎', address: 'yamada@example.jp', index: 'ヤマダタロウ' },
    { name: '王小明', address: 'wang@example.cn', index: 'wang xiaoming' },
    { name: 'Accounts 10', address: 'accounts@contoso.com' },
    { name: 'Accounts 9', address: 'books@contoso.com' },
  ];

  test.each<[string, string, string[]]>([
    [
      'nothing finds everybody, in order of index or name',
      '',
      ['Accounts 9', 'Accounts 10', 'Anna Kay', 'Müller, Jörg', '王小明', '山田太郎'],
    ],
    ['the beginning of any word', 'kay', ['Anna Kay']],
    ['upper case, and full-width letters', 'ＫＡＹ', ['Anna Kay']],
    ['not the middle of a word', 'nna', []],
    ['two words, any order', 'jörg mül', ['Müller, Jörg']],
    ['the address', 'j.mue', ['Müller, Jörg']],
    ['the domain', 'fabrikam', ['Müller, Jörg']],
    ['kana by hiragana', 'やまだ', ['山田太郎']],
    ['kana by half-width katakana', 'ﾔﾏﾀﾞ', ['山田太郎']],
    ['a given name in writing without spaces', '太郎', ['山田太郎']],
    ['pinyin', 'xiao', ['王小明']],
    ['signs only', '***', []],
    ['what a pattern would be', '.*', []],
  ])('%s', async (_name, query, names) => {
    const { book } = await setUp();
    for (const one of people) await book.add(one, 'admin');
    const { entries, total } = await book.search(query, 100);
    expect(entries.map(({ name }) => name)).toEqual(names);
    expect(total).toBe(names.length);
    expect((await book.search(query, 1)).entries.length).toBeLessThanOrEqual(1);
  });
});

describe('changing', () => {
  test('is on disk before it is said, for the agent only, and there after a restart', async () => {
    const { book, open, path, log } = await setUp();
    const { id } = await book.add({ name: ' Anna\u202e  Kay ', address: '<anna@contoso.com>' }, 'admin');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await open().search('', 10)).entries).toEqual([{ id, name: 'Anna Kay', address: 'anna@contoso.com' }]);
    await book.replace(id, { name: 'Anna K.', address: 'anna@contoso.com', index: 'an' }, 'admin');
    expect((await open().search('', 10)).entries).toEqual([
      { id, name: 'Anna K.', address: 'anna@contoso.com', index: 'an' },
    ]);
    await book.remove(id, 'admin');
    expect((await open().search('', 10)).total).toBe(0);
    expect(log.of('settings')).toHaveLength(3);
    // Who is in it is nobody's business in the log.
    expect(log.text()).not.toContain('anna@');
  });

  test.each([
    [{ name: 'x', address: 'nobody' }, 'bad-address'],
    [{ name: 'x', address: 'a@b.example, c@d.example' }, 'bad-address'],
    [{ name: 'x', address: 'a@b.example\r\nBcc: c@d.example' }, 'bad-address'],
    [{ name: 'x'.repeat(101), address: 'a@b.example' }, 'bad-request'],
    [{ name: 'x', address: 'a@b.example', index: 'x'.repeat(101) }, 'bad-request'],
  ])('%j is refused', async (input, code) => {
    const { book } = await setUp();
    await expect(book.add(input, 'admin')).rejects.toMatchObject({ code });
  });

  test('without a name it is called by its address; half a letter is left out', async () => {
    const { book } = await setUp();
    expect(await book.add({ name: ' ', address: 'a@b.example' }, 'admin')).toMatchObject({ name: 'a@b.example' });
    expect(await book.add({ name: 'An\ud800na', address: 'a@b.example' }, 'admin')).toMatchObject({ name: 'Anna' });
  });

  test('an entry that is gone', async () => {
    const { book } = await setUp();
    await expect(book.remove('nope', 'admin')).rejects.toMatchObject({ code: 'address-unknown' });
    await expect(book.replace('nope', { name: 'x', address: 'a@b.example' }, 'admin')).rejects.toMatchObject({
      code: 'address-unknown',
    });
  });

  test('many at once lose nothing', async () => {
    const { book, open } = await setUp();
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        book.add({ name: `N${String(i)}`, address: `n${String(i)}@b.example` }, 'admin'),
      ),
    );
    expect((await open().search('', 100)).total).toBe(30);
  });

  test('is bounded', async () => {
    const { book } = await setUp();
    const rows = (count: number) =>
      ['email', ...Array.from({ length: count }, (_, i) => `n${String(i)}@b.example`)].join('\n');
    expect(await book.importText({ ...add, text: rows(2001) }, 'admin')).toMatchObject({ isDone: false, total: 0 });
    expect(await book.importText({ ...add, text: rows(2000) }, 'admin')).toMatchObject({ isDone: true, total: 2000 });
    await expect(book.add({ name: 'x', address: 'one@more.example' }, 'admin')).rejects.toMatchObject({
      code: 'address-book-full',
    });
  });
});

describe('importing', () => {
  const good = 'name,email\nAnna,anna@contoso.com\nBert,bert@contoso.com\n';

  test('adds new ones and renames those that are there', async () => {
    const { book } = await setUp();
    const { id } = await book.add({ name: 'Old Anna', address: 'ANNA@contoso.com' }, 'admin');
    await book.add({ name: 'Carl', address: 'carl@contoso.com' }, 'admin');
    expect(await book.importText({ ...add, text: good }, 'admin')).toEqual({
      isDone: true,
      isOfUse: true,
      added: 1,
      changed: 1,
      removed: 0,
      skipped: 0,
      total: 3,
      problems: [],
    });
    // Screens that show the entry still find it.
    expect((await book.search('anna', 10)).entries).toMatchObject([{ id, name: 'Anna' }]);
  });

  test('replaces', async () => {
    const { book } = await setUp();
    await book.add({ name: 'Carl', address: 'carl@contoso.com' }, 'admin');
    expect(await book.importText({ ...add, mode: 'replace', text: good }, 'admin')).toMatchObject({
      isDone: true,
      removed: 1,
      total: 2,
    });
  });

  test('one bad row stops it all, with every bad row named; or is left out if that is wanted', async () => {
    const { book, log } = await setUp();
    const text = `${good}Dora,dora at home\nAnna again,Anna@contoso.com\n`;
    expect(await book.importText({ ...add, text }, 'admin')).toMatchObject({
      isDone: false,
      isOfUse: true,
      total: 0,
      problems: [
        { line: 4, message: '"dora at home" is not a complete e-mail address.' },
        { line: 5, message: 'The same address stands in line 2.' },
      ],
    });
    expect((await book.search('', 10)).total).toBe(0);
    // What was refused is no change.
    expect(log.of('settings')).toEqual([]);
    expect(await book.importText({ ...add, isSkippingBad: true, text }, 'admin')).toMatchObject({
      isDone: true,
      added: 2,
      skipped: 2,
    });
    expect(log.of('settings')).toHaveLength(1);
  });

  test('bad rows are told in the order of the file, the first hundred of them', async () => {
    const { book } = await setUp();
    const text = `${good}${'nobody\n'.repeat(150)}"never closed\n`;
    const { problems } = await book.importText({ ...add, text }, 'admin');
    expect(problems.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, i) => 4 + i));
    const few = await book.importText(
      { ...add, text: `version: 1\n\nhello\n\nmail: x\n\nmail: y\n\nhi\n`, format: 'ldif' },
      'admin',
    );
    expect(few.problems.map(({ line }) => line)).toEqual([3, 5, 7, 9]);
  });

  test('of two entries with one address the file names one, and the other stays', async () => {
    const { book } = await setUp();
    await book.add({ name: 'Anna at work', address: 'anna@contoso.com' }, 'admin');
    await book.add({ name: 'Anna, urgent', address: 'anna@contoso.com' }, 'admin');
    await book.importText({ ...add, text: 'name,email\nAnna Kay,anna@contoso.com\n' }, 'admin');
    const { entries } = await book.search('', 10);
    expect(entries.map(({ name }) => name)).toEqual(['Anna at work', 'Anna Kay']);
  });

  test.each([
    ['', 'csv'],
    ['name,email\n', 'csv'],
    ['version: 1\n', 'ldif'],
  ] as const)('a file without addresses (%j) never empties the address book', async (text, format) => {
    const { book } = await setUp();
    await book.add({ name: 'Carl', address: 'carl@contoso.com' }, 'admin');
    const result = await book.importText({ format, text, mode: 'replace', isSkippingBad: true }, 'admin');
    expect(result).toMatchObject({ isDone: false, isOfUse: false, total: 1, problems: [{ line: 1 }] });
  });

  test('what was exported can be imported elsewhere', async () => {
    const { book } = await setUp();
    await book.importText({ ...add, text: good }, 'admin');
    for (const format of ['csv', 'ldif'] as const) {
      const other = (await setUp()).book;
      const text = await book.exportText(format);
      expect(await other.importText({ ...add, format, text }, 'admin')).toMatchObject({ isDone: true, added: 2 });
    }
  });
});

describe('recent recipients', () => {
  test('are those of the address book only, most recent first: what somebody typed is not shown to the next', async () => {
    const { book } = await setUp();
    await book.importText({ ...add, text: 'name,email\nAnna,anna@contoso.com\nBert,bert@contoso.com\n' }, 'admin');
    await book.noteRecipients(['bert@contoso.com', 'secret@elsewhere.example']);
    await book.noteRecipients(['ANNA@contoso.com']);
    expect((await book.recent()).map(({ name }) => name)).toEqual(['Anna', 'Bert']);
  });

  test('are twenty at most, and forgotten with the address book', async () => {
    const { book, path } = await setUp();
    const addresses = Array.from({ length: 30 }, (_, i) => `n${String(i)}@b.example`);
    const text = ['email', ...addresses].join('\n');
    await book.importText({ ...add, text }, 'admin');
    for (const address of addresses) await book.noteRecipients([address]);
    const recent = (await book.recent()).map(({ address }) => address);
    expect(recent).toEqual([...addresses].reverse().slice(0, 20));
    await writeFile(`${path}.damaged`, 'whose names these were');
    await book.destroy();
    expect(await readdir(dirname(path))).toEqual([]);
    await book.importText({ ...add, text }, 'admin');
    expect(await book.recent()).toEqual([]);
  });
});

describe('a disk that fails', () => {
  const failing = (fails: Partial<Record<keyof BookDisk, NodeJS.ErrnoException>>): BookDisk => ({
    read: (...args) => (fails.read ? Promise.reject(fails.read) : realDisk.read(...args)),
    write: (...args) => (fails.write ? Promise.reject(fails.write) : realDisk.write(...args)),
    rename: (...args) => (fails.rename ? Promise.reject(fails.rename) : realDisk.rename(...args)),
    remove: (path) => realDisk.remove(path),
  });
  const errno = (code: string) => Object.assign(new Error(code), { code });

  test.each([
    ['ENOSPC', 'disk-full'],
    ['EROFS', 'storage-failed'],
  ])('%s while writing: the entry is not there, neither in memory nor on disk', async (code, expected) => {
    const fails: { write?: NodeJS.ErrnoException } = { write: errno(code) };
    const { book, open } = await setUp(failing(fails));
    await expect(book.add({ name: 'x', address: 'a@b.example' }, 'admin')).rejects.toMatchObject({ code: expected });
    expect((await book.search('', 10)).total).toBe(0);
    delete fails.write;
    await book.add({ name: 'x', address: 'a@b.example' }, 'admin');
    expect((await open().search('', 10)).total).toBe(1);
  });

  test('that cannot be read says so, and is asked again later', async () => {
    const fails: { read?: NodeJS.ErrnoException } = { read: errno('EIO') };
    const { book } = await setUp(failing(fails));
    await expect(book.search('', 10)).rejects.toMatchObject({ code: 'storage-failed' });
    delete fails.read;
    expect((await book.search('', 10)).total).toBe(0);
  });

  test.each([
    '',
    '{',
    '[]',
    '{"version":2,"entries":[]}',
    '{"version":1,"entries":[{"id":"1","name":"x","address":"nobody"}]}',
  ])('a damaged file (%j) is put aside, told, and does not stop the agent', async (text) => {
    const { book, path, log } = await setUp();
    await writeFile(path, text);
    expect((await book.search('', 10)).total).toBe(0);
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe(text);
    expect(log.entries.filter(({ method }) => method === 'fault')).toHaveLength(1);
    await book.add({ name: 'x', address: 'a@b.example' }, 'admin');
  });
});
