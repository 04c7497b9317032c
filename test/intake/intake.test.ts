import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { MailError } from '../../src/core/index.ts';
import { createIntake } from '../../src/intake/index.ts';
import { settle } from '../support/manual-clock.ts';
import { RawClient, parseDialogue, playDialogue } from '../support/smtp-dialogue.ts';
import { clientInData, runningIntake } from './running-intake.ts';

const message = (text: string, forwardPaths: readonly string[] = ['anna@contoso.com']) => ({
  source: Readable.from([text]),
  envelope: { reversePath: 'scan@contoso.com', forwardPaths },
  door: 'bridge' as const,
  client: 'uid 1000',
});
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: unknown) => (error instanceof MailError ? error.code : error),
  );

describe('stop', () => {
  test('a message in its dot phase is finished, everybody else hears 421', async () => {
    const { intake, sink, port } = await runningIntake();
    let free: () => void = () => undefined;
    sink.commitGate = new Promise((resolve) => {
      free = resolve;
    });
    const committing = new Promise<void>((resolve) => {
      sink.onCommit = resolve;
    });
    const finishing = await clientInData(port);
    const inData = await clientInData(port);
    const idle = new RawClient({ port });
    await idle.reply();
    await inData.send('Subject: half');
    await finishing.send('Subject: x\r\n\r\n.\r\n');
    await committing;
    const stopping = intake.stop();
    expect(await idle.reply()).toMatch(/^421 4\.3\.2/);
    expect(await inData.reply()).toMatch(/^421 4\.3\.2/);
    free();
    expect(await finishing.reply()).toMatch(/^250 2\.6\.0/);
    expect(await finishing.reply()).toMatch(/^421 4\.3\.2/);
    await stopping;
    expect(sink.jobs).toHaveLength(1);
    while (sink.open > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(sink.aborted).toBe(1);
    for (const client of [idle, inData, finishing]) client.close();
  });

  test('storage that never answers does not hold it longer than ten seconds', async () => {
    const { intake, sink, port, clock } = await runningIntake();
    sink.commitGate = new Promise(() => undefined);
    const committing = new Promise<void>((resolve) => {
      sink.onCommit = resolve;
    });
    const client = await clientInData(port);
    await client.send('Subject: x\r\n\r\n.\r\n');
    await committing;
    const stopping = intake.stop();
    await clock.advance(10_000);
    await stopping;
    expect(await client.rest()).toBe('');
    client.close();
  });

  test('is idempotent, and start works again', async () => {
    const { intake } = await runningIntake();
    await intake.stop();
    await intake.stop();
    expect(intake.addresses()).toEqual([]);
    await intake.start();
    await playDialogue({ port: intake.addresses()[0]!.port }, 'S: 220\nC: QUIT\nS: 221');
    await intake.stop();
  });
});

describe('start', () => {
  test('on a port in use names the port, and takes it as soon as it is free', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const it = await runningIntake({ listeners: () => [{ name: 'loopback', host: '127.0.0.1', port }] });
    expect(it.intake.addresses()).toEqual([]);
    expect(it.intake.trouble()).toMatchObject({
      code: 'port-unavailable',
      details: { hint: `port ${String(port)} is in use or not allowed` },
    });
    await it.clock.advance(30_000);
    expect(it.intake.addresses()).toEqual([]);
    other.close();
    await once(other, 'close');
    await it.clock.advance(30_000);
    while (it.intake.trouble() !== undefined) await settle();
    await playDialogue({ port }, 'S: 220\nC: QUIT\nS: 221');
    await it.intake.stop();
    expect(it.clock.pendingMs).not.toContain(30_000);
  });

  test('a listener that waits for its port does not keep the agent from stopping', async () => {
    const { intake, port } = await runningIntake();
    const second = await runningIntake({ listeners: () => [{ name: 'loopback', host: '127.0.0.1', port }] });
    await second.intake.stop();
    expect(second.clock.pendingMs).toEqual([]);
    await intake.stop();
  });

  test('a LAN listener without a certificate of this device is not opened, and loopback is', async () => {
    const { intake } = await runningIntake({
      listeners: () => [
        { name: 'loopback', host: '127.0.0.1', port: 0 },
        { name: 'lan', host: '127.0.0.1', port: 0 },
      ],
    });
    expect(intake.addresses().map(({ name }) => name)).toEqual(['loopback']);
    expect(intake.trouble()).toMatchObject({ code: 'internal' });
    await intake.stop();
  });

  test('a listener knows where it is', async () => {
    const { intake } = await runningIntake();
    expect(intake.addresses()).toEqual([{ name: 'loopback', address: '127.0.0.1', port: expect.any(Number) }]);
    await intake.stop();
  });

  test('nothing happens before it', () => {
    expect(createIntake({} as never)).toBeDefined();
  });
});

describe('answers itself', () => {
  const soon = () => ({ signal: AbortSignal.timeout(10_000) });

  test('by a connection of its own that is nobody’s dialogue and loads nothing, while others come and go', async () => {
    const { intake, port } = await runningIntake();
    const client = new RawClient({ port });
    await Promise.all([intake.answers(soon()), client.reply()]);
    await client.send('QUIT\r\n');
    expect(await client.reply()).toMatch(/^221/);
    expect(intake.clients()).toHaveLength(1);
    await intake.answers(soon());
    expect(intake.clients()).toHaveLength(1);
    await intake.stop();
  });

  test('at once while no port is bound', async () => {
    const { intake } = await runningIntake();
    await intake.stop();
    await intake.answers(soon());
  });

  test('not when it is told to give up', async () => {
    const { intake } = await runningIntake();
    const end = new AbortController();
    end.abort(new Error('too late'));
    await expect(intake.answers({ signal: end.signal })).rejects.toThrow('too late');
    await intake.stop();
  });
});

describe('changed settings', () => {
  const loopback = { name: 'loopback', host: '127.0.0.1', port: 0 } as const;

  test('another address: a message in its dot phase is decided, the old port closes, the new one opens', async () => {
    const wanted = { host: '127.0.0.1' };
    const { intake, sink, port } = await runningIntake({ listeners: () => [{ ...loopback, ...wanted }] });
    const client = await clientInData(port);
    let free: () => void = () => undefined;
    sink.commitGate = new Promise((resolve) => {
      free = resolve;
    });
    const committing = new Promise<void>((resolve) => {
      sink.onCommit = resolve;
    });
    await client.send('Subject: x\r\n\r\nx\r\n.\r\n');
    await committing;
    wanted.host = '127.0.0.2';
    const changed = intake.reconfigure();
    free();
    expect(await client.reply()).toMatch(/^250 /);
    expect(await client.reply()).toMatch(/^421 4\.3\.2/);
    await changed;
    expect(intake.addresses()).toMatchObject([{ name: 'loopback', address: '127.0.0.2' }]);
    expect(await new RawClient({ port }).reply()).toBeUndefined();
    client.close();
    await intake.stop();
  });

  test('a listener that stays as it is keeps its port and its clients', async () => {
    const { intake, port } = await runningIntake();
    const client = await clientInData(port);
    await intake.reconfigure();
    expect(intake.addresses()).toMatchObject([{ port }]);
    await client.send('Subject: x\r\n\r\nx\r\n.\r\n');
    expect(await client.reply()).toMatch(/^250 /);
    client.close();
    await intake.stop();
  });

  test('a new port that is taken is asked for again, until the settings ask for another', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const wanted = { port: 0 };
    const { intake, clock } = await runningIntake({ listeners: () => [{ ...loopback, ...wanted }] });
    wanted.port = (other.address() as AddressInfo).port;
    await intake.reconfigure();
    expect(intake.trouble()?.code).toBe('port-unavailable');
    await clock.advance(30_000);
    expect(intake.addresses()).toEqual([]);
    wanted.port = 0;
    await intake.reconfigure();
    expect(intake.trouble()).toBeUndefined();
    expect(intake.addresses()).toHaveLength(1);
    await intake.stop();
    other.close();
  });
});

describe('accept, for doors that are no SMTP', () => {
  test('takes a message with any line ends and a Received line without a client', async () => {
    const { intake, sink } = await runningIntake();
    const { kind, queueId } = await intake.accept(message('From: a@b.example\nSubject: x\n\nbody'));
    expect(kind).toBe('queued');
    expect(sink.jobs[0]).toMatchObject({ queueId, facts: { door: 'bridge', client: 'uid 1000', subject: 'x' } });
    expect(sink.jobs[0]!.body.toString()).toBe('body\r\n');
    expect(sink.jobs[0]!.facts.headerBlock).toMatch(
      /^Received: by mfp-7\.contoso\.com\r\n\tid \w{14}; Sat, 21 Nov 2026 12:00:00 \+0000\r\nFrom:/,
    );
    await intake.stop();
  });

  test.each<[string, ReturnType<typeof message>, string]>([
    ['no recipients', message('A: b\n\n', []), 'no-recipients'],
    ['a bad recipient', message('A: b\n\n', ['anna']), 'bad-address'],
    [
      'too many recipients',
      message(
        'A: b\n\n',
        Array.from({ length: 101 }, (_, n) => `r${String(n)}@contoso.com`),
      ),
      'too-many-recipients',
    ],
    ['a header injection', message('A: b\n\n', ['anna@contoso.com\r\nBcc: x']), 'bad-address'],
    ['too much', message(`A: b\n\n${'x\r\n'.repeat(400_000)}`), 'message-too-large'],
    [
      'a declared size that is too much',
      { ...message('A: b\n\n'), declaredSizeBytes: 1_000_001 } as never,
      'message-too-large',
    ],
    [
      'a source that breaks off',
      {
        ...message(''),
        source: new Readable({
          read() {
            this.destroy(new Error('gone'));
          },
        }),
      },
      'intake-interrupted',
    ],
  ])('%s is refused and leaves nothing behind', async (_name, one, code) => {
    const { intake, sink, log } = await runningIntake();
    expect(await codeOf(intake.accept(one))).toBe(code);
    expect([sink.jobs, sink.open]).toEqual([[], 0]);
    expect(log.of('refused')).toEqual([expect.objectContaining({ code, door: 'bridge' })]);
    await intake.stop();
  });

  test("is given up on the caller's signal, and by stop after ten seconds", async () => {
    const { intake, sink, clock } = await runningIntake();
    const stalled = () =>
      new Readable({
        read() {
          /* never */
        },
      });
    const caller = new AbortController();
    const given = codeOf(intake.accept({ ...message(''), source: stalled(), signal: caller.signal }));
    caller.abort(new MailError('intake-interrupted', 'door closed'));
    expect(await given).toBe('intake-interrupted');
    const stuck = codeOf(intake.accept({ ...message(''), source: stalled() }));
    const stopping = intake.stop();
    await clock.advance(10_000);
    await stopping;
    expect(await stuck).toBe('stopping');
    expect([sink.jobs, sink.open]).toEqual([[], 0]);
    expect(await codeOf(intake.accept(message('A: b\n\n')))).toBe('stopping');
  });
});

describe('a big scan', () => {
  test('of 25 MB goes through byte for byte', async () => {
    const line = `${'QUJD'.repeat(19)}\r\n`;
    const body = Buffer.from(line.repeat(320_000));
    const { intake, sink, port } = await runningIntake({
      limits: () => ({ maxMessageBytes: 50_000_000, maxRecipients: 100, isBareLineEndRefused: false }),
    });
    const client = await clientInData(port);
    await client.send('Subject: big\r\n\r\n');
    await client.send(body);
    await client.send('.\r\n');
    expect(await client.reply()).toMatch(/^250/);
    expect(sink.jobs[0]!.body.equals(body)).toBe(true);
    client.close();
    await intake.stop();
  });
});

test('a dialogue script says which line it does not understand', () => {
  expect(() => parseDialogue('S: 220\nX: what')).toThrow('line 2 is no step');
});
