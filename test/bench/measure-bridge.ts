/** What the firmware bridge costs: `mfpmail submit` next to the same mail by SMTP, and the memory of both ends. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentUnderTest } from './agent.ts';
import type { Bench } from './bench.ts';
import { sharedNowMs } from './calls.ts';
import type { Figure } from './figures.ts';
import { forgetPeak, memoryOf } from './proc.ts';
import { quiet } from './scene.ts';

const bridgeDir = fileURLToPath(new URL('../../firmware-bridge', import.meta.url));
/** Files as a scanner makes them; base64 makes 1.37 octets of one. */
const files = [
  { key: '100kb', name: '100 kB', bytes: 73_000, mailBytes: 100_000, turns: 10 },
  { key: '25mb', name: '25 MB', bytes: 18_000_000, mailBytes: 24_630_000, turns: 2 },
] as const;

/** Spawn to exit of the C program, against connect to 250 of an SMTP client that runs already; both durable. */
export async function measureBridge({ scene, rounds, isQuick, say }: Bench): Promise<Figure[]> {
  const program = join(bridgeDir, 'build/mfpmail');
  try {
    execFileSync('make', ['-s', '-C', bridgeDir, program.slice(bridgeDir.length + 1)], { stdio: 'pipe' });
  } catch (error) {
    say(`the bridge is not measured, mfpmail cannot be built: ${String(error).split('\n')[0]}`);
    return [];
  }
  const figures: Figure[] = [];
  for (const { key, name, bytes, mailBytes, turns } of files) {
    const seen = { bridge: [] as number[], smtp: [] as number[], growth: [] as number[], program: [] as number[] };
    const path = join(scene.newFolder('scan'), 'scan.pdf');
    await rounds(`bridge-${key}`, async () => {
      const root = scene.newFolder('agent');
      const agent = await scene.warmAgent({ relayConnections: 1, root });
      const submit = () => submitOnce(program, join(root, 'run/mfp-mail-agent/agent.sock'), path);
      try {
        writeFileSync(path, randomBytes(bytes));
        // The first one loads what is loaded when first needed.
        await submit();
        await quiet(agent.pid);
        await scene.batch(agent, { mails: 1, bytes: 10_000, connections: 1, mailsPerConnection: 0 });
        seen.growth.push(
          await growthDuring(agent, async () => {
            seen.program.push((await submit()).peakKib);
            await quiet(agent.pid);
          }),
        );
        for (let turn = 0; turn < (isQuick ? 2 : turns); turn++) {
          const { tookMs } = await submit();
          seen.bridge.push(tookMs);
          // Relayed by now, or the sink would count it as the next mail.
          await quiet(agent.pid);
          const plan = { mails: 1, bytes: mailBytes, connections: 1, mailsPerConnection: 0 };
          seen.smtp.push((await scene.batch(agent, plan)).acceptedS * 1000);
        }
      } finally {
        await agent.stop();
      }
    });
    const common = { kind: 'cost' } as const;
    figures.push(
      {
        ...common,
        id: `bridge-${key}`,
        title: `\`mfpmail submit\`, a mail of ${name}, against SMTP to the same agent`,
        unit: 'ms',
        ours: seen.bridge,
        base: seen.smtp,
        baseName: 'SMTP',
      },
      {
        ...common,
        id: `bridge-growth-${key}`,
        title: `RSS growth at the peak, a mail of ${name} through the bridge`,
        unit: 'MiB',
        ours: seen.growth,
      },
      {
        ...common,
        id: `mfpmail-rss-${key}`,
        title: `RSS of \`mfpmail\` at its peak, a mail of ${name}`,
        unit: 'MiB',
        ours: seen.program.map((kib) => kib / 1024),
      },
    );
  }
  return figures;
}

async function growthDuring(agent: AgentUnderTest, work: () => Promise<void>): Promise<number> {
  const beforeKib = memoryOf(agent.pid).rssKib;
  forgetPeak(agent.pid);
  await work();
  return (memoryOf(agent.pid).peakKib - beforeKib) / 1024;
}

async function submitOnce(
  program: string,
  socketPath: string,
  path: string,
): Promise<{ tookMs: number; peakKib: number }> {
  const startedMs = sharedNowMs();
  const child = spawn(program, ['submit', '--to', 'person@contoso.com', path], {
    env: { MFPMAIL_SOCKET: socketPath },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  let peakKib = 0;
  const watching = setInterval(() => {
    peakKib = Math.max(peakKib, memoryOf(child.pid ?? 0).peakKib);
  }, 2);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(watching);
  if (code !== 0) throw new Error(`mfpmail ended with ${String(code)}: ${complaint}`);
  return { tookMs: sharedNowMs() - startedMs, peakKib };
}
