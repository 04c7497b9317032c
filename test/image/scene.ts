/** A device that was set up: data partition with settings, host names that lead to the stand-in cloud, and the cloud. */
import { chown, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDataPartition } from '../../cross-build/data-partition.mjs';
import { rootLayout } from '../../src/cli/index.ts';
import { prepareSettings } from '../../src/demo/index.ts';
import {
  createStandInCloud,
  standInProfiles,
  type StandInCloud,
  type StandInOptions,
} from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { collectedLog } from '../support/collected-log.ts';
import { RawClient } from '../support/smtp-dialogue.ts';
import { Guest, cloudAddress, slowness, type Arch, type GuestOptions } from './guest.ts';

/** Of the user mfpmail in the image. */
const agentUid = 900;
/** The guest's way from its network card to the agent's loopback door. */
const doorPort = 2526;

/** A scan of three pages, on the data partition of every device as `/data/scan.pdf`. */
export const scanFile = new URL('../data/scan-3-pages.pdf', import.meta.url);

export async function startCloud(options: Partial<StandInOptions> = {}): Promise<StandInCloud> {
  const cloud = createStandInCloud({
    profile: standInProfiles.global,
    intervalS: 2,
    messagesPerMinute: Infinity,
    ...options,
  });
  await cloud.start();
  return cloud;
}

/** Settings as an administrator typed them, on a new data partition. @returns its path */
export async function newDataPartition(
  dir: string,
  cloud: StandInCloud,
  options: {
    readonly sizeMiB?: number;
    readonly inodes?: number;
    readonly settings?: Record<string, unknown>;
    /** Further files on it: name, and which of this machine's. */
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): Promise<string> {
  const from = join(dir, `data-${String(Date.now())}`);
  const layout = { ...rootLayout(from), settingsDir: join(from, 'settings') };
  await mkdir(join(from, 'state'), { recursive: true });
  await prepareSettings(layout, cloud, {
    cloud: 'global',
    clock: systemClock,
    log: collectedLog(),
    settings: { 'intake.loopbackPort': 2525, 'panel.port': 8480, 'web.port': 8443, ...options.settings },
  });
  // For the firmware's own program to hand in.
  await copyFile(scanFile, join(from, 'scan.pdf'));
  for (const [name, path] of Object.entries(options.files ?? {})) await copyFile(path, join(from, name));
  const hosts = cloud.hostMap.map(({ host }) => `${cloudAddress} ${host}\n`);
  await writeFile(join(from, 'hosts'), hosts.join(''));
  // As root the partition is right at once; otherwise the init script of the image sees to it.
  if (process.getuid?.() === 0)
    for (const name of ['settings', 'state', ...(await readdir(layout.settingsDir)).map((one) => `settings/${one}`)])
      await chown(join(from, name), agentUid, agentUid);
  const file = `${from}.img`;
  const { sizeMiB = 64, inodes } = options;
  await makeDataPartition(file, { sizeMiB, from, inodes });
  return file;
}

/** Boots a device with its cloud behind the real host names, and waits until its agent listens. */
export async function bootDevice(
  arch: Arch,
  cloud: StandInCloud,
  data: string,
  options: Partial<GuestOptions> = {},
): Promise<Guest> {
  const guest = await powerOn(arch, cloud, data, options);
  try {
    await untilListening(guest);
    await openFirmwareDoor(guest);
    return guest;
  } catch (error) {
    await guest.cutPower();
    throw error;
  }
}

/** As `bootDevice`, but waits for no agent: only for the shell at the console. */
export async function powerOn(
  arch: Arch,
  cloud: StandInCloud,
  data: string,
  options: Partial<GuestOptions> = {},
): Promise<Guest> {
  const byPort = new Map(cloud.hostMap.map(({ port, toPort }) => [port, { port, toPort }]));
  const ports = [doorPort, ...(options.ports ?? [])];
  return await Guest.boot({ arch, data, cloud: [...byPort.values()], ...options, ports });
}

/** Firmware talks to 127.0.0.1; so does this side then, by one small program for each connection. */
export async function openFirmwareDoor(guest: Guest): Promise<void> {
  await guest.ask(
    `(nc -ll -p ${String(doorPort)} -e nc 127.0.0.1 2525 > /dev/null 2>&1 &); ` +
      `until netstat -ltn | grep -q ':${String(doorPort)} '; do usleep 100000; done`,
  );
}

/** A line for the guest's shell that does `command` with the agent's `$p`, its folder in /proc; other programs may come and go. */
export const forAgent = (command: string): string =>
  `for p in /proc/[0-9]*; do grep -qs 'node/progra[m]' $p/cmdline && ${command}; done; true`;

/** @returns seconds since power-on at which the agent was first seen listening @throws Error with the end of its log */
export async function untilListening(guest: Guest): Promise<number> {
  const isListening = "grep -q ' 0100007F:09DD 00000000:0000 0A ' /proc/net/tcp";
  const endMs = Date.now() + 300_000 * slowness;
  for (;;) {
    // Each look costs an emulated processor as much as the agent needs for some hundred lines of its start.
    const { code, output } = await guest.run(
      `for i in 1 2 3 4 5; do ${isListening} && break; usleep 700000; done; ${isListening} && cut -d' ' -f1 /proc/uptime`,
    );
    if (code === 0) return Number(output);
    if (Date.now() > endMs) throw new Error(`the agent does not listen:\n${await logOf(guest)}`);
  }
}

/** The door of the agent for firmware, from this side. */
export function firmwarePort(guest: Guest): number {
  return guest.port(doorPort);
}

/**
 * Hands in one message.
 * @param options.port of this machine; without it the way to the agent's loopback door
 * @param options.onGreeted called when the agent has spoken: BusyBox's nc, the way to it, loses one of two connections that come at
 *   the same moment, and whoever waits for its greeting waits for ever
 * @returns the queue id of the 250
 * @throws Error with the reply that refused it, or if all of it was not over within the limit
 */
export async function handIn(
  guest: Guest,
  message: Buffer,
  {
    limitMs = 120_000,
    port = firmwarePort(guest),
    onGreeted,
  }: { readonly limitMs?: number; readonly port?: number; readonly onGreeted?: () => void } = {},
): Promise<string> {
  const endMs = Date.now() + limitMs * slowness;
  const client = new RawClient({ port, deadlineMs: limitMs * slowness });
  try {
    const expect = async (command: Buffer | string | undefined, code: string): Promise<string> => {
      if (command !== undefined) await client.send(command);
      const reply = await client.reply();
      if (reply?.startsWith(code) === true) return reply;
      const nothing = Date.now() >= endMs ? `nothing in ${String(limitMs * slowness)} ms` : 'a closed connection';
      throw new Error(`the agent answered: ${reply ?? nothing}`);
    };
    await expect(undefined, '220');
    onGreeted?.();
    await expect('EHLO mfp-firmware\r\n', '250');
    await expect('MAIL FROM:<mfp@printer.local>\r\n', '250');
    await expect(`RCPT TO:<anna@contoso.com>\r\n`, '250');
    await expect('DATA\r\n', '354');
    const reply = await expect(Buffer.concat([message, Buffer.from('.\r\n')]), '250');
    return /Accepted as (\S+)/.exec(reply)?.[1] ?? '';
  } finally {
    client.close();
  }
}

/** A message with one attachment, as printers make them, and a subject to find it by. */
export function scanMessage(subject: string, content: Buffer): Buffer {
  const lines = content.toString('base64').match(/.{1,76}/g) ?? [];
  return Buffer.from(
    [
      'From: MFP <mfp@printer.local>',
      'To: anna@contoso.com',
      `Subject: ${subject}`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="page"',
      '',
      '--page',
      'Content-Type: application/pdf; name="scan.pdf"',
      'Content-Transfer-Encoding: base64',
      'Content-Disposition: attachment; filename="scan.pdf"',
      '',
      ...lines,
      '--page--',
      '',
    ].join('\r\n'),
  );
}

/** The technician in front of the console: reads the code from the screen, types it on the phone, confirms. */
export async function signInAtConsole(guest: Guest, cloud: StandInCloud): Promise<string> {
  const from = guest.transcript.length;
  let end: RegExp;
  let userCode: string | undefined;
  // On a very busy machine the agent may take longer than the command waits.
  for (let tries = 3; userCode === undefined; tries -= 1) {
    if (tries === 0) throw new Error(`sign-in shows no code:\n${guest.transcript.slice(from)}`);
    end = guest.begin('mfp-mail-agent sign-in --no-qr');
    const codeOrEnd = new RegExp(`Type the code\\W+([A-Z0-9]{9})\\b|${end.source}`);
    [, userCode] = await guest.waitFor(codeOrEnd, { limitMs: 180_000, from: guest.transcript.length });
  }
  const phone = await cloud.technician({ userCode });
  if (phone.result !== 'signed-in') throw new Error(`the phone showed: ${phone.title}`);
  await guest.waitFor(/Use this mailbox\?/, { limitMs: 120_000, from });
  guest.type('y');
  const [, code] = await guest.waitFor(end!, { limitMs: 180_000, from });
  // The command waits 30 s for the proof at the mail server; emulated on a busy machine that may be too short.
  if (code !== '0') await agentSays(guest, 'status', /^ready/im);
  return guest.transcript.slice(from);
}

/** Asks the agent by its own command until the answer fits. @returns the answer @throws Error with the last one, after 3 minutes */
export async function agentSays(guest: Guest, command: string, pattern: RegExp): Promise<string> {
  const endMs = Date.now() + 180_000 * slowness;
  for (;;) {
    const { output } = await guest.run(`mfp-mail-agent ${command}`, { limitMs: 90_000 });
    if (pattern.test(output)) return output;
    if (Date.now() > endMs) throw new Error(`mfp-mail-agent ${command}: ${output}\n${await logOf(guest)}`);
  }
}

/** The end of the agent's log, for a failure's message. */
export async function logOf(guest: Guest): Promise<string> {
  const systemd = 'journalctl -q --no-pager -n 8 -u mfp-mail-agent';
  return (await guest.run(`tail -8 /run/mfp-mail-agent.log 2> /dev/null || ${systemd}`)).output;
}

/** Hands a small message in from inside the guest, as firmware does: for when its network is not there. */
export async function handInInside(guest: Guest, subject: string): Promise<void> {
  const steps: readonly (readonly [says: string, waitsFor: string])[] = [
    ['', '^220 '],
    ['EHLO mfp\\r\\n', '^250 '],
    ['MAIL FROM:<mfp@printer.local>\\r\\nRCPT TO:<anna@contoso.com>\\r\\nDATA\\r\\n', '^354 '],
    [`Subject: ${subject}\\r\\n\\r\\npage\\r\\n.\\r\\n`, '^250 2.6.0 Accepted'],
  ];
  // Each step waits for its reply; nc ends with the pipe. Without a reply in a minute the next step finds none either.
  const until = (reply: string) =>
    `i=0; until grep -q '${reply}' answer || [ $((i+=1)) -gt 300 ]; do usleep 200000; done`;
  const play = steps.map(([says, reply]) => `printf '${says}' >&4; ${until(reply)}`);
  const answer = await guest.ask(
    '(cd /tmp; rm -f say answer; mkfifo say; : > answer; nc 127.0.0.1 2525 < say > answer & exec 4> say; ' +
      `${play.join('; ')}; cat answer; exec 4>&-; rm -f say answer)`,
    { limitMs: 300_000 },
  );
  if (!answer.includes('250 2.6.0 Accepted')) throw new Error(`the agent answered: ${answer}`);
}

/** @returns the subject of a message as it came, unfolded; '' without one */
export function subjectOf(raw: Buffer): string {
  const head = raw.subarray(0, raw.indexOf('\r\n\r\n')).toString('latin1');
  return /^subject: (.*)$/im.exec(head)?.[1]?.trim() ?? '';
}
