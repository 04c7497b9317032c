import { describe, expect, test } from '@jest/globals';
import { FileNames } from '../../src/ticket/file-name.ts';
import { Counter } from '../../src/ticket/index.ts';

const words = { nowMs: new Date(2026, 10, 21, 9, 5, 7).getTime(), device: 'mfp-3', counter: 42 };

describe('names of files', () => {
  test.each<[string, string | undefined, string, string, string]>([
    ['as it came', undefined, 'figures.pdf', '', 'figures.pdf'],
    ['no name at all', undefined, '', 'pdf', 'scan-1.pdf'],
    ['no ending', undefined, 'page', 'tif', 'page.tif'],
    ['neither name nor type', undefined, '', '', 'scan-1'],
    ['date and time of the device', '{date}_{time}', 'x.pdf', '', '2026-11-21_09-05-07.pdf'],
    ['number and device', '{device}-{counter}', 'x.pdf', '', 'mfp-3-00042.pdf'],
    ['a word nobody knows stays', '{user}', 'x.pdf', '', '{user}.pdf'],
    ['a template with the ending', 'scan {n}.PDF', 'x.pdf', '', 'scan 1.pdf'],
    ['an empty template', '', 'x.pdf', '', 'x.pdf'],
    ['a path', undefined, '../../etc/passwd', '', '_.._etc_passwd'],
    ['a Windows path', undefined, 'C:\\temp\\x.pdf', '', 'C__temp_x.pdf'],
    ['a hidden file', undefined, '.bashrc', '', 'bashrc'],
    ['text turned round', undefined, 'invoice\u202efdp.exe', '', 'invoice_fdp.exe'],
    ['half a letter', undefined, 'a\ud800b\udc00.pdf', '', 'ab.pdf'],
    ['line ends', undefined, 'a\r\nb.pdf', '', 'a__b.pdf'],
    ['dots and blanks at the end', undefined, 'a. . ', 'pdf', 'a.pdf'],
    ['letters in two forms are one', undefined, 'gro\u0308\u00dfe.pdf', '', 'gr\u00f6\u00dfe.pdf'],
  ])('%s', (_name, template, given, ending, expected) => {
    expect(new FileNames(template, words).next(given, ending)).toBe(expected);
  });

  test('no two are alike, whatever the case', () => {
    const names = new FileNames('scan', words);
    expect(['a.pdf', 'b.PDF', 'c.pdf', 'd.tif'].map((given) => names.next(given, ''))).toEqual([
      'scan.pdf',
      'scan-2.PDF',
      'scan-3.pdf',
      'scan.tif',
    ]);
  });

  test('a long one keeps its ending', () => {
    const name = new FileNames(undefined, words).next(`${'ü'.repeat(300)}.pdf`, '');
    expect(name).toMatch(/^ü{100,116}\.pdf$/);
  });
});

describe('the counter', () => {
  const fileOf = (start?: string) => {
    const file = { text: start, writes: 0, isBroken: false };
    return {
      file,
      read: () => Promise.resolve(file.text),
      write: (text: string) => {
        if (file.isBroken) return Promise.reject(new Error('ENOSPC'));
        file.text = text;
        file.writes++;
        return Promise.resolve();
      },
    };
  };

  test('counts, and writes once in fifty numbers', async () => {
    const file = fileOf();
    const counter = new Counter(file);
    const numbers = await Promise.all(Array.from({ length: 60 }, () => counter.next()));
    expect(numbers).toEqual(Array.from({ length: 60 }, (_all, index) => index + 1));
    expect(file.file.writes).toBe(2);
  });

  test('never gives a number twice, across restarts and damage of the file', async () => {
    const file = fileOf();
    const before = await new Counter(file).next();
    const counter = new Counter(file);
    expect(await counter.next()).toBe(before + 50);
    for (const damaged of ['', 'x', '-5', '1e99']) {
      file.file.text = damaged;
      const numbers = await Promise.all(Array.from({ length: 50 }, () => counter.next()));
      expect(Math.min(...numbers)).toBeGreaterThan(before + 50);
    }
  });

  test('says so when it cannot be kept, and goes on when it can', async () => {
    const file = fileOf();
    const counter = new Counter(file);
    file.file.isBroken = true;
    await expect(counter.next()).rejects.toMatchObject({ code: 'storage-failed' });
    file.file.isBroken = false;
    expect(await counter.next()).toBe(1);
  });
});
