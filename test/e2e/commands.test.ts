/** The built commands against a living agent process: what scripts and technicians may rely on. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rootLayout } from '../../src/cli/index.ts';
import type { AgentStatus, JobSummary } from '../../src/core/index.ts';
import { prepareSettings } from '../../src/demo/index.ts';
import { createStandInCloud, playFirmware, standInProfiles, type StandInCloud } from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { agentCommand, AgentProcess, type Finished } from '../support/agent-process.ts';
import { collectedLog } from '../support/collected-log.ts';
import { until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';
import { freePort } from '../support/loopback.ts';

interface CliError {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly exitCode: number;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

let cloud: StandInCloud;
let agent: AgentProcess;
let dir: string;

beforeAll(async () => {
  cloud = createStandInCloud({ profile: standInProfiles.global, intervalS: 1 });
  await cloud.start();
  dir = await tempDir();
  await prepareSettings(rootLayout(dir), cloud, { cloud: 'global', clock: systemClock, log: collectedLog() });
  agent = new AgentProcess(dir, cloud);
  await agent.start();
}, 60_000);

afterAll(async () => {
  await agent.signal('SIGKILL');
  await cloud.stop();
});

/** Whatever a command prints into a pipe: no colours, and nothing wider than 80 columns that is not meant for copying. */
function expectPlain({ stdout, stderr }: Finished): void {
  expect(stdout + stderr).not.toMatch(/\x1b/);
  const wide = stdout
    .split('\n')
    .filter((line) => line.length > 80 && !/https:\/\/| --root \//.test(line) && !/^\s{2,}|^[{["]/.test(line));
  expect(wide).toEqual([]);
}

async function run(args: readonly string[], options: Parameters<AgentProcess['command']>[1] = {}): Promise<Finished> {
  const finished = await agent.command(args, options);
  expectPlain(finished);
  // An error is one sentence, in one line, and says who speaks.
  if (finished.stderr !== '') expect(finished.stderr).toMatch(/^(mfp-mail-agent: [^\n]+\n|\{.*\}\n)$/);
  return finished;
}

async function json<T>(args: readonly string[], code = 0): Promise<T> {
  const finished = await run([...args, '--json']);
  expect({ code: finished.code, stderr: finished.stderr }).toEqual({ code, stderr: '' });
  const lines = finished.stdout.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as T).at(-1)!;
}

async function refusal(args: readonly string[], code: number): Promise<CliError['error']> {
  const plain = await run(args);
  expect(plain.code).toBe(code);
  expect(plain.stderr).not.toBe('');
  const finished = await run([...args, '--json']);
  expect(finished.code).toBe(code);
  const { error } = JSON.parse(finished.stderr) as CliError;
  expect(error.exitCode).toBe(code);
  return error;
}

async function scan(subject: string): Promise<string> {
  const port =
    (await json<AgentStatus>(['status'], (await agent.command(['status'])).code ?? 0)).listeners[0]?.port ?? 0;
  const { reply } = await playFirmware({
    port,
    file: Buffer.from('%PDF-1.7 scan'),
    fileName: 'scan.pdf',
    to: ['anna@contoso.example'],
    from: 'mfp@printer.local',
    subject,
  });
  return /[0-9a-z]{14}/.exec(reply)?.[0] ?? '';
}

async function untilState(queueId: string, state: JobSummary['state']): Promise<JobSummary> {
  return until(async () => {
    const { job } = await agent.json<{ job: JobSummary }>(['queue', 'show', queueId]);
    return job.state === state ? job : undefined;
  });
}

describe('without an agent', () => {
  test.each([
    [['status']],
    [['settings', 'list']],
    [['settings', 'get', 'service.cloud']],
    [['settings', 'set', 'log.level', 'warn']],
    [['settings', 'export']],
    [['queue', 'list']],
    [['queue', 'show', '0123456789abcd']],
    [['consent-link']],
    [['send-test', 'anna@contoso.example']],
    [['sign-in']],
    [['sign-out', '--yes']],
  ])(
    '%j: exit code 3 and how to start it',
    async (args) => {
      const nowhere = join(dir, 'nowhere');
      const plain = await agentCommand(['--root', nowhere, ...args]);
      expect(plain).toMatchObject({ code: 3, stdout: '' });
      // What it says to type starts the agent on the same folders, in a checkout too.
      expect(plain.stderr).toMatch(/^mfp-mail-agent: The agent is not running [^\n]*start it with: .*\n$/);
      expect(plain.stderr.endsWith(` --root ${nowhere} run\n`)).toBe(true);
    },
    20_000,
  );

  test('with --json the error is JSON, and explain needs no agent', async () => {
    const nowhere = join(dir, 'nowhere');
    const finished = await agentCommand(['--root', nowhere, 'status', '--json']);
    expect(JSON.parse(finished.stderr)).toMatchObject({ error: { code: 'daemon-not-running', exitCode: 3 } });
    const explained = await agentCommand(['--root', nowhere, 'explain', 'AADSTS50173']);
    expect(explained).toMatchObject({ code: 0, stderr: '' });
    expect(explained.stdout).toMatch(/password/i);
  }, 20_000);
});

describe('before a sign-in', () => {
  test('status: exit code 4, says that a sign-in is needed and where more is to be read', async () => {
    const { code, stdout } = await run(['status']);
    expect(code).toBe(4);
    expect(stdout).toMatch(/^Sign-in needed\.\n/);
    expect(stdout).toContain(` --root ${dir} explain sign-in-needed\n`);
    expect(await json<AgentStatus>(['status'], 4)).toMatchObject({
      glance: 'sign-in-needed',
      account: { status: 'none' },
      smarthost: { host: 'smtp.office365.com', port: 587 },
    });
  }, 30_000);

  test('consent-link: the link alone in its line, unbroken, with the client id that is set', async () => {
    const { code, stdout } = await run(['consent-link']);
    expect(code).toBe(0);
    const link = stdout.split('\n').find((line) => line.startsWith('https://')) ?? '';
    expect(new URL(link)).toMatchObject({ protocol: 'https:', hostname: 'login.microsoftonline.com' });
    expect(link).toContain(`client_id=${cloud.clientId}`);
    expect(await json(['consent-link'])).toMatchObject({
      url: link,
      sentence: expect.any(String) as unknown as string,
    });
  }, 30_000);

  test('send-test: exit code 4, the mail is held and not lost', async () => {
    const { code, stdout, stderr } = await run(['send-test', 'anna@contoso.example'], { limitMs: 15_000 });
    expect({ code, stderr }).toMatchObject({ code: 4 });
    expect(stdout).toMatch(/held/);
    const { jobs } = await json<{ jobs: JobSummary[] }>(['queue', 'list']);
    expect(jobs).toHaveLength(1);
  }, 30_000);

  test('sign-in --yes: from code to "ready"; what was held leaves by itself', async () => {
    const finished = agent.command(['sign-in', '--yes']);
    const code = await until(() => cloud.pendingCodes()[0]?.userCode);
    await cloud.technician({ userCode: code });
    const signedIn = await finished;
    expectPlain(signedIn);
    expect(signedIn).toMatchObject({ code: 0, stderr: '' });
    expect(signedIn.stdout).toContain(code);
    const mail = await cloud.waitForDelivery();
    expect(mail.envelope).toEqual({ reversePath: 'scan@contoso.example', forwardPaths: ['anna@contoso.example'] });
  }, 60_000);
});

describe('status, send-test, explain', () => {
  test('status: exit code 0 when scans can be sent', async () => {
    const { code, stdout } = await run(['status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Ready: signed in as scan@contoso\.example/);
    expect(stdout).toMatch(/Listens +loopback on 127\.0\.0\.1:\d+/);
  }, 30_000);

  test('status --watch --json: JSON lines, the first at once', async () => {
    const watching = agent.command(['status', '--watch', '--json'], { limitMs: 2500 });
    const { stdout } = await watching;
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AgentStatus);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines[0]?.glance).toBe('ready');
  }, 30_000);

  test('send-test: waits for the mail server and says accepted', async () => {
    const { code, stdout } = await run(['send-test', 'bert@contoso.example']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Test mail to bert@contoso\.example: accepted by the mail server/);
    expect(await json<JobSummary>(['send-test', 'bert@contoso.example', '--no-wait'])).toMatchObject({ door: 'test' });
  }, 30_000);

  test.each([
    [['send-test', 'not an address'], 2, 'bad-request'],
    [['explain', 'AADSTS12345678'], 2, 'bad-request'],
    [['explain', 'no-such-code'], 2, 'bad-request'],
    [['nonsense'], 2, 'bad-request'],
    [['status', '--nonsense'], 2, 'bad-request'],
    [['queue', 'list', '--state', 'asleep'], 2, 'bad-request'],
    [['queue', 'list', '--limit', '0'], 2, 'bad-request'],
    [['queue', 'show', '0123456789abcd'], 1, 'job-not-found'],
    [['queue', 'delete', '0123456789abcd', '--yes'], 1, 'job-not-found'],
    [['settings', 'get', 'service.nonsense'], 5, 'settings-invalid'],
    [['settings', 'set', 'retry.lifetimeHours', 'soon'], 2, 'bad-request'],
    [['settings', 'set', 'retry.lifetimeHours', '100000'], 5, 'settings-invalid'],
    [['settings', 'import', '/nowhere/settings.json'], 2, 'bad-request'],
  ])(
    '%j: exit code %i, one sentence',
    async (args, code, errorCode) => {
      expect(await refusal(args, code)).toMatchObject({ code: errorCode });
    },
    30_000,
  );

  test("explain: a number from the phone, with this device's own addresses in the words", async () => {
    const { code, stdout } = await run(['explain', '50173']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/scan@contoso\.example/);
    expect(await json(['explain', 'smtp-auth-disabled'])).toMatchObject({
      id: 'smtp-auth-disabled',
      remedy: expect.stringMatching(/scan@contoso\.example/) as unknown as string,
    });
  }, 30_000);
});

describe('queue', () => {
  test('a scan is held by a person, listed, shown, released, and arrives', async () => {
    cloud.setFault('greeting-421', true, { times: Infinity });
    // The link of the scan before is still open: it takes no notice of greetings.
    await cloud.stop();
    const queueId = await scan('Held for a while');
    await until(async () =>
      (await agent.json<{ job: JobSummary }>(['queue', 'show', queueId])).job.attempts > 0 ? true : undefined,
    );
    expect(await json<JobSummary>(['queue', 'hold', queueId])).toMatchObject({
      state: 'held',
      hold: { reason: 'by-person' },
    });
    await cloud.start();
    cloud.setFault('greeting-421', false);
    const listed = await run(['queue', 'list', '--state', 'held']);
    expect(listed.stdout).toContain(queueId);
    expect(await json(['queue', 'list', '--state', 'held'])).toMatchObject({ total: 1, jobs: [{ queueId }] });
    // The end of the id tells jobs apart.
    const shown = await run(['queue', 'show', queueId.slice(-6)]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/Held for a while/);
    expect(shown.stdout).toMatch(/anna@contoso\.example/);
    expect((await run(['queue', 'release', queueId])).code).toBe(0);
    await agent.command(['queue', 'retry', queueId]);
    expect(await untilState(queueId, 'accepted')).toMatchObject({
      serverMessageId: expect.stringMatching(/^<.+>$/) as unknown as string,
    });
    expect((await refusal(['queue', 'retry', queueId], 1)).code).toBe('job-finished');
  }, 90_000);

  test('a failed scan says why and what to do; retry sends it once more when the reason is gone', async () => {
    cloud.setFault('too-large', true, { bytes: 10 });
    const queueId = await scan('Large');
    await untilState(queueId, 'failed');
    cloud.setFault('too-large', false);
    const { stdout } = await run(['queue', 'show', queueId]);
    expect(stdout).toMatch(/MessageSubmissionExceeded/);
    expect(stdout).toMatch(/Set-Mailbox -Identity '?scan@contoso\.example/);
    expect((await run(['queue', 'retry', queueId])).code).toBe(0);
    await untilState(queueId, 'accepted');
  }, 60_000);

  test('delete: the record keeps who did it', async () => {
    cloud.setFault('too-large', true, { bytes: 10 });
    const queueId = await scan('Not wanted');
    await untilState(queueId, 'failed');
    cloud.setFault('too-large', false);
    expect(await json<JobSummary>(['queue', 'delete', queueId, '--yes'])).toMatchObject({ state: 'deleted' });
    const { job } = await json<{ job: JobSummary }>(['queue', 'show', queueId]);
    // Whoever ran the command, not "local user".
    expect(job.deletedBy).toBe(
      process.env['SUDO_USER'] ?? process.env['USER'] ?? process.env['LOGNAME'] ?? userInfo().username,
    );
    expect((await refusal(['queue', 'retry', queueId], 1)).code).toBe('job-finished');
  }, 60_000);

  test('what the mail server refuses the account for: send-test ends at once with 4, and says the remedy', async () => {
    cloud.setFault('smtp-auth-off-mailbox', true);
    // Idle links have said AUTH before.
    await cloud.stop();
    await cloud.start();
    const { code, stdout } = await run(['send-test', 'anna@contoso.example'], { limitMs: 20_000 });
    expect(code).toBe(4);
    expect(stdout).toMatch(/Set-CASMailbox/);
    const { code: statusCode, stdout: status } = await run(['status']);
    expect(statusCode).toBe(4);
    expect(status).toMatch(/Authenticated SMTP is off/);
    const { jobs } = await json<{ jobs: JobSummary[] }>(['queue', 'list', '--state', 'held']);
    expect(jobs).toHaveLength(1);
    for (const act of ['retry', 'release']) {
      const held = await run(['queue', act, jobs[0]?.queueId ?? '']);
      expect(held).toMatchObject({ code: 4, stderr: '' });
      expect(held.stdout).toMatch(/whole queue is held[^]*Who mends it: the organisation's administrator/);
    }
    cloud.setFault('smtp-auth-off-mailbox', false);
    expect((await run(['queue', 'retry', jobs[0]?.queueId ?? ''])).code).toBe(0);
    await untilState(jobs[0]?.queueId ?? '', 'accepted');
  }, 60_000);
});

describe('settings', () => {
  test('list, get and set: values come back as they were set', async () => {
    const { code, stdout } = await run(['settings', 'list']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^retry\.lifetimeHours +72 +/m);
    expect((await run(['settings', 'set', 'retry.lifetimeHours', '48'])).code).toBe(0);
    expect(await run(['settings', 'get', 'retry.lifetimeHours'])).toMatchObject({ code: 0, stdout: '48\n' });
    expect(await json<number>(['settings', 'get', 'retry.lifetimeHours'])).toBe(48);
    expect(await json(['settings', 'list'])).toMatchObject({ retry: { lifetimeHours: 48 } });
    await run(['settings', 'set', 'sender.permittedAddresses', 'a@contoso.example', 'b@contoso.example']);
    expect(await run(['settings', 'get', 'sender.permittedAddresses'])).toMatchObject({
      stdout: 'a@contoso.example\nb@contoso.example\n',
    });
    await run(['settings', 'set', 'sender.permittedAddresses', '']);
  }, 60_000);

  test('a change with consequences: refused with 5 and the consequence said, made with --yes; the sign-in is gone with it', async () => {
    const { status: accountBefore } = (await json<AgentStatus>(['status'])).account;
    expect(accountBefore).toBe('ready');
    const error = await refusal(['settings', 'set', 'service.tenant', 'contoso.example'], 5);
    expect(error).toMatchObject({ code: 'settings-need-consent', details: { consequences: ['sign-in-dropped'] } });
    expect(error.message).toMatch(/--yes/);
    expect((await run(['settings', 'get', 'service.tenant'])).stdout).toBe('organizations\n');
    expect((await run(['status'])).code).toBe(0);
    const { code, stdout } = await run(['settings', 'set', 'service.tenant', 'contoso.example', '--yes']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/sign-in ends/);
    expect(await json<AgentStatus>(['status'], 4)).toMatchObject({
      glance: 'sign-in-needed',
      account: { code: 'secret-binding-changed' },
    });
    // Back to the settings of the sign-in: its record opens again, nobody has to walk to the printer.
    expect((await run(['settings', 'set', 'service.tenant', 'organizations', '--yes'])).code).toBe(0);
    await until(async () => ((await agent.command(['status'])).code === 0 ? true : undefined));
  }, 60_000);

  test('export and import: no secret in it, all or nothing, and consequences are asked for', async () => {
    const { stdout } = await run(['settings', 'export']);
    const exported = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
    expect(stdout).not.toMatch(/eyJ|refresh|password/i);
    // Another device has another mailbox.
    expect(stdout).not.toContain('scan@contoso.example');
    expect(exported['sender']).not.toHaveProperty('deviceEmailAddress');
    const file = join(dir, 'printer.json');
    await writeFile(file, stdout);
    expect(await run(['settings', 'import', file])).toMatchObject({ code: 0 });
    expect((await run(['settings', 'get', 'sender.deviceEmailAddress'])).stdout).toBe('scan@contoso.example\n');
    await writeFile(file, JSON.stringify({ ...exported, retry: { lifetimeHours: 24, firstWaitS: 1 } }));
    expect((await refusal(['settings', 'import', file, '--yes'], 5)).code).toBe('settings-invalid');
    expect((await run(['settings', 'get', 'retry.lifetimeHours'])).stdout).toBe('48\n');
    await writeFile(
      file,
      JSON.stringify({ ...exported, service: { ...exported['service'], tenant: 'contoso.example' } }),
    );
    expect((await refusal(['settings', 'import', file], 5)).code).toBe('settings-need-consent');
    expect((await run(['settings', 'get', 'service.tenant'])).stdout).toBe('organizations\n');
    const fromInput = await run(['settings', 'import', '-'], {
      input: JSON.stringify({ ...exported, retry: { lifetimeHours: 36 } }),
    });
    expect(fromInput.code).toBe(0);
    expect((await run(['settings', 'get', 'retry.lifetimeHours'])).stdout).toBe('36\n');
  }, 60_000);

  test('the file on disk says the same, and only its owner may read it', async () => {
    const path = join(rootLayout(dir).settingsDir, 'settings.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ retry: { lifetimeHours: 36 } });
  });
});

describe('sign-out', () => {
  test('forgets the account; the next scan waits', async () => {
    const { code } = await run(['sign-out', '--yes']);
    expect(code).toBe(0);
    expect(await json<AgentStatus>(['status'], 4)).toMatchObject({
      glance: 'sign-in-needed',
      account: { status: 'none' },
    });
    const before = cloud.deliveries().length;
    const queueId = await scan('After the sign-out');
    await untilState(queueId, 'held');
    expect(cloud.deliveries()).toHaveLength(before);
  }, 60_000);

  test('with nobody signed in, a change of the tenant ends no sign-in and asks nothing', async () => {
    const { code, stdout } = await run(['settings', 'set', 'service.tenant', 'contoso.example']);
    expect(code).toBe(0);
    expect(stdout).toBe('Changed: service.tenant\n');
  }, 30_000);
});

describe('the port for scans', () => {
  test('a change takes effect at once', async () => {
    const port = await freePort();
    const changed = await run(['settings', 'set', 'intake.loopbackPort', String(port)]);
    expect(changed.stdout).not.toMatch(/restart/i);
    expect((await run(['status'])).stdout).toContain(`loopback on 127.0.0.1:${String(port)}\n`);
  }, 30_000);

  test('taken by another program: status names the port and what to do, and the agent runs all the same', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const { port } = other.address() as AddressInfo;
    await run(['settings', 'set', 'intake.loopbackPort', String(port)]);
    const { stdout, code } = await run(['status']);
    other.close();
    expect(code).toBe(4);
    expect(stdout).toMatch(new RegExp(`Listens +NOT on loopback: port ${String(port)} is in use`));
    expect(stdout).toContain(` --root ${dir} settings set intake.loopbackPort ${String(port + 1)}\n`);
  }, 60_000);
});

describe('a second agent on the same folders', () => {
  test('does not start: exit code 1, and one sentence that says who runs', async () => {
    const { code, stderr } = await agent.command(['run'], { limitMs: 20_000 });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^mfp-mail-agent: The agent runs already on these folders \(pid \d+\); [^\n]* status\n$/);
    expect((await run(['status'])).code).toBe(4);
  }, 60_000);
});
