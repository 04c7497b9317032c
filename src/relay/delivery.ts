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
import { legalFacts, type Legality } from './legal-message.ts';
import { openMessage, storedBytes, storedSize, type MessageSource, type Reencoding } from './message-source.ts';
import { judgeImpossible, judgeTransaction, type AttemptFacts, type AttemptOutcome } from './outcome.ts';
import type { SmtpLink } from './smtp-link.ts';
import type { Extensions, Transaction } from './smtp-transcript.ts';

/**
 * Attempts beyond this are recorded in memory only while they end before a 354, if the bytes are frozen on disk already
 * (F22). From the 354 on a power cut could leave a copy, and a possible duplicate that nobody is told of is worse than a
 * write.
 */
const durableAttempts = 3;

export interface Delivery {
  readonly outcome: AttemptOutcome;
  readonly sender: FrozenSender;
  /** Why the transaction broke off, if it did. */
  readonly error: MailError | undefined;
  /** A link from before was dead, or the server closed it, before any 354: nothing was said about this job. */
  readonly isLinkStale: boolean;
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
  const form = await wireForm(record, sender, link.extensions, store, signal);
  const { tried, forwardPaths, impossible } = planRecipients(record, form, link.extensions);
  const facts: AttemptFacts = {
    recipients: record.recipients,
    tried,
    impossible,
    isOnAlias: isOnAlias(sender),
    nowMs: ports.nowMs(),
  };
  if (tried.length === 0)
    return {
      outcome: judgeImpossible(facts),
      sender,
      error: undefined,
      isLinkStale: false,
      isMarkDurable: false,
    };
  if (form.error) {
    const outcome = judgeTransaction(unsent(form.error), facts);
    return { outcome, sender, error: form.error, isLinkStale: false, isMarkDurable: false };
  }

  const isMarkDurable = record.attempts < durableAttempts || record.frozenSender?.sent !== true;
  const marked = await store.update(
    queueId,
    (now) => (now.state === 'waiting' ? beforeAttempt(now, sender, ports.takeActiveMs()) : now),
    { isDurable: isMarkDurable },
  );
  if (marked.state !== 'sending') return undefined;
  log.attempted({ queueId, attempt: record.attempts + 1, host });
  let isMarked = isMarkDurable;
  const beforeFirstByte = async () => {
    isMarked = true;
    await store.update(queueId, (now) => ({ ...now }));
  };
  const onItsWay = { reencoding: form.reencoding, beforeFirstByte: isMarkDurable ? undefined : beforeFirstByte };
  // Never more than one accepted message of a link that a crash would send again.
  await link.recorded;
  const transaction = await transact(
    link,
    () => openMessage(sender.headerBlock, store.openBody(queueId), record.bodyBytes, onItsWay),
    { reversePath: sender.reversePath, forwardPaths, is8bit: form.is8bit },
    signal,
  );
  return {
    outcome: judgeTransaction(transaction, { ...facts, nowMs: ports.nowMs() }),
    sender,
    isMarkDurable: isMarked,
    isLinkStale: isStale(link, transaction),
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
    return unsent(toMailError(error));
  }
}

/** The first message of a link is about the server; a later one may just have come too late for the link. */
function isStale(link: SmtpLink, { mail, rcpt, data, error, isBodyStarted }: Transaction): boolean {
  if (link.messages < 2 || isBodyStarted) return false;
  if ([mail, ...rcpt, data].some((reply) => reply?.startsWith('421'))) return true;
  if (data !== undefined || !(error instanceof MailError)) return false;
  return error.code === 'connection-lost' || (error.code === 'timeout' && mail === undefined);
}

function unsent(error: MailError): Transaction {
  return { rcpt: [], isBodyStarted: false, isBodyEnded: false, error };
}

/** What would go over this link, known before MAIL FROM. */
interface WireForm {
  readonly sizeBytes: number;
  readonly is8bit: boolean;
  readonly reencoding?: Reencoding;
  /** Why this message can never go to this server. */
  readonly obstacle?: MailError;
  /** Reading it failed. */
  readonly error?: MailError;
}

/**
 * A message the server takes as it is goes as it is, which costs nothing. Any other is re-encoded once for its size and
 * for what cannot be re-encoded, and a second time on its way: twice the work, but half a scan is never held in memory.
 */
async function wireForm(
  record: JobRecord,
  sender: FrozenSender,
  extensions: Extensions,
  store: JobStore,
  signal: AbortSignal,
): Promise<WireForm> {
  const sizeBytes = storedSize(sender.headerBlock, record.bodyBytes);
  const stored = { sizeBytes, is8bit: record.is8bit };
  const need = legalityOf(record, extensions);
  if (!need || isTooLarge(sizeBytes, extensions)) return stored;
  const body = store.openBody(record.queueId).on('error', () => undefined);
  try {
    const facts = await legalFacts(storedBytes(sender.headerBlock, body, record.bodyBytes), need, signal);
    return { ...facts, reencoding: { ...need, sizeBytes: facts.sizeBytes } };
  } catch (error) {
    const fault = toMailError(error);
    return fault.kind === 'permanent' ? { ...stored, obstacle: fault } : { ...stored, error: fault };
  } finally {
    body.destroy();
  }
}

/** undefined: the server takes it as stored. Lines over 998 octets are legal nowhere (RFC 5321 4.5.3.1.6). */
function legalityOf({ is8bit, hasLongLines }: JobRecord, { has8bitMime }: Extensions): Legality | undefined {
  const is7bit = is8bit && !has8bitMime;
  return is7bit || hasLongLines === true ? { is7bit } : undefined;
}

function isTooLarge(sizeBytes: number, extensions: Extensions): boolean {
  return extensions.sizeBytes > 0 && sizeBytes > extensions.sizeBytes;
}

/**
 * Who can be tried over this link, and in which spelling. What the server cannot take is known before the upload (F43):
 * a scan of 60 MB is not carried to a server that declared 35.
 */
export function planRecipients(
  record: Pick<JobRecord, 'recipients'>,
  { sizeBytes, obstacle: known }: Pick<WireForm, 'sizeBytes' | 'obstacle'>,
  extensions: Extensions,
): {
  readonly tried: readonly number[];
  readonly forwardPaths: readonly string[];
  readonly impossible: ReadonlyMap<number, Judgement>;
} {
  const tried: number[] = [];
  const forwardPaths: string[] = [];
  const impossible = new Map<number, Judgement>();
  let obstacle = known;
  if (isTooLarge(sizeBytes, extensions)) {
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
