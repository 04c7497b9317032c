/**
 * Ports between rooms that must not know each other: intake hands jobs to a `JobSink`, the relay works on a `JobStore`
 * (both are the spool), the sign-in asks the network through an `HttpClient` and keeps its secrets in a `SecretStore`.
 */
import type { Readable, Writable } from 'node:stream';
import type { Door, JobRecord, JobSummary, QueueId } from './job.ts';

/** Where accepted messages go. Nothing is accepted until `commit` has resolved. */
export interface JobSink {
  /**
   * Opens room for one message.
   * @param options.declaredSizeBytes MAIL SIZE= of the client, if it gave one
   * @throws MailError `queue-full`, `disk-full`, `spool-unavailable`, `storage-failed`
   */
  begin(options: { readonly declaredSizeBytes?: number | undefined }): Promise<IncomingJob>;
}

/** One message on its way to disk. Exactly one of `commit` and `abort` must be called. */
export interface IncomingJob {
  readonly queueId: QueueId;
  /** The body after the empty line: CRLF line ends, not dot-stuffed. Errors with MailError on a full or failing disk. */
  readonly body: Writable;
  /**
   * Waits for the body to end, then makes the job durable: fsync body, write record, fsync, rename, fsync directory.
   * Only then may "250" be said.
   * @returns `repeated` with the id of the job we already own, if this is a client's repeat (F7) or its idempotency key
   *   has a job; nothing was added then
   * @throws MailError `storage-failed`, `disk-full`
   */
  commit(facts: JobFacts): Promise<{ readonly kind: 'queued' | 'repeated'; readonly queueId: QueueId }>;
  /** Removes every trace. Never throws. */
  abort(): Promise<void>;
}

/** What intake knows of a message at its end; the spool adds ids, hashes and state. */
export interface JobFacts {
  readonly door: Door;
  readonly client: string;
  readonly reversePath: string;
  readonly forwardPaths: readonly string[];
  readonly headerBlock: string;
  readonly messageId: string;
  /** Message-ID as the client sent it; undefined if we made one: then the body hash tells repeats. */
  readonly clientMessageId?: string | undefined;
  /** Tells a repeat instead of everything else, for as long as the job is remembered. */
  readonly idempotencyKey?: string | undefined;
  readonly subject: string;
  readonly is8bit: boolean;
  readonly hasLongLines?: boolean | undefined;
  readonly isSmtpUtf8: boolean;
}

/** The queue as the relay and the API see it. Every change of a record is durable before it resolves, unless said. */
export interface JobStore {
  /** Unfinished and remembered finished jobs, oldest first; small, in memory. */
  list(): readonly JobSummary[];
  summary(queueId: QueueId): JobSummary | undefined;
  /** The whole record, from disk. @throws MailError `job-not-found`, `spool-unavailable` */
  read(queueId: QueueId): Promise<JobRecord>;
  /**
   * Rewrites the record. `change` gets the present record and returns the next one.
   * @param options.isDurable false: kept in memory only (attempts beyond the third, F22)
   */
  update(
    queueId: QueueId,
    change: (record: JobRecord) => JobRecord,
    options?: { readonly isDurable?: boolean },
  ): Promise<JobRecord>;
  /** The decrypted body; errors with MailError `storage-failed` if it is damaged, after at most the bytes before the damage. */
  openBody(queueId: QueueId): Readable;
  /** Moves a job whose record or body cannot be trusted to `corrupt/` and reports it (F15). */
  quarantine(queueId: QueueId, why: string): Promise<void>;
  /** Called after every change of any job. Returns the function that ends it. */
  subscribe(listener: (job: JobSummary) => void): () => void;
}

/** HTTPS for the sign-in: time-outs, proxy, CA, body cap and redaction are inside. */
export interface HttpClient {
  /**
   * One request without redirects.
   * @returns any HTTP status; body as UTF-8 text, at most 1 MiB
   * @throws MailError `dns-failed`, `connect-failed`, `connect-timeout`, `timeout`, `tls-*`, `proxy-*`, `captive-portal`, `reply-invalid`
   */
  request(request: {
    readonly method: 'GET' | 'POST';
    /** https only. */
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly body?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<HttpReply>;
}

export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a secret belongs to; stored as associated data, compared at every use (T21). Keys sorted, values exact. */
export type SecretBinding = Readonly<Record<string, string>>;

/** Sealed records, one file per secret. */
export interface SecretStore {
  /** Replaces the secret durably. @throws MailError `key-unavailable`, `storage-failed` */
  put(name: string, binding: SecretBinding, secret: Buffer): Promise<void>;
  /**
   * @returns undefined if there is none
   * @throws MailError `secret-binding-changed`, `secret-damaged`, `key-unavailable`
   */
  get(name: string, binding: SecretBinding): Promise<Buffer | undefined>;
  /** Overwrites and removes; durable. No error if there is none. */
  remove(name: string): Promise<void>;
}
