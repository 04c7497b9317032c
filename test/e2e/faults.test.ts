/** Everything that goes wrong outside, by name: what the panel says, what becomes of the scan, how many copies arrive. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Glance, HoldReason, JobSummary } from '../../src/core/index.ts';
import { headerValue, parseHeaderBlock } from '../../src/core/index.ts';
import type { FaultName, FaultOptions } from '../../src/simulator/index.ts';
import { FaultBench, person, sha256, type Scan } from '../support/fault-bench.ts';
import { until } from '../support/signed-in.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let bench: FaultBench;

beforeAll(async () => {
  bench = await FaultBench.start();
}, 60_000);
afterAll(async () => {
  await bench.stop();
});

function messageIdOf(raw: Buffer): string | undefined {
  return headerValue(parseHeaderBlock(raw.subarray(0, raw.indexOf('\r\n\r\n') + 2).toString('latin1')), 'Message-ID');
}

/** A job that has ended well: exactly this many copies, all the same bytes. */
async function expectAccepted(scan: Scan, copies = 1): Promise<void> {
  const job = await bench.untilJob(scan, ({ state }) => state === 'accepted');
  expect(job.serverMessageId).toMatch(/^<.+@.+>$/);
  const arrived = bench.arrived(scan);
  expect(arrived).toHaveLength(copies);
  expect(new Set(arrived.map(({ raw }) => sha256(raw))).size).toBe(1);
  expect(new Set(arrived.map(({ raw }) => messageIdOf(raw)))).toEqual(new Set([job.messageId]));
}

describe('signing in', () => {
  let waiting: Scan;

  beforeAll(async () => {
    waiting = await bench.scan();
  });

  test.each<{
    readonly fault: FaultName;
    readonly options?: FaultOptions;
    readonly upn?: string;
    readonly phone?: boolean;
    readonly code: string;
    readonly aadsts?: number;
    readonly says: RegExp;
    readonly why: string;
  }>([
    { fault: 'declined', code: 'sign-in-declined', says: /declined/i, why: 'the person pressed Cancel' },
    { fault: 'expired', phone: false, code: 'sign-in-expired', says: /new code/i, why: 'a new code is offered' },
    {
      fault: 'wrong-cloud',
      options: { place: 'devicecode' },
      code: 'wrong-cloud',
      aadsts: 90038,
      says: /cloud/i,
      why: 'the tenant is known elsewhere',
    },
    {
      fault: 'app-not-found',
      code: 'app-not-found',
      aadsts: 700016,
      says: /client id|application/i,
      why: 'wrong client id or tenant',
    },
    {
      fault: 'app-not-public',
      code: 'app-not-public',
      aadsts: 7000218,
      says: /public client flows/i,
      why: 'a check box of the registration',
    },
    {
      fault: 'app-not-public',
      options: { place: 'poll' },
      code: 'app-not-public',
      aadsts: 7000218,
      says: /public client flows/i,
      why: 'the same, told only after the phone',
    },
    {
      fault: 'guest',
      upn: 'alex@fabrikam.example',
      code: 'guest-account-refused',
      says: /guest/i,
      why: 'a guest has no mailbox here',
    },
    {
      fault: 'certificate-untrusted',
      options: { place: 'identity' },
      code: 'tls-untrusted',
      says: /additional certificates/i,
      why: 'an inspecting proxy',
    },
    {
      fault: 'certificate-wrong-name',
      options: { place: 'identity' },
      code: 'tls-wrong-name',
      says: /another name/i,
      why: 'redirected traffic',
    },
    {
      fault: 'certificate-expired',
      options: { place: 'identity' },
      code: 'tls-expired',
      says: /clock|time/i,
      why: 'mostly the clock',
    },
    { fault: 'identity-html', code: 'captive-portal', says: /page/i, why: 'a guest network' },
  ])(
    '$fault: no sign-in, $code, and words that help; the scan waits',
    async ({ fault, options, upn, phone, code, aadsts, says }) => {
      bench.fault(fault, options);
      const { state } = await bench.signIn({ upn, ...(phone === undefined ? {} : { phone }) });
      bench.mend(fault);
      expect(state).toMatchObject({ step: 'failed', code, ...(aadsts === undefined ? {} : { aadsts }) });
      expect(bench.agent.account().status).toBe('none');
      const told = bench.agent.explain(aadsts === undefined ? { code } : { aadsts }, 'en');
      expect(`${told.title} ${told.paragraph} ${told.remedy ?? ''}`).toMatch(says);
      expect(bench.agent.status()).toMatchObject({
        glance: 'sign-in-needed',
        lamp: 'red',
        guidanceId: 'sign-in-needed',
        queue: { held: 1, holdReason: 'sign-in-needed' },
      });
      expect(bench.arrived(waiting)).toHaveLength(0);
    },
    40_000,
  );

  test('wrong-cloud on the phone: its number is explained, and the code stays good for the right account', async () => {
    bench.fault('wrong-cloud', { place: 'phone' });
    bench.clock.skip(10 * minuteMs);
    await bench.agent.beginSignIn(person);
    const shown = await until(() => {
      const state = bench.agent.signInState();
      return state.step === 'code' ? state : undefined;
    });
    const phone = await bench.cloud.technician({ userCode: shown.userCode, upn: 'scan@fabrikam.example' });
    bench.mend('wrong-cloud');
    expect(phone).toMatchObject({ result: 'refused', aadsts: 90038 });
    expect(bench.agent.explain({ aadsts: 90038 }, 'en')).toMatchObject({ id: 'wrong-cloud' });
    expect(bench.agent.signInState()).toMatchObject({ step: 'code', userCode: shown.userCode });
    await bench.agent.cancelSignIn(person);
  }, 40_000);

  test('the first good sign-in lets the scan go that waited through all of this, once', async () => {
    const { state } = await bench.signIn();
    expect(state).toMatchObject({ step: 'ready', isUpnMismatch: false });
    await expectAccepted(waiting);
    expect(bench.agent.status()).toMatchObject({
      glance: 'ready',
      lamp: 'green',
      deviceEmailAddress: 'scan@contoso.example',
    });
    expect(bench.agent.status().sentence).toMatch(/^Ready: signed in as scan@contoso\.example/);
  }, 40_000);

  test.each<{ readonly fault: FaultName; readonly trouble?: RegExp }>([
    { fault: 'slow-down' },
    { fault: 'throttled-429', trouble: /^identity-throttled$/ },
    { fault: 'unavailable-503', trouble: /^identity-unavailable$/ },
    { fault: 'lost-packets', trouble: /^connect/ },
  ])(
    '$fault is survived: the screen names it if there is something to name, and the same account signs in again',
    async ({ fault, trouble }) => {
      bench.fault(fault);
      const { state } = await bench.signIn();
      expect(state.step).toBe('ready');
      expect(bench.cloud.activeFaults()).toEqual([]);
      const shown = new Set(
        bench.steps.flatMap((one) => (one.step === 'code' && one.trouble !== undefined ? [one.trouble] : [])),
      );
      if (trouble === undefined) expect(shown.size).toBe(0);
      else for (const one of shown) expect(one).toMatch(trouble);
      expect(shown.size).toBe(trouble === undefined ? 0 : 1);
    },
    60_000,
  );
});

interface Row {
  readonly fault: FaultName;
  readonly options?: FaultOptions;
  readonly sizeBytes?: number;
  readonly glance: Glance;
  readonly holdReason?: HoldReason;
  readonly state: JobSummary['state'];
  /** Catalogue code on the job. */
  readonly code: string;
  /** Raw words of the server that the job keeps for a person. */
  readonly reply?: RegExp;
  /** In what a person is told about the job. */
  readonly says: RegExp;
  /** itself: after this many milliseconds of waiting, at least and at most. retry: a person presses "send now". */
  readonly mends: readonly [atLeastMs: number, atMostMs: number] | 'retry';
  readonly copies?: number;
  /** Copies that arrived while the fault was on. */
  readonly early?: number;
}

const byItself = (waitMs: number): readonly [number, number] => [waitMs * 0.75 - 2000, waitMs * 1.25 + 100];

describe('sending', () => {
  afterEach(async () => {
    await bench.tidy();
  });

  test.each<Row>([
    // AUTH
    {
      fault: 'smtp-auth-off-mailbox',
      glance: 'held',
      holdReason: 'smtp-auth-disabled',
      state: 'held',
      code: 'smtp-auth-disabled',
      reply: /5\.7\.139.*Mailbox/,
      says: /Set-CASMailbox.*scan@contoso\.example/s,
      mends: 'retry',
    },
    {
      fault: 'smtp-auth-off-tenant',
      glance: 'held',
      holdReason: 'smtp-auth-disabled',
      state: 'held',
      code: 'smtp-auth-disabled-tenant',
      reply: /5\.7\.139.*Tenant/,
      says: /whole organisation.*Set-CASMailbox/s,
      mends: 'retry',
    },
    {
      fault: 'smtp-criteria',
      glance: 'held',
      holdReason: 'policy-blocked',
      state: 'held',
      code: 'smtp-auth-policy',
      reply: /did not meet the criteria/,
      says: /Conditional Access/,
      mends: [hourMs - 2000, hourMs * 1.25],
    },
    {
      fault: 'security-defaults',
      glance: 'held',
      holdReason: 'policy-blocked',
      state: 'held',
      code: 'smtp-auth-policy',
      reply: /security defaults/,
      says: /security defaults|policy/i,
      mends: 'retry',
    },
    {
      fault: 'auth-535',
      glance: 'held',
      holdReason: 'authentication-refused',
      state: 'held',
      code: 'authentication-refused',
      reply: /535 5\.7\.3/,
      says: /Sign in again with scan@contoso\.example/,
      mends: 'retry',
    },
    {
      fault: 'auth-454',
      options: { times: Infinity },
      glance: 'ready',
      state: 'waiting',
      code: 'smarthost-busy',
      reply: /454 4\.7\.0/,
      says: /tries again by itself/,
      mends: byItself(minuteMs),
    },
    // The message
    {
      fault: 'send-as-denied',
      glance: 'held',
      holdReason: 'send-as-denied',
      state: 'held',
      code: 'send-as-denied',
      reply: /SendAsDenied/,
      says: /Add-RecipientPermission -Identity '?scan@contoso\.example/,
      mends: 'retry',
    },
    {
      fault: 'throttle-432',
      options: { times: Infinity },
      glance: 'ready',
      state: 'waiting',
      code: 'throttled',
      reply: /432 4\.3\.2/,
      says: /goes on by itself/,
      mends: byItself(minuteMs),
    },
    {
      fault: 'quota',
      glance: 'held',
      holdReason: 'quota-reached',
      state: 'held',
      code: 'quota-reached',
      reply: /SubmissionQuotaExceeded/,
      says: /every hour/,
      mends: [hourMs - 2000, hourMs * 1.25],
    },
    {
      fault: 'mailbox-full',
      glance: 'held',
      holdReason: 'mailbox-full',
      state: 'held',
      code: 'mailbox-full',
      reply: /mailbox full/,
      says: /Sent Items/,
      mends: [24 * hourMs - 2000, 30 * hourMs],
    },
    {
      fault: 'mailbox-blocked',
      glance: 'held',
      holdReason: 'mailbox-blocked',
      state: 'held',
      code: 'mailbox-blocked',
      reply: /5\.1\.8/,
      says: /restricted/i,
      mends: 'retry',
    },
    {
      fault: 'too-large',
      options: { bytes: 1000 },
      glance: 'ready',
      state: 'failed',
      code: 'smarthost-size',
      reply: /MessageSubmissionExceeded/,
      says: /lower resolution/,
      mends: 'retry',
    },
    {
      fault: 'size-small',
      options: { bytes: 2000 },
      glance: 'ready',
      state: 'failed',
      code: 'smarthost-size',
      says: /lower resolution/,
      mends: 'retry',
    },
    // The line
    {
      fault: 'recipient-deferred',
      options: { times: Infinity },
      glance: 'ready',
      state: 'waiting',
      code: 'smarthost-busy',
      reply: /451 4\.7\.0/,
      says: /tries again by itself/,
      mends: byItself(minuteMs),
    },
    {
      fault: 'connection-lost-before-dot',
      options: { times: Infinity },
      // More than the buffers on the way hold: once they have taken the dot, nobody can say whether it arrived.
      sizeBytes: 8_000_000,
      glance: 'ready',
      state: 'waiting',
      code: 'connection-lost',
      says: /is kept.*tries again by itself/,
      mends: byItself(5000),
    },
    {
      fault: 'connection-lost-after-dot',
      glance: 'ready',
      state: 'waiting',
      code: 'connection-lost',
      says: /is kept.*tries again by itself/,
      mends: byItself(5000),
      copies: 2,
      early: 1,
    },
    {
      fault: 'no-starttls',
      glance: 'ready',
      state: 'waiting',
      code: 'tls-not-offered',
      says: /offers? no encryption|did not offer STARTTLS/,
      mends: byItself(5000),
    },
    {
      fault: 'certificate-untrusted',
      options: { place: 'submission' },
      glance: 'ready',
      state: 'waiting',
      code: 'tls-untrusted',
      says: /Additional certificates/,
      mends: byItself(5000),
    },
    {
      fault: 'certificate-wrong-name',
      options: { place: 'submission' },
      glance: 'ready',
      state: 'waiting',
      code: 'tls-wrong-name',
      says: /another name/,
      mends: byItself(5000),
    },
    {
      fault: 'certificate-expired',
      options: { place: 'submission' },
      glance: 'ready',
      state: 'waiting',
      code: 'tls-expired',
      says: /clock/,
      mends: byItself(5000),
    },
    {
      fault: 'greeting-421',
      options: { times: Infinity },
      glance: 'ready',
      state: 'waiting',
      code: 'smarthost-busy',
      reply: /421 4\.3\.2/,
      says: /by itself/,
      mends: byItself(45_000),
    },
  ])(
    '$fault: glance $glance, job $state with $code, and once mended it arrives',
    async (row) => {
      const { fault, options, glance, holdReason, state, code, reply, says, mends, copies = 1, early = 0 } = row;
      await bench.freshLink();
      const wireFrom = bench.wire.length;
      bench.fault(fault, options);
      const scan = await bench.scan(row.sizeBytes === undefined ? {} : { sizeBytes: row.sizeBytes });
      const struck = await bench.untilJob(scan, (job) => job.state === state && job.lastReply !== undefined);
      if (glance === 'held') await until(() => (bench.agent.status().glance === 'held' ? true : undefined));

      expect(struck.lastReply?.code).toBe(code);
      if (reply) expect(struck.lastReply?.reply).toMatch(reply);
      expect(struck.isPossibleDuplicate).toBe(early > 0);
      const status = bench.agent.status();
      expect(status).toMatchObject({
        glance,
        lamp: glance === 'held' ? 'red' : 'green',
        account: { identity: { upn: 'scan@contoso.example' } },
      });
      expect(status.queue.holdReason).toBe(holdReason);
      const { guidance } = await bench.job(scan);
      expect(`${guidance?.title ?? ''} ${guidance?.paragraph ?? ''} ${guidance?.remedy ?? ''}`).toMatch(says);
      if (glance === 'held')
        expect(status.sentence).toBe(`${bench.agent.explain({ code: status.guidanceId ?? '' }, 'en').title}.`);
      expect(bench.arrived(scan)).toHaveLength(early);
      // T20: whatever stands in the way of encryption, the token stays here.
      if (/^(no-starttls|certificate)/.test(fault))
        expect(bench.wire.slice(wireFrom).filter((line) => line.startsWith('submission C: AUTH'))).toEqual([]);

      bench.mend(fault);
      // What EHLO said holds as long as the link does.
      if (fault === 'size-small') await bench.freshLink();
      if (mends === 'retry') await bench.agent.retryJob(scan.queueId, person);
      else if (glance === 'held') bench.clock.skip(mends[1]);
      else {
        const waitMs = bench.skipToNextAttempt(struck);
        expect(waitMs).toBeGreaterThan(mends[0]);
        expect(waitMs).toBeLessThan(mends[1]);
      }
      await expectAccepted(scan, copies);
      await until(() => (bench.agent.status().glance === 'ready' ? true : undefined));
      expect((await bench.job(scan)).guidance).toBeUndefined();
      expect(bench.agent.status().queue).toMatchObject({ waiting: 0, sending: 0, held: 0, failed: 0 });
    },
    60_000,
  );

  test('recipient-refused: the good one is served once, the job fails and names the bad one', async () => {
    bench.fault('recipient-refused');
    const scan = await bench.scan({ to: ['anna@contoso.example', 'nobody@contoso.example'] });
    const job = await bench.untilJob(scan, ({ state }) => state === 'failed');
    bench.mend('recipient-refused');
    expect(job.recipients).toMatchObject([
      { forwardPath: 'anna@contoso.example', state: 'accepted' },
      {
        forwardPath: 'nobody@contoso.example',
        state: 'failed',
        code: 'recipient-refused',
        reply: expect.stringMatching(/5\.1\.10.*nobody@contoso\.example/) as unknown as string,
      },
    ]);
    expect(bench.arrived(scan).map(({ envelope }) => envelope.forwardPaths)).toEqual([['anna@contoso.example']]);
    expect((await bench.job(scan)).guidance).toMatchObject({ id: 'recipient-refused' });
    expect(bench.agent.status().glance).toBe('ready');
    // Sent again by a person, it goes to the one who has not got it.
    await bench.agent.retryJob(scan.queueId, person);
    await bench.untilJob(scan, ({ state }) => state === 'accepted');
    expect(bench.arrived(scan).map(({ envelope }) => envelope.forwardPaths)).toEqual([
      ['anna@contoso.example'],
      ['nobody@contoso.example'],
    ]);
  }, 60_000);

  test('recipient-deferred once, of two: the other is served at once, each gets one copy of the same bytes', async () => {
    bench.fault('recipient-deferred', { times: 1 });
    const scan = await bench.scan({ to: ['anna@contoso.example', 'bert@contoso.example'] });
    const job = await bench.untilJob(scan, ({ state, lastReply }) => state === 'waiting' && lastReply !== undefined);
    expect(job.recipients.map(({ state }) => state)).toEqual(['waiting', 'accepted']);
    bench.skipToNextAttempt(job);
    await expectAccepted(scan, 2);
    expect(bench.arrived(scan).map(({ envelope }) => envelope.forwardPaths)).toEqual([
      ['bert@contoso.example'],
      ['anna@contoso.example'],
    ]);
  }, 60_000);

  test('throttle-432: the screens say how long the mailbox pauses, and other scans wait with it', async () => {
    bench.fault('throttle-432');
    const first = await bench.scan();
    const struck = await bench.untilJob(first, ({ lastReply }) => lastReply !== undefined);
    expect(bench.agent.status().queue.slowedUntilMs).toBeGreaterThan(bench.clock.nowMs() + 50_000);
    const second = await bench.scan();
    expect(bench.arrived(second)).toHaveLength(0);
    bench.skipToNextAttempt(struck);
    await expectAccepted(first);
    await expectAccepted(second);
  }, 60_000);

  test('one bad message does not stop the others (P4)', async () => {
    bench.fault('too-large', { bytes: 20_000 });
    const large = await bench.scan({ sizeBytes: 60_000 });
    const small = await bench.scan();
    await expectAccepted(small);
    await bench.untilJob(large, ({ state }) => state === 'failed');
    bench.mend('too-large');
    await bench.agent.deleteJob(large.queueId, person);
  }, 60_000);

  test('no way to the server for more than two minutes: the panel says what is wrong with it', async () => {
    await bench.freshLink();
    bench.fault('certificate-untrusted', { place: 'submission' });
    const scan = await bench.scan();
    await bench.untilJob(scan, ({ lastReply }) => lastReply !== undefined);
    bench.clock.skip(3 * minuteMs);
    const status = await until(() => {
      const now = bench.agent.status();
      return now.glance === 'offline' ? now : undefined;
    });
    expect(status).toMatchObject({ lamp: 'amber', smarthost: { isReachable: false } });
    expect(status.sentence).toMatch(/certificate/i);
    bench.mend('certificate-untrusted');
    bench.clock.skip(10 * minuteMs);
    await expectAccepted(scan);
    expect(bench.agent.status().glance).toBe('ready');
  }, 60_000);
});

describe('renewal', () => {
  afterEach(async () => {
    await bench.tidy();
  });

  test('auth-535-once: nobody notices; the mail goes after one renewal, once', async () => {
    await bench.freshLink();
    // A token of less than a minute is not renewed for a refusal: it would be refused again.
    bench.clock.skip(2 * minuteMs);
    const { renewals } = bench.cloud.stats;
    bench.fault('auth-535-once');
    const scan = await bench.scan();
    await expectAccepted(scan);
    expect(bench.cloud.stats.renewals).toBe(renewals + 1);
    expect(bench.agent.status().glance).toBe('ready');
  }, 60_000);

  test.each<{
    readonly fault: FaultName;
    readonly account: string;
    readonly aadsts: number;
    readonly holdReason: HoldReason;
    readonly says: RegExp;
  }>([
    {
      fault: 'policy-block-at-renewal',
      account: 'policy-blocked',
      aadsts: 530036,
      holdReason: 'policy-blocked',
      says: /device code/i,
    },
    {
      fault: 'refresh-revoked',
      account: 'sign-in-needed',
      aadsts: 50173,
      holdReason: 'sign-in-needed',
      says: /password/i,
    },
    {
      fault: 'sign-in-frequency',
      account: 'sign-in-needed',
      aadsts: 70043,
      holdReason: 'sign-in-needed',
      says: /sign/i,
    },
    {
      fault: 'mfa-at-renewal',
      account: 'sign-in-needed',
      aadsts: 50076,
      holdReason: 'sign-in-needed',
      says: /second|factor|phone/i,
    },
  ])(
    '$fault: sign in again with AADSTS$aadsts, the scan waits and leaves by itself after the sign-in',
    async ({ fault, account, aadsts, holdReason, says }) => {
      await bench.freshLink();
      bench.fault(fault);
      bench.clock.skip(2 * hourMs);
      const scan = await bench.scan();
      const status = await until(() => {
        const now = bench.agent.status();
        return now.account.status === 'sign-in-needed' ? now : undefined;
      });
      expect(status).toMatchObject({ glance: 'sign-in-needed', lamp: 'red', account: { code: account, aadsts } });
      await until(() => (bench.agent.status().queue.holdReason === holdReason ? true : undefined));
      expect(bench.agent.status().queue.held).toBe(1);
      const told = bench.agent.explain({ aadsts }, 'en');
      expect(`${told.paragraph} ${told.remedy ?? ''}`).toMatch(says);
      expect(bench.arrived(scan)).toHaveLength(0);
      bench.mend(fault);
      const { state } = await bench.signIn();
      expect(state.step).toBe('ready');
      await expectAccepted(scan);
      expect(bench.agent.status().glance).toBe('ready');
    },
    60_000,
  );
});

describe('who signs in', () => {
  test('other-account: asked, never adopted silently; Cancel keeps the old one', async () => {
    bench.fault('other-account');
    const { state } = await bench.signIn({ confirm: false });
    expect(state).toMatchObject({
      step: 'confirm',
      identity: { upn: 'reception@contoso.example' },
      previousUpn: 'scan@contoso.example',
    });
    // Until somebody says yes, mail goes on under the old account.
    const scan = await bench.scan();
    await expectAccepted(scan);
    expect(bench.arrived(scan)[0]?.account).toBe('scan@contoso.example');
    await bench.agent.cancelSignIn(person);
    bench.mend('other-account');
    expect(bench.agent.status()).toMatchObject({
      glance: 'ready',
      deviceEmailAddress: 'scan@contoso.example',
      account: { identity: { upn: 'scan@contoso.example' } },
    });
    const after = await bench.scan();
    await expectAccepted(after);
    expect(bench.arrived(after)[0]).toMatchObject({
      account: 'scan@contoso.example',
      envelope: { reversePath: 'scan@contoso.example' },
    });
  }, 60_000);

  test('upn-differs: both addresses are shown, nothing is sent; "use UPN" mends it and the held job leaves by itself', async () => {
    bench.fault('upn-differs');
    const { state } = await bench.signIn();
    bench.mend('upn-differs');
    expect(state).toMatchObject({ step: 'ready', isUpnMismatch: true });
    const scan = await bench.scan();
    const status = await until(() => {
      const now = bench.agent.status();
      return now.queue.held === 1 ? now : undefined;
    });
    expect(status).toMatchObject({
      glance: 'upn-mismatch',
      lamp: 'red',
      deviceEmailAddress: 'mfp@contoso.example',
      queue: { holdReason: 'upn-mismatch' },
      account: { identity: { upn: 'mfp@contoso.onmicrosoft.example', email: 'mfp@contoso.example' } },
    });
    const told = bench.agent.explain({ code: 'upn-mismatch' }, 'en');
    expect(`${told.paragraph} ${told.remedy ?? ''}`).toMatch(/mfp@contoso\.onmicrosoft\.example/);
    expect(`${told.paragraph} ${told.remedy ?? ''}`).toMatch(/mfp@contoso\.example/);
    expect(bench.arrived(scan)).toHaveLength(0);
    await bench.agent.useUpn(person);
    await expectAccepted(scan);
    expect(bench.arrived(scan)[0]?.envelope.reversePath).toBe('mfp@contoso.onmicrosoft.example');
    expect(bench.agent.status().glance).toBe('ready');
  }, 60_000);
});
