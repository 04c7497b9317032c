/** What the smarthost says decides what becomes of the job. */
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { MailError } from '../../src/core/index.ts';
import { bench, device, plain, until } from './bench.ts';
import { exchangeAccept, plainEhlo } from './scripted-smarthost.ts';

describe('one job', () => {
  test('is accepted: sender fields decided, id of the server kept, one mark and one end on disk', async () => {
    const { relay, store, host, proven, log } = await bench();
    const id = store.add({}, 'one\r\n.dot\r\n');
    await relay.start();
    await until(() => store.get(id).state === 'accepted', 'acceptance');
    const record = store.get(id);
    expect(record).toMatchObject({
      state: 'accepted',
      attempts: 1,
      serverMessageId: '<0f9a@AM0PR01MB1.eurprd01.prod.outlook.com>',
      tookMs: 60_000,
      isPossibleDuplicate: false,
      frozenSender: { reversePath: device, sent: true },
      recipients: [{ state: 'accepted', reply: exchangeAccept }],
    });
    expect(store.durableWrites.map(({ record: { state } }) => state)).toEqual(['sending', 'accepted']);
    expect(host.commands('MAIL')[0]).toMatch(new RegExp(`^MAIL FROM:<${device}> SIZE=\\d+$`));
    const size = Number(/SIZE=(\d+)/.exec(host.commands('MAIL')[0]!)![1]);
    expect(host.bodies()[0]).toHaveLength(size + 1); // the stuffed dot
    expect(host.bodies()[0]).toContain(`From: ${device}\r\n`);
    expect(host.bodies()[0]).toMatch(/\r\n\r\none\r\n\.\.dot\r\n$/);
    expect(proven).toHaveLength(1);
    expect(log.of('delivered')).toHaveLength(1);
    expect(host.sessions[0]!.lines).toContain('C: EHLO mfp.example');
    expect(Buffer.from(host.commands('AUTH')[0]!.split(' ')[2]!, 'base64').toString()).toBe(
      `user=${device}\x01auth=Bearer token-1\x01\x01`,
    );
    expect(log.text()).not.toMatch(/token-1|Bearer/);
  });

  test.each<
    [
      why: string,
      replies: Parameters<typeof bench>[0],
      state: string,
      code: string,
      wire: Partial<Record<string, unknown>>,
    ]
  >([
    // A server that turns everybody away judges no message
    ['greeting 554', { greeting: '554 5.3.2 no service' }, 'waiting', 'smarthost-busy', {}],
    ['greeting 421', { greeting: '421 4.3.2 busy<close>' }, 'waiting', 'smarthost-busy', {}],
    ['not SMTP at all', { greeting: 'HTTP/1.1 400 Bad Request<close>' }, 'waiting', 'reply-invalid', {}],
    ['closed without a word', { greeting: '<close>' }, 'waiting', 'connection-lost', {}],
    ['EHLO 550', { ehlo: '550 5.7.1 go away' }, 'waiting', 'smarthost-busy', {}],
    ['STARTTLS 454', { starttls: '454 4.7.0 TLS not available' }, 'waiting', 'smarthost-busy', {}],
    ['STARTTLS, then close', { starttls: '220 ready<close>' }, 'waiting', 'connection-lost', {}],
    ['AUTH 454', { auth: '454 4.7.0 Temporary authentication failure' }, 'waiting', 'smarthost-busy', {}],
    ['MAIL 451', { mail: '451 4.3.0 later' }, 'waiting', 'smarthost-busy', { sent: false, attempts: 1 }],
    [
      'MAIL 552',
      { mail: '552 5.3.4 Message size exceeds fixed maximum message size' },
      'failed',
      'smarthost-size',
      { attempts: 1 },
    ],
    ['RCPT 550', { rcpt: '550 5.1.1 nobody' }, 'failed', 'recipient-refused', { attempts: 1 }],
    ['RCPT 450', { rcpt: '450 4.2.1 later' }, 'waiting', 'smarthost-busy', { sent: false, attempts: 1 }],
    ['DATA 554', { data: '554 5.6.0 no' }, 'failed', 'message-refused', { attempts: 1 }],
    ['DATA 451', { data: '451 4.3.0 not now' }, 'waiting', 'smarthost-busy', { sent: false, attempts: 1 }],
    ['final 451', { final: '451 4.3.0 later' }, 'waiting', 'smarthost-busy', { sent: true, attempts: 1, dup: false }],
    ['final 554', { final: '554 5.6.0 broken' }, 'failed', 'message-refused', { sent: true, attempts: 1 }],
    [
      'final 421 and close',
      { final: '421 4.3.2 shutting down<close>' },
      'waiting',
      'smarthost-busy',
      { sent: true, dup: false },
    ],
    [
      'final 552 while the body flows',
      { final: '<early>552 5.2.3 too large<close>' },
      'failed',
      'smarthost-size',
      { sent: true, dup: false },
    ],
    ['final 250 while the body flows', { final: '<early>250 2.0.0 OK' }, 'waiting', 'reply-invalid', { sent: true }],
    ['reply code 2x0', { final: '2x0 OK' }, 'waiting', 'reply-invalid', { sent: true, dup: true }],
    ['RCPT code 2x0', { rcpt: '2x0 OK' }, 'waiting', 'reply-invalid', { sent: false }],
    ['reset before the dot', { data: '354 go<reset>' }, 'waiting', 'connection-lost', { dup: false }],
    [
      'closed after the dot',
      { final: '<close>' },
      'waiting',
      'connection-lost',
      { sent: true, dup: true, attempts: 1 },
    ],
    ['reset after the dot', { final: '<reset>' }, 'waiting', 'connection-lost', { sent: true, dup: true }],
  ])('%s', async (_why, replies, state, code, { sent, dup, attempts }) => {
    const { relay, store } = await bench(replies);
    // Where the reply comes early, the body must be more than all socket buffers hold.
    const isEarly = JSON.stringify(replies).includes('<early>');
    const id = store.add({}, `${'x'.repeat(70)}\r\n`.repeat(isEarly ? 400_000 : 1000));
    await relay.start();
    await until(() => (store.get(id).lastReply?.code ?? '') !== '' && store.get(id).state !== 'sending', 'an outcome');
    const record = store.get(id);
    expect([record.state, record.lastReply?.code]).toEqual([state, code]);
    if (sent !== undefined) expect(record.frozenSender?.sent).toBe(sent);
    if (dup !== undefined) expect(record.isPossibleDuplicate).toBe(dup);
    if (attempts !== undefined) expect(record.attempts).toBe(attempts);
    expect(store.onDisk.get(id)!.state).not.toBe('sending');
  });

  test('partial recipients: each gets the reply that is about it, only the temporary one is tried again with the same bytes', async () => {
    const { relay, store, host, clock, log } = await bench({
      rcpt: ['250 2.1.5 ok', '550 5.1.1 nobody', '451 4.3.0 later', '250 2.1.5 ok'],
    });
    const id = store.add({
      recipients: ['a@x.test', 'b@x.test', 'c@x.test'].map((forwardPath) => ({
        forwardPath,
        state: 'waiting' as const,
      })),
    });
    await relay.start();
    await until(() => store.get(id).attempts === 1 && store.get(id).state === 'waiting', 'first attempt');
    expect(store.get(id).recipients.map(({ state, code }) => [state, code])).toEqual([
      ['accepted', undefined],
      ['failed', 'recipient-refused'],
      ['waiting', 'smarthost-busy'],
    ]);
    expect(store.onDisk.get(id)!.recipients.map(({ state }) => state)).toEqual(['accepted', 'failed', 'waiting']);
    await clock.advance(80_000);
    await until(() => store.get(id).state === 'failed', 'second attempt');
    expect(store.get(id).recipients.map(({ state }) => state)).toEqual(['accepted', 'failed', 'accepted']);
    expect(host.commands('RCPT').map((line) => line.slice(9))).toEqual([
      'a@x.test>',
      'b@x.test>',
      'c@x.test>',
      'c@x.test>',
    ]);
    expect(host.bodies()[0]).toBe(host.bodies()[1]);
    expect(log.of('failed')).toHaveLength(1);
  });

  test('lost after the dot: the same bytes go a second time, and the log says so', async () => {
    const { relay, store, host, clock, log } = await bench({ final: ['<close>', exchangeAccept] });
    const id = store.add();
    await relay.start();
    await until(() => store.get(id).isPossibleDuplicate, 'loss');
    await clock.advance(80_000);
    await until(() => store.get(id).state === 'accepted', 'acceptance');
    expect(host.bodies()).toHaveLength(2);
    expect(host.bodies()[0]).toBe(host.bodies()[1]);
    expect(store.get(id).isPossibleDuplicate).toBe(true);
    expect(log.of('possibleDuplicate')).toEqual([{ queueId: id }]);
  });

  test.each<[why: string, loss: Parameters<typeof bench>[0], isFrozen: boolean]>([
    ['before a 354: decided again', { data: ['451 4.3.0 later', '354 go'] }, false],
    ['after bytes followed a 354: frozen', { final: ['<close>', exchangeAccept] }, true],
  ])('a change of the device address %s', async (_why, loss, isFrozen) => {
    const made = await bench(loss);
    const { relay, store, host } = made;
    const id = store.add();
    await relay.start();
    await until(() => store.get(id).attempts === 1, 'first attempt');
    const deviceEmailAddress = 'new@contoso.com';
    made.config = { ...made.config, rules: { ...made.config.rules, deviceEmailAddress } };
    made.account = { status: 'ready', identity: { upn: deviceEmailAddress, objectId: 'oid-2', tenantId: 'tid-1' } };
    relay.wake('sign-in');
    await until(() => store.get(id).state === 'accepted', 'acceptance');
    expect(host.bodies().at(-1)).toContain(`From: ${isFrozen ? device : deviceEmailAddress}\r\n`);
    expect(host.commands('MAIL').at(-1)).toContain(isFrozen ? device : deviceEmailAddress);
  });

  test.each<[what: string, ehlo: string, job: Record<string, unknown>, code: string]>([
    [
      'larger than the declared SIZE',
      '250-x\r\n250-STARTTLS\r\n250-AUTH XOAUTH2\r\n250 SIZE 100',
      {},
      'smarthost-size',
    ],
    [
      'a non-ASCII mailbox without SMTPUTF8',
      '250-x\r\n250-STARTTLS\r\n250 AUTH XOAUTH2',
      { recipients: [{ forwardPath: 'jürgen@x.test', state: 'waiting' }], isSmtpUtf8: true },
      'address-needs-smtputf8',
    ],
  ])('%s fails before MAIL FROM', async (_what, ehlo, job, code) => {
    const { relay, store, host } = await bench({ ehlo });
    const id = store.add(job);
    await relay.start();
    await until(() => store.get(id).state === 'failed', 'failure');
    expect(store.get(id).recipients[0]!.code).toBe(code);
    expect(host.commands('MAIL')).toEqual([]);
  });

  describe('mail the server cannot take as it came', () => {
    const poor = '250-x\r\n250-STARTTLS\r\n250-SIZE 1000000\r\n250 AUTH XOAUTH2';
    const headerBlock = (type: string) =>
      `From: copier@old.example\r\nTo: anna@example.com\r\nMessage-ID: <1@device>\r\nMIME-Version: 1.0\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: 8bit\r\n`;
    const text = { is8bit: true, headerBlock: headerBlock('text/plain; charset=iso-8859-1') };

    test('8-bit text to a server without 8BITMIME goes as quoted-printable, the same octets at each attempt, SIZE said rightly', async () => {
      const { relay, store, host, clock } = await bench({ ehlo: poor, final: ['451 4.3.0 later', exchangeAccept] });
      const id = store.add(text, 'f\xfcr Anna\r\n.\r\n'.repeat(2000));
      await relay.start();
      await until(() => store.get(id).attempts === 1 && store.get(id).state === 'waiting', 'first attempt');
      await clock.advance(80_000);
      await until(() => store.get(id).state === 'accepted', 'acceptance');
      const [first = '', second] = host.bodies();
      expect(second).toBe(first);
      expect(first).toContain('Content-Transfer-Encoding: quoted-printable\r\n');
      expect(first).toMatch(/\r\n\r\nf=FCr Anna\r\n\.\.\r\nf=FCr/);
      expect(first).toMatch(/^[\x00-\x7f]*$/);
      expect(host.commands('MAIL')[0]).toBe(`MAIL FROM:<${device}> SIZE=${first.length - 2000}`);
    });

    test('a server with 8BITMIME gets it as it came', async () => {
      const { relay, store, host } = await bench();
      const id = store.add(text, 'f\xfcr Anna\r\n');
      await relay.start();
      await until(() => store.get(id).state === 'accepted', 'acceptance');
      expect(host.bodies()[0]).toContain('\r\nContent-Transfer-Encoding: 8bit\r\n\r\nf\xfcr Anna\r\n');
      expect(host.commands('MAIL')[0]).toContain(' BODY=8BITMIME ');
    });

    test('lines over 998 octets are made legal for every server', async () => {
      const { relay, store, host } = await bench();
      const id = store.add({ ...text, hasLongLines: true }, `${'f\xfcr '.repeat(5000)}\r\n`);
      await relay.start();
      await until(() => store.get(id).state === 'accepted', 'acceptance');
      expect(Math.max(...(host.bodies()[0] ?? '').split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(76);
      expect(host.commands('MAIL')[0]).not.toContain('8BITMIME');
    });

    test.each<[what: string, ehlo: string, job: object, body: string, code: string]>([
      [
        'signed: converting would break the signature',
        poor,
        { is8bit: true, headerBlock: headerBlock('multipart/signed; boundary=s') },
        '--s\r\n\r\nf\xfcr\r\n--s--\r\n',
        'signed-not-convertible',
      ],
      [
        'larger than SIZE once it is converted',
        poor.replace('1000000', '1000'),
        { is8bit: true, headerBlock: headerBlock('image/tiff') },
        '\xff'.repeat(700),
        'smarthost-size',
      ],
    ])('%s: fails before MAIL FROM, with guidance', async (_what, ehlo, job, body, code) => {
      const { relay, store, host } = await bench({ ehlo });
      const id = store.add(job, body);
      await relay.start();
      await until(() => store.get(id).state === 'failed', 'failure');
      expect(store.get(id).lastReply).toMatchObject({ code, guidanceId: code });
      expect(host.commands('MAIL')).toEqual([]);
    });

    test('a body that cannot be read is no fault of the message: it waits', async () => {
      const { relay, store } = await bench({ ehlo: poor });
      const error = new MailError('storage-failed', 'EIO', { details: { errno: 'EIO' } });
      store.openBodyFor = () => new Readable({ read: (): void => undefined }).destroy(error);
      const id = store.add(text);
      await relay.start();
      await until(() => store.get(id).attempts === 1, 'an attempt');
      expect(store.get(id)).toMatchObject({ state: 'waiting', lastReply: { code: 'storage-failed' } });
    });

    test('an account, a job and a server that speak SMTPUTF8: the address goes as it is', async () => {
      const { relay, store, host } = await bench();
      const id = store.add({ recipients: [{ forwardPath: 'j\u00fcrgen@x.test', state: 'waiting' }], isSmtpUtf8: true });
      await relay.start();
      await until(() => store.get(id).state === 'accepted', 'acceptance');
      expect(host.commands('MAIL')[0]).toContain('SMTPUTF8');
      expect(host.commands('RCPT')).toEqual(['RCPT TO:<j\u00fcrgen@x.test>']);
    });
  });

  test('what the server offers is known after its EHLO, and forgotten with it', async () => {
    const made = await bench({ ehlo: '250-x\r\n250-STARTTLS\r\n250-SIZE 1000\r\n250-SMTPUTF8\r\n250 AUTH XOAUTH2' });
    expect(made.relay.smarthost()).toBeUndefined();
    const id = made.store.add();
    await made.relay.start();
    await until(() => made.store.get(id).state === 'accepted', 'acceptance');
    expect(made.relay.smarthost()).toEqual({ sizeBytes: 1000, hasSmtpUtf8: true, has8bitMime: false });
    made.config = { ...made.config, host: 'other.example.test' };
    expect(made.relay.smarthost()).toBeUndefined();
  });

  test('a U-label domain goes as A-labels; one impossible recipient does not stop the other', async () => {
    const { relay, store, host } = await bench({ ehlo: '250-x\r\n250-STARTTLS\r\n250 AUTH XOAUTH2' });
    const id = store.add({
      recipients: ['"a<b"@x.test', 'anna@bücher.example'].map((forwardPath) => ({
        forwardPath,
        state: 'waiting' as const,
      })),
      isSmtpUtf8: true,
    });
    await relay.start();
    await until(() => store.get(id).state === 'failed', 'end');
    expect(store.get(id).recipients.map(({ state, code }) => [state, code])).toEqual([
      ['failed', 'bad-address'],
      ['accepted', undefined],
    ]);
    expect(host.commands('RCPT')).toEqual(['RCPT TO:<anna@xn--bcher-kva.example>']);
  });

  test('a plain old server: no EHLO, no TLS, no AUTH, <> as it came', async () => {
    const made = await bench({ ehlo: ['502 what', '250 hi', plainEhlo] });
    made.config = plain(made.config);
    made.account = { status: 'none' };
    const id = made.store.add({ reversePath: '' });
    await made.relay.start();
    await until(() => made.store.get(id).state === 'accepted', 'acceptance');
    expect(made.host.commands('HELO')).toHaveLength(1);
    expect(made.host.commands('AUTH')).toEqual([]);
    expect(made.host.commands('MAIL')).toEqual(['MAIL FROM:<>']);
  });
});
