import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { standInProfiles, type StandInCloud } from '../../src/simulator/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { mailFrom, signIn, SmtpTalk, startCloud, xoauth2 } from './clients.ts';

const device = 'scan@contoso.example';
let cloud: StandInCloud;
let token: unknown;
beforeAll(async () => {
  cloud = await startCloud({ messagesPerMinute: Infinity, maxConnections: 100 });
  token = (await signIn(cloud))['access_token'];
});

const keywordsOf = (reply: string) =>
  reply
    .split('\n')
    .slice(1)
    .map((line) => line.slice(4));

describe('before authentication', () => {
  test('greets, lists keywords before and after STARTTLS as Exchange does', async () => {
    const talk = SmtpTalk.open(cloud);
    expect(await talk.reply()).toMatch(
      /^220 AM9PR04CA0012\.outlook\.office365\.com Microsoft ESMTP MAIL Service ready at \w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000 \[[0-9A-F]{16}\]$/,
    );
    expect(keywordsOf(await talk.say('EHLO printer'))).toEqual([
      'SIZE 157286400',
      'PIPELINING',
      'DSN',
      'ENHANCEDSTATUSCODES',
      'STARTTLS',
      '8BITMIME',
      'BINARYMIME',
      'CHUNKING',
      'SMTPUTF8',
    ]);
    expect(await talk.say('AUTH XOAUTH2 eA==')).toBe('504 5.7.4 Unrecognized authentication type');
    expect(await talk.say(`MAIL FROM:<${device}>`)).toMatch(/^530 5\.7\.57 Client not authenticated to send mail\. \[/);
    expect(await talk.startTls(cloud)).toBe('220 2.0.0 SMTP server ready');
    expect(keywordsOf(await talk.say('EHLO printer'))).toEqual([
      'SIZE 157286400',
      'PIPELINING',
      'DSN',
      'ENHANCEDSTATUSCODES',
      'AUTH LOGIN XOAUTH2',
      '8BITMIME',
      'BINARYMIME',
      'CHUNKING',
      'SMTPUTF8',
    ]);
    expect(await talk.say(`MAIL FROM:<${device}>`)).toMatch(/^530 5\.7\.57 /);
    expect(await talk.say('NONSENSE')).toBe("500 5.3.3 Unrecognized command 'NONSENSE'");
    expect(await talk.say('QUIT')).toBe('221 2.0.0 Service closing transmission channel');
    expect(await talk.reply()).toBe('closed');
  });

  test('speaks as a host of 21Vianet there', async () => {
    const china = await startCloud({ profile: standInProfiles['china-21vianet'] });
    const talk = await SmtpTalk.secure(china);
    expect((await talk.say('EHLO printer')).split('\n')[0]).toMatch(
      /^250-SHXPR01MB\d{4}\.CHNPR01\.prod\.partner\.outlook\.cn Hello/,
    );
    talk.close();
  });

  test('forgets what was sent in clear ahead of the handshake', async () => {
    const talk = SmtpTalk.open(cloud);
    await talk.reply();
    await talk.say('EHLO printer');
    talk.write('STARTTLS\r\nNOOP\r\n');
    expect(await talk.reply()).toMatch(/^220/);
    expect(await talk.reply()).toBe('closed');
  });

  test('ends a connection that only makes mistakes', async () => {
    const talk = SmtpTalk.open(cloud);
    talk.write('X\r\n'.repeat(60));
    let last = '';
    for (let reply = await talk.reply(); reply !== 'closed'; reply = await talk.reply()) last = reply;
    expect(last).toMatch(/^421 4\.7\.0/);
  });
});

describe('AUTH', () => {
  test.each<[string, (token: unknown) => readonly string[], RegExp]>([
    [
      'XOAUTH2 in one line',
      (good) => [`AUTH XOAUTH2 ${xoauth2(device, good)}`],
      /^235 2\.7\.0 Authentication successful$/,
    ],
    ['XOAUTH2 in two steps, any case', (good) => ['auth xoauth2', xoauth2('SCAN@Contoso.example', good)], /^235/],
    ['a cancelled XOAUTH2', () => ['AUTH XOAUTH2', '*'], /^501/],
    [
      'a shared mailbox with full access',
      (good) => [`AUTH XOAUTH2 ${xoauth2('all-scans@contoso.example', good)}`],
      /^235/,
    ],
    [
      'a mailbox without rights',
      (good) => [`AUTH XOAUTH2 ${xoauth2('reception@contoso.example', good)}`],
      /^535 5\.7\.3 Authentication unsuccessful \[\S+ \S+Z [0-9A-F]{16}\]$/,
    ],
    ['an alias as user', (good) => [`AUTH XOAUTH2 ${xoauth2('mfp-alias@contoso.example', good)}`], /^535 5\.7\.3 /],
    ['a token of nobody', () => [`AUTH XOAUTH2 ${xoauth2(device, 'nonsense')}`], /^535 5\.7\.3 /],
    ['no bearer', () => [`AUTH XOAUTH2 ${Buffer.from('user=x').toString('base64')}`], /^535 5\.7\.3 /],
    ['text that is not base64', () => ['AUTH XOAUTH2 ###'], /^501 5\.5\.4 /],
    [
      'LOGIN',
      () => ['AUTH LOGIN', 'eA==', 'eA=='],
      /^535 5\.7\.139 Authentication unsuccessful, basic authentication is disabled\. \[/,
    ],
    ['LOGIN with the name at once', () => ['AUTH LOGIN eA==', 'eA=='], /^535 5\.7\.139 /],
    ['PLAIN', () => ['AUTH PLAIN eA=='], /^504 5\.7\.4 /],
  ])('%s', async (_what, lines, expected) => {
    const talk = await SmtpTalk.secure(cloud);
    await talk.say('EHLO printer');
    let reply = '';
    for (const line of lines(token)) reply = await talk.say(line);
    expect(reply).toMatch(expected);
    talk.close();
  });

  test.each<[string, string]>([
    ['Graph instead of mail', 'Mail.Send openid profile'],
    ['reading instead of sending', 'https://outlook.office.com/IMAP.AccessAsUser.All'],
  ])('refuses a token for %s', async (_what, scope) => {
    const talk = await SmtpTalk.secure(cloud);
    await talk.say('EHLO printer');
    expect(
      await talk.say(`AUTH XOAUTH2 ${xoauth2(device, (await signIn(cloud, device, scope))['access_token'])}`),
    ).toMatch(/^535 5\.7\.3 /);
    talk.close();
  });

  test('refuses a token after its lifetime, and the mail address of an account whose UPN differs', async () => {
    const clock = new ManualClock();
    const timed = await startCloud({ clock, accessTokenLifetimeS: 3600 });
    const [first, differing] = [await signIn(timed), await signIn(timed, 'mfp@contoso.onmicrosoft.example')];
    const attempt = async (user: string, bearer: unknown) => {
      const talk = await SmtpTalk.secure(timed);
      await talk.say('EHLO printer');
      const reply = await talk.say(`AUTH XOAUTH2 ${xoauth2(user, bearer)}`);
      talk.close();
      return reply.slice(0, 9);
    };
    expect(await attempt(device, first['access_token'])).toBe('235 2.7.0');
    expect(await attempt('mfp@contoso.example', differing['access_token'])).toBe('535 5.7.3');
    expect(await attempt('mfp@contoso.onmicrosoft.example', differing['access_token'])).toBe('235 2.7.0');
    await clock.advance(3_600_000);
    expect(await attempt(device, first['access_token'])).toBe('535 5.7.3');
  });
});

describe('a message', () => {
  test('arrives byte for byte, with envelope, parameters and Exchange id', async () => {
    const talk = await SmtpTalk.signedIn(cloud, device, token);
    const body = '.leading dot\r\nend';
    const reply = await talk.send({
      from: device,
      to: ['anna@example.net', 'bo@example.net'],
      message: mailFrom(device, body).replace('\r\n.', '\r\n..'),
      parameters: ' SIZE=1000 BODY=8BITMIME',
    });
    expect(reply).toMatch(
      /^250 2\.0\.0 OK <AM9PR04MB\d{4}[0-9A-F]{16}@(AM9PR04MB\d{4}\.EURPR04\.prod\.outlook\.com)> \[Hostname=\1\]$/,
    );
    talk.close();
    const delivery = await cloud.waitForDelivery();
    const raw = `${mailFrom(device, body)}\r\n`;
    expect(delivery).toMatchObject({
      envelope: { reversePath: device, forwardPaths: ['anna@example.net', 'bo@example.net'] },
      account: device,
      mailbox: device,
      heloName: 'printer',
      mailParameters: ['SIZE=1000', 'BODY=8BITMIME'],
      sizeBytes: raw.length,
      sha256: createHash('sha256').update(raw).digest('hex'),
      exchangeId: /<[^>]+>/.exec(reply)?.[0],
    });
    expect(delivery.raw.toString()).toBe(raw);
  });

  test('goes through in one pipelined batch, and the batch survives a refused MAIL', async () => {
    const talk = await SmtpTalk.signedIn(cloud, device, token);
    talk.write(`MAIL FROM:<${device}>\r\nRCPT TO:<anna@example.net>\r\nDATA\r\n`);
    expect([await talk.reply(), await talk.reply(), await talk.reply()].map((one) => one.slice(0, 3))).toEqual([
      '250',
      '250',
      '354',
    ]);
    talk.write(
      `${mailFrom(device)}\r\n.\r\nMAIL FROM:<${device}> SIZE=999999999\r\nRCPT TO:<anna@example.net>\r\nDATA\r\n`,
    );
    expect(
      [await talk.reply(), await talk.reply(), await talk.reply(), await talk.reply()].map((one) => one.slice(0, 9)),
    ).toEqual(['250 2.0.0', '552 5.3.4', '503 5.5.2', '503 5.5.2']);
    talk.close();
  });

  test('by BDAT arrives as it is, bare line feeds and all', async () => {
    const talk = await SmtpTalk.signedIn(cloud, device, token);
    const before = cloud.deliveries().length;
    await talk.say(`MAIL FROM:<${device}> BODY=BINARYMIME`);
    await talk.say('RCPT TO:<anna@example.net>');
    const [one, two] = [mailFrom(device), '\n.\r\n.\r\nmore'];
    talk.write(`BDAT ${one.length}\r\n${one}`);
    expect(await talk.reply()).toMatch(/^250 2\.6\.0 CHUNK received OK/);
    talk.write(`BDAT ${two.length} LAST\r\n${two}`);
    expect(await talk.reply()).toMatch(/^250 2\.0\.0 OK/);
    expect(cloud.deliveries()[before]?.raw.toString()).toBe(one + two);
    talk.close();
  });

  test.each<[string, { from?: string; message?: string; parameters?: string; to?: string[] }, RegExp]>([
    [
      'another reverse-path',
      { from: 'boss@contoso.example' },
      /^554 5\.2\.252 SendAsDenied; scan@contoso\.example not allowed to send as boss@contoso\.example; STOREDRV\.Submission\.Exception:SendAsDenied/,
    ],
    [
      'another header From',
      { message: mailFrom('boss@contoso.example') },
      /^554 5\.2\.252 SendAsDenied; scan@contoso\.example not allowed to send as boss@contoso\.example;/,
    ],
    ['no header From', { message: 'Subject: x\r\n\r\ny' }, /^550 5\.7\.512 /],
    ['an alias', { from: 'mfp-alias@contoso.example', message: mailFrom('MFP-Alias@Contoso.example') }, /^250/],
    [
      'a shared mailbox with SendAs',
      { from: 'all-scans@contoso.example', message: mailFrom('all-scans@contoso.example') },
      /^250/,
    ],
    ['bare line feeds', { message: mailFrom(device, 'a\nb') }, /^550 5\.6\.11 /],
    ['a declared size over the ceiling', { parameters: ' SIZE=157286401' }, /^552 5\.3\.4 /],
    ['a parameter of nobody', { parameters: ' X=1' }, /^501 5\.5\.4 /],
    [
      'an address without SMTPUTF8 that needs it',
      { to: ['ä@example.net'], from: 'ä@contoso.example' },
      /^553 5\.6\.7 /,
    ],
    ['a recipient without domain', { to: ['anna'] }, /^501 5\.1\.3 /],
  ])('with %s', async (_what, options, expected) => {
    const talk = await SmtpTalk.signedIn(cloud, device, token);
    expect(await talk.send({ from: device, message: mailFrom(device), ...options })).toMatch(expected);
    talk.close();
  });

  test('from a shared mailbox without SendAs is refused', async () => {
    const delegate = (await signIn(cloud, 'reception@contoso.example'))['access_token'];
    const talk = await SmtpTalk.signedIn(cloud, 'all-scans@contoso.example', delegate);
    expect(
      await talk.send({ from: 'all-scans@contoso.example', message: mailFrom('all-scans@contoso.example') }),
    ).toMatch(/^554 5\.2\.252 /);
    talk.close();
  });

  test('in a shared mailbox goes as that mailbox, not as the delegate who opened it', async () => {
    const talk = await SmtpTalk.signedIn(cloud, 'all-scans@contoso.example', token);
    expect(await talk.send({ from: device, message: mailFrom(device) })).toMatch(/^554 5\.2\.252 /);
    expect(
      await talk.send({ from: 'all-scans@contoso.example', message: mailFrom('all-scans@contoso.example') }),
    ).toMatch(/^250/);
    expect(cloud.deliveries().at(-1)).toMatchObject({ account: device, mailbox: 'all-scans@contoso.example' });
    talk.close();
  });

  test('over the send limit of the mailbox is refused after DATA, and the session goes on', async () => {
    const tight = await startCloud({ maxSendBytes: 2000 });
    const talk = await SmtpTalk.signedIn(tight, device, (await signIn(tight))['access_token']);
    expect(await talk.send({ from: device, message: mailFrom(device, 'x'.repeat(3000)) })).toMatch(
      /^554 5\.2\.0 STOREDRV\.Submission\.Exception:MessageSubmissionExceeded/,
    );
    expect(await talk.send({ from: device, message: mailFrom(device) })).toMatch(/^250/);
    expect(tight.stats).toMatchObject({ messagesAccepted: 1, messagesRefused: 1 });
    talk.close();
  });

  test('of 100 MB goes through in seconds', async () => {
    const large = await startCloud({ maxSendBytes: 157_286_400 });
    const talk = await SmtpTalk.signedIn(large, device, (await signIn(large))['access_token']);
    const line = Buffer.from(`${'x'.repeat(76)}\r\n`.repeat(100_000));
    await talk.say(`MAIL FROM:<${device}>`);
    await talk.say('RCPT TO:<anna@example.net>');
    await talk.say('DATA');
    talk.write(`${mailFrom(device)}\r\n`);
    for (let i = 0; i < 13; i += 1) talk.write(line);
    talk.write('.\r\n');
    expect(await talk.reply()).toMatch(/^250/);
    expect((await large.waitForDelivery()).sizeBytes).toBeGreaterThan(100_000_000);
    talk.close();
  }, 60_000);
});

describe('limits of the mailbox', () => {
  test('the message over the minute is delayed, not refused', async () => {
    const clock = new ManualClock();
    const paced = await startCloud({ clock, messagesPerMinute: 2 });
    const talk = await SmtpTalk.signedIn(paced, device, (await signIn(paced))['access_token']);
    for (let i = 0; i < 2; i += 1) expect(await talk.send({ from: device, message: mailFrom(device) })).toMatch(/^250/);
    const third = talk.send({ from: device, message: mailFrom(device) });
    while (clock.pendingMs.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(clock.pendingMs).toEqual([60_000]);
    expect(paced.deliveries()).toHaveLength(2);
    await clock.advance(60_000);
    expect(await third).toMatch(/^250/);
    talk.close();
  });

  test('the fourth connection is refused at MAIL; a place is free again when one ends', async () => {
    const narrow = await startCloud();
    const bearer = (await signIn(narrow))['access_token'];
    const talks = [];
    for (let i = 0; i < 4; i += 1) talks.push(await SmtpTalk.signedIn(narrow, device, bearer));
    expect(await talks[3]?.say(`MAIL FROM:<${device}>`)).toMatch(/^432 4\.3\.2 Concurrent connections limit exceeded/);
    expect(await talks[0]?.say('QUIT')).toMatch(/^221/);
    expect(await talks[0]?.reply()).toBe('closed');
    expect(await talks[3]?.say(`MAIL FROM:<${device}>`)).toMatch(/^250/);
    for (const talk of talks) talk.close();
  });

  test('10 000 recipients a day', async () => {
    const clock = new ManualClock();
    const busy = await startCloud({ clock, messagesPerMinute: Infinity, accessTokenLifetimeS: 1_000_000 });
    const talk = await SmtpTalk.signedIn(busy, device, (await signIn(busy))['access_token']);
    const batch = `MAIL FROM:<${device}>\r\n${'RCPT TO:<anna@example.net>\r\n'.repeat(500)}DATA\r\n${mailFrom(device)}\r\n.\r\n`;
    const finalReply = async () => {
      let reply = '';
      for (let i = 0; i < 503; i += 1) reply = await talk.reply();
      return reply;
    };
    for (let i = 0; i < 20; i += 1) {
      talk.write(batch);
      expect(await finalReply()).toMatch(/^250/);
    }
    expect(await talk.send({ from: device, message: mailFrom(device) })).toMatch(
      /^554 5\.2\.0 STOREDRV\.Submission\.Exception:SubmissionQuotaExceeded/,
    );
    await clock.advance(86_400_000);
    expect(await talk.send({ from: device, message: mailFrom(device) })).toMatch(/^250/);
    talk.close();
  }, 30_000);

  test('the 501st recipient gets 452', async () => {
    const talk = await SmtpTalk.signedIn(cloud, device, token);
    await talk.say(`MAIL FROM:<${device}>`);
    talk.write('RCPT TO:<anna@example.net>\r\n'.repeat(501));
    let reply = '';
    for (let i = 0; i < 501; i += 1) reply = await talk.reply();
    expect(reply).toBe('452 4.5.3 Too many recipients');
    talk.close();
  });
});
