/** What is remembered of a dialogue, and what must never be. */
import { describe, expect, test } from '@jest/globals';
import { DialogueRecorder } from '../../src/intake/dialogue-recorder.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { RawClient, playDialogue } from '../support/smtp-dialogue.ts';
import { runningIntake, toData } from './running-intake.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a dialogue', () => {
  test('is told line by line, with the envelope, without password, subject and body', async () => {
    const { intake, port } = await runningIntake();
    await playDialogue(
      { port },
      `S: 220
       C: EHLO mfp
       S: 250
       C: AUTH LOGIN
       S: 334
       C: ${base64('somebody')}
       S: 334
       C: ${base64('geheim')}
       S: 235
       C: MAIL FROM:<scan@contoso.com>
       S: 250
       C: RCPT TO:<anna@contoso.com>
       S: 250
       C: DATA
       S: 354
       C: From: scan@contoso.com
       C: Subject: salaries
       C:
       C: confidential
       C: .
       S: 250
       C: QUIT
       S: 221`,
    );
    await settle(20);
    await intake.stop();
    const text = intake.dialogue('127.0.0.1')!;
    expect(text.split('\n').map((line) => line.replace(/^ +\d+\.\d{3} /, ''))).toEqual([
      '127.0.0.1 at loopback, 2026-11-21T12:00:00.000Z',
      'S 220 mfp-7.contoso.com ESMTP mfp-mail-agent',
      'C EHLO mfp',
      'S 250-mfp-7.contoso.com',
      'S 250-PIPELINING',
      'S 250-8BITMIME',
      'S 250-ENHANCEDSTATUSCODES',
      'S 250-AUTH PLAIN LOGIN',
      'S 250 SIZE 1000000',
      'C AUTH LOGIN',
      'S 334 VXNlcm5hbWU6',
      'C [masked]',
      'S 334 UGFzc3dvcmQ6',
      'C [masked]',
      'S 235 2.7.0 Authentication successful',
      'C MAIL FROM:<scan@contoso.com>',
      'S 250 2.1.0 Accepted',
      'C RCPT TO:<anna@contoso.com>',
      'S 250 2.1.5 Accepted',
      'C DATA',
      'S 354 End data with <CR><LF>.<CR><LF>',
      '- header of 2 lines, 43 octets: From, Subject',
      '- [62 octets]',
      expect.stringMatching(/^S 250 2\.6\.0 Accepted as /),
      'C QUIT',
      'S 221 2.0.0 Bye',
      '- closed',
      '',
    ]);
    expect(intake.clients()).toEqual([
      {
        address: '127.0.0.1',
        lastSeenMs: Date.UTC(2026, 10, 21, 12),
        listener: 'loopback',
        helo: 'mfp',
        tls: undefined,
        quirk: '',
        accepted: 1,
      },
    ]);
  });

  // Every way by which a password comes up the line.
  test.each<[string, string]>([
    ['AUTH PLAIN in one line', `C: AUTH PLAIN ${base64('\0u\0geheim')}\nS: 235`],
    ['AUTH PLAIN in two lines', `C: AUTH PLAIN\nS: 334\nC: ${base64('\0u\0geheim')}\nS: 235`],
    ['a mechanism nobody offered', `C: AUTH XOAUTH2 ${base64('user=u\x01auth=Bearer geheim\x01\x01')}\nS: 504`],
    [
      'a printer out of step: user and password as commands',
      `C: AUTH CRAM-MD5\nS: 504\nC: ${base64('u')}\nS: 500\nC: ${base64('geheim')}\nS: 500`,
    ],
    ['AUTH in lower case with two blanks', `C: auth  plain  ${base64('\0u\0geheim')}\nS: 235`],
    ['AUTH with a tab', `C! AUTH\\tPLAIN ${base64('\0u\0geheim')}\\r\\n\nS: 500`],
  ])('masks %s', async (_name, dialogue) => {
    const { intake, port, log } = await runningIntake();
    await playDialogue({ port }, `S: 220\nC: EHLO mfp\nS: 250\n${dialogue}`);
    await intake.stop();
    for (const text of [intake.dialogue('127.0.0.1')!, log.text(), JSON.stringify(intake.clients())]) {
      expect(text).not.toMatch(/geheim/);
      for (const secret of [base64('\0u\0geheim'), base64('geheim'), base64('user=u\x01auth=Bearer geheim\x01\x01')])
        expect(text).not.toContain(secret);
    }
  });

  test('commands no terminal, whatever the client sends', async () => {
    const { intake, port } = await runningIntake();
    await playDialogue({ port }, 'S: 220\nC! EHLO \\x1b[2J\\x9b31m\\r\\n\nS: 500');
    await intake.stop();
    expect(intake.dialogue('127.0.0.1')).toContain('C EHLO \\x1b[2J\\x9b31m');
    expect(intake.dialogue('127.0.0.1')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\xff]/);
  });

  test('the last one of an address holds; figures go on, and the last refusal stays', async () => {
    const { intake, port } = await runningIntake();
    await playDialogue({ port }, `${toData}C: A: b\nC:\nC: .\nS: 250`);
    await playDialogue({ port }, 'S: 220\nC: EHLO other\nS: 250\nC: RCPT TO:<x>\nS: 503');
    await settle(20);
    await intake.stop();
    expect(intake.dialogue('127.0.0.1')).not.toContain('MAIL FROM');
    expect(intake.clients()).toMatchObject([
      { helo: 'other', accepted: 1, lastRefusal: { reply: '503 5.5.1 Error: need MAIL command' } },
    ]);
    expect(intake.dialogue('127.0.0.2')).toBeUndefined();
  });
});

describe('memory', () => {
  test('of 32 clients, the least recently seen are forgotten', () => {
    const recorder = new DialogueRecorder(new ManualClock());
    for (let n = 1; n <= 40; n++) recorder.begin({ address: `10.0.0.${String(n)}`, listener: 'lan', quirk: '' });
    recorder.begin({ address: '10.0.0.9', listener: 'lan', quirk: '' });
    expect(recorder.list()).toHaveLength(32);
    expect(recorder.list()[0]!.address).toBe('10.0.0.9');
    expect(recorder.text('10.0.0.8')).toBeUndefined();
  });

  test('of a long dialogue the middle goes: 64 KiB', () => {
    const recorder = new DialogueRecorder(new ManualClock());
    const { dialogue } = recorder.begin({ address: '10.0.0.1', listener: 'lan', quirk: '' });
    for (let n = 0; n < 5000; n++) dialogue.said(`NOOP ${String(n)} ${'x'.repeat(2000)}`, false);
    expect(dialogue.text.length).toBeLessThan(70_000);
    expect(dialogue.text).toContain('NOOP 0 ');
    expect(dialogue.text).toContain('NOOP 4999 ');
    expect(dialogue.text).toMatch(/\.\.\. \d{4} lines left out \.\.\./);
  });
});

test('a client that is cut off leaves its dialogue', async () => {
  const { intake, port } = await runningIntake();
  const client = new RawClient({ port });
  await client.reply();
  await client.send('GET / HTTP/1.1\r\n');
  await client.rest();
  client.close();
  await intake.stop();
  expect(intake.dialogue('127.0.0.1')).toMatch(/C GET \/ HTTP\/1\.1\n[^]*S 421 4\.7\.0/);
});
