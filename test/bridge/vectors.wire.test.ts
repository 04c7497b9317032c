/**
 * The golden wire vectors of firmware-bridge/vectors, from the daemon's side: what they send is understood as they mean it,
 * what they answer has the shape of the API, and an HTTP client that is not ours reads it as they say.
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createApi, routes } from '../../src/api/index.ts';
import { createBridge } from '../../src/bridge/index.ts';
import { EventParser } from '../../src/cli/sse.ts';
import type { Service } from '../../src/core/index.ts';
import type { IncomingMessage } from '../../src/intake/index.ts';
import { createTickets } from '../../src/ticket/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { mimeParts, readable } from '../support/mime-parts.ts';
import { sampleJob } from '../support/sample-status.ts';
import { scriptedAgent } from '../support/scripted-agent.ts';
import { tempDir } from '../support/temp-dir.ts';

const folder = join(import.meta.dirname, '..', '..', 'firmware-bridge', 'vectors');

interface Vector {
  readonly name: string;
  readonly request: Buffer;
  readonly response: Buffer;
  readonly call: {
    readonly do: string;
    readonly by: string;
    readonly idempotencyKey?: string;
    readonly ticket?: { to: string[]; cc?: string[]; subject?: string; idempotencyKey?: string };
    readonly files?: readonly { name: string; mediaType: string; base64: string }[];
    readonly recipients?: readonly string[];
    readonly reversePath?: string;
    readonly base64?: string;
  };
  readonly expect: {
    readonly means: 'done' | 'repeated' | 'refused' | 'later' | 'unknown';
    readonly status?: number;
    readonly json?: Record<string, unknown>;
    readonly code?: string;
    readonly events?: readonly { readonly event: string; readonly json: unknown }[];
  };
}

const vectors: readonly Vector[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({
    name,
    request: readFileSync(join(folder, name, 'request.http')),
    response: readFileSync(join(folder, name, 'response.http')),
    ...(JSON.parse(readFileSync(join(folder, name, 'vector.json'), 'utf8')) as Pick<Vector, 'call' | 'expect'>),
  }));
const named = (filter: (vector: Vector) => boolean) => vectors.filter(filter).map((one) => [one.name, one] as const);

const running: Service[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop();
});

/** A bridge over the real API and real tickets; what they accept is kept. */
async function bridgeOf() {
  const taken: (Omit<IncomingMessage, 'source'> & { readonly raw: Buffer })[] = [];
  const agent = scriptedAgent();
  const tickets = createTickets({
    accept: async ({ source, ...message }) => {
      taken.push({ ...message, raw: await buffer(source) });
      return { kind: 'queued', queueId: '01hyr0000abcde' };
    },
    ownerOf: (key) => (taken.some(({ idempotencyKey }) => idempotencyKey === key) ? '01hyr0000abcde' : undefined),
    deviceEmailAddress: () => 'scan@contoso.com',
    deviceName: 'mfp',
    nextNumber: () => Promise.resolve(7),
    clock: new ManualClock(),
  });
  const log = collectedLog();
  // Answers of the scripted agent stay; only the tickets are real.
  const whole = new Proxy(agent, {
    get: (target, name) => (name === 'tickets' ? tickets : (Reflect.get(target, name) as unknown)),
  });
  const api = createApi({ agent: whole, clock: new ManualClock(), log, version: 'test' });
  const socketPath = join(await tempDir(), 'agent.sock');
  const bridge = createBridge({ socketPath, log, api: () => Promise.resolve(api) });
  await bridge.start();
  running.push(bridge);
  return { socketPath, taken, agent };
}

/** Sends octets, in pieces, and reads one answer. */
async function say(
  socketPath: string,
  octets: Buffer,
  pieceSize: number,
): Promise<{ status: number; body: Buffer; head: string }> {
  const socket = connect(socketPath);
  const received: Buffer[] = [];
  socket.on('data', (piece: Buffer) => received.push(piece));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  for (let at = 0; at < octets.length; at += pieceSize) {
    socket.write(octets.subarray(at, at + pieceSize));
    // A piece of its own, not glued to the next by the kernel.
    if (pieceSize < 100) await new Promise((resolve) => setImmediate(resolve));
  }
  for (;;) {
    const answer = parsed(Buffer.concat(received));
    if (answer) {
      socket.destroy();
      return answer;
    }
    await once(socket, 'data');
  }
}

/** One HTTP answer with Content-Length or chunks, or the first event of a stream; undefined while it is not complete. */
function parsed(octets: Buffer): { status: number; body: Buffer; head: string } | undefined {
  const end = octets.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = octets.subarray(0, end).toString('latin1');
  const rest = octets.subarray(end + 4);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  if (status === 100) return parsed(rest);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined)
    return rest.length < Number(length) ? undefined : { status, head, body: rest.subarray(0, Number(length)) };
  if (/^content-type: *text\/event-stream/im.test(head))
    return rest.includes('\n\n') ? { status, head, body: rest } : undefined;
  return rest.toString('latin1').endsWith('0\r\n\r\n') ? { status, head, body: dechunked(rest) } : undefined;
}

function dechunked(octets: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = octets.indexOf('\r\n', at);
    const size = parseInt(octets.subarray(at, lineEnd).toString('latin1'), 16);
    if (!(size > 0)) return Buffer.concat(pieces);
    pieces.push(octets.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 4 + size;
  }
}

function routeOf(request: Buffer) {
  const [, method = '', target = ''] = /^(\w+) (\S+) HTTP/.exec(request.toString('latin1')) ?? [];
  const path = target.replace(/\?.*/, '');
  const matches = (pattern: string) => new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`).test(path);
  return routes.find((route) => route.method === method.toLowerCase() && matches(route.path));
}

describe('the vectors', () => {
  test('are there', () => {
    expect(vectors.length).toBeGreaterThan(40);
  });

  test.each(named(({ expect: { json, code } }) => json !== undefined && code === undefined))(
    '%s: the answer has the shape of the API',
    (_name, vector) => {
      const reply = routeOf(vector.request)?.reply;
      expect(reply).toBeDefined();
      expect(reply?.safeParse(vector.expect.json).error).toBeUndefined();
    },
  );
});

describe.each([65_536, 1])('the daemon, told in pieces of %i', (pieceSize) => {
  test.each(named(({ call, expect: { means } }) => call.do === 'submit' && (means === 'done' || means === 'repeated')))(
    '%s: takes the files octet for octet',
    async (_name, { request, call, expect: expected }) => {
      const { socketPath, taken } = await bridgeOf();
      if (expected.means === 'repeated') await say(socketPath, request, pieceSize);
      const { status } = await say(socketPath, request, pieceSize);
      expect(status).toBe(expected.status);
      expect(taken).toHaveLength(1);
      const [message] = taken;
      const { fields, parts } = mimeParts(message!.raw);
      const files = parts.filter(({ fileName }) => fileName !== undefined);
      expect(files.map(({ content }) => content.toString('base64'))).toEqual(call.files?.map(({ base64 }) => base64));
      if (call.ticket?.idempotencyKey === undefined) {
        expect(files.map(({ fileName }) => fileName)).toEqual(call.files?.map(({ name }) => name));
        expect(readable(fields['subject'])).toBe(call.ticket?.subject);
      }
      expect(message).toMatchObject({
        door: 'bridge',
        idempotencyKey: call.idempotencyKey ?? call.ticket?.idempotencyKey,
        envelope: { forwardPaths: [...(call.ticket?.to ?? []), ...(call.ticket?.cc ?? [])] },
      });
    },
  );

  test.each(named(({ call }) => call.do === 'message'))(
    '%s: takes the message octet for octet',
    async (_name, vector) => {
      const { socketPath, taken } = await bridgeOf();
      const { call } = vector;
      expect((await say(socketPath, vector.request, pieceSize)).status).toBe(201);
      const recipients =
        call.recipients?.length === 0 ? ['anna@contoso.com', 'bob@example.org', 'carol@example.net'] : call.recipients;
      expect(taken).toMatchObject([
        {
          client: call.by,
          envelope: { reversePath: call.reversePath ?? 'scan@contoso.com', forwardPaths: recipients },
          ...(call.idempotencyKey === undefined ? {} : { idempotencyKey: call.idempotencyKey }),
        },
      ]);
      expect(taken[0]?.raw.toString('base64')).toBe(call.base64);
    },
  );

  test.each(
    named(
      ({ call, expect: { means, code } }) =>
        !['submit', 'message'].includes(call.do) && means === 'done' && code === undefined,
    ),
  )('%s: answers with that status', async (_name, vector) => {
    const { socketPath, agent } = await bridgeOf();
    if (vector.call.do === 'job-by-key') agent.answer('jobSummary', sampleJob());
    const { status, body, head } = await say(socketPath, vector.request, pieceSize).catch(() => ({
      status: 0,
      body: Buffer.alloc(0),
      head: '',
    }));
    // The tickets are real, and know no job of before.
    expect(status).toBe(vector.call.do === 'job-by-key' ? 404 : vector.expect.status);
    if (vector.expect.events) expect(body.toString()).toContain('event: status\ndata: {');
    else expect(head).toMatch(/^content-type: application\/json/im);
  });

  test('version-unknown: says which version it speaks', async () => {
    const { socketPath } = await bridgeOf();
    const { request, expect: expected } = vectors.find(({ name }) => name === 'version-unknown')!;
    const { status, body } = await say(socketPath, request, pieceSize);
    expect(status).toBe(404);
    expect(JSON.parse(body.toString())).toEqual(expected.json);
  });
});

describe("Node's own HTTP client", () => {
  /** What it makes of an answer that arrives in pieces. */
  async function read(
    vector: Vector,
    pieceSize: number,
  ): Promise<{ status: number; text: string; isWhole: boolean } | undefined> {
    const path = join(await tempDir(), 'agent.sock');
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        void (async () => {
          for (let at = 0; at < vector.response.length; at += pieceSize) {
            socket.write(vector.response.subarray(at, at + pieceSize));
            if (pieceSize < 100) await new Promise((resolve) => setImmediate(resolve));
          }
          socket.end();
        })();
      });
    }).listen(path);
    await once(server, 'listening');
    try {
      return await new Promise((resolve) => {
        httpRequest({ socketPath: path, path: '/' }, (reply) => {
          let text = '';
          const done = (isWhole: boolean) => {
            resolve({ status: reply.statusCode ?? 0, text, isWhole });
          };
          reply.setEncoding('utf8');
          reply.on('data', (piece: string) => (text += piece));
          reply.on('end', () => {
            done(reply.complete);
          });
          reply.on('error', () => {
            done(false);
          });
        })
          .on('error', () => {
            resolve(undefined);
          })
          .end();
      });
    } finally {
      server.close();
    }
  }

  test.each(vectors.map((vector) => [vector.name, vector] as const))(
    'reads %s as it is meant',
    async (_name, vector) => {
      const { means, status, json, events } = vector.expect;
      for (const pieceSize of [65_536, 1]) {
        const answer = await read(vector, vector.response.length > 20_000 ? 65_536 : pieceSize);
        if (means === 'unknown') {
          const isJson = (text: string) => {
            try {
              return typeof JSON.parse(text) === 'object';
            } catch {
              return false;
            }
          };
          expect(answer === undefined || !answer.isWhole || !isJson(answer.text)).toBe(true);
          if (!events) continue;
        }
        expect(answer?.status).toBe(status);
        if (json) expect(JSON.parse(answer?.text ?? '')).toEqual(json);
        if (!events) continue;
        const found = new EventParser().push(Buffer.from(answer?.text ?? ''));
        expect(found.map(({ event, data }) => ({ event, json: JSON.parse(data) as unknown }))).toEqual(events);
      }
    },
  );
});
