/**
 * The composition root: every room, what it is handed, and the order of start and stop. Nothing else knows them all.
 *
 *     settings -> spool -> sign-in -> relay -> intake -> scanners -> bridge -> doors      (start; stop goes backwards)
 */
import { mkdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Access } from './access/index.ts';
import { createAgent } from './agent.ts';
import type { Audit } from './audit/index.ts';
import { createBridge } from './bridge/index.ts';
import { cloudProfiles } from './cloud/index.ts';
import {
  MailError,
  type AccountState,
  type Clock,
  type Dialer,
  type MailLog,
  type Random,
  type Service,
} from './core/index.ts';
import { createDecommission } from './decommission.ts';
import { createDeviceCertificate } from './device-certificate.ts';
import { createDoors, type UiApp } from './doors.ts';
import type { UiFile } from './doorway/index.ts';
import { createIntake } from './intake/index.ts';
import { lazily } from './lazily.ts';
import {
  createLanPassword,
  createSignInOverdue,
  idleSocketWarnings,
  largestMessageBytes,
  listenersOf,
} from './lan-door.ts';
import { caFingerprints } from './net/index.ts';
import { createMaintenance, hostAddresses } from './maintenance.ts';
import { createPhonePage } from './phone-page.ts';
import { createOwnCertificate } from './own-certificate.ts';
import { createOutside, type Outside } from './outside.ts';
import { checkSender } from './policy/index.ts';
import { createRelay } from './relay/index.ts';
import { createSafeMode } from './safe-mode.ts';
import { createScanRooms } from './scan-rooms.ts';
import type { ServiceManager } from './service-manager/index.ts';
import { createSettingsStore, effectiveService, senderRulesOf, type Settings } from './settings/index.ts';
import { createSignIn } from './signin/index.ts';
import { createSpool, hasSpoolEntries } from './spool/index.ts';
import { createSubmissions } from './submissions.ts';
import { webUrl } from './web-url.ts';
import { createVault, executableKeyProvider, fileKeyProvider } from './vault/index.ts';
import type { Agent, LogLine } from './api/index.ts';

const accessMethods = [
  'isClaimed',
  'hasPin',
  'claimCode',
  'newClaimCode',
  'claim',
  'logIn',
  'logOut',
  'setPassword',
  'setPin',
  'webSession',
  'enterPanel',
  'panelSession',
  'forgetPanels',
  'unlock',
  'lock',
  'assertPinGiven',
  'forget',
] as const satisfies readonly (keyof Access)[];

export interface DaemonOptions {
  /** Folders: settings, state (spool, secrets, keys) and the bridge socket. */
  readonly settingsDir: string;
  readonly stateDir: string;
  readonly socketPath: string;
  /** Folder of the device keys, best on another partition; undefined: `keys` in the state folder. */
  readonly keyDir?: string | undefined;
  /** Program that wraps and unwraps the keys (TPM, OP-TEE, vendor); undefined: key files. */
  readonly keyProgram?: string | undefined;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: MailLog;
  /** Only the demo and tests inject one: it maps the clouds' host names to loopback. */
  readonly dialer?: Dialer | undefined;
  /** The last lines of the log; undefined: none are kept. */
  readonly logLines?: (() => readonly LogLine[]) | undefined;
  /** Pages of the doors; undefined: those of this build. Tests of pages make them from their sources. */
  readonly ui?: ((app: UiApp) => Promise<readonly UiFile[]>) | undefined;
  /** Who keeps this process running, if anybody does: sockets that were handed over, and whether it died again and again. */
  readonly manager?: Pick<ServiceManager, 'sockets' | 'isCrashLoop' | 'forgetStarts'> | undefined;
}

/** The whole agent; `agent` is also what the API serves on the socket. */
export interface Daemon extends Service {
  readonly agent: Agent;
  /** From the settings, once they are read. */
  logLevel(): Settings['log']['level'];
  /** Resolves when the spool's folder has answered, whatever it said, and the intake has (T73). */
  answers(options: { readonly signal: AbortSignal }): Promise<void>;
}

export function createDaemon(options: DaemonOptions): Daemon {
  const { settingsDir, stateDir, socketPath, version, clock, random, log, manager } = options;
  const hostName = hostname().replace(/[^A-Za-z0-9.-]/g, '-') || 'mfp';

  const settings = createSettingsStore({
    dir: settingsDir,
    clock,
    log,
    // Put in by the build.
    program: process.env['MFP_MAIL_AGENT_BUILD'],
  });
  const keyDir = options.keyDir ?? join(stateDir, 'keys');
  const { keyProgram } = options;
  const keys =
    keyProgram === undefined
      ? fileKeyProvider(keyDir)
      : executableKeyProvider({ path: keyProgram, dir: keyDir, clock, log });
  const spoolDir = join(stateDir, 'spool');
  const vault = createVault({
    dir: join(stateDir, 'secrets'),
    keys,
    log,
    hasSpoolData: () => hasSpoolEntries(spoolDir),
  });
  let outside: Outside | undefined;
  const out = () =>
    (outside ??= createOutside({
      settings: settings.current(),
      secrets: vault,
      clock,
      version,
      dialer: options.dialer,
    }));

  const spool = createSpool({
    dir: spoolDir,
    key: () => vault.spoolKey(),
    clock,
    random,
    log,
    limits: () => ({
      ...settings.current().limits,
      maxBytes: settings.current().limits.maxSpoolBytes,
      historyJobs: 200,
      corruptMax: 50,
    }),
  });

  const signIn = createSignIn({
    config: () => {
      const current = settings.current();
      const service = effectiveService(current);
      const { verificationHosts, hasPersonalAccounts, renewalMarginS } = cloudProfiles[service.cloud];
      return {
        ...service,
        verificationHosts,
        hasPersonalAccounts,
        renewalMarginS,
        ...current.sender,
        caFingerprints: caFingerprints(current.network.extraCaPem),
      };
    },
    secrets: vault,
    http: () => out().http,
    clock,
    random,
    log,
    prove: (identity, token, options) => relay.prove(identity, token, options),
    setDeviceEmailAddress: async (address, by) => {
      const names = ['sender.deviceEmailAddress'];
      await settings.change({ 'sender.deviceEmailAddress': address }, { door: 'sign-in', by, accept: [] });
      await audit.note({ by, door: 'sign-in', act: 'settings-changed', names, outcome: 'done' });
    },
  });

  const relay = createRelay({
    store: spool,
    tokens: signIn,
    dialer: () => out().smtp,
    account: () => signIn.account(),
    clock,
    random,
    log,
    config: () => {
      const current = settings.current();
      const service = effectiveService(current);
      const { firstWaitS, maxWaitS, lifetimeHours } = current.retry;
      return {
        provider: current.service.provider,
        host: service.smtpHost,
        port: service.smtpPort,
        security: current.service.smtpSecurity,
        extraCaPem: current.network.extraCaPem,
        rules: senderRulesOf(current),
        ...current.relay,
        heloName: hostName,
        retry: { firstWaitMs: firstWaitS * 1000, maxWaitMs: maxWaitS * 1000, lifetimeMs: lifetimeHours * 3_600_000 },
      };
    },
    onProven: () => {
      signIn.noteProven();
    },
    onRefused: (code, reply) => {
      signIn.noteRefused(code, reply);
    },
  });

  const audit = lazily<Audit>(
    async () => (await import('./audit/index.ts')).createAudit({ dir: join(stateDir, 'audit'), clock, log }),
    ['note', 'list', 'exportText', 'destroy'],
  );
  const access = lazily<Access>(
    async () => (await import('./access/index.ts')).createAccess({ secrets: vault, clock, log }),
    accessMethods,
  );

  const decommission = createDecommission(stateDir, {
    vault,
    spool,
    settings,
    hotFolder: () => settings.current().hotFolder.path,
    others: [() => access.forget(), () => audit.destroy(), (hotFolder) => scanRooms.forget(hotFolder)],
    signOut: () => signIn.signOut({ by: 'decommission' }),
  });

  const own = createOwnCertificate({ secrets: vault, nowMs: () => clock.nowMs() });
  const certificate = createDeviceCertificate({
    secrets: vault,
    clock,
    log,
    hostName,
    furtherNames: () => settings.current().web.hostNames,
    own,
  });
  const lanPassword = createLanPassword(vault, () => settings.current().lan.userName);
  const overdue = createSignInOverdue({ clock, account: () => signIn.account(), settings: () => settings.current() });

  const intake = createIntake({
    listeners: () => listenersOf(settings.current(), certificate, manager?.sockets.of),
    lan: () => settings.current().lan,
    checkLogin: lanPassword.check,
    quirks: () => settings.current().intake.quirks,
    sink: spool,
    limits: () => {
      const { limits, intake } = settings.current();
      const maxMessageBytes = largestMessageBytes(limits.maxMessageBytes, relay.smarthost()?.sizeBytes);
      return { ...limits, ...intake, maxMessageBytes };
    },
    checkSender: (job) => checkSender(senderRulesOf(settings.current()), job),
    gate: (door) => {
      if (decommission.isUnfinished()) return new MailError('spool-unavailable', 'decommissioning is not finished');
      return door === 'lan' ? overdue.refusal() : undefined;
    },
    hasSmtpUtf8: () => relay.smarthost()?.hasSmtpUtf8 === true,
    clock,
    random,
    log,
    hostName,
  });

  const api = async () => (await import('./api/index.ts')).createApi({ agent, clock, log, version });
  const doors = createDoors({
    settings: () => settings.current(),
    api,
    access,
    certificate,
    hostName,
    tokenPath: join(dirname(socketPath), 'panel-token'),
    ui: options.ui,
    handed: manager?.sockets.of,
    clock,
    log,
    onChange: () => {
      agent.tellStatus();
    },
  });
  const maintenance = createMaintenance({
    settings,
    certificate,
    own,
    clock,
    version,
    hostName,
    listeners: () => agent.status().listeners,
    logLines: options.logLines ?? (() => []),
    idleConsequences: () => (signIn.account().status === 'none' ? ['sign-in-dropped'] : []),
  });

  const whereWebIs = () =>
    webUrl({
      listeners: doors.state().listeners,
      addresses: hostAddresses(),
      trustedName: async () =>
        (await certificate.shown()).isSelfSigned ? undefined : settings.current().web.hostNames[0],
    });
  const phonePage = createPhonePage({
    isUsed: () => settings.current().panel.isPhonePageUsed,
    signIn: () => signIn.signIn(),
    subscribe: (listener) => signIn.subscribe(listener),
    webUrl: whereWebIs,
  });

  const submissions = createSubmissions({
    stateDir,
    intake,
    spool,
    settings: () => settings.current(),
    isClosed: () => decommission.isUnfinished(),
    hostName,
    clock,
  });

  const scanRooms = createScanRooms({
    stateDir,
    settingsDir,
    ownFolders: [settingsDir, stateDir, keyDir, dirname(socketPath)],
    settings,
    tickets: submissions.deps,
    clock,
    log,
    onScan: (scan) => {
      agent.tellScan(scan);
    },
    onWarning: () => {
      agent.tellStatus();
    },
  });

  const heldBack: readonly Service[] = [relay, scanRooms];
  const safeMode = createSafeMode({
    isCrashLoop: manager?.isCrashLoop === true,
    heldBack,
    onLeft: async () => {
      await manager?.forgetStarts();
      agent.tellStatus();
    },
    clock,
    log,
  });

  const agent = createAgent({
    safeMode,
    socketWarnings: () => idleSocketWarnings(isUp && manager !== undefined ? manager.sockets.idle() : []),
    tickets: submissions.tickets,
    scanRooms,
    access,
    audit,
    maintenance,
    phonePage,
    webUrl: whereWebIs,
    doors: doors.state,
    settings,
    secrets: vault,
    spool,
    signIn,
    relay,
    intake,
    certificate,
    lanPassword,
    clock,
    log,
    version,
    destroyEverything: async (assertConfirmed) => {
      await scanRooms.stop();
      await intake.stop();
      await relay.stop();
      try {
        assertConfirmed();
        await decommission.run();
        await spool.start();
      } finally {
        if (!safeMode.isOn()) await relay.start();
        await intake.start();
        if (!safeMode.isOn()) await scanRooms.start();
      }
    },
  });
  const bridge = createBridge({
    socketPath,
    log,
    api,
  });

  settings.subscribe(() => {
    outside = undefined;
    signIn.configChanged();
    relay.wake('settings');
    void intake.reconfigure().catch((error: unknown) => {
      log.fault('changed listeners', error);
    });
    void doors.reconfigure().catch((error: unknown) => {
      log.fault('changed doors', error);
    });
  });

  let account = signIn.account();
  let isUp = false;
  const isUsable = (state: AccountState) => state.status === 'ready' || state.status === 'unproven';
  signIn.subscribe(() => {
    const before = account;
    account = signIn.account();
    overdue.note();
    // A new sign-in, a lifted refusal, a sign-out: the relay must ask again. A word of the smarthost must not wake it, or a
    // refusal would be tried again at once, for ever.
    if (account.signedInAtMs !== before.signedInAtMs || isUsable(account) !== isUsable(before)) relay.wake('account');
    // Not when the stored account is read at the start.
    if (isUp && account.signedInAtMs !== undefined && account.signedInAtMs !== before.signedInAtMs)
      void audit.note({ by: account.identity?.upn ?? '', door: 'sign-in', act: 'signed-in', outcome: 'done' });
  });

  const services: readonly Service[] = [settings, spool, signIn, relay, intake, scanRooms, bridge, doors];
  const started: Service[] = [];
  const stop = async () => {
    await safeMode.stop();
    for (let service = started.pop(); service; service = started.pop()) await service.stop();
    agent.stop();
    phonePage.stop();
    // Loaded only if somebody came.
    if (access.isLoaded()) await access.forget();
  };
  return {
    agent,
    logLevel: () => settings.current().log.level,
    async answers(how) {
      // A disk that says "no" is the status's business; one that says nothing is what a new start may mend.
      await Promise.all([stat(spoolDir).catch(() => undefined), intake.answers(how)]);
    },
    async start() {
      // Without a place to write, the agent still starts and says so (F13); each room finds out for itself.
      await mkdir(stateDir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
        log.fault(`cannot make ${stateDir}`, error);
      });
      try {
        for (const service of services) {
          // What is held back may be started later, and is stopped like the others.
          if (!safeMode.isOn() || !heldBack.includes(service)) await service.start();
          started.push(service);
          // Before anything that could use what is to be destroyed; the sign-out asks for settings.
          if (service === settings) {
            await decommission.finish().catch((error: unknown) => {
              log.fault('decommissioning could not be finished', error);
            });
          }
        }
        overdue.note();
        await agent.start();
        safeMode.start();
        isUp = true;
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
  };
}
