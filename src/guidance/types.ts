import { type ErrorCode, type HoldReason } from '../core/index.ts';

/**
 * What the machine does about an answer from outside.
 * renew: get a new token once and try once more; if the same answer comes again, hold with `holdReason`.
 * hold: keep the jobs for a person; with `waitMs` try one again by itself after that time, without it only a person or a
 * sign-in ends the hold.
 * wait: the whole mailbox pauses for `waitMs`, nothing is anybody's fault (facts: rate-hold); `holdReason`, if present,
 * names the pause on the screens.
 * retry: this job (or recipient, at RCPT) again after `waitMs` or by the usual back-off.
 * fail-recipient, fail-job: over for this recipient or this message, and shown with guidance.
 */
export type Action = 'renew' | 'hold' | 'wait' | 'retry' | 'fail-recipient' | 'fail-job';

/** Where a person or the machine meets it. */
export type Where = 'phone' | 'poll' | 'renewal' | 'smtp' | 'local';

/** Who mends it. `nobody`: it mends itself, or nothing can be done. */
export type Who = 'person' | 'technician' | 'administrator' | 'network' | 'developer' | 'nobody';

/** Whether a technician must sign in again once it is mended. */
export type SignInAgain = 'no' | 'yes' | 'after-change';

/** One entry of the guidance, without words. */
export interface EntryFacts {
  readonly code: ErrorCode;
  readonly where: readonly Where[];
  readonly who: Who;
  readonly action: Action;
  readonly holdReason?: HoldReason;
  /** Milliseconds; a suggestion to the scheduler, jitter comes on top. */
  readonly waitMs?: number;
  readonly again: SignInAgain;
}

/** What a classification answers. */
export interface Verdict {
  readonly code: ErrorCode;
  readonly action: Action;
  readonly holdReason?: HoldReason;
  /** Milliseconds, without jitter. */
  readonly waitMs?: number;
  /** The AADSTS number, known or not. */
  readonly aadsts?: number;
  readonly guidanceId: string;
}

/** One entry's words in one language. `{name}` is a placeholder; `{name:ps}` the same as a PowerShell argument. */
export interface GuidanceText {
  /** A heading, no full stop. */
  readonly title: string;
  /** 1 to 3 lines of at most 40 characters for a small screen; no placeholders. */
  readonly panel: readonly string[];
  /** What happened and what happens next, for a person who reads. May have placeholders. */
  readonly paragraph: string;
  /** What to do, step by step or as a command. May have placeholders. */
  readonly remedy?: string;
}

/** What is known about this device; every value is optional and foreign. */
export interface GuidanceContext {
  readonly deviceEmailAddress?: string | undefined;
  readonly upn?: string | undefined;
  readonly tenant?: string | undefined;
  readonly clientId?: string | undefined;
  /** Name of the cloud profile. */
  readonly cloud?: string | undefined;
  readonly smtpHost?: string | undefined;
  readonly loginHost?: string | undefined;
  /** https only; anything else counts as unknown. */
  readonly consentLink?: string | undefined;
  /** https only. */
  readonly portalUrl?: string | undefined;
  /** Raw line of the mail server. */
  readonly reply?: string | undefined;
  /** Size of the message: bytes, or text as it is to be shown. */
  readonly size?: number | string | undefined;
  /** Of the job the text is about. */
  readonly queueId?: string | undefined;
}

/** What a screen shows. */
export interface Guidance {
  readonly id: string;
  readonly title: string;
  readonly panel: readonly string[];
  readonly paragraph: string;
  readonly remedy?: string;
  readonly who: Who;
}
