/** A whole agent and a mail server whose encryption is wrong in every way there is (F44, T20): no message leaves, and once it is right it goes. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { playFirmware } from '../../src/simulator/index.ts';
import { startSmarthost, type Replies, type ServerTls, type Smarthost } from '../relay/scripted-smarthost.ts';
import { makeCa, type TestCa } from '../support/certificates.ts';
import { daemonAt, untilJob, writeSettings, type OpenDaemon } from '../support/daemon-at.ts';
import { SkippableClock } from '../support/skippable-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

const dayMs = 86_400_000;
const name = 'mail.contoso.example';
const administrator = { by: 'test', door: 'cli', role: 'administrator' } as const;

let ca: TestCa;
let stranger: TestCa;
let servers: Record<string, ServerTls>;
let good: Smarthost;
let bad: Smarthost | undefined;
let present: Smarthost;
let daemon: OpenDaemon;

beforeAll(async () => {
  ca = await makeCa();
  stranger = await makeCa('Somebody Else');
  const right = await ca.issue([name]);
  const strange = await stranger.issue([name]);
  servers = {
    'right': right,
    'expired': await ca.issue([name], {
      notBefore: new Date(Date.now() - 9 * dayMs),
      notAfter: new Date(Date.now() - dayMs),
    }),
    'for another name': await ca.issue(['mail.elsewhere.example']),
    'of an unknown authority': strange,
    'TLS 1.1 only': { ...right, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
  };
}, 30_000);
beforeEach(async () => {
  good = await startSmarthost({}, servers['right']);
  present = good;
  const root = await tempDir();
  await writeSettings(root, {
    'service.provider': 'unspecified',
    'service.smtpHost': name,
    'service.smtpPort': 587,
    'service.smtpSecurity': 'starttls',
    'sender.deviceEmailAddress': 'scan@contoso.example',
    'network.extraCaPem': [ca.cert],
  });
  daemon = await daemonAt(root, { dial: (target) => present.dialer.dial(target) }, new SkippableClock());
});
afterEach(async () => {
  await daemon.stop();
  await good.stop();
  await bad?.stop();
});

async function scan(): Promise<string> {
  const { reply } = await playFirmware({
    port: daemon.port,
    file: Buffer.from('scan'),
    fileName: 'scan.pdf',
    to: ['anna@contoso.example'],
    from: 'mfp@printer.local',
    subject: 'Scan',
  });
  return /[0-9a-z]{14}/.exec(reply)?.[0] ?? '';
}

describe('a mail server whose encryption is wrong', () => {
  test.each<[what: string, tls: string, replies: Replies, code: string, says: RegExp]>([
    ['the certificate is expired', 'expired', {}, 'tls-expired', /clock/i],
    ['the certificate is for another name', 'for another name', {}, 'tls-wrong-name', /another name/i],
    ['the authority is unknown', 'of an unknown authority', {}, 'tls-untrusted', /Somebody Else|certificate/i],
    ['it speaks TLS 1.1 only', 'TLS 1.1 only', {}, 'tls-failed', /secure|TLS|encrypt/i],
    [
      'STARTTLS was stripped from its EHLO',
      'right',
      { ehlo: '250-x\r\n250 SIZE', starttls: '502 5.5.1 what?' },
      'tls-not-offered',
      /encrypt|STARTTLS/i,
    ],
    ['somebody speaks behind its 220', 'right', { starttls: '220 go\r\n250 SIZE' }, 'reply-invalid', /./],
  ])(
    '%s: the scan waits, says why, and arrives once it is right',
    async (_what, tls, replies, code, says) => {
      bad = await startSmarthost(replies, servers[tls]);
      present = bad;
      const queueId = await scan();
      const job = await untilJob(daemon, queueId, ({ lastReply }) => lastReply !== undefined);
      expect(job).toMatchObject({ state: 'waiting', lastReply: { code } });
      expect(bad.commands('MAIL')).toEqual([]);
      const { title, paragraph, remedy } = daemon.agent.explain({ code: job.lastReply?.guidanceId ?? code }, 'en');
      expect(`${title} ${paragraph} ${remedy ?? ''}`).toMatch(says);
      present = good;
      await daemon.agent.retryJob(queueId, administrator);
      await untilJob(daemon, queueId, ({ state }) => state === 'accepted');
      expect(good.sessions.at(-1)?.isSecure).toBe(true);
      expect(good.bodies()).toHaveLength(1);
    },
    30_000,
  );

  test('an authority added to the settings is trusted at once, without a restart, and its name was on the job before', async () => {
    bad = await startSmarthost({}, servers['of an unknown authority']);
    present = bad;
    const queueId = await scan();
    const job = await untilJob(daemon, queueId, ({ lastReply }) => lastReply !== undefined);
    expect(job.lastReply?.reply).toContain('issued by Somebody Else');
    await daemon.agent.changeSettings(
      { changes: { 'network.extraCaPem': [ca.cert, stranger.cert] }, accept: [] },
      administrator,
    );
    await untilJob(daemon, queueId, ({ state }) => state === 'accepted');
  }, 30_000);
});
