/** The pure parts of the control panel: what comes next, what is typed, what is sent. */
import { describe, expect, test } from '@jest/globals';
import { languages, type AgentStatus } from '../../src/core/index.ts';
import { distance } from '../../panel-ui/control-panel/focus-distance.ts';
import { isSessionOpen, looksLikeAddress, nextAct } from '../../panel-ui/control-panel/glance.ts';
import { asksPhone } from '../../panel-ui/shared/asks-phone.ts';
import { deleteBefore, insertText, keyRows, usualEnds } from '../../panel-ui/control-panel/keyboard/layouts.ts';
import { qrPath } from '../../panel-ui/control-panel/qr-path.ts';
import { requestingUserOf } from '../../panel-ui/control-panel/requesting-user.ts';
import {
  addRecipient,
  emptyDraft,
  freshKey,
  removeRecipient,
  ticketOf,
  usualOptions,
} from '../../panel-ui/control-panel/scan-draft.ts';
import { idempotencyKeySchema, ticketSchema } from '../../src/ticket/ticket.ts';
import { sampleStatus } from '../support/sample-status.ts';

describe('the one next act', () => {
  test.each<[string, Partial<AgentStatus>, ReturnType<typeof nextAct>]>([
    ['all is well', {}, 'scan'],
    ['a plain server', { glance: 'relay-only' }, 'scan'],
    ['nobody is signed in', { glance: 'sign-in-needed' }, 'sign-in'],
    // The code is shown somewhere: whoever comes goes on with it
    ['a sign-in runs', { glance: 'signing-in', signIn: { step: 'starting', startedAtMs: 1 } }, 'continue-sign-in'],
    // Signed in, not proven: the session is over
    ['signed in, not yet proven', { glance: 'signing-in', signIn: { step: 'idle' } }, 'sign-in'],
    ['two addresses', { glance: 'upn-mismatch' }, 'use-upn'],
    // Nothing here to make the address equal to
    ['two addresses, nobody known', { glance: 'upn-mismatch', account: { status: 'none' } }, 'sign-in'],
    [
      'held for a sign-in',
      { glance: 'held', queue: { ...sampleStatus.queue, holdReason: 'sign-in-needed' } },
      'sign-in',
    ],
    [
      'held by a policy',
      { glance: 'held', queue: { ...sampleStatus.queue, holdReason: 'policy-blocked' } },
      'what-to-do',
    ],
    ['not set up', { glance: 'not-set-up' }, 'what-to-do'],
    ['no network', { glance: 'offline' }, 'what-to-do'],
    ['no storage', { glance: 'storage' }, 'what-to-do'],
  ])('%s: %j', (_what, change, act) => {
    expect(nextAct({ ...sampleStatus, ...change })).toBe(act);
  });

  test('an ended session is no open one', () => {
    expect(isSessionOpen({ signIn: { step: 'failed', code: 'sign-in-expired' } })).toBe(false);
  });

  test.each([
    ['sign-in-declined', undefined, true],
    ['sign-in-expired', undefined, true],
    // Nobody confirmed at the panel: the phone showed success
    ['sign-in-expired', 'not-confirmed', false],
    // The device heard the reason itself
    ['policy-blocked', undefined, false],
  ])('%s (%s) asks what the phone showed: %s', (code, guidanceId, isAsked) => {
    expect(asksPhone(code, guidanceId)).toBe(isAsked);
  });
});

describe('addresses', () => {
  test.each([
    ['anna@contoso.com', true],
    [' anna@contoso.com ', true],
    ['王@例子.cn', true],
    ['anna@contoso', false],
    ['anna', false],
    ['@contoso.com', false],
    ['anna@contoso.', false],
    ['anna <anna@contoso.com>', false],
    ['a@b@c.d', false],
    [`${'a'.repeat(65)}@contoso.com`, false],
    [`a@${'b'.repeat(253)}.com`, false],
  ])('%s could be one: %s', (text, isOne) => {
    expect(looksLikeAddress(text)).toBe(isOne);
  });

  test.each([
    ['#user=anna@contoso.com', 'anna@contoso.com'],
    ['#user=anna%40contoso.com', 'anna@contoso.com'],
    ['#/scan', undefined],
    ['#user=<script>', undefined],
    ['', undefined],
  ])('the page opened with %s was opened for %s', (hash, user) => {
    expect(requestingUserOf(hash)).toBe(user);
  });
});

describe('the keyboard on the screen', () => {
  test.each(languages)('%s: at most ten keys a row, each once, all an address needs', (language) => {
    for (const use of ['address', 'text'] as const) {
      const planes = (['letters', 'symbols'] as const).map((plane) => keyRows(language, plane, false, use));
      for (const rows of planes) {
        for (const row of rows) expect(row.length).toBeLessThanOrEqual(10);
        expect(new Set(rows.flat()).size).toBe(rows.flat().length);
      }
      const keys = new Set(planes.flat(2));
      for (const key of "abcdefghijklmnopqrstuvwxyz0123456789@.-_+!#$%&'*/=?^`{|}~")
        expect([use, keys.has(key)]).toEqual([use, true]);
    }
    // A row of these stands beside shift, signs and delete.
    expect(usualEnds(language)).toHaveLength(2);
  });

  test('an address has no key that leads to an error', () => {
    const keys = keyRows('ja', 'symbols', false, 'address').flat().join('');
    expect(keys).not.toMatch(/[\s<>(),:;[\]\\"、。]/);
  });

  test('types and deletes at the caret, whole characters', () => {
    expect(insertText({ value: 'ac', caret: 1 }, 'b', 10)).toEqual({ value: 'abc', caret: 2 });
    expect(insertText({ value: 'abc', caret: 3 }, 'd', 3)).toEqual({ value: 'abc', caret: 3 });
    expect(deleteBefore({ value: 'a😀b', caret: 3 })).toEqual({ value: 'ab', caret: 1 });
    expect(deleteBefore({ value: 'ab', caret: 0 })).toEqual({ value: 'ab', caret: 0 });
  });
});

describe('a scan in the making', () => {
  test('has a recipient once, whatever its capitals', () => {
    const draft = addRecipient(addRecipient(emptyDraft, ' Anna@contoso.com '), 'anna@CONTOSO.com');
    expect(draft.to).toEqual(['Anna@contoso.com']);
    expect(removeRecipient(draft, 'Anna@contoso.com').to).toEqual([]);
    expect(addRecipient(emptyDraft, '  ').to).toEqual([]);
  });

  test('starts with what people usually want of a paper', () => {
    const scanner = {
      id: 's',
      title: 'S',
      sources: ['feeder', 'flatbed'],
      resolutions: [75, 150, 300, 600],
      colours: ['grey'],
      formats: ['tiff', 'pdf'],
    } as const;
    expect(usualOptions(scanner)).toEqual({
      scannerId: 's',
      source: 'feeder',
      resolution: 300,
      colour: 'grey',
      format: 'tiff',
    });
    // Neither of the usual resolutions: one that it has.
    expect(usualOptions({ ...scanner, resolutions: [75, 600] }).resolution).toBe(75);
    expect(usualOptions({ ...scanner, resolutions: [] }).resolution).toBe(300);
  });

  test('its ticket is one the daemon takes, without the fields nobody filled in', () => {
    const key = freshKey(Uint8Array.from({ length: 16 }, (_, index) => index * 16));
    const ticket = ticketOf({ ...emptyDraft, to: ['a@b.example'], subject: 'Scan' }, key);
    expect(ticket).toEqual({ to: ['a@b.example'], subject: 'Scan', idempotencyKey: key });
    expect(ticketSchema.parse(ticket)).toEqual(ticket);
    const texts = { subject: 'Scan', text: 'A message', fileName: 'a-file' };
    expect(ticketOf({ ...emptyDraft, ...texts }, key)).toEqual({ to: [], ...texts, idempotencyKey: key });
    expect(idempotencyKeySchema.safeParse(key).success).toBe(true);
    // A walk-up person is told of jobs with such a key only (src/api/ticket-routes.ts).
    expect(key).toMatch(/^scan-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});

describe('arrow keys', () => {
  const box = (left: number, top: number) => ({ left, top, right: left + 100, bottom: top + 50 });

  test.each([
    // Below, beside, and the wrong way
    ['down', box(0, 60), true],
    ['right', box(110, 0), true],
    ['up', box(0, 60), false],
    ['left', box(-110, 0), true],
    ['left', box(110, 0), false],
    // Beside it is not below it, even if its middle is a little lower
    ['down', box(110, 10), false],
  ] as const)('%s reaches %j: %s', (direction, to, isReached) => {
    expect(distance(box(0, 0), to, direction) !== undefined).toBe(isReached);
  });

  test('straight ahead is nearer than slantwise', () => {
    const straight = distance(box(0, 0), box(0, 150), 'down') ?? Infinity;
    const slantwise = distance(box(0, 0), box(300, 100), 'down') ?? Infinity;
    expect(straight).toBeLessThan(slantwise);
  });

  test('sideways the same row comes first, and of two in sight the one whose middle is nearer', () => {
    const to = (left: number, top: number, direction: 'right' | 'down') =>
      distance(box(0, 0), box(left, top), direction) ?? Infinity;
    expect(to(150, 0, 'right')).toBeLessThan(to(110, 100, 'right'));
    expect(to(10, 60, 'down')).toBeLessThan(to(60, 60, 'down'));
  });
});

describe('the QR code', () => {
  test('is drawn dark module by dark module, runs in one piece', () => {
    expect(qrPath(['101', '011'])).toBe('M0 0h1v1h-1zM2 0h1v1h-1zM1 1h2v1h-2z');
  });
});
