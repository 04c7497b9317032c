/** mfp-mail-agent-notify with sanitizers: what comes over the pipe goes out as datagrams, whatever it is cut into. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../foreign/scene.ts';
import { runProgram } from '../support/agent-process.ts';
import { until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';
import { build, buildLimitMs, built, whyNoPrograms } from './toolchain.ts';

const sanitized = 'CFLAGS=-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -U_FORTIFY_SOURCE';
const ear = `
import json, socket, sys
name = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('\\0' + name[1:] if name[0] == '@' else name)
print('"ready"', flush=True)
while True: print(json.dumps(s.recv(65536).decode('latin1')), flush=True)
`;

describeWith(whyNoPrograms(['make', 'gcc', 'python3']), 'mfp-mail-agent-notify', () => {
  let program: string;
  // A test that fails leaves none behind.
  const ears: ChildProcess[] = [];
  afterEach(() => {
    for (const one of ears.splice(0)) one.kill();
  });

  beforeAll(async () => {
    await build('build/sanitized-notify/notify', 'BUILD=build/sanitized-notify', sanitized, 'HARDENING=');
    program = built('notify', 'sanitized-notify');
  }, buildLimitMs);

  test.each([
    ['one', ['READY=1\nSTATUS=fine\n\n'], ['READY=1\nSTATUS=fine\n']],
    ['two at once, and half of a third', ['A=1\n\nB=2\n\nC'], ['A=1\n', 'B=2\n']],
    ['one octet after the other', Array.from('A=1\n\nB=2\nC=3\n\n'), ['A=1\n', 'B=2\nC=3\n']],
    ['empty ones are none', ['\n\n\n\nA=1\n\n\n\nB=2\n\n'], ['A=1\n', 'B=2\n']],
    ['as long as can be', [`${'x'.repeat(4093)}\n\n`, 'A=1\n\n'], [`${'x'.repeat(4093)}\n`, 'A=1\n']],
  ])('%s', async (name, pieces, expected) => {
    const isAbstract = name === 'one';
    const dir = await tempDir();
    const socket = isAbstract ? `@mfp-notify-${String(process.pid)}` : join(dir, 'socket');
    const listening = spawn('python3', ['-c', ear, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    ears.push(listening);
    const heard: unknown[] = [];
    createInterface(listening.stdout).on('line', (line) => heard.push(JSON.parse(line)));
    await until(() => (heard.shift() === 'ready' ? true : undefined));
    const child = spawn(program, [], { stdio: ['pipe', 'ignore', 'pipe'], env: { NOTIFY_SOCKET: socket } });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    // Signals of the whole group do not take its last word away.
    await once(child, 'spawn');
    for (const piece of pieces) {
      child.stdin.write(piece);
      // So that they are read one by one; nothing depends on it if they are not.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (name === 'one') {
      await until(() => (heard.length > 0 ? true : undefined));
      child.kill('SIGTERM');
    }
    child.stdin.end();
    const [code] = (await once(child, 'exit')) as [number | null];
    expect([code, complaint]).toEqual([0, '']);
    await until(() => (heard.length >= expected.length ? true : undefined));
    expect(heard).toEqual(expected);
  });

  test.each(['', '/', 'relative', `/${'x'.repeat(200)}`, '@'])('NOTIFY_SOCKET=%j is none', async (socket) => {
    const ran = await runProgram(program, [], { env: { NOTIFY_SOCKET: socket } });
    expect(ran).toMatchObject({ code: 2, stderr: 'mfp-mail-agent-notify: NOTIFY_SOCKET names no Unix socket\n' });
  });

  test('longer than any message: it ends, and the agent starts another', async () => {
    const ran = await runProgram(program, [], { input: 'x'.repeat(4096), env: { NOTIFY_SOCKET: '/nowhere/socket' } });
    expect(ran).toMatchObject({ code: 1, stderr: 'mfp-mail-agent-notify: longer than any message\n' });
  });

  test('a manager that is gone is complained of, and does not end it', async () => {
    const ran = await runProgram(program, [], { input: 'A=1\n\nB=2\n\n', env: { NOTIFY_SOCKET: '/nowhere/socket' } });
    expect(ran.code).toBe(0);
    expect(ran.stderr.match(/mfp-mail-agent-notify: No such file/g)).toHaveLength(2);
  });
});
