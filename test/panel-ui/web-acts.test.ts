/** Internet Services: who comes in, and what is asked before it is done. */
import { describe, expect, test } from '@jest/globals';
import { FakeRefusal } from '../support/panel-fake.ts';
import { sampleJob, sampleStatus } from '../support/sample-status.ts';
import {
  bodyOf,
  certificate,
  count,
  nowMs,
  open,
  pems,
  refusal,
  signedIn,
  signedOut,
  type Answers,
} from './web-in-node.ts';

describe('coming in', () => {
  const outside: Answers = { 'GET /v1/session': () => signedOut };

  test('a log-in that is locked, or a device without an answer, is said; a wrong password is at its field', async () => {
    const page = await open('/home', {
      ...outside,
      'POST /v1/session': () => new FakeRefusal(429, 'login-locked', 'Wait for a minute.'),
    });
    expect(page.text()).not.toContain('You were logged out');
    await page.type('Administrator password', 'x');
    await page.press('Log in');
    expect(page.text('.notice-error')).toBe('Wait for a minute.');
    page.answer('POST /v1/session', () => new FakeRefusal(401, 'login-refused', 'No.'));
    await page.press('Log in');
    expect([page.text('.field-error'), page.has('.notice-error')]).toEqual(['That password is not right.', false]);
    await page.vanish();
    await page.press('Log in');
    expect(page.text('.notice-error')).toContain('The device does not answer');
  });

  test('a claim: both passwords alike, the PIN goes with it, what is refused is said', async () => {
    const page = await open('/home', {
      'GET /v1/session': () => ({ product: 'mfp-mail-agent', state: 'unclaimed' }),
      'POST /v1/claim': refusal('Storage is full.'),
    });
    await page.type('One-time code', ' ABCD-EFGH ');
    await page.type('New administrator password', 'a long pass phrase');
    await page.type('Repeat the password', 'a long pass phrasee');
    await page.press('Set up');
    expect(page.text('.field-error')).toBe('The two passwords are not the same.');
    await page.type('Repeat the password', 'a long pass phrase');
    await page.type('Panel PIN', '258');
    await page.press('Set up');
    expect(count(page, 'POST /v1/claim')).toBe(0);
    await page.type('Panel PIN', '2580');
    await page.press('Set up');
    expect(bodyOf(page, 'POST /v1/claim')).toEqual({ code: 'ABCD-EFGH', password: 'a long pass phrase', pin: '2580' });
    expect(page.text('.notice-error')).toBe('Storage is full.');
  });

  test('logging out ends the session at the device, and is not told as something that happened to one', async () => {
    const page = await open('/home');
    page.answer('GET /v1/session', () => signedOut);
    await page.press('Log out');
    expect(count(page, 'DELETE /v1/session')).toBe(1);
    expect(page.has('input')).toBe(true);
    expect(page.text()).not.toContain('You were logged out');
  });

  test('an answer that wants a log-in leads there, and says why', async () => {
    const page = await open('/home', { 'GET /v1/audit': () => new FakeRefusal(401, 'login-needed', 'No.') });
    page.answer('GET /v1/session', () => signedOut);
    await page.go('/security/audit');
    expect(page.text()).toContain('You were logged out');
    expect(page.text()).toContain('Administrator password');
  });

  test('while the line is lost it is asked whether the log-in still holds', async () => {
    const page = await open('/home');
    await page.vanish('stream');
    await page.advance(5000);
    expect(page.text('main')).toContain('Connection to the device lost');
    page.answer('GET /v1/session', () => signedOut);
    await page.advance(3000);
    expect(page.text()).toContain('You were logged out');
  });

  test('a page that was left does not keep the log-in alive', async () => {
    const page = await open('/system/log', { 'GET /v1/log': () => ({ lines: [] }) });
    await page.type('Keep up to date', 'true');
    await page.advance(4000);
    expect(count(page, 'GET /v1/log')).toBe(2);
    const marked = () => page.keysOf('GET /v1/log').at(-1)?.headers.get('x-mfp-unattended') ?? null;
    expect(marked()).toBeNull();
    await page.advance(60_000);
    expect(marked()).toBe('1');
  });

  test('another language: words, sentences of the device, the next visit; one that does not come is said', async () => {
    const page = await open('/home');
    await page.type(page.all('select')[0]!, 'ja');
    expect(page.document.documentElement.lang).toBe('ja');
    expect(page.kept.get('internet-services.language')).toBe('ja');
    expect(page.streams.filter(({ isClosed }) => !isClosed).map(({ url }) => url)).toEqual(['/v1/events?language=ja']);
  });

  test('messages go away by themselves', async () => {
    const page = await open('/network/proxy');
    await page.type('Proxy server address', 'x').catch(() => page.type('Title of network.proxyUrl', 'x'));
    await page.press('Save');
    expect(page.text('.messages')).toBe('Saved.');
    await page.advance(7000);
    expect(page.text('.messages')).toBe('');
  });
});

describe('what is asked before it is done', () => {
  test('the mailbox is signed out after a question only', async () => {
    const key = 'DELETE /v1/account';
    const page = await open('/home', { [key]: refusal('Not now.') });
    await page.press('Sign out');
    await page.press('Cancel');
    expect(count(page, key)).toBe(0);
    await page.press('Sign out');
    await page.press('Sign out');
    expect(count(page, key)).toBe(1);
    expect(page.text('.notice-error')).toBe('Not now.');
  });

  test('a scan is deleted after a question; hold, release and send now are what they say', async () => {
    const job = sampleJob({ state: 'waiting', isPossibleDuplicate: true });
    const at = `/v1/jobs/${job.queueId}`;
    const page = await open(`/jobs/${job.queueId}`, {
      'GET /v1/jobs/:any': () => ({ job }),
      [`POST ${at}/hold`]: () => ({ ...job, state: 'held' }),
      [`POST ${at}/release`]: () => job,
      [`POST ${at}/retry`]: refusal('Not now.'),
      [`DELETE ${at}`]: () => ({ ...job, state: 'deleted' }),
    });
    expect(page.text('.notice-warning')).toContain('Possible duplicate');
    await page.press('Hold');
    expect(count(page, `POST ${at}/hold`)).toBe(1);
    await page.press('Release');
    expect(count(page, `POST ${at}/release`)).toBe(1);
    await page.press('Send now');
    expect(page.text('.notice-error')).toBe('Not now.');
    await page.press('Delete');
    await page.press('Cancel');
    expect(count(page, `DELETE ${at}`)).toBe(0);
    await page.press('Delete');
    await page.press('Delete');
    expect(count(page, `DELETE ${at}`)).toBe(1);
  });

  test('another certificate of its own is made after a question only', async () => {
    const page = await open('/security/certificate', { 'DELETE /v1/certificate': () => undefined });
    await page.press('Make a new certificate');
    await page.press('Cancel');
    expect(count(page, 'DELETE /v1/certificate')).toBe(0);
  });

  test('of several authorities the one that was chosen goes, after a question; one more leaves the others', async () => {
    const page = await open('/security/authorities');
    const changed = () =>
      (bodyOf(page, 'PATCH /v1/settings')?.['changes'] as Record<string, unknown> | undefined)?.['network.extraCaPem'];
    page.all('.button-danger')[1]!.click();
    await page.settle();
    expect(count(page, 'POST /v1/settings/preview')).toBe(0);
    await page.press('Delete');
    expect(changed()).toEqual([pems[0], pems[2]]);
    await page.type('Certificate (PEM)', pems[1]!);
    await page.press('Add');
    expect(changed()).toEqual([...pems, pems[1]]);
  });

  test('a reset, and the end of the device: a question, a number', async () => {
    const page = await open(
      '/system/maintenance',
      { 'POST /v1/settings/reset': refusal('Not now.'), 'POST /v1/decommission': () => undefined },
      { queue: { ...sampleStatus.queue, waiting: 1, sending: 2, held: 3 } },
    );
    const [reset, end] = page.all('.button-danger').map((one) => one.textContent) as [string, string];
    await page.press(reset);
    expect(count(page, 'POST /v1/settings/reset')).toBe(0);
    await page.press(reset);
    expect(count(page, 'POST /v1/settings/reset')).toBe(1);
    expect(page.text('.notice-error')).toBe('Not now.');
    await page.press(end);
    const field = page.document.querySelector('dialog')!.querySelectorAll('input')[0]!;
    const act = page.document.querySelector('dialog')!.querySelectorAll('.button-danger')[0]!.textContent;
    await page.type(field, '4');
    await page.press(act);
    expect(count(page, 'POST /v1/decommission')).toBe(0);
    await page.type(field, '6');
    await page.press(act);
    expect(bodyOf(page, 'POST /v1/decommission')).toEqual({ confirmWaitingJobs: 6 });
  });

  test('a person of the address book is deleted after a question; a change changes that person', async () => {
    const entry = { id: '7', name: 'Anna', address: 'anna@contoso.com', index: 'a' };
    const page = await open('/apps/address-book', {
      'GET /v1/address-book': () => ({ entries: [entry], total: 1 }),
      'PUT /v1/address-book/:any': () => entry,
      'DELETE /v1/address-book/:any': () => undefined,
    });
    await page.press('Delete: Anna');
    await page.press('Cancel');
    expect(count(page, 'DELETE /v1/address-book/7')).toBe(0);
    await page.press('Edit: Anna');
    await page.type('Name', 'Anna Kay');
    await page.press('Save');
    expect(bodyOf(page, 'PUT /v1/address-book/7')).toMatchObject({ name: 'Anna Kay', address: 'anna@contoso.com' });
  });

  test('who types on is not answered with what was asked before', async () => {
    const late: ((value: unknown) => void)[] = [];
    const page = await open('/apps/address-book', {
      'GET /v1/address-book': () => new Promise((resolve) => late.push(resolve)),
    });
    await page.type('Search', 'an');
    await page.advance(300);
    late[1]?.({ entries: [{ id: '7', name: 'Anna', address: 'anna@contoso.com' }], total: 1 });
    await page.settle();
    late[0]?.({ entries: [], total: 0 });
    await page.settle();
    expect(page.text('td')).toContain('anna@contoso.com');
    expect(page.has('.notice-error')).toBe(false);
  });

  test('an import adds unless it is told to replace, and leaves no bad line out unasked', async () => {
    const key = 'POST /v1/address-book/import';
    const page = await open('/apps/address-book', {
      'GET /v1/address-book': () => ({ entries: [], total: 0 }),
      [key]: () => ({
        isDone: false,
        isOfUse: true,
        problems: [{ line: 2, message: 'Bad.' }],
        added: 0,
        changed: 0,
        skipped: 0,
      }),
    });
    await page.press('Import');
    await page.type('Text of the file', 'name,email');
    await page.press('Import');
    expect(bodyOf(page, key)).toMatchObject({ mode: 'add', isSkippingBad: false });
    await page.press('Leave out the bad lines');
    expect(bodyOf(page, key)).toMatchObject({ mode: 'add', isSkippingBad: true });
    await page.type('What happens to the present entries', 'add');
    await page.press('Import');
    expect(bodyOf(page, key)).toMatchObject({ mode: 'add', isSkippingBad: false });
  });
});

describe('password, PIN and key', () => {
  test('a new password is typed twice, leaves the fields, and goes on with the new token', async () => {
    const key = 'PUT /v1/access/password';
    const page = await open('/security/access', {
      [key]: () => ({ ...signedIn, csrfToken: 'csrf-2' }),
      'PUT /v1/access/pin': refusal('Storage is full.'),
    });
    await page.type('Present password', 'old one');
    await page.type('New password', 'a long pass phrase');
    await page.type('Repeat the new password', 'a long pass phrasee');
    await page.press('Change password');
    expect(count(page, key)).toBe(0);
    await page.type('Repeat the new password', 'a long pass phrase');
    await page.press('Change password');
    expect(page.keysOf(key)[0]?.headers.get('x-csrf-token')).toBe('csrf-1');
    for (const label of ['Present password', 'New password', 'Repeat the new password'])
      expect(page.field(label).value).toBe('');
    await page.type('New PIN', '12');
    await page.press('Set PIN');
    expect(count(page, 'PUT /v1/access/pin')).toBe(0);
    await page.type('New PIN', '2580');
    await page.press('Set PIN');
    expect(page.keysOf('PUT /v1/access/pin')[0]?.headers.get('x-csrf-token')).toBe('csrf-2');
    expect(page.text('.notice-error')).toBe('Storage is full.');
    page.answer('PUT /v1/access/pin', () => undefined);
    await page.press('Remove PIN');
    expect(bodyOf(page, 'PUT /v1/access/pin')).toEqual({ pin: '' });
  });

  test('a private key does not stay in the page', async () => {
    const page = await open('/security/certificate', { 'PUT /v1/certificate': () => certificate });
    await page.type('Certificate (PEM)', 'cert');
    await page.type('Private key (PEM)', 'key');
    await page.press('Install');
    expect(bodyOf(page, 'PUT /v1/certificate')).toEqual({ certificatePem: 'cert', keyPem: 'key' });
    expect([page.field('Certificate (PEM)').value, page.field('Private key (PEM)').value]).toEqual(['', '']);
  });

  test('the audit list tells refused from done', async () => {
    const entry = { atMs: nowMs, by: 'x', door: 'web', act: 'log-in' };
    const page = await open('/security/audit', {
      'GET /v1/audit': () => ({
        entries: [
          { ...entry, outcome: 'login-refused' },
          { ...entry, outcome: 'done' },
        ],
      }),
    });
    expect(page.text('td')).toContain('Refused: login-refused');
  });
});
