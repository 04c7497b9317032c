/**
 * Facts section 4 by number: what network, smarthost and TLS do to us, one row each, against a raw server that shares no code
 * with what it tests. Replies that judge a message are in delivery.wire.test.ts, the queue as a whole in queue.wire.test.ts.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { makeCa } from '../support/certificates.ts';
import { settle } from '../support/manual-clock.ts';
import { bench, smarthostName, testCa, until, type Bench } from './bench.ts';
import { defaultReplies, exchangeAccept, type Replies, type ServerTls, type Stage } from './scripted-smarthost.ts';

/** After the first attempt: the job waits for its next, nothing failed, nobody was told that it did. */
async function expectDeferred(made: Bench, id: string, code: string | RegExp): Promise<void> {
  await until(() => made.store.get(id).lastReply !== undefined && made.store.get(id).state !== 'sending', 'an outcome');
  const record = made.store.get(id);
  expect(record.state).toBe('waiting');
  expect(record.lastReply?.code).toMatch(code);
  expect(record.recipients.map(({ state }) => state)).toEqual(['waiting']);
  expect(made.log.of('failed')).toEqual([]);
}

describe('F30 no way to the server', () => {
  test.each<[what: string, error: Error & { code?: string; syscall?: string }, code: string]>([
    [
      'the name is not found',
      Object.assign(new Error('x'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
      'dns-failed',
    ],
    [
      'no name server answers',
      Object.assign(new Error('x'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }),
      'dns-failed',
    ],
    ['nobody listens', Object.assign(new Error('x'), { code: 'ECONNREFUSED', syscall: 'connect' }), 'connect-failed'],
    ['no route', Object.assign(new Error('x'), { code: 'ENETUNREACH', syscall: 'connect' }), 'connect-failed'],
    [
      'a firewall swallows it',
      Object.assign(new Error('x'), { code: 'ETIMEDOUT', syscall: 'connect' }),
      'connect-timeout',
    ],
  ])('%s: waits, says since when, and goes when the way is back', async (_what, error, code) => {
    const made = await bench();
    const dial = made.host.dialer.dial.bind(made.host.dialer);
    made.host.dialer.dial = () => Promise.reject(error);
    const id = made.store.add();
    await made.relay.start();
    await expectDeferred(made, id, code);
    const sinceMs = made.clock.nowMs();
    expect(made.relay.state()).toMatchObject({ isReachable: false, unreachableSinceMs: sinceMs });
    expect(made.store.durableWrites).toEqual([]);
    made.host.dialer.dial = dial;
    await made.clock.advance(80_000);
    await until(() => made.store.get(id).state === 'accepted', 'acceptance');
    expect(made.relay.state()).toMatchObject({ isReachable: true, unreachableSinceMs: undefined });
  });

  test.each<Stage>(['greeting', 'ehlo', 'starttls', 'auth', 'mail', 'rcpt', 'data'])(
    'reset at %s: connection lost, no possible duplicate',
    async (stage) => {
      const made = await bench({ [stage]: '<reset>' });
      const id = made.store.add();
      await made.relay.start();
      // Reset that early it may be part of connecting.
      await expectDeferred(made, id, stage === 'greeting' ? /^connect(?:ion-lost|-failed)$/ : 'connection-lost');
      expect(made.store.get(id).isPossibleDuplicate).toBe(false);
    },
  );
});

const stagesBeforeMail: readonly Stage[] = ['greeting', 'ehlo', 'starttls', 'auth'];
const stages: readonly Stage[] = [...stagesBeforeMail, 'mail', 'rcpt', 'data', 'final'];

describe('F31 not now', () => {
  test.each(stages.flatMap((stage) => [`${stage} 451 4.3.0 not now`, `${stage} 421 4.3.2 going down<close>`]))(
    '%s: waits, and the second attempt is served over a new connection',
    async (row) => {
      const [stage = '', ...words] = row.split(' ');
      const reply = words.join(' ');
      const made = await bench({ [stage]: [reply, defaultReplies[stage as Stage]] });
      const id = made.store.add();
      await made.relay.start();
      await expectDeferred(made, id, 'smarthost-busy');
      expect(made.store.get(id).isPossibleDuplicate).toBe(false);
      if (stagesBeforeMail.includes(stage as Stage)) expect(made.store.durableWrites).toEqual([]);
      await made.clock.advance(80_000);
      await until(() => made.store.get(id).state === 'accepted', 'acceptance');
      if (reply.startsWith('421')) expect(made.host.sessions.length).toBeGreaterThan(1);
    },
  );

  test('421 to RSET after a refusal: no attempt is counted, a new link serves', async () => {
    const made = await bench({
      rset: '421 4.4.2 idle too long<close>',
      final: ['554 5.6.0 no', defaultReplies.final],
    });
    const first = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(first).state === 'failed', 'the first');
    const second = made.store.add();
    await until(() => made.store.get(second).state === 'accepted', 'the second');
    expect(made.store.get(second).attempts).toBe(1);
    expect(made.host.sessions).toHaveLength(2);
  });

  test.each([
    ['451 4.7.500 Server busy. Please try again later', 300_000],
    ['451 4.7.651 The mail server has been temporarily rate limited', 300_000],
    ['451 4.7.1 Greylisting in action, please come back later', 300_000],
  ])('%s: waits as long as the server means, not as long as a first retry', async (reply, atLeastMs) => {
    const made = await bench({ final: reply });
    const id = made.store.add();
    await made.relay.start();
    await expectDeferred(made, id, 'smarthost-busy');
    expect((made.store.get(id).nextAttemptAtMs ?? 0) - made.clock.nowMs()).toBeGreaterThanOrEqual(atLeastMs);
  });
});

describe('F32, F33 one recipient, one message', () => {
  test('a message refused for good does not stop the next', async () => {
    const made = await bench({ data: ['554 5.6.0 no', '354 go on'] });
    const [bad, good] = [made.store.add(), made.store.add()];
    await made.relay.start();
    await until(() => made.store.get(good).state === 'accepted', 'the other');
    expect(made.store.get(bad).state).toBe('failed');
  });

  test('every recipient refused, some for now: the job waits for those only', async () => {
    const made = await bench({ rcpt: ['550 5.1.1 nobody', '450 4.2.1 later', '250 ok'] });
    const id = made.store.add({
      recipients: ['a@x.test', 'b@x.test'].map((forwardPath) => ({ forwardPath, state: 'waiting' as const })),
    });
    await made.relay.start();
    await until(() => made.store.get(id).attempts === 1 && made.store.get(id).state === 'waiting', 'first attempt');
    expect(made.store.get(id).recipients.map(({ state }) => state)).toEqual(['failed', 'waiting']);
    expect(made.host.bodies().filter((body) => body !== '')).toEqual([]);
    await made.clock.advance(80_000);
    await until(() => made.store.get(id).state === 'failed', 'second attempt');
    expect(made.store.get(id).recipients.map(({ state }) => state)).toEqual(['failed', 'accepted']);
  });
});

describe('F36 what Exchange allows', () => {
  test('so many a minute as set, also over changed settings, new sign-ins and "Send now"', async () => {
    const made = await bench({}, { config: { maxMessagesPerMinute: 5 } });
    for (let i = 0; i < 12; i++) made.store.add();
    const accepted = () => made.store.list().filter(({ state }) => state === 'accepted').length;
    await made.relay.start();
    for (const minute of [1, 2]) {
      await until(() => accepted() === 5 * minute, 'a full minute');
      made.config = { ...made.config, heloName: `mfp-${minute}.example` };
      made.relay.wake('settings');
      await made.relay.retryNow(undefined, 'anna');
      await settle(50);
      expect(accepted()).toBe(5 * minute);
      await made.clock.advance(60_000);
    }
    await until(() => accepted() === 12, 'the rest');
  });

  test('never more than two connections, whatever is set, and one while the way is not known', async () => {
    const made = await bench({ final: '<silence>' }, { config: { maxConnections: 9 } });
    for (let i = 0; i < 6; i++) made.store.add();
    await made.relay.start();
    await until(() => made.host.bodies().length === 2, 'two messages');
    made.relay.wake('settings');
    await settle(50);
    expect(made.host.sessions).toHaveLength(2);
  });

  test('the pause after a 432 outlives changed settings', async () => {
    const made = await bench({
      final: ['432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded', exchangeAccept],
    });
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.relay.state().slowedUntilMs !== undefined, 'the pause');
    await made.clock.advance(30_000);
    made.relay.wake('settings');
    await settle(50);
    expect(made.host.bodies()).toHaveLength(1);
    await made.clock.advance(46_000);
    await until(() => made.store.get(id).state === 'accepted', 'acceptance');
  });
});

describe('F41 a peer that does not speak SMTP', () => {
  test.each<[what: string, replies: Replies, code?: string | RegExp]>([
    ['a reply without end', { ehlo: '<flood>' }],
    ['a line of 10 MB', { greeting: '<line>' }],
    ['a line of 10 MB after AUTH', { auth: '<line>' }],
    ['a line of 10 MB after the dot', { final: '<line>' }],
    ['a code that is none', { greeting: '2x0 hello' }],
    ['a code that changes within a reply', { ehlo: '250-x\r\n550 y' }],
    ['a code no server has', { mail: '999 what' }],
    // In one packet it passes for the answer to EHLO; the real one comes in answer to STARTTLS, before the handshake or in it.
    ['a reply before the command', { greeting: '220 hi\r\n250 too early' }, /^(?:tls-failed|reply-invalid)$/],
    ['a reply nobody asked for', { greeting: '220 hi\r\n220 again' }, /^(?:tls-failed|reply-invalid)$/],
    ['a web server', { greeting: 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>' }],
    ['NUL for a code', { greeting: '\x00\x00\x00\x00' }],
  ])('%s: temporary, hung up on, no AUTH sent afterwards', async (_what, replies, code = 'reply-invalid') => {
    const made = await bench(replies);
    const id = made.store.add();
    await made.relay.start();
    await expectDeferred(made, id, code);
    await until(() => made.host.sessions.every(({ isClosed }) => isClosed), 'hanging up');
    expect(made.log.text().length).toBeLessThan(20_000);
  });

  test('NUL and octets that are no UTF-8 in the words: the digits decide, and people see clean text', async () => {
    const made = await bench({ rcpt: '250 2.1.5 \x00\xe4\x1b[31mok', final: '250 2.0.0 OK\x00 \xff\xfe\x1b[31m' });
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).state === 'accepted', 'acceptance');
    expect(made.store.get(id).recipients[0]?.reply).toMatch(/^250 2\.0\.0 OK [^\x00-\x1f\x7f-\x9f]*$/);
    expect(made.log.text()).not.toMatch(/[\x00\x1b]/);
  });
});

describe('F42 the server hangs up while the scan flows', () => {
  test.each([
    ['552 5.3.4 too large', 'failed', 'smarthost-size'],
    ['421 4.3.2 going down', 'waiting', 'smarthost-busy'],
  ])('%s', async (reply, state, code) => {
    const made = await bench({ final: `<early>${reply}<close>` });
    const id = made.store.add({}, `${'x'.repeat(70)}\r\n`.repeat(400_000));
    await made.relay.start();
    await until(
      () => made.store.get(id).lastReply !== undefined && made.store.get(id).state !== 'sending',
      'an outcome',
    );
    expect(made.store.get(id)).toMatchObject({ state, lastReply: { code }, isPossibleDuplicate: false });
  });
});

describe('F43 what EHLO does not offer', () => {
  const without = (keyword: string) =>
    defaultReplies.ehlo
      .split('\r\n')
      .filter((line) => !line.includes(keyword))
      .join('\r\n');
  test.each(['SIZE', 'PIPELINING', '8BITMIME'])('without %s the scan arrives all the same', async (keyword) => {
    const lines = without(keyword).split('\r\n');
    const made = await bench({
      ehlo: lines.map((line, at) => `250${at === lines.length - 1 ? ' ' : '-'}${line.slice(4)}`).join('\r\n'),
    });
    const id = made.store.add({ is8bit: true, bodyBytes: 3 }, '\xfc\r\n');
    await made.relay.start();
    await until(() => made.store.get(id).state === 'accepted', 'acceptance');
    const [mail = ''] = made.host.commands('MAIL');
    expect(mail.includes('SIZE=')).toBe(keyword !== 'SIZE');
    expect(mail.includes('BODY=')).toBe(keyword !== '8BITMIME');
    expect(made.host.bodies()[0]).toMatch(keyword === '8BITMIME' ? /=FC\r\n$/ : /\xfc\r\n$/);
  });
});

describe('F44, T20 TLS', () => {
  let made: Record<string, ServerTls>;
  beforeAll(async () => {
    const ca = await testCa();
    const dayMs = 86_400_000;
    const good = await ca.issue([smarthostName]);
    const other = await (await makeCa('Somebody Else')).issue([smarthostName]);
    made = {
      'expired': await ca.issue([smarthostName], {
        notBefore: new Date(Date.now() - 9 * dayMs),
        notAfter: new Date(Date.now() - dayMs),
      }),
      'not yet valid': await ca.issue([smarthostName], { notBefore: new Date(Date.now() + dayMs) }),
      'for another name': await ca.issue(['mail.example.test', '*.example.org']),
      'of an unknown authority': other,
      'self-signed': {
        key: other.key,
        cert: other.cert.slice(0, other.cert.indexOf('-----END CERTIFICATE-----')) + '-----END CERTIFICATE-----\n',
      },
      'TLS 1.1 only': { ...good, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    };
  });

  test.each(
    [
      ['expired', 'tls-expired'],
      ['not yet valid', 'tls-expired'],
      ['for another name', 'tls-wrong-name'],
      ['of an unknown authority', 'tls-untrusted'],
      ['self-signed', 'tls-untrusted'],
      // A server that hangs up at once may take its alert with it.
      ['TLS 1.1 only', '(?:tls-failed|connection-lost)'],
    ].flatMap(([what = '', code = '']) => [[what, code, false] as const, [what, code, true] as const]),
  )('%s: %s, not a byte of AUTH (implicit: %s)', async (what, code, isImplicit) => {
    const tls = made[what];
    const one = await bench(
      {},
      { ...(tls ? { tls } : {}), isImplicit, ...(isImplicit ? { config: { security: 'implicit' } } : {}) },
    );
    const id = one.store.add();
    await one.relay.start();
    await expectDeferred(one, id, new RegExp(`^${code}$`));
    expect(one.host.commands('AUTH')).toEqual([]);
    expect(one.host.commands('MAIL')).toEqual([]);
  });

  test('the same day before the clock is set: the clock is named, not the certificate', async () => {
    const one = await bench({}, made['expired'] ? { tls: made['expired'] } : {});
    one.clock.jumpWall(Date.UTC(1970, 0, 2) - one.clock.nowMs());
    const id = one.store.add();
    await one.relay.start();
    await expectDeferred(one, id, 'clock-not-set');
  });

  test.each<[what: string, replies: Replies, code: string]>([
    [
      'STARTTLS stripped from EHLO',
      { ehlo: '250-x\r\n250 AUTH XOAUTH2 PLAIN', starttls: '502 5.5.1 no' },
      'tls-not-offered',
    ],
    [
      'STARTTLS stripped, and 220 said in clear',
      { ehlo: '250-x\r\n250 AUTH XOAUTH2 PLAIN', starttls: '220 go<silence>' },
      'timeout',
    ],
    [
      'words injected behind the 220',
      { starttls: '220 go\r\n250-evil.example\r\n250 AUTH PLAIN XOAUTH2' },
      'reply-invalid',
    ],
    ['half a word injected behind the 220', { starttls: '220 go\r\n250 SIZE' }, 'reply-invalid'],
    ['a handshake that never begins', { starttls: '220 go<silence>' }, 'timeout'],
  ])('%s', async (_what, replies, code) => {
    const one = await bench(replies);
    const id = one.store.add();
    await one.relay.start();
    if (code === 'timeout') {
      await until(() => one.host.commands('STARTTLS').length === 1, 'STARTTLS');
      await settle(20);
      await one.clock.advance(61_000);
    }
    await expectDeferred(one, id, code);
    expect(one.host.commands('AUTH')).toEqual([]);
  });
});

describe('F47 every phase has its end', () => {
  test.each<[phase: string, replies: Replies, limitMs: number, sign: (made: Bench) => boolean]>([
    ['STARTTLS', { starttls: '<silence>' }, 60_000, (made) => made.host.commands('STARTTLS').length > 0],
    ['the handshake', { starttls: '220 go<silence>' }, 60_000, (made) => made.host.commands('STARTTLS').length > 0],
    ['RCPT', { rcpt: '<silence>' }, 60_000, (made) => made.host.commands('RCPT').length > 0],
    ['DATA', { data: '<silence>' }, 60_000, (made) => made.host.commands('DATA').length > 0],
  ])('silence at %s ends at its deadline and not before', async (_phase, replies, limitMs, sign) => {
    const made = await bench(replies);
    const id = made.store.add();
    await made.relay.start();
    await until(() => sign(made), 'the phase');
    await settle(20);
    await made.clock.advance(limitMs - 1000);
    expect(made.store.get(id).lastReply).toBeUndefined();
    await made.clock.advance(2000);
    await expectDeferred(made, id, 'timeout');
  });

  test('a connection that never comes ends after 30 s', async () => {
    const made = await bench();
    made.host.dialer.dial = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    const id = made.store.add();
    await made.relay.start();
    await settle(20);
    await made.clock.advance(29_000);
    expect(made.store.get(id).lastReply).toBeUndefined();
    await made.clock.advance(2000);
    await expectDeferred(made, id, 'connect-timeout');
  });

  test('a server that stops reading ends the upload after 3 minutes', async () => {
    const made = await bench({ data: '354 go on<stall>' });
    const id = made.store.add({}, `${'x'.repeat(70)}\r\n`.repeat(400_000));
    await made.relay.start();
    await until(() => (made.host.sessions[0]?.socket.bytesRead ?? 0) > 10_000, 'the first octets');
    // Until the buffers on the way are full.
    await settle(4000);
    await made.clock.advance(181_000);
    await expectDeferred(made, id, 'timeout');
    expect(made.store.get(id).isPossibleDuplicate).toBe(false);
  });
});

describe('F48 a long outage', () => {
  test('days without a network: nobody fails, few connects; then first in, first out, at the set speed', async () => {
    const made = await bench({}, { config: { maxMessagesPerMinute: 5 } });
    const dial = made.host.dialer.dial.bind(made.host.dialer);
    let dials = 0;
    made.host.dialer.dial = () => {
      dials += 1;
      return Promise.reject(Object.assign(new Error('x'), { code: 'ENETUNREACH', syscall: 'connect' }));
    };
    const ids = Array.from({ length: 12 }, () => made.store.add());
    await made.relay.start();
    for (let hour = 0; hour < 48; hour++) await made.clock.advance(3_600_000);
    expect(dials).toBeLessThan(60);
    expect(made.store.list().every(({ state }) => state === 'waiting')).toBe(true);
    made.host.dialer.dial = dial;
    made.relay.wake('network up');
    const accepted = () => made.store.list().filter(({ state }) => state === 'accepted').length;
    for (const limit of [5, 10, 12]) {
      await until(() => accepted() === limit, `${limit} accepted`);
      await settle(30);
      expect(accepted()).toBe(limit);
      await made.clock.advance(60_000);
    }
    const order = made.host.bodies().map((body) => /Message-ID: <(.*)@device>/.exec(body)?.[1]);
    expect(order).toEqual(ids);
    expect(made.host.sessions.length).toBeLessThanOrEqual(3);
  });
});
