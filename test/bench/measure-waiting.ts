/** What people and firmware wait for: the 250, a slow smarthost, the start. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Bench } from './bench.ts';
import { sharedNowMs } from './calls.ts';
import type { Figure } from './figures.ts';
import { goals } from './goals.ts';

/** Final dot to 250 of a 100 kB mail, durable, on a kept connection; nothing else is going on. */
export async function measureAccept({ scene, postfix, isQuick }: Bench): Promise<Figure[]> {
  const agent = await scene.warmAgent({ relayConnections: 1 });
  try {
    const sides = postfix ? [agent, postfix] : [agent];
    const mails = isQuick ? 10 : 60;
    const [ours = [], theirs = []] = await scene.acceptLatencies(sides, { bytes: 100_000, mails });
    return [
      {
        id: 'accept',
        title: 'accepting a 100 kB mail: final dot to 250',
        unit: 'ms',
        kind: 'cost',
        ours,
        postfix: theirs,
        ...(goals['accept'] && { goal: goals['accept'] }),
      },
    ];
  } finally {
    await agent.stop();
  }
}

/** 30 mails to a smarthost that thinks 50 ms about each command. */
export async function measureSlowSmarthost({ scene, postfix, rounds }: Bench): Promise<Figure[]> {
  const plan = { mails: 30, bytes: 10_000, connections: 4, mailsPerConnection: 0, replyDelayMs: 50 };
  const took: Record<'one' | 'two' | 'postfix', number[]> = { one: [], two: [], postfix: [] };
  await rounds('slow-smarthost', async () => {
    for (const [name, relayConnections] of [
      ['one', 1],
      ['two', 2],
    ] as const) {
      const agent = await scene.warmAgent({ relayConnections });
      try {
        took[name].push((await scene.batch(agent, plan)).deliveredS);
      } finally {
        await agent.stop();
      }
    }
    if (postfix) took.postfix.push((await scene.batch(postfix, plan)).deliveredS);
  });
  const title = '30 x 10 kB, smarthost waits 50 ms before each reply';
  return [
    {
      id: 'slow-smarthost',
      title: `${title}, 1 connection to it`,
      unit: 's',
      kind: 'speed',
      ours: took.one,
      postfix: took.postfix,
      ...(goals['slow-smarthost'] && { goal: goals['slow-smarthost'] }),
    },
    { id: 'slow-smarthost-2', title: `${title}, 2 connections`, unit: 's', kind: 'speed', ours: took.two },
  ];
}

/** Spawn to the first accepted connection, and to the first byte of the greeting, on a device that was set up before. */
export async function measureStart({ scene, isQuick }: Bench): Promise<Figure[]> {
  const used = await scene.usedAgent();
  const took = { bare: [] as number[], listening: [] as number[], greeting: [] as number[] };
  for (let round = 0; round < (isQuick ? 3 : 15); round++) {
    const startedMs = sharedNowMs();
    await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
    took.bare.push(sharedNowMs() - startedMs);
    const agent = await scene.coldAgent({ relayConnections: 1, ...used });
    took.listening.push(agent.listeningMs);
    took.greeting.push((await greetedAtMs(agent.port)) - agent.spawnedMs);
    await agent.stop();
  }
  const common = { unit: 'ms', kind: 'cost', base: took.bare, baseName: 'node' } as const;
  return [
    {
      ...common,
      id: 'start',
      title: 'start to listening, against `node -e 0`',
      ours: took.listening,
      ...(goals['start'] && { goal: goals['start'] }),
    },
    { ...common, id: 'start-greeting', title: 'start to the first greeting', ours: took.greeting },
  ];
}

async function greetedAtMs(port: number): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'data');
  const atMs = sharedNowMs();
  socket.destroy();
  return atMs;
}
