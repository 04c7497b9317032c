/** A whole agent and curl as the firmware: what goes in by the bridge's socket arrives at the stand-in cloud, octet for octet. */
import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { rootLayout } from '../../src/cli/index.ts';
import type { JobSummary, PanelView } from '../../src/core/index.ts';
import { prepareSettings, type Rehearsal } from '../../src/demo/index.ts';
import { createStandInCloud, standInProfiles } from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { AgentProcess, runProgram } from '../support/agent-process.ts';
import { collectedLog } from '../support/collected-log.ts';
import { names, spoolOf, writeSettings } from '../support/daemon-at.ts';
import { mimeParts, readable } from '../support/mime-parts.ts';
import { rehearse, signIn, until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';

const administrator = { by: 'test', door: 'cli', role: 'administrator' } as const;

interface Answer<T> {
  readonly status: number;
  readonly json: T & { readonly error?: { readonly code: string; readonly message: string } };
  readonly stderr: string;
}

/** curl with the arguments a README would name. */
async function curl<T = JobSummary>(socketPath: string, args: readonly string[], input?: Buffer): Promise<Answer<T>> {
  const { stdout, stderr } = await runProgram(
    'curl',
    ['--silent', '--show-error', '--unix-socket', socketPath, '--write-out', '\n%{http_code}', ...args],
    input === undefined ? {} : { input },
  );
  const at = stdout.lastIndexOf('\n');
  const text = stdout.slice(0, at);
  return {
    status: Number(stdout.slice(at + 1)),
    json: (text === '' ? {} : JSON.parse(text)) as Answer<T>['json'],
    stderr,
  };
}

const url = (path: string) => `http://mfp${path}`;

describe('a signed-in agent', () => {
  let rehearsal: Rehearsal;
  let socketPath: string;
  let folder: string;

  beforeAll(async () => {
    rehearsal = await rehearse();
    await signIn(rehearsal);
    ({ socketPath } = rehearsal.layout);
    folder = await tempDir();
  });

  const file = async (name: string, octets: Buffer) => {
    const path = join(folder, name);
    await writeFile(path, octets);
    return path;
  };
  const ticket = (fields: Record<string, unknown>) => ['-F', `ticket=${JSON.stringify(fields)};type=application/json`];
  const delivered = async (queueId: string) => {
    const job = await until(() => {
      const one = rehearsal.daemon.agent.jobs().find((candidate) => candidate.queueId === queueId);
      return one?.state === 'accepted' ? one : undefined;
    });
    const found = rehearsal.cloud.deliveries().filter(({ raw }) => raw.includes(job.messageId));
    expect(found).toHaveLength(1);
    return { ...mimeParts(found[0]!.raw), envelope: found[0]!.envelope, raw: found[0]!.raw };
  };

  test('sends a ticket with two files, one of them large, with and without Content-Length', async () => {
    const octets = [randomBytes(3_000_017), Buffer.from('--boundary\r\n\0\r\n.\r\n')];
    const paths = [await file('große Mappe.pdf', octets[0]!), await file('b.tif', octets[1]!)];
    for (const how of [[], ['-H', 'Transfer-Encoding: chunked']]) {
      const { status, json } = await curl(socketPath, [
        ...how,
        ...ticket({
          to: ['anna@contoso.com'],
          bcc: ['carl@contoso.com'],
          subject: 'Größe',
          requestingUser: { name: 'Anna', address: 'anna@contoso.com' },
        }),
        ...paths.flatMap((path) => ['-F', `file=@${path};type=application/octet-stream`]),
        url('/v1/jobs'),
      ]);
      expect([status, json.door]).toEqual([201, 'bridge']);
      const { parts, fields, envelope } = await delivered(json.queueId);
      expect(
        parts.map(({ content }) => content.equals(octets[parts.length === 2 && content.length < 100 ? 1 : 0]!)),
      ).toEqual([true, true]);
      expect(parts.map(({ fileName }) => fileName)).toEqual(['große Mappe.pdf', 'b.tif']);
      expect(readable(fields['subject'])).toBe('Größe');
      expect(fields['reply-to']).toContain('anna@contoso.com');
      expect(fields['from']).toContain(rehearsal.daemon.agent.status().deviceEmailAddress);
      expect(envelope.forwardPaths).toEqual(['anna@contoso.com', 'carl@contoso.com']);
    }
  });

  test('sends a complete message as sendmail -t would, also when curl asks before it sends', async () => {
    const body = `Dots:\r\n.\r\n..\r\n${'x'.repeat(300_000).replace(/.{70}/g, '$&\r\n')}`;
    const message = Buffer.from(`To: anna@contoso.com\r\nBcc: carl@contoso.com\r\nSubject: cron\r\n\r\n${body}`);
    const path = await file('message.eml', message);
    const { status, json } = await curl(socketPath, [
      '-H',
      'Expect: 100-continue',
      '-H',
      'Content-Type: message/rfc822',
      '--data-binary',
      `@${path}`,
      url('/v1/messages'),
    ]);
    expect([status, json.error]).toEqual([201, undefined]);
    const { raw, envelope } = await delivered(json.queueId);
    expect(envelope.forwardPaths).toEqual(['anna@contoso.com', 'carl@contoso.com']);
    expect(raw.toString('latin1')).not.toMatch(/^bcc:/im);
    expect(raw.toString('latin1').replace(/\r\n$/, '')).toContain(body.replace(/\r\n$/, ''));
  });

  test('takes a key once, whether it comes again at once, meanwhile or afterwards', async () => {
    const path = await file('twice.pdf', randomBytes(200_000));
    const submit = () =>
      curl(socketPath, [
        '-H',
        'Idempotency-Key: e2e-1',
        ...ticket({ to: ['anna@contoso.com'] }),
        '-F',
        `file=@${path}`,
        url('/v1/jobs'),
      ]);
    const all = await Promise.all([submit(), submit(), submit()]);
    expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    const ids = new Set(all.map(({ json }) => json.queueId));
    expect(ids.size).toBe(1);
    const [queueId = ''] = ids;
    await delivered(queueId);
    const late = await submit();
    expect(late).toMatchObject({ status: 200, json: { queueId, state: 'accepted', idempotencyKey: 'e2e-1' } });
    expect((await curl(socketPath, [url('/v1/jobs/by-key/e2e-1')])).json.queueId).toBe(queueId);
    expect(await curl(socketPath, [url('/v1/jobs/by-key/e2e-2')])).toMatchObject({
      status: 404,
      json: { error: { code: 'job-not-found' } },
    });
  });

  test('answers a refusal although the upload has not ended', async () => {
    const path = await file('huge.bin', Buffer.alloc(60 * 1024 * 1024));
    const { status, json } = await curl(socketPath, [
      ...ticket({ to: ['anna@contoso.com'] }),
      '-F',
      `file=@${path}`,
      url('/v1/jobs'),
    ]);
    expect([status, json.error?.code]).toEqual([413, 'message-too-large']);
    const bad = await curl(socketPath, [...ticket({ to: ['anna'] }), '-F', `file=@${path}`, url('/v1/jobs')]);
    expect([bad.status, bad.json.error?.code]).toEqual([422, 'bad-address']);
    expect(bad.json.error?.message).toContain('ticket.to.0');
  });

  test('half an upload leaves nothing behind', async () => {
    const before = await names(spoolOf(rehearsal.root), 'jobs');
    const jobs = rehearsal.daemon.agent.jobs().length;
    for (const end of ['end', 'destroy'] as const) {
      const socket = connect(socketPath);
      await once(socket, 'connect');
      const part =
        '--b\r\nContent-Disposition: form-data; name="ticket"\r\n\r\n{"to":["anna@contoso.com"]}\r\n--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n';
      socket.write(
        `POST /v1/jobs HTTP/1.1\r\nHost: mfp\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000000\r\n\r\n${part}`,
      );
      socket.write(Buffer.alloc(1_000_000));
      // Begun: its body is on disk already.
      await until(async () =>
        (await names(spoolOf(rehearsal.root), 'jobs')).length > before.length ? true : undefined,
      );
      socket.on('error', () => undefined);
      if (end === 'end') socket.end();
      else socket.destroy();
      await until(async () =>
        (await names(spoolOf(rehearsal.root), 'jobs')).length === before.length ? true : undefined,
      );
    }
    expect(rehearsal.daemon.agent.jobs()).toHaveLength(jobs);
  });

  test('does what the examples of the protocol description say', async () => {
    const readme = await readFile(join(import.meta.dirname, '../../firmware-bridge/protocol/README.md'), 'utf8');
    const examples = [...readme.matchAll(/^ {4}(curl (?:.*\\\n)*.*)$/gm)].map(([, example = '']) => example);
    expect(examples.length).toBeGreaterThanOrEqual(6);
    await file('page1.pdf', randomBytes(1000));
    await file('page2.pdf', randomBytes(1000));
    await file('message.eml', Buffer.from('Subject: cron\r\n\r\nHello\r\n'));
    for (const example of examples) {
      const command = example.replace('curl ', "curl -sS --max-time 3 --write-out '\nstatus %{http_code}' ");
      const { stdout } = await runProgram('/bin/sh', ['-c', `cd '${folder}'; S='${socketPath}'; ${command}`]);
      expect([example, /status (\d+)$/.exec(stdout)?.[1]]).toEqual([example, expect.stringMatching(/^20[01]$/)]);
    }
  }, 60_000);

  test('counts files by template, and the number survives', async () => {
    const path = await file('x.pdf', Buffer.from('x'));
    const numbers = [];
    for (let i = 0; i < 2; i++) {
      const fields = { to: ['anna@contoso.com'], fileName: 'scan {counter}' };
      const { json } = await curl(socketPath, [...ticket(fields), '-F', `file=@${path}`, url('/v1/jobs')]);
      numbers.push((await delivered(json.queueId)).parts[0]?.fileName);
    }
    expect(numbers).toEqual(['scan 00001.pdf', 'scan 00002.pdf']);
    expect(await names(rehearsal.layout.stateDir)).toContain('counter');
  });

  test('shows a display, follows its keys, and tells others', async () => {
    const events = connect(socketPath);
    let heard = '';
    events.on('data', (piece: Buffer) => (heard += piece.toString()));
    events.write('GET /v1/events?panel=20x2 HTTP/1.1\r\nHost: mfp\r\n\r\n');
    const press = (key: string) =>
      curl<PanelView>(socketPath, [
        '--json',
        JSON.stringify({ key, columns: 20, rows: 4 }),
        url('/v1/panel/keys?language=ja'),
      ]);
    // One panel for all: another client may have left its menu open.
    await press('back');
    const panel = await curl<PanelView>(socketPath, [url('/v1/panel?columns=20&rows=4')]);
    expect(panel.json).toMatchObject({ screen: 'home', lamp: 'green', keys: { ok: 'Menu' } });
    expect(panel.json.lines).toHaveLength(4);
    await until(() => (heard.includes('event: panel') ? true : undefined));
    expect((await press('ok')).json).toMatchObject({ screen: 'menu', lines: expect.arrayContaining(['>サインイン']) });
    await until(() => (heard.includes('"screen":"menu"') ? true : undefined));
    expect((await press('back')).json.screen).toBe('home');
    expect((await press('sideways')).status).toBe(400);
    events.destroy();
  });

  test('sets the device up: address, profiles, and a server name that is typed at the panel', async () => {
    const put = (path: string, body: unknown) =>
      curl<{ changed: string[] }>(socketPath, ['-X', 'PUT', '--json', JSON.stringify(body), url(path)]);
    const { deviceEmailAddress } = rehearsal.daemon.agent.status();
    expect(await put('/v1/device/email-address', { address: deviceEmailAddress })).toMatchObject({
      status: 200,
      json: { changed: [] },
    });
    expect((await put('/v1/device/email-address', { address: 'nobody' })).status).toBe(422);
    const warned = await put('/v1/device/smtp-server', { host: 'smtp.example.org' });
    expect(warned).toMatchObject({ status: 409, json: { error: { code: 'settings-need-consent' } } });
    expect(warned.json.error?.message).toContain('smtp.example.org');
    expect(rehearsal.daemon.agent.status().provider).toBe('exchange-online');
    const { json } = await curl<{ profiles: { name: string }[] }>(socketPath, [url('/v1/profiles')]);
    expect(json.profiles.map(({ name }) => name)).toContain('china-21vianet');
    // The same again with what the person has accepted; last, because it ends the sign-in.
    const codes = (warned.json.error as unknown as { details: { consequences: string[] } }).details.consequences;
    expect(codes).toContain('provider-becomes-unspecified');
    expect((await put('/v1/device/smtp-server', { host: 'smtp.example.org', accept: codes })).status).toBe(200);
    expect(rehearsal.daemon.agent.status().provider).toBe('unspecified');
  });
});

test('an agent nobody has signed in to takes scans to its quota, says full, and takes the same submission when there is room', async () => {
  const { daemon, layout } = await rehearse();
  const path = join(await tempDir(), 'full.pdf');
  await writeFile(path, randomBytes(100_000));
  const submit = (key: string) => {
    const ticket = JSON.stringify({ to: ['anna@contoso.com'], idempotencyKey: key });
    return curl(layout.socketPath, [
      ...['-F', `ticket=${ticket};type=application/json`, '-F', `file=@${path}`],
      url('/v1/jobs'),
    ]);
  };
  const set = (maxJobs: number) =>
    daemon.agent.changeSettings({ changes: { 'limits.maxJobs': maxJobs }, accept: [] }, administrator);
  await set(1);
  expect((await submit('full-0')).status).toBe(201);
  expect(await submit('full-1')).toMatchObject({ status: 503, json: { error: { code: 'queue-full' } } });
  // What it owns already costs no room.
  expect((await submit('full-0')).status).toBe(200);
  await set(500);
  expect((await submit('full-1')).status).toBe(201);
  expect(daemon.agent.jobs().map(({ state }) => state)).toEqual(['held', 'held']);
});

test('the file that devices get takes a form and a message too', async () => {
  const root = await tempDir();
  const { socketPath } = rootLayout(root);
  const program = fileURLToPath(new URL('../../dist/mfp-mail-agent.cjs', import.meta.url));
  await writeSettings(root, {});
  const child = spawn(process.execPath, [program, '--root', root, 'run'], { stdio: 'ignore' });
  try {
    const path = join(root, 'scan.pdf');
    const octets = randomBytes(100_000);
    await writeFile(path, octets);
    const form = ['-F', `ticket={"to":["anna@contoso.com"]};type=application/json`, '-F', `file=@${path}`];
    await until(async () => ((await curl(socketPath, [...form, url('/v1/jobs')])).status === 201 ? true : undefined));
    const message = ['--data-binary', 'To: anna@contoso.com\n\nHello\n', url('/v1/messages')];
    expect((await curl(socketPath, message)).status).toBe(201);
    const panel = await curl<PanelView>(socketPath, [url('/v1/panel?language=zh-CN')]);
    expect(panel.json.keys.ok).toBe('菜单');
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}, 60_000);

test('kill -9 while scans come in: with their keys every scan arrives, none twice', async () => {
  const cloud = createStandInCloud({ profile: standInProfiles.global });
  await cloud.start();
  const root = await tempDir();
  await prepareSettings(rootLayout(root), cloud, { cloud: 'global', clock: systemClock, log: collectedLog() });
  const agent = new AgentProcess(root, cloud);
  const { socketPath } = rootLayout(root);
  const folder = await tempDir();
  try {
    await agent.start();
    // Nothing is sent meanwhile, so that the only copies could be of our making.
    const scans = Array.from({ length: 12 }, (_all, index) => ({
      key: `kill-${String(index)}`,
      octets: randomBytes(400_000),
    }));
    const ids = new Map<string, string>();
    let isOver = false;
    const killing = (async () => {
      for (let kills = 0; kills < 4 && !(isOver as boolean); kills++) {
        await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 400));
        await agent.signal('SIGKILL');
        await agent.start();
      }
    })();
    for (const { key, octets } of scans) {
      const path = join(folder, key);
      await writeFile(path, octets);
      await until(async () => {
        const ticket = JSON.stringify({ to: ['anna@contoso.com'], subject: key, idempotencyKey: key });
        const answer = await curl(socketPath, [
          ...['-F', `ticket=${ticket};type=application/json`, '-F', `file=@${path}`],
          url('/v1/jobs'),
        ]);
        if (answer.status !== 200 && answer.status !== 201) return undefined;
        ids.set(key, answer.json.queueId);
        return true;
      }, 40_000);
    }
    isOver = true;
    await killing;
    const { jobs } = await agent.json<{ jobs: JobSummary[] }>(['queue', 'list']);
    expect(jobs.map(({ queueId }) => queueId).sort()).toEqual([...ids.values()].sort());
    expect(new Set(ids.values()).size).toBe(scans.length);

    expect(await agent.signIn()).toMatchObject({ code: 0 });
    await until(() => (cloud.deliveries().length >= scans.length ? true : undefined), 60_000);
    const arrived = cloud.deliveries().map(({ raw }) => mimeParts(raw).parts[0]?.content.toString('hex'));
    expect(arrived.sort()).toEqual(scans.map(({ octets }) => octets.toString('hex')).sort());
  } finally {
    await agent.signal('SIGKILL');
    await cloud.stop();
  }
}, 180_000);
