import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createAccess } from '../../src/access/index.ts';
import * as vault from '../../src/vault/index.ts';
import { MailError } from '../../src/core/index.ts';
import { memorySecrets } from '../intake/running-lan.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';

const password = 'correct horse battery';
const address = '192.168.1.7';
const minuteMs = 60_000;

type Hashing = NonNullable<Parameters<typeof createAccess>[0]['hashing']>;

/** scrypt takes a tenth of a second each; here it is about who may try, not about how dear a try is. */
const cheap: Hashing = {
  hashPassword: (text: string) => Promise.resolve(createHash('sha256').update(text).digest()),
  isPasswordOf: async (text: string, stored: Buffer | undefined) => {
    await settle(1);
    return stored?.equals(createHash('sha256').update(text).digest()) === true;
  },
};

function setUp(hashing: Hashing = cheap) {
  const secrets = memorySecrets();
  const clock = new ManualClock();
  const log = collectedLog();
  const make = () => createAccess({ secrets, clock, log, hashing });
  return { secrets, clock, log, make, access: make() };
}

async function claimed(hashing?: Hashing) {
  const made = setUp(hashing);
  const { code } = await made.access.newClaimCode();
  const entry = await made.access.claim({ code, password, pin: '2580', address });
  return { ...made, entry };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof MailError ? error.code : String(error)),
  );

describe('a claim', () => {
  test('needs the code that is shown; nothing else opens a new device', async () => {
    const { access } = setUp();
    expect(await access.isClaimed()).toBe(false);
    expect(await access.claimCode()).toBeUndefined();
    expect(await codeOf(access.logIn({ password: '', address }))).toBe('login-refused');
    expect(await codeOf(access.claim({ code: '', password, address }))).toBe('claim-code-refused');
    const shown = await access.newClaimCode();
    expect(shown.code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/); // 40 bits
    expect(shown.triesLeft).toBe(5);
    const { session } = await access.claim({ code: shown.code, password, address });
    expect(session.by).toBe('administrator (192.168.1.7)');
    expect(await access.isClaimed()).toBe(true);
    expect(await access.claimCode()).toBeUndefined();
    expect(await codeOf(access.claim({ code: shown.code, password: 'another password', address }))).toBe(
      'claim-code-refused',
    );
  });

  test.each<[string, (code: string) => string]>([
    ['in lower case without its hyphen', (code) => code.toLowerCase().replace('-', '')],
    ['with blanks', (code) => ` ${code.replace('-', ' ')} `],
    ['with letters that look like digits', (code) => code.replaceAll('0', 'o').replaceAll('1', 'l')],
  ])('takes the code %s', async (_name, typed) => {
    const { access } = setUp();
    const { code } = await access.newClaimCode();
    expect(await codeOf(access.claim({ code: typed(code), password, address }))).toBe('done');
  });

  test('the code ends after five wrong tries', async () => {
    const { access, clock } = setUp();
    const { code } = await access.newClaimCode();
    const wrong = code === 'AAAA-AAAA' ? 'BBBB-BBBB' : 'AAAA-AAAA';
    for (let left = 4; left >= 0; left--) {
      expect(await codeOf(access.claim({ code: wrong, password, address }))).toBe('claim-code-refused');
      expect((await access.claimCode())?.triesLeft ?? 0).toBe(left);
    }
    await clock.advance(20 * minuteMs);
    expect(await codeOf(access.claim({ code, password, address }))).toBe('claim-code-refused');
  });

  test('the code ends after ten minutes, not by a jump of the clock', async () => {
    const { access, clock } = setUp();
    const { code, expiresAtMs } = await access.newClaimCode();
    expect(expiresAtMs - clock.nowMs()).toBe(10 * minuteMs);
    clock.jumpWall(365 * 86_400_000);
    await clock.advance(10 * minuteMs - 1);
    expect(await access.claimCode()).toBeDefined();
    await clock.advance(1);
    expect(await access.claimCode()).toBeUndefined();
    expect(await codeOf(access.claim({ code, password, address }))).toBe('claim-code-refused');
  });

  test('a refused password does not use the code up', async () => {
    const { access } = setUp();
    const { code } = await access.newClaimCode();
    expect(await codeOf(access.claim({ code, password: 'password1', address }))).toBe('password-refused');
    expect(await codeOf(access.claim({ code, password, pin: '1234', address }))).toBe('password-refused');
    expect(await codeOf(access.claim({ code, password, address }))).toBe('done');
  });

  test('again, by presence: sets a new password, ends sessions, keeps the PIN', async () => {
    const { access, entry } = await claimed();
    const { code } = await access.newClaimCode();
    await access.claim({ code, password: 'an entirely new one', address });
    expect(entry.session.ended.aborted).toBe(true);
    expect(await codeOf(access.logIn({ password, address }))).toBe('login-refused');
    expect(await codeOf(access.logIn({ password: 'an entirely new one', address }))).toBe('done');
    expect(await access.hasPin()).toBe(true);
  });

  test('keeps hashes only, and survives a restart', async () => {
    const { secrets, make, log } = await claimed(vault);
    const stored = [...secrets.kept.values()].map(String).join('');
    expect(stored).not.toContain(password);
    expect(stored).not.toContain('2580');
    expect(log.text()).not.toContain(password);
    expect(await codeOf(make().logIn({ password, address }))).toBe('done');
    // Decommissioned: as new.
    secrets.kept.clear();
    expect(await make().isClaimed()).toBe(false);
  });

  test('a damaged record lets nobody in; a missing key is told', async () => {
    const { secrets, make } = await claimed();
    const { get } = secrets;
    secrets.get = () => Promise.reject(new MailError('secret-damaged', 'test'));
    expect(await codeOf(make().logIn({ password, address }))).toBe('login-refused');
    secrets.get = () => Promise.reject(new MailError('key-unavailable', 'test'));
    expect(await codeOf(make().logIn({ password, address }))).toBe('key-unavailable');
    secrets.get = get;
    expect(await codeOf(make().logIn({ password, address }))).toBe('done');
  });
});

describe('guessing', () => {
  const guess = (access: ReturnType<typeof createAccess>, from = address) =>
    codeOf(access.logIn({ password: 'wrong', address: from }));

  test('five tries are free, then waits double to 15 minutes, and it never ends for good', async () => {
    const { access, clock } = await claimed();
    for (let i = 0; i < 5; i++) expect(await guess(access)).toBe('login-refused');
    let waitMs = 1000;
    for (let i = 0; i < 12; i++) {
      // Even the right password must wait.
      expect(await codeOf(access.logIn({ password, address }))).toBe('login-too-often');
      await clock.advance(waitMs - 1);
      expect(await guess(access)).toBe('login-too-often');
      await clock.advance(1);
      expect(await guess(access)).toBe('login-refused');
      waitMs = Math.min(waitMs * 2, 15 * minuteMs);
    }
    await clock.advance(15 * minuteMs);
    expect(await codeOf(access.logIn({ password, address }))).toBe('done');
    expect(await guess(access)).toBe('login-refused');
  }, 20_000);

  test('of one address does not keep another out', async () => {
    const { access } = await claimed();
    for (let i = 0; i < 6; i++) await guess(access, '10.0.0.1');
    expect(await guess(access, '10.0.0.1')).toBe('login-too-often');
    expect(await codeOf(access.logIn({ password, address }))).toBe('done');
  });

  test('many at once are one after the other', async () => {
    const { access } = await claimed();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => guess(access)));
    expect(outcomes.filter((one) => one === 'login-refused')).toHaveLength(5);
  });

  test('from one IPv6 network is from one address', async () => {
    const { access } = await claimed();
    for (let i = 0; i < 5; i++) await guess(access, `fd12:0:0:1::${String(i)}`);
    expect(await guess(access, 'fd12::1:a:b:c:d')).toBe('login-too-often');
    expect(await guess(access, 'fd12:0:0:2::1')).toBe('login-refused');
  });

  test('from everywhere has one budget; who logged in before does not share it', async () => {
    const { access, clock } = await claimed();
    await access.logIn({ password, address });
    for (let i = 0; i < 30; i++) expect(await guess(access, `10.0.1.${String(i)}`)).toBe('login-refused');
    expect(await codeOf(access.logIn({ password, address: '10.0.2.1' }))).toBe('login-too-often');
    expect(await codeOf(access.logIn({ password, address }))).toBe('done');
    await clock.advance(20_000);
    expect(await codeOf(access.logIn({ password, address: '10.0.2.1' }))).toBe('done');
  }, 20_000);

  test('a code at the panel ends all waits', async () => {
    const { access } = await claimed();
    for (let i = 0; i < 5; i++) await guess(access);
    expect(await guess(access)).toBe('login-too-often');
    await access.newClaimCode();
    expect(await codeOf(access.logIn({ password, address }))).toBe('done');
  });
});

describe('a session', () => {
  const use = { isUse: true };

  test('is new at each log-in, random, and known by its hash only', async () => {
    const { access, entry } = await claimed();
    const other = await access.logIn({ password, address });
    expect(other.token).not.toBe(entry.token);
    expect(Buffer.from(entry.token, 'base64url')).toHaveLength(32);
    expect(JSON.stringify(entry.session)).not.toContain(entry.token);
    expect((await access.webSession(entry.token, use))?.id).toBe(entry.session.id);
    expect(await access.webSession(entry.session.id, use)).toBeUndefined();
    expect(await access.webSession(`${entry.token}x`, use)).toBeUndefined();
  });

  test('ends after 15 idle minutes; a stream that reconnects is not use', async () => {
    const { access, clock, entry } = await claimed();
    await clock.advance(14 * minuteMs);
    expect(await access.webSession(entry.token, use)).toBeDefined();
    await clock.advance(14 * minuteMs);
    expect(await access.webSession(entry.token, { isUse: false })).toBeDefined();
    expect(entry.session.ended.aborted).toBe(false);
    await clock.advance(minuteMs);
    expect(entry.session.ended.aborted).toBe(true);
    expect(await access.webSession(entry.token, use)).toBeUndefined();
    expect(clock.pendingMs).toEqual([]);
  });

  test('ends after 8 hours, used or not', async () => {
    const { access, clock, entry } = await claimed();
    for (let i = 0; i < 47; i++) {
      await clock.advance(10 * minuteMs);
      expect(await access.webSession(entry.token, use)).toBeDefined();
    }
    await clock.advance(10 * minuteMs);
    expect(await access.webSession(entry.token, use)).toBeUndefined();
  });

  test('log-out ends one, a new password ends all but the new one', async () => {
    const { access, entry } = await claimed();
    const second = await access.logIn({ password, address });
    await access.logOut(second.session.id);
    expect(await access.webSession(second.token, use)).toBeUndefined();
    expect(await codeOf(access.setPassword({ current: 'wrong', next: 'a new long one', address }))).toBe(
      'login-refused',
    );
    expect(await codeOf(access.setPassword({ current: password, next: 'short', address }))).toBe('password-refused');
    expect(await access.webSession(entry.token, use)).toBeDefined();
    const third = await access.setPassword({ current: password, next: 'a new long one', address });
    expect(await access.webSession(entry.token, use)).toBeUndefined();
    expect(await access.webSession(third.token, use)).toBeDefined();
    expect(await codeOf(access.logIn({ password, address }))).toBe('login-refused');
  });

  test('sixteen at most; the one unused longest goes', async () => {
    const { access, entry, clock } = await claimed();
    for (let i = 0; i < 16; i++) {
      await clock.advance(1);
      await access.logIn({ password, address });
    }
    expect(entry.session.ended.aborted).toBe(true);
    await access.forget();
    await settle();
    expect(clock.pendingMs).toEqual([]);
  }, 20_000);
});

describe('the panel', () => {
  const use = { isUse: true };

  test('is walk-up; the PIN makes it administrator for five idle minutes', async () => {
    const { access, clock } = await claimed();
    const { token, session } = await access.enterPanel();
    expect(await access.panelSession(token, use)).toMatchObject({ role: 'walk-up' });
    expect(await codeOf(access.unlock(session.id, '0000'))).toBe('login-refused');
    expect(await access.panelSession(token, use)).toMatchObject({ role: 'walk-up' });
    await access.unlock(session.id, '2580');
    const open = await access.panelSession(token, use);
    expect(open?.role).toBe('administrator');
    await clock.advance(4 * minuteMs);
    expect(await access.panelSession(token, use)).toMatchObject({ role: 'administrator' });
    await clock.advance(5 * minuteMs);
    expect(open?.ended.aborted).toBe(true);
    expect(await access.panelSession(token, use)).toMatchObject({ role: 'walk-up' });
    // The browser itself stays in, for months.
    await clock.advance(90 * 86_400_000);
    expect(await access.panelSession(token, use)).toMatchObject({ role: 'walk-up' });
  });

  test('locks at once when told', async () => {
    const { access } = await claimed();
    const { token, session } = await access.enterPanel();
    await access.unlock(session.id, '2580');
    const open = await access.panelSession(token, use);
    await access.lock(session.id);
    expect(open?.ended.aborted).toBe(true);
    expect(await access.panelSession(token, use)).toMatchObject({ role: 'walk-up' });
  });

  test('without a PIN nobody unlocks it', async () => {
    const { access } = await claimed();
    await access.setPin('');
    const { session } = await access.enterPanel();
    for (const pin of ['', '2580']) expect(await codeOf(access.unlock(session.id, pin))).toBe('login-refused');
  });

  test('its PIN is wanted of those who have not given it, if there is one', async () => {
    const { access } = await claimed();
    const walkUp = { role: 'walk-up' };
    await expect(access.assertPinGiven(walkUp, 'an act')).rejects.toMatchObject({
      code: 'pin-needed',
      details: { hint: 'unlock the panel with its PIN first' },
    });
    expect(await codeOf(access.assertPinGiven({ role: 'administrator' }, 'an act'))).toBe('done');
    await access.setPin('');
    expect(await codeOf(access.assertPinGiven(walkUp, 'an act'))).toBe('done');
  });

  test('that was switched off lets nobody in who was in before', async () => {
    const { access } = await claimed();
    const { token, session } = await access.enterPanel();
    await access.unlock(session.id, '2580');
    await access.forgetPanels();
    expect(session.ended.aborted).toBe(true);
    expect(await access.panelSession(token, use)).toBeUndefined();
  });

  test('guessing on the network does not keep a person from the PIN', async () => {
    const { access } = await claimed();
    const guess = (from: string) => codeOf(access.logIn({ password: 'wrong horse', address: from }));
    for (let i = 0; i < 30; i++) await guess(`10.0.1.${String(i)}`);
    expect(await guess('10.0.2.1')).toBe('login-too-often');
    const { session } = await access.enterPanel();
    await access.unlock(session.id, '2580');
  });

  test('guessing the PIN is slowed down', async () => {
    const { access } = await claimed();
    const { session } = await access.enterPanel();
    for (let i = 0; i < 5; i++) expect(await codeOf(access.unlock(session.id, '9999'))).toBe('login-refused');
    expect(await codeOf(access.unlock(session.id, '2580'))).toBe('login-too-often');
  });

  test('a cookie of the web is none of the panel, and the other way round', async () => {
    const { access, entry } = await claimed();
    const panel = await access.enterPanel();
    expect(await access.panelSession(entry.token, use)).toBeUndefined();
    expect(await access.webSession(panel.token, use)).toBeUndefined();
  });
});
