/** `npm run bench`: measures, prints the table, and on demand writes it into the README. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchSettings, stopAgents } from './agent.ts';
import type { Bench } from './bench.ts';
import { sharedNowMs } from './calls.ts';
import { judge, readmeTable, terminalTable, withFigures, type Figure } from './figures.ts';
import { bounds } from './goals.ts';
import { measureBridge } from './measure-bridge.ts';
import { measureDisk } from './measure-disk.ts';
import { measureGrowth, measureIdle } from './measure-memory.ts';
import { measureScreens } from './measure-screens.ts';
import { batches, measureThroughput } from './measure-throughput.ts';
import { measureAccept, measureSlowSmarthost, measureStart } from './measure-waiting.ts';
import { startPostfix } from './postfix.ts';
import { Scene } from './scene.ts';

const help = `npm run bench -- [OPTION...]

Measures the built one-file agent against Postfix as a store-and-forward relay and against raw TLS, all on this machine
and in one run. Takes up to ten minutes; the machine should have nothing else to do.

  --quick         one round of everything
  --only NAME     figures whose id contains NAME; may be given more than once (--list shows the ids)
  --list          the ids
  --write         write the table into README.md, between its markers (needs a whole run)
  --bundle FILE   another build of the agent
  --json          the measured numbers too, as one line of JSON
`;

/** When this is over, what is left gets one round, */
const fullRoundsMs = 400_000;
/** then none, */
const anyRoundMs = 540_000;
/** and whatever still runs is ended. */
const endMs = 600_000;

const { values: options } = parseArgs({
  options: {
    'quick': { type: 'boolean', default: false },
    'only': { type: 'string', multiple: true, default: [] },
    'list': { type: 'boolean', default: false },
    'write': { type: 'boolean', default: false },
    'json': { type: 'boolean', default: false },
    'help': { type: 'boolean', default: false },
    'bundle': { type: 'string', default: fileURLToPath(new URL('../../dist/mfp-mail-agent.cjs', import.meta.url)) },
  },
});

/** Ids begin with these words; `--only` is compared with the whole id. */
const measurements: readonly { readonly ids: readonly string[]; readonly run: (bench: Bench) => Promise<Figure[]> }[] =
  [
    { ids: ['start', 'start-greeting'], run: measureStart },
    { ids: ['idle-rss', 'idle-pss', 'idle-writes'], run: measureIdle },
    { ids: ['accept'], run: measureAccept },
    { ids: ['slow-smarthost', 'slow-smarthost-2'], run: measureSlowSmarthost },
    {
      ids: [...batches.map((batch) => batch.id), 'cpu-100kb', 'cpu-5mb', 'cpu-25mb', 'cpu-100mb'],
      run: (bench) => measureThroughput(bench, isWanted),
    },
    { ids: ['growth-100mb', 'growth-25mb', 'rss-', 'pss-'], run: measureGrowth },
    { ids: ['job-bytes-100kb', 'job-bytes-5mb', 'job-fsyncs'], run: measureDisk },
    { ids: ['screen-panel', 'screen-web', 'screen-tap', 'screen-scripts'], run: measureScreens },
    { ids: ['bridge-100kb', 'bridge-25mb', 'bridge-growth-', 'mfpmail-rss-'], run: measureBridge },
  ];

function isWanted(id: string): boolean {
  return options.only.length === 0 || options.only.some((name) => id.includes(name));
}

async function measureAll(): Promise<number> {
  const startedMs = sharedNowMs();
  const say = (line: string) =>
    process.stderr.write(`${((sharedNowMs() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
  const scene = await Scene.open(options.bundle);
  const figures: Figure[] = [];
  let postfix: Awaited<ReturnType<typeof startPostfix>> | undefined;
  let givingUp: Promise<void> | undefined;
  const giveUp = (exitCode: number) => {
    givingUp ??= (async () => {
      await stopAgents();
      await postfix?.stop();
      await scene.close();
      process.exit(exitCode);
    })();
  };
  process.once('SIGINT', () => {
    giveUp(130);
  });
  process.once('SIGTERM', () => {
    giveUp(143);
  });
  const tooLong = setTimeout(() => {
    say('ten minutes are over');
    giveUp(1);
  }, endMs);
  try {
    postfix = await startPostfix(scene).catch((error: unknown) => {
      say(`Postfix is not compared with: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    });
    if (postfix) await scene.batch(postfix, { mails: 4, bytes: 10_000, connections: 4, mailsPerConnection: 0 });
    const bench: Bench = {
      scene,
      postfix,
      isQuick: options.quick,
      say,
      rounds: async (what, round) => {
        say(what);
        const isFull = () => !options.quick && sharedNowMs() - startedMs < fullRoundsMs;
        if (sharedNowMs() - startedMs > anyRoundMs) {
          say(`${what}: left out, the time is over (this machine is slow or busy)`);
          return;
        }
        await round();
        for (let done = 1; done < 3 && isFull(); done++) await round();
      },
    };
    for (const { ids, run } of measurements) {
      if (!ids.some(isWanted)) continue;
      say(ids[0] ?? '');
      figures.push(...(await run(bench)).filter((figure) => isWanted(figure.id)));
    }
  } finally {
    clearTimeout(tooLong);
    // What failed, failed because everything is being ended; this does not return.
    await givingUp;
    await postfix?.stop();
    await scene.close();
  }
  print(figures, postfix?.words ?? 'not here');
  const isMissed = figures.some((figure) => judge(figure).verdict === 'MISSED');
  say(isMissed ? 'some goals are missed' : 'all measured goals are met');
  return 0;
}

function print(figures: readonly Figure[], postfixWords: string): void {
  const rows = figures.map(judge);
  const { relay, limits } = benchSettings;
  const set = `relay.maxMessagesPerMinute ${relay.maxMessagesPerMinute} (a fresh agent for each batch, so that it never bites), relay.maxConnections 2 unless said, limits.maxMessageBytes ${limits.maxMessageBytes}`;
  console.log(`\n${terminalTable(rows)}\n`);
  for (const row of rows.filter((one) => one.verdict === 'MISSED'))
    console.log(`missed: ${row.title}: ${row.missedBy}. ${bounds[row.id] ?? ''}`.trimEnd());
  console.log(
    `\nagent: ${set}\nPostfix: ${postfixWords}\nmachine: ${cpus().length} x ${cpus()[0]?.model ?? ''}, node ${process.version}`,
  );
  if (options.json) console.log(JSON.stringify(figures));
  if (!options.write) return;
  if (options.only.length > 0 || rows.some((row) => row.verdict === 'not measured'))
    throw new Error('the README is written by a whole run only: without --only, with Postfix and strace');
  const path = fileURLToPath(new URL('../../README.md', import.meta.url));
  writeFileSync(path, withFigures(readFileSync(path, 'utf8'), readmeTable(rows, figures, bounds)));
  console.log('README.md: figures written');
}

if (options.help) console.log(help);
else if (options.list) console.log(measurements.flatMap(({ ids }) => ids).join('\n'));
else if (!existsSync(options.bundle)) {
  console.error(`${options.bundle} is not there: npm run build`);
  process.exitCode = 2;
} else process.exitCode = await measureAll();
