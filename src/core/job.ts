/**
 * A job: one accepted message with its envelope, from "250" to its end. The words follow Postfix's queue
 * (incoming, active, deferred, hold, corrupt) and RFC 5321 / 3463 / 5322.
 */

/** Time-ordered, file-name safe, unique: 8 base32 characters of time, 6 of randomness. */
export type QueueId = string;

/** RFC 5321 envelope. */
export interface Envelope {
  /** Mailbox without angle brackets; '' is the null reverse-path `<>`. */
  readonly reversePath: string;
  /** 1 to 100 mailboxes, in the order of RCPT. */
  readonly forwardPaths: readonly string[];
}

/** Which door a job came in by. */
export type Door = 'loopback' | 'lan' | 'bridge' | 'panel' | 'test';

/**
 * Why jobs wait for a person. A hold is about the queue or the job's sender, never about the message's recipients.
 * `queue show`, panel and web turn it into guidance.
 */
export type HoldReason =
  | 'sign-in-needed'
  | 'upn-mismatch'
  | 'authentication-refused'
  | 'smtp-auth-disabled'
  | 'policy-blocked'
  | 'send-as-denied'
  | 'mailbox-full'
  | 'mailbox-blocked'
  | 'quota-reached'
  | 'smarthost-not-set'
  | 'settings-conflict'
  | 'key-unavailable'
  | 'by-person'
  | 'repeated-crash';

/** One recipient's fate. `reply` is the raw line that decided it, `code` the row of the error catalogue. */
export interface RecipientState {
  readonly forwardPath: string;
  readonly state: 'waiting' | 'accepted' | 'failed';
  readonly reply?: string | undefined;
  readonly code?: string | undefined;
  /** Wall clock of the last change. */
  readonly atMs?: number | undefined;
}

/**
 * The life of a job as one word.
 * waiting: to be tried now or at `nextAttemptAtMs`. sending: an attempt is under way. held: needs a person.
 * accepted: every recipient accepted by the smarthost (acceptance only; a bounce may still follow by mail).
 * failed: over, and at least one recipient was refused for good. deleted: by a named person.
 */
export type JobState = 'waiting' | 'sending' | 'held' | 'accepted' | 'failed' | 'deleted';

/** Sender fields fixed before the first byte of DATA; from then on every attempt sends these same bytes (F9). */
export interface FrozenSender {
  readonly reversePath: string;
  /** Complete header block as sent: CRLF line ends, without the empty line; one char per byte (latin1). */
  readonly headerBlock: string;
  /** Device e-mail address the decision was made for; a change of it re-opens the decision while `sent` is false. */
  readonly deviceEmailAddress: string;
  /** True once a 354 was answered with at least one byte: the decision is final. */
  readonly sent: boolean;
}

/** The durable record of a job, stored beside the body (the one small file that attempts rewrite). */
export interface JobRecord {
  readonly version: 1;
  readonly queueId: QueueId;
  readonly door: Door;
  /** Wall clock at accept; implausible before the build date, then `acceptedClockSet` is false. */
  readonly acceptedAtMs: number;
  readonly acceptedClockSet: boolean;
  /** Address and HELO name of the client, or the requesting user of the bridge. */
  readonly client: string;
  readonly reversePath: string;
  readonly recipients: readonly RecipientState[];
  /** Header block as accepted (Bcc removed, Date and Message-ID present, Received added): CRLF, no empty line, latin1. */
  readonly headerBlock: string;
  /** Msg-id with angle brackets. */
  readonly messageId: string;
  /** Decoded subject, at most 200 characters: for people, never for the wire. */
  readonly subject: string;
  readonly bodyBytes: number;
  /** Tells a client's repeat from a new job (F7): hash over client address, envelope and its Message-ID or the body. */
  readonly fingerprint: string;
  /** Of the bridge's submission: the same key never makes a second job. Absent in records of before, and without one. */
  readonly idempotencyKey?: string | undefined;
  /** Body or headers hold bytes above 127. */
  readonly is8bit: boolean;
  /** Body lines over 998 octets: the relay re-encodes them. Absent in records of before, and for false. */
  readonly hasLongLines?: boolean | undefined;
  /** An address of the envelope needs SMTPUTF8. */
  readonly isSmtpUtf8: boolean;
  readonly state: JobState;
  readonly hold?:
    { readonly reason: HoldReason; readonly sinceMs: number; readonly reply?: string | undefined } | undefined;
  /** Completed attempts that reached the smarthost or failed to. */
  readonly attempts: number;
  /** Wall clock; undefined = now. Waits are measured by the monotonic clock, this is for people and for restarts. */
  readonly nextAttemptAtMs?: number | undefined;
  /** Milliseconds this job was active or deferred (held time does not count): what the lifetime is measured by. */
  readonly activeMs: number;
  /** Deaths of the process during an attempt at this job (F17). */
  readonly crashes: number;
  readonly frozenSender?: FrozenSender | undefined;
  /** The link broke after the final dot at least once (F6, C5). */
  readonly isPossibleDuplicate: boolean;
  /** Last reply or local error, for people: raw line, catalogue code, and the guidance entry that explains it best. */
  readonly lastReply?:
    | { readonly code: string; readonly reply: string; readonly atMs: number; readonly guidanceId?: string | undefined }
    | undefined;
  /** Id the smarthost gave in its 250 (Exchange: `<...@....prod.outlook.com>`). */
  readonly serverMessageId?: string | undefined;
  readonly finishedAtMs?: number | undefined;
  /** Who deleted it. */
  readonly deletedBy?: string | undefined;
  /** Milliseconds from accept to the last 250 of the smarthost. */
  readonly tookMs?: number | undefined;
}

/** What lists and screens show of a job: the record without the header block and body facts. */
export type JobSummary = Omit<JobRecord, 'headerBlock' | 'frozenSender' | 'fingerprint' | 'version'>;

/** True for states that end a job. */
export function isFinished(state: JobState): boolean {
  return state === 'accepted' || state === 'failed' || state === 'deleted';
}
