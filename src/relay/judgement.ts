import { toMailError, type HoldReason, type MailError } from '../core/index.ts';
import { classifySmtpReply, guidanceIdOf, type Verdict } from '../guidance/index.ts';
import { SmtpRefusal } from './smtp-link.ts';
import { displayReply, isRefusal, type SmtpStage } from './smtp-transcript.ts';

/** What to do about something that went wrong, and the line to show for it. */
export interface Judgement extends Verdict {
  /** One line, safe to show. */
  readonly reply: string;
  /** Where the server said it; undefined: it did not say anything. */
  readonly stage?: SmtpStage | undefined;
}

/** Judges a reply that is no success at its place in the dialogue. */
export function judgeReply(stage: SmtpStage, reply: string, isOnAlias = false): Judgement {
  // 1yz, 3yz or 2yz where none can be: not a refusal either, and nothing guidance has words for.
  if (!isRefusal(reply))
    return { code: 'reply-invalid', action: 'retry', guidanceId: 'reply-invalid', reply: displayReply(reply), stage };
  return { ...classifySmtpReply({ stage, reply, isOnAlias }), reply: displayReply(reply), stage };
}

/**
 * Judges an error of the link, the token source or the store. Unclassified means transient (P1); what only a person can
 * mend holds the queue.
 */
export function judgeError(error: unknown, isOnAlias = false): Judgement {
  if (error instanceof SmtpRefusal) return judgeReply(error.stage, error.reply, isOnAlias);
  const fault = toMailError(error);
  const detail = fault.details['reply'];
  const base = {
    code: fault.code,
    guidanceId: guidanceIdOf(fault),
    reply: typeof detail === 'string' ? displayReply(detail) : `${fault.smtpReply}${numberOf(fault)}`,
  };
  const holdReason = holdReasonOf(fault);
  // A key provider (TPM, vendor program) may come back without anybody telling us.
  if (holdReason === 'key-unavailable') return { ...base, action: 'hold', holdReason, waitMs: 300_000 };
  if (holdReason) return { ...base, action: 'hold', holdReason };
  const retryAfterMs = fault.details['retryAfterMs'];
  if (fault.kind === 'permanent') return { ...base, action: 'fail-job' };
  return typeof retryAfterMs === 'number'
    ? { ...base, action: 'retry', waitMs: retryAfterMs }
    : { ...base, action: 'retry' };
}

/** The identity service's number: what an administrator looks for in the sign-in logs. */
function numberOf({ details: { aadsts } }: MailError): string {
  return typeof aadsts === 'number' ? ` (AADSTS${String(aadsts)})` : '';
}

function holdReasonOf(fault: MailError): HoldReason | undefined {
  switch (fault.code) {
    case 'key-unavailable':
    case 'upn-mismatch':
    case 'policy-blocked':
    case 'smarthost-not-set':
    case 'settings-conflict':
      return fault.code;
    // A setting is wrong, but the network may be mended without one: back-off, and a changed setting wakes us.
    case 'proxy-authentication':
    case 'spool-locked':
      return undefined;
    default:
      return fault.kind === 'signin' || fault.kind === 'config' ? 'sign-in-needed' : undefined;
  }
}
