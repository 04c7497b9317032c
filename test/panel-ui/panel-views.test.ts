/** The views of the control panel: what each asks, sends, warns of and lets go; its own script in Node (../support/toy-page.ts). */
import { describe, expect, test } from '@jest/globals';
import type { AgentStatus, JobSummary, SignInState } from '../../src/core/index.ts';
import { FakeRefusal } from '../support/panel-fake.ts';
import { sampleIdentity, sampleJob, sampleScan, sampleStatus } from '../support/sample-status.ts';
import { openToyPage, type ToyPage } from '../support/toy-page.ts';

const administrator = { product: 'mfp-mail-agent', state: 'signed-in', role: 'administrator', hasPin: true };
const nowMs = Date.UTC(2026, 10, 21, 12);
const glass = {
  id: 'glass',
  title: 'Glass',
  sources: ['flatbed', 'feeder'],
  resolutions: [100, 300, 600],
  colours: ['colour', 'grey'],
  formats: ['pdf', 'tiff'],
};
const old = { ...glass, id: 'old', title: 'Old one', sources: ['flatbed'], resolutions: [75], formats: ['tiff'] };
const people = [
  { id: '1', name: 'Anna', address: 'anna@contoso.com' },
  { id: '2', name: '', address: 'bruno@contoso.com' },
];
const submit = `POST /v1/scans/${sampleScan.id}/submit`;
const accepted = sampleJob({ state: 'accepted' });
const answers = {
  'GET /v1/scanners': () => ({ scanners: [glass, old].map(({ id, title }) => ({ id, title, kind: 'sane' })) }),
  'GET /v1/scanners/glass': () => glass,
  'GET /v1/scanners/old': () => old,
  'GET /v1/address-book': () => ({ entries: people, total: 2 }),
  'POST /v1/scans': () => sampleScan,
  [submit]: () => accepted,
  'GET /v1/jobs/by-key/:any': () => accepted,
  'GET /v1/sign-in/qr': () => ({ text: 'x', rows: ['1'] }),
  'GET /v1/sign-in/phone-page': () => ({}),
};
const open = (hash: string, status: Partial<AgentStatus> = {}, more: object = {}) =>
  openToyPage('control-panel', { hash, status, answers: { ...answers, ...more } });
const pressRow = async (page: ToyPage, at = 0) => {
  page.all('.row')[at]?.click();
  await page.settle();
};
const bodyOf = (page: ToyPage, key: string) => page.keysOf(key).at(-1)?.body;

describe('a scan', () => {
  test('needs a recipient before it starts; one can be taken away again', async () => {
    const page = await open('#/scan');
    await page.press('Start').catch(() => undefined);
    expect(page.keysOf('POST /v1/scans')).toEqual([]);
    await page.go('/scan/to');
    await pressRow(page);
    await pressRow(page, 1);
    await page.press('Remove anna@contoso.com');
    await page.press('Done');
    expect(page.text('.line')).toMatch(/^Tobruno@contoso.com/);
    await page.press('Start');
    expect(page.location.hash).toBe('#/scan/run');
    await page.press('Send');
    expect(bodyOf(page, submit)).toMatchObject({ ticket: { to: ['bruno@contoso.com'] } });
  });

  test('people are searched for by what was typed', async () => {
    const page = await open('#/scan/to');
    await page.press('Search');
    page.all('input')[0]!.value = ' schmidt & co ';
    await page.press('Search');
    expect(page.keysOf('GET /v1/address-book').at(-1)?.query.get('q')).toBe('schmidt & co');
  });

  test('a typed address is checked, and its blanks are no part of it', async () => {
    const page = await open('#/scan/to');
    await page.press('Type an address');
    const [field] = page.all('input');
    expect(page.isFocused(field)).toBe(true);
    await page.type(field!, 'carla@contoso');
    await page.key('Enter');
    expect(page.text('.field-error')).toBe('That is not a complete e-mail address.');
    await page.type(field!, ' carla@contoso.com ');
    // What was wrong is forgotten as soon as it is typed on.
    expect(page.has('.field-error')).toBe(false);
    await page.key('Enter');
    expect(page.text('.chip')).toContain('carla@contoso.com');
  });

  test('each text is sent as what it was typed for', async () => {
    const page = await open('#/scan/to');
    await pressRow(page);
    for (const [path, text] of [
      ['subject', 'A subject'],
      ['file-name', 'a-file'],
      ['message', 'A message'],
    ] as const) {
      await page.go(`/scan/${path}`);
      await page.type(page.all('input')[0]!, text);
      await page.press('OK');
      expect(page.location.hash).toBe('#/scan');
    }
    await page.press('Start');
    await page.press('Send');
    expect(bodyOf(page, submit)).toMatchObject({
      ticket: { to: ['anna@contoso.com'], subject: 'A subject', fileName: 'a-file', text: 'A message' },
    });
  });

  test('every choice holds beside the others, to the scanner and to the mail', async () => {
    const page = await open('#/scan/to');
    await pressRow(page);
    await page.go('/scan/options');
    for (const choice of ['Feeder', 'Grey', '600 dpi', 'TIFF']) await page.press(choice);
    expect(page.all('[aria-pressed="true"]').map((one) => one.textContent)).toEqual(
      expect.arrayContaining(['Feeder', 'Grey', '600 dpi', 'TIFF']),
    );
    await page.press('Done');
    await page.press('Start');
    expect(bodyOf(page, 'POST /v1/scans')).toEqual({
      scannerId: 'glass',
      source: 'feeder',
      resolution: 600,
      colour: 'grey',
    });
    await page.press('Send');
    expect(bodyOf(page, submit)).toMatchObject({ format: 'tiff' });
  });

  test('another scanner is asked what it can do; what it cannot is not asked of it', async () => {
    const page = await open('#/scan/to');
    await pressRow(page);
    await page.go('/scan/options');
    await page.press('Feeder');
    await page.press('600 dpi');
    await page.press('Old one');
    await page.press('Done');
    await page.press('Start');
    expect(bodyOf(page, 'POST /v1/scans')).toMatchObject({ scannerId: 'old', source: 'flatbed', resolution: 75 });
  });

  test('what a scanner could do is asked again: after a minute, or when it can do something else', async () => {
    const page = await open('#/scan/to');
    await pressRow(page);
    await page.go('/scan/options');
    await page.press('Feeder');
    await page.press('Done');
    expect(page.keysOf('GET /v1/scanners')).toHaveLength(1);
    page.answer('GET /v1/scanners/glass', () => ({ ...glass, sources: ['flatbed'] }));
    await page.go('/');
    await page.advance(61_000);
    await page.press('Scan to e-mail');
    expect(page.keysOf('GET /v1/scanners')).toHaveLength(2);
    await page.press('Start');
    expect(bodyOf(page, 'POST /v1/scans')).toMatchObject({ source: 'flatbed' });
  });

  test('one that was switched on is found with a touch', async () => {
    const page = await open('#/scan', {}, { 'GET /v1/scanners': () => ({ scanners: [] }) });
    expect(page.text('.empty')).toContain('No scanner is set up');
    page.answer('GET /v1/scanners', answers['GET /v1/scanners']);
    await page.press('Try again');
    expect(page.has('.line')).toBe(true);
  });

  test('is not sent while pages come; a page that is there is not thrown away unasked', async () => {
    const page = await open('#/scan/to', {}, { 'POST /v1/scans': () => ({ ...sampleScan, state: 'scanning' }) });
    page.answer('GET /v1/scans/:any', () => ({ ...sampleScan, state: 'scanning' }));
    await pressRow(page);
    await page.go('/scan');
    await page.press('Start');
    await page.press('Send');
    expect(page.keysOf(submit)).toEqual([]);
    await page.tell('scan', sampleScan);
    await page.press('Discard');
    expect(page.text('dialog')).toContain('Discard the scanned pages?');
    await page.press('Cancel');
    const remove = `DELETE /v1/scans/${sampleScan.id}`;
    expect(page.keysOf(remove)).toEqual([]);
    page.answer(remove, () => undefined);
    await page.press('Discard');
    await page.press('Discard');
    expect(page.keysOf(remove)).toHaveLength(1);
    expect(page.location.hash).toBe('#/scan');
    await page.go('/scan/run');
    expect(page.text()).toContain('That did not work');
  });

  test('a late answer brings no thrown away pages back', async () => {
    const late: ((scan: unknown) => void)[] = [];
    const page = await open(
      '#/scan/to',
      {},
      {
        'POST /v1/scans': () => ({ ...sampleScan, state: 'scanning', pages: [] }),
        'GET /v1/scans/:any': () => new Promise((resolve) => late.push(resolve)),
      },
    );
    page.answer(`DELETE /v1/scans/${sampleScan.id}`, () => undefined);
    await pressRow(page);
    await page.go('/scan');
    await page.press('Start');
    await page.advance(1500);
    await page.press('Cancel');
    late[0]?.(sampleScan);
    await page.settle();
    await page.go('/scan/run');
    expect(page.text()).not.toContain('1 page scanned');
  });

  test('what the scanner says of a failure is told, and of more pages too', async () => {
    const page = await open(
      '#/scan/to',
      {},
      {
        'POST /v1/scans': () => ({ ...sampleScan, state: 'failed', trouble: 'scanner-jammed' }),
        'POST /v1/scans/:any': () => undefined,
      },
    );
    await pressRow(page);
    await page.go('/scan');
    await page.press('Start');
    expect(page.text()).toContain('Title of scanner-jammed');
    page.answer(`POST /v1/scans/${sampleScan.id}/more`, () => new FakeRefusal(503, 'scanner-busy', 'It is busy.'));
    await page.press('More pages');
    expect(page.text('.notice-error')).toBe('It is busy.');
    await page.press('Send');
    // What has gone is nobody's to send again.
    await page.go('/scan/run');
    expect(page.text()).toContain('That did not work');
    expect(page.keysOf(submit)).toHaveLength(1);
  });

  test.each(['Done', 'Scan something else'])('%s: the next person begins with an empty form', async (button) => {
    const page = await open('#/scan/to');
    await pressRow(page);
    await page.go('/scan');
    await page.press('Start');
    await page.press('Send');
    await page.press(button);
    await page.go('/scan');
    expect(page.text('.line')).toContain('Nobody yet');
  });
});

describe('what became of a job', () => {
  const reply = { code: 'recipient-refused', reply: '550 5.1.10', atMs: nowMs } as const;
  const cases: readonly (readonly [string, Partial<JobSummary>, string, readonly string[]])[] = [
    ['accepted', { state: 'accepted' }, 'green', ['Accepted by the mail server']],
    ['failed', { state: 'failed', attempts: 1, lastReply: reply }, 'red', ['Not sent', 'Title of recipient-refused']],
    [
      'held',
      { state: 'held', hold: { reason: 'sign-in-needed', sinceMs: 1 } as never },
      'amber',
      ['Kept safe, not sent yet', 'Title of sign-in-needed'],
    ],
    ['tried again', { attempts: 2, lastReply: reply }, 'amber', ['Kept safe, will be tried again']],
    ['on its way', {}, 'off', ['Sending']],
    ['perhaps twice', { state: 'accepted', isPossibleDuplicate: true }, 'green', ['it may arrive twice']],
    ['of its size', { state: 'accepted', bodyBytes: 1_482_000 }, 'green', ['1.5 MB']],
    [
      'for two',
      {
        state: 'accepted',
        recipients: [
          { forwardPath: 'anna@contoso.com', state: 'accepted' },
          { forwardPath: 'bruno@contoso.com', state: 'failed' },
        ],
      },
      'green',
      ['anna@contoso.comaccepted', 'bruno@contoso.comrefused'],
    ],
  ];
  test.each(cases)('%s', async (_, change, lamp, words) => {
    const job = sampleJob(change);
    const page = await open('#/jobs/x', {}, { 'GET /v1/jobs/:any': () => ({ job }) });
    expect(page.has(`.result-${lamp}`)).toBe(true);
    for (const one of words) expect(page.text('main')).toContain(one);
  });

  test.each([
    ['held', 'End the hold', 'release'],
    ['failed', 'Send now', 'retry'],
    ['waiting', 'Send now', 'retry'],
  ] as const)('a %s job can be sent on', async (state, button, act) => {
    const job = sampleJob({ state, attempts: 1 });
    const page = await open('#/jobs/x', {}, { 'GET /v1/jobs/:any': () => ({ job }) });
    const key = `POST /v1/jobs/${job.queueId}/${act}`;
    page.answer(key, () => new FakeRefusal(409, 'job-busy', 'It is being sent.'));
    await page.press(button);
    expect(page.keysOf(key)).toHaveLength(1);
    expect(page.text('.notice-error')).toBe('It is being sent.');
  });

  test('an administrator reads what the mail server said of this very job, behind the PIN', async () => {
    const job = sampleJob({ state: 'failed', lastReply: reply });
    const guidance = { id: 'x', title: 'Of this very job', panel: [], paragraph: 'x', who: 'person', acts: [] };
    const page = await open(
      '#/jobs/x',
      {},
      { 'GET /v1/jobs/:any': () => new FakeRefusal(403, 'client-not-allowed', 'No.') },
    );
    page.answer('POST /v1/panel/unlock', () => {
      page.answer('GET /v1/jobs/:any', () => ({ job, guidance }));
      page.answer('GET /v1/session', () => administrator);
      return administrator;
    });
    await page.key('4', '7', '1', '1', 'Enter');
    expect(page.text('.notice')).toContain('Of this very job');
  });

  test('failed ones are told on Home', async () => {
    const page = await open('#/', { queue: { ...sampleStatus.queue, failed: 2 } });
    expect(page.text('.glance-held')).toBe('2 scans failed');
  });

  test('the list says which failed, and is there in its empty state', async () => {
    const jobs = [sampleJob({ state: 'failed' }), sampleJob({ queueId: 'b', state: 'accepted' })];
    const page = await open(
      '#/jobs',
      {},
      {
        'GET /v1/session': () => administrator,
        'GET /v1/jobs': () => ({ jobs, total: 2 }),
      },
    );
    expect([page.text('.tag-bad'), page.text('.tag-good')]).toEqual(['failed', 'accepted']);
    await page.tell('job', { ...jobs[0], state: 'held' });
    expect([page.text('.tag-bad'), page.text('.tag-amber')]).toEqual(['', 'held']);
    const empty = await open(
      '#/jobs',
      {},
      {
        'GET /v1/session': () => administrator,
        'GET /v1/jobs': () => ({ jobs: [], total: 0 }),
      },
    );
    expect(empty.text('.empty')).toBe('No jobs.');
  });

  test('of a test mail: its address is checked, its refusal told', async () => {
    const page = await open(
      '#/sign-in/test',
      {},
      {
        'POST /v1/jobs/test': () => new FakeRefusal(409, 'not-set-up', 'Set it up first.'),
      },
    );
    await page.type(page.all('input')[0]!, 'nobody');
    await page.press('Send');
    expect(page.keysOf('POST /v1/jobs/test')).toEqual([]);
    await page.type(page.all('input')[0]!, 'tech@contoso.com');
    await page.press('Send');
    expect(page.text('.notice-error')).toBe('Set it up first.');
  });
});

describe('the sign-in', () => {
  const code = {
    step: 'code',
    userCode: 'FBKQR7XLM',
    verificationUri: 'https://microsoft.com/devicelogin',
    isKnownHost: true,
    expiresAtMs: nowMs + 60_000,
    clientId: 'app-1',
    scopes: ['https://outlook.office.com/SMTP.Send'],
  } as const;
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
    text.box = { left: 0, right: 700, top: 50, bottom: 300 };
    const home = page.button('Home');
    home.box = { left: 0, right: 100, top: 320, bottom: 380 };
    page.all('.top-button')[0]!.box = { left: 0, right: 50, top: 0, bottom: 40 };
    home.focus();
    // Nothing is cut: no stop for the focus.
    await page.key('ArrowUp');
    expect(page.isFocused(page.all('.top-button')[0])).toBe(true);
    Object.assign(text, { scrollHeight: 400, clientHeight: 250 });
    await page.key('ArrowDown');
    expect(page.isFocused(text)).toBe(true);
    expect(page.document.inView === text).toBe(true);
    await page.key('ArrowDown');
    expect(text.scrollTop).toBe(150);
    expect(page.isFocused(text)).toBe(true);
    await page.key('ArrowDown');
    expect(page.isFocused(home)).toBe(true);
  });

  test('arrows lead out of a field that is empty; in a text they move the caret', async () => {
    const page = await open('/scan/subject');
    const [field] = page.all('input');
    field!.box = { left: 100, right: 600, top: 100, bottom: 150 };
    page.button('OK').box = { left: 620, right: 700, top: 100, bottom: 150 };
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
