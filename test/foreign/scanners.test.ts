/** Postfix's load generator, Postfix itself and msmtp hand in mail; Postfix's smtp-sink receives it. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { runProgram } from '../support/agent-process.ts';
import type { OpenDaemon } from '../support/daemon-at.ts';
import { until } from '../support/signed-in.ts';
import { postfixPrograms, startPostfix, startSmtpSink, whyNoPostfix, type SmtpSink } from './postfix.ts';
import { describeWith, startPlainRelay, stopAtEnd, whyNoPackages } from './scene.ts';
import { freePort } from '../support/loopback.ts';

const caller = { by: 'test', door: 'cli', role: 'administrator' } as const;
const password = 'for printers 1';
const obstacle = await whyNoPackages(['postfix']);
const recipient = 'anna@example.test';

describeWith(obstacle, 'mail programs as scanners', () => {
  let sink: SmtpSink;
  let agent: OpenDaemon;
  let lanPort: number;

  beforeAll(async () => {
    sink = stopAtEnd(await startSmtpSink());
    lanPort = await freePort();
    agent = await startPlainRelay(sink.port, undefined, {
      settings: {
        'lan.isEnabled': true,
        'lan.address': '127.0.0.1',
        'lan.plainPort': 0,
        'lan.submissionPort': lanPort,
        'lan.allowedNetworks': ['127.0.0.0/24'],
        'lan.userName': 'printer',
      },
    });
    await agent.agent.setLanPassword(password, caller);
  }, 60_000);

  /** Sends, and waits until as many more are at the sink, and the queue is empty. @returns the new ones */
  async function passed(count: number, send: () => Promise<unknown>): Promise<readonly string[]> {
    const before = await sink.messages();
    await send();
    const all = await until(async () => {
      const isEmpty = agent.agent.jobs().every((one) => one.state === 'accepted');
      const now = isEmpty ? await sink.messages() : [];
      return now.length >= before.length + count ? now : undefined;
    }, 60_000);
    expect(all).toHaveLength(before.length + count);
    return all.filter((one) => !before.some((old) => old.equals(one))).map((one) => one.toString('latin1'));
  }

  const idsOf = (messages: readonly string[]) => messages.map((one) => /^Message-ID: *(.*?)\r?$/im.exec(one)?.[1]);

  describe('smtp-source', () => {
    test.each<[title: string, messages: number, options: string[]]>([
      ['one session', 20, ['-s', '1', '-l', '20000']],
      // As firmware with a kept connection does.
      ['four sessions that stay connected', 100, ['-s', '4', '-d', '-l', '5000']],
      // 20 are let in; smtp-source ends with an error at the first refusal.
      ['sixteen sessions, each mail over a new connection', 64, ['-s', '16', '-l', '300']],
      ['mails of 4 MB over two sessions', 6, ['-s', '2', '-d', '-l', '4000000']],
      ['five recipients each', 10, ['-s', '2', '-r', '5', '-l', '1000']],
    ])(
      '%s',
      async (_title, count, options) => {
        const { smtpSource, env } = await postfixPrograms();
        const fresh = await passed(count, async () => {
          const target = [
            '-m',
            String(count),
            '-f',
            'scanner@example.test',
            '-t',
            recipient,
            `127.0.0.1:${agent.port}`,
          ];
          expect(await runProgram(smtpSource, [...options, ...target], { env })).toMatchObject({ code: 0, stderr: '' });
        });
        expect(new Set(idsOf(fresh)).size).toBe(count);
        const length = Number(options[options.indexOf('-l') + 1]);
        // smtp-sink keeps local line ends: an octet less for each line of 80.
        for (const one of fresh) expect(one.length).toBeGreaterThan(length * 0.98);
      },
      90_000,
    );
  });

  test('msmtp logs in on the network, with STARTTLS by GnuTLS', async () => {
    const options = [
      '--host=127.0.0.1',
      `--port=${lanPort}`,
      '--tls=on',
      '--tls-starttls=on',
      '--tls-certcheck=off',
      '--auth=plain',
      '--user=printer',
      `--passwordeval=echo '${password}'`,
      '--from=scanner@example.test',
      recipient,
    ];
    const [message = ''] = await passed(1, async () => {
      const sent = await runProgram('msmtp', options, { input: 'Subject: by GnuTLS\n\nhello\n' });
      expect(sent).toMatchObject({ code: 0, stderr: '' });
    });
    expect(message).toContain('Subject: by GnuTLS');
    expect(message).toMatch(/with ESMTPSA/);
  }, 60_000);

  describeWith(whyNoPostfix(), 'Postfix as client', () => {
    test('several mails over one connection, pipelined', async () => {
      const address = '127.0.0.1';
      const relay = stopAtEnd(await startPostfix({ relayTo: { host: address, port: agent.port, tls: 'none' } }));
      const fresh = await passed(12, async () => {
        const { smtpSource, env } = await postfixPrograms();
        const target = [
          '-s',
          '3',
          '-m',
          '12',
          '-f',
          'scanner@example.test',
          '-t',
          recipient,
          `${address}:${relay.port}`,
        ];
        expect(await runProgram(smtpSource, target, { env })).toMatchObject({ code: 0, stderr: '' });
      });
      expect(new Set(idsOf(fresh)).size).toBe(12);
      expect(await relay.log()).not.toMatch(/status=(deferred|bounced)/);
    }, 60_000);
  });
});
