/** The control panel: a scan from its recipients to what became of it. */
import { describe, expect, test } from '@jest/globals';
import type { JobSummary } from '../../src/core/index.ts';
import { FakeRefusal } from '../support/panel-fake.ts';
import { sampleJob, sampleScan, sampleStatus } from '../support/sample-status.ts';
import { administrator, answers, bodyOf, glass, nowMs, open, pressRow, submit } from './panel-in-node.ts';

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
    ['held', 'Release', 'release'],
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
    // There may be jobs that are only not for everybody.
    expect((await open('#/jobs')).text('.lead')).toBe('No scan is waiting to be sent.');
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
