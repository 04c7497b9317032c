import { afterEach, describe, expect, test } from '@jest/globals';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AgentStatus, type Glance, type JobSummary } from '../../src/core/index.ts';
import { columnsOf } from '../../src/panel/index.ts';
import { rootLayout } from '../../src/cli/index.ts';
import { anna, codeState, nowMs, statusOf } from '../panel/statuses.ts';
import { tempDir } from '../support/temp-dir.ts';
import { begin, FakeAgent, freshRoot, run, runOut, until } from './fake-agent.ts';

const dir = await tempDir();
const agents: FakeAgent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
});

async function agentWith(routes: FakeAgent['routes']): Promise<{ agent: FakeAgent; root: string }> {
  const root = freshRoot(dir);
  const agent = await new FakeAgent(root, routes).start();
  agents.push(agent);
  return { agent, root };
}

const refused = (status: number, code: string, message: string, details: Record<string, unknown> = {}) => ({
  status,
  body: { error: { code, message, details } },
});
const guidance = {
  id: 'recipient-refused',
  title: 'Recipient does not exist',
  panel: ['No such recipient.'],
  paragraph: 'The mail server knows no such mailbox.',
  remedy: 'Correct the address.\n  Get-Mailbox -Identity bob',
  who: 'person',
  acts: [],
};

function jobOf(changes: Partial<JobSummary> = {}): JobSummary {
  return {
    queueId: '01jd6v3q8abcde',
    door: 'loopback',
    acceptedAtMs: nowMs - 720_000,
    acceptedClockSet: true,
    client: '127.0.0.1 mfp',
    reversePath: 'anna@contoso.com',
    recipients: [{ forwardPath: 'bob@fabrikam.com', state: 'waiting' }],
    messageId: '<1@mfp>',
    subject: 'Scan from MFP',
    bodyBytes: 1_234_567,
    is8bit: false,
    isSmtpUtf8: false,
    state: 'waiting',
    attempts: 1,
    activeMs: 1000,
    crashes: 0,
    isPossibleDuplicate: false,
    ...changes,
  };
}

describe('status', () => {
  test.each<[Glance, number]>([
    ['ready', 0],
    ['relay-only', 0],
    ['not-set-up', 4],
    ['sign-in-needed', 4],
    ['signing-in', 4],
    ['upn-mismatch', 4],
    ['held', 4],
    ['offline', 4],
    ['storage', 4],
  ])('%s ends with %i', async (glance, code) => {
    const { root } = await agentWith({ 'GET /v1/status': { body: statusOf({ glance }) } });
    expect((await run(root, ['status'])).code).toBe(code);
  });

  test('prints sentence, account, addresses, server, queue and listeners', async () => {
    const { root } = await agentWith({
      'GET /v1/status': {
        body: statusOf({
          glance: 'held',
          sentence: 'The mailbox may not send by SMTP.',
          guidanceId: 'smtp-auth-disabled',
          isSharedMailbox: true,
          deviceEmailAddress: 'scans@contoso.com',
          queue: { waiting: 1, sending: 0, held: 2, failed: 0, bytes: 3_500_000, holdReason: 'smtp-auth-disabled' },
          listeners: [
            { name: 'loopback', address: '127.0.0.1', port: 2525 },
            { name: 'lan', address: '::', port: 25 },
          ],
        }),
      },
    });
    expect((await run(root, ['status'])).out).toBe(
      [
        'The mailbox may not send by SMTP.',
        '',
        'Account           anna@contoso.com, signed in 2026-11-20 12:00:00Z',
        'Device address    scans@contoso.com',
        'Shared mailbox    yes: sent with the rights of anna@contoso.com',
        'Service           Exchange Online, cloud global',
        'Mail server       smtp.office365.com:587 (reachable)',
        'Queue             1 waiting, 2 held, 3.5 MB; held: authenticated SMTP is',
        '                  switched off',
        'Storage           ok',
        'Listens           loopback on 127.0.0.1:2525',
        'Listens           lan on [::]:25',
        'Version           1.0.0',
        '',
        'More about it: mfp-mail-agent explain smtp-auth-disabled',
        'See the scans: mfp-mail-agent queue list',
        '',
      ].join('\n'),
    );
  });

  test.each<[AgentStatus['account'], string]>([
    [{ status: 'none' }, 'nobody is signed in'],
    [{ status: 'unproven', identity: anna }, 'anna@contoso.com, the mail server has not said yes yet'],
    [
      { status: 'unproven', identity: anna, code: 'smtp-auth-disabled' },
      'anna@contoso.com, refused by the mail server',
    ],
    [
      { status: 'sign-in-needed', identity: anna, code: 'sign-in-needed', aadsts: 700082 },
      'anna@contoso.com, must sign in again (sign-in-needed,',
    ],
    [{ status: 'ready', identity: anna, renewedAtMs: nowMs - 3_600_000 }, 'anna@contoso.com, renewed 60 min ago'],
  ])('tells an account %j', async (account, words) => {
    const { root } = await agentWith({ 'GET /v1/status': { body: statusOf({ account }) } });
    expect((await run(root, ['status'])).out).toContain(words);
  });

  test.each<[Partial<AgentStatus>, string[]]>([
    // what is wrong; the commands that come next
    [{}, []],
    [
      { glance: 'sign-in-needed', guidanceId: 'sign-in-needed', account: { status: 'none' } },
      ['Sign in: mfp-mail-agent sign-in', 'More about it: mfp-mail-agent explain sign-in-needed'],
    ],
    [
      { glance: 'upn-mismatch' },
      ['Send as the account: mfp-mail-agent settings set sender.deviceEmailAddress anna@contoso.com'],
    ],
    // A directory may hold anything, and an administrator pastes.
    [{ glance: 'upn-mismatch', account: { status: 'ready', identity: { ...anna, upn: 'a;reboot@contoso.com' } } }, []],
    [
      { glance: 'not-set-up', guidanceId: 'client-id-missing', account: { status: 'none' } },
      [
        'Set the client id: mfp-mail-agent settings set service.clientId ID',
        'More about it: mfp-mail-agent explain client-id-missing',
      ],
    ],
    [
      { glance: 'not-set-up', guidanceId: 'smarthost-not-set' },
      [
        'Set the mail server: mfp-mail-agent settings set service.smtpHost NAME',
        'More about it: mfp-mail-agent explain smarthost-not-set',
      ],
    ],
    [{ queue: { waiting: 0, sending: 0, held: 0, failed: 1, bytes: 0 } }, ['See the scans: mfp-mail-agent queue list']],
  ])('%j ends with what to type next', async (changes, commands) => {
    const { root } = await agentWith({ 'GET /v1/status': { body: statusOf(changes) } });
    const { out } = await run(root, ['status']);
    expect(out.split('\n').filter((line) => line.includes(': mfp-mail-agent '))).toEqual(commands);
  });

  const settingsWithPort = (loopbackPort: number) => ({
    'GET /v1/settings': { body: { settings: { intake: { loopbackPort } }, effective: {}, health: { ok: true } } },
  });
  const bound = [{ name: 'loopback', address: '127.0.0.1', port: 2525 }];
  test.each<[AgentStatus['listeners'], number, string]>([
    // what listens; the port that is set; the row
    [bound, 2525, 'loopback on 127.0.0.1:2525'],
    [bound, 0, 'loopback on 127.0.0.1:2525'], // any port: the one it has is right
    [[], 2525, 'NOT on loopback: port 2525 is in use by another program, or'],
  ])('listeners %j with port %i: %s', async (listeners, port, words) => {
    const { root } = await agentWith({
      'GET /v1/status': { body: statusOf({ listeners }) },
      ...settingsWithPort(port),
    });
    const { out } = await run(root, ['status']);
    // The long row goes on below.
    expect(out.split('\n').filter((line) => line.startsWith('Listens'))).toEqual([`Listens           ${words}`]);
    expect(out.includes('take another port: mfp-mail-agent settings set intake.loopbackPort 2526')).toBe(
      listeners.length === 0,
    );
  });

  test('--json prints the status as it is', async () => {
    const { root } = await agentWith({ 'GET /v1/status': { body: statusOf() } });
    const { code, out } = await run(root, ['status', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(statusOf());
  });

  test('--watch draws every change in place and ends with Ctrl-C', async () => {
    const { agent, root } = await agentWith({ 'GET /v1/status': { body: statusOf() } });
    const session = begin(root, ['status', '--watch'], { isTty: true });
    await until(() => session.out().includes('(green) Ready') && agent.streamsOpen === 1);
    agent.push(statusOf({ glance: 'offline', lamp: 'amber' }));
    await until(() => session.out().includes('No connection'));
    expect(session.out()).toMatch(/\x1b\[\d+A\r\(amber\) No connection/);
    session.interrupt();
    expect(await session.exit).toBe(4);
    expect(session.err()).toBe('');
  });

  test('--watch --json prints one line per change', async () => {
    const { agent, root } = await agentWith({ 'GET /v1/status': { body: statusOf() } });
    agent.status = statusOf();
    const session = begin(root, ['status', '--watch', '--json']);
    await until(() => agent.streamsOpen === 1);
    agent.push(statusOf({ glance: 'signing-in', signIn: codeState }));
    await until(() => session.out().includes('B7K2QDRWX'));
    session.interrupt();
    await session.exit;
    expect(
      session
        .out()
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as AgentStatus).glance),
    ).toEqual(['ready', 'signing-in']);
  });
});

describe('sign-out', () => {
  test('asks on a terminal and keeps the account without a yes', async () => {
    const { agent, root } = await agentWith({
      'GET /v1/status': { body: statusOf() },
      'DELETE /v1/account': { body: { status: 'none' } },
    });
    const session = begin(root, ['sign-out'], { isTty: true });
    await until(() => session.out().includes('Sign out anna@contoso.com?'));
    session.type('\n');
    expect(await session.exit).toBe(1);
    expect(agent.routesCalled()).not.toContain('DELETE /v1/account');
  });

  test.each([[['--yes']], [['--json']], [[]]])('signs out in a pipe with %j', async (options) => {
    const { agent, root } = await agentWith({ 'DELETE /v1/account': { body: { status: 'none' } } });
    expect((await run(root, ['sign-out', ...options])).code).toBe(0);
    expect(agent.routesCalled()).toEqual(['DELETE /v1/account']);
  });
});

describe('queue', () => {
  const jobs = [
    jobOf({ queueId: '01jd6v3q8abcde' }),
    jobOf({
      queueId: '01jd6v3q8zzzzz',
      state: 'held',
      hold: { reason: 'upn-mismatch', sinceMs: nowMs - 60_000 },
      subject: 'x',
    }),
    jobOf({
      queueId: '01jd5v3q8fghjk',
      state: 'accepted',
      tookMs: 2400,
      recipients: [
        { forwardPath: `${'long.'.repeat(12)}name@fabrikam.com`, state: 'accepted' },
        { forwardPath: 'c@d.e', state: 'accepted' },
      ],
      subject: '扫描'.repeat(40),
    }),
    jobOf({ queueId: '01jd5v3q8fghjm', state: 'failed', subject: 'evil\x1b]0;title\x07', bodyBytes: 53_000_000 }),
  ];

  test('list fits 80 columns, cuts with an ellipsis, and obeys no subject', async () => {
    const { agent, root } = await agentWith({ 'GET /v1/jobs': { body: { jobs, total: 9 } } });
    const { code, out } = await run(root, ['queue', 'list', '--state', 'held', '--limit', '4']);
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^ID +STATE +AGE +SIZE +TO +SUBJECT$/);
    for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(80);
    expect(lines[1]).toMatch(/^01jd6v3q8abcde  waiting +12 min +1\.2 MB  bob@fabrikam\.com +Scan from MFP$/);
    expect(lines[2]).toMatch(/ held .*bob@fabrikam\.com +x$/);
    expect(lines[3]).toContain('…');
    expect(lines[4]).toContain('\\x1b');
    expect(out).not.toContain('\x1b');
    expect(lines.slice(5)).toEqual([
      '',
      '1 held: account and device address differ',
      expect.stringMatching(/^What to do: mfp-mail-agent queue show \w{14}$/),
      '5 more; see them with --limit 9',
    ]);
    expect(agent.routesCalled()).toEqual(['GET /v1/jobs?limit=4&state=held']);
  });

  test('list names who did not get it', async () => {
    const partly = jobOf({
      state: 'failed',
      recipients: [
        { forwardPath: 'got@d.e', state: 'accepted' },
        { forwardPath: 'bob@d.e', state: 'failed' },
      ],
    });
    const { root } = await agentWith({ 'GET /v1/jobs': { body: { jobs: [partly], total: 1 } } });
    const { out } = await run(root, ['queue', 'list']);
    expect(out).toContain('1 of 2 failed: bob@d.e');
    expect(out).not.toContain('got@d.e');
  });

  test('list --json has everything', async () => {
    const { root } = await agentWith({ 'GET /v1/jobs': { body: { jobs, total: 4 } } });
    expect(JSON.parse((await run(root, ['queue', 'list', '--json'])).out)).toEqual({ jobs, total: 4 });
  });

  test('list says so when there is nothing', async () => {
    const { root } = await agentWith({ 'GET /v1/jobs': { body: { jobs: [], total: 0 } } });
    expect((await run(root, ['queue', 'list'])).out).toBe('The queue is empty.\n');
    expect((await run(root, ['queue', 'list', '--state', 'failed'])).out).toBe('No job is failed.\n');
  });

  test.each([
    ['--state', 'lost'],
    ['--limit', '0'],
    ['--limit', '1001'],
    ['--limit', 'all'],
  ])('list refuses %s %s', async (name, value) => {
    const { agent, root } = await agentWith({});
    const { code, err } = await run(root, ['queue', 'list', name, value]);
    expect(code).toBe(2);
    expect(err).toContain(name);
    expect(agent.calls).toEqual([]);
  });

  test('show has recipients, raw replies, ids, guidance and remedy', async () => {
    const job = jobOf({
      state: 'failed',
      isPossibleDuplicate: true,
      serverMessageId: '<x@prod.outlook.com>',
      finishedAtMs: nowMs,
      recipients: [
        {
          forwardPath: 'bob@fabrikam.com',
          state: 'failed',
          code: 'recipient-refused',
          reply: '550 5.1.10 RESOLVER.ADR.RecipientNotFound',
        },
        { forwardPath: 'eve@fabrikam.com', state: 'accepted', reply: '250 2.1.5 OK' },
      ],
    });
    const { root } = await agentWith({ [`GET /v1/jobs/${job.queueId}`]: { body: { job, guidance } } });
    const { code, out } = await run(root, ['queue', 'show', job.queueId]);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'Job 01jd6v3q8abcde: failed',
        'Subject           Scan from MFP',
        "Firmware's sender anna@contoso.com",
        'Came in           2026-11-21 11:48:00Z by loopback, from 127.0.0.1 mfp',
        'Size              1.2 MB',
        'Attempts          1',
        'Message-ID        <1@mfp>',
        "Server's id       <x@prod.outlook.com>",
        'Finished          2026-11-21 12:00:00Z',
        'Note              possible duplicate: the line broke after the last byte at',
        '                  least once',
        '',
        'Recipients',
        '  failed    bob@fabrikam.com',
        '            550 5.1.10 RESOLVER.ADR.RecipientNotFound [recipient-refused]',
        '  accepted  eve@fabrikam.com',
        '            250 2.1.5 OK',
        '',
        'Recipient does not exist',
        'The mail server knows no such mailbox.',
        '',
        'What to do',
        'Correct the address.',
        '  Get-Mailbox -Identity bob',
        '',
        'A retry sends only to those still missing.',
        '',
      ].join('\n'),
    );
  });

  test('show tells the reply that decided a hold', async () => {
    const job = jobOf({
      state: 'held',
      hold: { reason: 'send-as-denied', sinceMs: nowMs - 5000, reply: '554 5.2.252 SendAsDenied' },
    });
    const { root } = await agentWith({ [`GET /v1/jobs/${job.queueId}`]: { body: { job } } });
    const { out } = await run(root, ['queue', 'show', job.queueId]);
    expect(out).toContain('held for 5 s: the account may not send as this address');
    expect(out).toContain('554 5.2.252 SendAsDenied');
  });

  test.each([
    ['abcde', '01jd6v3q8abcde'], // an end
    ['01JD6V3Q8A', '01jd6v3q8abcde'], // a beginning, in capitals
    ['01jd6v3q8abcde', '01jd6v3q8abcde'], // whole
  ])('takes %s for %s', async (typed, queueId) => {
    const { agent, root } = await agentWith({
      'GET /v1/jobs': { body: { jobs, total: 4 } },
      [`POST /v1/jobs/${queueId}/hold`]: { body: jobOf({ state: 'held' }) },
    });
    expect((await run(root, ['queue', 'hold', typed])).code).toBe(0);
    expect(agent.routesCalled().at(-1)).toBe(`POST /v1/jobs/${queueId}/hold`);
  });

  test.each([
    ['01jd', 1, 'type more of the id'], // several fit
    ['qqqq', 1, "No job's id"], // none fits
    ['../x', 2, "is not a job's id"],
  ])('refuses the id %s with %i', async (typed, code, words) => {
    const { agent, root } = await agentWith({ 'GET /v1/jobs': { body: { jobs, total: 4 } } });
    const result = await run(root, ['queue', 'release', typed]);
    expect(result).toMatchObject({ code, err: expect.stringContaining(words) });
    expect(agent.routesCalled().every((route) => route.startsWith('GET'))).toBe(true);
  });

  test('an id that the agent does not know is told as the agent tells it', async () => {
    const { root } = await agentWith({
      'GET /v1/jobs/01jd6v3q8abcde': refused(404, 'job-not-found', 'There is no such job any more.'),
    });
    expect(await run(root, ['queue', 'show', '01jd6v3q8abcde'])).toEqual({
      code: 1,
      out: '',
      err: 'mfp-mail-agent: There is no such job any more.\n',
    });
  });

  test.each(['release', 'hold'])('%s asks the agent and tells the new state', async (act) => {
    const { root } = await agentWith({
      [`POST /v1/jobs/01jd6v3q8abcde/${act}`]: { body: jobOf({ nextAttemptAtMs: nowMs + 90_000 }) },
    });
    const { code, out } = await run(root, ['queue', act, '01jd6v3q8abcde']);
    expect(code).toBe(0);
    expect(out).toContain('next try in 90 s');
    expect(JSON.parse((await run(root, ['queue', act, '01jd6v3q8abcde', '--json'])).out)).toMatchObject({
      queueId: '01jd6v3q8abcde',
    });
  });

  test('retry waits a moment and tells what came of it', async () => {
    let polls = 0;
    const { root } = await agentWith({
      'POST /v1/jobs/01jd6v3q8abcde/retry': { body: jobOf() },
      'GET /v1/jobs/01jd6v3q8abcde': () => ({
        body: { job: jobOf(++polls < 3 ? {} : { state: 'accepted', tookMs: 2400 }) },
      }),
    });
    const session = begin(root, ['queue', 'retry', '01jd6v3q8abcde']);
    expect(await runOut(session)).toBe(0);
    expect(session.out()).toBe('Job 01jd6v3q8abcde: accepted by the mail server after 2 s.\n');
    expect(polls).toBe(3);
  });

  const heldByPolicy = jobOf({ state: 'held', hold: { reason: 'policy-blocked', sinceMs: nowMs - 60_000 } });
  const queueHeld: FakeAgent['routes'] = {
    'POST /v1/jobs/01jd6v3q8abcde/retry': { body: heldByPolicy },
    // Held with the whole queue, it has no hold of its own.
    'POST /v1/jobs/01jd6v3q8abcde/release': refused(400, 'bad-request', 'The job is not held.'),
    'GET /v1/jobs/01jd6v3q8abcde': { body: { job: heldByPolicy, guidance: { ...guidance, who: 'administrator' } } },
  };
  test.each(['retry', 'release'])('%s in a held queue says why and who mends it, and ends with 4', async (act) => {
    const { root } = await agentWith(queueHeld);
    const session = begin(root, ['queue', act, '01jd6v3q8abcde']);
    expect(await runOut(session)).toBe(4);
    expect(session.out()).toMatch(/held for \d+ s: a policy of the organisation blocks this device/);
    expect(session.out()).toContain('because the whole queue is held');
    expect(session.out()).toContain("Who mends it: the organisation's administrator.");
    expect(session.out()).toContain('mfp-mail-agent queue show 01jd6v3q8abcde');
    expect(session.err()).toBe('');
  });

  test('release of a job that nothing holds stays a mistake', async () => {
    const { root } = await agentWith({ ...queueHeld, 'GET /v1/jobs/01jd6v3q8abcde': { body: { job: jobOf() } } });
    expect(await run(root, ['queue', 'release', '01jd6v3q8abcde'])).toMatchObject({ code: 2, out: '' });
  });

  test('show offers the commands for what can be done here, and what to send to support', async () => {
    const { root } = await agentWith({
      'GET /v1/jobs/01jd6v3q8abcde': {
        body: {
          job: heldByPolicy,
          guidance: { ...guidance, acts: ['sign-in', 'use-upn', 'release-job'], support: ['Message id: <1@mfp>'] },
        },
      },
      'GET /v1/status': { body: statusOf() },
    });
    const { out } = await run(root, ['queue', 'show', '01jd6v3q8abcde']);
    expect(out.split('What to do\n')[1]?.split('\n').slice(1)).toEqual([
      '  Get-Mailbox -Identity bob',
      '  mfp-mail-agent sign-in',
      '  mfp-mail-agent settings set sender.deviceEmailAddress anna@contoso.com',
      '  mfp-mail-agent queue release 01jd6v3q8abcde',
      '',
      'What to send to support',
      '  Message id: <1@mfp>',
      '',
    ]);
  });

  test('the name of who deleted a job is told as what was given, not as a fact', async () => {
    const { root } = await agentWith({
      'GET /v1/jobs/01jd6v3q8abcde': { body: { job: jobOf({ state: 'deleted', deletedBy: 'anna' }) } },
    });
    const { out } = await run(root, ['queue', 'show', '01jd6v3q8abcde']);
    expect(out).toContain('deleted by anna (the name that was given)');
  });

  const finishedAtMs = Date.UTC(2026, 10, 21, 7, 5, 1);
  test.each<[string, Partial<JobSummary>, string]>([
    ['delete', { state: 'accepted' }, 'was accepted by the mail server at 2026-11-21 07:05:01Z'],
    ['retry', { state: 'accepted' }, 'was accepted by the mail server at 2026-11-21 07:05:01Z'],
    ['hold', { state: 'deleted', deletedBy: 'anna' }, 'was deleted at 2026-11-21 07:05:01Z by anna'],
    ['retry', { state: 'failed' }, 'its scan is no longer kept'],
  ])('%s of a job that is over (%j): what became of it', async (act, changes, words) => {
    const over = refused(409, 'job-finished', 'That job is finished.');
    const { agent, root } = await agentWith({
      'GET /v1/jobs/01jd6v3q8abcde': { body: { job: jobOf({ finishedAtMs, ...changes }) } },
      'DELETE /v1/jobs/01jd6v3q8abcde': over,
      [`POST /v1/jobs/01jd6v3q8abcde/${act}`]: over,
    });
    const finished = await run(root, ['queue', act, '01jd6v3q8abcde']);
    expect(finished).toMatchObject({ code: 1, out: '', err: expect.stringContaining(words) });
    // Nobody is asked about it.
    if (act !== 'delete') return;
    expect((await run(root, ['queue', 'delete', '01jd6v3q8abcde'], { isTty: true })).err).toContain(words);
    expect(agent.routesCalled().filter((route) => route.startsWith('DELETE'))).toHaveLength(1);
  });

  test('delete shows the job and asks; a pipe needs no answer', async () => {
    const { agent, root } = await agentWith({
      'GET /v1/jobs/01jd6v3q8abcde': { body: { job: jobOf() } },
      'DELETE /v1/jobs/01jd6v3q8abcde': { body: jobOf({ state: 'deleted' }) },
    });
    const session = begin(root, ['queue', 'delete', '01jd6v3q8abcde'], { isTty: true });
    await until(() => session.out().includes('[y/N]'));
    expect(session.out()).toContain('"Scan from MFP" to bob@fabrikam.com');
    session.type('no\n');
    expect(await session.exit).toBe(1);
    expect(agent.routesCalled()).not.toContain('DELETE /v1/jobs/01jd6v3q8abcde');
    expect((await run(root, ['queue', 'delete', '01jd6v3q8abcde'])).code).toBe(0);
    expect((await run(root, ['queue', 'delete', '01jd6v3q8abcde', '--yes'], { isTty: true })).code).toBe(0);
  });
});

describe('decommission', () => {
  const queue = { waiting: 2, sending: 0, held: 1, failed: 4, bytes: 3_500_000, holdReason: 'by-person' } as const;
  const routes = { 'GET /v1/status': { body: statusOf({ queue }) }, 'POST /v1/decommission': { status: 204 } };

  test('shows what would be lost, and destroys when the number is typed', async () => {
    const { agent, root } = await agentWith(routes);
    const session = begin(root, ['decommission'], { isTty: true });
    await until(() => session.out().includes('to destroy all this: '));
    expect(session.out()).toBe(
      [
        'This destroys for good, and cannot be undone:',
        '- the sign-in: anna@contoso.com',
        '- the scans: 3 that wait to be sent (3.5 MB), 4 that failed; and the list of',
        '  jobs',
        '- the settings, with the device address anna@contoso.com',
        '- the keys of this device',
        '',
        'Type the number of scans that wait (3) to destroy all this: ',
      ].join('\n'),
    );
    expect(agent.routesCalled()).not.toContain('POST /v1/decommission');
    session.type('3\n');
    expect(await session.exit).toBe(0);
    expect(agent.bodyOf('POST /v1/decommission')).toEqual({ confirmWaitingJobs: 3 });
    expect(session.out()).toContain('Decommissioned');
  });

  test.each(['y', 'yes', '', '2', '03', '3 '.repeat(2)])(
    '%j is not the number: nothing is destroyed',
    async (answer) => {
      const { agent, root } = await agentWith(routes);
      const session = begin(root, ['decommission'], { isTty: true });
      await until(() => session.out().includes('to destroy all this: '));
      session.type(`${answer}\n`);
      expect(await session.exit).toBe(1);
      expect(session.out()).toContain('Nothing was destroyed.');
      expect(agent.routesCalled()).not.toContain('POST /v1/decommission');
    },
  );

  test.each([[[]], [['--json']]])('in a pipe %j needs the number as an option and says which', async (more) => {
    const { agent, root } = await agentWith(routes);
    const { code, err } = await run(root, ['decommission', ...more], { input: '3\n' });
    expect(code).toBe(5);
    expect(err).toContain('--confirm-waiting-jobs 3');
    expect(agent.routesCalled()).not.toContain('POST /v1/decommission');
  });

  test('--yes is not enough: the option that is', async () => {
    expect(await run(freshRoot(dir), ['decommission', '--yes'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--confirm-waiting-jobs N'),
    });
  });

  test('takes the number as an option, on a terminal too, and asks nothing', async () => {
    const { agent, root } = await agentWith(routes);
    const { code, out } = await run(root, ['decommission', '--confirm-waiting-jobs', '3', '--json'], { isTty: true });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ decommissioned: true, destroyedWaitingJobs: 3 });
    expect(agent.bodyOf('POST /v1/decommission')).toEqual({ confirmWaitingJobs: 3 });
  });

  test('a scan that came meanwhile is not destroyed unseen', async () => {
    const { root } = await agentWith({
      ...routes,
      'POST /v1/decommission': refused(409, 'settings-need-consent', 'The number differs.', { waitingJobs: 4 }),
    });
    expect(await run(root, ['decommission', '--confirm-waiting-jobs', '3'])).toEqual({
      code: 5,
      out: '',
      err: 'mfp-mail-agent: Nothing was destroyed; 4 scans wait to be sent: repeat the command with --confirm-waiting-jobs 4\n',
    });
  });

  test.each(['all', '', '-1', '3.0'])('%j is no number', async (text) => {
    const { agent, root } = await agentWith(routes);
    expect((await run(root, ['decommission', `--confirm-waiting-jobs=${text}`])).code).toBe(2);
    expect(agent.calls).toEqual([]);
  });
});

describe('what is to be copied', () => {
  const link = `https://login.microsoftonline.com/contoso.com/v2.0/adminconsent?client_id=11112222-3333-4444-5555-666677778888&scope=${'https%3A%2F%2Foutlook.office.com%2FSMTP.Send%20'.repeat(3)}`;
  const command =
    "Add-RecipientPermission -Identity 'scans.in.the.long.corridor@contoso.com' -Trustee 'anna@contoso.com' -AccessRights SendAs";

  test.each([40, 80, 120])(
    'is whole and alone on its line at %i columns: link, cmdlet, own command; prose is wrapped',
    async (columns) => {
      const remedy = [
        'Send this link to an administrator of your organisation; once is enough for all devices:',
        link,
        'Then sign in again.',
        `Or open ${link} yourself, as somebody who may do so in the organisation.`,
        command,
        '(Get-TransportConfig).SmtpClientAuthenticationDisabled',
        'mfp-mail-agent queue release 01jd6v3q8abcde',
      ].join('\n');
      const { root } = await agentWith({ 'POST /v1/guidance': { body: { ...guidance, remedy } } });
      const { code, out } = await run(root, ['explain', '90094'], { isTty: true, columns });
      expect(code).toBe(0);
      const lines = out.split('\n');
      expect(lines.filter((line) => line === link)).toHaveLength(2);
      for (const one of [
        command,
        '(Get-TransportConfig).SmtpClientAuthenticationDisabled',
        'mfp-mail-agent queue release 01jd6v3q8abcde',
      ]) {
        expect(lines).toContain(`  ${one}`);
      }
      for (const line of lines.filter((one) => !one.includes('https://') && !one.startsWith('  ')))
        expect(columnsOf(line)).toBeLessThanOrEqual(columns);
      expect(lines).toContain('Then sign in again.');
    },
  );

  test('explain 90094 without an agent has no agent to ask for the link, and says so', async () => {
    const { code, out } = await run(freshRoot(dir), ['explain', '90094']);
    expect(code).toBe(0);
    expect(out).toContain('<consent link: set the client id first>');
  });

  test('consent-link prints the link once', async () => {
    const { root } = await agentWith({
      'GET /v1/account/consent-link': { body: { url: link, sentence: `Send this link:\n${link}` } },
    });
    expect((await run(root, ['consent-link'])).out.split(link)).toHaveLength(2);
  });
});

describe('send-test', () => {
  const path = '01jd6v3q8abcde';

  test('waits until the mail server has accepted it', async () => {
    let asked = 0;
    const { agent, root } = await agentWith({
      'POST /v1/jobs/test': { status: 202, body: jobOf({ door: 'test' }) },
      [`GET /v1/jobs/${path}`]: () => ({
        body: { job: jobOf({ state: ++asked < 3 ? 'sending' : 'accepted', tookMs: 1800 }) },
      }),
    });
    const session = begin(root, ['send-test', 'bob@fabrikam.com']);
    expect(await runOut(session)).toBe(0);
    expect(agent.bodyOf('POST /v1/jobs/test')).toEqual({ to: 'bob@fabrikam.com' });
    expect(session.out()).toContain('Test mail to bob@fabrikam.com: accepted by the mail server after 2 s.');
  });

  test.each<[JobSummary['state'], number]>([
    ['held', 4],
    ['failed', 1],
    ['deleted', 1],
  ])('a job that ends %s ends with %i and the guidance', async (state, code) => {
    const { root } = await agentWith({
      'POST /v1/jobs/test': { body: jobOf({ state, hold: { reason: 'sign-in-needed', sinceMs: nowMs } }) },
      [`GET /v1/jobs/${path}`]: { body: { job: jobOf({ state }), guidance } },
    });
    const session = begin(root, ['send-test', 'bob@fabrikam.com']);
    expect(await runOut(session)).toBe(code);
    expect(session.out()).toContain('Correct the address.');
  });

  test('gives up after two minutes, the job does not', async () => {
    const { root } = await agentWith({
      'POST /v1/jobs/test': { body: jobOf() },
      [`GET /v1/jobs/${path}`]: { body: { job: jobOf() } },
    });
    const session = begin(root, ['send-test', 'bob@fabrikam.com']);
    expect(await runOut(session)).toBe(1);
    expect(session.err()).toContain(`queue show ${path}`);
  });

  test('--no-wait ends when it is queued', async () => {
    const { agent, root } = await agentWith({ 'POST /v1/jobs/test': { body: jobOf() } });
    expect((await run(root, ['send-test', 'bob@fabrikam.com', '--no-wait'])).code).toBe(0);
    expect(agent.calls).toHaveLength(1);
  });

  test('refuses what is no address without asking the agent', async () => {
    expect(await run(freshRoot(dir), ['send-test', 'bob'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('e-mail address'),
    });
  });
});

describe('consent-link', () => {
  test('prints what is to be sent, the link in one line, and what comes after', async () => {
    const url = `https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id=x&scope=${'s'.repeat(80)}`;
    const { root } = await agentWith({
      'GET /v1/account/consent-link': { body: { url, sentence: 'Please open this link as administrator.' } },
    });
    const { out } = await run(root, ['consent-link']);
    expect(out).toMatch(/^Send this to an administrator .*:\n\nPlease open this link once, .*\n.*nothing else:\n/);
    expect(out.split('\n').slice(4)).toEqual([url, '', 'When that is done: mfp-mail-agent sign-in', '']);
  });

  test('ends with 5 without a client id', async () => {
    const { root } = await agentWith({
      'GET /v1/account/consent-link': refused(422, 'client-id-missing', 'Enter a client id first.'),
    });
    expect(await run(root, ['consent-link'])).toEqual({
      code: 5,
      out: '',
      err: 'mfp-mail-agent: Enter a client id first; type: mfp-mail-agent settings set service.clientId ID\n',
    });
  });
});

describe('explain', () => {
  test.each([
    ['AADSTS700016', { aadsts: 700016 }],
    ['aadsts700016', { aadsts: 700016 }],
    ['50057', { aadsts: 50057 }],
    ['upn-mismatch', { code: 'upn-mismatch' }],
    // Replies of mail servers
    ['550 5.1.1 no such user', { code: 'recipient-refused' }],
    ['5.7.57', { code: 'not-authenticated' }],
  ])("asks the agent about %s, which knows this device's addresses", async (typed, question) => {
    const { agent, root } = await agentWith({ 'POST /v1/guidance': { body: guidance } });
    const { code, out } = await run(root, ['explain', typed]);
    expect(code).toBe(0);
    expect(agent.bodyOf('POST /v1/guidance')).toEqual(question);
    expect(out).toContain('Recipient does not exist\nThe mail server knows no such mailbox.\n\nWhat to do\n');
  });

  test('works without an agent', async () => {
    const { code, out } = await run(freshRoot(dir), ['explain', 'AADSTS700016', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ id: 'app-not-found', paragraph: expect.any(String) });
  });

  test('lists what may be behind a number, with titles', async () => {
    const { code, out } = await run(freshRoot(dir), ['explain', '5.7.139']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}smtp-auth-disabled +\S.*\n {2}basic-auth-used +\S/m);
    expect(out).toContain('More about one: mfp-mail-agent explain ID\n');
    // Typed without quotes.
    const words = ['explain', '535', '5.7.139', 'Authentication', 'unsuccessful...'];
    expect(JSON.parse((await run(freshRoot(dir), [...words, '--json'])).out)).toEqual({
      candidates: expect.arrayContaining([{ id: 'smtp-auth-policy', title: expect.any(String) }]),
    });
  });

  test.each(['no-such-code', 'AADSTS99999999', '5.9.9', '999'])(
    'says that nothing is known about %s',
    async (typed) => {
      expect(await run(freshRoot(dir), ['explain', typed])).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining('Nothing is known'),
      });
    },
  );
});

describe('the way to the agent', () => {
  test('nobody there: 3, and how to start it', async () => {
    const { code, err } = await run(freshRoot(dir), ['status']);
    expect(code).toBe(3);
    expect(err).toMatch(/^mfp-mail-agent: The agent is not running .*start it with: mfp-mail-agent run\n$/);
  });

  test('a socket that nobody listens on is the same', async () => {
    const { agent, root } = await agentWith({});
    const stale = new FakeAgent(freshRoot(dir));
    await mkdir(dirname(stale.socketPath), { recursive: true });
    await writeFile(stale.socketPath, ''); // connect() to a file: ECONNREFUSED
    expect((await run(dirname(dirname(dirname(stale.socketPath))), ['status'])).code).toBe(3);
    await agent.stop();
    agents.splice(0);
    expect((await run(root, ['status'])).code).toBe(3);
  });

  test('no right to open the socket: 3, and which group to join', async () => {
    const { agent, root } = await agentWith({});
    await chmod(dir, 0o755); // the test's own folder must not be what refuses
    await chmod(agent.socketPath, 0o600);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot)
      process.seteuid?.(65534); // root may open everything
    else await chmod(agent.socketPath, 0);
    let result;
    try {
      result = await run(root, ['status', '--json']);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    expect(result.code).toBe(3);
    expect(JSON.parse(result.err)).toMatchObject({
      error: {
        code: 'daemon-not-running',
        message: expect.stringContaining('group mfpmail'),
        details: { why: 'no-permission' },
      },
    });
  });

  test('an agent that does not answer is given up after 30 s', async () => {
    const { agent, root } = await agentWith({});
    agent.answersNothing = true;
    const session = begin(root, ['status']);
    await until(() => agent.calls.length === 1);
    await session.clock.advance(30_000);
    expect(await session.exit).toBe(1);
    expect(session.err()).toContain('took longer than 30 s');
  });

  test('Ctrl-C ends a waiting command with 130 and no complaint', async () => {
    const { agent, root } = await agentWith({});
    agent.answersNothing = true;
    const session = begin(root, ['queue', 'list']);
    await until(() => agent.calls.length === 1);
    session.interrupt();
    expect(await session.exit).toBe(130);
    expect(session.err()).toBe('');
  });

  test.each([
    [{ status: 200, text: 'not json' }, 1, 'same version'], // something else answers
    [{ status: 502, text: '<html>' }, 1, 'HTTP status 502'],
    [refused(500, 'internal', 'Internal fault.'), 1, 'Internal fault.'],
    [refused(409, 'code-of-a-newer-agent', 'Do that first.'), 1, 'Do that first.'],
    [refused(409, 'sign-in-needed', 'Sign in first.'), 4, 'Sign in first; type: mfp-mail-agent sign-in\n'],
    [refused(422, 'settings-invalid', 'No.'), 5, 'No.'],
    [refused(503, 'queue-full', 'The queue\nis full.\x1b[2J'), 1, 'The queue is full.\\x1b[2J\n'], // one safe line
  ])('%j ends with %i', async (answer, code, words) => {
    const { root } = await agentWith({ 'GET /v1/status': answer });
    expect(await run(root, ['status'])).toMatchObject({ code, out: '', err: expect.stringContaining(words) });
  });

  test("names the user for the agent's records", async () => {
    const { agent, root } = await agentWith({ 'GET /v1/status': { body: statusOf() } });
    await run(root, ['status'], { env: { SUDO_USER: 'anna', USER: 'root' } });
    expect(agent.calls[0]?.headers['x-mfp-by']).toBe('anna');
    await run(root, ['status'], { env: { USER: 'zoë\r\nx: y' } });
    const second = agent.calls.filter(({ route }) => route === 'GET /v1/status')[1];
    expect(second?.headers['x-mfp-by']).toBe('zox:y');
  });
});

test('layout: the folders of the device, and the same below a root', () => {
  expect(rootLayout()).toEqual({
    settingsDir: '/etc/mfp-mail-agent',
    stateDir: '/var/lib/mfp-mail-agent',
    runtimeDir: '/run/mfp-mail-agent',
    socketPath: '/run/mfp-mail-agent/agent.sock',
  });
  expect(rootLayout('/tmp/x')).toEqual({
    settingsDir: '/tmp/x/etc/mfp-mail-agent',
    stateDir: '/tmp/x/var/lib/mfp-mail-agent',
    runtimeDir: '/tmp/x/run/mfp-mail-agent',
    socketPath: '/tmp/x/run/mfp-mail-agent/agent.sock',
  });
  expect(rootLayout('rel').stateDir).toBe(join(process.cwd(), 'rel/var/lib/mfp-mail-agent'));
});
