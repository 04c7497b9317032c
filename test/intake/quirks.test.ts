/** Odd printers, each as the dialogue it really has. Most need no quirk at all; what they need is in the second column. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { noQuirk, quirkOf } from '../../src/intake/quirks.ts';
import { RawClient, playDialogue } from '../support/smtp-dialogue.ts';
import { settle } from '../support/manual-clock.ts';
import { turnsUntil } from './running-lan.ts';
import { clientInData, runningIntake, toData } from './running-intake.ts';

const running: Awaited<ReturnType<typeof runningIntake>>[] = [];
/** @param quirk names for the client, 127.0.0.1 */
async function start(quirk = '') {
  const one = await runningIntake({ quirks: () => (quirk === '' ? [] : [`127.0.0.0/8=${quirk}`]) });
  running.push(one);
  return one;
}
afterEach(async () => {
  for (const one of running.splice(0)) await one.intake.stop();
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const mail =
  'C: MAIL FROM:<scan@contoso.com>\nS: 250\nC: RCPT TO:<anna@contoso.com>\nS: 250\nC: DATA\nS: 354\nC: Subject: x\nC:\nC: page\nC: .\nS: 250 2.6.0';

describe('printers that are served', () => {
  test.each<[string, string, string]>([
    [
      'Xerox: LOGIN prompts in the one spelling it knows',
      'xerox-login',
      'S: 220\nC: EHLO x\nS: 250\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dQ==\nS: 334 UGFzc3dvcmQ6\nC: cA==\nS: 235',
    ],
    [
      'the same without the quirk',
      '',
      'S: 220\nC: EHLO x\nS: 250\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dQ==\nS: 334 UGFzc3dvcmQ6\nC: cA==\nS: 235',
    ],
    [
      'prompts in lower case',
      'lower-case-login',
      'S: 220\nC: EHLO x\nS: 250\nC: AUTH LOGIN\nS: 334 dXNlcm5hbWU6\nC: dQ==\nS: 334 cGFzc3dvcmQ6\nC: cA==\nS: 235',
    ],
    [
      'prompts of the draft',
      'draft-login',
      'S: 220\nC: EHLO x\nS: 250\nC: AUTH LOGIN\nS: 334 VXNlciBOYW1lAA==\nC: dQ==\nS: 334 UGFzc3dvcmQA\nC: cA==\nS: 235',
    ],
    [
      'AUTH LOGIN with the user in the first line',
      '',
      `S: 220\nC: EHLO x\nS: 250\nC: AUTH LOGIN ${base64('u')}\nS: 334 UGFzc3dvcmQ6\nC: cA==\nS: 235`,
    ],
    ['no log-in at all, though one is configured', '', 'S: 220\nC: EHLO x\nS: 250'],
    [
      'AUTH that was not offered',
      'auth-not-offered',
      `S: 220\nC: EHLO x\nS: 250\nS- AUTH\nC: AUTH PLAIN ${base64('\0u\0p')}\nS: 235`,
    ],
    [
      'AUTH after HELO, where nothing is ever offered',
      '',
      `S: 220\nC: HELO x\nS: 250\nC: AUTH PLAIN ${base64('\0u\0p')}\nS: 235`,
    ],
    [
      'a user name of one character',
      '',
      `S: 220\nC: EHLO x\nS: 250\nC: AUTH LOGIN\nS: 334\nC: ${base64('u')}\nS: 334\nC: cA==\nS: 235`,
    ],
    [
      'a user name of 250 characters',
      '',
      `S: 220\nC: EHLO x\nS: 250\nC: AUTH LOGIN\nS: 334\nC: ${base64('u'.repeat(250))}\nS: 334\nC: cA==\nS: 235`,
    ],
    ['bare LF after every command', '', 'S: 220\nC! EHLO x\\n\nS: 250\nC! RSET\\n\nS: 250'],
    ['HELO without a name', '', 'S: 220\nC: HELO\nS: 250'],
    ['EHLO and a blank', '', 'S: 220\nC! EHLO \\r\\n\nS: 250'],
    ['HELO with an underscore', '', 'S: 220\nC: HELO MFP_2F_left\nS: 250'],
    ['HELO with brackets', '', 'S: 220\nC: HELO [192.168.1.20]\nS: 250'],
    ['HELO with blanks in the name', '', 'S: 220\nC: HELO 2nd floor left\nS: 250'],
    ['HELO twice', '', 'S: 220\nC: HELO x\nS: 250\nC: HELO x\nS: 250'],
    ['HP: octets of noise in front of EHLO', 'junk-before-helo', 'S: 220\nC! \\xff\\xfb\\x01\\x00EHLO x\\r\\n\nS: 250'],
    [
      'HP: a line of noise in front of EHLO',
      'junk-before-helo',
      'S: 220\nC! \\x00\\x01\\xfe\\r\\nEHLO x\\r\\n\nS: 250',
    ],
  ])('%s', async (_name, quirk, opening) => {
    const { port, sink } = await start(quirk);
    await playDialogue({ port }, `${opening}\n${mail}`);
    expect(sink.jobs.map((job) => job.body.toString())).toEqual(['page\r\n']);
  });

  test('HELO before the greeting, from one known for it', async () => {
    const { port, sink } = await start('junk-before-helo');
    const client = new RawClient({ port });
    client.socket.write('\0\0HELO x\r\n');
    await playDialogue(client, `S: 220\nS: 250\n${mail}`);
    client.close();
    expect(sink.jobs).toHaveLength(1);
  });

  test.each<[string, string]>([
    ['noise in front of EHLO', 'S: 220\nC! \\xff\\xfb\\x01\\x00EHLO x\\r\\n\nS: 500'],
    ['HELO without a name is known by its address', 'S: 220\nC: HELO\nS: 250'],
  ])('without the quirk: %s', async (_name, dialogue) => {
    const { port } = await start();
    await playDialogue({ port }, dialogue);
  });

  test('bare LF in the whole message, no Date, no Message-ID: mended before it is stored', async () => {
    const { port, sink } = await start();
    await playDialogue({ port }, `${toData}C! Subject: x\\nFrom: a@b.example\\n\\none\\ntwo\\n\\r\\n.\\r\\n\nS: 250`);
    const [job] = sink.jobs;
    expect(job!.body.toString()).toBe('one\r\ntwo\r\n\r\n');
    expect(job!.facts.headerBlock).toMatch(
      /^Received: [^]*\r\nDate: Sat, 21 Nov 2026 12:00:00 \+0000\r\nMessage-ID: <[^]+>\r\n$/,
    );
    expect(job!.facts.headerBlock).not.toMatch(/[^\r]\n/);
  });

  test('the terminator after a bare LF ends nothing, with and without a quirk', async () => {
    for (const quirk of ['', 'missing-final-dot']) {
      const { port, sink } = await start(quirk);
      await playDialogue({ port }, `${toData}C! Subject: x\\r\\n\\r\\none\\n.\\r\\ntwo\\r\\n.\\r\\n\nS: 250`);
      expect(sink.jobs[0]!.body.toString()).toContain('two');
    }
  });
});

describe('8-bit header octets', () => {
  test.each<[string, string, string, string]>([
    ['valid UTF-8', 'charset-gb18030', 'Subject: Büro\\r\\n', 'Subject: =?utf-8?B?QsO8cm8=?=\r\n'],
    ['Latin, no quirk', '', 'Subject: B\\xfcro\\r\\n', 'Subject: =?utf-8?B?QsO8cm8=?=\r\n'],
    [
      'gb18030',
      'charset-gb18030',
      'Subject: \\xc9\\xa8\\xc3\\xe8 1\\r\\n',
      `Subject: =?utf-8?B?${base64('扫描')}?= 1\r\n`,
    ],
    [
      'shift_jis',
      'charset-shift-jis',
      'Subject: \\x83X\\x83L\\x83\\x83\\x83\\x93\\r\\n',
      `Subject: =?utf-8?B?${base64('スキャン')}?=\r\n`,
    ],
  ])('%s', async (_name, quirk, header, legal) => {
    const { port, sink } = await start(quirk);
    await playDialogue({ port }, `${toData}C! ${header}\nC:\nC: .\nS: 250`);
    expect(sink.jobs[0]!.facts.headerBlock).toContain(legal);
    expect(sink.jobs[0]!.facts.is8bit).toBe(false);
  });
});

describe('a missing final dot', () => {
  const multipart = 'C: Content-Type: multipart/mixed; boundary="b1"\nC:\nC: --b1\nC:\nC: page\nC: --b1--\n';

  test.each<[string, string]>([
    ['QUIT in its place, then closed', `${multipart}C: QUIT\nC: <fin>\n`],
    ['QUIT in its place in two segments, then closed', `${multipart}C! QU\nC: <pause>\nC! IT\\r\\n\nC: <fin>\n`],
    ['the connection closed after the last line', `${multipart}C: <fin>\n`],
    ['half a dot, then closed', `${multipart}C! .\nC: <fin>\n`],
    ['a text without parts, then closed', 'C: Subject: x\nC:\nC: page\nC: <fin>\n'],
  ])('%s: the message counts, if the printer is known for it', async (_name, dialogue) => {
    for (const quirk of ['missing-final-dot', '']) {
      const { port, sink } = await start(quirk);
      const client = await clientInData(port);
      for (const part of dialogue.split('C: <pause>\n')) {
        await playDialogue(client, part);
        await settle(5);
      }
      await turnsUntil(() => sink.open === 0);
      client.close();
      expect(sink.jobs).toHaveLength(quirk === '' ? 0 : 1);
      if (quirk !== '') expect(sink.jobs[0]!.body.toString()).toMatch(/(page|--b1--)\r\n$/);
    }
  });

  test.each<[string, string]>([
    ['in the middle of a line', `${multipart}C! and mor\nC: <fin>\n`],
    [
      'before the last boundary, at the end of a line',
      'C: Content-Type: multipart/mixed; boundary=b1\nC:\nC: --b1\nC:\nC: base64\nC: <fin>\n',
    ],
    ['in the header', 'C: Subject: x\nC: <fin>\n'],
    ['the connection reset', `${multipart}C: <close>\n`],
  ])('%s: half a message is never taken for a whole one', async (_name, dialogue) => {
    const { port, sink } = await start('missing-final-dot');
    const client = await clientInData(port);
    if (dialogue.includes('<close>')) {
      await playDialogue(client, dialogue.replace('C: <close>\n', ''));
      // A reset in the same moment as the last octets cannot be told from a close: libuv reports an end for both.
      await settle(20);
      client.socket.resetAndDestroy();
    } else await playDialogue(client, dialogue);
    await turnsUntil(() => sink.open === 0);
    client.close();
    expect([sink.jobs, sink.aborted]).toEqual([[], 1]);
  });

  test('silence: half a minute after the last boundary it is answered 250, and the connection goes on', async () => {
    const { port, sink, clock } = await start('missing-final-dot');
    const client = await clientInData(port);
    await playDialogue(client, multipart);
    await settle(20);
    await clock.advance(28_000);
    expect(sink.jobs).toHaveLength(0);
    await clock.advance(4_000);
    await playDialogue(client, `S: 250 2.6.0 Accepted\n${mail}\nC: QUIT\nS: 221`);
    expect(sink.jobs.map((job) => job.body.toString())).toEqual(['--b1\r\n\r\npage\r\n--b1--\r\n', 'page\r\n']);
    client.close();
  });

  test('silence after QUIT: seconds are enough, and both are answered', async () => {
    const { port, sink, clock } = await start('missing-final-dot');
    const client = await clientInData(port);
    await playDialogue(client, `${multipart}C: QUIT\n`);
    await settle(20);
    await clock.advance(4_000);
    await playDialogue(client, 'S: 250 2.6.0\nS: 221\nS: <closed>');
    expect(sink.jobs[0]!.body.toString()).toMatch(/--b1--\r\n$/);
    client.close();
  });

  test('silence in the middle is a page being turned', async () => {
    const { port, sink, clock } = await start('missing-final-dot');
    const client = await clientInData(port);
    await playDialogue(client, 'C: Content-Type: multipart/mixed; boundary=b1\nC:\nC: --b1\nC:\nC: page one\n');
    await settle(20);
    await clock.advance(500_000);
    await playDialogue(client, 'C: QUIT the job\nC: page two\nC: --b1--\nC: .\nS: 250');
    expect(sink.jobs[0]!.body.toString()).toBe('--b1\r\n\r\npage one\r\nQUIT the job\r\npage two\r\n--b1--\r\n');
    client.close();
  });

  test('what the client says while its message is being decided waits its turn', async () => {
    const { port, sink, clock } = await start('missing-final-dot');
    let free: () => void = () => undefined;
    sink.commitGate = new Promise((resolve) => {
      free = resolve;
    });
    const committing = new Promise<void>((resolve) => {
      sink.onCommit = resolve;
    });
    const client = await clientInData(port);
    await playDialogue(client, multipart);
    await settle(20);
    await clock.advance(34_000);
    await committing;
    await client.send('NOOP\r\n');
    await settle(20);
    free();
    await playDialogue(client, 'S: 250 2.6.0 Accepted\nS: 250 2.0.0 OK');
    client.close();
  });
});

describe('the quirk of an address', () => {
  test.each<[string, readonly string[], string]>([
    ['192.168.1.20', ['192.168.1.20=xerox-login'], 'xerox-login'],
    ['192.168.1.21', ['192.168.1.20=xerox-login'], ''],
    // The first that fits holds: single printers stand before their network.
    ['192.168.1.20', ['192.168.1.20=xerox-login', '192.168.1.0/24=slow-pages'], 'xerox-login'],
    ['192.168.1.9', ['192.168.1.20=xerox-login', '192.168.1.0/24=slow-pages'], 'slow-pages'],
    ['fd12::5', ['fd12::/64=slow-pages'], 'slow-pages'],
    ['10.0.0.1', ['fd12::/64=slow-pages'], ''],
  ])('%s in %j is %j', (address, entries, name) => {
    expect(quirkOf(address, entries).name).toBe(name);
  });

  test('names are put together', () => {
    expect(quirkOf('10.0.0.1', ['10.0.0.0/8=missing-final-dot+charset-gb18030'])).toEqual({
      name: 'missing-final-dot+charset-gb18030',
      dotSilenceMs: 30_000,
      charset: 'gb18030',
    });
    expect(quirkOf('10.0.0.1', ['10.0.0.1=of-a-later-version'])).toEqual({ name: 'of-a-later-version' });
    expect(quirkOf('10.0.0.1', [])).toBe(noQuirk);
  });
});
