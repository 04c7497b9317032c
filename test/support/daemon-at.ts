import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootLayout } from '../../src/cli/index.ts';
import type { Clock, Dialer, JobSummary } from '../../src/core/index.ts';
import { createDaemon, type Daemon } from '../../src/daemon.ts';
import { createSettingsStore } from '../../src/settings/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { collectedLog } from './collected-log.ts';
import { until } from './signed-in.ts';

export type OpenDaemon = Daemon & { readonly log: ReturnType<typeof collectedLog>; readonly port: number };

/** Starts an agent in this process on a folder that a test has prepared, or spoilt. */
export async function daemonAt(
  root: string,
  dialer: Dialer,
  clock: Clock = systemClock,
  elsewhere: { readonly stateDir?: string } = {},
): Promise<OpenDaemon> {
  const log = collectedLog();
  const daemon = createDaemon({
    ...rootLayout(root),
    ...elsewhere,
    version: 'test',
    clock,
    random: Math.random,
    log,
    dialer,
  });
  await daemon.start();
  return { ...daemon, log, port: daemon.agent.status().listeners[0]?.port ?? 0 };
}

/** Settings as an administrator would save them. */
export async function writeSettings(root: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const store = createSettingsStore({ dir: rootLayout(root).settingsDir, clock: systemClock, log: collectedLog() });
  await store.start();
  const all = { 'intake.loopbackPort': 0, 'web.port': 0, 'panel.port': 0, ...changes };
  await store.change(all, {
    door: 'cli',
    by: 'test',
    accept: (await store.preview(all, 'cli')).consequences.map(({ code }) => code),
  });
  await store.stop();
}

export const spoolOf = (root: string): string => join(rootLayout(root).stateDir, 'spool');

/** Names in a folder, sorted; none if it is not there. */
export async function names(...path: readonly string[]): Promise<string[]> {
  return (await readdir(join(...path)).catch(() => [])).sort();
}

/** Every byte below a folder, for searches. */
export async function everythingBelow(dir: string): Promise<Buffer> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true });
  return Buffer.concat(
    await Promise.all(entries.filter((one) => one.isFile()).map((one) => readFile(join(one.parentPath, one.name)))),
  );
}

export async function untilJob(daemon: Daemon, queueId: string, is: (job: JobSummary) => boolean): Promise<JobSummary> {
  let last: JobSummary | undefined;
  return until(() => {
    last = daemon.agent.jobs().find((one) => one.queueId === queueId);
    return last && is(last) ? last : undefined;
  }, 10_000).catch(() => {
    throw new Error(`job ${queueId} is ${JSON.stringify(last)}`);
  });
}
