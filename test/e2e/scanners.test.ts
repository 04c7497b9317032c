/** Mail programs we did not write, as scanners: what they hand in is what arrives. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Delivery } from '../../src/simulator/index.ts';
import type { Rehearsal } from '../../src/demo/index.ts';
import { runProgram, type Finished } from '../support/agent-process.ts';
import { rehearse, signIn, until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';

const scanPath = new URL('../data/scan-3-pages.pdf', import.meta.url).pathname;
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

let rehearsal: Rehearsal;
let scan: Buffer;
let dir: string;

beforeAll(async () => {
  rehearsal = await rehearse();
  scan = await readFile(scanPath);
  dir = await tempDir();
  await signIn(rehearsal);
}, 60_000);

const python = `
import smtplib, sys
from email.message import EmailMessage
m = EmailMessage()
m['From'] = 'scanner@printer.local'; m['To'] = 'anna@contoso.com'; m['Subject'] = 'Python 扫描'
m.set_content('see attachment')
m.add_attachment(open(sys.argv[2], 'rb').read(), maintype='application', subtype='pdf', filename='scan.pdf')
with smtplib.SMTP('127.0.0.1', int(sys.argv[1])) as s:
    s.send_message(m)
`;

function msmtpMessage(): string {
  const base64 = scan.toString('base64').replace(/.{76}/g, '$&\n');
  return `To: anna@contoso.com\nBcc: secret@contoso.com\nSubject: msmtp scan\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="scan.pdf"\n\n${base64}\n--x--\n`;
}

const swaks = (port: number, ...more: string[]) =>
  runProgram('swaks', [
    ...['--server', '127.0.0.1', '--port', String(port)],
    ...['--from', 'scanner@printer.local', '--to', 'anna@contoso.com', '--attach', `@${scanPath}`],
    ...more,
  ]);

describe('scanners', () => {
  test.each<[string, (port: number) => Promise<Finished>]>([
    ['swaks', (port) => swaks(port, '--header', 'Subject: swaks scan')],
    [
      'swaks with AUTH, as old firmware insists',
      (port) => swaks(port, '--auth', 'LOGIN', '--auth-user', 'x', '--auth-password', 'y'),
    ],
    [
      'swaks with AUTH PLAIN, pipelined',
      (port) => swaks(port, '--pipeline', '--auth', 'PLAIN', '--auth-user', 'x', '--auth-password', 'y'),
    ],
    [
      'msmtp',
      (port) =>
        runProgram(
          'msmtp',
          [
            '--host=127.0.0.1',
            `--port=${String(port)}`,
            '--auth=off',
            '--tls=off',
            '--from=scanner@printer.local',
            'anna@contoso.com',
          ],
          { input: msmtpMessage() },
        ),
    ],
    [
      'Python smtplib',
      async (port) => {
        await writeFile(join(dir, 'send.py'), python);
        return runProgram('python3', [join(dir, 'send.py'), String(port), scanPath]);
      },
    ],
  ])(
    '%s hands in a scan, and it arrives from the device address, byte for byte',
    async (_name, send) => {
      const before = rehearsal.cloud.deliveries().length;
      const { code, stderr } = await send(rehearsal.intakePort);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const delivery = await until<Delivery>(() => rehearsal.cloud.deliveries()[before]);
      const device = rehearsal.daemon.agent.status().deviceEmailAddress;
      expect(delivery.envelope).toEqual({ reversePath: device, forwardPaths: ['anna@contoso.com'] });
      const header = delivery.raw.toString('latin1').split('\r\n\r\n')[0] ?? '';
      expect(header).toMatch(new RegExp(`^From: .*${device.replace('.', '\\.')}`, 'm'));
      expect(header).not.toMatch(/^Bcc:/im);
      expect(sha256(attachedScan(delivery.raw))).toBe(sha256(scan));
    },
    60_000,
  );
});

const pythonUtf8 = `
import smtplib, sys
from email.message import EmailMessage
from email.policy import SMTPUTF8
m = EmailMessage(policy=SMTPUTF8)
m['From'] = 'scanner@printer.local'; m['To'] = 'jürgen@contoso.com'; m['Subject'] = 'Grüße'
m.set_content('Größe')
with smtplib.SMTP('127.0.0.1', int(sys.argv[1])) as s:
    s.send_message(m)
`;

test('Python smtplib with SMTPUTF8: the address with an umlaut arrives as it was', async () => {
  const before = rehearsal.cloud.deliveries().length;
  const { code, stderr } = await runProgram('python3', ['-c', pythonUtf8, String(rehearsal.intakePort)]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const delivery = await until<Delivery>(() => rehearsal.cloud.deliveries()[before]);
  expect(delivery.envelope.forwardPaths).toEqual(['jürgen@contoso.com']);
  expect(delivery.raw.toString()).toMatch(/^To: jürgen@contoso\.com\r$/m);
}, 60_000);

/** Every client orders the fields of a part in its own way: take the one part that is base64. */
function attachedScan(raw: Buffer): Buffer {
  for (const part of raw.toString('latin1').split('\r\n--')) {
    const end = part.indexOf('\r\n\r\n');
    if (
      /^content-transfer-encoding: *base64/im.test(part.slice(0, end)) &&
      /pdf|octet-stream/i.test(part.slice(0, end))
    )
      return Buffer.from(part.slice(end + 4), 'base64');
  }
  throw new Error('no attachment');
}
