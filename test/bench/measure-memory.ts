/** Memory and idle writes of the agent: RSS and PSS idle, at the peak and after. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentUnderTest } from './agent.ts';
import type { Bench } from './bench.ts';
import type { Figure } from './figures.ts';
import { goals } from './goals.ts';
import { forgetPeak, memoryOf, writtenBytes } from './proc.ts';

const settleMs = 4000;
const idleMs = 20_000;

const mib = (kib: number) => kib / 1024;

/** An agent nobody has asked anything, next to a node that does nothing. */
export async function measureIdle({ scene, postfix, isQuick }: Bench): Promise<Figure[]> {
  const seen = { rss: [] as number[], pss: [] as number[], bareRss: [] as number[], barePss: [] as number[] };
  const written: number[] = [];
  const used = await scene.usedAgent();
  for (let round = 0; round < (isQuick ? 1 : 3); round++) {
    const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
    const agent = await scene.coldAgent({ relayConnections: 1, ...used });
    try {
      await sleep(settleMs);
      const idle = memoryOf(agent.pid);
      const bareIdle = memoryOf(bare.pid ?? 0);
      seen.rss.push(mib(idle.rssKib));
      seen.pss.push(mib(idle.pssKib));
      seen.bareRss.push(mib(bareIdle.rssKib));
      seen.barePss.push(mib(bareIdle.pssKib));
      if (round > 0) continue;
      const before = writtenBytes(agent.pid);
      await sleep(idleMs);
      written.push((writtenBytes(agent.pid) - before) / 1024);
    } finally {
      bare.kill('SIGKILL');
      await Promise.all([agent.stop(), bare.exitCode === null && bare.signalCode === null ? once(bare, 'exit') : 0]);
    }
  }
  const common = { unit: 'MiB', kind: 'cost', baseName: 'node' } as const;
  const theirs = postfix && memoryOf(postfix.pid);
  return [
    {
      ...common,
      id: 'idle-rss',
      title: 'idle RSS, against a bare node',
      ours: seen.rss,
      base: seen.bareRss,
      ...(goals['idle-rss'] && { goal: goals['idle-rss'] }),
    },
    {
      ...common,
      id: 'idle-pss',
      title: 'idle PSS, against a bare node',
      ours: seen.pss,
      base: seen.barePss,
      ...(theirs && { postfix: [mib(theirs.pssKib)] }),
    },
    {
      id: 'idle-writes',
      title: `written to the disk in ${idleMs / 1000} idle seconds`,
      unit: 'KiB',
      kind: 'cost',
      ours: written,
      ...(goals['idle-writes'] && { goal: goals['idle-writes'] }),
    },
  ];
}

const loads = [
  { key: '100mb', name: 'one 100 MB mail', mails: 1, bytes: 100_000_000 },
  { key: '25mb', name: '10 x 25 MB over 4 connections', mails: 10, bytes: 25_000_000 },
] as const;

/** How far RSS rises above where it was: once the libraries are loaded (judged), and from a fresh start. */
export async function measureGrowth(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const load of loads) {
    const warm = await growth(bench, load, () => bench.scene.warmAgent({ relayConnections: 1 }));
    const cold = await growth(bench, load, () => bench.scene.coldAgent({ relayConnections: 1 }));
    const common = { unit: 'MiB', kind: 'cost' } as const;
    const goal = goals[`growth-${load.key}`];
    figures.push(
      {
        ...common,
        id: `growth-${load.key}`,
        title: `RSS growth at the peak, ${load.name}`,
        ours: warm.map((one) => mib(one.peakKib - one.beforeKib)),
        ...(goal && { goal }),
      },
      {
        ...common,
        id: `growth-${load.key}-cold`,
        title: `RSS growth at the peak, ${load.name}, the first after the start`,
        ours: cold.map((one) => mib(one.peakKib - one.beforeKib)),
      },
      {
        ...common,
        id: `rss-${load.key}-peak`,
        title: `RSS at the peak, ${load.name}`,
        ours: warm.map((one) => mib(one.peakKib)),
      },
      {
        ...common,
        id: `rss-${load.key}-after`,
        title: `RSS after ${load.name}`,
        ours: warm.map((one) => mib(one.after.rssKib)),
      },
      {
        ...common,
        id: `pss-${load.key}-after`,
        title: `PSS after ${load.name}`,
        ours: warm.map((one) => mib(one.after.pssKib)),
      },
    );
  }
  return figures;
}

async function growth({ scene, rounds }: Bench, load: (typeof loads)[number], start: () => Promise<AgentUnderTest>) {
  const seen: { beforeKib: number; peakKib: number; after: { rssKib: number; pssKib: number } }[] = [];
  await rounds(`growth-${load.key}`, async () => {
    const agent = await start();
    try {
      await sleep(settleMs / 2);
      const beforeKib = memoryOf(agent.pid).rssKib;
      forgetPeak(agent.pid);
      await scene.batch(agent, { ...load, connections: 4, mailsPerConnection: 0 });
      const { peakKib } = memoryOf(agent.pid);
      await sleep(settleMs);
      seen.push({ beforeKib, peakKib, after: memoryOf(agent.pid) });
    } finally {
      await agent.stop();
    }
  });
  return seen;
}
