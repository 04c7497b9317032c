import { describe, expect, test } from '@jest/globals';
import { columnsOf, lcdLines } from '../../src/panel/index.ts';
import { codeState, nowMs, screens, statusOf } from './statuses.ts';

const guide = (code: string) => ({ title: code, panel: [`Panel line of ${code}.`] });

describe.each([
  [20, 2],
  [20, 4],
  [40, 4],
])('a display of %i columns and %i rows', (columns, rows) => {
  test.each(Object.entries(screens))('holds %s on every page', (_name, status) => {
    for (let page = 0; page < 8; page++) {
      const lines = lcdLines(status, { columns, rows, nowMs: nowMs + page * 3000, guide });
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
    }
  });
});

test.each<[string, readonly string[]]>([
  ['code', ['B7K 2QD RWX 14:32', 'microsoft.com/', 'devicelogin', '']],
  ['code-with-dash', ['WDJB-MJHT 14:32', 'microsoft.com/', 'devicelogin', '']],
  ['confirm-first', ['Use this mailbox?', 'anna@contoso.com', '', '']],
  ['ready', ['Ready', 'anna@contoso.com', '', '']],
  ['ready-shared-mailbox', ['Ready', 'Shared mailbox', 'scans@contoso.com', '']],
  ['ready-waiting-slowed', ['Ready 4 waiting', 'anna@contoso.com', '', '']],
  ['upn-mismatch', ['Addresses differ', 'anna@contoso.com', 'scans@contoso.com', 'Use UPN as device']],
  ['code-expired', ['Code expired', 'Start again for a', 'new code', '']],
  ['proving-trouble', ['Trying the mailbox', 'smarthost-busy', 'anna@contoso.com', '']],
  ['failed-proof', ['Signed in, not ready', 'Panel line of', 'smtp-auth-disabled.', '']],
  ['failed-app-not-found', ['Not signed in', 'Panel line of', 'app-not-found.', 'AADSTS700016']],
])('shows %s on 20 columns and 4 rows', (name, lines) => {
  // A whole number of pages since 1970, so that the first page is shown.
  expect(lcdLines(screens[name]!, { columns: 20, rows: 4, nowMs, guide })).toEqual(lines);
});

test('turns the pages below a first line that stays', () => {
  const status = statusOf({ signIn: codeState });
  const at = (ms: number) => lcdLines(status, { columns: 20, rows: 2, nowMs: nowMs + ms });
  expect(at(0)).toEqual(['B7K 2QD RWX 14:32', 'microsoft.com/']);
  expect(at(3000)).toEqual(['B7K 2QD RWX 14:29', 'devicelogin']);
  expect(at(6000)).toEqual(['B7K 2QD RWX 14:26', 'microsoft.com/']);
});

test('warns of an unknown host before the address', () => {
  const lines = lcdLines(statusOf({ signIn: { ...codeState, isKnownHost: false } }), { columns: 40, rows: 4 });
  expect(lines).toEqual(['B7K 2QD RWX', 'Unknown address, ask your administrator:', 'microsoft.com/devicelogin', '']);
});

test('escapes what would steer the display', () => {
  const lines = lcdLines(statusOf({ glance: 'held', sentence: 'a\x1b[2Jb' }), { columns: 20, rows: 2 });
  expect(lines[1]).toBe('a\\x1b[2Jb');
});
