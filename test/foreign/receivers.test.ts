/** Postfix, Exim and Dovecot as smarthosts: what a scanner handed in is what lies in their Maildir, once. */
import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import type { JobSummary } from '../../src/core/index.ts';
import type { OpenDaemon } from '../support/daemon-at.ts';
import { until } from '../support/signed-in.ts';
import { SkippableClock } from '../support/skippable-clock.ts';
import { startExim } from './exim.ts';
import { startPostfix, whyNoPostfix } from './postfix.ts';
import {
  asStored,
  bodyOf,
  describeWith,
  handIn,
  headerOf,
  makeServerTls,
  smugglingMail,
  startPlainRelay,
  stopAtEnd,
  terminators,
  whyNoPackages,
  type WireMail,
} from './scene.ts';
import type { ReceivingServer } from './servers.ts';

const exim = ['exim4-daemon-light', 'libnss-wrapper'];
const postfixObstacle = whyNoPostfix() ?? (await whyNoPackages(['postfix']));
const eximObstacle = await whyNoPackages(exim);

const header = (subject: string) =>
  `From: scanner@example.test\r\nTo: anna@example.test\r\nBcc: hidden@example.test\r\nSubject: ${subject}\r\n` +
  'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n';

/** A large scan with all that lines can be: dots in front, 998 octets, empty. */
function scanBody(): string {
  const lines = ['.', '..', '...', '', '.x', 'x'.repeat(998), `.${'y'.repeat(997)}`, 'From the first word', ''];
  const base64 = randomBytes(2_000_000).toString('base64').replace(/.{76}/g, '$&\r\n');
  return `${lines.join('\r\n')}\r\n${base64}`;
}

interface Pair {
  server: ReceivingServer;
  agent: OpenDaemon;
}

/** Hands in one mail and waits for the one that came of it. */
async function relayed(
  { server, agent }: Pair,
  mail: WireMail,
  limitMs = 20_000,
): Promise<{ message: Buffer; job: JobSummary }> {
  const before = await server.messages();
  const known = new Set(agent.agent.jobs().map((one) => one.queueId));
  const reply = await handIn(agent.port, mail);
  expect(reply).toMatch(/^250 2\.6\.0/);
  const job = await until(
    () => agent.agent.jobs().find((one) => !known.has(one.queueId) && one.state === 'accepted'),
    limitMs,
  ).catch(async (error: unknown) => {
    throw new Error(`${JSON.stringify(agent.agent.jobs())}\n${await server.log()}`, { cause: error });
  });
  const fresh = await until(async () => {
    const all = await server.messages();
    return all.length > before.length ? all.filter((one) => !before.some((old) => old.equals(one))) : undefined;
  }, 30_000);
  expect(fresh).toHaveLength(1);
  return { message: fresh[0]!, job };
}

function commonTests(pair: () => Pair): void {
  test('a scan of 2.7 MB with every kind of line arrives octet for octet, without Bcc', async () => {
    const body = scanBody();
    const content = `${header('big')}\r\n${body.replace(/^\./gm, '..')}`;
    const { message, job } = await relayed(pair(), { content });
    expect(bodyOf(message) === `${asStored(body)}\n`).toBe(true);
    expect(headerOf(message)).toMatch(/^Subject: big$/m);
    expect(headerOf(message)).toMatch(/^From: .*scanner@example\.test/m);
    expect(headerOf(message)).toMatch(/^Message-ID: /im);
    expect(headerOf(message)).not.toMatch(/^Bcc:|hidden@/im);
    expect(job.state).toBe('accepted');
  }, 60_000);

  test('8-bit text arrives octet for octet', async () => {
    const body = 'Größe: 10 m²\r\n扫描\r\n';
    const { message } = await relayed(pair(), {
      parameters: ' BODY=8BITMIME',
      content: Buffer.from(`${header('eight bits')}\r\n${body.slice(0, -2)}`),
    });
    expect(Buffer.from(bodyOf(message), 'latin1').toString()).toBe(asStored(body));
  }, 60_000);

  test.each(terminators)(
    '%s inside a message: one in, one out',
    async (escaped) => {
      const { mail, subject, body } = smugglingMail(escaped);
      const { message } = await relayed(pair(), mail);
      expect(headerOf(message)).toContain(`Subject: ${subject}\n`);
      expect(bodyOf(message)).toBe(body);
    },
    60_000,
  );

  test('twelve at once to three recipients each: each of them once', async () => {
    const { server, agent } = pair();
    const before = (await server.messages()).length;
    const forwardPaths = ['anna@example.test', 'bert@example.test', 'carl@example.test'];
    const subjects = Array.from({ length: 12 }, (_, i) => `many ${i}`);
    await Promise.all(
      subjects.map((subject) => handIn(agent.port, { forwardPaths, content: `Subject: ${subject}\r\n\r\n${subject}` })),
    );
    await until(() => (agent.agent.jobs().every((one) => one.state === 'accepted') ? true : undefined), 30_000);
    // Both servers write one file per recipient.
    const arrived = await until(async () => {
      const all = await server.messages();
      return all.length >= before + 12 * 3 ? all : undefined;
    }, 30_000);
    const got = arrived
      .map((one) => /^Subject: (many \d+)$/m.exec(headerOf(one))?.[1])
      .filter((one) => one !== undefined);
    expect(got.sort()).toEqual(subjects.flatMap((one) => [one, one, one]).sort());
  }, 90_000);
}

const utf8Mail = {
  forwardPaths: ['jürgen@example.test'],
  parameters: ' SMTPUTF8 BODY=8BITMIME',
  content: Buffer.from('Subject: Grüße\r\nTo: jürgen@example.test\r\n\r\nhello'),
};

describeWith(postfixObstacle, 'Postfix as smarthost', () => {
  let pair: Pair;
  beforeAll(async () => {
    const tls = await makeServerTls();
    const server = stopAtEnd(await startPostfix({ tls }));
    pair = { server, agent: await startPlainRelay(server.port, tls.caPem) };
  }, 60_000);
  commonTests(() => pair);

  test('an address with an umlaut goes as SMTPUTF8', async () => {
    const { message } = await relayed(pair, utf8Mail);
    expect(message.toString()).toContain('X-Original-To: jürgen@example.test');
    expect(await pair.server.log()).toContain('TLSv1.3');
  }, 60_000);
});

describeWith(eximObstacle, 'Exim as smarthost', () => {
  let pair: Pair;
  const clock = new SkippableClock();
  beforeAll(async () => {
    const tls = await makeServerTls();
    const server = stopAtEnd(await startExim({ tls, isFirstRecipientDeferred: true }));
    pair = { server, agent: await startPlainRelay(server.port, tls.caPem, { clock }) };
  }, 60_000);

  test('greylisting: 451 once, and the same scan arrives at the second attempt', async () => {
    const mail = { content: 'Subject: grey\r\n\r\nhello' };
    const { agent } = pair.agent;
    const arrival = relayed(pair, mail, 30_000);
    await until(() => (agent.jobs().some((one) => one.state === 'waiting' && one.attempts === 1) ? true : undefined));
    // The longest wait that such an answer may cost.
    clock.skip(20 * 60_000);
    const { message } = await arrival;
    expect(bodyOf(message)).toBe('hello\n');
    expect(await pair.server.log()).toContain('temporarily rejected RCPT');
  }, 60_000);
  commonTests(() => pair);

  test('an address with an umlaut goes as SMTPUTF8', async () => {
    const { message } = await relayed(pair, utf8Mail);
    expect(message.toString()).toContain('jürgen@example.test');
    expect(await pair.server.log()).toMatch(/P=utf8esmtps/);
  }, 60_000);

  test('one that offers neither PIPELINING nor CHUNKING gets the same octets', async () => {
    const tls = await makeServerTls();
    const server = stopAtEnd(await startExim({ tls, isPipeliningOffered: false }));
    const agent = await startPlainRelay(server.port, tls.caPem);
    const { message } = await relayed({ server, agent }, { content: 'Subject: slow\r\n\r\n..dot\r\n....' });
    expect(bodyOf(message)).toBe('.dot\n...\n');
    expect(await server.log()).not.toMatch(/synchronization|protocol error/);
  }, 60_000);
});
