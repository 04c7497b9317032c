import { describe, expect, test } from '@jest/globals';
import { composeStatus, offlineAfterMs, type StatusParts } from '../src/agent-status.ts';
import type { Glance, HoldReason } from '../src/core/index.ts';
import { sampleIdentity, sampleJob } from './support/sample-status.ts';

const healthy: StatusParts = {
  version: '1',
  provider: 'exchange-online',
  cloud: 'global',
  deviceEmailAddress: 'scan@contoso.com',
  isSharedMailbox: false,
  deviceLanguage: 'en',
  settingsTrouble: undefined,
  account: { status: 'ready', identity: sampleIdentity },
  signIn: { step: 'idle' },
  isUpnMismatch: false,
  smarthost: { host: 'smtp.office365.com', port: 587, isReachable: true },
  unreachableForMs: undefined,
  relayHold: undefined,
  slowedUntilMs: undefined,
  jobs: [],
  storage: { state: 'ok' },
  listeners: [],
};

describe('the glance', () => {
  test.each<[string, Partial<StatusParts>, Glance, 'green' | 'amber' | 'red']>([
    ['all is well', {}, 'ready', 'green'],
    ['it died again and again', { isSafeMode: true, account: { status: 'none' } }, 'held', 'red'],
    ['nobody signed in', { account: { status: 'none' } }, 'sign-in-needed', 'red'],
    ['tokens refused', { account: { status: 'sign-in-needed', code: 'policy-blocked' } }, 'sign-in-needed', 'red'],
    [
      'a code is on the screen',
      { account: { status: 'none' }, signIn: { step: 'starting', startedAtMs: 0 } },
      'signing-in',
      'amber',
    ],
    [
      'token came, 235 did not yet',
      { account: { status: 'unproven', identity: sampleIdentity } },
      'signing-in',
      'amber',
    ],
    [
      'the 235 was refused',
      { account: { status: 'unproven', identity: sampleIdentity, code: 'smtp-auth-disabled' } },
      'held',
      'red',
    ],
    [
      'the 235 was refused, and a new sign-in runs',
      {
        account: { status: 'unproven', identity: sampleIdentity, code: 'smtp-auth-disabled' },
        signIn: { step: 'starting', startedAtMs: 0 },
      },
      'signing-in',
      'amber',
    ],
    ['addresses differ', { isUpnMismatch: true }, 'upn-mismatch', 'red'],
    ['the smarthost refuses the mailbox', { relayHold: 'smtp-auth-disabled' }, 'held', 'red'],
    ['no client id', { settingsTrouble: 'client-id-missing', account: { status: 'none' } }, 'not-set-up', 'red'],
    ["a short loss of the network is nobody's business", { unreachableForMs: offlineAfterMs - 1 }, 'ready', 'green'],
    ['a long one is', { unreachableForMs: offlineAfterMs }, 'offline', 'amber'],
    [
      'no storage matters more than anything',
      { storage: { state: 'unavailable', why: 'key-unavailable' }, account: { status: 'none' } },
      'storage',
      'red',
    ],
    ['a full disk', { storage: { state: 'full' } }, 'storage', 'red'],
    ['plain relay needs no account', { provider: 'unspecified', account: { status: 'none' } }, 'relay-only', 'green'],
  ])('%s', (_name, parts, glance, lamp) => {
    const status = composeStatus({ ...healthy, ...parts });
    expect(status).toMatchObject({ glance, lamp });
    expect(status.sentence).toMatch(/^[A-Z].{10,200}[.!]$/);
  });

  test.each<[string, Partial<StatusParts>, string]>([
    ['storage that reports errors', { storage: { state: 'degraded', why: 'EIO' } }, 'storage-degraded'],
    ['too many damaged messages', { storage: { state: 'full', why: 'corrupt-full' } }, 'corrupt-full'],
    [
      'the number says more than the code',
      { account: { status: 'sign-in-needed', code: 'policy-blocked', aadsts: 530036 } },
      'device-code-session-blocked',
    ],
    [
      'so does the hold that the refusal made',
      {
        account: { status: 'unproven', code: 'smtp-auth-policy' },
        relayHold: 'policy-blocked',
        relayHoldCode: 'smtp-auth-security-defaults',
      },
      'smtp-auth-security-defaults',
    ],
    [
      'a hold for something else does not',
      {
        account: { status: 'unproven', code: 'smtp-auth-policy' },
        relayHold: 'mailbox-full',
        relayHoldCode: 'mailbox-full',
      },
      'smtp-auth-policy',
    ],
  ])('%s: the entry that explains it best', (_name, parts, guidanceId) => {
    expect(composeStatus({ ...healthy, ...parts }).guidanceId).toBe(guidanceId);
  });

  test.each<[Partial<StatusParts>, string]>([
    [
      { signIn: { step: 'proving', identity: sampleIdentity } },
      'Signed in as scan@contoso.com; waiting for the mail server to say yes.',
    ],
    [
      { signIn: { step: 'proving', identity: sampleIdentity, trouble: 'dns-failed' } },
      'Signed in as scan@contoso.com; waiting for the mail server to say yes. Trouble: Name not found; it is asked again.',
    ],
    [
      {
        signIn: { step: 'confirm', identity: sampleIdentity, deviceEmailAddress: '', expiresAtMs: 0 },
        account: { status: 'none' },
      },
      'scan@contoso.com has signed in; waiting for a person to say "Use this mailbox".',
    ],
    // A proof that failed for the time being.
    [
      { signIn: { step: 'failed', code: 'dns-failed' }, account: { status: 'unproven', identity: sampleIdentity } },
      'Signed in as scan@contoso.com; the mail server is asked with the next scan.',
    ],
  ])('says what a sign-in waits for: %j', (parts, sentence) => {
    expect(composeStatus({ ...healthy, ...parts }).sentence).toBe(sentence);
  });

  test('names the account, the device address and the shared mailbox exception', () => {
    expect(composeStatus({ ...healthy, isSharedMailbox: true }).sentence).toBe(
      'Ready: signed in as scan@contoso.com, mail goes out as scan@contoso.com (shared mailbox).',
    );
  });

  test.each<HoldReason>([
    'sign-in-needed',
    'upn-mismatch',
    'authentication-refused',
    'smtp-auth-disabled',
    'policy-blocked',
    'send-as-denied',
    'mailbox-full',
    'mailbox-blocked',
    'quota-reached',
    'smarthost-not-set',
    'settings-conflict',
    'key-unavailable',
    'by-person',
    'repeated-crash',
  ])('a queue held for %s has guidance of its own', (reason) => {
    expect(composeStatus({ ...healthy, relayHold: reason }).guidanceId).not.toBe('internal');
  });
});

describe('the queue figures', () => {
  const jobs = [
    sampleJob(),
    sampleJob({ state: 'sending' }),
    sampleJob({ state: 'held', hold: { reason: 'by-person', sinceMs: 0 } }),
    sampleJob({ state: 'failed' }),
    sampleJob({ state: 'accepted' }),
  ];

  test('count by state; finished jobs take no room', () => {
    expect(composeStatus({ ...healthy, jobs }).queue).toMatchObject({
      waiting: 1,
      sending: 1,
      held: 1,
      failed: 1,
      bytes: 3000,
      holdReason: 'by-person',
    });
  });

  test.each([
    // what is in the queue while the agent holds it, e.g. for want of a client id
    ['nothing', []],
    ['only what is over', [sampleJob({ state: 'accepted' }), sampleJob({ state: 'failed' })]],
    ['only what is being sent', [sampleJob({ state: 'sending' })]],
  ])('%s waits: no hold is named', (_what, kept) => {
    const status = composeStatus({ ...healthy, jobs: kept, relayHold: 'sign-in-needed' });
    expect(status.queue.holdReason).toBeUndefined();
    // What is wrong is still said where it belongs.
    expect(status.glance).toBe('held');
  });

  test('a hold of the whole queue makes waiting jobs held ones', () => {
    expect(composeStatus({ ...healthy, jobs, relayHold: 'mailbox-full' }).queue).toMatchObject({
      waiting: 0,
      held: 2,
      holdReason: 'mailbox-full',
    });
  });
});
