/** What people, firmware, disks and attackers hand to the agent: each gets a clear answer, and no mail is lost for it. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { rootLayout } from '../../src/cli/index.ts';
import { MailError, type AgentStatus, type Dialer } from '../../src/core/index.ts';
import { prepareSettings } from '../../src/demo/index.ts';
import {
  createStandInCloud,
  loopbackDialer,
  playFirmware,
  standInProfiles,
  type StandInCloud,
} from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { plainEhlo, startSmarthost, type Smarthost } from '../relay/scripted-smarthost.ts';
import { agentCommand, AgentProcess } from '../support/agent-process.ts';
import { makeCa } from '../support/certificates.ts';
import { collectedLog } from '../support/collected-log.ts';
import {
  daemonAt,
  everythingBelow,
  names,
  spoolOf,
  untilJob,
  writeSettings,
  type OpenDaemon,
} from '../support/daemon-at.ts';
import { until } from '../support/signed-in.ts';
import { SkippableClock } from '../support/skippable-clock.ts';
import { playDialogue } from '../support/smtp-dialogue.ts';
import { tempDir } from '../support/temp-dir.ts';

const administrator = { by: 'test', door: 'cli', role: 'administrator' } as const;
/** Stands in every scan below; nobody but its recipient may ever see it. */
const canary = 'CANARY-7f3a-the-text-of-the-scan';

let cloud: StandInCloud;
const running: OpenDaemon[] = [];
const sinks: Smarthost[] = [];

beforeAll(async () => {
  cloud = createStandInCloud({ profile: standInProfiles.global, intervalS: 1 });
  await cloud.start();
}, 30_000);
afterEach(async () => {
  for (const daemon of running.splice(0)) await daemon.stop();
  for (const sink of sinks.splice(0)) await sink.stop();
});
afterAll(async () => {
  await cloud.stop();
});

const nowhere: Dialer = { dial: () => Promise.reject(new MailError('connect-failed', 'no network')) };

async function open(...args: Parameters<typeof daemonAt>): Promise<OpenDaemon> {
  const daemon = await daemonAt(...args);
  running.push(daemon);
  return daemon;
}

async function close(daemon: OpenDaemon): Promise<void> {
  running.splice(running.indexOf(daemon), 1);
  await daemon.stop();
}

async function standInRoot(settings: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const root = await tempDir();
  await prepareSettings(rootLayout(root), cloud, {
    cloud: 'global',
    clock: systemClock,
    log: collectedLog(),
    settings,
  });
  return root;
}

async function scan(port: number, file: Buffer = Buffer.from(canary)): Promise<string> {
  const { reply } = await playFirmware({
    port,
    file,
    fileName: 'scan.pdf',
    to: ['anna@contoso.example'],
    from: 'mfp@printer.local',
    subject: 'Scan',
  });
  return /[0-9a-z]{14}/.exec(reply)?.[0] ?? '';
}

async function signIn({ agent }: OpenDaemon): Promise<void> {
  await agent.beginSignIn(administrator);
  const { userCode } = await until(() => {
    const state = agent.signInState();
    return state.step === 'code' ? state : undefined;
  });
  await cloud.technician({ userCode });
  await until(() => (agent.signInState().step === 'confirm' ? true : undefined));
  await agent.confirmSignIn(administrator);
  await until(() => (agent.signInState().step === 'ready' ? true : undefined));
}

async function plainSink(...args: Parameters<typeof startSmarthost>): Promise<Smarthost> {
  const sink = await startSmarthost(...args);
  sinks.push(sink);
  return sink;
}

describe('one agent process', () => {
  let agent: AgentProcess;

  beforeAll(async () => {
    agent = new AgentProcess(await standInRoot(), cloud);
    await agent.start();
  }, 60_000);
  afterAll(async () => {
    await agent.signal('SIGKILL');
  });

  test('a second agent on the same folder says so and ends with 1; the first goes on', async () => {
    const { code, stdout, stderr } = await agentCommand(['--root', agent.root, 'run'], { limitMs: 20_000 });
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/in use by pid \d+|another agent answers/);
    expect((await agent.command(['status'])).code).toBe(4);
    expect(await scan((await agent.json<AgentStatus>(['status'])).listeners[0]?.port ?? 0)).toMatch(/^[0-9a-z]{14}$/);
  }, 60_000);

  test('an intake port that somebody else has is named in log and status, and the agent can be asked and mended', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const root = await tempDir();
    await writeSettings(root, { 'intake.loopbackPort': port });
    const blocked = new AgentProcess(root, cloud);
    await blocked.start();
    try {
      expect(blocked.output).toContain(String(port));
      expect(blocked.output).toMatch(/EADDRINUSE|in use/);
      const { stdout } = await blocked.command(['status']);
      expect(stdout).toMatch(/^Port for scans not available/);
      expect((await blocked.command(['settings', 'set', 'intake.loopbackPort', '0'])).code).toBe(0);
    } finally {
      other.close();
      await blocked.signal('SIGTERM');
    }
  }, 60_000);

  test.each([
    [
      ['service.clientId', 'fad8cd81-a4a6-4e50-b1865d84f6c275a5'],
      /hyphen|group|8-4-4-4-12/i,
      'the hyphen that printed instructions lost',
    ],
    [['sender.usesAuthenticatedUserAddress', 'yes'], /Exchange Online/i, 'contradicts the provider'],
    [['sender.sendingUser', 'remote-authenticated-user'], /Exchange Online/i, 'contradicts the provider'],
    [['service.smtpSecurity', 'none'], /starttls/i, 'a token in clear'],
    [['service.smtpHost', '127.0.0.1'], /name|private|never/i, 'no server of Exchange Online'],
    [['service.clentId', 'x'], /service\.clientId|settings list/, 'a slip of the finger'],
  ])(
    'settings set %j is refused with 5 and a sentence that helps (%s)',
    async (operands, says) => {
      const { code, stderr } = await agent.command(['settings', 'set', ...operands, '--yes']);
      expect(code).toBe(5);
      expect(stderr).toMatch(says);
      expect((await agent.command(['settings', 'get', 'service.clientId'])).stdout.trim()).toBe(cloud.clientId);
    },
    30_000,
  );

  test('the whole output of an agent that signs in, sends and is refused holds no token, code, AUTH line or message text', async () => {
    const { listeners } = await agent.json<AgentStatus>(['status']);
    const queueIsEmpty = async () => {
      const { queue } = await agent.json<AgentStatus>(['status']);
      return queue.waiting + queue.sending + queue.held === 0 ? true : undefined;
    };
    await scan(listeners[0]?.port ?? 0);
    const signedIn = agent.command(['sign-in', '--yes']);
    const userCode = await until(() => cloud.pendingCodes()[0]?.userCode);
    await cloud.technician({ userCode });
    expect(await signedIn).toMatchObject({ code: 0 });
    await until(queueIsEmpty);
    expect(cloud.deliveries().length).toBeGreaterThan(0);
    cloud.setFault('send-as-denied', true);
    const queueId = await scan(listeners[0]?.port ?? 0, Buffer.from(`${canary} again`));
    await until(async () => ((await agent.json<AgentStatus>(['status'])).glance === 'held' ? true : undefined));
    cloud.setFault('send-as-denied', false);
    await agent.command(['queue', 'retry', queueId]);
    await until(queueIsEmpty);
    expect(cloud.deliveries().length).toBeGreaterThan(1);
    await agent.signal('SIGTERM');
    expect(agent.output).toMatch(/proven|signed in/i);
    for (const secret of [
      /eyJ[A-Za-z0-9]/,
      /1\.AX0A/,
      /CAQABAAEAAA/,
      /AUTH XOAUTH2|dXNlcj1/,
      new RegExp(userCode),
      new RegExp(canary),
      new RegExp(Buffer.from(canary).toString('base64').slice(0, 20)),
    ]) {
      expect(agent.output).not.toMatch(secret);
    }
    // Nor does the disk, where everything is sealed.
    const disk = (await everythingBelow(rootLayout(agent.root).stateDir)).toString('latin1');
    for (const secret of ['eyJ0eXAi', '1.AX0A', 'CAQABAAEAAA', canary, Buffer.from(canary).toString('base64')])
      expect(disk).not.toContain(secret);
  }, 60_000);
});

describe('what was on disk', () => {
  test.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['no JSON', () => '\0\0\0'],
    ['JSON with values that cannot be', (text: string) => text.replace(/^\{/, '{"limits":{"maxJobs":-1},')],
  ])(
    'settings file %s: the agent starts, says so, and goes on with the last good settings',
    async (_name, spoil) => {
      const root = await standInRoot();
      const path = join(rootLayout(root).settingsDir, 'settings.json');
      const good = await readFile(path, 'utf8');
      await writeFile(path, spoil(good));
      const daemon = await open(root, nowhere);
      const { settings, health } = daemon.agent.settings();
      expect(health).toMatchObject({
        ok: false,
        why: expect.stringMatching(/settings\.json cannot be used.*last good copy/s) as unknown as string,
      });
      expect(settings).toMatchObject({ service: { clientId: cloud.clientId } });
      expect(daemon.log.of('warn')).toContain('settings need attention');
      expect(await scan(daemon.port)).toMatch(/^[0-9a-z]{14}$/);
      // Saving anything mends it; the damaged file is kept for whoever wants to look.
      await daemon.agent.changeSettings({ changes: { 'retry.lifetimeHours': 48 }, accept: [] }, administrator);
      expect(daemon.agent.settings().health.ok).toBe(true);
      expect(daemon.agent.status().glance).toBe('sign-in-needed');
      expect(
        (await names(rootLayout(root).settingsDir)).filter((name) => name.startsWith('settings.damaged-')),
      ).toHaveLength(1);
    },
    30_000,
  );

  test('a spool record cut off: it goes to corrupt/ and is shown as failed; the others go on', async () => {
    const root = await standInRoot();
    const first = await open(root, nowhere);
    const ids = [
      await scan(first.port, randomBytes(500)),
      await scan(first.port, randomBytes(500)),
      await scan(first.port, randomBytes(500)),
    ];
    await close(first);
    await truncate(join(spoolOf(root), 'jobs', `${ids[1] ?? ''}.env`), 40);
    const daemon = await open(root, nowhere);
    const jobs = new Map(daemon.agent.jobs().map((job) => [job.queueId, job.state]));
    expect([jobs.get(ids[0] ?? ''), jobs.get(ids[1] ?? ''), jobs.get(ids[2] ?? '')]).toEqual([
      'held',
      'failed',
      'held',
    ]);
    expect(await names(spoolOf(root), 'corrupt')).toEqual([`${ids[1] ?? ''}.env`, `${ids[1] ?? ''}.msg`]);
    expect(daemon.log.of('corrupt')).toMatchObject([{ entry: ids[1] }]);
    expect((await daemon.agent.job(ids[1] ?? '')).guidance).toBeDefined();
  }, 30_000);

  test('the spool key is missing: jobs wait where they are, intake says so, nothing is deleted; the key comes back and so do they', async () => {
    const root = await standInRoot();
    const first = await open(root, nowhere);
    const queueId = await scan(first.port);
    await close(first);
    const stored = await names(spoolOf(root), 'jobs');
    const key = join(rootLayout(root).stateDir, 'keys', 'spool.key');
    await rename(key, `${key}.away`);
    const clock = new SkippableClock();
    const daemon = await open(root, nowhere, clock);
    expect(daemon.agent.status()).toMatchObject({
      glance: 'storage',
      lamp: 'red',
      guidanceId: 'key-unavailable',
      storage: { state: 'unavailable', why: 'key-unavailable' },
    });
    await expect(scan(daemon.port)).rejects.toThrow(/451 4\.3\.0/);
    expect(await names(spoolOf(root), 'jobs')).toEqual(stored);
    expect(await names(rootLayout(root).stateDir, 'keys')).not.toContain('spool.key');
    await rename(`${key}.away`, key);
    clock.skip(31_000);
    await untilJob(daemon, queueId, ({ state }) => state === 'held');
    expect(daemon.agent.status().storage).toEqual({ state: 'ok' });
  }, 30_000);

  test('a settings file that sends mail and log-in elsewhere after the sign-in: not one byte of a token goes there (T21)', async () => {
    const ca = await makeCa();
    const elsewhere = await plainSink({}, await ca.issue(['smtp.elsewhere.example', 'login.elsewhere.example']));
    // The worst case: the other server has a certificate this device trusts, and did so at the sign-in.
    const root = await standInRoot({ 'network.extraCaPem': [cloud.caPem, ca.cert] });
    const dialled: string[] = [];
    const real = loopbackDialer(cloud.hostMap);
    const dialer: Dialer = {
      dial: (target) => {
        dialled.push(target.host);
        return target.host.endsWith('elsewhere.example') ? elsewhere.dialer.dial(target) : real.dial(target);
      },
    };
    const first = await open(root, dialer);
    await signIn(first);
    await close(first);
    const path = join(rootLayout(root).settingsDir, 'settings.json');
    const file = JSON.parse(await readFile(path, 'utf8')) as Record<string, Record<string, unknown>>;
    const tampered = {
      ...file,
      service: {
        ...file['service'],
        cloud: 'custom',
        smtpHost: 'smtp.elsewhere.example',
        loginHost: 'login.elsewhere.example',
        scope: 'https://outlook.office.com/SMTP.Send',
      },
    };
    await writeFile(path, JSON.stringify(tampered));
    dialled.length = 0;
    const daemon = await open(root, dialer);
    expect(daemon.agent.settings()).toMatchObject({
      health: { ok: true },
      effective: { smtpHost: 'smtp.elsewhere.example' },
    });
    const queueId = await scan(daemon.port);
    await untilJob(daemon, queueId, ({ state }) => state === 'held');
    await daemon.agent.retryJob(queueId, administrator);
    await until(() => (daemon.agent.status().queue.sending === 0 ? true : undefined));
    expect(daemon.agent.status()).toMatchObject({
      glance: 'sign-in-needed',
      account: { code: 'secret-binding-changed' },
    });
    expect(elsewhere.commands('AUTH')).toEqual([]);
    expect(elsewhere.bodies()).toEqual([]);
    expect(dialled.filter((host) => host.startsWith('login.'))).toEqual([]);
  }, 60_000);

  test('no network at all: the scan is taken and waits, and leaves when the network is back', async () => {
    const root = await standInRoot();
    const clock = new SkippableClock();
    const real = loopbackDialer(cloud.hostMap);
    let isUp = true;
    const daemon = await open(root, { dial: (target) => (isUp ? real : nowhere).dial(target) }, clock);
    await signIn(daemon);
    isUp = false;
    clock.skip(30_000);
    const queueId = await scan(daemon.port);
    const job = await untilJob(daemon, queueId, ({ lastReply }) => lastReply !== undefined);
    expect(job).toMatchObject({ state: 'waiting', lastReply: { code: 'connect-failed' } });
    expect(daemon.agent.status().glance).toBe('ready');
    isUp = true;
    clock.skip((job.nextAttemptAtMs ?? 0) - clock.nowMs() + 50);
    await untilJob(daemon, queueId, ({ state }) => state === 'accepted');
  }, 60_000);
});

describe('what firmware says', () => {
  test.each([
    ['declared', 'C: MAIL FROM:<mfp@printer.local> SIZE=70000\nS: 552 5.3.4'],
    [
      'not declared',
      `C: MAIL FROM:<mfp@printer.local>\nS: 250\nC: RCPT TO:<anna@contoso.example>\nS: 250\nC: DATA\nS: 354\nC: Subject: large\nC: \n${'C: 0123456789012345678901234567890123456789012345678901234567890123456789\n'.repeat(1000)}C: .\nS: 552 5.3.4`,
    ],
  ])(
    'a mail over the limit, size %s: 552, and nothing stays in the spool',
    async (_name, script) => {
      const root = await tempDir();
      await writeSettings(root, { 'limits.maxMessageBytes': 65_536 });
      const daemon = await open(root, nowhere);
      await playDialogue(
        { port: daemon.port },
        `S: 220\nC: EHLO mfp\nS: 250\nS+ SIZE 65536\n${script}\nC: QUIT\nS: 221`,
      );
      expect(daemon.agent.jobs()).toEqual([]);
      expect(await names(spoolOf(root), 'jobs')).toEqual([]);
    },
    30_000,
  );

  test.each([
    ['RCPT TO:<anna>', '553 5.1.3'],
    ['RCPT TO:<anna@>', '55'],
    ['RCPT TO:<@contoso.example>', '55'],
    ['RCPT TO:<a@b@c.example>', '553 5.1.3'],
    ['RCPT TO:<anna@contoso..example>', '553 5.1.3'],
    ['RCPT TO:<anna@-contoso.example>', '553 5.1.3'],
    ['RCPT TO:<anna contoso@example.com>', '5'],
    ['RCPT TO:<anna\u0001@contoso.example>', '5'],
    ['RCPT TO:<ænna@contoso.example>', '5'],
  ])(
    '%s is answered %s, and the session goes on',
    async (command, reply) => {
      const root = await tempDir();
      await writeSettings(root, {});
      const daemon = await open(root, nowhere);
      await playDialogue(
        { port: daemon.port },
        `S: 220\nC: EHLO mfp\nS: 250\nC: MAIL FROM:<mfp@printer.local>\nS: 250\nC: ${command}\nS: ${reply}\nC: RCPT TO:<anna@contoso.example>\nS: 250\nC: QUIT\nS: 221`,
      );
    },
    30_000,
  );
});

describe('provider "unspecified"', () => {
  test.each<{
    readonly name: string;
    readonly security: string;
    readonly hasTls: boolean;
    readonly ehlo?: string;
    readonly isSent: boolean;
    readonly isSecure?: boolean;
  }>([
    { name: 'no encryption wanted, none offered', security: 'none', hasTls: false, ehlo: plainEhlo, isSent: true },
    {
      name: 'encryption if offered, none offered',
      security: 'starttls-if-offered',
      hasTls: false,
      ehlo: plainEhlo,
      isSent: true,
    },
    {
      name: 'encryption if offered, and it is',
      security: 'starttls-if-offered',
      hasTls: true,
      isSent: true,
      isSecure: true,
    },
    { name: 'encryption demanded, and offered', security: 'starttls', hasTls: true, isSent: true, isSecure: true },
    { name: 'encryption demanded, none offered', security: 'starttls', hasTls: false, ehlo: plainEhlo, isSent: false },
  ])(
    '$name',
    async ({ security, hasTls, ehlo, isSent, isSecure = false }) => {
      const ca = await makeCa();
      const sink = await plainSink(
        ehlo === undefined ? {} : { ehlo, starttls: '500 5.5.1 what?' },
        hasTls ? await ca.issue(['mail.contoso.example']) : undefined,
      );
      const root = await tempDir();
      await writeSettings(root, {
        'service.provider': 'unspecified',
        'service.smtpHost': 'mail.contoso.example',
        'service.smtpPort': 25,
        'service.smtpSecurity': security,
        'sender.deviceEmailAddress': 'scan@contoso.example',
        'network.extraCaPem': [ca.cert],
      });
      const daemon = await open(root, sink.dialer);
      expect(daemon.agent.status()).toMatchObject({ glance: 'relay-only', lamp: 'green' });
      const queueId = await scan(daemon.port);
      const job = await untilJob(
        daemon,
        queueId,
        ({ state, lastReply }) => state === 'accepted' || lastReply !== undefined,
      );
      expect(sink.commands('AUTH')).toEqual([]);
      if (!isSent) {
        expect(job).toMatchObject({ state: 'waiting', lastReply: { code: 'tls-not-offered' } });
        expect(sink.commands('MAIL')).toEqual([]);
        return;
      }
      expect(job.state).toBe('accepted');
      expect(sink.sessions.at(-1)?.isSecure).toBe(isSecure);
      expect(sink.commands('MAIL')[0]).toMatch(/^MAIL FROM:<scan@contoso\.example>/);
      expect(sink.bodies().join('')).toContain(Buffer.from(canary).toString('base64'));
      await expect(async () => daemon.agent.beginSignIn(administrator)).rejects.toMatchObject({
        code: 'sign-in-not-needed',
      });
    },
    30_000,
  );
});

describe('a disk of its own', () => {
  const run = promisify(execFile);
  let disk = '';
  let why = '';

  beforeAll(async () => {
    disk = join(await tempDir(), 'disk');
    await mkdir(disk);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]).catch((error: unknown) => {
      why = String(error);
    });
  });
  afterAll(async () => {
    if (why === '') await run('umount', ['-l', disk]).catch(() => undefined);
  });

  test('full: 452 and not a byte more; what was taken before stays; with room again it takes mail', async () => {
    if (why !== '') {
      console.warn(`left out: "a full disk", because no small disk can be mounted here: ${why}`);
      return;
    }
    await writeSettings(disk, { 'limits.reserveBytes': 1_048_576, 'limits.maxMessageBytes': 1_048_576 });
    const clock = new SkippableClock();
    const daemon = await open(disk, nowhere, clock);
    const taken: string[] = [];
    let refusal: unknown;
    for (let i = 0; i < 10 && refusal === undefined; i++)
      await scan(daemon.port, randomBytes(400_000)).then(
        (id) => {
          taken.push(id);
        },
        (error: unknown) => {
          refusal = error;
        },
      );
    expect(String(refusal)).toMatch(/452 4\.3\.1/);
    expect(taken.length).toBeGreaterThan(0);
    expect(daemon.agent.status().storage).toMatchObject({ state: 'full', why: 'disk-full' });
    expect(await names(spoolOf(disk), 'jobs')).toEqual(taken.flatMap((id) => [`${id}.env`, `${id}.msg`]).sort());
    // States can still be written: the reserve is for this.
    for (const id of taken) await daemon.agent.deleteJob(id, administrator);
    clock.skip(31_000);
    await until(() => (daemon.agent.status().storage.state === 'ok' ? true : undefined));
    expect(await scan(daemon.port)).toMatch(/^[0-9a-z]{14}$/);
  }, 60_000);

  test('read-only: 451 and a red lamp; writable again, it goes on by itself with the jobs from before', async () => {
    if (why !== '') {
      console.warn(`left out: "a read-only disk", because no small disk can be mounted here: ${why}`);
      return;
    }
    // Settings and socket are elsewhere, as on a device whose flash partition has failed.
    const root = await tempDir();
    await writeSettings(root, { 'limits.reserveBytes': 1_048_576, 'limits.maxMessageBytes': 1_048_576 });
    const stateDir = join(disk, 'state');
    const before = await open(root, nowhere, systemClock, { stateDir });
    const queueId = await scan(before.port, randomBytes(300));
    await close(before);
    await run('mount', ['-o', 'remount,ro', disk]);
    const clock = new SkippableClock();
    const daemon = await open(root, nowhere, clock, { stateDir }).finally(() =>
      run('mount', ['-o', 'remount,rw', disk]).then(() => undefined),
    );
    expect(daemon.agent.status()).toMatchObject({
      glance: 'storage',
      lamp: 'red',
      storage: { state: 'unavailable', why: 'EROFS' },
    });
    await expect(scan(daemon.port)).rejects.toThrow(/451 4\.3\.0/);
    clock.skip(31_000);
    await untilJob(daemon, queueId, ({ state }) => state === 'held');
    expect(daemon.agent.status().storage).toEqual({ state: 'ok' });
  }, 60_000);
});
