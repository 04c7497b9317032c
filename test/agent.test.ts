import { describe, expect, test } from '@jest/globals';
import type { Access } from '../src/access/index.ts';
import { createAgent, type AgentRooms } from '../src/agent.ts';
import { MailError, type AccountState, type JobSummary, type SignInState } from '../src/core/index.ts';
import { sampleJob } from './support/sample-status.ts';

const reply = '535 5.7.3 Authentication unsuccessful';
const job: JobSummary = { ...sampleJob(), queueId: '01jd6v3q8abcde' };

/** The agent over rooms that know just enough for its texts: default-like settings, one job, a sign-in, a relay. */
function agentWith(parts: {
  readonly signIn?: SignInState;
  readonly relay?: object;
  readonly job?: Partial<JobSummary>;
  readonly smtpHost?: string;
  readonly account?: AccountState;
  readonly access?: Pick<Access, 'assertPinGiven'>;
}) {
  const summary = { ...job, ...parts.job };
  const none = () => () => undefined;
  const rooms = {
    settings: {
      subscribe: none,
      health: () => ({ ok: true }),
      current: () => ({
        service: {
          provider: 'exchange-online',
          cloud: 'global',
          smtpHost: parts.smtpHost ?? '',
          smtpPort: 587,
          loginHost: '',
          tenant: 'organizations',
          clientId: '',
          scope: '',
        },
        sender: { deviceEmailAddress: 'scan@contoso.com' },
        network: { proxyUrl: '' },
      }),
    },
    spool: {
      subscribe: none,
      subscribeHealth: none,
      summary: () => summary,
      read: () => Promise.resolve({ headerBlock: '' }),
    },
    signIn: {
      subscribe: none,
      signIn: () => parts.signIn ?? { step: 'idle' },
      account: () => parts.account ?? { status: 'unproven' },
    },
    access: parts.access,
    relay: { subscribe: none, state: () => parts.relay ?? {} },
    scanRooms: { warnings: () => [] },
    safeMode: { isOn: () => false },
  };
  // Only what the texts need of each room: a whole set of rooms is what the end-to-end tests are for.
  return createAgent(rooms as unknown as AgentRooms);
}

describe("explain fills in the mail server's answer", () => {
  const failed: SignInState = { step: 'failed', code: 'reply-invalid', detail: reply };
  const held = {
    holdReason: 'mailbox-blocked',
    holdCode: 'mailbox-blocked',
    holdGuidanceId: 'tenant-blocked',
    holdReply: reply,
  };

  test.each<[string, string, Parameters<typeof agentWith>[0], string]>([
    ['of the proof that failed', 'reply-invalid', { signIn: failed }, reply],
    ['of the hold of the queue', 'tenant-blocked', { relay: held }, reply],
    // Another failure's answer would send the administrator the wrong way.
    ['not of another failure', 'message-refused', { signIn: failed, relay: held }, 'refused the message.'],
    [
      'not if there was none',
      'reply-invalid',
      { signIn: { step: 'failed', code: 'reply-invalid' } },
      'such a server says. ',
    ],
  ])('%s', (_what, code, parts, expected) => {
    expect(agentWith(parts).explain({ code })).toMatchObject({ paragraph: expect.stringContaining(expected) });
  });
});

test.each<[Partial<JobSummary>, string]>([
  [{ state: 'held', hold: { reason: 'by-person', sinceMs: 0 } }, 'mfp-mail-agent queue release 01jd6v3q8abcde'],
  [{ state: 'held', hold: { reason: 'repeated-crash', sinceMs: 0 } }, 'mfp-mail-agent queue retry 01jd6v3q8abcde'],
  [
    { state: 'failed', lastReply: { code: 'lifetime-over', reply: '451 busy', atMs: 0 } },
    'mfp-mail-agent queue retry 01jd6v3q8abcde',
  ],
])('guidance of the job %j has its command', async (changes, command) => {
  const { guidance } = await agentWith({ job: changes }).job(job.queueId);
  expect(guidance?.remedy?.split('\n')).toContain(command);
});

test('a scan that is held for want of a sign-in names what keeps people from it', async () => {
  const held = { state: 'held', hold: { reason: 'sign-in-needed', sinceMs: 0 } } as const;
  const made = agentWith({ job: held, relay: { holdReason: 'sign-in-needed' }, smtpHost: 'smtp.office365.com' });
  expect((await made.job(job.queueId)).guidance?.id).toBe('client-id-missing');
});

// Which acts, and for whom: mailbox-guard.test.ts.
test('with a PIN, another account is not taken from a person at the panel', async () => {
  const identity = { upn: 'eve@contoso.com', objectId: 'o-eve', tenantId: 't' };
  const made = agentWith({
    access: { assertPinGiven: () => Promise.reject(new MailError('pin-needed', 'no PIN was given')) },
    account: { status: 'ready', identity: { ...identity, upn: 'other@contoso.com', objectId: 'o-other' } },
    signIn: { step: 'confirm', identity, deviceEmailAddress: 'scan@contoso.com', expiresAtMs: 1 },
  });
  const walkUp = { door: 'panel', role: 'walk-up', by: 'panel' } as const;
  await expect(made.confirmSignIn(walkUp)).rejects.toMatchObject({ code: 'pin-needed' });
});
