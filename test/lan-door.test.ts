import { describe, expect, test } from '@jest/globals';
import type { AccountState } from '../src/core/index.ts';
import {
  createLanPassword,
  createSignInOverdue,
  idleSocketWarnings,
  largestMessageBytes,
  listenersOf,
} from '../src/lan-door.ts';
import { defaultSettings } from '../src/settings/rules.ts';
import { memorySecrets } from './intake/running-lan.ts';
import { ManualClock } from './support/manual-clock.ts';

const hourMs = 3_600_000;
const certificate = { identity: () => Promise.resolve({ keys: [], certificates: [] }) };

describe('listeners', () => {
  test('is loopback alone by default', () => {
    expect(listenersOf(defaultSettings(), certificate)).toEqual([{ name: 'loopback', host: '127.0.0.1', port: 2525 }]);
  });

  test('open as set, old TLS only where said', () => {
    const settings = defaultSettings();
    Object.assign(settings.lan, { isEnabled: true, tlsPort: 465, submissionPort: 0, oldTlsListeners: ['plain'] });
    expect(
      listenersOf(settings, certificate).map(({ name, port, tls }) => [name, port, tls?.kind, tls?.isOldAllowed]),
    ).toEqual([
      ['loopback', 2525, undefined, undefined],
      ['lan', 25, 'starttls', true],
      ['lan-tls', 465, 'implicit', false],
    ]);
  });

  test('a socket of the service manager stands for address and port, if the door is on', () => {
    const socket = { id: 'lan#3', open: () => Promise.reject(new Error('not in this test')) };
    const handed = (name: string) => (name === 'loopback' ? [] : [socket]);
    const settings = defaultSettings();
    const handedTo = () =>
      listenersOf(settings, certificate, handed).map((one) => [one.name, one.handed?.id, one.tls?.kind]);
    expect(handedTo()).toEqual([['loopback', undefined, undefined]]);
    Object.assign(settings.lan, { isEnabled: true });
    expect(handedTo()).toEqual([
      ['loopback', undefined, undefined],
      ['lan', 'lan#3', 'starttls'],
      ['lan-submission', 'lan#3', 'starttls'],
    ]);
  });

  test('a socket whose door is shut, or that nobody knows, is said', () => {
    expect(idleSocketWarnings([])).toEqual([]);
    expect(
      idleSocketWarnings([
        { name: 'lan-tls', port: 465 },
        { name: 'fax', port: 9100 },
      ]),
    ).toEqual([
      expect.stringMatching(/port 465, but that door is off.*lan\.tlsPort/),
      expect.stringMatching(/port 9100 under the name "fax"/),
    ]);
  });
});

describe('sign-in overdue', () => {
  function setUp() {
    const clock = new ManualClock();
    const settings = defaultSettings();
    const account: { state: AccountState } = { state: { status: 'sign-in-needed' } };
    const overdue = createSignInOverdue({ clock, account: () => account.state, settings: () => settings });
    return { clock, settings, account, overdue };
  }

  test('after four hours, not before, and not by a jump of the clock', async () => {
    const { clock, overdue } = setUp();
    overdue.note();
    clock.jumpWall(100 * hourMs);
    expect(overdue.refusal()).toBeUndefined();
    await clock.advance(4 * hourMs - 1);
    expect(overdue.refusal()).toBeUndefined();
    await clock.advance(1);
    expect(overdue.refusal()).toMatchObject({ code: 'sign-in-overdue' });
  });

  test('a sign-in ends it and counts anew', async () => {
    const { clock, overdue, account } = setUp();
    overdue.note();
    await clock.advance(5 * hourMs);
    account.state = { status: 'ready' };
    expect(overdue.refusal()).toBeUndefined();
    account.state = { status: 'none' };
    expect(overdue.refusal()).toBeUndefined();
    await clock.advance(4 * hourMs);
    expect(overdue.refusal()).toMatchObject({ code: 'sign-in-overdue' });
  });

  test('never for a plain server', async () => {
    const { clock, overdue, settings } = setUp();
    settings.service.provider = 'unspecified';
    overdue.note();
    await clock.advance(100 * hourMs);
    expect(overdue.refusal()).toBeUndefined();
  });
});

describe("printers' password", () => {
  test('is kept as a hash, for its user', async () => {
    const secrets = memorySecrets();
    const password = createLanPassword(secrets, () => 'scan');
    expect(await password.isSet()).toBe(false);
    expect(await password.check({ user: 'scan', password: '' })).toBe(false);
    await password.set('geheim');
    expect([...secrets.kept.values()].join('')).not.toContain('geheim');
    expect(await password.isSet()).toBe(true);
    expect(await password.check({ user: 'scan', password: 'geheim' })).toBe(true);
    expect(await password.check({ user: 'Scan', password: 'geheim' })).toBe(false);
    expect(await password.check({ user: 'scan', password: 'geheim ' })).toBe(false);
    await password.set('');
    expect(await password.check({ user: 'scan', password: 'geheim' })).toBe(false);
  });

  test('without a user name nobody can log in, and none can be set', async () => {
    const password = createLanPassword(memorySecrets(), () => '');
    await expect(password.set('x')).rejects.toMatchObject({ code: 'settings-invalid' });
    expect(await password.check({ user: '', password: '' })).toBe(false);
  });
});

// Setting, SIZE of the smarthost (0: it has no limit), what is taken.
test.each<[number, number | undefined, number]>([
  [50_000_000, undefined, 50_000_000],
  [50_000_000, 0, 50_000_000],
  [50_000_000, 157_286_400, 50_000_000],
  // What accepting adds to the header must still fit.
  [50_000_000, 35_000_000, 34_995_904],
  [50_000_000, 1000, 1],
])('of %j and SIZE %j the largest message is %j', (set, size, largest) => {
  expect(largestMessageBytes(set, size)).toBe(largest);
});
