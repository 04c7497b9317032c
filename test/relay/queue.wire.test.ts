/** Many jobs, one mailbox: holds, back-off, pace, links, start and stop. */
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { MailError } from '../../src/core/index.ts';
import { classifySmtpReply } from '../../src/guidance/index.ts';
import { judgeError } from '../../src/relay/judgement.ts';
import { settle } from '../support/manual-clock.ts';
import { bench, device, identity, plain, until, type Bench } from './bench.ts';
import { defaultReplies, exchangeAccept } from './scripted-smarthost.ts';

const states = ({ store }: Bench) => store.list().map(({ state }) => state);
const allAre = (made: Bench, state: string) => states(made).every((one) => one === state);

describe('authentication', () => {
  test('535 once: one new token on a new connection, not counted, nothing refused', async () => {
    const made = await bench({ auth: ['535 5.7.3 Authentication unsuccessful', '235 ok'] });
    const id = made.store.add();
    await made.relay.start();
    await until(() => allAre(made, 'accepted'));
    expect(made.tokens.asked).toEqual([false, true]);
    expect(made.host.sessions).toHaveLength(2);
    expect(made.store.get(id).attempts).toBe(1);
    expect(made.refused).toEqual([]);
  });

  test('535 twice: the queue is held, no job fails, nobody is asked again until a sign-in', async () => {
    const made = await bench({ auth: ['535 5.7.3 no [AM0 id]', '535 5.7.3 no [AM0 id]', '235 ok'] });
    for (let i = 0; i < 5; i++) made.store.add();
    await made.relay.start();
    await until(() => made.relay.state().holdReason !== undefined);
    await made.clock.advance(48 * 3_600_000);
    expect(made.relay.state()).toMatchObject({
      holdReason: 'authentication-refused',
      holdCode: 'authentication-refused',
      holdReply: '535 5.7.3 no [AM0 id]',
    });
    expect(made.refused).toEqual(['authentication-refused: 535 5.7.3 no [AM0 id]']);
    expect(made.tokens.asked).toEqual([false, true]);
    expect(allAre(made, 'waiting')).toBe(true);
    expect(made.store.durableWrites).toEqual([]);
    made.relay.wake('sign-in');
    await until(() => allAre(made, 'accepted'));
    expect(made.relay.state().holdReason).toBeUndefined();
  });

  test('530 at MAIL FROM: one new token, then held', async () => {
    const made = await bench({ mail: '530 5.7.57 Client not authenticated to send mail' });
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.refused.length > 0);
    expect(made.tokens.asked).toEqual([false, true]);
    expect(made.relay.state().holdReason).toBe('authentication-refused');
    expect(made.store.get(id)).toMatchObject({ state: 'waiting', attempts: 0, frozenSender: { sent: false } });
  });

  test('a 334 challenge is answered with an empty line', async () => {
    const made = await bench({ auth: ['334 eyJzdGF0dXMiOiI0MDEifQ==', '535 5.7.8 bad'] });
    made.store.add();
    await made.relay.start();
    await until(() => made.host.commands('').includes(''));
  });

  test.each([
    ['STARTTLS is not offered', { ehlo: '250-x\r\n250 AUTH XOAUTH2', starttls: '502 5.5.1 no' }, {}, 'tls-not-offered'],
    ['the certificate is for another name', {}, { names: ['other.example'] }, 'tls-wrong-name'],
    ['nobody vouches for the certificate', {}, { isTrusted: false }, 'tls-untrusted'],
    ['XOAUTH2 is not offered', { ehlo: '250-x\r\n250-STARTTLS\r\n250 AUTH LOGIN PLAIN' }, {}, 'xoauth2-not-offered'],
  ])('no byte of AUTH if %s', async (_why, replies, options, code) => {
    const made = await bench(replies, options);
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).lastReply !== undefined);
    expect(made.store.get(id).lastReply?.code).toBe(code);
    expect(made.host.commands('AUTH')).toEqual([]);
    expect(made.store.get(id).state).toBe('waiting');
  });

  test.each<[why: string, error: MailError, reason: string | undefined]>([
    ['a person must sign in', new MailError('sign-in-needed', 'x'), 'sign-in-needed'],
    ['a policy blocks', new MailError('policy-blocked', 'x'), 'policy-blocked'],
    ['the app is unknown', new MailError('app-not-found', 'x'), 'sign-in-needed'],
    ['the service is down', new MailError('identity-unavailable', 'x'), undefined],
  ])('no token, because %s: nothing is dialled', async (_why, error, reason) => {
    const made = await bench();
    made.tokens.accessToken = () => Promise.reject(error);
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).lastReply !== undefined);
    expect(made.relay.state().holdReason).toBe(reason);
    expect(made.host.dialer.dials).toBe(0);
    expect(made.store.durableWrites).toEqual([]);
  });

  test('TLS from the start', async () => {
    const made = await bench({}, { isImplicit: true, config: { security: 'implicit' } });
    made.store.add();
    await made.relay.start();
    await until(() => allAre(made, 'accepted'));
    expect(made.host.commands('STARTTLS')).toEqual([]);
  });
});

describe('queue holds', () => {
  test.each<[string, Partial<Bench['config']['rules']>, Bench['account'], string]>([
    ['addresses differ', { deviceEmailAddress: 'other@contoso.com' }, { status: 'ready', identity }, 'upn-mismatch'],
    ['nobody is signed in', {}, { status: 'none' }, 'sign-in-needed'],
    [
      'settings contradict each other',
      { sendingUser: 'remote-authenticated-user' },
      { status: 'ready', identity },
      'settings-conflict',
    ],
  ])('%s: nothing is sent, jobs stay waiting and do not age', async (_why, rules, account, reason) => {
    const made = await bench();
    made.config = { ...made.config, rules: { ...made.config.rules, ...rules } };
    made.account = account;
    const id = made.store.add();
    await made.relay.start();
    await made.clock.advance(100 * 3_600_000);
    expect(made.relay.state().holdReason).toBe(reason);
    expect(made.host.dialer.dials).toBe(0);
    expect(made.store.get(id).state).toBe('waiting');
  });

  test('a held job with little life left neither ends nor keeps the loop busy', async () => {
    const made = await bench();
    made.account = { status: 'none' };
    const id = made.store.add({ activeMs: made.config.retry.lifetimeMs - 5 });
    await made.relay.start();
    await settle();
    expect(made.clock.pendingMs).toEqual([3_600_000]);
    await made.clock.advance(10_000_000);
    expect(made.store.get(id).state).toBe('waiting');
  });

  test('no server set', async () => {
    const made = await bench({}, { config: { host: '' } });
    made.store.add();
    await made.relay.start();
    await settle();
    expect(made.relay.state().holdReason).toBe('smarthost-not-set');
  });

  test('SendAsDenied on the device address holds the queue; the job is not failed', async () => {
    const made = await bench({ final: '554 5.2.252 SendAsDenied; scanner@contoso.com not allowed to send as x' });
    const [first, second] = [made.store.add(), made.store.add()];
    await made.relay.start();
    await until(() => made.relay.state().holdReason === 'send-as-denied');
    expect(made.store.get(first)).toMatchObject({ state: 'waiting', lastReply: { code: 'send-as-denied' } });
    expect(made.store.get(second).attempts).toBe(0);
  });

  test('SendAsDenied on a permitted alias fails that job only', async () => {
    const made = await bench({ final: ['554 5.2.252 SendAsDenied; a not allowed to send as b', exchangeAccept] });
    made.config = {
      ...made.config,
      rules: { ...made.config.rules, changeSenderAddress: 'allowed', permittedAddresses: ['alias@contoso.com'] },
    };
    const first = made.store.add({ headerBlock: 'From: alias@contoso.com\r\nMessage-ID: <1@x>\r\n' });
    const second = made.store.add({ headerBlock: `From: ${device}\r\nMessage-ID: <2@x>\r\n` });
    await made.relay.start();
    await until(() => made.store.get(second).state === 'accepted');
    expect(made.store.get(first).state).toBe('failed');
    expect(made.relay.state().holdReason).toBeUndefined();
  });

  test.each<[string, Parameters<typeof bench>[0], string, number]>([
    [
      'Conditional Access at the server',
      {
        auth: [
          '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully.',
          '235 ok',
        ],
      },
      'policy-blocked',
      1,
    ],
    [
      'the daily limit',
      { final: ['554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException', exchangeAccept] },
      'quota-reached',
      1,
    ],
  ])('%s: one job probes after an hour, then all go', async (_why, replies, reason, hours) => {
    const made = await bench(replies);
    for (let i = 0; i < 3; i++) made.store.add();
    await made.relay.start();
    await until(() => made.relay.state().holdReason === reason);
    await made.clock.advance(hours * 3_600_000 - 1000);
    expect(made.relay.state().holdReason).toBe(reason);
    await made.clock.advance(2000);
    await until(() => allAre(made, 'accepted'));
  });

  test('"Send now" probes a held queue once', async () => {
    const made = await bench({
      auth: '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.',
    });
    made.store.add();
    await made.relay.start();
    await until(() => made.refused.length === 1);
    made.account = { status: 'sign-in-needed', code: 'smtp-auth-disabled', identity };
    await made.relay.retryNow(undefined, 'anna');
    await until(() => made.refused.length === 2);
    await made.clock.advance(10_000);
    expect(made.host.commands('AUTH')).toHaveLength(2);
    made.host.replies = {};
    await made.relay.retryNow(undefined, 'anna');
    await until(() => allAre(made, 'accepted'));
  });
});

describe('pace', () => {
  test('while the server is down fifty jobs make one connect per back-off, and write nothing', async () => {
    const made = await bench({}, { config: { maxConnections: 2 } });
    let dials = 0;
    made.host.dialer.dial = () => {
      dials += 1;
      return Promise.reject(new MailError('connect-failed', 'refused'));
    };
    for (let i = 0; i < 50; i++) made.store.add();
    await made.relay.start();
    await until(() => made.relay.state().isReachable === false);
    await made.clock.advance(59_000);
    expect(dials).toBe(1);
    await made.clock.advance(2000);
    expect(dials).toBe(2);
    await made.clock.advance(119_000);
    expect(dials).toBe(3);
    await made.clock.advance(24 * 3_600_000);
    expect(dials).toBeLessThan(35);
    expect(made.store.durableWrites.length).toBeLessThanOrEqual(50 * 4); // the age, every 6 hours
    made.relay.wake('network-up');
    await settle();
    expect(made.relay.state().unreachableSinceMs).toBe(Date.UTC(2026, 10, 21, 12, 0, 0));
  });

  test('after the outage everything drains, first in first out, over one connection', async () => {
    const made = await bench();
    let isUp = false;
    const real = { ...made.host.dialer };
    made.host.dialer.dial = (target) =>
      isUp ? real.dial(target) : Promise.reject(new MailError('connect-failed', 'refused'));
    for (let i = 0; i < 20; i++)
      made.store.add({ recipients: [{ forwardPath: `r${String(i)}@x.test`, state: 'waiting' }] });
    await made.relay.start();
    await until(() => made.relay.state().isReachable === false);
    isUp = true;
    made.relay.wake('network-up');
    await until(() => allAre(made, 'accepted'));
    expect(made.host.sessions).toHaveLength(1);
    // An accepted message leaves nothing to reset (RFC 5321 4.1.1.4).
    expect(made.host.commands('RSET')).toHaveLength(0);
    expect(made.host.commands('RCPT')).toEqual(Array.from({ length: 20 }, (_, i) => `RCPT TO:<r${String(i)}@x.test>`));
    await made.clock.advance(21_000);
    await until(() => made.host.sessions[0]!.isClosed, 'QUIT of the idle link');
    expect(made.host.commands('QUIT')).toHaveLength(1);
  });

  test('no more messages a minute than set', async () => {
    const made = await bench({}, { config: { maxMessagesPerMinute: 3 } });
    for (let i = 0; i < 7; i++) made.store.add();
    await made.relay.start();
    await until(() => states(made).filter((one) => one === 'accepted').length === 3);
    await made.clock.advance(59_000);
    expect(made.host.commands('MAIL')).toHaveLength(3);
    await made.clock.advance(2000);
    await until(() => states(made).filter((one) => one === 'accepted').length === 6);
  });

  test('432 pauses the whole mailbox for 60 s and more', async () => {
    const made = await bench({
      final: ['432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded', exchangeAccept],
    });
    for (let i = 0; i < 3; i++) made.store.add();
    await made.relay.start();
    await until(() => made.relay.state().slowedUntilMs !== undefined);
    expect(made.relay.state().slowedUntilMs).toBe(made.clock.nowMs() + 67_500);
    await made.clock.advance(60_000);
    expect(made.host.commands('MAIL')).toHaveLength(1);
    await made.clock.advance(10_000);
    await until(() => allAre(made, 'accepted'));
  });

  test('a job asked to wait by 432 is not announced for earlier than the mailbox', async () => {
    const draws = [0, 0, 0.99];
    const made = await bench(
      { final: '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded' },
      {
        config: { retry: { firstWaitMs: 1000, maxWaitMs: 3_600_000, lifetimeMs: 72 * 3_600_000 } },
        random: () => draws.shift() ?? 0,
      },
    );
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).state === 'waiting' && made.relay.state().slowedUntilMs !== undefined);
    expect(made.store.get(id).nextAttemptAtMs).toBe(made.relay.state().slowedUntilMs);
  });

  test('two connections when two are allowed, but one goes first', async () => {
    const made = await bench({}, { config: { maxConnections: 2 } });
    for (let i = 0; i < 6; i++) made.store.add({}, 'x'.repeat(200_000));
    await made.relay.start();
    await until(() => allAre(made, 'accepted'));
    expect(made.host.sessions).toHaveLength(2);
  });

  test('452 too many recipients: the rest follows at once', async () => {
    const made = await bench({ rcpt: ['250 ok', '452 4.5.3 Too many recipients', '250 ok'] });
    made.store.add({
      recipients: ['a@x.test', 'b@x.test'].map((forwardPath) => ({ forwardPath, state: 'waiting' as const })),
    });
    await made.relay.start();
    await until(() => allAre(made, 'accepted'));
    expect(made.host.commands('RCPT')).toHaveLength(3);
  });

  test('a clock that jumps by years neither expires jobs nor makes a storm', async () => {
    const made = await bench({ mail: '451 4.3.0 later' });
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).attempts === 1);
    made.clock.jumpWall(10 * 365 * 86_400_000);
    await made.clock.advance(30_000);
    made.clock.jumpWall(-20 * 365 * 86_400_000);
    await made.clock.advance(20_000);
    expect(made.store.get(id)).toMatchObject({ attempts: 1, state: 'waiting' });
    await made.clock.advance(25_000);
    await until(() => made.store.get(id).attempts === 2);
  });

  test('after the lifetime of active time the job fails with its last answer', async () => {
    const made = await bench(
      {},
      { config: { retry: { firstWaitMs: 60_000, maxWaitMs: 3_600_000, lifetimeMs: 10_800_000 } } },
    );
    made.host.dialer.dial = () => Promise.reject(new MailError('connect-failed', 'refused'));
    const id = made.store.add();
    await made.relay.start();
    await made.clock.advance(10_799_000);
    expect(made.store.get(id).state).toBe('waiting');
    await made.clock.advance(2000);
    expect(made.store.get(id)).toMatchObject({
      state: 'failed',
      recipients: [{ state: 'failed', code: 'lifetime-over' }],
    });
    expect(made.log.of('failed')).toHaveLength(1);
  });

  test('a wait from before the start is believed within one longest wait', async () => {
    const made = await bench();
    made.store.add({ nextAttemptAtMs: made.clock.nowMs() + 30 * 365 * 86_400_000 });
    await made.relay.start();
    await made.clock.advance(4_499_000);
    expect(made.host.dialer.dials).toBe(0);
    await made.clock.advance(2000);
    await until(() => allAre(made, 'accepted'));
  });
});

describe('deadlines and floods', () => {
  test.each<[phase: string, replies: Parameters<typeof bench>[0], limitMs: number, sign: (made: Bench) => boolean]>([
    ['greeting', { greeting: '<silence>' }, 30_000, (made) => made.host.sessions.length > 0],
    ['EHLO', { ehlo: '<silence>' }, 60_000, (made) => made.host.commands('EHLO').length > 0],
    ['AUTH', { auth: '<silence>' }, 60_000, (made) => made.host.commands('AUTH').length > 0],
    ['MAIL', { mail: '<silence>' }, 60_000, (made) => made.host.commands('DATA').length > 0],
    ['after the dot', { final: '<silence>' }, 600_000, (made) => made.host.bodies().length > 0],
  ])('silence at %s ends at its deadline and not before', async (_phase, replies, limitMs, sign) => {
    const made = await bench(replies);
    const id = made.store.add();
    await made.relay.start();
    await until(() => sign(made));
    await settle(20);
    await made.clock.advance(limitMs - 1000);
    expect(made.store.get(id).lastReply).toBeUndefined();
    await made.clock.advance(2000);
    await until(() => made.store.get(id).lastReply?.code === 'timeout');
    expect(made.store.get(id).state).toBe('waiting');
  });

  test('an upload that stands still for 3 minutes ends; one that crawls does not', async () => {
    const made = await bench();
    const body = new PassThrough();
    made.store.openBodyFor = () => body;
    const id = made.store.add({ bodyBytes: 100_000 });
    await made.relay.start();
    await until(() => body.listenerCount('readable') > 0, 'the first byte');
    for (let minute = 0; minute < 10; minute++) {
      body.write(Buffer.alloc(1000, 'x'));
      await settle(20);
      await made.clock.advance(60_000);
    }
    expect(made.store.get(id).state).toBe('sending');
    await made.clock.advance(181_000);
    await until(() => made.store.get(id).state === 'waiting');
    expect(made.store.get(id)).toMatchObject({
      lastReply: { code: 'timeout' },
      isPossibleDuplicate: false,
      frozenSender: { sent: true },
    });
  });

  test('a reply without end is cut off', async () => {
    const made = await bench({ greeting: '<flood>' });
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).lastReply !== undefined);
    expect(made.store.get(id).lastReply?.code).toBe('reply-invalid');
    await until(() => made.host.sessions[0]!.isClosed);
  });
});

describe('faults of our own', () => {
  test('a body that ends early is never sent in part; at the second time it is set aside', async () => {
    const made = await bench();
    const bad = made.store.add({ bodyBytes: 999 });
    const good = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(good).state === 'accepted');
    expect(made.store.get(bad)).toMatchObject({ state: 'waiting', lastReply: { code: 'storage-failed' } });
    expect(made.host.bodies()).toHaveLength(1);
    await made.clock.advance(80_000);
    await until(() => made.store.quarantined.includes(bad));
    expect(made.host.bodies()).toHaveLength(1);
  });

  const passing = () => new MailError('storage-failed', 'EIO', { details: { errno: 'EIO' } });
  const damage = () => new MailError('storage-failed', 'hash differs from the record');
  test.each<[what: string, errors: readonly (() => MailError)[], isSetAside: boolean]>([
    ['passing read errors set nothing aside', [passing, passing, passing], false],
    [
      'damage read once, before and after errors of the disk, sets nothing aside',
      [passing, damage, passing, damage],
      false,
    ],
    ['damage read twice in a row sets the scan aside', [passing, damage, damage], true],
  ])('%s', async (_what, errors, isSetAside) => {
    const made = await bench();
    const id = made.store.add();
    let reads = 0;
    made.store.openBodyFor = () => {
      const error = errors[reads]?.();
      reads += 1;
      return new Readable({
        read() {
          if (error) this.destroy(error);
          else {
            this.push('scan\r\n');
            this.push(null);
          }
        },
      });
    };
    await made.relay.start();
    for (let n = 1; n <= errors.length; n++) {
      await until(() => reads >= n && made.store.records.get(id)?.state !== 'sending', `read ${String(n)}`);
      if (made.store.records.has(id)) await made.relay.retryNow(id, 'anna');
    }
    await until(() => made.store.quarantined.includes(id) || made.store.get(id).state === 'accepted');
    expect(made.store.quarantined).toEqual(isSetAside ? [id] : []);
  });

  test('a disk that does not take the mark: nothing is sent, the next job is not stopped', async () => {
    const made = await bench();
    const [first, second] = [made.store.add(), made.store.add()];
    made.store.beforeUpdate = (queueId, isDurable) => {
      if (queueId === first && isDurable) throw new MailError('storage-failed', 'EIO');
    };
    await made.relay.start();
    await until(() => made.store.get(second).state === 'accepted');
    expect(made.host.commands('MAIL')).toHaveLength(1);
    expect(made.store.get(first)).toMatchObject({ state: 'waiting', lastReply: { code: 'storage-failed' } });
  });

  test('a disk that does not take the outcome: it is written later, the message is not sent again', async () => {
    const made = await bench();
    const id = made.store.add();
    let writes = 0;
    made.store.beforeUpdate = () => {
      writes += 1;
      if (writes === 2 || writes === 3) throw new MailError('storage-failed', 'EIO');
    };
    await made.relay.start();
    await until(() => made.host.bodies().length === 1);
    await settle(20);
    await made.clock.advance(31_000);
    await until(() => made.store.get(id).state === 'accepted');
    expect(made.host.bodies()).toHaveLength(1);
  });

  test('a key that cannot be had holds the queue', async () => {
    const made = await bench();
    made.store.add();
    made.store.read = () => Promise.reject(new MailError('key-unavailable', 'no key'));
    await made.relay.start();
    await until(() => made.relay.state().holdReason === 'key-unavailable');
  });

  test('beyond the third attempt nothing is written before a 354, once the bytes are frozen', async () => {
    const made = await bench({ final: '451 4.3.0 later', mail: ['250 ok', '250 ok', '250 ok', '451 4.3.0 later'] });
    const id = made.store.add();
    await made.relay.start();
    for (let n = 1; n <= 6; n++) {
      await until(() => made.store.get(id).attempts === n && made.store.get(id).state === 'waiting');
      await made.relay.retryNow(id, 'test');
    }
    expect(made.store.durableWrites).toHaveLength(6);
  });

  test('a power cut after the dot of the fifth attempt leaves a possible duplicate that people are told of', async () => {
    const final = [...Array<string>(4).fill('451 4.3.0 later'), '<silence>'];
    const made = await bench({ final });
    const id = made.store.add();
    await made.relay.start();
    for (let n = 1; n <= 4; n++) {
      await until(() => made.store.get(id).attempts === n && made.store.get(id).state === 'waiting');
      await made.relay.retryNow(id, 'test');
    }
    await until(() => made.host.bodies().length === 5, 'the fifth message');
    expect(made.store.onDisk.get(id)).toMatchObject({ state: 'sending', frozenSender: { sent: true } });
  });
});

describe('start and stop', () => {
  test.each([
    ['once: tried again, perhaps a duplicate', 0, 'accepted', true],
    ['twice: held for a person', 1, 'held', true],
  ])('a job found "sending" died %s', async (_why, crashes, state, isPossibleDuplicate) => {
    const made = await bench();
    const frozenSender = {
      reversePath: device,
      headerBlock: 'From: frozen@contoso.com\r\n',
      deviceEmailAddress: device,
      sent: true,
    };
    const id = made.store.add({ state: 'sending', crashes, frozenSender });
    await made.relay.start();
    await until(() => made.store.get(id).state === state);
    expect(made.store.get(id).isPossibleDuplicate).toBe(isPossibleDuplicate);
    if (state === 'accepted') expect(made.host.bodies()[0]).toContain('From: frozen@contoso.com');
    else expect(made.store.get(id).hold?.reason).toBe('repeated-crash');
  });

  test('stop during an upload: back to waiting on disk, not counted, not a duplicate', async () => {
    const made = await bench();
    const body = new PassThrough();
    made.store.openBodyFor = () => body;
    const id = made.store.add({ bodyBytes: 100_000 });
    await made.relay.start();
    await until(() => made.store.get(id).state === 'sending');
    body.write('first bytes');
    await until(() => made.host.sessions[0]!.lines.includes('S: 354 go on'));
    await made.relay.stop();
    expect(made.store.onDisk.get(id)).toMatchObject({ state: 'waiting', attempts: 0, isPossibleDuplicate: false });
  });

  test('stop after the dot waits for the answer, but not longer than its limit', async () => {
    const made = await bench({ final: '<silence>' });
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.host.bodies().length === 1);
    let isStopped = false;
    const stopping = made.relay.stop().then(() => {
      isStopped = true;
    });
    await made.clock.advance(8000);
    expect(isStopped).toBe(false);
    await made.clock.advance(2000);
    await stopping;
    expect(made.store.onDisk.get(id)).toMatchObject({
      state: 'waiting',
      isPossibleDuplicate: true,
      frozenSender: { sent: true },
    });
  });

  test('stop is idempotent, and a stopped relay does nothing', async () => {
    const made = await bench();
    await made.relay.start();
    await made.relay.stop();
    await made.relay.stop();
    made.store.add();
    await settle(20);
    expect(made.host.dialer.dials).toBe(0);
  });
});

describe('people', () => {
  test('hold, release, retry', async () => {
    const made = await bench({ mail: '451 4.3.0 later' });
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).attempts === 1);
    await made.relay.hold(id, 'anna');
    expect(made.store.get(id)).toMatchObject({ state: 'held', hold: { reason: 'by-person' } });
    const held = made.store.get(id).hold;
    await made.clock.advance(3_600_000);
    await made.relay.hold(id, 'bert');
    expect(made.store.get(id)).toMatchObject({ attempts: 1, activeMs: 0, hold: held });
    made.host.replies = {};
    expect(await made.relay.releaseHeld('anna')).toBe(1);
    await until(() => made.store.get(id).state === 'accepted');
    await expect(made.relay.retryNow(id, 'anna')).rejects.toMatchObject({ code: 'job-finished' });
    await expect(made.relay.hold('0000000000zzzz', 'anna')).rejects.toMatchObject({ code: 'job-not-found' });
    await expect(made.relay.release(id, 'anna')).rejects.toMatchObject({ code: 'job-finished' });
  });

  test('"Send now" re-opens a failed job: only the failed recipients, the same bytes', async () => {
    const made = await bench({ rcpt: ['250 ok', '550 5.1.1 nobody', '250 ok'] });
    const id = made.store.add({
      recipients: ['a@x.test', 'b@x.test'].map((forwardPath) => ({ forwardPath, state: 'waiting' as const })),
    });
    await made.relay.start();
    await until(() => made.store.get(id).state === 'failed');
    await made.relay.retryNow(id, 'anna');
    await until(() => made.store.get(id).state === 'accepted');
    expect(made.host.commands('RCPT')).toHaveLength(3);
    expect(made.host.bodies()[0]).toBe(made.host.bodies()[1]);
  });

  describe('"Send now" asks the server again what it takes', () => {
    const ehlo = (sizeBytes: number) => defaultReplies.ehlo.replace('157286400', String(sizeBytes));

    test('over an idle link', async () => {
      const made = await bench({ ehlo: [ehlo(10), ehlo(10), ehlo(10_000)] });
      const id = made.store.add();
      await made.relay.start();
      await until(() => made.store.get(id).state === 'failed');
      await made.relay.retryNow(id, 'anna');
      await until(() => made.store.get(id).state === 'accepted');
      expect(made.host.sessions).toHaveLength(2);
    });

    test('over a link that is in use', async () => {
      const made = await bench({ ehlo: [ehlo(1000), ehlo(1000), ehlo(10_000)] });
      const body = new PassThrough();
      const slow = made.store.add({ bodyBytes: 6 });
      made.store.openBodyFor = (queueId) => (queueId === slow ? body : Readable.from([Buffer.alloc(2000, 'x')]));
      const large = made.store.add({ bodyBytes: 2000 });
      await made.relay.start();
      await until(() => made.store.get(slow).state === 'sending');
      await made.relay.retryNow(large, 'anna');
      body.end('scan\r\n');
      await until(() => allAre(made, 'accepted'));
      expect(made.host.sessions).toHaveLength(2);
    });
  });

  test('state changes are told once', async () => {
    const made = await bench();
    const told: unknown[] = [];
    const end = made.relay.subscribe((state) => told.push(state.isReachable));
    made.store.add();
    await made.relay.start();
    await until(() => allAre(made, 'accepted'));
    end();
    expect(told).toEqual([undefined, true]);
  });
});

describe('links', () => {
  test('a change of account closes the idle link', async () => {
    const made = await bench();
    made.store.add();
    await made.relay.start();
    await until(() => allAre(made, 'accepted'));
    made.account = { status: 'ready', identity: { ...identity, objectId: 'oid-2' } };
    made.relay.wake('sign-in');
    await until(() => made.host.sessions[0]!.isClosed);
    made.store.add();
    await until(() => allAre(made, 'accepted'));
    expect(made.host.sessions).toHaveLength(2);
  });

  test('a link whose token is about to end is not used again', async () => {
    const made = await bench();
    made.tokens.accessToken = () => Promise.resolve({ token: 'short', expiresAtMs: made.clock.nowMs() + 65_000 });
    made.store.add();
    await made.relay.start();
    await until(() => allAre(made, 'accepted'));
    await made.clock.advance(10_000);
    made.store.add();
    await until(() => allAre(made, 'accepted'));
    expect(made.host.sessions).toHaveLength(2);
  });

  test.each([
    ['says 421 to MAIL', { mail: [defaultReplies.mail, '421 4.4.2 timeout<close>', defaultReplies.mail] }],
    ['says 421 to RCPT', { rcpt: [defaultReplies.rcpt, '421 4.4.2 timeout<close>', defaultReplies.rcpt] }],
    ['says 421 to DATA', { data: [defaultReplies.data, '421 4.4.2 timeout<close>', defaultReplies.data] }],
    ['hangs up at MAIL', { mail: [defaultReplies.mail, '<close>', defaultReplies.mail] }],
    ['resets at MAIL', { mail: [defaultReplies.mail, '<reset>', defaultReplies.mail] }],
  ])(
    'a server that %s of a second message: no attempt, nobody is told, once more over a new link',
    async (_, replies) => {
      const made = await bench(replies);
      made.store.add();
      await made.relay.start();
      await until(() => allAre(made, 'accepted'));
      const id = made.store.add();
      await until(() => allAre(made, 'accepted'));
      expect(made.store.get(id)).toMatchObject({ attempts: 1, isPossibleDuplicate: false });
      expect(made.host.sessions).toHaveLength(2);
      expect(made.log.of('deferred')).toEqual([]);
    },
  );

  test('... and a new link that fares no better is an attempt', async () => {
    const made = await bench({ mail: [defaultReplies.mail, '421 4.4.2 timeout<close>'] });
    made.store.add();
    await made.relay.start();
    await until(() => allAre(made, 'accepted'));
    const id = made.store.add();
    await until(() => made.store.get(id).lastReply !== undefined && made.store.get(id).state === 'waiting');
    expect(made.store.get(id)).toMatchObject({ attempts: 1, frozenSender: { sent: false } });
    expect(made.host.sessions).toHaveLength(2);
  });

  test('a link that fell silent: MAIL waits for its minute, then a new link serves', async () => {
    const once = (reply: string) => [reply, '<silence>', reply];
    const { mail, rcpt, data } = defaultReplies;
    const made = await bench({ mail: once(mail), rcpt: once(rcpt), data: once(data) });
    made.store.add();
    await made.relay.start();
    await until(() => allAre(made, 'accepted'));
    const id = made.store.add();
    await until(() => made.host.commands('MAIL').length === 2);
    await made.clock.advance(60_000);
    await until(() => allAre(made, 'accepted'));
    expect(made.store.get(id).attempts).toBe(1);
  });

  test('after a refused message the link is reset', async () => {
    const made = await bench({ final: ['554 5.6.0 no', defaultReplies.final] });
    const ids = [made.store.add(), made.store.add()];
    await made.relay.start();
    await until(() => ids.every((id) => made.store.get(id).finishedAtMs !== undefined));
    expect(made.host.sessions).toHaveLength(1);
    expect(made.host.commands('RSET')).toHaveLength(1);
  });

  test('the second message of a link is not begun before the first is written down', async () => {
    const made = await bench();
    const ids = [made.store.add(), made.store.add(), made.store.add()];
    let release: (() => void) | undefined;
    made.store.delayUpdate = (id) =>
      id === ids[0] && made.store.get(id).state === 'sending'
        ? new Promise((resolve) => {
            release = resolve;
          })
        : undefined;
    await made.relay.start();
    await until(() => release !== undefined && made.store.get(ids[1]!).state === 'sending', 'the mark of the second');
    await settle(20);
    expect(made.host.commands('MAIL')).toHaveLength(1);
    expect(made.store.get(ids[2]!).state).toBe('waiting');
    release?.();
    await until(() => allAre(made, 'accepted'));
    expect(made.host.sessions).toHaveLength(1);
  });
});

describe('prove', () => {
  const token = { token: 'secret-token', expiresAtMs: Number.MAX_SAFE_INTEGER };

  test('235: connects, secures, authenticates, says QUIT', async () => {
    const { relay, host } = await bench();
    await relay.prove(identity, token);
    await until(() => host.sessions[0]!.isClosed);
    expect(host.sessions[0]!.lines.filter((line) => line.startsWith('C:')).map((line) => line.slice(3, 7))).toEqual([
      'EHLO',
      'STAR',
      'EHLO',
      'AUTH',
      'QUIT',
    ]);
  });

  test.each([
    [
      'disabled for the mailbox',
      { auth: '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.' },
      'smtp-auth-disabled',
    ],
    ['wrong token', { auth: '535 5.7.3 Authentication unsuccessful' }, 'authentication-refused'],
    ['no TLS', { ehlo: '250-x\r\n250 AUTH XOAUTH2', starttls: '502 no' }, 'tls-not-offered'],
  ])('%s', async (_why, replies, code) => {
    const { relay, host, log } = await bench(replies);
    await expect(relay.prove(identity, token)).rejects.toMatchObject({ code });
    await until(() => host.sessions[0]!.isClosed);
    expect(log.text()).not.toContain('secret-token');
  });

  test('the refusal names the entry that explains it, where there is a more telling one than its code', async () => {
    const { relay } = await bench({
      auth: '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.',
    });
    const error: unknown = await relay.prove(identity, token).catch((reason: unknown) => reason);
    const { guidanceId } = classifySmtpReply({
      stage: 'auth',
      reply: '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.',
    });
    expect(error).toMatchObject({ details: { guidanceId } });
    expect(guidanceId).not.toBe((error as MailError).code);
    expect(judgeError(error).guidanceId).toBe(guidanceId);
  });

  test('is given up when nobody waits for it any more, and the line with it', async () => {
    const { relay, host } = await bench({ auth: '<silence>' });
    const cut = new AbortController();
    const proving = relay.prove(identity, token, { signal: cut.signal });
    await until(() => host.commands('AUTH').length === 1);
    cut.abort();
    await expect(proving).rejects.toMatchObject({ code: 'stopping' });
    await until(() => host.sessions[0]!.isClosed);
    await expect(relay.prove(identity, token, { signal: cut.signal })).rejects.toMatchObject({ code: 'stopping' });
    expect(host.sessions).toHaveLength(1);
  });

  test('a plain server needs no proof', async () => {
    const made = await bench();
    made.config = plain(made.config);
    await expect(made.relay.prove(identity, token)).rejects.toMatchObject({ code: 'sign-in-not-needed' });
  });
});
