import { type AgentStatus } from '../core/index.ts';
import { guidanceFor, isGuidanceId, lookUpPhoneNumber } from '../guidance/index.ts';

/** What a panel says about an error: a title and up to three short lines. */
export interface PanelGuidance {
  readonly title: string;
  readonly panel: readonly string[];
}

/** A catalogue code or guidance id, and the AADSTS number if there is one; undefined if nobody wrote about it. */
export type Guide = (code: string, status: AgentStatus, aadsts?: number) => PanelGuidance | undefined;

/** A passing fault in a few words: the title of its guidance, else the code itself. */
export function troubleWords(trouble: string, status: AgentStatus, guide: Guide): string {
  return guide(trouble, status)?.title ?? trouble;
}

/**
 * The guidance room's texts, in the status's language. The number is more exact than the code, so it goes first; what a
 * sign-in has ended with is named by the session itself.
 */
export const guideOf: Guide = (code, status, aadsts) => {
  const ended = endOf(status, code);
  const id = ended?.guidanceId ?? (aadsts === undefined ? undefined : lookUpPhoneNumber(aadsts)) ?? code;
  if (!isGuidanceId(id)) return undefined;
  const context = {
    deviceEmailAddress: status.deviceEmailAddress,
    upn: status.account.identity?.upn,
    cloud: status.cloud,
    smtpHost: status.smarthost.host,
    // Nothing is tried again until somebody starts it, unless mail goes on under an account of before.
    isSignInOver: ended !== undefined && status.account.status !== 'ready',
  };
  return guidanceFor(id, context, status.language);
};

/** The sign-in, if it has just ended with this. */
function endOf({ signIn }: AgentStatus, id: string) {
  return signIn.step === 'failed' && (signIn.guidanceId === id || signIn.code === id) ? signIn : undefined;
}
