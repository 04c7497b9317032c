/** What one job costs the flash: bytes and fsyncs. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import type { Figure } from './figures.ts';
import { goals } from './goals.ts';
import { processTree, writtenBytes } from './proc.ts';

const sizes = [
  { key: '100kb', name: '100 kB', mails: 20, bytes: 100_000 },
  { key: '5mb', name: '5 MB', mails: 4, bytes: 5_000_000 },
] as const;

export async function measureDisk(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const size of sizes) {
    const id = `job-bytes-${size.key}`;
    figures.push({
      id,
      title: `written to the disk for a job of ${size.name}`,
      unit: 'KiB',
      kind: 'cost',
      ours: [await bytesPerJob(bench, size)],
      ...(goals[id] && { goal: goals[id] }),
    });
  }
  const isTraced = haveStrace();
  if (!isTraced) bench.say('fsyncs per job: not measured, strace is missing');
  figures.push({
    id: 'job-fsyncs',
    title: 'fsyncs for a job of 100 kB',
    unit: '',
    kind: 'cost',
    ours: isTraced ? [await fsyncsPerJob(bench)] : [],
    postfix: isTraced && bench.postfix ? [await postfixFsyncsPerJob(bench)] : [],
    ...(goals['job-fsyncs'] && { goal: goals['job-fsyncs'] }),
  });
  return figures;
}

/** There, or installed now: like the tests' own programs, through apt and by root only. */
function haveStrace(): boolean {
  const isThere = () => ['/usr/bin/strace', '/usr/local/bin/strace'].some((path) => existsSync(path));
  if (isThere() || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return isThere();
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'strace'], {
    stdio: 'ignore',
    timeout: 60_000,
  });
  return isThere();
}

async function bytesPerJob({ scene }: Bench, { mails, bytes }: (typeof sizes)[number]): Promise<number> {
  const agent = await scene.warmAgent({ relayConnections: 1 });
  try {
    const before = writtenBytes(agent.pid);
    await scene.batch(agent, { mails, bytes, connections: 4, mailsPerConnection: 0 });
    return (writtenBytes(agent.pid) - before) / mails / 1024;
  } finally {
    await agent.stop();
  }
}

const traced = '-e trace=fsync,fdatasync,sync_file_range,syncfs'.split(' ');
const batch = { mails: 20, bytes: 100_000, connections: 4, mailsPerConnection: 0 } as const;
/** A call that is interrupted by another thread's line is written twice, but only once with its parenthesis. */
const countSyncs = (path: string) =>
  existsSync(path)
    ? (readFileSync(path, 'latin1').match(/\b(?:fsync|fdatasync|sync_file_range|syncfs)\(/g)?.length ?? 0)
    : 0;

async function fsyncsPerJob({ scene }: Bench): Promise<number> {
  const path = join(scene.newFolder('strace'), 'agent');
  // -D: the agent stays our own child, with its own pid.
  const agent = await scene.warmAgent({
    relayConnections: 1,
    wrapper: ['strace', '-D', '-f', '-qq', '-o', path, ...traced],
  });
  try {
    const before = countSyncs(path);
    await scene.batch(agent, batch);
    return (countSyncs(path) - before) / batch.mails;
  } finally {
    await agent.stop();
  }
}

async function postfixFsyncsPerJob({ scene, postfix }: Bench): Promise<number> {
  if (!postfix) return 0;
  const path = join(scene.newFolder('strace'), 'postfix');
  const pids = processTree(postfix.pid).flatMap((pid) => ['-p', String(pid)]);
  const strace = spawn('strace', ['-f', '-qq', '-o', path, ...traced, ...pids], { stdio: 'ignore' });
  try {
    await sleep(500);
    await scene.batch(postfix, batch);
    return countSyncs(path) / batch.mails;
  } finally {
    strace.kill('SIGINT');
    if (strace.exitCode === null && strace.signalCode === null) await once(strace, 'exit');
  }
}
