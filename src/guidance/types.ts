import { type ErrorCode, type HoldReason, type Language } from '../core/index.ts';

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

/**
 * What a person can do about it at a door of this device; each door words it its own way (a key, a button, a command).
 * Everything else is done elsewhere and told in the remedy.
 */
export type Act = 'sign-in' | 'use-upn' | 'retry-job' | 'release-job' | 'change-settings';

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
  readonly acts: readonly Act[];
  /** The other side said something no entry knows: the raw line is shown, and what to send to support. */
  readonly isUnknown: boolean;
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
  /** 1 to 3 lines of at most 40 characters for a small screen; the only placeholder is a whole line `{again}`. */
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
  /** The host that was not found or did not answer; `loginHost` and `smtpHost` otherwise. */
  readonly host?: string | undefined;
  /** Port of `smtpHost`; 587 if not given. */
  readonly smtpPort?: number | undefined;
  /** The proxy's address without credentials; only if one is in use. */
  readonly proxy?: string | undefined;
  /** AADSTS number, if one came. */
  readonly aadsts?: number | undefined;
  /** When the other side said it, wall clock. */
  readonly atMs?: number | undefined;
  /** The sign-in has ended with this: nothing is tried again until a person starts it again. */
  readonly isSignInOver?: boolean | undefined;
}

/** What a screen shows. */
export interface Guidance {
  readonly id: string;
  /** Of the words; English where there were none in the language that was asked for. */
  readonly language: Language;
  readonly title: string;
  readonly panel: readonly string[];
  readonly paragraph: string;
  readonly remedy?: string;
  readonly who: Who;
  readonly acts: readonly Act[];
  /** What to send to support, line by line: message id, time, number, raw answer. Only where nobody knows the answer. */
  readonly support?: readonly string[];
}
