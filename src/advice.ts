/** Which entry of the guidance explains what a job, a hold or a sign-in has run into, with this device's own facts in it. */
import { cloudProfiles, consentLink } from './cloud/index.ts';
import { MailError, type JobSummary, type Language } from './core/index.ts';
import { guidanceFor, lookUpPhoneNumber, type Guidance, type GuidanceContext } from './guidance/index.ts';
import type { Relay } from './relay/index.ts';
import type { SafeMode } from './safe-mode.ts';
import { effectiveService, type EffectiveService, type SettingsStore } from './settings/index.ts';
import type { SignIn } from './signin/index.ts';
import { withRightCloud } from './right-cloud-command.ts';

/** Advice for people. */
export interface Advice {
  /** What this job waits for or failed of; undefined: nothing to explain. */
  readonly aboutJob: (job: JobSummary, language?: Language) => Guidance | undefined;
  /**
   * @param what.code of the catalogue, or a number that the phone showed
   * @throws MailError `bad-request` if the number is not known
   */
  readonly explain: (
    what: { readonly code?: string | undefined; readonly aadsts?: number | undefined },
    language?: Language,
  ) => Guidance;
  /** The link for the tenant's administrator, and the sentence to send with it. @throws MailError as `consentLink` */
  readonly consent: (language?: Language) => { readonly url: string; readonly sentence: string };
}

export function createAdvice(rooms: {
  readonly settings: SettingsStore;
  readonly signIn: SignIn;
  readonly relay: Relay;
  readonly safeMode: Pick<SafeMode, 'isOn'>;
}): Advice {
  const { settings, signIn, relay } = rooms;

  const contextWith = (
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
  const endedSignIn = (id: string): Parameters<typeof contextWith>[0] => {
    const state = signIn.signIn();
    if (state.step !== 'failed' || (state.guidanceId !== id && state.code !== id)) return {};
    // Mail that goes on under an account of before is tried again, whatever became of the last sign-in.
    const isSignInOver = signIn.account().status !== 'ready';
    return { reply: state.detail, aadsts: state.aadsts, host: state.host, isSignInOver };
  };

  /** The mail server's last word about the account, if it is what `code` stands for: from the proof of a sign-in, or from the queue's hold. */
  const replyAbout = (code: string): string | undefined => {
    const state = signIn.signIn();
    if (state.step === 'failed' && (state.code === code || state.guidanceId === code)) return state.detail;
    const { holdReason, holdCode, holdGuidanceId, holdReply } = relay.state();
    return holdReply !== undefined && [holdReason, holdCode, holdGuidanceId].some((one) => one === code)
      ? holdReply
      : undefined;
  };

  const idFor = (job: JobSummary): string | undefined => {
    if (job.state === 'accepted' || job.state === 'deleted') return undefined;
    if (rooms.safeMode.isOn() && job.state === 'waiting') return 'safe-mode';
    const { holdReason, holdCode, holdGuidanceId } = relay.state();
    if (job.hold && job.hold.reason === holdReason) {
      // Nobody can sign in before the settings are complete: the status names that, so the scan does.
      const trouble = settingsTrouble(settings);
      if (holdReason === 'sign-in-needed' && trouble !== undefined) return trouble;
      const { aadsts } = signIn.account();
      return holdGuidanceId ?? (aadsts === undefined ? undefined : lookUpPhoneNumber(aadsts)) ?? holdCode ?? holdReason;
    }
    return job.hold?.reason ?? job.lastReply?.guidanceId ?? job.lastReply?.code;
  };

  return {
    aboutJob: (job, language) => {
      const id = idFor(job);
      if (id === undefined) return undefined;
      const reply = job.lastReply?.reply ?? replyAbout(id);
      const atMs = job.lastReply?.atMs ?? job.hold?.sinceMs;
      return guidanceFor(id, contextWith({ queueId: job.queueId, reply, atMs }), language);
    },
    explain: ({ code, aadsts }, language) => {
      const id = aadsts === undefined ? code : lookUpPhoneNumber(aadsts);
      if (id === undefined) {
        const link = `https://login.microsoftonline.com/error?code=${String(aadsts)}`;
        const hint =
          aadsts === undefined
            ? 'give a code or a number'
            : `number ${String(aadsts)} is not in the catalogue; see ${link}`;
        throw new MailError('bad-request', 'nothing to explain', { details: { hint } });
      }
      const context = contextWith({
        reply: replyAbout(id),
        ...endedSignIn(id),
        ...(aadsts === undefined ? {} : { aadsts }),
      });
      return withRightCloud(guidanceFor(id, context, language), context);
    },
    consent: (language) => {
      const url = linkFor(effectiveService(settings.current()));
      const { remedy } = guidanceFor('consent-needed', { ...contextWith(), consentLink: url }, language);
      return { url, sentence: remedy ?? '' };
    },
  };
}

/** What keeps mail from leaving before anybody can sign in, as a catalogue code. */
export function settingsTrouble(settings: SettingsStore): string | undefined {
  const { service } = settings.current();
  // A damaged file whose last good copy is in use is told (`health`), but holds no mail.
  const { ok, code } = settings.health();
  if (!ok && code !== 'settings-damaged') return code ?? 'settings-conflict';
  if (effectiveService(settings.current()).smtpHost === '') return 'smarthost-not-set';
  if (service.provider === 'exchange-online' && service.clientId === '') return 'client-id-missing';
  return undefined;
}

function linkFor(service: EffectiveService): string {
  const { loginHost, tenant, clientId } = service;
  const { adminConsentScope } = cloudProfiles[service.cloud];
  return consentLink({ loginHost, tenant, clientId, adminConsentScope });
}

function tryConsentLink(service: EffectiveService): string | undefined {
  try {
    return linkFor(service);
  } catch {
    return undefined;
  }
}
