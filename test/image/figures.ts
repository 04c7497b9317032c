/**
 * `npm run image:figures [-- armhf arm64]`: what the agent takes on a device, measured inside the images. Times are ratios: an
 * emulated processor says nothing of a real one's seconds, but both sides of a ratio are slowed alike.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rootLayout } from '../../src/cli/index.ts';
import { prepareSettings } from '../../src/demo/index.ts';
import { playFirmware, type StandInCloud } from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { collectedLog } from '../support/collected-log.ts';
import { imageFacts, type Arch, type Guest } from './guest.ts';
import { bootDevice, firmwarePort, forAgent, newDataPartition, startCloud } from './scene.ts';

const rounds = 5;
const scanBytes = 300_000;
const checkout = fileURLToPath(new URL('../..', import.meta.url));
const packages = join(checkout, 'build/images/packages');
const node = '/usr/lib/mfp-mail-agent/node/node';
const listens = "grep -q ' 0100007F:09DD 00000000:0000 0A ' /proc/net/tcp";

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

/** Seconds of a shell command in the guest, by the guest's clock. */
async function secondsOf(guest: Guest, command: string): Promise<number> {
  const now = "cut -d' ' -f1 /proc/uptime";
  const [from = '', to = ''] = (await guest.ask(`${now}; ${command}; ${now}`, { limitMs: 300_000 })).split('\n');
  return Number(to) - Number(from);
}

/** Milliseconds the agent takes for one scan, from connect to 250. */
async function scanMs(port: number, n: number): Promise<number> {
  const file = Buffer.alloc(scanBytes, `page ${String(n)}`);
  const scan = {
    port,
    file,
    fileName: 'scan.pdf',
    to: ['anna@contoso.com'],
    from: 'mfp@printer.local',
    subject: 'figure',
  };
  return (await playFirmware(scan)).tookMs;
}

/** The same bundle on this machine, taking the same scans. */
async function hostScanMs(cloud: StandInCloud, dir: string): Promise<number> {
  const root = join(dir, 'host');
  const port = 25_000 + (process.pid % 5_000);
  await prepareSettings(rootLayout(root), cloud, {
    cloud: 'global',
    clock: systemClock,
    log: collectedLog(),
    settings: { 'intake.loopbackPort': port },
  });
  const program = join(checkout, 'dist/mfp-mail-agent.cjs');
  const agent = spawn(process.execPath, [program, '--root', root, 'run'], { stdio: 'ignore' });
  try {
    for (let tries = 0; tries < 200 && !(await canConnect(port)); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const all: number[] = [];
    for (let n = 0; n < rounds; n += 1) all.push(await scanMs(port, n));
    return median(all);
  } finally {
    agent.kill('SIGTERM');
    await once(agent, 'exit');
  }
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function measure(arch: Arch): Promise<readonly string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'mfp-figures-'));
  const cloud = await startCloud();
  const guest = await bootDevice(arch, cloud, await newDataPartition(dir, cloud, { sizeMiB: 256 }));
  try {
    const bare: number[] = [];
    const start: number[] = [];
    for (let n = 0; n < rounds; n += 1) {
      bare.push(await secondsOf(guest, `${node} -e 0`));
      await guest.ask('/etc/init.d/S80mfp-mail-agent stop', { limitMs: 60_000 });
      start.push(
        await secondsOf(guest, `/etc/init.d/S80mfp-mail-agent start; until ${listens}; do usleep 50000; done`),
      );
    }
    await guest.ask('sleep 20', { limitMs: 60_000 });
    const memory = await guest.ask(forAgent('cat $p/smaps_rollup'));
    const kB = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(memory)?.[1] ?? NaN);
    const scans: number[] = [];
    // The first one loads smtp-server.
    for (let n = 0; n <= rounds; n += 1) scans.push(await scanMs(firmwarePort(guest), n));
    const host = await hostScanMs(cloud, dir);
    const { sizes } = await imageFacts(arch);
    const sizeOf = async (pattern: RegExp) => {
      const name = (await readdir(packages)).find((one) => pattern.test(one)) ?? '';
      return (await stat(join(packages, name))).size;
    };
    const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
    return [
      `${(median(start) / median(bare)).toFixed(1)} x`,
      `${(kB('Rss') / 1024).toFixed(0)} / ${(kB('Pss') / 1024).toFixed(0)} MiB`,
      `${(median(scans.slice(1)) / host).toFixed(0)} x`,
      `${mb(await sizeOf(new RegExp(`agent-\\d.*-${arch}\\.tar`)))}, ${mb(await sizeOf(new RegExp(`node-.*-${arch}\\.tar`)))}`,
      mb(sizes['root.sqfs'] ?? NaN),
    ];
  } finally {
    await guest.cutPower();
    await cloud.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

const titles = [
  'start to listening, against `node -e 0`',
  'idle: RSS / PSS',
  `a scan of ${String(scanBytes / 1000)} kB from connect to 250, against this machine`,
  'packages (gzip): agent, Node',
  'root file system (lz4)',
];
const wished = process.argv.slice(2).filter((word): word is Arch => word === 'armhf' || word === 'arm64');
const arches: readonly Arch[] = wished.length > 0 ? wished : ['armhf', 'arm64'];
const columns: (readonly string[])[] = [];
for (const arch of arches) columns.push(await measure(arch));
console.log(`| inside the image | ${arches.join(' | ')} |\n|---|${'---|'.repeat(arches.length)}`);
titles.forEach((title, row) => {
  console.log(`| ${title} | ${columns.map((column) => column[row] ?? '').join(' | ')} |`);
});
