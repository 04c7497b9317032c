/** curl is the oracle: asked for the same, mfpmail sends what curl sends, but for boundary, framing and curl's own fields. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../foreign/scene.ts';
import { runProgram } from '../support/agent-process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { build, buildLimitMs, built, whyNoPrograms } from './toolchain.ts';

interface Heard {
  readonly method: string;
  readonly url: string;
  readonly contentType: string;
  readonly key: string;
  readonly body: string;
}

describeWith(whyNoPrograms(['gcc', 'make', 'pkg-config', 'curl']), 'what goes over the socket', () => {
  let folder: string;
  let heard: Heard[];
  const server = createServer((request, response) => {
    void answer(request).then((one) => {
      heard.push(one);
      response.end('{"queueId":"01hyr","glance":"ready","step":"idle","lines":[]}');
    });
  });

  async function answer(request: IncomingMessage): Promise<Heard> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const contentType = request.headers['content-type'] ?? '';
    const boundary = /boundary=(.*)$/.exec(contentType)?.[1] ?? '\0';
    const plain = (text: string) => text.replaceAll(boundary, 'BOUNDARY');
    return {
      method: request.method ?? '',
      url: request.url ?? '',
      contentType: plain(contentType),
      key: String(request.headers['idempotency-key'] ?? ''),
      body: plain(Buffer.concat(pieces).toString('latin1')),
    };
  }

  beforeAll(async () => {
    await build('all');
    folder = await tempDir();
    await writeFile(
      join(folder, 'größe.pdf'),
      Buffer.from(Array.from({ length: 70_000 }, (_all, index) => (index * 7) % 256)),
    );
    await writeFile(join(folder, 'b.tif'), '--\r\n\r\n--');
    await writeFile(join(folder, 'mail.eml'), 'To: a@b\r\n\r\nx\r\n');
    server.listen(join(folder, 'agent.sock'));
    await once(server, 'listening');
  }, buildLimitMs);
  afterAll(() => {
    server.close();
  });

  // What mfpmail is asked for, and how one would say that to curl.
  test.each([
    [['status'], ['/v1/status']],
    [['status', '01hyr'], ['/v1/jobs/01hyr']],
    [['status', '--key', 'k-1'], ['/v1/jobs/by-key/k-1']],
    [
      ['cancel', '01hyr'],
      ['-X', 'DELETE', '/v1/jobs/01hyr'],
    ],
    [['--language', 'ja', 'panel', '--columns', '40', '--rows', '2'], ['/v1/panel?columns=40&rows=2&language=ja']],
    [
      ['panel', 'down'],
      ['--json', '{"key":"down","columns":20,"rows":4}', '/v1/panel/keys'],
    ],
    [['sign-in', '--show'], ['/v1/sign-in']],
    [
      ['sign-in', '--cancel'],
      ['-X', 'POST', '/v1/sign-in/cancel'],
    ],
    [
      ['smtp-server', '--accept', 'a', '--accept', 'b', 'smtp.example.org'],
      ['-X', 'PUT', '--json', '{"host":"smtp.example.org","accept":["a","b"]}', '/v1/device/smtp-server'],
    ],
    [
      [
        'submit',
        '--to',
        'a@b',
        '--subject',
        'Größe "x"',
        '--key',
        'k-2',
        '--type',
        'application/pdf',
        'größe.pdf',
        'b.tif',
      ],
      [
        ...['-H', 'Idempotency-Key: k-2'],
        ...['-F', 'ticket={"to":["a@b"],"subject":"Größe \\"x\\""};type=application/json'],
        ...['-F', 'file=@größe.pdf;type=application/pdf', '-F', 'file=@b.tif;type=application/pdf', '/v1/jobs'],
      ],
    ],
    [
      ['submit', '--message', 'mail.eml', '--reverse-path', 'd+e@f', '--to', 'a@b', '--key', 'k-3'],
      [
        ...['-H', 'Idempotency-Key: k-3', '-H', 'Content-Type: message/rfc822', '--data-binary', '@mail.eml'],
        '/v1/messages?reversePath=d%2Be%40f&to=a%40b',
      ],
    ],
  ])('%j', async (words, oracle) => {
    heard = [];
    const quoted = (all: readonly string[]) => all.map((word) => `'${word}'`).join(' ');
    const socket = join(folder, 'agent.sock');
    const ours = await runProgram('/bin/sh', ['-c', `cd ${folder}; ${built('mfpmail')} ${quoted(words)}`], {
      env: { MFPMAIL_SOCKET: socket },
    });
    expect([ours.code, ours.stderr]).toEqual([0, '']);
    const path = oracle.at(-1) ?? '';
    await runProgram('/bin/sh', [
      '-c',
      `cd ${folder}; curl -sS --unix-socket ${socket} ${quoted(oracle.slice(0, -1))} 'http://mfp-mail-agent${path}'`,
    ]);
    expect(heard).toHaveLength(2);
    expect(heard[0]).toEqual(heard[1]);
  });
});
