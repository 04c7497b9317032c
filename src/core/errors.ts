/**
 * The error catalogue: stable code -> what kind of trouble it is and what an SMTP client hears. Branch on `code` or
 * `kind`, never on text or class. Sentences for people live in `guidance/`, keyed by the same code.
 */

/**
 * transient: try again by itself. permanent: this message or recipient will never go. signin: a person must sign in or
 * mend the account; the queue holds. config: a setting is wrong; says which. usage: the caller asked for something
 * impossible.
 */
export type ErrorKind = 'transient' | 'permanent' | 'signin' | 'config' | 'usage';

interface CatalogueRow {
  readonly kind: ErrorKind;
  /** RFC 5321 reply for an SMTP client, if this error can reach one. */
  readonly replyCode: number;
  /** RFC 3463. */
  readonly enhancedStatus: string;
  /** What the SMTP client is told: one sentence, no host, path or setting. */
  readonly reply: string;
}

function row(kind: ErrorKind, replyCode: number, enhancedStatus: string, reply: string): CatalogueRow {
  return { kind, replyCode, enhancedStatus, reply };
}

/** Every code this program can produce. Add rows here; tests check that guidance speaks each one. */
export const errorCatalogue = {
  // Intake
  'message-too-large': row(
    'permanent',
    552,
    '5.3.4',
    'Message is larger than this device accepts; scan with a lower resolution',
  ),
  'header-too-large': row('permanent', 552, '5.3.4', 'Message header is larger than this device accepts'),
  'too-many-recipients': row('transient', 452, '4.5.3', 'Too many recipients; send the rest in a second message'),
  'bad-address': row('permanent', 553, '5.1.3', 'That is not a complete e-mail address'),
  'address-needs-smtputf8': row(
    'permanent',
    550,
    '5.6.7',
    'Addresses with non-ASCII letters cannot be reached from this device',
  ),
  'no-recipients': row('permanent', 554, '5.5.1', 'No valid recipients'),
  'sender-not-permitted': row('permanent', 550, '5.7.1', 'Sender not permitted by this device'),
  'bare-line-end': row('permanent', 550, '5.5.2', 'Bare CR or LF in message'),
  'line-too-long': row('permanent', 554, '5.6.0', 'Message has a line that is too long'),
  'unauthorised-pipelining': row('permanent', 554, '5.5.0', 'Data sent before this device was ready for it'),
  'client-not-allowed': row('permanent', 554, '5.7.1', 'This address may not send through this device'),
  'printer-login-needed': row('permanent', 530, '5.7.0', 'Log in first, over an encrypted connection'),
  'printer-login-refused': row('permanent', 535, '5.7.8', 'User name or password is wrong'),
  'recipient-not-permitted': row('permanent', 550, '5.7.1', 'This device sends to permitted domains only'),
  'bad-message': row('permanent', 554, '5.6.0', 'Message header is damaged'),
  'intake-interrupted': row('transient', 451, '4.3.0', 'Message was cut short; send it again'),
  'sign-in-overdue': row(
    'transient',
    451,
    '4.7.0',
    'This device waits for a sign-in to its mailbox; see its control panel',
  ),
  // Spool
  'queue-full': row('transient', 452, '4.3.1', 'Queue is full; see the control panel'),
  'disk-full': row('transient', 452, '4.3.1', 'Not enough storage; try again later'),
  'storage-failed': row('transient', 451, '4.3.0', 'Storage did not take the message; try again later'),
  'spool-unavailable': row('transient', 451, '4.3.0', 'Storage is not available; see the control panel'),
  'spool-locked': row('config', 451, '4.3.0', 'Storage is in use by another program'),
  'client-unknown': row('usage', 550, '5.0.0', 'No dialogue with that address is remembered'),
  'job-not-found': row('usage', 550, '5.0.0', 'No such job'),
  'job-busy': row('usage', 450, '4.0.0', 'That job is being sent right now'),
  'job-finished': row('usage', 550, '5.0.0', 'That job is finished'),
  'bridge-busy': row('transient', 452, '4.3.2', 'Too many scans are coming in at the same time; try again in a moment'),
  // Doors for browsers
  'login-needed': row('usage', 530, '5.7.0', 'Log in first'),
  'login-refused': row('usage', 535, '5.7.8', 'Password or PIN is wrong'),
  'login-too-often': row('usage', 450, '4.7.0', 'Too many wrong tries; wait before the next'),
  'pin-needed': row('usage', 530, '5.7.0', 'Enter the PIN of the panel first'),
  'claim-code-refused': row('usage', 535, '5.7.8', 'Code is wrong or has ended'),
  'password-refused': row('usage', 550, '5.7.0', 'Password or PIN is too easy to guess'),
  // Files and scanners
  'file-refused': row('permanent', 554, '5.6.0', 'That file cannot be taken'),
  'file-changing': row('transient', 451, '4.3.0', 'That file is still being written'),
  'scanner-not-found': row('transient', 451, '4.3.0', 'No scanner answers'),
  'scanner-busy': row('transient', 451, '4.3.0', 'The scanner is busy'),
  'scanner-cover-open': row('transient', 451, '4.3.0', 'A cover of the scanner is open'),
  'scanner-jammed': row('transient', 451, '4.3.0', 'Paper is jammed in the scanner'),
  'scanner-feeder-empty': row('transient', 451, '4.3.0', 'The document feeder is empty'),
  'scanner-failed': row('transient', 451, '4.3.0', 'The scanner failed'),
  'scan-not-found': row('usage', 550, '5.0.0', 'No such scan; it may have ended'),
  'scan-busy': row('usage', 450, '4.0.0', 'The scanner is still at work'),
  'scan-too-large': row('usage', 552, '5.3.4', 'The scan is too large; use a lower resolution'),
  // Address book
  'address-unknown': row('usage', 550, '5.0.0', 'No such entry in the address book'),
  'address-book-full': row('usage', 550, '5.0.0', 'The address book is full'),
  // Secrets
  'key-unavailable': row('config', 451, '4.3.0', 'Device key is not available; see the control panel'),
  'secret-damaged': row('signin', 451, '4.7.0', 'Stored sign-in is damaged; sign in again'),
  'secret-binding-changed': row('signin', 451, '4.7.0', 'Settings changed since the sign-in; sign in again'),
  // Settings
  'settings-invalid': row('config', 550, '5.3.5', 'Settings are not valid'),
  'settings-conflict': row('config', 550, '5.3.5', 'Settings contradict each other'),
  'settings-need-consent': row('config', 550, '5.3.5', 'The change has consequences that must be accepted first'),
  'settings-damaged': row('config', 550, '5.3.5', 'Settings file is damaged'),
  'settings-from-the-future': row('config', 550, '5.3.5', 'Settings file was written by a newer version'),
  'client-id-missing': row('config', 550, '5.3.5', 'No client id is set'),
  'client-id-malformed': row('config', 550, '5.3.5', 'The client id is malformed'),
  'port-unavailable': row('config', 451, '4.3.5', 'The port for incoming mail is not available'),
  'smarthost-not-set': row('config', 451, '4.3.5', 'No mail server is set'),
  // Network
  'dns-failed': row('transient', 451, '4.4.3', 'Name could not be found'),
  'connect-failed': row('transient', 451, '4.4.1', 'No connection'),
  'connect-timeout': row('transient', 451, '4.4.1', 'No answer'),
  'connection-lost': row('transient', 451, '4.4.2', 'Connection was lost'),
  'proxy-refused': row('transient', 451, '4.4.1', 'The proxy refused the connection'),
  'proxy-authentication': row('config', 451, '4.4.1', 'The proxy wants a log-in'),
  'tls-untrusted': row('transient', 451, '4.7.5', 'Server certificate is not trusted'),
  'tls-wrong-name': row('transient', 451, '4.7.5', 'Server certificate is for another name'),
  'tls-expired': row('transient', 451, '4.7.5', 'Server certificate is expired, or the clock is wrong'),
  'tls-failed': row('transient', 451, '4.7.5', 'No secure connection'),
  'tls-not-offered': row('transient', 451, '4.7.5', 'Server offers no encryption'),
  'clock-not-set': row('transient', 451, '4.7.5', 'The clock is not set'),
  'timeout': row('transient', 451, '4.4.2', 'Server did not answer in time'),
  'reply-invalid': row('transient', 451, '4.5.0', 'Server answer could not be understood'),
  'captive-portal': row('transient', 451, '4.4.1', 'A web page answered instead of the service'),
  // Sign-in
  'sign-in-needed': row('signin', 451, '4.7.0', 'Sign-in needed'),
  'sign-in-declined': row('signin', 451, '4.7.0', 'The sign-in was declined'),
  'sign-in-expired': row('signin', 451, '4.7.0', 'The code expired'),
  'sign-in-cancelled': row('signin', 451, '4.7.0', 'The sign-in was cancelled'),
  'sign-in-too-often': row('usage', 451, '4.7.0', 'Too many sign-in starts; wait some minutes'),
  'sign-in-not-running': row('usage', 451, '4.7.0', 'No sign-in is running'),
  'sign-in-not-needed': row('usage', 451, '4.7.0', 'This service provider needs no sign-in'),
  'account-changed': row('signin', 451, '4.7.0', 'Another account answered than the one that signed in'),
  'personal-account-refused': row('signin', 451, '4.7.0', 'Personal accounts cannot be used with this cloud'),
  'guest-account-refused': row('signin', 451, '4.7.0', 'Guest accounts cannot be used'),
  'identity-incomplete': row('signin', 451, '4.7.0', 'The identity service did not say who signed in'),
  'app-not-found': row('config', 451, '4.7.0', 'Application not found in this cloud or tenant'),
  'app-not-public': row('config', 451, '4.7.0', 'Application does not allow public client flows'),
  'tenant-unknown': row('config', 451, '4.7.0', 'Tenant not found in this cloud'),
  'wrong-cloud': row('config', 451, '4.7.0', 'The account belongs to another cloud'),
  'consent-needed': row('signin', 451, '4.7.0', 'An administrator must allow the application'),
  'policy-blocked': row('signin', 451, '4.7.0', 'A sign-in policy of the organisation blocks this device'),
  'identity-refused': row('signin', 451, '4.7.0', 'The identity service refused'),
  'identity-unavailable': row('transient', 451, '4.7.0', 'The identity service is not available'),
  'identity-throttled': row('transient', 451, '4.7.0', 'The identity service asked to slow down'),
  // Smarthost
  'upn-mismatch': row('signin', 451, '4.7.0', 'Signed-in account and device e-mail address differ'),
  'authentication-refused': row('signin', 535, '5.7.3', 'Mail server refused the sign-in'),
  'smtp-auth-disabled': row('signin', 535, '5.7.139', 'Authenticated SMTP is switched off for the mailbox'),
  'smtp-auth-disabled-tenant': row('signin', 535, '5.7.139', 'Authenticated SMTP is switched off for the organisation'),
  'smtp-auth-policy': row(
    'signin',
    535,
    '5.7.139',
    'A policy of the organisation blocks this device at the mail server',
  ),
  'xoauth2-not-offered': row('transient', 451, '4.7.0', 'Mail server offers no modern sign-in'),
  'send-as-denied': row('signin', 554, '5.2.252', 'Mailbox may not send as this address'),
  'mailbox-full': row('signin', 554, '5.2.2', 'The sending mailbox is full'),
  'mailbox-blocked': row('signin', 550, '5.1.8', 'The sending mailbox is blocked by the service'),
  'quota-reached': row('transient', 451, '4.2.2', 'The daily limit of the mailbox is reached'),
  'throttled': row('transient', 432, '4.3.2', 'The mail server asked to slow down'),
  'smarthost-busy': row('transient', 451, '4.3.2', 'The mail server is busy'),
  'recipient-refused': row('permanent', 550, '5.1.1', 'The recipient was refused'),
  'message-refused': row('permanent', 554, '5.6.0', 'The mail server refused the message'),
  'smarthost-size': row('permanent', 552, '5.3.4', 'The scan is too large for the mail server'),
  'eight-bit-not-possible': row('permanent', 554, '5.6.3', 'The mail server cannot take this message format'),
  'signed-not-convertible': row(
    'permanent',
    554,
    '5.6.3',
    'The mail server cannot take this signed message, and converting it would break its signature',
  ),
  'lifetime-over': row('permanent', 554, '5.4.7', 'The message could not be sent in time'),
  // Everything else
  'not-implemented': row('usage', 502, '5.5.1', 'Not part of this version'),
  'bad-request': row('usage', 501, '5.5.4', 'The request is not valid'),
  'daemon-not-running': row('usage', 421, '4.3.2', 'The agent is not running'),
  'stopping': row('transient', 421, '4.3.2', 'Service is shutting down; try again later'),
  'internal': row('transient', 451, '4.3.0', 'Internal fault; try again later'),
} as const satisfies Record<string, CatalogueRow>;

/** A stable code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;

/** True if `code` is a row of the catalogue. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

/** Facts a program may branch on; never secrets. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/**
 * The one error type of this program.
 * @param code row of the catalogue
 * @param logMessage for the log: everything that helps, no secrets
 * @param options.details machine-readable facts (`aadsts`, `reply`, `field`, `retryAfterMs`, ...)
 */
export class MailError extends Error {
  override readonly name = 'MailError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(
    code: ErrorCode,
    logMessage: string,
    options: { readonly cause?: unknown; readonly details?: ErrorDetails } = {},
  ) {
    super(logMessage, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  get kind(): ErrorKind {
    return errorCatalogue[this.code].kind;
  }

  /** What an SMTP client hears: `552 5.3.4 Message is larger ...`. `details.hint` is appended, after a colon. */
  get smtpReply(): string {
    const entry = errorCatalogue[this.code];
    const hint = this.details['hint'];
    return `${String(entry.replyCode)} ${entry.enhancedStatus} ${entry.reply}${typeof hint === 'string' ? `: ${hint}` : ''}`;
  }
}

/** Unclassified means `internal`, which is transient: mail is never lost to our own bug. */
export function toMailError(error: unknown): MailError {
  if (error instanceof MailError) return error;
  return new MailError('internal', error instanceof Error ? error.message : String(error), { cause: error });
}
