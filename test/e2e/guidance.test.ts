/**
 * Every entry of the guidance that the outside can cause, played by the stand-in cloud: what class it is, what becomes of
 * the job or the sign-in, and the text a person reads. What only this device can cause is named at the end, with the test
 * that plays it.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { HoldReason } from '../../src/core/index.ts';
import { guidanceEntries, lookUpPhoneNumber, type Action, type GuidanceId } from '../../src/guidance/index.ts';
import { textsOf } from '../../src/guidance/texts/index.ts';
import type { FaultName, FaultOptions } from '../../src/simulator/index.ts';
import { FaultBench, person } from '../support/fault-bench.ts';
import { until } from '../support/signed-in.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const { texts, again } = textsOf('en');

/** What was seen in this file; the last test wants every entry. */
const played = new Set<string>();
let bench: FaultBench;

beforeAll(async () => {
  bench = await FaultBench.start({
    settings: { 'sender.deviceEmailAddress': 'scan@contoso.example' },
  });
}, 60_000);
afterAll(async () => {
  await bench.stop();
});

/** The words of an entry as they reach a person: complete, with this device's values, and nothing left to fill in. */
function expectText(
  told:
    | { readonly id: string; readonly title: string; readonly paragraph: string; readonly remedy?: string | undefined }
    | undefined,
  id: GuidanceId,
): void {
  expect(told?.id).toBe(id);
  expect(told?.title).toBe(texts[id].title);
  const words = `${told?.paragraph ?? ''}\n${told?.remedy ?? ''}`;
  expect(words).not.toMatch(
    /[{}]|undefined|<(?:device|mailbox|mail server|sign-in host|client id|cloud|administration)/,
  );
  if (texts[id].remedy !== undefined) expect(told?.remedy).toBeTruthy();
}

describe('before anybody is signed in', () => {
  // [fault, what it is, options, number the panel shows]: refused at the start or while polling.
  const refusals: readonly (readonly [FaultName, GuidanceId, (FaultOptions | undefined)?, number?])[] = [
    // At the start
    ['app-not-found', 'app-not-found', undefined, 700016],
    ['app-not-public', 'app-not-public', undefined, 7000218],
    ['wrong-cloud', 'wrong-cloud', { place: 'devicecode' }, 90038],
    ['app-disabled', 'app-disabled', undefined, 7000112],
    ['app-single-tenant', 'app-single-tenant', undefined, 50194],
    ['app-not-for-personal', 'app-not-for-personal', undefined, 9002332],
    ['tenant-too-wide', 'tenant-too-wide', undefined, 9001023],
    ['tenant-unknown', 'tenant-unknown', undefined, 90002],
    ['tenant-not-derived', 'tenant-not-derived', undefined, 50059],
    ['us-gov-through-public', 'us-gov-through-public', undefined, 900439],
    ['service-missing', 'service-missing', undefined, 500011],
    ['scope-wrong', 'scope-wrong', undefined, 70011],
    ['authority-wrong', 'authority-wrong', undefined, 50049],
    ['request-malformed', 'request-malformed', undefined, 900144],
    ['identity-throttled' as FaultName, 'identity-throttled'],
    ['identity-unavailable' as FaultName, 'identity-unavailable'],
    ['identity-garbage', 'reply-invalid', { place: 'devicecode' }],
    ['identity-html', 'captive-portal'],
    // While polling
    ['app-sends-secret', 'app-sends-secret', undefined, 700025],
    ['app-in-other-cloud', 'app-in-other-cloud', undefined, 900382],
    ['code-already-used', 'code-already-used', undefined, 54005],
    ['device-code-unknown', 'device-code-unknown'],
    ['tenant-differs', 'tenant-differs', undefined, 700005],
    ['declined', 'consent-declined', undefined, 65004],
    ['sign-in-declined', 'sign-in-declined'],
    ['expired', 'sign-in-expired', undefined, 70020],
    ['identity-refused', 'identity-refused', undefined, 899999],
    // The network and its machines, at the start: nobody tries again
    ['dns-failed', 'dns-failed', { place: 'identity' }],
    ['dns-no-answer', 'dns-no-answer', { place: 'identity' }],
    ['network-down', 'network-down', { place: 'identity' }],
    ['connect-failed', 'connect-failed', { place: 'identity' }],
    ['connect-refused', 'connect-refused', { place: 'identity' }],
    ['connect-timeout', 'connect-timeout', { place: 'identity' }],
    ['proxy-refused', 'proxy-refused', { place: 'identity' }],
    ['proxy-authentication', 'proxy-authentication', { place: 'identity' }],
    ['certificate-untrusted', 'tls-inspected', { place: 'identity' }],
    ['certificate-unknown', 'tls-untrusted', { place: 'identity' }],
    ['certificate-wrong-name', 'tls-wrong-name', { place: 'identity' }],
    ['certificate-expired', 'tls-expired', { place: 'identity' }],
    ['certificate-not-yet-valid', 'certificate-not-yet-valid', { place: 'identity' }],
  ];
  test.each(refusals.map(([name, id, options, aadsts]) => ({ name, id, options, aadsts })))(
    '$name: the sign-in ends, and the panel says $id',
    async ({ name, id, options, aadsts }) => {
      const alias: Readonly<Record<string, [FaultName, FaultOptions]>> = {
        'identity-throttled': ['throttled-429', { place: 'devicecode', times: 20 }],
        'identity-unavailable': ['unavailable-503', { place: 'devicecode', times: 20 }],
      };
      const [fault, given] = alias[name] ?? [name, options];
      bench.fault(fault, given);
      const { state } = await bench.signIn({ phone: false });
      bench.mend(fault);
      expect(state).toMatchObject({ step: 'failed', guidanceId: id, code: guidanceEntries[id].code });
      if (state.step !== 'failed') return;
      if (aadsts !== undefined) expect(state.aadsts).toBe(aadsts);
      const told = bench.agent.explain({ code: id }, 'en');
      expectText(told, id);
      expect(told.acts).toContain('sign-in');
      // The name that was not found, and no promise of a retry that will not come.
      if (/^(dns|connect)/.test(id)) expect(told.paragraph).toContain('login.microsoftonline.com');
      expect(`${told.paragraph} ${told.panel.join(' ')}`).not.toContain(again.byItself.sentence);
      expect(bench.agent.account().status).toBe('none');
      played.add(id);
    },
    30_000,
  );

  test('an answer nobody knows comes with what to send to support', async () => {
    bench.fault('identity-refused');
    const { state } = await bench.signIn({ phone: false });
    bench.mend('identity-refused');
    expect(state).toMatchObject({ step: 'failed', aadsts: 899999 });
    const { support } = bench.agent.explain({ code: 'identity-refused' }, 'en');
    expect(support?.join('\n')).toMatch(/Number: AADSTS899999\nAnswer: AADSTS899999: A reason .*Trace ID/);
  }, 30_000);

  test('account-changed, identity-incomplete and a guest: refused after the phone', async () => {
    for (const [fault, id] of [
      ['identity-incomplete', 'identity-incomplete'],
      ['guest', 'guest-account-refused'],
    ] as const) {
      bench.fault(fault);
      const { state } = await bench.signIn();
      bench.mend(fault);
      expect(state).toMatchObject({ step: 'failed', guidanceId: id });
      expectText(bench.agent.explain({ code: id }, 'en'), id);
      played.add(id);
    }
  }, 60_000);

  test('nobody confirms: not-confirmed, and no question about a phone', async () => {
    await bench.signIn({ confirm: false });
    bench.clock.skip(11 * minuteMs);
    const state = await until(() => {
      const now = bench.agent.signInState();
      return now.step === 'failed' ? now : undefined;
    });
    expect(state).toMatchObject({ code: 'sign-in-expired', guidanceId: 'not-confirmed' });
    expectText(bench.agent.explain({ code: 'not-confirmed' }, 'en'), 'not-confirmed');
    played.add('not-confirmed');
  }, 30_000);

  test('a passing fault while the code is on the screen is named, and polling goes on', async () => {
    for (const [fault, id] of [
      ['slow-down', 'poll-slower'],
      ['identity-loop', 'identity-loop'],
    ] as const) {
      bench.fault(fault, { place: 'poll', times: 1 });
      const { state } = await bench.signIn({ confirm: false });
      expect(state.step).toBe('confirm');
      await bench.agent.cancelSignIn(person);
      expect(guidanceEntries[id].action).toBe('retry');
      played.add(id);
    }
  }, 60_000);

  test('the phone shows its number, the device explains it, and the code stays good', async () => {
    bench.clock.skip(11 * minuteMs);
    await bench.agent.beginSignIn(person);
    const shown = await until(() => {
      const state = bench.agent.signInState();
      return state.step === 'code' ? state : undefined;
    });
    const rows: readonly [FaultName, number, GuidanceId][] = [
      ['consent-needed', 90094, 'admin-consent-needed'],
      ['policy-block-at-sign-in', 53003, 'conditional-access'],
      ['device-not-managed', 530033, 'device-code-blocked'],
      ['not-assigned', 50105, 'user-not-assigned'],
      ['wrong-region', 50134, 'wrong-region'],
      ['account-locked', 50053, 'account-locked'],
      ['user-code-used', 90120, 'user-code-used'],
      ['confirm-on-phone', 50199, 'confirm-on-phone'],
      ['password-wrong', 50126, 'password-wrong'],
      ['password-expired', 50055, 'password-expired'],
      ['account-not-here', 50020, 'account-not-here'],
      ['mfa-registration', 50079, 'mfa-registration'],
      ['device-wanted', 53000, 'device-wanted'],
      ['security-defaults-sign-in', 530035, 'security-defaults-sign-in'],
      ['user-at-risk', 53011, 'user-at-risk'],
      ['tenant-restricted', 500021, 'tenant-restricted'],
      ['cross-tenant-policy', 500212, 'cross-tenant-policy'],
      ['permission-missing', 650056, 'permission-missing'],
      ['partner-consent', 90099, 'partner-consent'],
      ['personal', 500208, 'account-type-refused'],
    ];
    for (const [fault, aadsts, id] of rows) {
      bench.fault(fault);
      const phone = await bench.cloud.technician({
        userCode: shown.userCode,
        upn: bench.cloud.suggestedAccount().upn,
      });
      bench.mend(fault);
      expect([fault, phone.result, phone.aadsts]).toEqual([fault, 'refused', aadsts]);
      expect([fault, lookUpPhoneNumber(aadsts)]).toEqual([fault, id]);
      expect(guidanceEntries[id].where).toContain('phone');
      expectText(bench.agent.explain({ aadsts }, 'en'), id);
      played.add(id);
    }
    // RFC 8628: nothing of this reaches the device; a mistyped code least of all.
    expect(bench.agent.signInState()).toMatchObject({ step: 'code', userCode: shown.userCode });
    expectText(bench.agent.explain({ aadsts: 70018 }, 'en'), 'user-code-wrong');
    expectText(bench.agent.explain({ code: 'sign-in-waiting' }, 'en'), 'sign-in-waiting');
    for (const id of ['user-code-wrong', 'sign-in-waiting']) played.add(id);
    await bench.agent.cancelSignIn(person);
  }, 60_000);

  test('redirect-not-registered: the consent page shows 500113', async () => {
    bench.fault('redirect-not-registered');
    const { url } = bench.agent.consentLink('en');
    const page = await fetch(`${bench.cloud.phoneUrl}adminconsent${new URL(url).search}`);
    bench.mend('redirect-not-registered');
    expect(await page.text()).toContain('500113');
    const told = bench.agent.explain({ aadsts: 500113 }, 'en');
    expectText(told, 'redirect-not-registered');
    expect(told.remedy).toContain(url);
    played.add('redirect-not-registered');
  });
});

const aliasAllowed = {
  'sender.changeSenderAddress': 'allowed',
  'sender.permittedAddresses': ['alias@contoso.example'],
};

/** state and wait of the job; `hold` without a wait: only a person ends it. */
interface Row {
  readonly fault: FaultName;
  readonly id: GuidanceId;
  readonly action: Action;
  readonly hold?: HoldReason;
  /** Milliseconds until the machine tries again by itself; jitter of a quarter comes on top. */
  readonly waitMs?: number;
  readonly options?: FaultOptions;
  /** AUTH, EHLO and TLS want a link of their own. */
  readonly isFreshLink?: boolean;
  readonly to?: readonly string[];
  readonly sizeBytes?: number;
}

describe('at the mail server', () => {
  afterEach(async () => {
    await bench.tidy();
  });
  beforeAll(async () => {
    const { state } = await bench.signIn();
    expect(state.step).toBe('ready');
  }, 60_000);

  test.each<Row>([
    // AUTH
    {
      fault: 'smtp-auth-off-mailbox',
      id: 'smtp-auth-disabled',
      action: 'hold',
      hold: 'smtp-auth-disabled',
      isFreshLink: true,
    },
    {
      fault: 'smtp-auth-off-tenant',
      id: 'smtp-auth-disabled-tenant',
      action: 'hold',
      hold: 'smtp-auth-disabled',
      isFreshLink: true,
    },
    {
      fault: 'security-defaults',
      id: 'smtp-auth-security-defaults',
      action: 'hold',
      hold: 'policy-blocked',
      isFreshLink: true,
    },
    {
      fault: 'smtp-criteria',
      id: 'smtp-auth-policy',
      action: 'hold',
      hold: 'policy-blocked',
      waitMs: hourMs,
      isFreshLink: true,
    },
    {
      fault: 'basic-auth-used',
      id: 'basic-auth-used',
      action: 'hold',
      hold: 'authentication-refused',
      isFreshLink: true,
    },
    {
      fault: 'auth-535',
      id: 'authentication-refused',
      action: 'renew',
      hold: 'authentication-refused',
      isFreshLink: true,
    },
    {
      fault: 'authentication-unknown',
      id: 'authentication-unknown',
      action: 'renew',
      hold: 'authentication-refused',
      isFreshLink: true,
    },
    {
      fault: 'auth-454',
      id: 'authentication-later',
      action: 'retry',
      waitMs: minuteMs,
      options: { times: Infinity },
      isFreshLink: true,
    },
    { fault: 'tls-too-old', id: 'tls-too-old', action: 'wait', waitMs: hourMs, isFreshLink: true },
    { fault: 'xoauth2-not-offered', id: 'xoauth2-not-offered', action: 'retry', isFreshLink: true },
    // MAIL
    { fault: 'not-authenticated', id: 'not-authenticated', action: 'renew', hold: 'authentication-refused' },
    { fault: 'mailbox-blocked', id: 'mailbox-blocked', action: 'hold', hold: 'mailbox-blocked' },
    { fault: 'sending-refused', id: 'sending-refused', action: 'hold', hold: 'mailbox-blocked', waitMs: hourMs },
    { fault: 'command-not-understood', id: 'command-not-understood', action: 'retry' },
    { fault: 'reply-invalid', id: 'reply-invalid', action: 'retry' },
    // RCPT
    { fault: 'greylisted', id: 'greylisted', action: 'retry', waitMs: 5 * minuteMs },
    {
      fault: 'recipient-deferred',
      id: 'smarthost-busy',
      action: 'retry',
      waitMs: minuteMs,
      options: { times: Infinity },
    },
    { fault: 'recipient-limit', id: 'recipient-limit', action: 'retry', waitMs: hourMs },
    { fault: 'recipient-refused', id: 'recipient-refused', action: 'fail-recipient', to: ['nobody@contoso.example'] },
    { fault: 'recipient-mailbox-full', id: 'recipient-mailbox-full', action: 'fail-recipient' },
    { fault: 'recipient-restricted', id: 'recipient-restricted', action: 'fail-recipient' },
    { fault: 'recipient-unknown-reply', id: 'recipient-unknown-reply', action: 'fail-recipient' },
    { fault: 'wrong-route', id: 'wrong-route', action: 'hold', hold: 'settings-conflict' },
    // The message
    { fault: 'throttle-432', id: 'throttled', action: 'wait', waitMs: minuteMs, options: { times: Infinity } },
    { fault: 'recipient-busy', id: 'recipient-busy', action: 'retry', waitMs: minuteMs },
    { fault: 'later-unknown-reply', id: 'later-unknown-reply', action: 'retry', waitMs: minuteMs },
    { fault: 'quota', id: 'quota-reached', action: 'wait', hold: 'quota-reached', waitMs: hourMs },
    {
      fault: 'tenant-recipient-limit',
      id: 'tenant-recipient-limit',
      action: 'wait',
      hold: 'quota-reached',
      waitMs: hourMs,
    },
    { fault: 'onmicrosoft-limit', id: 'onmicrosoft-limit', action: 'wait', hold: 'quota-reached', waitMs: hourMs },
    { fault: 'send-as-denied', id: 'send-as-denied', action: 'hold', hold: 'send-as-denied' },
    { fault: 'mailbox-full', id: 'mailbox-full', action: 'hold', hold: 'mailbox-full', waitMs: 24 * hourMs },
    { fault: 'outbound-spam', id: 'outbound-spam', action: 'hold', hold: 'mailbox-blocked', waitMs: hourMs },
    { fault: 'tenant-blocked', id: 'tenant-blocked', action: 'hold', hold: 'mailbox-blocked' },
    { fault: 'too-large', id: 'smarthost-size', action: 'fail-job', options: { bytes: 1000 } },
    { fault: 'bare-line-feed', id: 'bare-line-feed', action: 'fail-job' },
    { fault: 'header-from-refused', id: 'header-from-refused', action: 'fail-job' },
    { fault: 'delivery-expired', id: 'delivery-expired', action: 'fail-job' },
    { fault: 'message-refused', id: 'message-refused', action: 'fail-job' },
    // The line
    {
      fault: 'greeting-421',
      id: 'connection-closed',
      action: 'retry',
      waitMs: 45_000,
      options: { times: Infinity },
      isFreshLink: true,
    },
    {
      fault: 'connection-lost-before-dot',
      id: 'connection-lost',
      action: 'retry',
      options: { times: Infinity },
      // More than the buffers on the way hold: once they have taken the dot, nobody can say whether it arrived.
      sizeBytes: 8_000_000,
    },
    { fault: 'no-starttls', id: 'tls-not-offered', action: 'retry', isFreshLink: true },
    { fault: 'tls-failed', id: 'tls-failed', action: 'retry', isFreshLink: true },
    {
      fault: 'certificate-untrusted',
      id: 'tls-inspected',
      action: 'retry',
      options: { place: 'submission' },
      isFreshLink: true,
    },
    {
      fault: 'certificate-unknown',
      id: 'tls-untrusted',
      action: 'retry',
      options: { place: 'submission' },
      isFreshLink: true,
    },
    {
      fault: 'certificate-not-yet-valid',
      id: 'certificate-not-yet-valid',
      action: 'retry',
      options: { place: 'submission' },
      isFreshLink: true,
    },
    { fault: 'dns-failed', id: 'dns-failed', action: 'retry', options: { place: 'submission' }, isFreshLink: true },
    {
      fault: 'connect-refused',
      id: 'connect-refused',
      action: 'retry',
      options: { place: 'submission' },
      isFreshLink: true,
    },
  ])(
    '$fault: $action',
    async (row) => {
      const { fault, id, action, hold, waitMs, options, to, sizeBytes } = row;
      // Class, reason and wait as the facts have them, and the entry says the same.
      expect(guidanceEntries[id]).toMatchObject({ action, ...(hold === undefined ? {} : { holdReason: hold }) });
      if (row.isFreshLink === true) await bench.freshLink();
      bench.fault(fault, { times: Infinity, ...options });
      const scan = await bench.scan({
        ...(to === undefined ? {} : { to }),
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
      });
      const state = action.startsWith('fail') ? 'failed' : hold === undefined ? 'waiting' : 'held';
      const job = await bench.untilJob(
        scan,
        ({ state: now, lastReply, hold: held }) => now === state && (lastReply ?? held?.reply) !== undefined,
      );
      const { guidance } = await bench.job(scan);
      expectText(guidance, id);
      expect(guidance?.who).toBe(guidanceEntries[id].who);
      if (hold !== undefined) {
        expect(job.hold?.reason).toBe(hold);
        const status = await until(() => (bench.agent.status().glance === 'held' ? bench.agent.status() : undefined));
        expect(status).toMatchObject({ lamp: 'red', guidanceId: id, sentence: `${texts[id].title}.` });
      } else if (state === 'waiting') {
        expect(job.lastReply?.guidanceId).toBe(id);
        const dueMs = Math.max(job.nextAttemptAtMs ?? 0, bench.agent.status().queue.slowedUntilMs ?? 0);
        const leftMs = dueMs - bench.clock.nowMs();
        // Without a wait of its own: the usual back-off, whose first step is 5 s here.
        expect(leftMs).toBeGreaterThan((waitMs ?? 5000) * 0.75 - 4000);
        expect(leftMs).toBeLessThanOrEqual((waitMs ?? 5000) * 1.25 + 200);
      }
      // An answer nobody knows is shown whole, with what support asks for.
      if (guidanceEntries[id].isUnknown) {
        const support = guidance?.support?.join('\n') ?? '';
        expect(support).toContain(`Message: ${scan.queueId}`);
        expect(support).toMatch(/\nTime: 20\d\d-\d\d-\d\dT[\d:.]+Z\n/);
        expect(support).toMatch(/\nAnswer: .*\[.+\]$/);
      } else expect(guidance?.support).toBeUndefined();
      expect(bench.arrived(scan)).toHaveLength(0);
      bench.mend(fault);
      if (state === 'failed') await bench.agent.deleteJob(scan.queueId, person);
      else {
        // A hold or pause with a time ends by itself, one without only by a person.
        if (waitMs !== undefined) bench.clock.skip(waitMs * 1.25 + 1000);
        else await bench.agent.retryJob(scan.queueId, person);
        await bench.untilJob(scan, (one) => one.state === 'accepted');
      }
      await until(() => (bench.agent.status().glance === 'ready' ? true : undefined));
      played.add(id);
    },
    30_000,
  );

  test('too-many-recipients: the rest goes in a second transaction, at once', async () => {
    bench.fault('too-many-recipients', { times: 1 });
    const scan = await bench.scan({ to: ['anna@contoso.example', 'bert@contoso.example'] });
    await bench.untilJob(scan, ({ state }) => state === 'accepted');
    expect(bench.arrived(scan)).toHaveLength(2);
    played.add('too-many-recipients');
  }, 30_000);

  test('send-as-denied on a permitted alias fails that message only', async () => {
    const { consequences } = await bench.agent.previewSettings({ changes: aliasAllowed, accept: [] }, person);
    await bench.agent.changeSettings({ changes: aliasAllowed, accept: consequences.map(({ code }) => code) }, person);
    const scan = await bench.scan({ from: 'alias@contoso.example' });
    const { lastReply } = await bench.untilJob(scan, ({ state }) => state === 'failed');
    expect(lastReply).toMatchObject({ code: 'send-as-denied', guidanceId: 'send-as-denied-alias' });
    expectText((await bench.job(scan)).guidance, 'send-as-denied-alias');
    expect(bench.agent.status().glance).toBe('ready');
    played.add('send-as-denied-alias');
    await bench.agent.deleteJob(scan.queueId, person);
    const changes = { 'sender.changeSenderAddress': 'prohibited' };
    await bench.agent.changeSettings({ changes, accept: [] }, person);
  }, 30_000);

  test('timeout: a server that says nothing is left after 30 s', async () => {
    await bench.freshLink();
    bench.fault('greeting-stall');
    const scan = await bench.scan();
    await until(() => (bench.cloud.activeFaults().length === 0 ? true : undefined));
    bench.clock.skip(31_000);
    const job = await bench.untilJob(scan, ({ lastReply }) => lastReply !== undefined);
    expectText((await bench.job(scan)).guidance, job.lastReply?.guidanceId as GuidanceId);
    played.add(job.lastReply?.guidanceId ?? '');
    bench.skipToNextAttempt(job);
    await bench.untilJob(scan, ({ state }) => state === 'accepted');
  }, 30_000);
});

describe('at renewal', () => {
  beforeAll(async () => {
    if (bench.agent.account().status !== 'ready') await bench.signIn();
  }, 60_000);

  test.each<[FaultName, GuidanceId, number | undefined, HoldReason]>([
    ['policy-block-at-renewal', 'device-code-session-blocked', 530036, 'policy-blocked'],
    ['refresh-revoked', 'session-revoked', 50173, 'sign-in-needed'],
    ['refresh-expired', 'session-unused', 700082, 'sign-in-needed'],
    ['sign-in-frequency', 'sign-in-frequency', 70043, 'sign-in-needed'],
    ['mfa-at-renewal', 'mfa-needed', 50076, 'sign-in-needed'],
    ['account-disabled', 'account-disabled', 50057, 'sign-in-needed'],
    ['consent-withdrawn', 'consent-needed', 65001, 'sign-in-needed'],
    ['sign-in-needed', 'sign-in-needed', undefined, 'sign-in-needed'],
    ['grant-invalid', 'grant-invalid', 70000, 'sign-in-needed'],
    ['token-from-web-app', 'token-from-web-app', 700084, 'sign-in-needed'],
    ['policy-blocked', 'policy-blocked', undefined, 'policy-blocked'],
    ['policy-challenge', 'policy-challenge', 50158, 'policy-blocked'],
    ['account-changed', 'account-changed', undefined, 'sign-in-needed'],
  ])(
    '%s: queue held, "%s", and a sign-in ends it',
    async (fault, id, aadsts, hold) => {
      await bench.freshLink();
      bench.fault(fault);
      bench.clock.skip(2 * hourMs);
      const scan = await bench.scan();
      await bench.untilJob(scan, ({ state }) => state === 'held');
      const { job, guidance } = await bench.job(scan);
      expect(job.hold?.reason).toBe(hold);
      // The number stands beside the words: it is what the administrator's logs are searched for.
      if (aadsts !== undefined) expect(job.hold?.reply ?? job.lastReply?.reply).toContain(`AADSTS${String(aadsts)}`);
      expectText(guidance, id);
      expect(guidance?.acts).toContain('sign-in');
      expect(bench.agent.status()).toMatchObject({ glance: 'sign-in-needed', lamp: 'red' });
      bench.mend(fault);
      expect((await bench.signIn()).state.step).toBe('ready');
      await bench.untilJob(scan, ({ state }) => state === 'accepted');
      played.add(id);
    },
    30_000,
  );
});

/** What this device or its set-up causes: the tests that play it, by a word that stands in them. */
const playedElsewhere: Readonly<Partial<Record<GuidanceId, readonly [file: string, words: string]>>> = {
  'message-too-large': ['test/intake/intake.test.ts', "'message-too-large'"],
  'header-too-large': ['test/intake/dialogues.test.ts', '552 5.3.4 Message header'],
  'bad-address': ['test/relay/delivery.wire.test.ts', "'bad-address'"],
  'address-needs-smtputf8': ['test/relay/delivery.wire.test.ts', "'address-needs-smtputf8'"],
  'no-recipients': ['test/intake/intake.test.ts', "'no-recipients'"],
  'sender-not-permitted': ['test/policy/sender.test.ts', "'sender-not-permitted'"],
  'bare-line-end': ['test/intake/octets.wire.test.ts', '550 5.5.2'],
  'line-too-long': ['test/intake/dialogues.test.ts', '554 5.6.0 Message has a line'],
  'unauthorised-pipelining': ['test/intake/dialogues.test.ts', 'S: 554 5.5.0'],
  'client-not-allowed': ['test/intake/lan.faults.test.ts', '554 5.7.1 This address may not send'],
  'printer-login-needed': ['test/intake/lan.faults.test.ts', 'S: 530 5.7.0'],
  'printer-login-refused': ['test/intake/lan.faults.test.ts', '/^535 5'],
  'recipient-not-permitted': ['test/intake/lan.faults.test.ts', 'that is not permitted'],
  'intake-interrupted': ['test/spool/spool.test.ts', "'intake-interrupted'"],
  'sign-in-overdue': ['test/lan-door.test.ts', "'sign-in-overdue'"],
  'login-needed': ['test/web/routes.wire.test.ts', "'login-needed'"],
  'login-refused': ['test/access/access.test.ts', "'login-refused'"],
  'login-too-often': ['test/access/access.test.ts', "'login-too-often'"],
  'pin-needed': ['test/access/access.test.ts', "'pin-needed'"],
  'claim-code-refused': ['test/access/access.test.ts', "'claim-code-refused'"],
  'password-refused': ['test/access/access.test.ts', "'password-refused'"],
  'queue-full': ['test/spool/spool.test.ts', "'queue-full'"],
  'disk-full': ['test/spool/spool.test.ts', "'disk-full'"],
  'storage-failed': ['test/vault/vault.test.ts', "'storage-failed'"],
  'spool-unavailable': ['test/spool/spool.test.ts', "'spool-unavailable'"],
  'spool-locked': ['test/spool/spool.test.ts', "'spool-locked'"],
  'job-not-found': ['test/api/api.test.ts', "'job-not-found'"],
  'job-busy': ['test/api/api.test.ts', "'job-busy'"],
  'bridge-busy': ['test/ticket/form.test.ts', "'bridge-busy'"],
  'job-finished': ['test/spool/spool.test.ts', "'job-finished'"],
  'key-unavailable': ['test/vault/vault.test.ts', "'key-unavailable'"],
  'secret-damaged': ['test/vault/vault.test.ts', "'secret-damaged'"],
  'secret-binding-changed': ['test/vault/vault.test.ts', "'secret-binding-changed'"],
  'settings-invalid': ['test/net/dialers.wire.test.ts', "'settings-invalid'"],
  'settings-conflict': ['test/policy/rules.test.ts', "'settings-conflict'"],
  'settings-need-consent': ['test/api/api.test.ts', "'settings-need-consent'"],
  'settings-damaged': ['test/settings/bad-configs.test.ts', "'settings-damaged'"],
  'settings-from-the-future': ['test/settings/store.test.ts', "'settings-from-the-future'"],
  'client-id-missing': ['test/signin/sign-in.test.ts', "'client-id-missing'"],
  'client-id-malformed': ['test/signin/sign-in.test.ts', "'client-id-malformed'"],
  'port-unavailable': ['test/e2e/lan.test.ts', "'port-unavailable'"],
  'smarthost-not-set': ['test/relay/queue.wire.test.ts', "'smarthost-not-set'"],
  'clock-not-set': ['test/net/classify-network-error.test.ts', "'clock-not-set'"],
  'sign-in-cancelled': ['test/signin/sign-in.test.ts', "'sign-in-cancelled'"],
  'sign-in-too-often': ['test/api/api.test.ts', "'sign-in-too-often'"],
  'sign-in-not-running': ['test/signin/sign-in.test.ts', "'sign-in-not-running'"],
  'sign-in-not-needed': ['test/relay/queue.wire.test.ts', "'sign-in-not-needed'"],
  'personal-account-refused': ['test/policy/rules.test.ts', "'personal-account-refused'"],
  'upn-mismatch': ['test/e2e/faults.test.ts', "code: 'upn-mismatch'"],
  'eight-bit-not-possible': ['test/relay/legal-message.test.ts', "'eight-bit-not-possible'"],
  'signed-not-convertible': ['test/relay/delivery.wire.test.ts', "'signed-not-convertible'"],
  'lifetime-over': ['test/agent.test.ts', "'lifetime-over'"],
  'bad-request': ['test/net/http-client.wire.test.ts', "'bad-request'"],
  'daemon-not-running': ['test/e2e/commands.test.ts', "'daemon-not-running'"],
  'stopping': ['test/net/classify-network-error.test.ts', "'stopping'"],
  'internal': ['test/net/classify-network-error.test.ts', "'internal'"],
  'file-refused': ['test/hot-folder/hot-folder.test.ts', "'file-refused'"],
  'file-changing': ['test/files/foreign-file.test.ts', "'file-changing'"],
  'scanner-not-found': ['test/scan/sane.test.ts', "'scanner-not-found'"],
  'scanner-busy': ['test/scan/sane.test.ts', "'scanner-busy'"],
  'scanner-cover-open': ['test/scan/sane.test.ts', "'scanner-cover-open'"],
  'scanner-jammed': ['test/scan/sane.test.ts', "'scanner-jammed'"],
  'scanner-feeder-empty': ['test/scan/sane.test.ts', "'scanner-feeder-empty'"],
  'scanner-failed': ['test/scan/sane.test.ts', "'scanner-failed'"],
  'scan-not-found': ['test/scan/scans.test.ts', "'scan-not-found'"],
  'scan-busy': ['test/scan/scans.test.ts', "'scan-busy'"],
  'scan-too-large': ['test/scan/scans.test.ts', "'scan-too-large'"],
  'address-unknown': ['test/addressbook/address-book.test.ts', "'address-unknown'"],
  'address-book-full': ['test/addressbook/address-book.test.ts', "'address-book-full'"],
  'storage-degraded': ['test/agent-status.test.ts', "'storage-degraded'"],
  'corrupt-full': ['test/agent-status.test.ts', "'corrupt-full'"],
  'by-person': ['test/agent.test.ts', "'by-person'"],
  'repeated-crash': ['test/agent.test.ts', "'repeated-crash'"],
  'safe-mode': ['test/e2e/service-manager.test.ts', "'safe-mode'"],
};

/** Nothing plays these yet: what a door answers to a question, not what happens to a scan. */
const notPlayed: readonly GuidanceId[] = ['bad-message', 'client-unknown', 'not-implemented'];

test('every entry is played, here or where it arises', () => {
  const missing = (Object.keys(guidanceEntries) as GuidanceId[]).filter(
    (id) => !played.has(id) && playedElsewhere[id] === undefined && !notPlayed.includes(id),
  );
  expect(missing).toEqual([]);
  for (const [file, words] of Object.values(playedElsewhere)) expect(readFileSync(file, 'utf8')).toContain(words);
});
