/** Internet Services: what its forms send, how the sign-in goes on, what Home says. */
import { describe, expect, test } from '@jest/globals';
import type { JobSummary, SignInState } from '../../src/core/index.ts';
import { FakeRefusal } from '../support/panel-fake.ts';
import { sampleCode, sampleIdentity, sampleJob } from '../support/sample-status.ts';
import { openNodePage } from '../support/node-page.ts';
import { answers, bodyOf, consequence, count, nowMs, open, plan, refusal, type Answers } from './web-in-node.ts';

describe('saving settings', () => {
  const proxy = async (more: Answers = {}) => {
    const page = await open('/network/proxy', more);
    const field = page.all('input').find((one) => one.getAttribute('type') === 'text')!;
    return { page, field };
  };

  test('consequences are accepted one by one: a new one is asked for again', async () => {
    const { page, field } = await proxy({
      'POST /v1/settings/preview': () => ({ ...plan, consequences: [consequence('sign-in-dropped')] }),
    });
    await page.type(field, 'http://proxy:3128');
    await page.press('Save');
    expect(page.text('dialog')).toContain('The present sign-in ends');
    await page.press('Cancel');
    expect(count(page, 'PATCH /v1/settings')).toBe(0);
    await page.press('Save');
    page.answer('POST /v1/settings/preview', () => ({
      ...plan,
      consequences: ['sign-in-dropped', 'something-new'].map(consequence),
    }));
    await page.press('Save anyway');
    expect(count(page, 'PATCH /v1/settings')).toBe(0);
    expect(page.text('dialog')).toContain('Sentence of something-new');
    await page.press('Save anyway');
    expect(bodyOf(page, 'PATCH /v1/settings')).toEqual({
      changes: { 'network.proxyUrl': 'http://proxy:3128' },
      accept: ['sign-in-dropped', 'something-new'],
    });
  });

  test('what fails is said, what is not saved is asked about before the window closes, and can be undone', async () => {
    const { page, field } = await proxy({ 'PATCH /v1/settings': refusal('Storage is full.') });
    expect(page.asksBeforeLeaving()).toBe(false);
    await page.type(field, 'http://proxy:3128');
    expect(page.asksBeforeLeaving()).toBe(true);
    await page.press('Save');
    expect(page.text('.notice-error')).toBe('Storage is full.');
    await page.press('Undo changes');
    expect([field.value, page.has('.notice-error'), page.asksBeforeLeaving()]).toEqual(['', false, false]);
  });

  test('of a form with a value that is none nothing is saved', async () => {
    const page = await open('/network/printers');
    const [port] = page.all('input').filter((one) => one.getAttribute('inputMode') === 'numeric');
    await page.type(page.all('textarea')[0]!, '192.0.2.0/24');
    await page.type(port!, 'many');
    await page.press('Save');
    expect(page.text('.field-error')).toBe('Type a whole number.');
    expect(count(page, 'POST /v1/settings/preview')).toBe(0);
  });

  test('what the daemon will not take stands at its field, which gets the focus, and nothing is saved', async () => {
    const { page, field } = await proxy({
      'POST /v1/settings/preview': () => ({ ...plan, problems: [{ path: 'network.proxyUrl', message: 'No URL.' }] }),
    });
    await page.type(field, 'proxy');
    await page.press('Save');
    expect(page.text('.field-error')).toBe('No URL.');
    expect(count(page, 'PATCH /v1/settings')).toBe(0);
    expect(page.isFocused(field)).toBe(true);
  });

  test('the door for printers: what it lacks is said before the daemon is asked', async () => {
    const page = await open('/network/printers');
    await page.type(
      page.all('input').find((one) => one.getAttribute('type') === 'checkbox')!,
      'true',
    );
    await page.press('Save');
    expect(page.text('.field-error')).toContain('Say which printers may connect');
    expect(count(page, 'POST /v1/settings/preview')).toBe(0);
  });

  test('a switch that waits for the next start says so', async () => {
    const waiting = await open('/network/printers', {
      'GET /v1/lan': () => ({ isEnabled: true, listeners: [], hasPassword: true, certificates: [] }),
    });
    expect(waiting.text('main')).toContain('The change takes effect when the device starts next.');
  });

  test('a stored secret is set, leaves the field, and can be removed', async () => {
    const key = 'PUT /v1/secrets/proxy-password';
    const page = await open('/network/proxy', { [key]: () => undefined });
    await page.type('New proxy password', 'secret');
    await page.press('Set password');
    expect(bodyOf(page, key)).toEqual({ value: 'secret' });
    expect(page.field('New proxy password').value).toBe('');
    await page.type('New proxy password', 'half typed');
    await page.press('Remove password');
    expect(bodyOf(page, key)).toEqual({ value: '' });
  });

  test('a list of sender addresses is there where it counts; what contradicts the provider is not saved', async () => {
    const page = await open('/apps/send-email/sender-address');
    const selects = () => page.all('select').slice(1);
    const areas = () => page.all('textarea').length;
    expect(areas()).toBe(0);
    await page.type(selects()[0]!, 'allowed');
    expect(areas()).toBe(1);
    await page.type(
      page.all('input').find((one) => one.getAttribute('type') === 'checkbox')!,
      'true',
    );
    await page.press('Save');
    expect(page.text('.field-error')).toContain('Exchange Online/Outlook.com sends only as the signed-in mailbox');
    expect(count(page, 'POST /v1/settings/preview')).toBe(0);
    await page.type('User who authenticates when sending', 'remote-authenticated-user');
    expect(page.text('.field-error')).toContain('the device authenticates with its own sign-in');
  });

  test('the address of the device: checked, its consequences asked, its problem and its failure said', async () => {
    const key = 'PUT /v1/device/email-address';
    const page = await open('/system/device-details', {
      'POST /v1/settings/preview': () => ({ ...plan, consequences: [consequence('something-new')] }),
      [key]: refusal('Not now.'),
    });
    expect(page.text('.note-good')).toContain('The addresses are the same.');
    await page.type('Device e-mail address', 'other');
    await page.press('Save');
    expect(count(page, 'POST /v1/settings/preview')).toBe(0);
    await page.type('Device e-mail address', 'other@contoso.com');
    expect(page.text('.note-warning')).toContain('The addresses differ');
    await page.press('Save');
    expect([page.text('dialog').includes('Sentence of something-new'), count(page, key)]).toEqual([true, 0]);
    await page.press('Save anyway');
    expect(bodyOf(page, key)).toEqual({ address: 'other@contoso.com', accept: ['something-new'] });
    expect(page.text('.notice-error')).toBe('Not now.');
    page.answer('POST /v1/settings/preview', () => ({ ...plan, problems: [{ path: 'x', message: 'Not this one.' }] }));
    await page.press('Save');
    expect(page.text('.field-error')).toBe('Not this one.');
  });

  test('SMTP: saved or not, it leads to the code; the remote user is refused; custom shows its encryption', async () => {
    const page = await open('/network/smtp', {}, { account: { status: 'none' } });
    await page.press('Save');
    expect(page.location.hash).toContain('/network/smtp/code');
    await page.go('/network/smtp');
    await page.type('User who authenticates when sending', 'remote-authenticated-user');
    await page.press('Save');
    expect([count(page, 'POST /v1/settings/preview'), page.text('.field-error')]).toEqual([
      0,
      'With Exchange Online/Outlook.com the device authenticates with its own sign-in. Choose "Device settings".',
    ]);
    expect(page.asksBeforeLeaving()).toBe(true);
    await page.type('User who authenticates when sending', 'device');
    expect(page.text('label')).not.toContain('Encryption');
    await page.type('Cloud', 'custom');
    expect(page.text('label')).toContain('Encryption');
    await page.type('Cloud', 'china-21vianet');
    await page.press('Save');
    expect(bodyOf(page, 'PATCH /v1/settings')?.['changes']).toEqual({ 'service.cloud': 'china-21vianet' });
    expect(page.location.hash).toContain('/network/smtp/code');
    await page.go('/network/smtp');
    await page.type('Service provider', 'unspecified');
    expect(page.field('Server address').value).toBe('');
  });

  test('an import that changes nothing says which setting is to blame', async () => {
    const page = await open('/system/maintenance', {
      'POST /v1/settings/import': () => ({ ...plan, problems: [{ path: 'retry.firstWaitS', message: 'No number.' }] }),
    });
    const file = page.all('input').find((one) => one.getAttribute('type') === 'file')!;
    const choose = (size: number) => page.choose(file, { name: 'clone.json', size, text: () => Promise.resolve('{}') });
    await choose(1e9);
    expect(page.text('.messages')).toContain('This file is too large');
    await choose(2);
    // The same file may be chosen again.
    expect(file.value).toBe('');
    await page.press('Import');
    expect(page.text('.notice-error')).toContain('retry.firstWaitS: No number.');
    expect(page.text('.messages')).not.toContain('The file changes nothing.');
  });
});

describe('the sign-in', () => {
  const code = { ...sampleCode, expiresAtMs: nowMs + 90_000 };
  const confirm = {
    step: 'confirm',
    identity: sampleIdentity,
    previousUpn: 'old@contoso.com',
    deviceEmailAddress: 'scan@contoso.com',
    expiresAtMs: nowMs + 60_000,
  } as const;
  const start = 'POST /v1/sign-in';
  const at = (signIn: SignInState, hash = '/network/smtp/code', more: Answers = {}) =>
    open(hash, { [start]: () => code, ...more }, { signIn, glance: 'signing-in', lamp: 'amber' });

  test('opening the page asks for a code, unless one is out or somebody has to read a failure', async () => {
    const idle = await at({ step: 'idle' });
    expect(bodyOf(idle, start)).toEqual({ isFresh: false });
    const running = await at(code, '/network/smtp/code?new');
    expect(count(running, start)).toBe(0);
    const failed = await at({ step: 'failed', code: 'sign-in-declined' });
    expect(count(failed, start)).toBe(0);
    const again = await at({ step: 'failed', code: 'sign-in-declined' }, '/network/smtp/code?new');
    expect([count(again, start), again.location.hash]).toEqual([1, '#/network/smtp/code']);
  });

  test('a host nobody knows is warned of, and a new code is a new one', async () => {
    const page = await at(code);
    expect(page.has('.notice-warning')).toBe(false);
    await page.press('New code');
    expect(bodyOf(page, start)).toEqual({ isFresh: true });
    await page.show({ signIn: { ...code, isKnownHost: false } });
    expect(page.text('.notice-warning')).toContain('not one the chosen cloud is known to use');
    await page.advance(30_000);
    expect(page.text('.code-left')).toBe('Valid for another 1:00');
  });

  test('whose account it is and what it replaces; another one is no consent', async () => {
    const page = await at(confirm, undefined, {
      'POST /v1/sign-in/confirm': refusal('Not now.'),
      'POST /v1/sign-in/cancel': () => ({ step: 'idle' }),
    });
    expect(page.text('.notice-warning')).toBe('It replaces old@contoso.com.');
    await page.press('Use this account');
    expect(page.text('.notice-error')).toBe('Not now.');
    await page.press('Another account');
    expect([count(page, 'POST /v1/sign-in/confirm'), count(page, 'POST /v1/sign-in/cancel')]).toEqual([1, 1]);
    expect(count(page, start)).toBe(1);
  });

  test('a failure has its own guidance, and asks for the number of the phone only if that alone knows', async () => {
    const own = await at({ step: 'failed', code: 'sign-in-expired', guidanceId: 'not-confirmed' });
    expect(own.text('.guidance')).toContain('Title of not-confirmed');
    expect(own.text('main')).not.toContain('What did the phone show?');
    const phone = await at({ step: 'failed', code: 'sign-in-expired' });
    expect(phone.text('main')).toContain('What did the phone show?');
  });
});

test('what could not be copied is not said to be copied', async () => {
  let isAllowed = false;
  const clipboard = { writeText: () => (isAllowed ? Promise.resolve() : Promise.reject(new Error('not allowed'))) };
  const page = await openNodePage('internet-services', {
    hash: '#/security/certificate',
    answers,
    navigator: { clipboard },
  });
  await page.press('Copy');
  expect(page.text('button')).not.toContain('Copied');
  isAllowed = true;
  await page.press('Copy');
  expect(page.text('button')).toContain('Copied');
});

describe('Home', () => {
  test('says what is not right: amber too, notices, the mail server, an act that failed', async () => {
    const page = await open(
      '/home',
      { 'POST /v1/account/use-upn': refusal('Not now.') },
      {
        glance: 'upn-mismatch',
        lamp: 'amber',
        guidanceId: 'upn-mismatch',
        warnings: ['The clock is not set.'],
        smarthost: { host: 'smtp.contoso.com', port: 587, isReachable: false },
      },
    );
    expect(page.text('.guidance')).toContain('Title of upn-mismatch');
    expect(page.text('main')).toContain('The clock is not set.');
    expect(page.text('main')).toContain('smtp.contoso.com:587 (no connection)');
    await page.press('Use UPN as device e-mail address');
    expect(page.text('.notice-error')).toBe('Not now.');
  });

  test('a test mail: checked, followed by its own news, explained when it is held', async () => {
    const job: JobSummary = sampleJob({ queueId: 'mine' });
    const guidance = { id: 'x', title: 'Of this very mail', panel: [], paragraph: 'x', who: 'person', acts: [] };
    const page = await open('/home', {
      'POST /v1/jobs/test': () => job,
      'GET /v1/jobs/mine': () => ({ job, guidance }),
    });
    await page.type('To', 'nobody');
    await page.press('Check');
    expect(count(page, 'POST /v1/jobs/test')).toBe(0);
    await page.type('To', 'tech@contoso.com');
    await page.press('Check');
    await page.tell('job', sampleJob({ queueId: 'another', state: 'accepted' }));
    expect(page.text('main')).not.toContain('Accepted by the mail server');
    await page.tell('job', { ...job, state: 'held' });
    expect(page.text('.guidance')).toContain('Of this very mail');
  });

  test('the news of another job changes nothing on the page of this one', async () => {
    const job = sampleJob({ queueId: 'mine' });
    const page = await open('/jobs/mine', { 'GET /v1/jobs/mine': () => ({ job }) });
    await page.tell('job', sampleJob({ queueId: 'another', subject: 'Of somebody else', state: 'failed' }));
    expect(page.text('main')).not.toContain('Of somebody else');
  });

  test('what failed for want of a line is asked again when there is one, and by hand', async () => {
    const page = await open('/home');
    await page.vanish();
    await page.go('/system/about');
    expect(page.text('main')).toContain('The device does not answer');
    page.comeBack();
    await page.advance(8000);
    expect(page.text('main')).toContain('v20');
    const broken = await open('/jobs', {
      'GET /v1/jobs': () => new FakeRefusal(422, 'bad', 'Bad.', { hint: 'Try less.' }),
    });
    expect(broken.text('main')).toContain('Bad. Try less.');
    broken.answer('GET /v1/jobs', () => ({ jobs: [sampleJob()], total: 1 }));
    await broken.press('Try again');
    expect(broken.text('td')).toContain('anna@contoso.com');
    // A list of before is old after a loss.
    const before = count(broken, 'GET /v1/jobs');
    await broken.vanish();
    await broken.advance(3000);
    broken.comeBack();
    await broken.advance(5000);
    expect(count(broken, 'GET /v1/jobs')).toBeGreaterThan(before);
  });

  test('a question that gets no answer on an open line is asked again with pauses', async () => {
    const page = await open('/system/about', { 'GET /v1/about': () => Promise.reject(new TypeError('reset')) });
    await page.advance(10_000);
    expect(count(page, 'GET /v1/about')).toBeGreaterThan(2);
    expect(count(page, 'GET /v1/about')).toBeLessThan(6);
  });

  test('the log is of the level that was chosen', async () => {
    const page = await open('/system/log', { 'GET /v1/log': () => ({ lines: [] }) });
    await page.type('From level', 'error');
    expect(page.keysOf('GET /v1/log').at(-1)?.query.get('level')).toBe('error');
  });

  test('when the pages move they say where to', async () => {
    const at = (port: number) => ({ listeners: [{ name: 'web', address: '::', port }] });
    const page = await open('/home', {}, at(8480));
    await page.show(at(9443));
    expect(page.text('main')).toContain('https://127.0.0.1:9443/#/home');
  });
});
