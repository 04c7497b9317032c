/** The agent as the API sees it: each act goes to the room that owns it; the status is composed from all of them. */
import type { Access } from './access/index.ts';
import { createAdvice, settingsTrouble } from './advice.ts';
import { composeStatus } from './agent-status.ts';
import type { Agent, Maintenance, PhonePage } from './api/index.ts';
import type { Audit } from './audit/index.ts';
import {
  isFinished,
  MailError,
  type AgentEvent,
  type AgentStatus,
  type Clock,
  type JobSummary,
  type MailLog,
  type ScanSummary,
  type SecretStore,
} from './core/index.ts';
import type { DeviceCertificate } from './device-certificate.ts';
import type { Intake } from './intake/index.ts';
import type { LanPassword } from './lan-door.ts';
import { lazily } from './lazily.ts';
import { assertMayConfirm } from './mailbox-guard.ts';
import type { LcdPanel, PanelActs } from './panel/index.ts';
import { mayRelay } from './policy/index.ts';
import type { Relay } from './relay/index.ts';
import type { SafeMode } from './safe-mode.ts';
import type { ScanRooms } from './scan-rooms.ts';
import { createSettingActs } from './setting-acts.ts';
import { effectiveService, senderRulesOf, type SettingsStore } from './settings/index.ts';
import type { SignIn } from './signin/index.ts';
import type { Spool } from './spool/index.ts';
import { sendTestMail } from './test-mail.ts';
import type { Tickets } from './ticket/index.ts';

export interface AgentRooms {
  readonly settings: SettingsStore;
  readonly secrets: SecretStore;
  readonly spool: Spool;
  readonly signIn: SignIn;
  readonly relay: Relay;
  readonly intake: Intake;
  readonly certificate: DeviceCertificate;
  readonly lanPassword: LanPassword;
  readonly tickets: Tickets;
  readonly scanRooms: Pick<ScanRooms, 'scans' | 'addressBook' | 'warnings'>;
  readonly access: Access;
  readonly audit: Audit;
  readonly maintenance: Maintenance;
  readonly phonePage: PhonePage;
  /** Where browsers find the web pages; undefined while they are closed. */
  readonly webUrl: () => Promise<string | undefined>;
  /** Is the agent without its relay, because it died again and again? */
  readonly safeMode: SafeMode;
  /** Sockets of the service manager for doors that are shut. */
  readonly socketWarnings: () => readonly string[];
  /** Doors for browsers: where they are, and what keeps one from opening. */
  readonly doors: () => { readonly listeners: AgentStatus['listeners']; readonly warnings: readonly string[] };
  readonly clock: Clock;
  readonly log: MailLog;
  readonly version: string;
  /** Keys first, then account, spool and settings (T30). */
  readonly destroyEverything: (assertConfirmed: () => void) => Promise<void>;
}

export function createAgent(rooms: AgentRooms): Agent & {
  readonly start: () => Promise<void>;
  readonly stop: () => void;
  readonly tellStatus: () => void;
  readonly tellScan: (scan: ScanSummary) => void;
} {
  const { settings, spool, signIn, relay, intake, clock, log } = rooms;
  const listeners = new Set<(event: AgentEvent) => void>();

  const advice = createAdvice({ settings, signIn, relay, safeMode: rooms.safeMode });
  const settingActs = createSettingActs({
    ...rooms,
    changed: () => {
      tellStatus();
    },
  });

  const status = (): AgentStatus => {
    const { service, sender, panel } = settings.current();
    const effective = effectiveService(settings.current());
    const relayState = relay.state();
    const permission = mayRelay(senderRulesOf(settings.current()), signIn.account());
    return composeStatus({
      version: rooms.version,
      deviceLanguage: panel.language,
      provider: service.provider,
      cloud: service.cloud,
      deviceEmailAddress: sender.deviceEmailAddress,
      isSharedMailbox: sender.isSharedMailbox,
      isSafeMode: rooms.safeMode.isOn(),
      settingsTrouble: intake.trouble()?.code ?? settingsTrouble(settings),
      account: signIn.account(),
      signIn: signIn.signIn(),
      isUpnMismatch: !permission.may && permission.reason === 'upn-mismatch',
      smarthost: { host: effective.smtpHost, port: effective.smtpPort, isReachable: relayState.isReachable },
      unreachableForMs:
        relayState.unreachableSinceMs === undefined ? undefined : clock.nowMs() - relayState.unreachableSinceMs,
      relayHold: relayState.holdReason,
      relayHoldCode: relayState.holdGuidanceId ?? relayState.holdCode,
      slowedUntilMs: relayState.slowedUntilMs,
      jobs: spool.list(),
      storage: spool.health(),
      listeners: [...intake.addresses(), ...rooms.doors().listeners],
      warnings: [
        ...settingActs.warnings(),
        ...rooms.doors().warnings,
        ...rooms.socketWarnings(),
        ...rooms.scanRooms.warnings(),
      ],
    });
  };

  const tell = (event: AgentEvent) => {
    for (const listener of listeners) listener(event);
  };
  const tellStatus = () => {
    if (listeners.size > 0) tell({ type: 'status', status: status() });
  };

  const unsubscribe = [
    spool.subscribe((job) => {
      tell({ type: 'job', job: shown(job) });
      tellStatus();
    }),
    signIn.subscribe(tellStatus),
    relay.subscribe(tellStatus),
    settings.subscribe(() => {
      tellStatus();
      void settingActs.lookForLanPassword();
    }),
    spool.subscribeHealth(tellStatus),
  ];

  const jobOf = (queueId: string): JobSummary => {
    const job = spool.summary(queueId);
    if (!job) throw new MailError('job-not-found', `no job ${queueId}`);
    return shown(job);
  };

  /** A hold of the whole queue leaves the records alone (flash); to a person each waiting job is held, and for a reason. */
  const shown = (job: JobSummary): JobSummary => {
    const { holdReason, holdReply } = relay.state();
    if (holdReason === undefined || job.state !== 'waiting') return job;
    return {
      ...job,
      state: 'held',
      hold: { reason: holdReason, sinceMs: job.lastReply?.atMs ?? job.acceptedAtMs, reply: holdReply },
    };
  };

  /** Keys of the device itself: a person stands before it, so far as anybody can know. */
  const lcdPanel = lazily<LcdPanel>(async () => {
    const by = (name: string) => ({ by: name, door: 'panel', role: 'walk-up' }) as const;
    const acts: PanelActs = {
      status,
      jobs: () => spool.list().map(shown),
      beginSignIn: (name) => agent.beginSignIn(by(name)),
      confirmSignIn: (name) => agent.confirmSignIn(by(name)),
      cancelSignIn: (name) => agent.cancelSignIn(by(name)),
      useUpn: (name) => agent.useUpn(by(name)),
      retryJob: (queueId, name) => agent.retryJob(queueId, by(name)),
      sendTest: (to, name) => agent.sendTest(to, by(name)),
    };
    return (await import('./panel/index.ts')).createLcdPanel(acts, clock);
  }, ['view', 'press', 'subscribe']);

  const agent: ReturnType<typeof createAgent> = {
    tickets: rooms.tickets,
    scans: rooms.scanRooms.scans,
    addressBook: rooms.scanRooms.addressBook,
    lcdPanel,
    access: rooms.access,
    audit: rooms.audit,
    maintenance: rooms.maintenance,
    start: settingActs.lookForLanPassword,
    tellStatus,
    tellScan: (scan) => {
      tell({ type: 'scan', scan });
    },
    stop: () => {
      for (const end of unsubscribe) end();
    },
    language: () => settings.current().panel.language,
    status,
    leaveSafeMode: async ({ by }) => {
      await rooms.safeMode.leave(by);
      return status();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },

    signInState: () => signIn.signIn(),
    phonePage: rooms.phonePage,
    webUrl: rooms.webUrl,
    beginSignIn: ({ by }, options) => {
      if (settings.current().service.provider !== 'exchange-online')
        throw new MailError('sign-in-not-needed', 'provider is unspecified');
      return signIn.begin({ by }, options);
    },
    confirmSignIn: async (caller) => {
      await assertMayConfirm(rooms, caller);
      return signIn.confirm({ by: caller.by });
    },
    cancelSignIn: ({ by }) => signIn.cancel({ by }),

    account: () => signIn.account(),
    signOut: async ({ by }) => {
      await signIn.signOut({ by });
      return signIn.account();
    },
    useUpn: async ({ by }) => {
      const upn = signIn.account().identity?.upn;
      if (upn === undefined) throw new MailError('sign-in-needed', 'no account whose UPN could be used');
      await settings.change({ 'sender.deviceEmailAddress': upn }, { door: 'sign-in', by, accept: [] });
      return status();
    },
    consentLink: advice.consent,

    jobs: () => spool.list().map(shown),
    jobSummary: jobOf,
    job: async (queueId, language) => {
      const job = jobOf(queueId);
      const { headerBlock } = await spool.read(queueId);
      return { job, headerBlock, guidance: advice.aboutJob(job, language) };
    },
    retryJob: async (queueId, { by }) => {
      jobOf(queueId);
      await relay.retryNow(queueId, by);
      return jobOf(queueId);
    },
    releaseJob: async (queueId, { by }) => {
      jobOf(queueId);
      await relay.release(queueId, by);
      return jobOf(queueId);
    },
    holdJob: async (queueId, { by }) => {
      jobOf(queueId);
      await relay.hold(queueId, by);
      return jobOf(queueId);
    },
    deleteJob: async (queueId, { by }) => {
      jobOf(queueId);
      await spool.remove(queueId, by);
      return jobOf(queueId);
    },
    sendTest: async (to, { by }) => {
      const about = { deviceEmailAddress: settings.current().sender.deviceEmailAddress, version: rooms.version, by };
      return jobOf(await sendTestMail(to, intake, about));
    },

    ...settingActs.acts,
    explain: advice.explain,
    clients: () => intake.clients(),
    clientDialogue: (address) => {
      const text = intake.dialogue(address);
      if (text === undefined) throw new MailError('client-unknown', 'no dialogue with that address');
      return text;
    },
    lan: async () => ({
      isEnabled: settings.current().lan.isEnabled,
      hasPassword: await rooms.lanPassword.isSet(),
      listeners: intake.addresses().filter(({ name }) => name.startsWith('lan')),
      certificates: rooms.certificate.facts(),
    }),
    setLanPassword: settingActs.setLanPassword,
    decommission: async (confirmWaitingJobs, caller) => {
      const assertConfirmed = () => {
        const open = spool.list().filter((job) => !isFinished(job.state)).length;
        if (open === confirmWaitingJobs) return;
        throw new MailError('settings-need-consent', 'number of waiting jobs differs', {
          details: {
            waitingJobs: open,
            hint: `${String(open)} jobs wait to be sent and would be destroyed; confirm that number`,
          },
        });
      };
      assertConfirmed();
      // Asked again when nothing can come in any more: a scan nobody has thought of must not be destroyed.
      await rooms.destroyEverything(assertConfirmed);
      log.notice('decommissioned', { by: caller.by, waitingJobs: confirmWaitingJobs });
    },
  };
  return agent;
}
