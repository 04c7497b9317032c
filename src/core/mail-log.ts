/**
 * One method for each thing that happens to mail or to the account. `log/` writes them with pino; tests collect them.
 * Never hand a token, a password, an AUTH line or message text to any of these.
 */
import type { HoldReason } from './job.ts';

export interface MailLog {
  /** A job became durable; "250" may be said. */
  queued(event: {
    queueId: string;
    client: string;
    door: string;
    reversePath: string;
    recipients: number;
    sizeBytes: number;
    messageId: string;
  }): void;
  /** A message was refused at intake. */
  refused(event: { client: string; door: string; reply: string; code: string }): void;
  /** The client repeated a message we already own (C4/F7): answered 250, not queued again. */
  repeated(event: { queueId: string; client: string }): void;
  /** An attempt starts. */
  attempted(event: { queueId: string; attempt: number; host: string }): void;
  /** The smarthost took the message for these recipients. */
  delivered(event: {
    queueId: string;
    recipients: number;
    reply: string;
    serverMessageId: string | undefined;
    tookMs: number;
  }): void;
  /** Recipients wait for another attempt. */
  deferred(event: { queueId: string; code: string; reply: string; waitMs: number }): void;
  held(event: { queueId: string; reason: HoldReason }): void;
  released(event: { queueId: string; by: string }): void;
  failed(event: { queueId: string; code: string; reply: string; recipients: number }): void;
  deleted(event: { queueId: string; by: string }): void;
  /** The link broke after the final dot: Exchange may or may not have it (F6). */
  possibleDuplicate(event: { queueId: string }): void;
  /** A spool entry could not be read and was moved to `corrupt/` (F15). */
  corrupt(event: { entry: string; why: string }): void;
  /** Anything about the account: sign-in steps, renewals, refusals. */
  account(event: { what: string; code?: string; detail?: string }): void;
  /** A setting changed; names only, never the values of secrets. */
  settings(event: { by: string; names: readonly string[] }): void;
  /** Everything an operator should know that is not about one message. */
  notice(message: string, detail?: Readonly<Record<string, string | number | boolean | undefined>>): void;
  warn(message: string, detail?: Readonly<Record<string, string | number | boolean | undefined>>): void;
  /** An unexpected error; the log gets everything but secrets. */
  fault(message: string, error: unknown): void;
}
