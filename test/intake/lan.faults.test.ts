/** The door for printers on the network, as strangers, printers and attackers meet it. */
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { MailError } from '../../src/core/index.ts';
import { createLoginCheck } from '../../src/intake/index.ts';
import { hashPassword } from '../../src/vault/index.ts';
import { RawClient, playDialogue } from '../support/smtp-dialogue.ts';
import { settle } from '../support/manual-clock.ts';
import { lanPassword, lanUser, runningLan, turnsUntil } from './running-lan.ts';

const running: Awaited<ReturnType<typeof runningLan>>[] = [];
async function start(options?: Parameters<typeof runningLan>[0]) {
  const one = await runningLan(options);
  running.push(one);
  return one;
}
afterEach(async () => {
  for (const one of running.splice(0)) await one.intake.stop();
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const message =
  'C: MAIL FROM:<scan@contoso.com>\nS: 250\nC: RCPT TO:<anna@contoso.com>\nS: 250\nC: DATA\nS: 354\nC: Subject: x\nC:\nC: .\nS: 250 2.6.0\n';

function tlsFacts(socket: TLSSocket) {
  return { certificate: socket.getPeerX509Certificate()!, protocol: socket.getProtocol() };
}

/** A client that has said EHLO, STARTTLS, and EHLO again. */
async function secured(target: ConstructorParameters<typeof RawClient>[0], options = {}): Promise<RawClient> {
  const clear = new RawClient(target);
  await playDialogue(clear, 'S: 220\nC: EHLO mfp\nS: 250\nS+ STARTTLS\nC: STARTTLS\nS: 220');
  const client = await clear.startTls(options);
  await playDialogue(client, 'C: EHLO mfp\nS: 250');
  return client;
}

describe('T4 who may come in', () => {
  test('an address outside the list is refused before the greeting, and logged once', async () => {
    const { lan, log } = await start();
    for (let i = 0; i < 3; i++) await playDialogue(lan(200), 'S: 554 5.7.1 This address may not send\nS: <closed>');
    const refused = log.entries.filter(
      (one) => one.method === 'warn' && JSON.stringify(one.args).includes('127.0.0.200'),
    );
    expect(refused).toHaveLength(1);
  });

  test('it gets no TLS handshake either', async () => {
    const { lanTls } = await start();
    const socket = connectTls({ ...lanTls(200), host: '127.0.0.1', rejectUnauthorized: false } as never);
    await expect(
      new Promise((resolve, reject) => {
        socket.once('secureConnect', resolve);
        socket.once('error', reject);
      }),
    ).rejects.toThrow();
  });

  test('a permitted one without a log-in is refused at MAIL, and told to use TLS at AUTH', async () => {
    const { lan, sink } = await start();
    await playDialogue(
      lan(10),
      `S: 220\nC: EHLO mfp\nS: 250\nS- AUTH\nC: AUTH PLAIN ${base64(`\0${lanUser}\0${lanPassword}`)}\nS: 530 5.7.0\nC: MAIL FROM:<a@b.example>\nS: 530 5.7.0`,
    );
    expect(sink.jobs).toEqual([]);
  });

  test('a trusted one needs none, and any log-in of it is taken, also in clear', async () => {
    const { lan, sink } = await start();
    await playDialogue(lan(2), `S: 220\nC: HELO mfp\nS: 250\n${message}`);
    await playDialogue(
      lan(3),
      `S: 220\nC: EHLO mfp\nS: 250\nS+ AUTH PLAIN LOGIN\nC: AUTH PLAIN ${base64('\0x\0y')}\nS: 235\n${message}`,
    );
    expect(sink.jobs.map((job) => job.facts.door)).toEqual(['lan', 'lan']);
  });

  test('without access rules nobody comes in', async () => {
    const { lan } = await start({ access: { allowedNetworks: [], trustedPrinters: ['127.0.0.1'] } });
    await playDialogue(lan(1), 'S: 554 5.7.1\nS: <closed>');
  });

  // The open-relay repertoire. Nothing is local here, so a %-hack is an ordinary (odd) local part of a named domain.
  test.each<[string, string, string]>([
    ['percent hack towards a domain that is not permitted', '<a%b@c.example>', '550 5.7.1'],
    ['percent hack without a domain', '<a%b>', '553 5.1.3'],
    ['quoted at sign', '<"a@victim.example"@c.example>', '550 5.7.1'],
    ['source route is ignored, its target judged', '<@contoso.com:a@victim.example>', '550 5.7.1'],
    ['source route of two', '<@contoso.com,@x.example:a@victim.example>', '550 5.7.1'],
    ['empty host', '<anna@>', '553 5.1.3'],
    ['bang path', '<victim.example!anna>', '553 5.1.3'],
    ['two at signs', '<a@contoso.com@victim.example>', '553 5.1.3'],
    ['address literal', '<a@[192.0.2.1]>', '550 5.7.1'],
    ['lookalike domain', '<a@contoso.com.victim.example>', '550 5.7.1'],
    ['sub-domain of a permitted one', '<a@x.contoso.com>', '550 5.7.1'],
    ['other case of a permitted one', '<a@CONTOSO.com>', '250'],
  ])('relay try by %s', async (_name, path, reply) => {
    const { lan } = await start({
      changes: {
        limits: () => ({
          maxMessageBytes: 1_000_000,
          maxRecipients: 100,
          isBareLineEndRefused: false,
          recipientDomains: ['contoso.com'],
        }),
      },
    });
    await playDialogue(
      lan(1),
      `S: 220\nC: EHLO mfp\nS: 250\nC: MAIL FROM:<scan@contoso.com>\nS: 250\nC: RCPT TO:${path}\nS: ${reply}`,
    );
  });
});

describe('T10 log-in over TLS', () => {
  test.each<[string, string]>([
    ['PLAIN in one line', `C: AUTH PLAIN ${base64(`\0${lanUser}\0${lanPassword}`)}\nS: 235`],
    ['PLAIN in two', `C: AUTH PLAIN\nS: 334\nC: ${base64(`\0${lanUser}\0${lanPassword}`)}\nS: 235`],
    [
      'LOGIN with the prompts a Xerox needs',
      `C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: ${base64(lanUser)}\nS: 334 UGFzc3dvcmQ6\nC: ${base64(lanPassword)}\nS: 235`,
    ],
    [
      'LOGIN with the user in the first line',
      `C: AUTH LOGIN ${base64(lanUser)}\nS: 334\nC: ${base64(lanPassword)}\nS: 235`,
    ],
  ])('%s, then mail', async (_name, auth) => {
    const { lan, sink, log, intake } = await start();
    const client = await secured(lan(10));
    await playDialogue(client, `${auth}\n${message}`);
    client.close();
    expect(sink.jobs[0]!.facts).toMatchObject({ door: 'lan', client: '127.0.0.10 mfp' });
    expect(sink.jobs[0]!.facts.headerBlock).toContain('with ESMTPSA\r\n');
    for (const text of [log.text(), intake.dialogue('127.0.0.10')!]) expect(text).not.toMatch(/Geheim|R2VoZWlt/);
  });

  test.each<[string, string]>([
    ['implicit TLS', 'lanTls'],
    ['STARTTLS', 'lan'],
  ])('is offered after %s, and STARTTLS no more', async (_name, which) => {
    const { lan, lanTls } = await start();
    let client: RawClient;
    if (which === 'lan') client = await secured(lan(10));
    else {
      const socket = connectTls({ ...lanTls(10), host: '127.0.0.1', rejectUnauthorized: false } as never);
      client = new RawClient({ port: 0, socket });
      await playDialogue(client, 'S: 220');
    }
    await playDialogue(client, 'C: EHLO mfp\nS: 250\nS+ AUTH PLAIN LOGIN\nS- STARTTLS\nC: STARTTLS\nS: 503');
    client.close();
  });

  let stored: Buffer | undefined;
  // Panels that take one character only, and tools that make long ones.
  test.each([1, 31, 60, 200, 255])('a user name of %i characters works', async (length) => {
    stored ??= await hashPassword('p');
    const known = stored;
    const user = 'u'.repeat(length);
    const { lan } = await start({
      changes: { checkLogin: createLoginCheck({ userName: () => user, stored: () => Promise.resolve(known) }) },
    });
    const client = await secured(lan(10));
    await playDialogue(client, `C: AUTH LOGIN\nS: 334\nC: ${base64(user)}\nS: 334\nC: ${base64('p')}\nS: 235`);
    client.close();
  });

  test('T8 wrong ones are answered later each time, the fifth with 421', async () => {
    const { lan, clock } = await start();
    const client = await secured(lan(10));
    for (const [n, delayMs] of [1000, 2000, 4000, 8000, 16_000].entries()) {
      await client.send(`AUTH PLAIN ${base64(`\0${n % 2 === 0 ? lanUser : 'x'}\0wrong`)}\r\n`);
      await turnsUntil(() => clock.pendingMs.includes(delayMs));
      await clock.advance(delayMs);
      expect(await client.reply()).toMatch(n < 4 ? /^535 5\.7\.8/ : /^421 4\.7\.0/);
    }
    expect(await client.rest()).toBe('');
    client.close();
    // The address is known on its next connection too.
    const again = await secured(lan(10));
    await again.send(`AUTH PLAIN ${base64(`\0${lanUser}\0wrong`)}\r\n`);
    await turnsUntil(() => clock.pendingMs.includes(30_000));
    again.close();
  });

  test('the right one after a wrong one works', async () => {
    const { lan, clock } = await start();
    const client = await secured(lan(10));
    await client.send(`AUTH PLAIN ${base64(`\0${lanUser}\0wrong`)}\r\n`);
    await turnsUntil(() => clock.pendingMs.includes(1000));
    await clock.advance(1000);
    await playDialogue(client, `S: 535\nC: AUTH PLAIN ${base64(`\0${lanUser}\0${lanPassword}`)}\nS: 235`);
    client.close();
  });

  test('a key that cannot be had is a temporary failure', async () => {
    const { lan } = await start({
      changes: { checkLogin: () => Promise.reject(new MailError('key-unavailable', 'test')) },
    });
    const client = await secured(lan(10));
    await playDialogue(client, `C: AUTH PLAIN ${base64('\0a\0b')}\nS: 451 4.3.0`);
    client.close();
  });
});

describe('TLS', () => {
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;

  test('shows the certificate of this device, never the one smtp-server brings', async () => {
    const { lan } = await start();
    const client = await secured(lan(1));
    const secure: unknown = client.socket;
    const { certificate, protocol } = tlsFacts(secure as Parameters<typeof tlsFacts>[0]);
    expect(certificate.subject).toBe('CN=mfp-7.contoso.com');
    expect(certificate.subjectAltName).toBe('DNS:mfp-7.contoso.com, IP Address:127.0.0.1');
    expect(protocol).toBe('TLSv1.3');
    client.close();
  });

  test.each([
    ['TLS 1.0', old],
    ['TLS 1.1', { ...old, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' } as const],
    ['TLS 1.0 without elliptic curves', { ...old, ciphers: 'AES128-SHA:@SECLEVEL=0' }],
  ])('a printer that knows %s only is refused, and served where an administrator said so', async (_name, options) => {
    const strict = await start();
    await expect(secured(strict.lan(1), options)).rejects.toThrow();
    const lenient = await start({ isOldAllowed: true });
    const client = await secured(lenient.lan(1), options);
    await playDialogue(client, message);
    expect(lenient.intake.clients()[0]).toMatchObject({ tls: options.maxVersion });
    client.close();
  });

  test('T3 commands in clear behind STARTTLS are not carried into TLS: 554 and closed', async () => {
    const { lan, sink } = await start();
    await playDialogue(
      lan(1),
      'S: 220\nC: EHLO mfp\nS: 250\nC: STARTTLS\nC: MAIL FROM:<a@b.example>\nS: 554 5.5.0\nS: <closed>',
    );
    expect(sink.jobs).toEqual([]);
  });

  test('T3 a body behind DATA in one TLS record is cut off too', async () => {
    const { lan } = await start();
    const client = await secured(lan(1));
    await playDialogue(
      client,
      'C: MAIL FROM:<a@b.example>\nS: 250\nC: RCPT TO:<c@d.example>\nS: 250\nC: DATA\nC: Subject: x\nC:\nC: .\nS: 554 5.5.0\nS: <closed>',
    );
    client.close();
  });

  test('what was said before STARTTLS is forgotten', async () => {
    const { lan } = await start();
    const clear = new RawClient(lan(1));
    await playDialogue(clear, 'S: 220\nC: EHLO mfp\nS: 250\nC: MAIL FROM:<a@b.example>\nS: 250\nC: STARTTLS\nS: 220');
    const client = await clear.startTls();
    await playDialogue(client, 'C: RCPT TO:<c@d.example>\nS: 503');
    client.close();
  });

  test('a handshake that does not come to its end is dropped after a minute', async () => {
    const { lanTls, clock } = await start();
    const client = new RawClient(lanTls(10));
    await turnsUntil(() => clock.pendingMs.includes(60_000));
    await clock.advance(60_000);
    expect(await client.rest()).toBe('');
    client.close();
  });

  test('junk in place of a handshake ends that connection only', async () => {
    const { lanTls, lan } = await start();
    const client = new RawClient(lanTls(10));
    await client.send('EHLO mfp\r\n');
    await client.rest();
    client.close();
    await playDialogue(lan(10), 'S: 220');
  });
});

describe('T7 budgets and time', () => {
  test('four connections of one address, twenty in all; loopback has its own', async () => {
    const { lan, loopback } = await start();
    const clients: RawClient[] = [];
    for (const octet of [10, 11, 12, 13, 14])
      for (let n = 0; n < 4; n++) {
        const client = new RawClient(lan(octet));
        expect(await client.reply()).toMatch(/^220/);
        clients.push(client);
        if (clients.length === 4) await playDialogue(lan(octet), 'S: 421 4.3.2\nS: <closed>');
      }
    await playDialogue(lan(15), 'S: 421 4.3.2\nS: <closed>');
    await playDialogue(loopback, `S: 220\nC: EHLO mfp\nS: 250\n${message}`);
    for (const client of clients) client.close();
    await settle(20);
    await playDialogue(lan(15), 'S: 220');
  });

  test('a stranger has a minute to say MAIL, a trusted printer ten', async () => {
    const { lan, clock } = await start();
    const stranger = new RawClient(lan(10));
    const trusted = new RawClient(lan(1));
    await stranger.reply();
    await trusted.reply();
    await clock.advance(60_000);
    expect(await stranger.reply()).toMatch(/^421 4\.4\.2/);
    await trusted.send('NOOP\r\n');
    expect(await trusted.reply()).toMatch(/^250/);
    await clock.advance(540_000);
    expect(await trusted.reply()).toMatch(/^421 4\.4\.2/);
    for (const client of [stranger, trusted]) client.close();
  });

  async function inData(client: RawClient): Promise<RawClient> {
    await playDialogue(
      client,
      `C: AUTH PLAIN ${base64(`\0${lanUser}\0${lanPassword}`)}\nS: 235\nC: MAIL FROM:<a@b.example>\nS: 250\nC: RCPT TO:<c@d.example>\nS: 250\nC: DATA\nS: 354\nC! Subject: x\\r\\n\\r\\n`,
    );
    return client;
  }

  test('a stranger below 500 octets a second is cut off, one above goes on until a quarter of an hour', async () => {
    const { lan, clock, sink } = await start();
    const slow = await inData(await secured(lan(10)));
    const steady = await inData(await secured(lan(11)));
    for (let minute = 1; minute < 15; minute++) {
      await steady.send(`${'x'.repeat(898)}\r\n`.repeat(40));
      if (minute === 1) await slow.send('a few octets\r\n');
      // All of it: the minute is judged by what has arrived.
      await turnsUntil(() => sink.bytesWritten >= minute * 36_000);
      await clock.advance(60_000);
    }
    expect(await slow.reply()).toMatch(/^421 4\.4\.2/);
    await clock.advance(60_000);
    expect(await steady.reply()).toMatch(/^421 4\.4\.2/);
    for (const client of [slow, steady]) client.close();
    await turnsUntil(() => sink.open === 0);
    expect(sink.jobs).toEqual([]);
  });

  test.each<[string, number, readonly string[]]>([
    ['a trusted printer', 1, []],
    ['one known for slow pages', 10, ['127.0.0.10=slow-pages']],
  ])('%s may turn pages for nine minutes', async (_name, octet, quirks) => {
    const { lan, clock, sink } = await start({ changes: { quirks: () => quirks } });
    const client = await inData(await secured(lan(octet)));
    await clock.advance(540_000);
    await playDialogue(client, 'C: next page\nC: .\nS: 250');
    expect(sink.jobs).toHaveLength(1);
    client.close();
  });
});

test('nobody signs in for hours: the LAN hears it, loopback goes on', async () => {
  const { lan, loopback } = await start({
    changes: { gate: (door) => (door === 'lan' ? new MailError('sign-in-overdue', 'test') : undefined) },
  });
  await playDialogue(lan(1), 'S: 220\nC: EHLO mfp\nS: 250\nC: MAIL FROM:<a@b.example>\nS: 451 4.7.0 This device waits');
  await playDialogue(loopback, `S: 220\nC: EHLO mfp\nS: 250\n${message}`);
});
