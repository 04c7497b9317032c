/** The transitions of a job record, as pure functions for `JobStore.update`. */
import {
  isSameAddress,
  parseHeaderBlock,
  headerValue,
  addressesOf,
  type FrozenSender,
  type HoldReason,
  type JobRecord,
} from '../core/index.ts';
import { decideSender, type SenderRules } from '../policy/index.ts';
import type { AttemptOutcome } from './outcome.ts';

/**
 * The sender fields of the next attempt (design 6.7, F9). Once a byte followed a 354 they never change; before that a
 * change of the device address re-opens the decision.
 * @throws MailError `settings-conflict`
 */
export function senderFor(record: JobRecord, rules: SenderRules): FrozenSender {
  const before = record.frozenSender;
  if (before && (before.sent || isSameAddress(before.deviceEmailAddress, rules.deviceEmailAddress))) return before;
  const isOfPerson = record.door === 'bridge' || record.door === 'panel';
  const requestingUser = isOfPerson ? { requestingUser: record.client } : {};
  const decision = decideSender(rules, {
    reversePath: record.reversePath,
    headerBlock: record.headerBlock,
    ...requestingUser,
  });
  return {
    reversePath: decision.reversePath,
    headerBlock: decision.headerBlock,
    deviceEmailAddress: rules.deviceEmailAddress,
    sent: false,
  };
}

/** True if header From is not the device address: a permitted alias. */
export function isOnAlias(sender: FrozenSender): boolean {
  const from = addressesOf(headerValue(parseHeaderBlock(sender.headerBlock), 'From') ?? '');
  return from.length > 0 && !from.some((address) => isSameAddress(address, sender.deviceEmailAddress));
}

/**
 * The mark before MAIL FROM. `sent` is set already: if the process dies from here on, nobody can say whether bytes left,
 * and only "they did" keeps a retry identical. `afterAttempt` takes it back if they did not.
 */
export function beforeAttempt(record: JobRecord, sender: FrozenSender, activeMs: number): JobRecord {
  return {
    ...record,
    state: 'sending',
    frozenSender: frozen(record, sender, true),
    activeMs: record.activeMs + activeMs,
  };
}

/** Takes the mark back: nothing was said about the job. */
export function unmarked(record: JobRecord, sender: FrozenSender): JobRecord {
  return { ...record, state: 'waiting', frozenSender: frozen(record, sender, sender.sent) };
}

/** The same object if nothing changes: the store writes changed sender fields whatever it is told (F9), unchanged ones not (F22). */
function frozen({ frozenSender }: JobRecord, sender: FrozenSender, sent: boolean): FrozenSender {
  return sent && frozenSender?.sent === true ? frozenSender : { ...sender, sent };
}

export interface AfterAttempt {
  readonly outcome: AttemptOutcome;
  readonly sender: FrozenSender;
  /** Wall clocks. */
  readonly nowMs: number;
  readonly nextAttemptAtMs: number | undefined;
  readonly activeMs: number;
  /** False for what was nobody's failure: an expired token, a stop. */
  readonly isCounted: boolean;
}

/** The record after an attempt that the process survived. */
export function afterAttempt(
  record: JobRecord,
  { outcome, sender, nowMs, nextAttemptAtMs, activeMs, isCounted }: AfterAttempt,
): JobRecord {
  const { nextAttemptAtMs: _before, ...rest } = record;
  const isWaiting = outcome.recipients.some((one) => one.state === 'waiting');
  const next: JobRecord = {
    ...rest,
    recipients: outcome.recipients,
    state: isWaiting ? 'waiting' : endState(outcome.recipients),
    attempts: record.attempts + (isCounted ? 1 : 0),
    activeMs: record.activeMs + activeMs,
    crashes: 0,
    frozenSender: frozen(record, sender, sender.sent || outcome.isBodyStarted),
    isPossibleDuplicate: record.isPossibleDuplicate || outcome.isPossiblySent,
    lastReply: { ...outcome.lastReply, atMs: nowMs },
    ...(isWaiting && nextAttemptAtMs !== undefined ? { nextAttemptAtMs } : {}),
    ...(isWaiting ? {} : { finishedAtMs: nowMs }),
    ...(outcome.serverMessageId === undefined ? {} : { serverMessageId: outcome.serverMessageId }),
  };
  if (outcome.accepted === 0) return next;
  // An implausible clock at accept makes a nonsense difference: what the job was seen to live is the better answer.
  return {
    ...next,
    tookMs: record.acceptedClockSet && nowMs >= record.acceptedAtMs ? nowMs - record.acceptedAtMs : next.activeMs,
  };
}

function endState(recipients: JobRecord['recipients']): 'accepted' | 'failed' {
  return recipients.some((one) => one.state === 'failed') ? 'failed' : 'accepted';
}

/** Every recipient that still waits fails with this code: lifetime over, message impossible for this server. */
export function failed(
  record: JobRecord,
  {
    code,
    reply,
    nowMs,
    activeMs,
  }: { readonly code: string; readonly reply: string; readonly nowMs: number; readonly activeMs: number },
): JobRecord {
  const { nextAttemptAtMs: _before, hold: _hold, ...rest } = record;
  const recipients = record.recipients.map((one) =>
    one.state === 'waiting'
      ? { forwardPath: one.forwardPath, state: 'failed' as const, code, reply, atMs: nowMs }
      : one,
  );
  return {
    ...rest,
    recipients,
    state: endState(recipients),
    activeMs: record.activeMs + activeMs,
    finishedAtMs: nowMs,
    lastReply: { code, reply, atMs: nowMs },
  };
}

/** Back to waiting without a transaction: no link. Kept in memory only, so an outage writes nothing. */
export function deferred(
  record: JobRecord,
  {
    code,
    reply,
    guidanceId,
    nowMs,
    nextAttemptAtMs,
    isCounted,
  }: {
    readonly code: string;
    readonly reply: string;
    readonly guidanceId: string;
    readonly nowMs: number;
    readonly nextAttemptAtMs: number | undefined;
    readonly isCounted: boolean;
  },
): JobRecord {
  const { nextAttemptAtMs: _before, ...rest } = record;
  return {
    ...rest,
    state: 'waiting',
    attempts: record.attempts + (isCounted ? 1 : 0),
    lastReply: { code, reply, guidanceId, atMs: nowMs },
    ...(nextAttemptAtMs === undefined ? {} : { nextAttemptAtMs }),
  };
}

/** @param reply what the smarthost said to it, if it was the smarthost */
export function held(
  record: JobRecord,
  {
    reason,
    nowMs,
    activeMs = 0,
    reply,
  }: {
    readonly reason: HoldReason;
    readonly nowMs: number;
    readonly activeMs?: number;
    readonly reply?: string | undefined;
  },
): JobRecord {
  const { nextAttemptAtMs: _before, ...rest } = record;
  return {
    ...rest,
    state: 'held',
    hold: { reason, sinceMs: nowMs, ...(reply === undefined ? {} : { reply }) },
    activeMs: record.activeMs + activeMs,
  };
}

/**
 * A person wants it sent: waits, due now. Ends a hold, forgets crashes (a person looked at it), and re-opens a failed
 * job's failed recipients. Bytes frozen for another device address are let go if no twin of them can be anywhere.
 */
export function reopened(record: JobRecord, deviceEmailAddress: string): JobRecord {
  const { nextAttemptAtMs: _before, hold: _hold, finishedAtMs: _finished, frozenSender, ...rest } = record;
  const isWithoutTwin = !record.isPossibleDuplicate && record.recipients.every(({ state }) => state !== 'accepted');
  const isKept =
    frozenSender && !(isWithoutTwin && !isSameAddress(frozenSender.deviceEmailAddress, deviceEmailAddress));
  const recipients = record.recipients.map((one) =>
    one.state === 'failed' ? { forwardPath: one.forwardPath, state: 'waiting' as const } : one,
  );
  const activeMs = record.state === 'failed' ? 0 : record.activeMs;
  return { ...rest, ...(isKept ? { frozenSender } : {}), recipients, state: 'waiting', crashes: 0, activeMs };
}

/** The process died during an attempt (F17): the mark before MAIL FROM is still there. Two deaths and it is held. */
export function recovered(record: JobRecord, nowMs: number): JobRecord {
  const crashes = record.crashes + 1;
  const next = {
    ...record,
    state: 'waiting' as const,
    crashes,
    isPossibleDuplicate: record.isPossibleDuplicate || record.frozenSender?.sent === true,
  };
  return crashes >= 2 ? held(next, { reason: 'repeated-crash', nowMs }) : next;
}
