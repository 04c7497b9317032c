/** Raw 8-bit header octets and their legal form; what is legal already stays octet for octet. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makeField } from '../../src/core/index.ts';
import { legalField } from '../../src/intake/header-charset.ts';

const octets = (text: string) => Buffer.from(text).toString('latin1');
const word = (text: string) => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;

describe('a field', () => {
  test.each<[string, string, string]>([
    ['Subject', 'plain', 'plain'],
    // From the first to the last word that needs it: blanks between encoded words would vanish.
    ['Subject', 'Scan für Büro 7', `Scan ${word('für Büro')} 7`],
    ['X-Printer', 'Büro', word('Büro')],
    ['From', 'Büro Süd <scan@contoso.com>', `${word('Büro Süd')} <scan@contoso.com>`],
    ['From', '"Büro, Süd" <scan@contoso.com>', `${word('Büro, Süd')} <scan@contoso.com>`],
    ['From', '"Say \\"ü\\"" <scan@contoso.com>', `${word('Say "ü"')} <scan@contoso.com>`],
    [
      'To',
      'Anna <a@contoso.com>, Jürgen Groß <j@contoso.com>',
      `Anna <a@contoso.com>, ${word('Jürgen Groß')} <j@contoso.com>`,
    ],
    ['To', 'a@contoso.com (Büro)', `a@contoso.com (${word('Büro')})`],
    // A local part has no other form; policy and relay know what to do about it.
    ['To', '<jürgen@contoso.com>', octets('<jürgen@contoso.com>')],
    ['To', 'jürgen@contoso.com', octets('jürgen@contoso.com')],
    ['Content-Type', 'application/pdf; name="Büro 1.pdf"; x=y', "application/pdf; name*=utf-8''B%C3%BCro%201.pdf; x=y"],
    ['Content-Disposition', 'attachment; filename=Büro.pdf', "attachment; filename*=utf-8''B%C3%BCro.pdf"],
  ])('%s: %s', (name, value, legal) => {
    expect(legalField(makeField(name, octets(value)), 'windows-1252').raw).toBe(`${name}: ${legal}\r\n`);
  });

  test('folded text is one text', () => {
    const field = { name: 'Subject', raw: octets('Subject: Büro\r\n Süd\r\n') };
    expect(legalField(field, 'windows-1252').raw).toBe(`Subject: ${word('Büro Süd')}\r\n`);
  });

  test('a long text becomes words of at most 75 characters, whole characters in each', () => {
    const { raw } = legalField(makeField('Subject', octets('扫描'.repeat(60))), 'gb18030');
    const words = raw.slice('Subject: '.length).trimEnd().split('\r\n ');
    expect(words.length).toBeGreaterThan(5);
    for (const one of words) {
      expect(one.length).toBeLessThanOrEqual(75);
      expect(Buffer.from(one.slice(10, -2), 'base64').toString()).toMatch(/^[扫描]+$/);
    }
  });

  test('in a charset this Node does not know is read as Latin', () => {
    expect(legalField(makeField('Subject', 'B\xfcro'), 'klingon').raw).toBe(`Subject: ${word('Büro')}\r\n`);
  });

  test('of hostile octets stays one field of legal lines', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Subject', 'From', 'To', 'Content-Type'),
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('windows-1252', 'gb18030', 'shift_jis'),
        (name, bytes, charset) => {
          const value = Buffer.from(bytes)
            .toString('latin1')
            .replace(/[\r\n\0]/g, '"');
          const { raw } = legalField(makeField(name, value), charset);
          expect(raw.endsWith('\r\n')).toBe(true);
          expect(raw.slice(0, -2).replace(/\r\n[ \t]/g, '')).not.toMatch(/[\r\n\0]/);
          for (const line of raw.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
        },
      ),
      { numRuns: 300 },
    );
  });

  // What makes a careless pattern go back and forth: four times the text may take four times as long, not sixteen times.
  test.each([['<'], ['"'], ['\\"'], ['ü@'], ['a="\\'], ['('], ['ü ']])(
    'of 64 KiB of %j takes time in proportion',
    (text) => {
      const bestOfThreeMs = (size: number) => {
        const value = octets(`ü${text.repeat(size / text.length)}`);
        const tries = [1, 2, 3].map(() => {
          const startedMs = performance.now();
          for (const name of ['Subject', 'To', 'Content-Type']) legalField({ name, raw: `${name}: ${value}\r\n` }, 'x');
          return performance.now() - startedMs;
        });
        return Math.min(...tries);
      };
      expect(bestOfThreeMs(65_536)).toBeLessThan(10 * bestOfThreeMs(16_384) + 100);
    },
  );
});
