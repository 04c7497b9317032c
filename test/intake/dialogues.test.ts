/** The listener as firmware meets it: dialogues over a real socket. One table per row of the threat catalogue. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { MailError } from '../../src/core/index.ts';
import { type IntakeOptions } from '../../src/intake/index.ts';
import { RawClient, playDialogue } from '../support/smtp-dialogue.ts';
import { clientInData, runningIntake, toData } from './running-intake.ts';

const running: Awaited<ReturnType<typeof runningIntake>>[] = [];
async function start(changes?: Partial<IntakeOptions>) {
  const one = await runningIntake(changes);
  running.push(one);
  return one;
}
afterEach(async () => {
  for (const one of running.splice(0)) await one.intake.stop();
});

describe('one scan', () => {
  test('is answered 250 with its queue id, and stored with its envelope', async () => {
    const { port, sink } = await start();
    const replies = await playDialogue(
      { port },
      `${toData}
      C: From: MFP <scan@contoso.com>
      C: To: anna@contoso.com
      C: Bcc: boss@contoso.com
      C: Subject: =?utf-8?B?U2NhbiDDvGJlcg==?=
      C:
      C: line one
      C: ..stuffed
      C: .
      S: 250 2.6.0 Accepted as
      C: QUIT
      S: 221
      S: <closed>
    `,
    );
    const [job] = sink.jobs;
    expect(replies.at(-2)).toBe(`250 2.6.0 Accepted as ${job!.queueId}`);
    expect(job!.body.toString()).toBe('line one\r\n.stuffed\r\n');
    expect(job!.facts).toMatchObject({
      door: 'loopback',
      client: '127.0.0.1 mfp',
      reversePath: 'scan@contoso.com',
      forwardPaths: ['anna@contoso.com'],
      subject: 'Scan über',
      is8bit: false,
      isSmtpUtf8: false,
      clientMessageId: undefined,
    });
    expect(job!.facts.headerBlock).toBe(
      [
        'Received: from mfp ([127.0.0.1])',
        '\tby mfp-7.contoso.com with ESMTP',
        `\tid ${job!.queueId}; Sat, 21 Nov 2026 12:00:00 +0000`,
        'From: MFP <scan@contoso.com>',
        'To: anna@contoso.com',
        'Subject: =?utf-8?B?U2NhbiDDvGJlcg==?=',
        'Date: Sat, 21 Nov 2026 12:00:00 +0000',
        `Message-ID: ${job!.facts.messageId}`,
        '',
      ].join('\r\n'),
    );
  });

  test('repeated by the client is answered 250 with the first id, and not stored again', async () => {
    const { port, sink } = await start();
    const message = `${toData}
      C: Message-ID: <1@mfp>
      C:
      C: .
    `;
    const first = await playDialogue({ port }, `${message} S: 250`);
    const second = await playDialogue({ port }, `${message} S: 250`);
    expect(second.at(-1)).toBe(first.at(-1));
    expect(sink.jobs).toHaveLength(1);
  });

  test('after another on one connection, with HELO and all commands pipelined, is taken', async () => {
    const { port, sink } = await start();
    await playDialogue(
      { port },
      `
      S: 220 mfp-7.contoso.com ESMTP mfp-mail-agent
      C: HELO mfp
      S: 250 mfp-7.contoso.com
      C: MAIL FROM:<>
      C: RCPT TO:<a@contoso.com>
      C: RCPT TO:<b@contoso.com>
      C: DATA
      S: 250 2.1.0
      S: 250 2.1.5
      S: 250 2.1.5
      S: 354
      C: Subject: 1
      C:
      C: one
      C: .
      C: MAIL FROM:<x@y.example>
      C: RCPT TO:<c@contoso.com>
      S: 250 2.6.0
      S: 250
      S: 250
      C: DATA
      S: 354
      C: Subject: 2
      C:
      C: two
      C: .
      S: 250 2.6.0
    `,
    );
    expect(sink.jobs.map((job) => [job.facts.reversePath, job.facts.forwardPaths, job.body.toString()])).toEqual([
      ['', ['a@contoso.com', 'b@contoso.com'], 'one\r\n'],
      ['x@y.example', ['c@contoso.com'], 'two\r\n'],
    ]);
    expect(sink.jobs[0]!.facts.headerBlock).toContain('with SMTP\r\n');
  });

  test('greets without delay', async () => {
    const { port } = await start();
    await playDialogue({ port }, 'S: 220');
    const tookMs: number[] = [];
    for (let i = 0; i < 10; i++) {
      const startedMs = performance.now();
      await playDialogue({ port }, 'S: 220');
      tookMs.push(performance.now() - startedMs);
    }
    // smtp-server alone waits 100 ms each time; the quickest of ten says so on a busy machine too.
    expect(Math.min(...tookMs)).toBeLessThan(90);
  });
});

describe('odd firmware', () => {
  test.each<[string, string]>([
    ['a blank before the path', 'C: MAIL FROM: <scan@contoso.com>\nS: 250\nC: RCPT TO: <anna@contoso.com>\nS: 250'],
    ['blanks inside the brackets', 'C: MAIL FROM:< scan@contoso.com >\nS: 250\nC: RCPT TO:<anna@contoso.com>\nS: 250'],
    ['no angle brackets', 'C: MAIL FROM:scan@contoso.com SIZE=100\nS: 250\nC: RCPT TO: anna@contoso.com\nS: 250'],
    [
      'lower case and a source route',
      'C: mail from:<scan@contoso.com>\nS: 250\nC: rcpt to:<@relay.example,@b.example:anna@contoso.com>\nS: 250',
    ],
    ['bare LF after commands', 'C! MAIL FROM:<scan@contoso.com>\\nRCPT TO:<anna@contoso.com>\\n\nS: 250\nS: 250'],
    [
      'parameters nobody offered',
      'C: MAIL FROM:<scan@contoso.com> RET=HDRS ENVID=1 BODY=8BITMIME AUTH=<>\nS: 250\nC: RCPT TO:<anna@contoso.com> NOTIFY=NEVER\nS: 250',
    ],
    [
      'AUTH LOGIN with the usual prompts',
      'C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dXNlcg==\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 2.7.0\nC: MAIL FROM:<scan@contoso.com>\nS: 250\nC: RCPT TO:<anna@contoso.com>\nS: 250',
    ],
    [
      'AUTH PLAIN in one line',
      'C: AUTH PLAIN AHVzZXIAc2VjcmV0\nS: 235\nC: MAIL FROM:<scan@contoso.com>\nS: 250\nC: RCPT TO:<anna@contoso.com>\nS: 250',
    ],
    [
      'a stray command and a junk octet',
      'C: XFOO\nS: 500\nC! \\x00\\r\\n\nS: 500 5.5.2\nC: MAIL FROM:<scan@contoso.com>\nS: 250\nC: RCPT TO:<anna@contoso.com>\nS: 250',
    ],
    [
      'the same recipient twice',
      'C: MAIL FROM:<scan@contoso.com>\nS: 250\nC: RCPT TO:<anna@contoso.com>\nS: 250\nC: RCPT TO:<Anna@contoso.com>\nS: 250',
    ],
  ])('with %s is served', async (_name, dialogue) => {
    const { port, sink, log } = await start();
    await playDialogue(
      { port },
      `S: 220\nC: EHLO mfp\nS: 250\n${dialogue}\nC: DATA\nS: 354\nC: Subject: x\nC:\nC: .\nS: 250 2.6.0`,
    );
    expect(sink.jobs).toHaveLength(1);
    expect(sink.jobs[0]!.facts).toMatchObject({
      reversePath: 'scan@contoso.com',
      forwardPaths: [expect.stringMatching(/^anna@contoso\.com$/i)],
    });
    expect(log.text()).not.toMatch(/secret|c2VjcmV0|AHVzZXI/);
  });
});

describe('EHLO', () => {
  test('offers what we mean and nothing else, and does not tell the client its address', async () => {
    const { port } = await start();
    const [, reply] = await playDialogue({ port }, 'S: 220\nC: EHLO mfp\nS: 250');
    expect(reply!.split('\r\n')).toEqual([
      '250-mfp-7.contoso.com',
      '250-PIPELINING',
      '250-8BITMIME',
      '250-ENHANCEDSTATUSCODES',
      '250-AUTH PLAIN LOGIN',
      '250 SIZE 1000000',
    ]);
  });

  test('offers SMTPUTF8 while the smarthost has it', async () => {
    let hasSmtpUtf8 = true;
    const { port } = await start({ hasSmtpUtf8: () => hasSmtpUtf8 });
    await playDialogue({ port }, 'S: 220\nC: EHLO mfp\nS: 250\nS+ SMTPUTF8');
    hasSmtpUtf8 = false;
    await playDialogue({ port }, 'S: 220\nC: EHLO mfp\nS: 250\nS- SMTPUTF8');
  });
});

describe('T3 unauthorised pipelining', () => {
  test.each<[string, string]>([
    [
      'a body behind DATA in one segment',
      'C: MAIL FROM:<a@b.example>\nC: RCPT TO:<c@d.example>\nC: DATA\nC: Subject: x\nC:\nC: .\nS: 250\nS: 250\nS: 554 5.5.0\nS: <closed>',
    ],
    ['commands behind a DATA that would be refused', 'C: DATA\nC: MAIL FROM:<a@b.example>\nS: 554 5.5.0\nS: <closed>'],
    [
      'one octet behind DATA',
      'C: MAIL FROM:<a@b.example>\nS: 250\nC: RCPT TO:<c@d.example>\nS: 250\nC! DATA\\r\\nx\nS: 554 5.5.0\nS: <closed>',
    ],
    ['BDAT, whose chunk would be read as commands', 'C: BDAT 10 LAST\nC: RSET\nS: 554 5.5.0\nS: <closed>'],
  ])('%s: 554 and closed, nothing stored', async (_name, dialogue) => {
    const { port, sink } = await start();
    await playDialogue({ port }, `S: 220\nC: EHLO mfp\nS: 250\n${dialogue}`);
    expect(sink.jobs).toEqual([]);
    expect(sink.open).toBe(0);
  });

  test('a body that comes while the spool makes room: 554, and the room is given back', async () => {
    let free: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      free = resolve;
    });
    const { port, sink } = await start({
      sink: {
        begin: async (options) => {
          await gate;
          return sinkOf().begin(options);
        },
      },
    });
    const sinkOf = () => sink;
    const client = new RawClient({ port });
    await client.reply();
    await client.send('EHLO mfp\r\n');
    await client.reply();
    await client.send('MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n');
    await client.reply();
    await client.reply();
    await client.send('Subject: x\r\n\r\n.\r\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
    free();
    expect(await client.reply()).toMatch(/^554 5\.5\.0/);
    expect(await client.rest()).toBe('');
    expect(sink.aborted).toBe(1);
    client.close();
  });

  test('whoever speaks before the greeting is sent away', async () => {
    const { port } = await start();
    // The write leaves with the handshake; the greeting cannot be out yet.
    const client = new RawClient({ port });
    client.socket.write('EHLO mfp\r\n');
    expect(await client.reply()).toMatch(/^554 5\.5\.0/);
    expect(await client.rest()).toBe('');
    client.close();
  });
});

describe('T4, T5, T11 addresses', () => {
  test.each<[string, string, string]>([
    ['no domain', 'RCPT TO:<anna>', '553 5.1.3'],
    ['domainless postmaster: nobody is local here', 'RCPT TO:<postmaster>', '553 5.1.3'],
    ['empty domain', 'RCPT TO:<anna@>', '553 5.1.3'],
    ['two at signs', 'RCPT TO:<a@b@c.example>', '553 5.1.3'],
    ['empty path', 'RCPT TO:<>', '501'],
    ['unclosed bracket', 'RCPT TO:<anna@contoso.com', '501'],
    ['two paths', 'RCPT TO:<a@contoso.com><b@contoso.com>', '501'],
    ['path as parameter', 'RCPT TO:<a@contoso.com> <b@contoso.com>', '501'],
    ['zero-width space', 'RCPT TO:<an\u200bna@contoso.com>', '553 5.1.3'],
    ['right-to-left override', 'RCPT TO:<a\u202eb@contoso.com>', '553 5.1.3'],
    ['non-ASCII local part, smarthost without SMTPUTF8', 'RCPT TO:<jürgen@contoso.com>', '550 5.6.7'],
    ['percent hack is an ordinary local part', 'RCPT TO:<a%b@contoso.com>', '250'],
    ['quoted local part with at sign and blank', 'RCPT TO:<"a @b"@contoso.com>', '250'],
    ['address literal', 'RCPT TO:<anna@[192.0.2.1]>', '250'],
    ['NUL', 'RCPT TO:<an\\x00na@contoso.com>', '500 5.5.2'],
    ['invalid UTF-8', 'RCPT TO:<a\\xff@contoso.com>', '501'],
    ['bare CR in a parameter', 'RCPT TO:<a@contoso.com> ORCPT=x\\rDATA', '500 5.5.2'],
    ['duplicate parameter', 'RCPT TO:<a@contoso.com> ORCPT=x;y ORCPT=x;z', '501'],
  ])('%s', async (_name, command, reply) => {
    const { port } = await start();
    await playDialogue(
      { port },
      `S: 220\nC: EHLO mfp\nS: 250\nC: MAIL FROM:<x@y.example>\nS: 250\nC! ${command}\\r\\n\nS: ${reply}`,
    );
  });

  test.each<[string, string, string]>([
    ['size is no number', 'MAIL FROM:<a@b.example> SIZE=1e9', '501'],
    ['size too large', 'MAIL FROM:<a@b.example> SIZE=1000001', '552 5.3.4 Message is larger'],
    ['unknown body type', 'MAIL FROM:<a@b.example> BODY=BINARYMIME', '501'],
    ['no path', 'MAIL FROM:', '501'],
    ['sender without domain', 'MAIL FROM:<copier>', '553 5.1.3'],
    ['sender with a non-ASCII local part: policy rewrites it', 'MAIL FROM:<jürgen@contoso.com>', '250'],
  ])('MAIL: %s', async (_name, command, reply) => {
    const { port } = await start();
    await playDialogue({ port }, `S: 220\nC: EHLO mfp\nS: 250\nC: ${command}\nS: ${reply}`);
  });

  test('an IDN domain is stored as A-labels, a non-ASCII local part is marked', async () => {
    const { port, sink } = await start({ hasSmtpUtf8: () => true });
    await playDialogue(
      { port },
      'S: 220\nC: EHLO mfp\nS: 250\nC: MAIL FROM:<a@bücher.example>\nS: 250\nC: RCPT TO:<jürgen@bücher.example>\nS: 250\nC: DATA\nS: 354\nC:\nC: .\nS: 250',
    );
    expect(sink.jobs[0]!.facts).toMatchObject({
      reversePath: 'a@xn--bcher-kva.example',
      forwardPaths: ['jürgen@xn--bcher-kva.example'],
      isSmtpUtf8: true,
    });
  });
});

describe('T8 floods', () => {
  const greet = 'S: 220\nC: EHLO mfp\nS: 250\n';
  test('the recipient after the hundredth hears 452, and the first hundred get their mail', async () => {
    const { port, sink } = await start();
    const rcpt = (n: number) => `C: RCPT TO:<r${String(n)}@contoso.com>\n`;
    const all = Array.from({ length: 140 }, (_, n) => rcpt(n)).join('');
    await playDialogue(
      { port },
      `${greet}C: MAIL FROM:<a@b.example>\nS: 250\n${all}${'S: 250\n'.repeat(100)}${'S: 452 4.5.3\n'.repeat(40)}C: DATA\nS: 354\nC:\nC: .\nS: 250`,
    );
    expect(sink.jobs[0]!.facts.forwardPaths).toHaveLength(100);
  });

  test.each<[string, string, number, string]>([
    ['twenty errors', 'XFOO', 20, '500'],
    ['a hundred NOOPs', 'NOOP', 100, '250'],
    ['a hundred RSETs', 'RSET', 100, '250'],
    ['a hundred VRFYs', 'VRFY anna', 100, '252 2.5.0'],
    ['twenty EXPNs', 'EXPN list', 20, '502 5.5.1'],
    ['twenty bad recipients', 'RCPT TO:<x>', 20, '503'],
  ])('%s: 421 and closed', async (_name, command, count, reply) => {
    const { port } = await start();
    // EHLO was one of the hundred junk commands.
    const answered = count === 100 ? 99 : count;
    await playDialogue(
      { port },
      `${greet}${`C: ${command}\n`.repeat(answered)}${`S: ${reply}\n`.repeat(answered)}${count === 100 ? `C: ${command}\n` : ''}S: 421 4.7.0\nS: <closed>`,
    );
  });

  test('empty lines by the thousand end the connection, not the process', async () => {
    const { port } = await start();
    const client = new RawClient({ port });
    await client.reply();
    await client.send('\n'.repeat(65_536));
    expect(await client.rest()).toMatch(/421 4\.7\.0 Too many errors\r\n$/);
    client.close();
  });

  test('a command line without end is cut at its limit', async () => {
    const { port } = await start();
    await playDialogue({ port }, `${greet}C! ${'A'.repeat(13_000)}\nS: 500 5.5.2\nS: <closed>`);
  });

  test('a connection too many hears 421', async () => {
    const { port } = await start();
    const clients = Array.from({ length: 20 }, () => new RawClient({ port }));
    for (const client of clients) expect(await client.reply()).toMatch(/^220/);
    await playDialogue({ port }, 'S: 421 4.3.2\nS: <closed>');
    for (const client of clients) client.close();
  });
});

describe('T7 time', () => {
  test('a message that takes more than two hours is given up', async () => {
    const { port, sink, clock } = await start();
    const client = await clientInData(port);
    await client.send('Subject: page 1\r\n\r\nslow');
    await clock.advance(7_199_000);
    await client.send(' page');
    await clock.advance(2_000);
    expect(await client.reply()).toMatch(/^421 4\.4\.2/);
    expect(await client.rest()).toBe('');
    client.close();
    while (sink.open > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(sink.jobs).toEqual([]);
  });

  test('a refused message still hears its reason after an hour of turning pages', async () => {
    const { port, sink, clock } = await start();
    const client = await clientInData(port);
    const lines = Buffer.from(`${'x'.repeat(98)}\r\n`.repeat(11_000));
    await client.send('Subject: x\r\n\r\n');
    await client.send(lines);
    while (sink.aborted === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(3_600_000);
    await client.send('last page\r\n.\r\n');
    expect(await client.reply()).toMatch(/^552 5\.3\.4/);
    client.close();
  });

  test('a connection that never says MAIL is closed after ten minutes, whatever else it says', async () => {
    const { port, clock } = await start();
    const client = new RawClient({ port });
    await client.reply();
    await clock.advance(599_000);
    await client.send('NOOP\r\n');
    expect(await client.reply()).toMatch(/^250/);
    await clock.advance(1_000);
    expect(await client.reply()).toMatch(/^421/);
    client.close();
  });

  test("time that passes while we store a complete message is not the client's", async () => {
    const { port, sink, clock } = await start();
    let free: () => void = () => undefined;
    sink.commitGate = new Promise((resolve) => {
      free = resolve;
    });
    const committing = new Promise<void>((resolve) => {
      sink.onCommit = resolve;
    });
    const played = playDialogue({ port }, `${toData}\nC: Subject: x\nC:\nC: .\nS: 250 2.6.0`);
    await committing;
    await clock.advance(8_000_000);
    free();
    await played;
    expect(sink.jobs).toHaveLength(1);
  });
});

describe('T9 size', () => {
  test('an oversized message is refused after its dot, and is not stored beyond the limit', async () => {
    const { port, sink } = await start();
    const lines = `${'C: ' + 'x'.repeat(900)}\n`.repeat(3000);
    await playDialogue(
      { port },
      `${toData}C: Subject: x\nC:\n${lines}C: .\nS: 552 5.3.4 Message is larger\nC: NOOP\nS: 250`,
    );
    expect(sink.jobs).toEqual([]);
    expect(sink.aborted).toBe(1);
    expect(sink.bytesWritten).toBeLessThanOrEqual(1_000_000);
  });

  test('a message of exactly the limit is taken', async () => {
    const { port, sink } = await start({
      limits: () => ({ maxMessageBytes: 1000, maxRecipients: 100, isBareLineEndRefused: false }),
    });
    const dialogue = (n: number) => `${toData}C: A: b\nC:\nC: ${'x'.repeat(n)}\nC: .\n`;
    await playDialogue({ port }, `${dialogue(990)}S: 250`);
    await playDialogue({ port }, `${dialogue(991)}S: 552`);
    expect(sink.jobs).toHaveLength(1);
  });

  test.each<[string, string, string]>([
    [
      'header block of more than 256 KiB',
      `${`C: X-Junk: ${'y'.repeat(900)}\n`.repeat(300)}C:\n`,
      '552 5.3.4 Message header',
    ],
    ['header line that cannot be folded', `C: X-Junk: ${'y'.repeat(1000)}\nC:\n`, '554 5.6.0 Message has a line'],
  ])('%s', async (_name, message, reply) => {
    const { port, sink } = await start();
    await playDialogue({ port }, `${toData}${message}C: .\nS: ${reply}\nC: NOOP\nS: 250`);
    expect([sink.jobs, sink.open]).toEqual([[], 0]);
  });
});

describe('T12 a web page', () => {
  test.each(['GET / HTTP/1.1', 'POST /x?y HTTP/1.0', 'CONNECT host:25 HTTP/1.1', 'OPTIONS * HTTP/1.1'])(
    '%s is closed at its first line',
    async (line) => {
      const { port } = await start();
      await playDialogue(
        { port },
        `S: 220\nC: ${line}\nC: Host: 127.0.0.1\nC: MAIL FROM:<a@b.example>\nS: 421 4.7.0\nS: <closed>`,
      );
    },
  );
});

describe('refusals of ours', () => {
  test('the gate is heard at MAIL', async () => {
    const { port, log } = await start({ gate: () => new MailError('sign-in-overdue', 'test') });
    await playDialogue(
      { port },
      'S: 220\nC: EHLO mfp\nS: 250\nC: MAIL FROM:<a@b.example>\nS: 451 4.7.0 This device waits for a sign-in',
    );
    expect(log.of('refused')).toEqual([expect.objectContaining({ code: 'sign-in-overdue', door: 'loopback' })]);
  });

  test('a full queue is heard instead of 354, and the next try may go', async () => {
    const { port, sink } = await start();
    sink.fail.begin = new MailError('queue-full', 'test');
    await playDialogue(
      { port },
      'S: 220\nC: EHLO mfp\nS: 250\nC: MAIL FROM:<a@b.example> SIZE=777\nS: 250\nC: RCPT TO:<c@d.example>\nS: 250\nC: DATA\nS: 452 4.3.1 Queue is full\nC: NOOP\nS: 250',
    );
    sink.fail = {};
    await playDialogue(
      { port },
      'S: 220\nC: EHLO mfp\nS: 250\nC: MAIL FROM:<a@b.example> SIZE=777\nS: 250\nC: RCPT TO:<c@d.example>\nS: 250\nC: DATA\nS: 354\nC:\nC: .\nS: 250',
    );
    expect(sink.begun).toEqual([{ declaredSizeBytes: 777 }]);
  });

  test('the disk fills up in the middle: 452 after the dot, nothing left, the connection goes on', async () => {
    const { port, sink } = await start();
    sink.fail.body = { afterBytes: 100_000, error: new MailError('disk-full', 'test') };
    await playDialogue(
      { port },
      `${toData}C: A: b\nC:\n${`C: ${'x'.repeat(900)}\n`.repeat(500)}C: .\nS: 452 4.3.1 Not enough storage\nC: NOOP\nS: 250`,
    );
    expect([sink.jobs, sink.aborted]).toEqual([[], 1]);
  });

  test('a commit that fails is 451, and nothing is acknowledged', async () => {
    const { port, sink } = await start();
    sink.fail.commit = new MailError('storage-failed', 'test');
    await playDialogue({ port }, `${toData}C: A: b\nC:\nC: .\nS: 451 4.3.0 Storage did not take`);
    expect(sink.jobs).toEqual([]);
  });

  test('an error nobody classified is 451 and reported', async () => {
    const { port, sink, log } = await start();
    sink.commitGate = Promise.reject(new TypeError('x is not a function'));
    await playDialogue({ port }, `${toData}C: A: b\nC:\nC: .\nS: 451 4.3.0 Internal fault`);
    expect(log.of('fault')).toHaveLength(1);
  });

  test('the sender rule is heard at the end of DATA, with its hint', async () => {
    const { port, sink } = await start({
      checkSender: ({ headerBlock }) =>
        headerBlock.includes('From: boss')
          ? new MailError('sender-not-permitted', 'test', { details: { hint: 'use scan@contoso.com' } })
          : undefined,
    });
    await playDialogue(
      { port },
      `${toData}C: From: boss@contoso.com\nC:\nC: body\nC: .\nS: 550 5.7.1 Sender not permitted by this device: use scan@contoso.com`,
    );
    expect([sink.jobs, sink.bytesWritten]).toEqual([[], 0]);
  });

  test('DATA without accepted recipients is 554, without MAIL 503', async () => {
    const { port } = await start();
    await playDialogue(
      { port },
      'S: 220\nC: EHLO mfp\nS: 250\nC: DATA\nS: 503 5.5.1\nC: MAIL FROM:<a@b.example>\nS: 250\nC: RCPT TO:<x>\nS: 553\nC: DATA\nS: 554 5.5.1',
    );
  });
});

describe('a client that goes away', () => {
  test.each<[string, string]>([
    ['in the header', 'C! Subject: x\\r\\n'],
    ['in the body', 'C: Subject: x\nC:\nC: half a page'],
    ['right after 354', ''],
    ['before the last octet of the dot', 'C! Subject: x\\r\\n\\r\\nbody\\r\\n.\\r'],
  ])('%s leaves nothing behind', async (_name, dialogue) => {
    const { port, sink } = await start();
    await playDialogue({ port }, `${toData}${dialogue}\nC: <close>`);
    while (sink.open > 0) await new Promise((resolve) => setImmediate(resolve));
    expect([sink.jobs, sink.aborted]).toEqual([[], 1]);
  });

  test('after the dot, before the 250: the message is kept', async () => {
    const { port, sink } = await start();
    let free: () => void = () => undefined;
    sink.commitGate = new Promise((resolve) => {
      free = resolve;
    });
    const committing = new Promise<void>((resolve) => {
      sink.onCommit = resolve;
    });
    const client = await clientInData(port);
    await client.send('Subject: x\r\n\r\n.\r\n');
    await committing;
    client.close();
    free();
    while (sink.open > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(sink.jobs).toHaveLength(1);
  });
});
