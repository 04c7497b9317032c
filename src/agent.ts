/** The agent as the API sees it: each act goes to the room that owns it; the status is composed from all of them. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Agent, Maintenance } from './api/index.ts';
import type { Access } from './access/index.ts';
import { composeStatus } from './agent-status.ts';
import type { Audit } from './audit/index.ts';
import { cloudProfiles, consentLink } from './cloud/index.ts';
import {
  isFinished,
  MailError,
  parseMailbox,
  type AgentEvent,
  type AgentStatus,
  type Clock,
  type JobSummary,
  type MailLog,
  type ScanSummary,
  type SecretStore,
} from './core/index.ts';
import { guidanceFor, lookUpPhoneNumber, type GuidanceContext } from './guidance/index.ts';
import type { DeviceCertificate } from './device-certificate.ts';
import type { Intake } from './intake/index.ts';
import type { LanPassword } from './lan-door.ts';
import { proxyBinding } from './outside.ts';
import { withRightCloud } from './right-cloud-command.ts';
import { mayRelay } from './policy/index.ts';
import type { Relay } from './relay/index.ts';
import {
  effectiveService,
  lanWarnings,
  senderRulesOf,
  settingRules,
  type ChangePlan,
  type EffectiveService,
  type SettingsStore,
} from './settings/index.ts';
import { lazily } from './lazily.ts';
import type { LcdPanel, PanelActs } from './panel/index.ts';
import type { ScanRooms } from './scan-rooms.ts';
import type { SignIn } from './signin/index.ts';
import type { Spool } from './spool/index.ts';
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
  const { settings, secrets, spool, signIn, relay, intake, clock, log } = rooms;
  const listeners = new Set<(event: AgentEvent) => void>();

  const guidanceContext = (
    about: Pick<GuidanceContext, 'queueId' | 'reply' | 'aadsts' | 'atMs' | 'host' | 'isSignInOver'> = {},
  ): GuidanceContext => {
    const service = effectiveService(settings.current());
    const { proxyUrl } = settings.current().network;
    return {
      deviceEmailAddress: settings.current().sender.deviceEmailAddress,
      upn: signIn.account().identity?.upn,
      tenant: service.tenant,
      clientId: service.clientId,
      cloud: service.cloud,
      smtpHost: service.smtpHost,
      loginHost: service.loginHost,
      portalUrl: cloudProfiles[service.cloud].portalUrl,
      consentLink: tryConsentLink(service),
      smtpPort: service.smtpPort,
      proxy: proxyUrl === '' ? undefined : proxyUrl,
      ...about,
    };
  };

  /** What is known beyond the settings of the trouble `id` stands for, if a sign-in has just ended with it. */
  const endedSignIn = (id: string | undefined): Parameters<typeof guidanceContext>[0] => {
    const state = signIn.signIn();
    if (state.step !== 'failed' || (state.guidanceId !== id && state.code !== id)) return {};
    // Mail that goes on under an account of before is tried again, whatever became of the last sign-in.
    const isSignInOver = signIn.account().status !== 'ready';
    return { reply: state.detail, aadsts: state.aadsts, host: state.host, isSignInOver };
  };

  /** The mail server's last word about the account, if it is what `code` stands for: from the proof of a sign-in, or from the queue's hold. */
  const replyAbout = (code: string | undefined): string | undefined => {
    const state = signIn.signIn();
    if (state.step === 'failed' && (state.code === code || state.guidanceId === code)) return state.detail;
    const { holdReason, holdCode, holdGuidanceId, holdReply } = relay.state();
    return holdReply !== undefined && [holdReason, holdCode, holdGuidanceId].some((one) => one === code)
      ? holdReply
      : undefined;
  };

  const status = (): AgentStatus => {
    const { service, sender } = settings.current();
    const effective = effectiveService(settings.current());
    const relayState = relay.state();
    const permission = mayRelay(senderRulesOf(settings.current()), signIn.account());
    return composeStatus({
      version: rooms.version,
      provider: service.provider,
      cloud: service.cloud,
      deviceEmailAddress: sender.deviceEmailAddress,
      isSharedMailbox: sender.isSharedMailbox,
      settingsTrouble: intake.trouble()?.code ?? settingsTrouble(settings, effective),
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
        ...settingsWarnings(settings),
        ...passwordWarnings,
        ...rooms.doors().warnings,
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

  /** Kept, since the status is asked for without waiting; looked up when it may have changed. */
  let passwordWarnings: readonly string[] = [];
  const lookForLanPassword = async () => {
    const { lan } = settings.current();
    const isMissing = lan.isEnabled && lan.userName !== '' && !(await rooms.lanPassword.isSet());
    // Settings that changed meanwhile are looked at by a call of their own.
    if (lan !== settings.current().lan) return;
    const now = isMissing
      ? [`Printers cannot log in as ${lan.userName}: no password is set for that name (command: clients password).`]
      : [];
    if (now.join() === passwordWarnings.join()) return;
    passwordWarnings = now;
    tellStatus();
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
      void lookForLanPassword();
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

  /** The entry that explains best what this job waits for or failed of. */
  const guidanceIdOf = (job: JobSummary): string | undefined => {
    if (job.state === 'accepted' || job.state === 'deleted') return undefined;
    const { holdReason, holdCode, holdGuidanceId } = relay.state();
    if (job.hold && job.hold.reason === holdReason) {
      // Nobody can sign in before the settings are complete: the status names that, so the scan does.
      const trouble = settingsTrouble(settings, effectiveService(settings.current()));
      if (holdReason === 'sign-in-needed' && trouble !== undefined) return trouble;
      const { aadsts } = signIn.account();
      return holdGuidanceId ?? (aadsts === undefined ? undefined : lookUpPhoneNumber(aadsts)) ?? holdCode ?? holdReason;
    }
    return job.hold?.reason ?? job.lastReply?.guidanceId ?? job.lastReply?.code;
  };

  /** Consequences that nobody needs to accept: while nobody is signed in, no sign-in ends. */
  const idleConsequences = (): readonly string[] => (signIn.account().status === 'none' ? ['sign-in-dropped'] : []);
  const withoutIdle = (plan: ChangePlan): ChangePlan => {
    const idle = idleConsequences();
    return { ...plan, consequences: plan.consequences.filter(({ code }) => !idle.includes(code)) };
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
    start: lookForLanPassword,
    tellStatus,
    tellScan: (scan) => {
      tell({ type: 'scan', scan });
    },
    stop: () => {
      for (const end of unsubscribe) end();
    },
    language: () => settings.current().panel.language,
    status,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },

    signInState: () => signIn.signIn(),
    beginSignIn: ({ by }) => {
      if (settings.current().service.provider !== 'exchange-online')
        throw new MailError('sign-in-not-needed', 'provider is unspecified');
      return signIn.begin({ by });
    },
    confirmSignIn: ({ by }) => signIn.confirm({ by }),
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
    consentLink: (language) => {
      const service = effectiveService(settings.current());
      const url = consentLink(consentInput(service));
      const { remedy } = guidanceFor('consent-needed', { ...guidanceContext(), consentLink: url }, language);
      return { url, sentence: remedy ?? '' };
    },

    jobs: () => spool.list().map(shown),
    jobSummary: jobOf,
    job: async (queueId, language) => {
      const job = jobOf(queueId);
      const { headerBlock } = await spool.read(queueId);
      const id = guidanceIdOf(job);
      return {
        job,
        headerBlock,
        guidance:
          id === undefined
            ? undefined
            : guidanceFor(
                id,
                guidanceContext({
                  queueId,
                  reply: job.lastReply?.reply ?? replyAbout(id),
                  atMs: job.lastReply?.atMs ?? job.hold?.sinceMs,
                }),
                language,
              ),
      };
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
      const mailbox = parseMailbox(to);
      if (!mailbox)
        throw new MailError('bad-address', 'test mail needs a complete address', {
          details: { hint: 'give an address such as anna@contoso.com' },
        });
      const device = settings.current().sender.deviceEmailAddress;
      const { queueId } = await intake.accept({
        source: Readable.from([testMessage(device, mailbox.address, rooms.version)]),
        envelope: { reversePath: device, forwardPaths: [mailbox.address] },
        door: 'test',
        client: by,
      });
      return jobOf(queueId);
    },

    settings: () => ({
      settings: settings.current(),
      effective: { ...effectiveService(settings.current()) },
      health: settings.health(),
    }),
    settingsSchema: async () => {
      const { settingsJsonSchema, settingFields } = await settingRules();
      return { schema: settingsJsonSchema(), fields: settingFields };
    },
    hasProxyPassword: async () => {
      const { network } = settings.current();
      if (network.proxyUrl === '') return false;
      // One that cannot be opened any more (another proxy, another key) is as good as none.
      const password = await secrets.get('proxy-password', proxyBinding(network)).catch(() => undefined);
      return password !== undefined;
    },
    previewSettings: async ({ changes }, { door }) => withoutIdle(await settings.preview(changes, door)),
    changeSettings: async ({ changes, accept }, { by, door }) => {
      const plan = await settings.change(changes, { by, door, accept: [...accept, ...idleConsequences()] });
      // Whoever made the change asks for the warnings next.
      await lookForLanPassword();
      return withoutIdle(plan);
    },
    exportSettings: () => settings.exportText(),
    importSettings: async (text, accept, { by }) => {
      const plan = await settings.importText(text, { by, accept: [...accept, ...idleConsequences()] });
      await lookForLanPassword();
      return withoutIdle(plan);
    },
    setProxyPassword: async (value, { by }) => {
      const { network } = settings.current();
      if (network.proxyUrl === '')
        throw new MailError('settings-invalid', 'no proxy is set', { details: { hint: 'set network.proxyUrl first' } });
      if (value === '') await secrets.remove('proxy-password');
      else await secrets.put('proxy-password', proxyBinding(network), Buffer.from(value, 'utf8'));
      log.settings({ by, names: ['network.proxyPassword'] });
      // What failed for want of the password may be tried again at once.
      signIn.configChanged();
      relay.wake('proxy password');
    },

    explain: ({ code, aadsts }, language) => {
      const id = aadsts === undefined ? code : lookUpPhoneNumber(aadsts);
      if (id === undefined)
        throw new MailError('bad-request', 'nothing to explain', {
          details: {
            hint:
              aadsts === undefined
                ? 'give a code or a number'
                : `number ${String(aadsts)} is not in the catalogue; see https://login.microsoftonline.com/error?code=${String(aadsts)}`,
          },
        });
      const context = guidanceContext({
        reply: replyAbout(id),
        ...endedSignIn(id),
        ...(aadsts === undefined ? {} : { aadsts }),
      });
      return withRightCloud(guidanceFor(id, context, language), context);
    },
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
    setLanPassword: async (value, { by }) => {
      await rooms.lanPassword.set(value);
      log.settings({ by, names: ['lan.password'] });
      await lookForLanPassword();
    },
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

/** What an administrator should see to, although mail goes on. */
function settingsWarnings(settings: SettingsStore): readonly string[] {
  const { ok, why } = settings.health();
  return [...(ok || why === undefined ? [] : [why]), ...lanWarnings(settings.current())];
}

/** What keeps mail from leaving before anybody can sign in, as a catalogue code. */
function settingsTrouble(settings: SettingsStore, effective: EffectiveService): string | undefined {
  const { service } = settings.current();
  // A damaged file whose last good copy is in use is told (`health`), but holds no mail.
  const { ok, code } = settings.health();
  if (!ok && code !== 'settings-damaged') return code ?? 'settings-conflict';
  if (effective.smtpHost === '') return 'smarthost-not-set';
  if (service.provider === 'exchange-online' && service.clientId === '') return 'client-id-missing';
  return undefined;
}

function consentInput(service: EffectiveService) {
  const profile = cloudProfiles[service.cloud];
  return {
    loginHost: service.loginHost,
    tenant: service.tenant,
    clientId: service.clientId,
    adminConsentScope: profile.adminConsentScope,
  };
}

function tryConsentLink(service: EffectiveService): string | undefined {
  try {
    return consentLink(consentInput(service));
  } catch {
    return undefined;
  }
}

function testMessage(from: string, to: string, version: string): string {
  return [
    `From: ${from}`,
    `To: ${to}`,
    'Subject: Test mail from this printer',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Auto-Submitted: auto-generated',
    '',
    'This test mail shows that the printer can send scans by e-mail.',
    '',
    `Sent by mfp-mail-agent ${version}, test ${randomUUID()}.`,
    '',
  ].join('\r\n');
}
