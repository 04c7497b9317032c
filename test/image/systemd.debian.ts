/**
 * The agent's .deb on Debian 13 with systemd: `npm run test:image:debian`. MFP_IMAGE_ARCH=armhf for the other processor. Each test
 * leaves the machine as the next one needs it.
 */
import { once } from 'node:events';
import { constants } from 'node:fs';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { attachmentOf, type StandInCloud } from '../../src/simulator/index.ts';
import { RawClient } from '../support/smtp-dialogue.ts';
import { tempDir } from '../support/temp-dir.ts';
import { images, slowness, type Arch, type Guest } from './guest.ts';
import {
  handIn,
  logOf,
  newDataPartition,
  openFirmwareDoor,
  powerOn,
  scanFile,
  scanMessage,
  signInAtConsole,
  startCloud,
  subjectOf,
  untilListening,
} from './scene.ts';

const arch: Arch = process.env['MFP_IMAGE_ARCH'] === 'armhf' ? 'armhf' : 'arm64';
const minutes = (count: number) => count * 60_000 * slowness;
const service = 'mfp-mail-agent.service';

let cloud: StandInCloud;
let guest: Guest;

/** @returns path of the package for this processor in a folder of `build/images/` */
async function packageIn(folder: string): Promise<string> {
  const dir = join(images, folder);
  const name = (await readdir(dir)).find((one) => one.endsWith(`_${arch}.deb`));
  if (name === undefined) throw new Error(`there is no package for ${arch} in ${dir}: npm run test:image:debian`);
  return join(dir, name);
}

beforeAll(async () => {
  const dir = await tempDir();
  cloud = await startCloud();
  const data = await newDataPartition(dir, cloud, {
    settings: {
      'limits.maxMessageBytes': 8 * 1024 * 1024,
      // This side, as the guest's network shows it.
      'lan.isEnabled': true,
      'lan.allowedNetworks': ['10.0.2.0/24'],
      'lan.trustedPrinters': ['10.0.2.2'],
    },
    files: { 'agent.deb': await packageIn('packages'), 'next.deb': await packageIn('next') },
  });
  const root = join(dir, 'root.ext4');
  await copyFile(join(images, `debian-${arch}`, 'root.ext4'), root, constants.COPYFILE_FICLONE);
  guest = await powerOn(arch, cloud, data, { root, memoryMiB: 384, ports: [25, 443, 587] });
}, minutes(8));
afterAll(async () => {
  // Not there if the first boot failed.
  await (guest as Guest | undefined)?.cutPower();
  await cloud.stop();
}, minutes(1));

const property = async (name: string) => await guest.ask(`systemctl show -P ${name} ${service}`);
const dpkg = async (words: string) => await guest.ask(`dpkg ${words} 2>&1`, { limitMs: 240_000 });

/** Polls a command of the guest until its output fits. */
async function until(command: string, pattern: RegExp, limitMs = 180_000): Promise<string> {
  const endMs = Date.now() + limitMs * slowness;
  for (;;) {
    const { output } = await guest.run(command, { limitMs: 90_000 });
    if (pattern.test(output)) return output;
    if (Date.now() > endMs) throw new Error(`${command}: ${output}\n${await logOf(guest)}`);
    // Each look takes from what is waited for.
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function untilArrived(subject: string): Promise<Buffer> {
  const endMs = Date.now() + minutes(4);
  for (;;) {
    const found = cloud.deliveries().find(({ raw }) => subjectOf(raw) === subject);
    if (found) return found.raw;
    if (Date.now() > endMs) throw new Error(`${subject} did not come\n${await logOf(guest)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test(
  'the package is installed, and systemd runs the agent as a user of its own',
  async () => {
    // A processor that is stretched further still would be taken for one that hangs.
    if (slowness > 1) {
      const dropIn = `printf '[Service]\\nWatchdogSec=${String(60 * slowness)}s\\n' > $d/watchdog.conf`;
      await guest.ask(`d=/etc/systemd/system/${service}.d; mkdir -p $d && ${dropIn}`);
    }
    expect(await dpkg('-i /data/agent.deb')).toMatch(/Setting up mfp-mail-agent/);
    await untilListening(guest);
    expect(await guest.ask(`systemctl is-active ${service}`)).toBe('active');
    expect(await guest.ask(`systemctl is-enabled ${service}`)).toBe('enabled');
    expect(await guest.ask(`stat -c %U /proc/${await property('MainPID')}`)).toBe('mfpmail');
    expect(await guest.ask('stat -c "%U %a" /etc/mfp-mail-agent /var/lib/mfp-mail-agent')).toBe(
      'mfpmail 700\nmfpmail 700',
    );
  },
  minutes(8),
);

test(
  'its sandbox holds: nothing to write to but its own, no rights to gain',
  async () => {
    const pid = await property('MainPID');
    const status = await guest.ask(`cat /proc/${pid}/status`);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
    // CAP_NET_BIND_SERVICE is bit 10; nothing else may ever be gained.
    expect(parseInt(/^CapBnd:\s+(\w+)$/m.exec(status)?.[1] ?? '', 16)).toBe(0x400);
    const inside = (command: string) => guest.run(`nsenter -t ${pid} -m ${command} 2>&1`);
    expect((await inside('touch /usr/lib/mfp-mail-agent/x')).output).toMatch(/Read-only file system/);
    expect((await inside('touch /etc/x')).output).toMatch(/Read-only file system/);
    expect((await inside('touch /var/lib/mfp-mail-agent/x /etc/mfp-mail-agent/x')).code).toBe(0);
    await guest.ask('rm /var/lib/mfp-mail-agent/x /etc/mfp-mail-agent/x');
    expect((await inside('ls /dev')).output).not.toMatch(/vda|ttyAMA0/);
  },
  minutes(2),
);

test(
  'it is signed in at the serial console, and delivers scans by SMTP and by mfpmail, octet for octet',
  async () => {
    // What an administrator set up before; here the stand-in cloud instead of the real one.
    await guest.ask(
      `systemctl stop ${service} && cp /data/settings/* /etc/mfp-mail-agent/ && ` +
        `chown -R mfpmail:mfpmail /etc/mfp-mail-agent && ` +
        `systemctl enable -q mfp-mail-agent-web.socket && systemctl start mfp-mail-agent-web.socket ${service}`,
      { limitMs: 180_000 },
    );
    await untilListening(guest);
    await openFirmwareDoor(guest);
    expect(await signInAtConsole(guest, cloud)).toMatch(/ready: signed in as/i);
    const scan = await readFile(scanFile);
    await handIn(guest, scanMessage('by SMTP', scan));
    const submit = "mfpmail --timeout 120 submit --to anna@contoso.com --subject 'by bridge' --type application/pdf";
    await guest.ask(`${submit} /data/scan.pdf`, { limitMs: 150_000 });
    for (const subject of ['by SMTP', 'by bridge'])
      expect(attachmentOf(await untilArrived(subject))?.content.equals(scan)).toBe(true);
  },
  minutes(12),
);

test(
  "its web pages are on systemd's port 443",
  async () => {
    expect(await guest.ask('systemctl is-active mfp-mail-agent-web.socket')).toBe('active');
    const socket = connect({ host: '127.0.0.1', port: guest.port(443), rejectUnauthorized: false });
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(minutes(2)) });
    expect(socket.getPeerCertificate().fingerprint256).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    socket.destroy();
  },
  minutes(3),
);

test(
  'systemd starts it again when it was killed, and when it hangs',
  async () => {
    for (const [signal, restarts] of [
      ['KILL', '1'],
      ['STOP', '2'],
    ] as const) {
      await guest.ask(`kill -${signal} ${await property('MainPID')}`);
      await until(`systemctl show -P NRestarts ${service}`, new RegExp(`^${restarts}$`));
      await untilListening(guest);
      await until(`systemctl is-active ${service}`, /^active$/);
    }
  },
  minutes(8),
);

test(
  'an upgrade over the running agent keeps what waits, settings and sign-in',
  async () => {
    await cloud.stop();
    for (const n of ['one', 'two', 'three']) await handIn(guest, scanMessage(`queued ${n}`, Buffer.alloc(30_000, n)));
    const before = await guest.ask("dpkg-query -W -f '${Version}' mfp-mail-agent");
    await dpkg('-i /data/next.deb');
    expect(await guest.ask("dpkg-query -W -f '${Version}' mfp-mail-agent")).toBe(`${before}+next`);
    await untilListening(guest);
    expect(await guest.ask(`systemctl is-active ${service}`)).toBe('active');
    expect(await guest.ask('mfp-mail-agent --version')).toMatch(/\+next$/);
    await cloud.start();
    for (const n of ['one', 'two', 'three'])
      expect(attachmentOf(await untilArrived(`queued ${n}`))?.content.equals(Buffer.alloc(30_000, n))).toBe(true);
  },
  minutes(10),
);

test(
  'a printer that knocks at port 25 or 587 of systemd starts the agent, and its scan is sent',
  async () => {
    const page = Buffer.alloc(20_000, 'p');
    const limitMs = 240_000;
    // Without the units they are the agent's own ports: it has the one capability for that.
    await handIn(guest, scanMessage('own port', page), { port: guest.port(25), limitMs });
    const units = 'mfp-mail-agent-lan.socket mfp-mail-agent-submission.socket';
    await guest.ask(`systemctl stop ${service} && systemctl enable -q ${units} && systemctl start ${units}`);
    // So that the knock is at these ports, not at the web pages'.
    expect((await guest.run(`systemctl is-active ${service} ${units}`)).output).toBe('inactive\nactive\nactive');
    await handIn(guest, scanMessage("systemd's port", page), { port: guest.port(25), limitMs });
    await until(`systemctl is-active ${service}`, /^active$/);
    const client = new RawClient({ port: guest.port(587), deadlineMs: limitMs });
    expect(await client.reply()).toMatch(/^220 /);
    client.close();
    for (const subject of ['own port', "systemd's port"])
      expect(attachmentOf(await untilArrived(subject))?.content.equals(page)).toBe(true);
  },
  minutes(12),
);

test(
  'removing keeps everything; purging destroys keys, sign-in and settings',
  async () => {
    await dpkg('-r mfp-mail-agent');
    expect((await guest.run(`systemctl is-active ${service}`)).output).not.toBe('active');
    expect(await guest.ask('ls /var/lib/mfp-mail-agent')).toMatch(/spool/);
    await dpkg('-P mfp-mail-agent');
    expect((await guest.run('ls /var/lib/mfp-mail-agent /etc/mfp-mail-agent')).code).not.toBe(0);
    expect(
      (await guest.run('find / -xdev -name "*mfp-mail-agent*" -path "*systemd*" ! -name "*.service.d"')).output,
    ).toBe('');
  },
  minutes(4),
);
