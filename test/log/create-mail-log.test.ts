import { describe, expect, test } from '@jest/globals';
import { MailError, type MailLog } from '../../src/core/index.ts';
import { createMailLog, type LogLevel } from '../../src/log/index.ts';
import { collectedLines } from './collected-lines.ts';

const queueId = '01jd0000000000';

/** Every method once, each text filled by `text`. The type makes this list fail to compile when a method is added. */
function eachMethod(text: string): { readonly [Method in keyof MailLog]: (log: MailLog) => void } {
  return {
    queued: (log) => {
      log.queued({
        queueId,
        client: text,
        door: text,
        reversePath: text,
        recipients: 1,
        sizeBytes: 1,
        messageId: text,
      });
    },
    refused: (log) => {
      log.refused({ client: text, door: text, reply: text, code: text });
    },
    repeated: (log) => {
      log.repeated({ queueId, client: text });
    },
    attempted: (log) => {
      log.attempted({ queueId, attempt: 1, host: text });
    },
    delivered: (log) => {
      log.delivered({ queueId, recipients: 1, reply: text, serverMessageId: text, tookMs: 5 });
    },
    deferred: (log) => {
      log.deferred({ queueId, code: text, reply: text, waitMs: 1 });
    },
    held: (log) => {
      log.held({ queueId, reason: text as 'by-person' });
    },
    released: (log) => {
      log.released({ queueId, by: text });
    },
    failed: (log) => {
      log.failed({ queueId, code: text, reply: text, recipients: 1 });
    },
    deleted: (log) => {
      log.deleted({ queueId, by: text });
    },
    possibleDuplicate: (log) => {
      log.possibleDuplicate({ queueId });
    },
    corrupt: (log) => {
      log.corrupt({ entry: text, why: text });
    },
    account: (log) => {
      log.account({ what: text, code: text, detail: text });
    },
    settings: (log) => {
      log.settings({ by: text, names: [text] });
    },
    notice: (log) => {
      log.notice(text, { detail: text, [text]: 1, refreshToken: 'canary' });
    },
    warn: (log) => {
      log.warn(text, { detail: text, password: 'canary', deep: { text } as unknown as string });
    },
    fault: (log) => {
      const foreign = Object.assign(new Error(text), { code: text, request: { headers: { authorization: text } } });
      log.fault(
        text,
        new MailError('internal', text, {
          cause: new AggregateError([foreign], text),
          details: { reply: text, list: [text], token: 'canary' },
        }),
      );
      log.fault(`${text} again`, foreign);
      log.fault('thrown', text);
      log.fault('thrown', { text });
    },
  };
}

const jobEvents = new Set([
  'queued',
  'repeated',
  'attempted',
  'delivered',
  'deferred',
  'held',
  'released',
  'failed',
  'deleted',
  'possibleDuplicate',
]);
const methods = Object.keys(eachMethod('')) as (keyof MailLog)[];

async function logged(level: LogLevel, write: (log: MailLog) => void) {
  const destination = collectedLines();
  const log = createMailLog({ level, destination });
  write(log);
  await log.flush();
  return destination;
}

describe('the mail log', () => {
  test.each(methods)('%s writes one line of JSON for one event', async (method) => {
    const destination = await logged('debug', (log) => {
      eachMethod('harmless')[method](log);
    });
    const lines = destination.json();
    expect(lines).toHaveLength(method === 'fault' ? 4 : 1);
    for (const line of lines) {
      expect(line).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        level: expect.any(String),
        severity: expect.any(Number),
        event: expect.any(String),
      });
      if (jobEvents.has(method)) expect(line['queueId']).toBe(queueId);
    }
  });

  const secrets: [string, string][] = [
    ['JWT', 'eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.canary'],
    ['bearer', 'Authorization: Bearer canary'],
    ['AUTH line', 'AUTH XOAUTH2 dXNlcj1jYW5hcnlAY29udG9zby5jb20BYXV0aD1CZWFyZXIgY2FuYXJ5AQE='],
    ['refresh token', '{"refresh_token":"canary"}'],
    ['device code', 'device_code=canary'],
    ['password', 'password=canary'],
    ['proxy', 'http://user:canary@proxy:3128'],
  ];
  test.each(
    secrets.flatMap(([name, text]) =>
      (['info', 'debug'] as const).map((level): [string, LogLevel, string] => [name, level, text]),
    ),
  )('lets no %s out by any method at level %s', async (_name, level, text) => {
    const destination = await logged(level, (log) => {
      for (const method of methods) eachMethod(text)[method](log);
    });
    expect(destination.lines().length).toBeGreaterThan(15);
    expect(destination.text()).not.toMatch(/canary|dXNlcj1|eyJhbGci|Y2FuYXJ5/i);
  });

  test.each(methods)('%s cannot be made to write a second line', async (method) => {
    const forged = 'x\r\n{"level":"error","event":"forged"}\n\u2028\u001b[2J\u0085';
    const destination = await logged('debug', (log) => {
      eachMethod(forged)[method](log);
    });
    expect(destination.json().map((line) => line['event'])).not.toContain('forged');
    expect(destination.text()).not.toMatch(/[\x00-\x09\x0b-\x1f\x85\u2028]/);
  });

  test('shortens addresses at info, shows them at debug, and leaves message ids alone', async () => {
    const write = (log: MailLog) => {
      log.queued({
        queueId,
        client: '127.0.0.1',
        door: 'loopback',
        reversePath: 'scans@contoso.com',
        recipients: 1,
        sizeBytes: 1,
        messageId: '<scan1@mfp.local>',
      });
    };
    expect((await logged('info', write)).json()[0]).toMatchObject({
      reversePath: 's***s@contoso.com',
      messageId: '<scan1@mfp.local>',
    });
    expect((await logged('debug', write)).json()[0]).toMatchObject({ reversePath: 'scans@contoso.com' });
  });

  test.each<[LogLevel, string[]]>([
    ['error', ['failed', 'corrupt', 'fault']],
    ['warn', ['refused', 'deferred', 'held', 'failed', 'possible-duplicate', 'corrupt', 'account', 'warning', 'fault']],
  ])('at level %s writes only what an operator must look at', async (level, events) => {
    const destination = await logged(level, (log) => {
      for (const method of methods) eachMethod('x')[method](log);
    });
    expect([...new Set(destination.json().map((line) => line['event']))]).toEqual(events);
  });

  test('keeps the chain of causes with codes, and frames only of errors that are not ours', async () => {
    const cause = Object.assign(new TypeError('connect failed'), { code: 'ECONNREFUSED' });
    const [line] = (
      await logged('info', (log) => {
        log.fault(
          'relay',
          new MailError('connect-failed', 'no connection', { cause, details: { host: 'smtp.contoso.com' } }),
        );
      })
    ).json();
    expect(line).toMatchObject({
      msg: 'relay',
      error: {
        name: 'MailError',
        code: 'connect-failed',
        message: 'no connection',
        details: { host: 'smtp.contoso.com' },
        causes: [{ name: 'TypeError', code: 'ECONNREFUSED', stack: expect.any(Array) }],
      },
    });
    expect((line?.['error'] as Record<string, unknown>)['stack']).toBeUndefined();
  });

  test('ends at a cause that is its own cause', async () => {
    const error = new Error('round');
    error.cause = error;
    expect(
      (
        await logged('info', (log) => {
          log.fault('x', error);
        })
      ).json(),
    ).toHaveLength(1);
  });

  test('a detail cannot take the place of level, event or time', async () => {
    const [line] = (
      await logged('info', (log) => {
        log.notice('x', { level: 'forged', event: 'forged', time: 'forged', msg: 'forged', severity: 0 });
      })
    ).json();
    expect(line).toMatchObject({ level: 'info', event: 'notice', msg: 'x', severity: 6, level_: 'forged' });
  });

  test('writes the same warning once in five minutes and then says how often it came', async () => {
    let nowMs = 0;
    const destination = collectedLines();
    const log = createMailLog({ level: 'info', destination, monotonicMs: () => nowMs });
    for (; nowMs < 299_000; nowMs += 1000) log.warn('disk is nearly full', { freeBytes: 1 });
    log.warn('disk is nearly full', { freeBytes: 2 });
    await log.flush();
    expect(destination.lines()).toHaveLength(2);
    nowMs = 300_000;
    log.warn('disk is nearly full', { freeBytes: 1 });
    expect(destination.json().at(-1)).toMatchObject({ msg: 'disk is nearly full', leftOut: 298 });
  });

  test('a stranger cannot fill the disk with refusals', async () => {
    const destination = collectedLines();
    const log = createMailLog({ level: 'info', destination, monotonicMs: () => 0 });
    for (let i = 0; i < 1000; i++)
      log.refused({ client: `10.0.0.${String(i)}`, door: 'lan', reply: '554', code: 'client-not-allowed' });
    await log.flush();
    expect(destination.lines()).toHaveLength(30);
  });

  test('shows a line for people on a terminal only', async () => {
    const write = async (isTTY: boolean) => {
      const destination = collectedLines(isTTY);
      const log = createMailLog({ level: 'info', destination, pretty: true });
      log.failed({
        queueId,
        code: 'recipient-refused',
        reply: '550 5.1.1 no "such" user\n',
        recipients: 1,
      });
      await log.flush();
      return destination.text();
    };
    expect(await write(false)).toMatch(/^\{.*\}\n$/);
    expect(await write(true)).toMatch(
      new RegExp(
        `^\\d\\d:\\d\\d:\\d\\d \\u001b\\[31merror\\u001b\\[0m failed ${queueId} code=recipient-refused reply="550 5.1.1 no \\\\"such\\\\" user\\\\n" recipients=1\\n$`,
      ),
    );
  });

  test('the level can change once the settings are read, and with it how addresses are shown', async () => {
    const destination = collectedLines();
    const log = createMailLog({ level: 'info', destination });
    log.notice('mail', { to: 'scans@contoso.com' });
    log.setLevel('debug');
    log.notice('mail', { to: 'scans@contoso.com' });
    log.setLevel('error');
    log.notice('mail', { to: 'scans@contoso.com' });
    await log.flush();
    expect(destination.json().map((line) => line['to'])).toEqual(['s***s@contoso.com', 'scans@contoso.com']);
  });

  test('flush waits for the destination', async () => {
    const destination = collectedLines();
    const log = createMailLog({ level: 'info', destination });
    log.notice('last words');
    await log.flush();
    expect(destination.text()).toContain('last words');
  });
});
