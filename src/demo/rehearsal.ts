/**
 * One stand-in cloud and one whole agent in a private folder on 127.0.0.1, set up as an administrator would. The demo
 * shows it to people, the end-to-end tests drive it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootLayout, type Layout } from '../cli/index.ts';
import type { Clock, Dialer, MailLog } from '../core/index.ts';
import { createDaemon, type Daemon, type DaemonOptions } from '../daemon.ts';
import { createSettingsStore } from '../settings/index.ts';
import {
  createStandInCloud,
  loopbackDialer,
  standInProfiles,
  type StandInCloud,
  type StandInProfile,
} from '../simulator/index.ts';

export interface Rehearsal {
  readonly cloud: StandInCloud;
  readonly daemon: Daemon;
  /** Give `--root` this folder and the agent's commands talk to this agent. */
  readonly root: string;
  readonly layout: Layout;
  /** Where firmware hands in scans, on 127.0.0.1. */
  readonly intakePort: number;
  /** Ends both; removes the folder unless it was given. */
  stop(): Promise<void>;
}

export interface RehearsalOptions {
  readonly cloud: string;
  readonly faults?: readonly string[] | undefined;
  readonly clock: Clock;
  readonly log: MailLog;
  readonly version: string;
  /** An existing folder, kept at the end. */
  readonly root?: string | undefined;
  /** More settings by path, after the usual ones. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** Stand-in cloud to use instead of starting one; left running at the end. */
  readonly standIn?: StandInCloud | undefined;
  /** Pages of the doors; undefined: those of this build. */
  readonly ui?: DaemonOptions['ui'];
  /** Who keeps it running; undefined: nobody does. */
  readonly manager?: DaemonOptions['manager'];
}

export async function startRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const { clock, log, version } = options;
  const root = options.root ?? (await mkdtemp(join(tmpdir(), 'mfp-demo-')));
  const cloud = options.standIn ?? createStandInCloud({ profile: profileNamed(options.cloud), faults: options.faults });
  if (!options.standIn) await cloud.start();
  const layout = rootLayout(root);
  const daemon = createDaemon({
    ...layout,
    version,
    clock,
    random: Math.random,
    log,
    dialer: loopbackDialer(cloud.hostMap, cloud.dialTrouble),
    ui: options.ui,
    manager: options.manager,
  });
  const stop = async () => {
    await daemon.stop();
    if (!options.standIn) await cloud.stop();
    if (options.root === undefined) await rm(root, { recursive: true, force: true });
  };
  try {
    await prepareSettings(layout, cloud, options);
    await daemon.start();
  } catch (error) {
    await stop();
    throw error;
  }
  const listener = daemon.agent.status().listeners[0];
  return { cloud, daemon, root, layout, intakePort: listener?.port ?? 0, stop };
}

/** What an administrator types once: cloud, client id, and here the stand-in's CA; `custom` needs all endpoints. */
export async function prepareSettings(
  layout: Layout,
  cloud: StandInCloud,
  options: Pick<RehearsalOptions, 'cloud' | 'clock' | 'log' | 'settings'>,
): Promise<void> {
  const { clock, log } = options;
  const profile = profileNamed(options.cloud);
  const store = createSettingsStore({ dir: layout.settingsDir, clock, log });
  await store.start();
  const changes: Record<string, unknown> = {
    'service.cloud': options.cloud,
    'service.clientId': cloud.clientId,
    'network.extraCaPem': [cloud.caPem],
    'intake.loopbackPort': 0,
    // Beside an agent that runs here already, and nothing to the network.
    'web.port': 0,
    'web.addresses': ['127.0.0.1'],
    'panel.port': 0,
    // A rehearsed fault should be over while somebody watches.
    'retry.firstWaitS': 5,
    ...(options.cloud === 'custom'
      ? {
          'service.loginHost': profile.loginHost,
          'service.smtpHost': profile.smtpHost,
          'service.scope': `${profile.scopeResource}/SMTP.Send`,
        }
      : {}),
    ...options.settings,
  };
  const { consequences } = await store.preview(changes, 'cli');
  await store.change(changes, { door: 'cli', by: 'demo', accept: consequences.map((one) => one.code) });
  await store.stop();
}

function profileNamed(name: string): StandInProfile {
  const profile = standInProfiles[name as keyof typeof standInProfiles] as StandInProfile | undefined;
  if (!profile) throw new RangeError(`no stand-in profile ${name}`);
  return profile;
}

/** @param hostMap JSON of a stand-in cloud's `hostMap`, for an agent in a process of its own */
export function dialerFor(hostMap: string): Dialer {
  return loopbackDialer(JSON.parse(hostMap) as Parameters<typeof loopbackDialer>[0]);
}
