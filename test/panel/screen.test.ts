import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AgentStatus } from '../../src/core/index.ts';
import { columnsOf, panelScreen, type ScreenOptions } from '../../src/panel/index.ts';
import { anna, codeState, nowMs, screens, statusOf } from './statuses.ts';
import { anyText } from '../support/any-text.ts';

/** Screens with a QR code in the golden files; the others are drawn without, to keep the files readable. */
const withQr = ['code', 'code-china', 'code-unknown-host'];
const options = (changes: Partial<ScreenOptions> = {}): ScreenOptions => ({
  nowMs,
  columns: 80,
  isColoured: false,
  hasQr: false,
  ...changes,
});

/** Guidance of its own, so that a better sentence in the guidance room changes no golden screen. */
const guide: ScreenOptions['guide'] = (code) =>
  code === 'something-new'
    ? undefined
    : {
        title: `Title of ${code}`,
        panel: [`First panel line of ${code}`, 'and a second one.'],
      };

/** `=== name` and the lines of its screen. To accept new screens: delete the file, run the test, read what it wrote. */
function golden(columns: number): Map<string, string> {
  const file = join(dirname(fileURLToPath(import.meta.url)), `screens-${String(columns)}.txt`);
  if (!existsSync(file)) {
    const drawn = Object.entries(screens).map(([name, status]) => `=== ${name}\n${draw(name, status, columns)}\n`);
    writeFileSync(file, drawn.join('\n'));
    throw new Error(`${file} was missing and has been written; read it before you keep it`);
  }
  return new Map(
    readFileSync(file, 'utf8')
      .split(/^=== /m)
      .slice(1)
      .map((part) => {
        const end = part.indexOf('\n');
        return [part.slice(0, end), part.slice(end + 1).trimEnd()];
      }),
  );
}

function draw(name: string, status: AgentStatus, columns: number): string {
  return panelScreen(status, options({ columns, hasQr: withQr.includes(name), guide })).join('\n');
}

describe.each([80, 40])('at %i columns', (columns) => {
  const expected = golden(columns);

  test.each(Object.entries(screens))('draws %s', (name, status) => {
    expect(draw(name, status, columns)).toBe(expected.get(name));
  });

  test('the golden file has no screen that nobody draws', () => {
    expect([...expected.keys()].sort()).toEqual(Object.keys(screens).sort());
  });
});

const withoutColour = (line: string) => line.replace(/\x1b\[[0-9;]*m/g, '');

describe('every screen', () => {
  /** Text a server, a client or a directory may hold: wide, combining, steering and endless. */
  const foreign = fc.oneof(
    anyText(60),
    fc.constantFrom(
      '\x1b[2J\x1b[H',
      '扫描仪@例子.中国',
      'a\u202egpj.exe',
      'x'.repeat(300),
      'e\u0301'.repeat(30),
      '👩‍💻 tab\there\r\nline',
      '',
    ),
  );
  /** Making a QR code of a long text takes longer than all the rest. */
  const rarely = fc.nat(9).map((one) => one === 0);
  const status = fc
    .record({ name: fc.constantFrom(...Object.keys(screens)), text: foreign })
    .map(({ name, text }) => replaceTexts(screens[name]!, text));

  function replaceTexts(original: AgentStatus, text: string): AgentStatus {
    const keep = new Set(['step', 'glance', 'lamp', 'provider', 'status', 'holdReason', 'state']);
    return JSON.parse(JSON.stringify(original), (key, value: unknown) =>
      typeof value === 'string' && !keep.has(key) ? text : value,
    ) as AgentStatus;
  }

  test.each([false, true])(
    'stays within its columns and prints no foreign control character (coloured: %s)',
    (isColoured) => {
      fc.assert(
        fc.property(status, fc.integer({ min: 24, max: 132 }), rarely, (one, columns, hasQr) => {
          const wrong = panelScreen(one, options({ columns, isColoured, hasQr })).filter((line) => {
            const plain = withoutColour(line);
            return (
              columnsOf(plain) > columns ||
              /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(plain) ||
              (!isColoured && plain !== line)
            );
          });
          expect(wrong).toEqual([]);
        }),
        { numRuns: 150 },
      );
    },
  );

  test('says the same with colour as without', () => {
    for (const one of Object.values(screens)) {
      const coloured = panelScreen(one, options({ isColoured: true, hasQr: true })).map((line) =>
        withoutColour(line).trimEnd(),
      );
      expect(coloured).toEqual(panelScreen(one, options({ hasQr: true })));
    }
  });

  test('names the shared mailbox, whatever else it shows', () => {
    for (const one of Object.values(screens)) {
      const text = panelScreen(
        { ...one, isSharedMailbox: true, deviceEmailAddress: 'scans@contoso.com' },
        options(),
      ).join(' ');
      expect(text).toContain('Shared mailbox: scans go out as scans@contoso.com');
    }
  });
});

describe('the code', () => {
  const status = statusOf({ glance: 'signing-in', lamp: 'amber', signIn: codeState });
  const block = '█████';

  test('is in block letters from 70 columns on, in spaced groups below', () => {
    expect(panelScreen(status, options({ columns: 70 })).join('\n')).toContain(block);
    expect(panelScreen(status, options({ columns: 69 })).join('\n')).not.toContain(block);
    expect(panelScreen(status, options({ columns: 69 }))).toContain('B 7 K   2 Q D   R W X');
  });

  test('is never drawn with a letter we have no picture of', () => {
    const odd = { ...status, signIn: { ...codeState, userCode: 'ÄB7K2QD' } };
    const text = panelScreen(odd, options()).join('\n');
    expect(text).not.toContain(block);
    expect(text).toContain('ÄB7K2QD');
  });

  test.each([
    [60_000, '01:00'], // a whole minute
    [59_001, '01:00'], // rounds up: 00:00 means over
    [1, '00:01'],
    [3_600_000, '1:00:00'], // a generous server
  ])('counts %i ms down as %s', (leftMs, words) => {
    const header = panelScreen({ ...status, signIn: { ...codeState, expiresAtMs: nowMs + leftMs } }, options())[0];
    expect(header?.endsWith(` ${words}`)).toBe(true);
  });

  test('is not shown once it has expired', () => {
    const text = panelScreen({ ...status, signIn: { ...codeState, expiresAtMs: nowMs } }, options()).join('\n');
    expect(text).not.toContain(codeState.userCode);
    expect(text).toContain('expired');
  });

  const noRoom = 'The QR code needs a larger window; the address above leads to the same page.';

  test('keeps its place on a low screen: first the block letters go, then the QR code, and that is said', () => {
    const plain = panelScreen(status, options());
    const high = panelScreen(status, options({ hasQr: true }));
    expect(high.length).toBeGreaterThan(24);
    expect(high.join('\n')).toContain('████  █████ █  █');
    // What a terminal of 80x24 leaves to it.
    const low = panelScreen(status, options({ hasQr: true, rows: 22 }));
    expect(low.length).toBeLessThanOrEqual(22);
    expect(low.join('\n')).toMatch(/▄▄▄▄▄▄▄▄[^]*\nB 7 K {3}2 Q D {3}R W X\n/);
    expect(low).not.toContain(noRoom);
    const lower = panelScreen(status, options({ hasQr: true, rows: plain.length + 1 }));
    expect(lower.filter((line) => line !== noRoom)).toEqual(plain);
    expect(lower).toContain(noRoom);
    // The code itself is worth more than the remark.
    expect(panelScreen(status, options({ hasQr: true, rows: plain.length }))).toEqual(plain);
  });

  test('has no QR code beside it if the address is too long for the screen, and says so', () => {
    const long = { ...status, signIn: { ...codeState, verificationUri: `https://login.example/${'x'.repeat(800)}` } };
    const lines = panelScreen(long, options({ hasQr: true }));
    expect(lines).toContain(noRoom);
    expect(lines.filter((line) => line !== noRoom)).toEqual(panelScreen(long, options({ hasQr: false })));
  });

  test('has a QR code that is white on black where colours are allowed, so that light terminals show it right', () => {
    expect(panelScreen(status, options({ hasQr: true, isColoured: true })).join('\n')).toContain('\x1b[97;40m▄▄▄▄');
  });

  test('warns of an unknown host before it shows its address', () => {
    const lines = panelScreen({ ...status, signIn: { ...codeState, isKnownHost: false } }, options());
    expect(lines.findIndex((line) => line.startsWith('Warning:'))).toBeLessThan(
      lines.findIndex((line) => line.includes('microsoft.com')),
    );
  });
});

describe('a failed sign-in', () => {
  const failed = (code: string, aadsts?: number) =>
    panelScreen(
      statusOf({
        account: { status: 'none' },
        signIn: { step: 'failed', code, ...(aadsts === undefined ? {} : { aadsts }) },
      }),
      options(),
    ).join('\n');

  test('asks what the phone showed, because most refusals appear only there', () => {
    expect(failed('sign-in-declined')).toContain('What did the phone show?');
    expect(failed('sign-in-expired').replaceAll('\n', ' ')).toContain('What did the phone show?');
    expect(failed('app-not-found')).not.toContain('What did the phone show?');
  });

  test('is explained by its number rather than its code, if both are known', () => {
    expect(failed('identity-refused', 50_057)).not.toBe(failed('identity-refused').concat('\nNumber: AADSTS50057'));
    expect(failed('identity-refused', 50_057)).toContain('Number: AADSTS50057');
  });
});

test('an unproven account that has just signed in shows the mismatch with both addresses', () => {
  const lines = panelScreen(
    statusOf({
      glance: 'upn-mismatch',
      lamp: 'red',
      deviceEmailAddress: 'scans@contoso.com',
      signIn: { step: 'ready', identity: anna, isUpnMismatch: true },
    }),
    options(),
  ).join('\n');
  expect(lines).toContain('anna@contoso.com');
  expect(lines).toContain('scans@contoso.com');
  expect(lines).toContain('use UPN as device e-mail address');
});
