/** mfpmail, mfpmail-sendmail and the example firmware against a whole agent: what goes in arrives, octet for octet. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../foreign/scene.ts';
import { runProgram } from '../support/agent-process.ts';
import { unpackDebian } from '../support/debian-programs.ts';
import { readable } from '../support/mime-parts.ts';
import { until } from '../support/signed-in.ts';
import { bridgeScene, line, type BridgeScene } from './bridge-scene.ts';
import { build, buildLimitMs, built, sanitized, whyNoPrograms } from './toolchain.ts';

/** Status and state of the job; undefined: hangs up. */
type Answer = readonly [status: number, state: string];

/** An agent that takes one submission and answers each question by script; the last answer stays. */
async function playAgent(path: string, answers: readonly (Answer | undefined)[]) {
  const left = [...answers];
  let submissions = 0;
  const server = createServer((request, response) => {
    const say = (status: number, state: string) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(status < 300 ? { queueId: '01hyr', state } : { error: { code: 'x', message: 'x' } }));
    };
    if (request.method === 'POST') {
      submissions++;
      request.resume().once('end', () => {
        say(201, 'waiting');
      });
      return;
    }
    const answer = left.length > 1 ? left.shift() : left[0];
    if (answer) say(...answer);
    else request.socket.destroy();
  });
  server.listen(path);
  await once(server, 'listening');
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { path, stop, submissions: () => submissions };
}

describeWith(whyNoPrograms(['gcc', 'make', 'pkg-config']), 'the commands', () => {
  let scene: BridgeScene;

  beforeAll(async () => {
    await build('all', ...sanitized);
    scene = await bridgeScene('sanitized');
  }, buildLimitMs);

  test('submit sends files of any octets with all a ticket can say', async () => {
    const files = [randomBytes(4_000_003), Buffer.from('--x\r\n\0\r\n.\r\n'), Buffer.alloc(0)];
    const paths = await Promise.all(files.map((octets, index) => scene.file(`größe "${String(index)}".bin`, octets)));
    const ran = await scene.mfpmail([
      'submit',
      ...['--to', 'anna@contoso.com', '--cc', 'bob@contoso.com', '--bcc', 'carl@contoso.com', '--subject', 'Größe'],
      ...[
        '--text',
        'Zwei\nZeilen',
        '--user',
        'Anna',
        '--user-address',
        'anna@contoso.com',
        '--key',
        'c-1',
        '--',
        ...paths,
      ],
    ]);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    const mail = await scene.delivered(line(ran.stdout, 'job'));
    const attached = mail.parts.filter(({ fileName }) => fileName !== undefined);
    expect(attached.map(({ content }, index) => content.equals(files[index]!))).toEqual([true, true, true]);
    expect(attached[0]?.fileName).toMatch(/^größe .*0.*\.bin$/);
    expect(readable(mail.fields['subject'])).toBe('Größe');
    expect(mail.forwardPaths).toEqual(['anna@contoso.com', 'bob@contoso.com', 'carl@contoso.com']);
    expect([mail.fields['to'], mail.fields['cc']]).toEqual(['anna@contoso.com', 'bob@contoso.com']);
    expect(mail.raw.includes('carl@')).toBe(false);
    expect(mail.parts[0]?.content.toString()).toMatch(/^Zwei\r\nZeilen/);
    expect(mail.fields['reply-to']).toContain('anna@contoso.com');
    // The same key again: the job that is there.
    const again = await scene.mfpmail(['submit', '--to', 'anna@contoso.com', '--key', 'c-1', paths[0]!]);
    expect([again.code, line(again.stdout, 'job'), line(again.stdout, 'repeat')]).toEqual([
      0,
      line(ran.stdout, 'job'),
      'yes, this job existed already',
    ]);
    const known = await scene.mfpmail(['status', '--key', 'c-1']);
    expect([known.code, known.stderr, line(known.stdout, 'job')]).toEqual([0, '', line(ran.stdout, 'job')]);
  }, 60_000);

  test('submit reads a pipe that fills slowly, and waits for the end of the job', async () => {
    const octets = randomBytes(300_000);
    const child = spawn(
      built('mfpmail', 'sanitized'),
      ['submit', '--wait', '--to', 'anna@contoso.com', '--name', 'slow.bin', '-'],
      { env: { ...process.env, MFPMAIL_SOCKET: scene.socketPath }, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    let stdout = '';
    child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
    for (let at = 0; at < octets.length; at += 60_000) {
      child.stdin.write(octets.subarray(at, at + 60_000));
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    child.stdin.end();
    const [code] = (await once(child, 'close')) as [number];
    expect([code, line(stdout, 'state')]).toEqual([0, 'accepted']);
    expect((await scene.delivered(line(stdout, 'job'))).parts.at(-1)?.content.equals(octets)).toBe(true);
  }, 60_000);

  // What an agent says that has the job and is then asked: [about it, its answers one after the other, exit code].
  test.each<[string, readonly (Answer | undefined)[], number]>([
    ['the connection breaks, then it is sent', [undefined, [200, 'accepted']], 0],
    [
      'restarting, then still waiting',
      [
        [503, ''],
        [200, 'waiting'],
      ],
      6,
    ],
    ['not there any more', [[503, '']], 6],
    ['it knows no such job', [[404, '']], 6],
    ['it is held', [[200, 'held']], 4],
  ])(
    'submit --wait, %s',
    async (_about, answers, code) => {
      const path = await scene.file('wait.pdf', 'x');
      const agent = await playAgent(join(scene.folder, `agent-${randomBytes(3).toString('hex')}.sock`), answers);
      try {
        const args = ['--timeout', '3', 'submit', '--wait', '--key', 'w-1', '--to', 'anna@contoso.com', path];
        const ran = await scene.mfpmail(args, { env: { MFPMAIL_SOCKET: agent.path } });
        expect([ran.code, line(ran.stdout, 'job')]).toEqual([code, '01hyr']);
        // A script that obeys must not make a second job.
        if (code === 6) expect(ran.stderr).toMatch(/not sent yet; do not submit it again\nmfpmail: key w-1\n$/);
        expect(agent.submissions()).toBe(1);
      } finally {
        await agent.stop();
      }
    },
    30_000,
  );

  test('submit sends a complete message as it is', async () => {
    const path = await scene.file(
      'mail.eml',
      'To: anna@contoso.com\r\nBcc: carl@contoso.com\r\nSubject: raw\r\n\r\nHello\r\n.\r\nend\r\n',
    );
    const ran = await scene.mfpmail(['submit', '--message', path]);
    const mail = await scene.delivered(line(ran.stdout, 'job'));
    expect(mail.forwardPaths).toEqual(['anna@contoso.com', 'carl@contoso.com']);
    expect(mail.raw.toString()).toMatch(/\r\n\r\nHello\r\n\.\r\nend\r\n$/);
    expect(mail.raw.toString()).not.toMatch(/^bcc/im);
  });

  // What is refused, with the exit code that says so: [arguments, exit code, words of the complaint].
  test.each([
    [['submit', '--to', 'nobody', 'FILE'], 1, 'bad-address'],
    [['submit', '--to', 'a@contoso.com', '/nowhere'], 2, 'source-failed'],
    [['submit', 'FILE'], 2, 'the ticket has no recipient'],
    [['submit', '--to', 'a@contoso.com'], 2, 'no file and no message'],
    [['submit', '--colour', 'red', 'FILE'], 2, 'no such option: colour'],
    [['status', 'nosuchjob'], 1, 'job-not-found'],
    [['status', '--key', 'never-used'], 1, 'job-not-found'],
    [['cancel'], 2, 'cancel which job?'],
    [['cancel', 'nosuchjob'], 1, 'job-not-found'],
    [['panel', 'sideways'], 2, 'a key is ok, back, up or down'],
    [['panel', '--columns', '80'], 2, '20 to 40 columns'],
    [['device-address', 'nobody'], 1, 'bad-address|settings-invalid'],
    [['--language', 'e n', 'status'], 2, 'a language is'],
    [['fax'], 2, 'no such command: fax'],
    [[], 2, 'a command is missing'],
  ])('%j ends with %d', async (args, code, words) => {
    const path = await scene.file('x.pdf', 'x');
    const ran = await scene.mfpmail(args.map((word) => (word === 'FILE' ? path : word)));
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringMatching(words)]);
  });

  test('a scan that is too large is refused while it is being sent', async () => {
    const path = await scene.file('huge.bin', Buffer.alloc(60 * 1024 * 1024));
    const ran = await scene.mfpmail(['submit', '--to', 'anna@contoso.com', path]);
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining('message-too-large')]);
  }, 60_000);

  test('nobody there: 3, and the key to try again with', async () => {
    const path = await scene.file('x.pdf', 'x');
    const socket = ['--socket', join(scene.folder, 'nobody.sock'), '--timeout', '1'];
    const ran = await scene.mfpmail([...socket, 'submit', '--to', 'anna@contoso.com', path]);
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringMatching(/not running[^]*key [0-9a-f]{32}\n/)]);
    expect((await scene.mfpmail([...socket, 'status'])).code).toBe(3);
  });

  test('status, watch and panel show what is', async () => {
    const status = await scene.mfpmail(['status']);
    expect([status.code, line(status.stdout, 'state'), line(status.stdout, 'lamp')]).toEqual([0, 'ready', 'green']);
    const panel = await scene.mfpmail(['panel']);
    expect(panel.stdout).toMatch(/^lamp green\n(\|.*\n){4}\[ok\] Menu/);
    expect((await scene.mfpmail(['--language', 'ja', 'panel', 'ok'])).stdout).toContain('サインイン');
    expect((await scene.mfpmail(['panel', '--columns', '40', '--rows', '2', 'back'])).stdout).toMatch(
      /^lamp green\n(\|.*\n){2}\[/,
    );
    const watch = spawn(built('mfpmail', 'sanitized'), ['watch'], {
      env: { ...process.env, MFPMAIL_SOCKET: scene.socketPath },
    });
    let seen = '';
    watch.stdout.on('data', (piece: Buffer) => (seen += piece.toString()));
    await until(() => (seen.includes('status green ready') ? true : undefined));
    const ran = await scene.mfpmail(['submit', '--to', 'anna@contoso.com', await scene.file('w.pdf', 'w')]);
    await until(() => (seen.includes(`job ${line(ran.stdout, 'job')} accepted`) ? true : undefined));
    watch.kill();
    await once(watch, 'close');
  }, 60_000);

  test('cancel deletes a job that waits', async () => {
    scene.rehearsal.cloud.setFault('recipient-deferred', true, { times: Infinity });
    const ran = await scene.mfpmail(['submit', '--to', 'anna@contoso.com', await scene.file('c.pdf', randomBytes(10))]);
    const id = line(ran.stdout, 'job');
    await until(() => (scene.jobs().find(({ queueId }) => queueId === id)?.attempts === 1 ? true : undefined));
    const cancelled = await until(async () => {
      const one = await scene.mfpmail(['cancel', id]);
      return one.stderr.includes('job-busy') ? undefined : one;
    });
    scene.rehearsal.cloud.setFault('recipient-deferred', false);
    expect([cancelled.code, cancelled.stderr, line(cancelled.stdout, 'state')]).toEqual([0, '', 'deleted']);
    expect((await scene.mfpmail(['cancel', id])).stderr).toContain('job-finished');
  }, 60_000);

  test('sign-in shows code and account, and confirms', async () => {
    const child = spawn(built('mfpmail', 'sanitized'), ['sign-in', '--yes'], {
      env: { ...process.env, MFPMAIL_SOCKET: scene.socketPath },
    });
    let seen = '';
    child.stdout.on('data', (piece: Buffer) => (seen += piece.toString()));
    const userCode = await until(() => (/^code +(\S+)$/m.exec(seen) ?? [])[1]);
    expect(line(seen, 'open')).toMatch(/^https:\/\//);
    await scene.rehearsal.cloud.technician({ userCode });
    const [code] = (await once(child, 'close')) as [number];
    expect([code, seen]).toEqual([0, expect.stringMatching(/sign-in +ready/)]);
    await scene.mfpmail(['sign-in', '--cancel']);
    expect((await scene.mfpmail(['sign-in', '--show'])).stdout).toMatch(/^sign-in /);
  }, 60_000);

  // What a Unix program may say: [arguments, message, recipients, what must have arrived].
  test.each([
    [
      ['-t', '-i'],
      'To: Anna <anna@contoso.com>\nCc: bob@contoso.com\nBcc: carl@contoso.com\nSubject: s\n\na\n.\nb\n',
      ['anna@contoso.com', 'bob@contoso.com', 'carl@contoso.com'],
      /\r\n\r\na\r\n\.\r\nb\r\n$/,
    ],
    [['anna@contoso.com'], 'Subject: s\n\na\n.\nnot this\n', ['anna@contoso.com'], /\r\n\r\na\r\n$/],
    [
      ['-oi', '-f', 'www-data', '--', 'anna@contoso.com, bob@contoso.com'],
      'no header at all\n',
      ['anna@contoso.com', 'bob@contoso.com'],
      /\r\n\r\nno header at all\r\n$/,
    ],
    [
      ['-FCron Daemon', '-i', '-B8BITMIME', '-oem', '-f', 'cron@printer.local', 'anna@contoso.com'],
      'Subject: Grüße\n\nä\n',
      ['anna@contoso.com'],
      /^From: .*Cron Daemon/m,
    ],
  ])('sendmail %j', async (args, message, recipients, pattern) => {
    const known = new Set(scene.jobs().map(({ queueId }) => queueId));
    const ran = await scene.sendmail(args, message);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    const job = scene.jobs().find(({ queueId }) => !known.has(queueId));
    const mail = await scene.delivered(job?.queueId ?? '');
    expect(mail.forwardPaths).toEqual(recipients);
    expect(mail.raw.toString()).toMatch(pattern);
  });

  // sysexits: [arguments, message, exit code].
  test.each([
    [['root'], 'x\n', 67],
    [['not an address@'], 'x\n', 67],
    [['-t'], 'Subject: nobody\n\nx\n', 65],
    [[], 'x\n', 64],
    [['-t', 'anna@contoso.com'], 'x\n', 64],
    [['-bs'], '', 64],
    [['-bp'], '', 0],
    [['-q'], '', 0],
  ])('sendmail %j ends with the right code', async (args, message, code) => {
    expect((await scene.sendmail(args, message)).code).toBe(code);
  });

  test('sendmail keeps no more than 100 MiB of what comes in', async () => {
    const command = `yes | head -c 110000000 | '${built('mfpmail-sendmail', 'sanitized')}' anna@contoso.com`;
    const ran = await runProgram('/bin/sh', ['-c', command], { env: { MFPMAIL_SOCKET: scene.socketPath } });
    expect([ran.code, ran.stderr]).toEqual([65, expect.stringContaining('larger than 100 MiB')]);
  }, 60_000);

  test('sendmail without an agent: tempfail, after the time it was given', async () => {
    const startedMs = Date.now();
    const ran = await scene.sendmail(['anna@contoso.com'], 'x\n', {
      MFPMAIL_SOCKET: '/nowhere.sock',
      MFPMAIL_WAIT_S: '2',
    });
    expect([ran.code, ran.stderr]).toEqual([75, expect.stringContaining('not running')]);
    expect(Date.now() - startedMs).toBeLessThan(10_000);
  });

  test("Debian's mailx mails through it", async () => {
    const { root, env } = await unpackDebian(['bsd-mailx']);
    const known = new Set(scene.jobs().map(({ queueId }) => queueId));
    const rc = await scene.file('mailrc', `set sendmail=${built('mfpmail-sendmail', 'sanitized')}\n`);
    const ran = await runProgram(
      join(root, 'usr/bin/bsd-mailx'),
      ['-n', '-s', 'Toner is low', '-c', 'bob@contoso.com', 'anna@contoso.com'],
      { input: 'Magenta.\n', env: { ...env, MAILRC: rc, HOME: scene.folder, MFPMAIL_SOCKET: scene.socketPath } },
    );
    expect([ran.code, ran.stderr.replace(/^.*locale.*\n/gm, '')]).toEqual([0, '']);
    const job = await until(() => scene.jobs().find(({ queueId }) => !known.has(queueId)));
    const mail = await scene.delivered(job.queueId);
    expect(mail.fields['subject']).toBe('Toner is low');
    expect(mail.forwardPaths).toEqual(expect.arrayContaining(['anna@contoso.com', 'bob@contoso.com']));
    expect(mail.raw.toString()).toContain('Magenta.');
  }, 120_000);

  test('the example firmware scans to mail, and its display follows its keys', async () => {
    const octets = randomBytes(100_000);
    const path = await scene.file('scan.pdf', octets);
    const env = { MFPMAIL_SOCKET: scene.socketPath };
    const ran = await runProgram(built('printer', 'sanitized'), [path, 'anna@contoso.com'], { env });
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringMatching(/job \S+: safe\n[^]*job \S+: accepted/)]);
    const id = /job (\S+): safe/.exec(ran.stdout)?.[1] ?? '';
    const mail = await scene.delivered(id);
    expect(mail.parts.at(-1)?.content.equals(octets)).toBe(true);
    expect(mail.parts.at(-1)?.fileName).toMatch(/^scan-.*\.pdf$/);
    const typed = await runProgram(built('printer', 'sanitized'), [], { env, input: 'oq' });
    expect([typed.code, typed.stdout]).toEqual([0, expect.stringMatching(/^\| >?Sign in/m)]);
    const refused = await runProgram(built('printer', 'sanitized'), [path, 'nobody'], { env });
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('not sent (refused, bad-address)')]);
  }, 60_000);

  test('an SMTP server typed at the panel asks first, then ends the modern sign-in', async () => {
    // Last: the agent is another one afterwards.
    const asked = await scene.mfpmail(['smtp-server', 'smtp.example.org']);
    expect([asked.code, asked.stderr]).toEqual([4, expect.stringContaining('--accept provider-becomes-unspecified')]);
    expect(scene.rehearsal.daemon.agent.status().provider).toBe('exchange-online');
    const codes = [...asked.stderr.matchAll(/--accept (\S+)/g)].flatMap(([, code = '']) => ['--accept', code]);
    expect((await scene.mfpmail(['smtp-server', ...codes, 'smtp.example.org'])).code).toBe(0);
    expect(scene.rehearsal.daemon.agent.status().provider).toBe('unspecified');
    expect((await scene.mfpmail(['device-address', 'other@contoso.com'])).code).toBe(0);
    expect(scene.rehearsal.daemon.agent.status().deviceEmailAddress).toBe('other@contoso.com');
  });
});
