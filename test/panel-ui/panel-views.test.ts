/** The control panel: sign-in, settings, keys, and how the daemon is asked. */
import { describe, expect, test } from '@jest/globals';
import type { AgentStatus, SignInState } from '../../src/core/index.ts';
import { FakeRefusal } from '../support/panel-fake.ts';
import { sampleCode, sampleIdentity } from '../support/sample-status.ts';
import { administrator, bodyOf, nowMs, open, people } from './panel-in-node.ts';

describe('the sign-in', () => {
  const code = { ...sampleCode, expiresAtMs: nowMs + 60_000 };
  const confirm = {
    step: 'confirm',
    identity: sampleIdentity,
    deviceEmailAddress: 'scan@contoso.com',
    expiresAtMs: nowMs + 60_000,
  } as const;
  const at = (signIn: SignInState, status: Partial<AgentStatus> = {}, more: object = {}) =>
    open('#/sign-in', { glance: 'signing-in', signIn, account: { status: 'sign-in-needed' }, ...status }, more);

  test('the code, what it grants to whom, for how long; a host nobody knows is warned of', async () => {
    const page = await at(code);
    expect(page.text('.code')).toBe('FBKQR7XLM');
    expect(page.text('.grants')).toContain('app-1');
    expect(page.has('.notice-error')).toBe(false);
    expect(page.text('.bar-words')).toBe('Valid for 1:00');
    await page.advance(10_000);
    expect(page.text('.bar-words')).toBe('Valid for 0:50');
    await page.show({ signIn: { ...code, isKnownHost: false } });
    expect(page.has('.notice-error')).toBe(true);
    // What has expired is shown to nobody.
    await page.advance(51_000);
    expect(page.has('.code')).toBe(false);
    expect(page.document.activeElement.textContent).not.toBe('Cancel');
    page.answer('POST /v1/sign-in', () => code);
    await page.press('New code');
    expect(bodyOf(page, 'POST /v1/sign-in')).toEqual({ isFresh: true });
  });

  test('for a shared mailbox one signs in with the own account', async () => {
    const own = await at(code);
    const shared = await at(code, { isSharedMailbox: true });
    expect(own.text('.code-words')).not.toBe(shared.text('.code-words'));
  });

  test('whose mailbox it is, what it replaces, and that the addresses differ', async () => {
    const same = await at(confirm);
    expect(same.has('.notice-warning')).toBe(false);
    const page = await at({ ...confirm, previousUpn: 'old@contoso.com', deviceEmailAddress: 'other@contoso.com' });
    expect(page.text('.facts')).toContain('old@contoso.com');
    expect(page.has('.notice-warning')).toBe(true);
    // Capitals make no other address.
    const capitals = await at({ ...confirm, deviceEmailAddress: 'Scan@Contoso.com' });
    expect(capitals.has('.notice-warning')).toBe(false);
    const shared = await at({ ...confirm, deviceEmailAddress: 'other@contoso.com' }, { isSharedMailbox: true });
    expect(shared.has('.notice-warning')).toBe(false);
  });

  test('Yes is yes and No is no; what the daemon refuses is told', async () => {
    const page = await at(
      confirm,
      {},
      {
        'POST /v1/sign-in/cancel': () => ({ step: 'idle' }),
        'POST /v1/sign-in/confirm': () => new FakeRefusal(409, 'sign-in-over', 'It is over.'),
      },
    );
    await page.press('No');
    expect(page.keysOf('POST /v1/sign-in/confirm')).toEqual([]);
    expect(page.keysOf('POST /v1/sign-in/cancel')).toHaveLength(1);
    await page.press('Yes, use this mailbox');
    expect(page.text('.notice-error')).toBe('It is over.');
    page.answer('POST /v1/sign-in/confirm', () => new FakeRefusal(403, 'pin-needed', 'No.'));
    await page.press('Yes, use this mailbox');
    expect(page.text('dialog')).toContain('Administrator PIN');
  });

  test('what is in the way while it is proved is named', async () => {
    const page = await at({ step: 'proving', identity: sampleIdentity, trouble: 'throttled' });
    expect(page.text('.trouble')).toContain('Title of throttled');
  });

  test('somebody who has to sign in again is not told all is well', async () => {
    const account = { status: 'sign-in-needed', identity: sampleIdentity } as const;
    const page = await at({ step: 'idle' }, { account });
    expect(page.text('.lead')).toContain('A code appears here');
  });

  test('a failure is explained by its own guidance, the phone is asked only if it alone knows, and what still holds is said', async () => {
    const account = { status: 'ready', identity: sampleIdentity } as const;
    const failed = { step: 'failed', code: 'sign-in-expired' } as const;
    const phone = await at(failed, { account });
    expect(phone.text('.notice')).toContain('Title of sign-in-expired');
    expect(phone.text('main')).toContain('scan@contoso.com');
    await phone.press('What did the phone show?');
    expect(phone.location.hash).toBe('#/sign-in/phone');
    const own = await at({ ...failed, guidanceId: 'not-confirmed' });
    expect(own.text('.notice')).toContain('Title of not-confirmed');
    expect(own.text('main')).not.toContain('What did the phone show?');
  });

  test('a number from the phone is looked up, and the next one begins anew', async () => {
    const page = await open('#/sign-in/phone');
    await page.key('5', '3', '0', '0', '3', '3', '3', '3', '3', 'Enter');
    // Eight digits are the most there are.
    expect(bodyOf(page, 'POST /v1/guidance')).toEqual({ aadsts: 53_003_333 });
    // For keys there is a place to start from, and Back leads to the digits.
    expect(page.isFocused(page.button('What did the phone show?'))).toBe(true);
    await page.key('Escape');
    expect(page.text('.pad-value')).toBe('AADSTS');
    await page.key('7', 'Enter');
    await page.press('What did the phone show?');
    expect(page.text('.pad-value')).toBe('AADSTS');
  });
});

describe('settings at the panel', () => {
  const put = 'PUT /v1/device/smtp-server';

  test('a server name is typed after a warning only, and saved with what was accepted', async () => {
    const needs = new FakeRefusal(409, 'settings-need-consent', 'x', {
      consequences: ['sign-in-dropped', 'something-new'],
      messages: ['a', 'Something nobody here has words for.'],
    });
    const page = await open('#/device', {}, { [put]: () => needs });
    await page.press('Change: SMTP server name');
    expect(page.text('dialog')).toContain('Leave Exchange Online?');
    await page.key('Escape');
    expect(page.location.hash).toBe('#/device');
    page.document.querySelector('dialog')?.dispatchEvent(page.event('cancel'));
    await page.settle();
    expect([page.location.hash, page.has('dialog')]).toEqual(['#/device', false]);
    await page.press('Change: SMTP server name');
    await page.press('Type a name');
    await page.type(page.all('input')[0]!, 'mail.contoso.com');
    await page.press('Save');
    expect(page.text('.consequences')).toContain('The present sign-in ends');
    expect(page.text('.consequences')).toContain('Something nobody here has words for.');
    await page.press('Cancel');
    expect(page.keysOf(put)).toHaveLength(1);
    await page.press('Save');
    page.answer(put, () => ({ changed: [], consequences: [], problems: [] }));
    await page.press('Save all the same');
    expect(bodyOf(page, put)).toEqual({ host: 'mail.contoso.com', accept: ['sign-in-dropped', 'something-new'] });
    expect(page.location.hash).toBe('#/device');
  });

  test('a refusal is told, after the PIN too', async () => {
    const page = await open(
      '#/device/smtp-server',
      {},
      { [put]: () => new FakeRefusal(403, 'client-not-allowed', 'No.') },
    );
    await page.type(page.all('input')[0]!, 'mail');
    await page.press('Save');
    expect(page.text('dialog')).toContain('Administrator PIN');
    page.answer('POST /v1/panel/unlock', () => administrator);
    page.answer(put, () => new FakeRefusal(422, 'settings-invalid', 'That is no server.'));
    await page.key('4', '7', '1', '1', 'Enter');
    expect(page.text('.notice-error')).toBe('That is no server.');
  });

  test('the address of the device is checked', async () => {
    const page = await open('#/device/address');
    await page.type(page.all('input')[0]!, 'scan at contoso');
    await page.press('Save');
    expect(page.keysOf('PUT /v1/device/email-address')).toEqual([]);
    expect(page.text('.field-error')).toBe('That is not a complete e-mail address.');
  });

  test('the UPN is taken over with one touch where the two differ', async () => {
    const page = await open('#/device', { deviceEmailAddress: 'other@contoso.com' });
    page.answer('POST /v1/account/use-upn', () => new FakeRefusal(409, 'x', 'Not now.'));
    await page.press('Use UPN as device e-mail address');
    expect(page.text('.notice-error')).toBe('Not now.');
  });
});

describe('keys', () => {
  test('Back pressed twice, quicker than the screen is drawn, is two views up', async () => {
    const page = await open('#/device/web');
    page.keyNow('Escape');
    page.keyNow('Escape');
    await page.settle();
    expect(page.location.hash).toBe('#/');
  });

  test('Backspace takes a letter away where one types, and is Back where not; Back under a dialog closes that alone', async () => {
    const page = await open('#/scan/subject');
    await page.key('Backspace');
    expect(page.location.hash).toBe('#/scan/subject');
    page.document.body.focus();
    await page.key('Backspace');
    expect(page.location.hash).toBe('#/scan');
    await page.go('/device');
    await page.press('Change: SMTP server name');
    await page.key('Backspace');
    expect([page.location.hash, page.has('dialog')]).toEqual(['#/device', false]);
    // Where it was before the question.
    expect(page.document.activeElement.getAttribute('aria-label')).toBe('Change: SMTP server name');
  });

  test('a text that is cut is read with the arrows before the focus goes on, and what has the focus is in sight', async () => {
    const page = await open('#/help', {
      guidanceId: 'no-network',
      lamp: 'amber',
      glance: 'offline',
    });
    const text = page.all('.scrolls')[0]!;
    const box = { left: 0, right: 700, top: 50, bottom: 300 };
    page.lay(text, box);
    const home = page.button('Home');
    page.lay(home, { left: 0, right: 100, top: 320, bottom: 380 });
    page.lay(page.all('.top-button')[0]!, { left: 0, right: 50, top: 0, bottom: 40 });
    home.focus();
    // Nothing is cut: no stop for the focus.
    await page.key('ArrowUp');
    expect(page.isFocused(page.all('.top-button')[0])).toBe(true);
    page.lay(text, box, { scrollHeight: 400, clientHeight: 250 });
    await page.key('ArrowDown');
    expect(page.isFocused(text)).toBe(true);
    expect(page.isInView(text)).toBe(true);
    await page.key('ArrowDown');
    expect(text.scrollTop).toBe(150);
    expect(page.isFocused(text)).toBe(true);
    await page.key('ArrowDown');
    expect(page.isFocused(home)).toBe(true);
  });

  test('arrows lead out of a field that is empty; in a text they move the caret', async () => {
    const page = await open('/scan/subject');
    const [field] = page.all('input');
    page.lay(field!, { left: 100, right: 600, top: 100, bottom: 150 });
    page.lay(page.button('OK'), { left: 620, right: 700, top: 100, bottom: 150 });
    await page.type(field!, 'a');
    await page.key('ArrowRight');
    expect(page.isFocused(field)).toBe(true);
    await page.type(field!, '');
    await page.key('ArrowRight');
    expect(page.isFocused(page.button('OK'))).toBe(true);
  });

  test('capitals hold for one letter', async () => {
    const page = await open('#/scan/subject');
    await page.press('Capital letters');
    await page.press('A');
    await page.press('n');
    expect(page.all('input')[0]?.value).toBe('An');
  });
});

describe('asking the daemon', () => {
  test('a wait is shown, a failure told and asked again with a touch', async () => {
    let answer: (value: unknown) => void = () => undefined;
    const page = await open(
      '#/scan/to',
      {},
      {
        'GET /v1/address-book': () => new FakeRefusal(500, 'internal', ''),
      },
    );
    // No sentence: something is said all the same.
    expect(page.text('.notice-error')).toContain('internal');
    expect(page.document.querySelector('.notice-error')?.getAttribute('role')).toBe('alert');
    page.answer('GET /v1/address-book', () => new Promise((resolve) => (answer = resolve)));
    await page.press('Try again');
    expect(page.has('.loading')).toBe(true);
    answer({ entries: people, total: 2 });
    await page.settle();
    expect(page.all('.row').length).toBe(2);
    await page.vanish();
    await page.press('Recent');
    expect(page.text('.notice-error')).toContain('The mail agent does not answer');
  });

  test('an answer that comes too late is dropped, and its question is ended', async () => {
    const late: ((value: unknown) => void)[] = [];
    const page = await open(
      '#/scan/to',
      {},
      { 'GET /v1/address-book': () => new Promise((resolve) => late.push(resolve)) },
    );
    await page.press('Search');
    page.all('input')[0]!.value = 'b';
    await page.press('Search');
    const [first] = page.keysOf('GET /v1/address-book');
    expect(first?.init.signal?.aborted).toBe(true);
    late[1]?.({ entries: people.slice(1), total: 1 });
    await page.settle();
    late[0]?.({ entries: people, total: 2 });
    await page.settle();
    expect(page.all('.row').length).toBe(1);
  });

  test('two addresses lead to where they become one', async () => {
    const page = await open('/', { glance: 'upn-mismatch', lamp: 'red' });
    await page.press('Use UPN as device e-mail address');
    expect(page.location.hash).toBe('#/sign-in');
    // Whatever is wrong with the mailbox: a person can scan.
    await page.go('/');
    await page.press('Scan to e-mail');
    expect(page.location.hash).toBe('#/scan');
  });

  test('advice on Home leads to what to do', async () => {
    const page = await open('#/', {
      glance: 'not-set-up',
      lamp: 'red',
      guidanceId: 'client-id-missing',
    });
    expect(page.text('.glance')).toContain('Advice on client-id-missing');
    await page.press('What to do');
    expect(page.text('.notice')).toContain('Title of client-id-missing');
    expect(page.document.querySelector('.lamp')?.getAttribute('aria-label')).toBe('red');
  });
});
