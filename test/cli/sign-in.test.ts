import { afterEach, describe, expect, test } from '@jest/globals';
import { type AgentStatus, type SignInState } from '../../src/core/index.ts';
import { anna, codeState, statusOf } from '../panel/statuses.ts';
import { tempDir } from '../support/temp-dir.ts';
import { begin, FakeAgent, freshRoot, runOut, until, type Session } from './fake-agent.ts';

const dir = await tempDir();
const agents: FakeAgent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
});

const confirmState: Extract<SignInState, { step: 'confirm' }> = {
  step: 'confirm',
  identity: anna,
  deviceEmailAddress: 'anna@contoso.com',
  expiresAtMs: codeState.expiresAtMs,
};
const proving: SignInState = { step: 'proving', identity: anna };
const ready: SignInState = { step: 'ready', identity: anna, isUpnMismatch: false };
const mismatch: SignInState = { step: 'ready', identity: anna, isUpnMismatch: true };
const during = (signIn: SignInState, changes: Partial<AgentStatus> = {}) =>
  statusOf({ glance: 'signing-in', lamp: 'amber', account: { status: 'none' }, signIn, ...changes });

const guidance = {
  id: 'x',
  title: 'A title',
  panel: ['Panel.'],
  paragraph: 'What happened.',
  remedy: 'Do this.',
  who: 'administrator',
  acts: [],
};

/** An agent on which nobody is signed in; `POST /v1/sign-in` brings the code. */
async function agentAt(first: SignInState = { step: 'idle' }): Promise<{ agent: FakeAgent; root: string }> {
  const root = freshRoot(dir);
  const agent: FakeAgent = await new FakeAgent(root, {
    'GET /v1/sign-in': { body: first },
    'POST /v1/sign-in': () => {
      agent.push(during(codeState));
      return { status: 202, body: { step: 'starting', startedAtMs: 0 } };
    },
    'POST /v1/sign-in/confirm': () => {
      agent.push(during(proving));
      return { body: proving };
    },
    'POST /v1/sign-in/cancel': { body: { step: 'failed', code: 'sign-in-cancelled' } },
    'POST /v1/account/use-upn': { body: statusOf({ signIn: ready }) },
    'POST /v1/guidance': { body: guidance },
  }).start();
  agent.status = during(first.step === 'idle' ? codeState : first);
  agents.push(agent);
  return { agent, root };
}

const shows = (session: Session, text: string) =>
  until(
    () => session.out().includes(text),
    () => `for ${JSON.stringify(text)} in:\n${session.out()}\n${session.err()}`,
  );

describe('sign-in on a terminal', () => {
  test('shows the code, asks for the mailbox, says yes for the person and ends with 0 when ready', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, 'https://microsoft.com/devicelogin');
    expect(session.out()).toContain('B7K2QDRWX');
    agent.push(during(confirmState));
    await shows(session, 'Use this mailbox? anna@contoso.com [y/n] ');
    session.type('y\n');
    await until(() => agent.routesCalled().includes('POST /v1/sign-in/confirm'));
    await shows(session, 'Trying the mailbox');
    agent.push(statusOf({ signIn: ready }));
    expect(await session.exit).toBe(0);
    expect(session.out()).toContain('ready: signed in as anna@contoso.com, mail goes out as anna@contoso.com');
    expect(session.err()).toBe('');
  });

  test('counts down in place, once a second', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in', '--no-qr'], { isTty: true });
    await shows(session, '14:32');
    await until(() => session.clock.pendingMs.includes(1000));
    await session.clock.advance(1000);
    await shows(session, '14:31');
    expect(session.out()).toMatch(/\x1b\[\d+A\r\(amber\) Sign in +14:31\x1b\[K/);
    agent.push(statusOf({ signIn: ready }));
    expect(await session.exit).toBe(0);
  });

  test.each(['n\n', 'No\n'])('takes %j for a no, and the session is cancelled', async (answer) => {
    const { agent, root } = await agentAt(confirmState);
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, '[y/n]');
    session.type(answer);
    expect(await session.exit).toBe(4);
    expect(agent.routesCalled()).toContain('POST /v1/sign-in/cancel');
    expect(agent.routesCalled()).not.toContain('POST /v1/sign-in/confirm');
  });

  test.each(['\n', 'yeah\n', 'j\n'])('asks again after %j: a slip must not cost the sign-in', async (answer) => {
    const { agent, root } = await agentAt(confirmState);
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, '[y/n]');
    session.type(answer);
    await shows(session, 'Please type y for yes or n for no.');
    await until(() => session.out().split('[y/n]').length === 3);
    expect(agent.routesCalled().filter((route) => route.startsWith('POST /v1/sign-in/c'))).toEqual([]);
    session.type('y\n');
    await until(() => agent.routesCalled().includes('POST /v1/sign-in/confirm'));
    agent.push(statusOf({ signIn: ready }));
    expect(await session.exit).toBe(0);
  });

  test('counts down while the question is open, and leaves the line of the person alone', async () => {
    const { agent, root } = await agentAt(confirmState);
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, '[y/n]');
    await until(() => session.clock.pendingMs.includes(1000));
    const before = session.out().length;
    await session.clock.advance(1000);
    await until(() => session.out().length > before);
    // Up to the first line and back, with the cursor saved; nothing else is drawn.
    expect(session.out().slice(before)).toMatch(/^\x1b7\x1b\[\d+A\r\(amber\) Use this mailbox\? +14:31\x1b\[K\x1b8$/);
    agent.push(statusOf({ signIn: ready }));
    expect(await session.exit).toBe(0);
  });

  test('a question that wraps is not disturbed by the countdown', async () => {
    const { agent, root } = await agentAt(confirmState);
    const session = begin(root, ['sign-in'], { isTty: true, columns: 30 });
    await shows(session, '[y/n]');
    await until(() => session.clock.pendingMs.includes(1000));
    await session.clock.advance(1000);
    await until(() => session.clock.pendingMs.includes(1000));
    expect(session.out()).not.toContain('\x1b7');
    agent.push(statusOf({ signIn: ready }));
    expect(await session.exit).toBe(0);
  });

  test('takes the end of input for a no', async () => {
    const { agent, root } = await agentAt(confirmState);
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, '[y/n]');
    session.endInput();
    expect(await session.exit).toBe(4);
    expect(agent.routesCalled()).toContain('POST /v1/sign-in/cancel');
  });

  test('joins a session that runs already instead of replacing its code', async () => {
    const { agent, root } = await agentAt(codeState);
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, 'B7K2QDRWX');
    agent.push(statusOf({ signIn: ready }));
    expect(await session.exit).toBe(0);
    expect(agent.routesCalled()).not.toContain('POST /v1/sign-in');
  });

  test('does not ask twice when a late copy of the same state comes after the answer', async () => {
    const { agent, root } = await agentAt(confirmState);
    agent.routes['POST /v1/sign-in/confirm'] = { body: proving };
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, '[y/n]');
    session.type('y\n');
    await until(() => agent.routesCalled().includes('POST /v1/sign-in/confirm'));
    agent.push(during(confirmState, { queue: { waiting: 1, sending: 0, held: 0, failed: 0, bytes: 1 } }));
    agent.push(statusOf({ signIn: ready }));
    expect(await session.exit).toBe(0);
    expect(agent.routesCalled().filter((route) => route === 'POST /v1/sign-in/confirm')).toHaveLength(1);
    expect(session.out().split('[y/n]')).toHaveLength(2);
  });

  test('drops the question when the session ends on another screen', async () => {
    const { agent, root } = await agentAt(confirmState);
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, '[y/n]');
    agent.push(during({ step: 'failed', code: 'sign-in-cancelled' }));
    expect(await session.exit).toBe(4);
    expect(session.err()).toContain('mfp-mail-agent sign-in');
  });

  test('gets a new code for n, and again when that one expires as well', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, 'B7K2QDRWX');
    agent.push(during({ step: 'failed', code: 'sign-in-expired' }));
    await shows(session, 'Type n and Enter for a new code');
    agent.routes['POST /v1/sign-in'] = () => {
      agent.push(during({ ...codeState, userCode: 'SECOND234' }));
      return { status: 202, body: { step: 'starting', startedAtMs: 0 } };
    };
    session.type('n\n');
    await shows(session, 'SECOND234');
    agent.push(during({ step: 'failed', code: 'sign-in-expired' }));
    await until(() => session.out().split('Type n and Enter').length === 3);
    session.type('\n');
    expect(await session.exit).toBe(4);
    expect(agent.routesCalled().filter((route) => route === 'POST /v1/sign-in')).toHaveLength(2);
  });

  test('explains a failure: guidance, remedy, one sentence on standard error', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, 'B7K2QDRWX');
    agent.push(during({ step: 'failed', code: 'app-not-found', aadsts: 700016 }));
    expect(await session.exit).toBe(5); // app-not-found is a wrong setting
    expect(agent.bodyOf('POST /v1/guidance')).toEqual({ aadsts: 700016 });
    expect(session.out()).toContain('What happened.');
    expect(session.out()).toContain('Do this.');
    expect(session.out()).toContain('mfp-mail-agent explain AADSTS');
    expect(session.err()).toBe('mfp-mail-agent: Not signed in (A title); start again with: mfp-mail-agent sign-in\n');
  });

  test('a proof that fails is not told as a failed sign-in', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, 'B7K2QDRWX');
    agent.push(during({ ...proving, trouble: 'smarthost-busy' }));
    await shows(session, 'still trying');
    expect(session.out()).not.toContain('smarthost-busy'); // the words for it, not the code
    agent.push(
      during(
        { step: 'failed', code: 'smtp-auth-disabled', detail: '535 5.7.139 Authentication unsuccessful' },
        { account: { status: 'unproven', identity: anna, signedInAtMs: codeState.expiresAtMs } },
      ),
    );
    expect(await session.exit).toBe(4);
    expect(session.out()).toContain('535 5.7.139 Authentication unsuccessful');
    expect(session.out()).not.toContain('AADSTS');
    expect(session.err()).toBe(
      'mfp-mail-agent: Signed in, but the mail server has not said yes (A title); ask it again with: ' +
        'mfp-mail-agent send-test ADDRESS\n',
    );
  });

  test('offers the act that mends a UPN mismatch', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, 'B7K2QDRWX');
    agent.push(
      statusOf({ glance: 'upn-mismatch', lamp: 'red', deviceEmailAddress: 'scans@contoso.com', signIn: mismatch }),
    );
    await shows(session, 'Use UPN as device e-mail address? [y/N] ');
    session.type('yes\n');
    expect(await session.exit).toBe(0);
    expect(agent.routesCalled()).toContain('POST /v1/account/use-upn');
    expect(session.out()).toContain('Scans are now sent from anna@contoso.com.');
  });

  test('ends with 4 if the mismatch is left', async () => {
    const { agent, root } = await agentAt(proving);
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, 'Trying');
    agent.push(
      statusOf({ glance: 'upn-mismatch', lamp: 'red', deviceEmailAddress: 'scans@contoso.com', signIn: mismatch }),
    );
    await shows(session, '[y/N] ');
    session.type('\n');
    expect(await session.exit).toBe(4);
    expect(agent.routesCalled()).not.toContain('POST /v1/account/use-upn');
  });

  test('Ctrl-C cancels the session politely', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, 'B7K2QDRWX');
    session.interrupt();
    expect(await session.exit).toBe(130);
    expect(agent.routesCalled()).toContain('POST /v1/sign-in/cancel');
    expect(session.out()).toContain('The sign-in was ended.');
    expect(session.err()).toBe('');
    await until(() => agent.streamsOpen === 0);
    expect(session.clock.pendingMs).toEqual([]);
  });

  test('Ctrl-C at a question does the same', async () => {
    const { agent, root } = await agentAt(confirmState);
    const session = begin(root, ['sign-in'], { isTty: true });
    await shows(session, '[y/n]');
    session.interrupt();
    expect(await session.exit).toBe(130);
    expect(agent.routesCalled()).toContain('POST /v1/sign-in/cancel');
  });

  test('prints no colour codes under NO_COLOR, and a QR code in white on black without it', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in'], { isTty: true, env: {} });
    await shows(session, '\x1b[97;40m▄▄▄▄');
    agent.push(statusOf({ signIn: ready }));
    await session.exit;
    const quiet = await agentAt(codeState);
    const second = begin(quiet.root, ['sign-in'], { isTty: true, env: { NO_COLOR: '1' } });
    await shows(second, '▄▄▄▄');
    quiet.agent.push(statusOf({ signIn: ready }));
    await second.exit;
    expect(second.out()).not.toMatch(/\x1b\[[0-9;]*m/);
  });

  test('passes on why the agent refuses to start one', async () => {
    const { agent, root } = await agentAt();
    agent.routes['POST /v1/sign-in'] = {
      status: 422,
      body: { error: { code: 'client-id-missing', message: 'Enter a client id first.', details: {} } },
    };
    const session = begin(root, ['sign-in'], { isTty: true });
    expect(await session.exit).toBe(5);
    expect(session.err()).toBe(
      'mfp-mail-agent: Enter a client id first; type: mfp-mail-agent settings set service.clientId ID\n',
    );
  });
});

describe('sign-in without a terminal', () => {
  test('prints each state once, without cursor movement, and accepts with --yes', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in', '--yes']);
    await shows(session, 'B7K2QDRWX');
    await until(() => session.clock.pendingMs.includes(1000));
    await session.clock.advance(5000);
    agent.push(during(confirmState));
    await until(() => agent.routesCalled().includes('POST /v1/sign-in/confirm'));
    agent.push(statusOf({ signIn: ready }));
    expect(await session.exit).toBe(0);
    expect(session.out()).not.toContain('\x1b');
    expect(session.out().split('https://microsoft.com/devicelogin')).toHaveLength(2);
    expect(agent.routesCalled().filter((route) => route === 'POST /v1/sign-in/confirm')).toHaveLength(1);
  });

  test('ends with 4 where a person must confirm, and leaves the session to another screen', async () => {
    const { agent, root } = await agentAt(confirmState);
    const session = begin(root, ['sign-in']);
    expect(await session.exit).toBe(4);
    expect(session.err()).toContain('mfp-mail-agent sign-in --yes');
    expect(agent.routesCalled()).not.toContain('POST /v1/sign-in/cancel');
  });

  test('ends with 4 at a mismatch, with the command that mends it', async () => {
    const { agent, root } = await agentAt(proving);
    const session = begin(root, ['sign-in', '--yes']);
    agent.status = statusOf({ glance: 'upn-mismatch', deviceEmailAddress: 'scans@contoso.com', signIn: mismatch });
    expect(await session.exit).toBe(4);
    expect(session.err()).toContain('settings set sender.deviceEmailAddress anna@contoso.com');
  });

  test('mends a mismatch with --use-upn', async () => {
    const { agent, root } = await agentAt(proving);
    agent.status = statusOf({ glance: 'upn-mismatch', deviceEmailAddress: 'scans@contoso.com', signIn: mismatch });
    const session = begin(root, ['sign-in', '--use-upn']);
    expect(await session.exit).toBe(0);
    expect(agent.routesCalled()).toContain('POST /v1/account/use-upn');
  });

  test('with --json prints one line for each state, and errors as JSON', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in', '--json', '--yes']);
    await shows(session, 'B7K2QDRWX');
    agent.push(during(codeState, { queue: { waiting: 1, sending: 0, held: 0, failed: 0, bytes: 1 } })); // no change of the sign-in
    agent.push(during(confirmState));
    await until(() => agent.routesCalled().includes('POST /v1/sign-in/confirm'));
    agent.push(during({ step: 'failed', code: 'policy-blocked', aadsts: 53003 }));
    expect(await session.exit).toBe(4);
    const steps = session
      .out()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as SignInState).step);
    expect(steps).toEqual(['code', 'confirm', 'proving', 'failed']);
    expect(JSON.parse(session.err())).toEqual({
      error: { code: 'policy-blocked', message: expect.any(String), details: { aadsts: 53003 }, exitCode: 4 },
    });
  });

  test('escapes what a directory put into a name', async () => {
    const { agent, root } = await agentAt({ ...confirmState, identity: { ...anna, name: 'Anna\x1b[2J' } });
    const session = begin(root, ['sign-in', '--yes']);
    await shows(session, 'Anna\\x1b[2J');
    agent.push(statusOf({ signIn: ready }));
    expect(await session.exit).toBe(0);
    expect(session.out()).not.toContain('\x1b');
  });
});

describe('a lost event stream', () => {
  test('is opened again, and the sign-in goes on', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in']);
    await shows(session, 'B7K2QDRWX');
    agent.status = statusOf({ signIn: ready });
    agent.dropStreams();
    await until(() => session.clock.pendingMs.length >= 2); // the countdown and the wait before the reconnect
    await session.clock.advance(1000);
    expect(await session.exit).toBe(0);
    expect(agent.streamsOpened).toBe(2);
  });

  test('that stays silent for 45 s counts as lost, pings keep it', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in']);
    await shows(session, 'B7K2QDRWX');
    await until(() => session.clock.pendingMs.includes(45_000));
    await session.clock.advance(44_000);
    agent.pushRaw(': ping\n\n');
    await until(() => session.clock.pendingMs.includes(45_000));
    await session.clock.advance(44_000);
    expect(agent.streamsOpened).toBe(1);
    agent.status = statusOf({ signIn: ready });
    expect(await runOut(session)).toBe(0);
    expect(agent.streamsOpened).toBe(2);
  });

  test('ends the command with 3 after five reconnects in vain', async () => {
    const { agent, root } = await agentAt();
    const session = begin(root, ['sign-in']);
    await shows(session, 'B7K2QDRWX');
    await agent.stop();
    agents.splice(0);
    expect(await runOut(session)).toBe(3);
    expect(session.err()).toContain('mfp-mail-agent run');
  });
});

test('a note stands below the code, in a window of 80x24 too, and goes with it', async () => {
  const { agent, root } = await agentAt();
  const codeNote = 'Rehearsal: open http://127.0.0.1:40001/ instead';
  const session = begin(root, ['sign-in'], { isTty: true, columns: 80, rows: 24, codeNote });
  await shows(session, codeNote);
  const lines = session.out().slice(session.out().lastIndexOf('(amber)')).split('\n');
  // Nothing of the panel is above the window, and the note is its end.
  expect(lines[0]).toContain('Sign in');
  expect(lines.length).toBeLessThan(24);
  expect(lines.findLastIndex((line) => line.startsWith(codeNote))).toBe(lines.length - 2);
  expect(lines.some((line) => line.includes(codeState.verificationUri))).toBe(true);
  const before = session.out().length;
  agent.push(during(confirmState));
  await shows(session, '[y/n]');
  expect(session.out().slice(before)).not.toContain(codeNote);
  session.interrupt();
  await session.exit;
});
