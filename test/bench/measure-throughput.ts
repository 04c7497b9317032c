/** Mails through both sides, round by round, and the same bytes over raw TLS. */
import type { Figure } from './figures.ts';
import { goals } from './goals.ts';
import type { Bench } from './bench.ts';

interface Batch {
  readonly id: string;
  readonly mails: number;
  readonly bytes: number;
  readonly size: string;
  readonly connections: number;
  /** 0: all mails of a client over one connection. */
  readonly mailsPerConnection: 0 | 1;
  readonly relayConnections: number;
}

const sizes = [
  { key: '100kb', mails: 200, bytes: 100_000, size: '100 kB' },
  { key: '5mb', mails: 40, bytes: 5_000_000, size: '5 MB' },
  { key: '25mb', mails: 10, bytes: 25_000_000, size: '25 MB' },
] as const;

const ways = [
  { connections: 4, mailsPerConnection: 0, name: 'many' },
  { connections: 4, mailsPerConnection: 1, name: 'one' },
  { connections: 1, mailsPerConnection: 0, name: 'many' },
  { connections: 1, mailsPerConnection: 1, name: 'one' },
] as const;

/** All there are; ids `send-<size>-<connections>-<one|many>[-1link]`. */
export const batches: readonly Batch[] = [
  ...sizes.flatMap(({ key, ...size }) =>
    ways.flatMap(({ name, ...way }) => [
      { ...size, ...way, id: `send-${key}-${way.connections}-${name}`, relayConnections: 2 },
      ...(way.connections === 4 && name === 'many'
        ? [{ ...size, ...way, id: `send-${key}-${way.connections}-${name}-1link`, relayConnections: 1 }]
        : []),
    ]),
  ),
  {
    id: 'send-100mb',
    mails: 1,
    bytes: 100_000_000,
    size: '100 MB',
    connections: 1,
    mailsPerConnection: 1,
    relayConnections: 2,
  },
];

/** @returns a figure of time for each batch, and one of CPU for the batches of 4 connections and many mails */
export async function measureThroughput(bench: Bench, wanted: (id: string) => boolean): Promise<Figure[]> {
  const figures: Figure[] = [];
  // The judged ones first: if the time runs out, it runs out for the others.
  const judgedFirst = [...batches].sort((a, b) => Number(b.id in goals) - Number(a.id in goals));
  for (const batch of judgedFirst) {
    const cpuId = batch.id.replace('send', 'cpu').replace('-4-many', '');
    const hasCpu = batch.id.endsWith('-4-many') || batch.id === 'send-100mb';
    if (!wanted(batch.id) && !(hasCpu && wanted(cpuId))) continue;
    const { ours, postfix, raw } = await measureBatch(bench, batch);
    const { mails, size, connections, mailsPerConnection, relayConnections } = batch;
    const over = connections === 1 ? '1 connection' : `${connections} connections`;
    const way = mails === 1 ? '' : `, ${over}, ${mailsPerConnection === 1 ? 'one mail each' : 'many mails each'}`;
    const link = relayConnections === 1 ? ', 1 connection to the smarthost' : '';
    const goal = goals[batch.id];
    figures.push({
      id: batch.id,
      title: `${mails} x ${size}${way}${link}`,
      unit: 's',
      kind: 'speed',
      ours: ours.map((one) => one.deliveredS),
      postfix: postfix.map((one) => one.deliveredS),
      base: raw,
      ...(goal && { goal }),
    });
    if (!hasCpu) continue;
    const per100Mb = 100_000_000 / (mails * batch.bytes);
    const cpuGoal = goals[cpuId];
    figures.push({
      id: cpuId,
      title: `CPU per 100 MB, ${size} mails`,
      unit: 's',
      kind: 'cost',
      ours: ours.map((one) => one.cpuS * per100Mb),
      postfix: postfix.map((one) => one.cpuS * per100Mb),
      ...(cpuGoal && { goal: cpuGoal }),
    });
  }
  return figures;
}

async function measureBatch({ scene, postfix, rounds, say }: Bench, batch: Batch) {
  const results = { ours: [] as Result[], postfix: [] as Result[], raw: [] as number[] };
  await rounds(batch.id, async () => {
    // A fresh agent every time: its limit of messages counts a whole minute.
    const agent = await scene.warmAgent({ relayConnections: batch.relayConnections });
    try {
      results.ours.push(await scene.batch(agent, batch));
    } catch (error) {
      throw agent.complaint(String(error));
    } finally {
      await agent.stop();
    }
    if (postfix) results.postfix.push(await scene.batch(postfix, batch));
    results.raw.push(await scene.raw(batch.mails * batch.bytes));
  });
  say(`${batch.id}: ${results.ours.map((one) => one.deliveredS.toFixed(2)).join(' ')} s`);
  return results;
}

type Result = Awaited<ReturnType<Bench['scene']['batch']>>;
