import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodes, rootLayout } from '../../src/cli/index.ts';
import { commands } from '../../src/cli/run-cli.ts';
import { EventParser } from '../../src/cli/sse.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { sizeWords, spanWords } from '../../src/cli/words.ts';
import { errorCatalogue, MailError, type ErrorCode } from '../../src/core/index.ts';
import { columnsOf } from '../../src/panel/index.ts';
import { run, begin } from './fake-agent.ts';

const names = commands.map(({ name }) => name);
const readme = readFileSync(join(dirname(fileURLToPath(import.meta.url)), '../../src/cli/README.md'), 'utf8');

describe('help', () => {
  test.each([
    'help',
    '--help',
    'help settings',
    'settings --help',
    'help queue',
    ...names.map((name) => `help ${name}`),
  ])('%s fits 80 columns', async (line) => {
    const { code, out, err } = await run(undefined, line.split(' '));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.length).toBeGreaterThan(100);
    for (const line of out.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(80);
  });

  test('of a command is the same however it is asked for', async () => {
    const { out } = await run(undefined, ['help', 'queue', 'list']);
    expect((await run(undefined, ['queue', 'list', '--help'])).out).toBe(out);
    expect((await run(undefined, ['queue', 'list', '--help', '--state', 'held'])).out).toBe(out);
    expect(out).toContain('--state STATE');
  });

  test('names the program as it was started', async () => {
    const program = 'npm run agent --';
    const { out } = await run(undefined, ['help'], { program });
    expect(out).toContain(`Usage: ${program} [--root DIR]`);
    expect(out).toContain(`${program} help COMMAND`);
    expect((await run(undefined, ['help', 'queue', 'list'], { program })).out).toContain(
      `Usage: ${program} queue list`,
    );
    expect((await run(undefined, ['queue', '--help'], { program })).out).toContain(`Usage: ${program} queue COMMAND`);
  });

  test('lists every command, every exit code and every global option', async () => {
    const { out } = await run(undefined, ['help']);
    for (const name of names) expect(out).toContain(`  ${name}`);
    for (const code of Object.values(exitCodes)) expect(out).toMatch(new RegExp(`^  ${String(code)} `, 'm'));
    for (const option of ['--root DIR', '--json', '--help', '--version']) expect(out).toContain(option);
  });

  test('the README of the room documents every command, option and exit code', () => {
    for (const { name, options } of commands) {
      expect(readme).toContain(`\`${name}`);
      for (const option of Object.keys(options)) expect(readme).toContain(`--${option}`);
    }
    for (const code of Object.values(exitCodes)) expect(readme).toContain(`| ${String(code)} |`);
  });
});

describe('the command line', () => {
  test.each<[string[], string]>([
    [[], 'mfp-mail-agent status'], // says an example
    [['sing-in'], 'There is no command "sing-in"'],
    [['help', 'sing-in'], 'There is no command "sing-in"; did you mean sign-in?'],
    [['queue', 'lst'], '; did you mean queue list?; see: mfp-mail-agent help queue'],
    [['queue', 'purge'], 'delete; see: mfp-mail-agent help queue'], // near nothing
    [['queue'], 'queue needs one of list, show'],
    [['queue', 'purge'], 'queue needs one of list, show'],
    [['status', '--loud'], 'There is no option --loud; see: mfp-mail-agent help status'],
    [['status', '-v'], 'There is no option -v'],
    [['status', '--watch=yes'], 'is not used like that'],
    [['queue', 'list', '--state'], 'is not used like that'],
    [['status', 'now'], 'Usage: mfp-mail-agent status'], // too many operands
    [['queue', 'show'], 'Usage: mfp-mail-agent queue show ID'], // too few
    [['send-test'], 'Usage: mfp-mail-agent send-test ADDRESS'],
    [['status', '--root', ''], '--root needs a folder'],
  ])('%j ends with 2 and one sentence', async (argv, words) => {
    const { code, out, err } = await run(undefined, argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(words);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('errors are JSON with --json', async () => {
    const { code, err } = await run(undefined, ['--json', 'nothing']);
    expect(code).toBe(2);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'bad-request', exitCode: 2 } });
  });

  test.each([[['--version']], [['status', '--version']], [['--version', 'queue', 'list']]])(
    '%j prints the version',
    async (argv) => {
      expect(await run(undefined, argv)).toEqual({ code: 0, out: 'mfp-mail-agent 1.2.3\n', err: '' });
    },
  );

  test.each([[['--root', '/tmp/r', 'run']], [['run', '--root', '/tmp/r']], [['run', '--root=/tmp/r']]])(
    '%j starts the agent below its root',
    async (argv) => {
      const session = begin(undefined, argv);
      expect(await session.exit).toBe(0);
      expect(session.started).toMatchObject([{ root: '/tmp/r', layout: rootLayout('/tmp/r') }]);
    },
  );

  test('run without a root is the device itself', async () => {
    const session = begin(undefined, ['run']);
    await session.exit;
    expect(session.started).toMatchObject([
      { root: undefined, layout: { socketPath: '/run/mfp-mail-agent/agent.sock' } },
    ]);
  });

  test('demo gets everything but its own name, --help too, and its exit code is ours', async () => {
    const session = begin(undefined, ['--json', 'demo', '--fault', 'demo', '--help']);
    expect(await session.exit).toBe(7);
    expect(session.started).toEqual([['--json', '--fault', 'demo', '--help']]);
  });
});

describe('exit codes', () => {
  test.each<[ErrorCode, number]>([
    ['daemon-not-running', 3],
    ['bad-request', 2],
    ['sign-in-declined', 4],
    ['upn-mismatch', 4],
    ['settings-invalid', 5],
    ['settings-need-consent', 5],
    ['client-id-missing', 5],
    ['job-not-found', 1],
    ['sign-in-too-often', 1],
    ['internal', 1],
    ['timeout', 1],
  ])('%s ends with %i', (code, exitCode) => {
    expect(exitCodeOf(new MailError(code, ''))).toBe(exitCode);
  });

  test('every row of the catalogue has one, and none is a success', () => {
    const documented: readonly number[] = Object.values(exitCodes);
    for (const code of Object.keys(errorCatalogue) as ErrorCode[]) {
      expect(documented).toContain(exitCodeOf(new MailError(code, '')));
      expect(exitCodeOf(new MailError(code, ''))).not.toBe(0);
    }
  });
});

describe('the event stream', () => {
  const bytes = Buffer.from(
    'event: status\ndata: {"a":"扫"}\n\n: ping\n\nevent:job\r\ndata:one\r\ndata: two\r\n\r\ndata: bare\n\nevent: empty\n\nid: 7\nretry: 1\ndata\n\n',
  );
  const events = [
    { event: 'status', data: '{"a":"扫"}' },
    { event: 'job', data: 'one\ntwo' }, // CRLF, no blank after the colon, two lines
    { event: 'message', data: 'bare' }, // no name
    { event: 'message', data: '' }, // a field without a colon
  ];

  test.each([1, 2, 3, 7, 1000])('is read the same in pieces of %i bytes', (size) => {
    const parser = new EventParser();
    const seen = [];
    for (let at = 0; at < bytes.length; at += size) seen.push(...parser.push(bytes.subarray(at, at + size)));
    expect(seen).toEqual(events);
  });

  test('that never ends a line is cut off', () => {
    const parser = new EventParser();
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    expect(() => {
      for (let i = 0; i < 6; i++) parser.push(megabyte);
    }).toThrow(MailError);
  });
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [99_499, '99 kB'],
  [100_000, '0.1 MB'],
  [1_234_567, '1.2 MB'],
  [52_428_800, '52 MB'],
])('%i bytes are %s', (bytes, words) => {
  expect(sizeWords(bytes)).toBe(words);
});

test.each([
  [-5, '0 s'],
  [99_000, '99 s'],
  [100_000, '2 min'],
  [5_400_000, '90 min'],
  [7_200_000, '2 h'],
  [172_800_000, '2 d'],
])('%i ms are %s', (spanMs, words) => {
  expect(spanWords(spanMs)).toBe(words);
});
