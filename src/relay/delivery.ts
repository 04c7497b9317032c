/** One attempt at one job over a link that is ready. */
import {
  MailError,
  toMailError,
  type FrozenSender,
  type JobRecord,
  type JobStore,
  type MailLog,
} from '../core/index.ts';
import { wireAddress, type SenderRules } from '../policy/index.ts';
import { beforeAttempt, isOnAlias, senderFor } from './job-changes.ts';
import { judgeError, type Judgement } from './judgement.ts';
import { openMessage, type MessageSource } from './message-source.ts';
import { judgeImpossible, judgeTransaction, type AttemptFacts, type AttemptOutcome } from './outcome.ts';
import type { SmtpLink } from './smtp-link.ts';
import type { Extensions, Transaction } from './smtp-transcript.ts';

/** Attempts beyond this are recorded in memory only, if the bytes are frozen on disk already (F22). */
const durableAttempts = 3;

export interface Delivery {
  readonly outcome: AttemptOutcome;
  readonly sender: FrozenSender;
  /** Why the transaction broke off, if it did. */
  readonly error: MailError | undefined;
  /** The mark is on disk: what comes after it must be, too, or a restart would take it for a crash. */
  readonly isMarkDurable: boolean;
}

export interface DeliveryPorts {
  readonly store: JobStore;
  readonly log: MailLog;
  readonly nowMs: () => number;
  /** Active time to add to the record. */
  readonly takeActiveMs: () => number;
}

/**
 * Decides the sender fields, marks the job durably, sends it. One durable update.
 * @returns undefined if a person took the job away meanwhile
 * @throws MailError `storage-failed`, `disk-full`, `settings-conflict` before anything was sent
 */
export async function deliver(
  record: JobRecord,
  link: SmtpLink,
  rules: SenderRules,
  host: string,
  ports: DeliveryPorts,
  signal: AbortSignal,
): Promise<Delivery | undefined> {
  const { store, log } = ports;
  const { queueId } = record;
  const sender = senderFor(record, rules);
  const sizeBytes = Buffer.byteLength(sender.headerBlock, 'latin1') + 2 + record.bodyBytes;
  const { tried, forwardPaths, impossible } = planRecipients(record, sizeBytes, link.extensions);
  const facts: AttemptFacts = {
    recipients: record.recipients,
    tried,
    impossible,
    isOnAlias: isOnAlias(sender),
    nowMs: ports.nowMs(),
  };
  if (tried.length === 0) return { outcome: judgeImpossible(facts), sender, error: undefined, isMarkDurable: false };

  const isMarkDurable = record.attempts < durableAttempts || record.frozenSender?.sent !== true;
  const marked = await store.update(
    queueId,
    (now) => (now.state === 'waiting' ? beforeAttempt(now, sender, ports.takeActiveMs()) : now),
    { isDurable: isMarkDurable },
  );
  if (marked.state !== 'sending') return undefined;
  log.attempted({ queueId, attempt: record.attempts + 1, host });
  const transaction = await transact(
    link,
    () => openMessage(sender.headerBlock, store.openBody(queueId), record.bodyBytes),
    { reversePath: sender.reversePath, forwardPaths, is8bit: record.is8bit },
    signal,
  );
  return {
    outcome: judgeTransaction(transaction, { ...facts, nowMs: ports.nowMs() }),
    sender,
    isMarkDurable,
    error: transaction.error instanceof Error ? toMailError(transaction.error) : undefined,
  };
}

async function transact(
  link: SmtpLink,
  open: () => MessageSource,
  envelope: Parameters<SmtpLink['send']>[0],
  signal: AbortSignal,
): Promise<Transaction> {
  try {
    return await link.send(envelope, open(), signal);
  } catch (error) {
    // The job is marked by now: whatever this was, it must end in a record that is not "sending".
    return { rcpt: [], isBodyStarted: false, isBodyEnded: false, error: toMailError(error) };
  }
}

/**
 * Who can be tried over this link, and in which spelling. What the server cannot take is known before the upload (F43):
 * a scan of 60 MB is not carried to a server that declared 35.
 */
export function planRecipients(
  record: Pick<JobRecord, 'recipients' | 'is8bit'>,
  sizeBytes: number,
  extensions: Extensions,
): {
  readonly tried: readonly number[];
  readonly forwardPaths: readonly string[];
  readonly impossible: ReadonlyMap<number, Judgement>;
} {
  const tried: number[] = [];
  const forwardPaths: string[] = [];
  const impossible = new Map<number, Judgement>();
  let obstacle: MailError | undefined;
  if (record.is8bit && !extensions.has8bitMime)
    obstacle = new MailError('eight-bit-not-possible', 'server lacks 8BITMIME');
  if (extensions.sizeBytes > 0 && sizeBytes > extensions.sizeBytes) {
    obstacle = new MailError('smarthost-size', `message ${sizeBytes}, server takes ${extensions.sizeBytes}`, {
      details: { size: sizeBytes, limit: extensions.sizeBytes },
    });
  }
  record.recipients.forEach(({ forwardPath, state }, index) => {
    if (state !== 'waiting') return;
    const address = obstacle ?? onTheWire(forwardPath, extensions.hasSmtpUtf8);
    if (address instanceof MailError) {
      impossible.set(index, judgeError(address));
    } else {
      tried.push(index);
      forwardPaths.push(address);
    }
  });
  return { tried, forwardPaths, impossible };
}

function onTheWire(forwardPath: string, hasSmtpUtf8: boolean): string | MailError {
  // Legal in quotes, but nodemailer refuses the whole message for it; the other recipients shall get theirs.
  if (/[<>\x00-\x1f\x7f]/.test(forwardPath)) return new MailError('bad-address', 'address with angle brackets');
  return (
    wireAddress(forwardPath) ??
    (hasSmtpUtf8 ? forwardPath : new MailError('address-needs-smtputf8', 'server lacks SMTPUTF8'))
  );
}
