/**
 * Every guidance entry without its words: which error it is, where it shows, who mends it, what the machine does. An
 * entry named like an error code is what that code means when nothing more exact is known.
 */
import { errorCatalogue, type ErrorCode, type HoldReason } from '../core/index.ts';
import { type Act, type Action, type EntryFacts, type SignInAgain, type Where, type Who } from './types.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

type Extra = {
  readonly holdReason?: HoldReason;
  readonly waitMs?: number;
  readonly again?: SignInAgain;
  readonly acts?: readonly Act[];
  readonly isUnknown?: boolean;
};

function entry(code: ErrorCode, where: readonly Where[], who: Who, action: Action, extra: Extra = {}): EntryFacts {
  const { again = 'no' } = extra;
  return { code, where, who, action, again, acts: again === 'no' ? [] : ['sign-in'], isUnknown: false, ...extra };
}

/** A refusal at sign-in that a person mends; the technician then signs in again. */
function signInHold(code: ErrorCode, where: readonly Where[], who: Who, again: SignInAgain = 'yes'): EntryFacts {
  return entry(code, where, who, 'hold', {
    holdReason: code === 'policy-blocked' ? 'policy-blocked' : 'sign-in-needed',
    again,
  });
}

const phone = ['phone'] as const;
const phoneOrPoll = ['phone', 'poll'] as const;
const poll = ['poll'] as const;
const pollOrRenewal = ['poll', 'renewal'] as const;
const everywhereSignIn = ['phone', 'poll', 'renewal'] as const;
const smtp = ['smtp'] as const;

/** Entries of the identity service beyond the error codes (facts section 4). */
const identityEntries = {
  'sign-in-waiting': entry('sign-in-needed', poll, 'technician', 'retry'),
  'poll-slower': entry('identity-throttled', poll, 'nobody', 'retry', { waitMs: 5_000 }),
  'user-code-wrong': entry('sign-in-needed', phone, 'technician', 'retry'),
  'user-code-used': signInHold('sign-in-expired', phone, 'technician'),
  'confirm-on-phone': entry('sign-in-needed', phone, 'technician', 'retry'),
  'wrong-region': signInHold('identity-refused', phone, 'technician'),
  'app-disabled': signInHold('app-not-found', phoneOrPoll, 'administrator'),
  'app-single-tenant': signInHold('settings-conflict', phoneOrPoll, 'administrator'),
  'app-sends-secret': signInHold('identity-refused', pollOrRenewal, 'developer', 'no'),
  'tenant-too-wide': signInHold('settings-conflict', poll, 'administrator', 'no'),
  'app-not-for-personal': signInHold('personal-account-refused', phoneOrPoll, 'administrator'),
  'consent-declined': signInHold('sign-in-declined', phoneOrPoll, 'technician'),
  'admin-consent-needed': signInHold('consent-needed', phone, 'administrator'),
  'permission-missing': signInHold('consent-needed', phoneOrPoll, 'developer'),
  'service-missing': signInHold('identity-refused', phoneOrPoll, 'administrator'),
  'scope-wrong': signInHold('settings-invalid', pollOrRenewal, 'administrator', 'no'),
  'user-not-assigned': signInHold('consent-needed', phone, 'administrator'),
  'partner-consent': signInHold('consent-needed', phone, 'administrator'),
  'redirect-not-registered': signInHold('consent-needed', phone, 'developer', 'no'),
  'account-not-here': signInHold('identity-refused', phone, 'technician'),
  'account-type-refused': signInHold('personal-account-refused', phone, 'technician'),
  'password-wrong': signInHold('identity-refused', phone, 'technician'),
  'account-locked': signInHold('identity-refused', phone, 'administrator'),
  'password-expired': signInHold('sign-in-needed', ['phone', 'renewal'], 'technician'),
  'account-disabled': signInHold('identity-refused', ['phone', 'renewal'], 'administrator'),
  'tenant-not-derived': signInHold('tenant-unknown', phoneOrPoll, 'administrator', 'no'),
  'mfa-registration': signInHold('sign-in-needed', everywhereSignIn, 'technician'),
  'mfa-needed': signInHold('sign-in-needed', everywhereSignIn, 'technician'),
  'policy-challenge': signInHold('policy-blocked', everywhereSignIn, 'administrator'),
  'device-wanted': signInHold('policy-blocked', everywhereSignIn, 'administrator', 'after-change'),
  'conditional-access': signInHold('policy-blocked', everywhereSignIn, 'administrator', 'after-change'),
  'device-code-blocked': signInHold('policy-blocked', phoneOrPoll, 'administrator', 'after-change'),
  'device-code-session-blocked': signInHold('policy-blocked', ['renewal'], 'administrator'),
  'security-defaults-sign-in': signInHold('policy-blocked', everywhereSignIn, 'administrator', 'after-change'),
  'user-at-risk': signInHold('policy-blocked', everywhereSignIn, 'administrator'),
  'sign-in-frequency': signInHold('sign-in-needed', ['renewal'], 'technician'),
  'session-unused': signInHold('sign-in-needed', ['renewal'], 'technician'),
  'session-revoked': signInHold('sign-in-needed', ['renewal'], 'technician'),
  'grant-invalid': signInHold('sign-in-needed', pollOrRenewal, 'technician'),
  'code-already-used': signInHold('sign-in-expired', phoneOrPoll, 'technician'),
  'token-from-web-app': signInHold('sign-in-needed', ['renewal'], 'developer'),
  'tenant-differs': signInHold('settings-conflict', pollOrRenewal, 'administrator'),
  'app-in-other-cloud': signInHold('wrong-cloud', pollOrRenewal, 'developer'),
  'us-gov-through-public': signInHold('wrong-cloud', phoneOrPoll, 'administrator'),
  'tenant-restricted': signInHold('policy-blocked', everywhereSignIn, 'network'),
  'cross-tenant-policy': signInHold('policy-blocked', everywhereSignIn, 'administrator'),
  'authority-wrong': signInHold('settings-invalid', pollOrRenewal, 'administrator', 'no'),
  'identity-loop': entry('identity-throttled', pollOrRenewal, 'nobody', 'retry', { waitMs: 10 * minuteMs }),
  'request-malformed': signInHold('identity-refused', pollOrRenewal, 'developer', 'no'),
  'device-code-unknown': signInHold('sign-in-expired', poll, 'technician'),
} as const satisfies Record<string, EntryFacts>;

/** Entries of the mail server beyond the error codes (facts section 6). */
const smtpEntries = {
  'smtp-auth-security-defaults': entry('smtp-auth-policy', smtp, 'administrator', 'hold', {
    holdReason: 'policy-blocked',
  }),
  'basic-auth-used': entry('authentication-refused', smtp, 'developer', 'hold', {
    holdReason: 'authentication-refused',
  }),
  'not-authenticated': entry('authentication-refused', smtp, 'technician', 'renew', {
    holdReason: 'authentication-refused',
    again: 'yes',
  }),
  'authentication-later': entry('smarthost-busy', smtp, 'nobody', 'retry', { waitMs: minuteMs }),
  'tls-too-old': entry('tls-failed', smtp, 'network', 'wait', { waitMs: hourMs }),
  'connection-closed': entry('smarthost-busy', smtp, 'nobody', 'retry', { waitMs: 45_000 }),
  'recipient-busy': entry('smarthost-busy', smtp, 'nobody', 'retry', { waitMs: minuteMs }),
  'recipient-limit': entry('smarthost-busy', smtp, 'nobody', 'retry', { waitMs: hourMs }),
  'greylisted': entry('smarthost-busy', smtp, 'nobody', 'retry', { waitMs: 5 * minuteMs }),
  'tenant-recipient-limit': entry('quota-reached', smtp, 'administrator', 'wait', {
    holdReason: 'quota-reached',
    waitMs: hourMs,
  }),
  'onmicrosoft-limit': entry('quota-reached', smtp, 'administrator', 'wait', {
    holdReason: 'quota-reached',
    waitMs: hourMs,
  }),
  'send-as-denied-alias': entry('send-as-denied', smtp, 'administrator', 'fail-job', { acts: ['retry-job'] }),
  'outbound-spam': entry('mailbox-blocked', smtp, 'administrator', 'hold', {
    holdReason: 'mailbox-blocked',
    waitMs: hourMs,
  }),
  'tenant-blocked': entry('mailbox-blocked', smtp, 'administrator', 'hold', { holdReason: 'mailbox-blocked' }),
  'recipient-mailbox-full': entry('recipient-refused', smtp, 'person', 'fail-recipient', { acts: ['retry-job'] }),
  'recipient-restricted': entry('recipient-refused', smtp, 'person', 'fail-recipient', { acts: ['retry-job'] }),
  'wrong-route': entry('settings-conflict', smtp, 'administrator', 'hold', { holdReason: 'settings-conflict' }),
  'bare-line-feed': entry('message-refused', smtp, 'developer', 'fail-job'),
  'header-from-refused': entry('message-refused', smtp, 'administrator', 'fail-job', { acts: ['retry-job'] }),
  'delivery-expired': entry('message-refused', smtp, 'person', 'fail-job'),
  // Answers no row of the table knows
  'authentication-unknown': entry('authentication-refused', smtp, 'technician', 'renew', {
    holdReason: 'authentication-refused',
    again: 'yes',
    isUnknown: true,
  }),
  'sending-refused': entry('mailbox-blocked', smtp, 'administrator', 'hold', {
    holdReason: 'mailbox-blocked',
    waitMs: hourMs,
    isUnknown: true,
  }),
  'recipient-unknown-reply': entry('recipient-refused', smtp, 'person', 'fail-recipient', {
    acts: ['retry-job'],
    isUnknown: true,
  }),
  'later-unknown-reply': entry('smarthost-busy', smtp, 'nobody', 'retry', { waitMs: minuteMs, isUnknown: true }),
  'command-not-understood': entry('reply-invalid', smtp, 'nobody', 'retry', { isUnknown: true }),
} as const satisfies Record<string, EntryFacts>;

const local = ['local'] as const;

/** This device and its network, beyond the error codes: what the system said is more exact than the code. */
const localEntries = {
  'dns-no-answer': entry('dns-failed', local, 'network', 'retry'),
  'network-down': entry('connect-failed', local, 'network', 'retry'),
  'connect-refused': entry('connect-failed', local, 'network', 'retry'),
  'tls-inspected': entry('tls-untrusted', local, 'network', 'retry'),
  'certificate-not-yet-valid': entry('tls-expired', local, 'administrator', 'retry'),
  'storage-degraded': entry('storage-failed', local, 'administrator', 'retry'),
  'corrupt-full': entry('spool-unavailable', local, 'administrator', 'retry'),
  'not-confirmed': signInHold('sign-in-expired', local, 'technician'),
  'safe-mode': entry('internal', local, 'administrator', 'retry'),
} as const satisfies Record<string, EntryFacts>;

/** Holds of our own making (core/job.ts). */
const holdEntries = {
  'by-person': entry('job-busy', local, 'person', 'hold', { holdReason: 'by-person', acts: ['release-job'] }),
  'repeated-crash': entry('internal', local, 'administrator', 'hold', {
    holdReason: 'repeated-crash',
    acts: ['retry-job'],
  }),
} as const satisfies Record<string, EntryFacts>;

/** Entries named like a code whose facts do not follow from the code's kind. */
const codeEntries: Partial<Record<ErrorCode, EntryFacts>> = {
  // Identity
  'sign-in-needed': signInHold('sign-in-needed', ['poll', 'renewal', 'local'], 'technician'),
  'sign-in-declined': signInHold('sign-in-declined', phoneOrPoll, 'technician'),
  'sign-in-expired': signInHold('sign-in-expired', phoneOrPoll, 'technician'),
  'app-not-found': signInHold('app-not-found', phoneOrPoll, 'administrator'),
  'app-not-public': signInHold('app-not-public', poll, 'administrator'),
  'tenant-unknown': signInHold('tenant-unknown', phoneOrPoll, 'administrator', 'no'),
  'wrong-cloud': signInHold('wrong-cloud', phoneOrPoll, 'administrator'),
  'consent-needed': signInHold('consent-needed', phoneOrPoll, 'administrator'),
  'policy-blocked': signInHold('policy-blocked', everywhereSignIn, 'administrator', 'after-change'),
  'identity-refused': entry('identity-refused', everywhereSignIn, 'administrator', 'hold', {
    holdReason: 'sign-in-needed',
    again: 'yes',
    isUnknown: true,
  }),
  'guest-account-refused': signInHold('guest-account-refused', phoneOrPoll, 'technician'),
  'personal-account-refused': signInHold('personal-account-refused', phoneOrPoll, 'technician'),
  'identity-unavailable': entry('identity-unavailable', pollOrRenewal, 'nobody', 'retry', { waitMs: 30_000 }),
  'identity-throttled': entry('identity-throttled', pollOrRenewal, 'nobody', 'retry', { waitMs: 2 * minuteMs }),
  // Mail server
  'authentication-refused': entry('authentication-refused', smtp, 'technician', 'renew', {
    holdReason: 'authentication-refused',
    again: 'yes',
  }),
  'smtp-auth-disabled': entry('smtp-auth-disabled', smtp, 'administrator', 'hold', {
    holdReason: 'smtp-auth-disabled',
  }),
  'smtp-auth-disabled-tenant': entry('smtp-auth-disabled-tenant', smtp, 'administrator', 'hold', {
    holdReason: 'smtp-auth-disabled',
  }),
  'smtp-auth-policy': entry('smtp-auth-policy', smtp, 'administrator', 'hold', {
    holdReason: 'policy-blocked',
    waitMs: hourMs,
  }),
  'send-as-denied': entry('send-as-denied', smtp, 'administrator', 'hold', { holdReason: 'send-as-denied' }),
  'mailbox-full': entry('mailbox-full', smtp, 'administrator', 'hold', {
    holdReason: 'mailbox-full',
    waitMs: 24 * hourMs,
  }),
  'mailbox-blocked': entry('mailbox-blocked', smtp, 'administrator', 'hold', { holdReason: 'mailbox-blocked' }),
  'quota-reached': entry('quota-reached', smtp, 'nobody', 'wait', { holdReason: 'quota-reached', waitMs: hourMs }),
  'throttled': entry('throttled', smtp, 'nobody', 'wait', { waitMs: minuteMs }),
  'smarthost-busy': entry('smarthost-busy', smtp, 'nobody', 'retry', { waitMs: minuteMs }),
  'too-many-recipients': entry('too-many-recipients', ['smtp', 'local'], 'nobody', 'retry', { waitMs: 0 }),
  'recipient-refused': entry('recipient-refused', smtp, 'person', 'fail-recipient', { acts: ['retry-job'] }),
  'message-refused': entry('message-refused', smtp, 'administrator', 'fail-job', {
    acts: ['retry-job'],
    isUnknown: true,
  }),
  'smarthost-size': entry('smarthost-size', smtp, 'person', 'fail-job', { acts: ['retry-job'] }),
  'reply-invalid': entry('reply-invalid', ['smtp', 'poll', 'renewal', 'local'], 'network', 'retry', {
    isUnknown: true,
  }),
  'xoauth2-not-offered': entry('xoauth2-not-offered', smtp, 'network', 'retry'),
  'signed-not-convertible': entry('signed-not-convertible', smtp, 'administrator', 'fail-job'),
  'eight-bit-not-possible': entry('eight-bit-not-possible', smtp, 'administrator', 'fail-job'),
  'lifetime-over': entry('lifetime-over', local, 'administrator', 'fail-job', { acts: ['retry-job'] }),
  // This device and its network
  'upn-mismatch': entry('upn-mismatch', local, 'technician', 'hold', {
    holdReason: 'upn-mismatch',
    acts: ['use-upn', 'sign-in'],
  }),
  'key-unavailable': entry('key-unavailable', local, 'technician', 'hold', {
    holdReason: 'key-unavailable',
    waitMs: 5 * minuteMs,
  }),
  'smarthost-not-set': entry('smarthost-not-set', local, 'administrator', 'hold', {
    holdReason: 'smarthost-not-set',
    acts: ['change-settings'],
  }),
  'settings-conflict': entry('settings-conflict', local, 'administrator', 'hold', {
    holdReason: 'settings-conflict',
    acts: ['change-settings'],
  }),
  'client-id-missing': entry('client-id-missing', local, 'administrator', 'hold', {
    holdReason: 'sign-in-needed',
    again: 'yes',
    acts: ['change-settings', 'sign-in'],
  }),
  'client-id-malformed': entry('client-id-malformed', local, 'administrator', 'hold', {
    holdReason: 'sign-in-needed',
    again: 'yes',
    acts: ['change-settings', 'sign-in'],
  }),
  'queue-full': entry('queue-full', local, 'person', 'retry'),
  'disk-full': entry('disk-full', local, 'administrator', 'retry'),
  'storage-failed': entry('storage-failed', local, 'technician', 'retry'),
  'spool-unavailable': entry('spool-unavailable', local, 'technician', 'retry'),
  'dns-failed': entry('dns-failed', local, 'network', 'retry'),
  'connect-failed': entry('connect-failed', local, 'network', 'retry'),
  'connect-timeout': entry('connect-timeout', local, 'network', 'retry'),
  'proxy-refused': entry('proxy-refused', local, 'network', 'retry', { acts: ['change-settings'] }),
  'proxy-authentication': entry('proxy-authentication', local, 'administrator', 'retry', {
    acts: ['change-settings'],
  }),
  'tls-untrusted': entry('tls-untrusted', local, 'network', 'retry', { acts: ['change-settings'] }),
  'tls-wrong-name': entry('tls-wrong-name', local, 'network', 'retry', { acts: ['change-settings'] }),
  'tls-expired': entry('tls-expired', local, 'administrator', 'retry'),
  'tls-failed': entry('tls-failed', local, 'network', 'retry'),
  'tls-not-offered': entry('tls-not-offered', local, 'network', 'retry'),
  'clock-not-set': entry('clock-not-set', local, 'administrator', 'retry'),
  'captive-portal': entry('captive-portal', local, 'network', 'retry'),
  // Paper, covers and cables are the business of whoever stands there.
  'scanner-not-found': entry('scanner-not-found', local, 'person', 'retry'),
  'scanner-busy': entry('scanner-busy', local, 'person', 'retry'),
  'scanner-cover-open': entry('scanner-cover-open', local, 'person', 'retry'),
  'scanner-jammed': entry('scanner-jammed', local, 'person', 'retry'),
  'scanner-feeder-empty': entry('scanner-feeder-empty', local, 'person', 'retry'),
  'scanner-failed': entry('scanner-failed', local, 'person', 'retry'),
};

/** What a code means by its kind alone. */
function byKind(code: ErrorCode): EntryFacts {
  switch (errorCatalogue[code].kind) {
    case 'transient':
      return entry(code, ['local'], 'nobody', 'retry');
    case 'permanent':
      return entry(code, ['local'], 'person', 'fail-job');
    case 'signin':
      return signInHold(code, ['local'], 'technician');
    case 'config':
      return entry(code, ['local'], 'administrator', 'retry');
    case 'usage':
      return entry(code, ['local'], 'person', 'fail-job');
  }
}

export type GuidanceId =
  | ErrorCode
  | keyof typeof identityEntries
  | keyof typeof smtpEntries
  | keyof typeof localEntries
  | keyof typeof holdEntries;

/** All entries by id. */
export const entries: Readonly<Record<GuidanceId, EntryFacts>> = {
  ...(Object.fromEntries(Object.keys(errorCatalogue).map((code) => [code, byKind(code as ErrorCode)])) as Record<
    ErrorCode,
    EntryFacts
  >),
  ...codeEntries,
  ...identityEntries,
  ...smtpEntries,
  ...localEntries,
  ...holdEntries,
};

/** True for the id of an entry. */
export function isGuidanceId(text: string): text is GuidanceId {
  return Object.hasOwn(entries, text);
}
