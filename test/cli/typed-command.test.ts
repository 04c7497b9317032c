import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError } from '../../src/core/index.ts';
import { programAsTyped } from '../../src/cli/index.ts';
import { socketError } from '../../src/cli/replies.ts';
import { asTyped, commandPrefix, rootOf } from '../../src/cli/typed-command.ts';
import { commands } from '../../src/cli/run-cli.ts';
import { statusOf } from '../panel/statuses.ts';
import { tempDir } from '../support/temp-dir.ts';
import { FakeAgent, freshRoot, run } from './fake-agent.ts';

const dir = await tempDir();

describe('programAsTyped', () => {
  const bin = join(dir, 'bin');
  beforeAll(async () => {
    await mkdir(bin);
    await writeFile(join(bin, 'mfp-mail-agent'), '');
  });

  test.each<[Record<string, string>, string | undefined, string]>([
    // environment, started file, what a person types
    [{ npm_lifecycle_event: 'agent' }, '/src/dist/rehearsal.mjs', 'npm run agent --'],
    [{ npm_lifecycle_event: 'demo' }, '/src/dist/rehearsal.mjs', 'npm run agent --'],
    [{ npm_lifecycle_event: 'test' }, '/src/dist/rehearsal.mjs', 'node dist/rehearsal.mjs'], // not ours
    [{}, '/src/dist/mfp-mail-agent.cjs', 'node dist/mfp-mail-agent.cjs'],
    [{}, '/opt/my agent/mfp-mail-agent.cjs', "node '/opt/my agent/mfp-mail-agent.cjs'"], // not below the working folder
    [{ PATH: `/nowhere:${bin}` }, '/opt/mfp-mail-agent.cjs', 'mfp-mail-agent'], // installed
    [{ PATH: '/nowhere' }, '/usr/bin/mfp-mail-agent', 'mfp-mail-agent'], // a link to the program
    [{}, undefined, 'mfp-mail-agent'],
  ])('%j, %j: %s', (env, script, typed) => {
    expect(programAsTyped(env, script, '/src')).toBe(typed);
  });
});

describe('asTyped', () => {
  const prefix = commandPrefix('npm run agent --', '/tmp/it is');

  test.each([
    ['see: mfp-mail-agent queue list', "see: npm run agent -- --root '/tmp/it is' queue list"],
    ['mfp-mail-agent status, mfp-mail-agent sign-in', undefined],
    ['mfp-mail-agent --version', "npm run agent -- --root '/tmp/it is' --version"],
    // Not commands
    ['mfp-mail-agent: The agent is not running', 'mfp-mail-agent: The agent is not running'],
    ['mfp-mail-agent 0.1.0', 'mfp-mail-agent 0.1.0'],
    ['/etc/mfp-mail-agent status', '/etc/mfp-mail-agent status'],
    ['the mfp-mail-agent statusbar', 'the mfp-mail-agent statusbar'],
  ])('%s', (text, typed) => {
    expect(asTyped(text, prefix)).toBe(typed ?? text.replaceAll('mfp-mail-agent', prefix));
  });

  test('is the same when it is done twice', () => {
    const rooted = commandPrefix('mfp-mail-agent', '/r');
    expect(asTyped(asTyped('mfp-mail-agent status', rooted), rooted)).toBe('mfp-mail-agent --root /r status');
  });

  test.each(commands.map(({ name }) => name))('knows %s', (name) => {
    expect(asTyped(`mfp-mail-agent ${name}`, 'X')).toBe(`X ${name}`);
  });
});

test.each([
  [['--root', '/r', 'status'], '/r'],
  [['status', '--root=/r'], '/r'],
  [['status'], undefined],
])('rootOf %j: %s', (argv, root) => {
  expect(rootOf(argv)).toBe(root);
});

describe('hints repeat the program and --root that were typed', () => {
  const root = freshRoot(dir);
  const agent = new FakeAgent(root, {
    'GET /v1/status': { body: statusOf({ glance: 'sign-in-needed', account: { status: 'none' } }) },
  });
  beforeAll(async () => {
    await agent.start();
  });
  afterAll(async () => {
    await agent.stop();
  });
  const program = 'npm run agent --';
  const prefix = `${program} --root ${root}`;

  test('on standard output', async () => {
    expect((await run(root, ['status'], { program })).out).toContain(`\nSign in: ${prefix} sign-in\n`);
  });

  test.each([
    [['nonsense'], `see: ${prefix} help\n`],
    [['status', '--nonsense'], `see: ${prefix} help status\n`],
  ])('in a refusal: %j', async (argv, hint) => {
    const { err, code } = await run(root, argv, { program });
    expect(code).not.toBe(0);
    expect(err.endsWith(hint)).toBe(true);
  });

  test('where no agent answers, also as JSON', async () => {
    const nowhere = `${root}-nowhere`;
    expect((await run(nowhere, ['status'], { program })).err).toMatch(
      new RegExp(`start it with: npm run agent -- --root ${nowhere} run\n$`),
    );
    const { err } = await run(nowhere, ['status', '--json'], { program });
    expect((JSON.parse(err) as { error: { message: string } }).error.message).toMatch(
      /npm run agent -- --root .* run$/,
    );
  });
});

test.each([
  // no agent at; what is said
  [
    '/run/mfp-mail-agent/agent.sock',
    /start it with: mfp-mail-agent run \(or give the --root DIR it was started with\)$/,
  ],
  ['/srv/printer/run/mfp-mail-agent/agent.sock', /start it with: mfp-mail-agent run$/],
  // Its folder is gone: an agent started there would be a new device.
  ['/tmp/mfp-demo-x7Ab3c/run/mfp-mail-agent/agent.sock', /^That demo has ended .* npm run demo$/],
])('no agent at %s', (socketPath, sentence) => {
  const error = Object.assign(new Error('connect'), { code: 'ENOENT' });
  expect(socketError(error, socketPath).message).toMatch(sentence);
});

test('where the folder is gone before anybody can type, commands leave it out', async () => {
  const { err } = await run('/tmp/mfp-gone', ['nonsense'], { isRootHinted: false });
  expect(err).toContain('see: mfp-mail-agent help\n');
  expect(err).not.toContain('--root');
});

describe('run that cannot start', () => {
  test.each([
    [
      new MailError('spool-locked', 'spool is in use by pid 7', { details: { holder: 'pid 7' } }),
      1,
      'The agent runs already on these folders (pid 7); how it does: mfp-mail-agent status',
    ],
    [new Error('EACCES: no'), 1, 'The agent cannot start: EACCES: no'],
    [new MailError('settings-from-the-future', 'a newer version wrote them'), 5, 'The agent cannot start: a newer'],
  ])('%s: exit code %i and one sentence', async (error, code, sentence) => {
    const finished = await run(freshRoot(dir), ['run'], { startDaemon: () => Promise.reject(error) });
    expect(finished).toMatchObject({ code, out: '' });
    expect(finished.err).toContain(`mfp-mail-agent: ${sentence}`);
    expect(finished.err.trimEnd().split('\n')).toHaveLength(1);
  });
});
