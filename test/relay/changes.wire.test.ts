/** Settings, account or device address change while jobs wait or are on their way. */
import { describe, expect, test } from '@jest/globals';
import { MailError, type JobRecord } from '../../src/core/index.ts';
import { reopened } from '../../src/relay/job-changes.ts';
import { bench, device, identity, until, type Bench } from './bench.ts';
import { MemoryStore } from './memory-store.ts';
import { exchangeAccept } from './scripted-smarthost.ts';

const denied = '554 5.2.252 SendAsDenied; scanner@contoso.com not allowed to send as old@contoso.com';
const oldSender = {
  reversePath: 'old@contoso.com',
  headerBlock: 'From: old@contoso.com\r\nMessage-ID: <1@x>\r\n',
  deviceEmailAddress: 'old@contoso.com',
  sent: true,
};

describe('bytes frozen for a device address of before', () => {
  test.each<[who: string, again: (made: Bench, id: string) => Promise<unknown>]>([
    ['"Send now"', ({ relay }, id) => relay.retryNow(id, 'anna')],
    ['a release', ({ relay }, id) => relay.release(id, 'anna')],
    ['a release of all', ({ relay }) => relay.releaseHeld('anna')],
  ])('SendAsDenied holds that job, not the queue; after %s it leaves with the new address', async (_who, again) => {
    const made = await bench({ final: [denied, exchangeAccept] });
    const first = made.store.add({ frozenSender: oldSender });
    const second = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(second).state === 'accepted');
    expect(made.store.onDisk.get(first)).toMatchObject({
      state: 'held',
      hold: { reason: 'send-as-denied', reply: denied },
      attempts: 1,
      lastReply: { code: 'send-as-denied' },
    });
    expect(made.relay.state().holdReason).toBeUndefined();
    expect(made.log.of('held')).toEqual([expect.objectContaining({ queueId: first, reason: 'send-as-denied' })]);
    expect(made.log.of('deferred')).toEqual([]);

    await again(made, first);
    await until(() => made.store.get(first).state === 'accepted');
    expect(made.host.bodies()[0]).toContain('From: old@contoso.com');
    expect(made.host.bodies().at(-1)).toContain(`From: ${device}`);
  });

  test('the address changes during the upload: the job is held, the queue goes on', async () => {
    const made = await bench({ final: [denied, exchangeAccept] });
    const first = made.store.add();
    const second = made.store.add();
    changeAtMark(made, () => {
      const next = 'new@contoso.com';
      made.account = { status: 'ready', identity: { ...identity, upn: next } };
      made.config = { ...made.config, rules: { ...made.config.rules, deviceEmailAddress: next } };
    });
    await made.relay.start();
    await until(() => made.store.get(second).state === 'accepted');
    expect(made.store.get(first)).toMatchObject({ state: 'held', hold: { reason: 'send-as-denied' } });
    expect(made.host.bodies().at(-1)).toContain('From: new@contoso.com');
  });

  const waiting = { forwardPath: 'a@x.test', state: 'waiting' } as const;
  test.each<[why: string, changes: Partial<JobRecord>, isDecidedAgain: boolean]>([
    ['nothing can have left the device', {}, true],
    ['somebody has it already', { recipients: [waiting, { forwardPath: 'b@x.test', state: 'accepted' }] }, false],
    ['somebody may have it already', { isPossibleDuplicate: true }, false],
    ['the address is the same', { frozenSender: { ...oldSender, deviceEmailAddress: device.toUpperCase() } }, false],
  ])('a person re-opens it, and %s', (_why, changes, isDecidedAgain) => {
    const store = new MemoryStore();
    const record = store.get(store.add({ state: 'held', recipients: [waiting], frozenSender: oldSender, ...changes }));
    expect(reopened(record, device).frozenSender).toBe(isDecidedAgain ? undefined : record.frozenSender);
  });
});

describe('an attempt for the settings or the account of before', () => {
  /** Another person signs in while the attempt waits for its token, so it goes on as the one before. */
  function signInAtToken(made: Bench): void {
    const accessToken = made.tokens.accessToken.bind(made.tokens);
    made.tokens.accessToken = (options) => {
      made.tokens.accessToken = accessToken;
      signIn(made);
      return accessToken(options);
    };
  }
  function signIn(made: Bench): void {
    made.account = { status: 'ready', identity: { ...identity, objectId: 'oid-2' } };
    made.relay.wake('sign-in');
  }

  test.each<[what: string, auth: string]>([
    ['disabled', '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.'],
    ['stale, and not worth a new token', '535 5.7.3 Authentication unsuccessful'],
  ])('is refused (%s): nobody is blamed, the job goes with the present one', async (_what, auth) => {
    const made = await bench({ auth: [auth, '235 ok'] });
    signInAtToken(made);
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).state === 'accepted');
    expect(made.refused).toEqual([]);
    expect(made.log.of('warn')).toEqual([]);
    expect(made.tokens.asked).toEqual([false, false]);
    expect(made.store.get(id).attempts).toBe(1);
  });

  test('is refused after the same person has signed in again: the queue is not held', async () => {
    const made = await bench({ auth: ['535 5.7.3 no', '235 ok'] });
    made.account = { status: 'ready', identity, signedInAtMs: 1 };
    const accessToken = made.tokens.accessToken.bind(made.tokens);
    made.tokens.accessToken = (options) => {
      made.tokens.accessToken = accessToken;
      // While this token is on its way to the server, its account signs in anew.
      queueMicrotask(() => {
        made.account = { status: 'ready', identity, signedInAtMs: 2 };
      });
      return accessToken(options);
    };
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).state === 'accepted');
    expect(made.refused).toEqual([]);
    expect(made.log.of('warn')).toEqual([]);
    expect(made.tokens.asked).toEqual([false, false]);
  });

  test('is answered 235: that proves nothing for the present one', async () => {
    const made = await bench();
    signInAtToken(made);
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).state === 'accepted');
    expect(made.host.commands('AUTH')).toHaveLength(2);
    expect(made.proven).toHaveLength(1);
  });

  test('finds no server: no back-off for the present one', async () => {
    const made = await bench();
    const dial = made.host.dialer.dial.bind(made.host.dialer);
    made.host.dialer.dial = () => {
      made.host.dialer.dial = dial;
      signIn(made);
      return Promise.reject(new MailError('connect-failed', 'refused'));
    };
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).state === 'accepted');
  });

  test('gets no token: the queue is not held', async () => {
    const made = await bench();
    const accessToken = made.tokens.accessToken.bind(made.tokens);
    made.tokens.accessToken = () => {
      made.tokens.accessToken = accessToken;
      signIn(made);
      return Promise.reject(new MailError('sign-in-needed', 'x'));
    };
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).state === 'accepted');
    expect(made.refused).toEqual([]);
  });

  test.each<[what: string, replies: Parameters<typeof bench>[0]]>([
    ['at MAIL', { mail: ['530 5.7.57 Client not authenticated to send mail', '250 ok'] }],
    ['after the dot', { final: ['550 5.1.8 Access denied, bad outbound sender', exchangeAccept] }],
  ])('is refused %s: the job goes again, the queue is not held', async (_what, replies) => {
    const made = await bench(replies);
    changeAtMark(made, () => {
      signIn(made);
    });
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).state === 'accepted');
    expect(made.log.of('warn')).toEqual([]);
    expect(made.tokens.asked).toEqual([false, false]);
  });

  test('a renewal that says "sign in" holds the queue with its explanation, though the account has just become so', async () => {
    const made = await bench();
    made.tokens.accessToken = () => {
      made.account = { status: 'sign-in-needed', code: 'sign-in-needed', identity };
      return Promise.reject(
        new MailError('sign-in-needed', 'x', { details: { guidanceId: 'session-revoked', reply: 'AADSTS50173' } }),
      );
    };
    made.store.add();
    await made.relay.start();
    await until(() => made.relay.state().holdReply !== undefined);
    expect(made.relay.state()).toMatchObject({ holdReply: 'AADSTS50173', holdGuidanceId: 'session-revoked' });
  });
});

/** Does something just when the first attempt writes its mark. */
function changeAtMark(made: Bench, change: () => void): void {
  made.store.beforeUpdate = () => {
    made.store.beforeUpdate = undefined;
    change();
  };
}
