/** Internet Services: what its pages ask before they act, what they send, what they say; its own script in Node (../support/toy-page.ts). */
import { describe, expect, test } from '@jest/globals';
import type { AgentStatus, JobSummary, SignInState } from '../../src/core/index.ts';
import { cloudProfiles } from '../../src/cloud/index.ts';
import { FakeRefusal } from '../support/panel-fake.ts';
import { sampleIdentity, sampleJob, sampleStatus } from '../support/sample-status.ts';
import { openToyPage, type ToyPage } from '../support/toy-page.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);
const signedOut = { product: 'mfp-mail-agent', state: 'signed-out' };
const signedIn = { product: 'mfp-mail-agent', state: 'signed-in', role: 'administrator', hasPin: true };
const plan = { changed: [], consequences: [], problems: [] };
const consequence = (code: string) => ({ code, message: `Sentence of ${code}` });
const service = {
  provider: 'exchange-online',
  cloud: 'global',
  smtpHost: '',
  smtpPort: 587,
  smtpSecurity: 'starttls',
  loginHost: '',
  tenant: 'consumers',
  clientId: '01234567-89ab-4def-8123-456789abcdef',
  scope: '',
  isPrivateNetworkAllowed: false,
};
const sender = {
  sendingUser: 'device',
  usesAuthenticatedUserAddress: false,
  changeSenderAddress: 'prohibited',
  permittedAddresses: [],
  isSharedMailbox: false,
};
const pems = ['A', 'B', 'C'].map((one) => `-----BEGIN CERTIFICATE-----\n${one}\n-----END CERTIFICATE-----`);
const network = { proxyUrl: '', proxyUser: '', isProxyUsedForSmtp: false, proxyBypass: [], extraCaPem: pems };
const lan = {
  isEnabled: false,
  address: '::',
  plainPort: 0,
  submissionPort: 0,
  tlsPort: 0,
  oldTlsListeners: [],
  allowedNetworks: [],
  trustedPrinters: [],
  userName: '',
  signInOverdueHours: 24,
};
const fields = [
  ['network.proxyUrl', 'text'],
  ['network.proxyBypass', 'list'],
  ['sender.usesAuthenticatedUserAddress', 'boolean'],
  ['sender.changeSenderAddress', 'choice'],
  ['sender.sendingUser', 'choice'],
  ['sender.permittedAddresses', 'list'],
  ['lan.isEnabled', 'boolean'],
  ['lan.plainPort', 'number'],
  ['lan.allowedNetworks', 'list'],
  ['lan.userName', 'text'],
].map(([path, kind]) => ({
  path,
  kind,
  title: `Title of ${path!}`,
  help: '',
  default: '',
  needsRestart: false,
  ...(kind === 'choice' ? { values: ['prohibited', 'allowed', 'device', 'remote-authenticated-user'] } : {}),
  ...(kind === 'number' ? { min: 0, max: 65_535 } : {}),
}));
const certificate = {
  pem: pems[0],
  fingerprint: 'A7',
  isSelfSigned: true,
  names: ['mfp'],
  validFrom: '2026-01-01',
  validTo: '2027-01-01',
};
const answers = {
  'GET /v1/settings': () => ({ settings: { service, sender, network, lan }, secrets: { proxyPassword: true } }),
  'GET /v1/settings/schema': () => ({ fields }),
  'GET /v1/profiles': () => ({ profiles: Object.values(cloudProfiles) }),
  'POST /v1/settings/preview': () => plan,
  'PATCH /v1/settings': () => plan,
  'GET /v1/certificate': () => certificate,
  'GET /v1/jobs': () => ({ jobs: [], total: 0 }),
  'GET /v1/about': () => ({ version: '1', node: 'v20', uptimeMs: 1, licences: [] }),
  'GET /v1/network': () => ({ hostName: 'mfp', addresses: [], dnsServers: ['192.0.2.1'], doors: [] }),
  'GET /v1/lan': () => ({ isEnabled: false, listeners: [], hasPassword: true, certificates: [] }),
  'DELETE /v1/session': () => undefined,
};
type Answers = Parameters<typeof openToyPage>[1] extends infer Options
  ? Options extends { answers?: infer One }
    ? One
    : never
  : never;
const open = (hash: string, more: Answers = {}, status: Partial<AgentStatus> = {}) =>
  openToyPage('internet-services', { hash: `#${hash}`, status, answers: { ...answers, ...more } });
const bodyOf = (page: ToyPage, key: string) => page.keysOf(key).at(-1)?.body;
const count = (page: ToyPage, key: string) => page.keysOf(key).length;
const refusal =
  (message: string, code = 'storage-failed') =>
  () =>
    new FakeRefusal(503, code, message);

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
    expect(page.window.countOf('beforeunload')).toBe(0);
    await page.type(field, 'http://proxy:3128');
    expect(page.window.countOf('beforeunload')).toBe(1);
    await page.press('Save');
    expect(page.text('.notice-error')).toBe('Storage is full.');
    await page.press('Undo changes');
    expect([field.value, page.has('.notice-error'), page.window.countOf('beforeunload')]).toEqual(['', false, 0]);
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
    expect(page.window.countOf('beforeunload')).toBe(1);
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
    const choose = async (size: number) => {
      file.files = [{ name: 'clone.json', size, text: () => Promise.resolve('{}') }];
      await page.type(file, 'clone.json');
    };
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

describe('the sign-in', () => {
  const code = {
    step: 'code',
    userCode: 'FBKQR7XLM',
    verificationUri: 'https://microsoft.com/devicelogin',
    isKnownHost: true,
    expiresAtMs: nowMs + 90_000,
    clientId: 'app-1',
    scopes: [],
  } as const;
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
  const page = await openToyPage('internet-services', {
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
