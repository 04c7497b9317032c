/** From what was said on the wire to what becomes of each recipient. Pure. */
import type { RecipientState } from '../core/index.ts';
import { judgeError, judgeReply, type Judgement } from './judgement.ts';
import { displayReply, isPositive, serverMessageIdOf, type Transaction } from './smtp-transcript.ts';

/** What one attempt came to. */
export interface AttemptOutcome {
  /** All recipients of the job, those of earlier attempts unchanged. */
  readonly recipients: readonly RecipientState[];
  /** How many this attempt delivered, and how many it failed for good. */
  readonly accepted: number;
  readonly failed: number;
  /** What keeps the rest waiting; undefined if nobody waits. */
  readonly trouble: Judgement | undefined;
  /** For the record and the log: the line that decided most. */
  readonly lastReply: { readonly code: string; readonly reply: string; readonly guidanceId?: string | undefined };
  readonly serverMessageId?: string | undefined;
  readonly isBodyStarted: boolean;
  /** The link broke after the final dot (F6): the server may have the message. */
  readonly isPossiblySent: boolean;
}

export interface AttemptFacts {
  readonly recipients: readonly RecipientState[];
  /** Indices into `recipients`, in the order of the RCPT commands. */
  readonly tried: readonly number[];
  /** Recipients that were not tried because this server cannot take them. */
  readonly impossible: ReadonlyMap<number, Judgement>;
  /** Header From is a permitted alias: SendAsDenied is about this job, not about the mailbox. */
  readonly isOnAlias: boolean;
  /** Wall clock. */
  readonly nowMs: number;
}

/**
 * Judges a finished transaction. Each recipient is decided by the reply that is about it: its RCPT, else MAIL, DATA or the
 * final one. A 2yz to the message counts only if the whole message was out.
 */
export function judgeTransaction(transaction: Transaction, facts: AttemptFacts): AttemptOutcome {
  const { mail, data, final, rcpt, error } = transaction;
  const isAccepted = error === undefined && transaction.isBodyEnded && isPositive(final);
  const whole = isAccepted ? undefined : judgeWhole();
  const verdicts = new Map<number, Judgement | undefined>(facts.impossible);
  facts.tried.forEach((index, at) => {
    const reply = rcpt[at];
    const isOwn = reply !== undefined && !isPositive(reply) && (mail === undefined || isPositive(mail));
    verdicts.set(index, isOwn ? judgeReply('rcpt', reply, facts.isOnAlias) : whole);
  });
  const isLost = error !== undefined && transaction.isBodyEnded;
  return conclude(verdicts, facts, {
    final: isAccepted ? final : undefined,
    isBodyStarted: transaction.isBodyStarted,
    isPossiblySent: isLost && [...verdicts.values()].includes(whole),
  });

  function judgeWhole(): Judgement {
    if (mail !== undefined && !isPositive(mail)) return judgeReply('mail', mail, facts.isOnAlias);
    if (error !== undefined) return judgeError(error, facts.isOnAlias);
    if (final !== undefined) return judgeReply('final', final, facts.isOnAlias);
    if (data !== undefined) return judgeReply('data', data, facts.isOnAlias);
    return judgeError(new Error('transaction ended without a reply'));
  }
}

/** An attempt that ended before anything was said, because nobody was left to try. */
export function judgeImpossible(facts: AttemptFacts): AttemptOutcome {
  return conclude(facts.impossible, facts, { final: undefined, isBodyStarted: false, isPossiblySent: false });
}

function conclude(
  verdicts: ReadonlyMap<number, Judgement | undefined>,
  facts: AttemptFacts,
  how: { readonly final: string | undefined; readonly isBodyStarted: boolean; readonly isPossiblySent: boolean },
): AttemptOutcome {
  let accepted = 0;
  let failed = 0;
  const waiting: Judgement[] = [];
  const recipients = facts.recipients.map((recipient, index): RecipientState => {
    if (!verdicts.has(index)) return recipient;
    const verdict = verdicts.get(index);
    if (!verdict) {
      accepted += 1;
      return {
        forwardPath: recipient.forwardPath,
        state: 'accepted',
        reply: displayReply(how.final ?? ''),
        atMs: facts.nowMs,
      };
    }
    const isOver = verdict.action === 'fail-recipient' || verdict.action === 'fail-job';
    if (isOver) failed += 1;
    else waiting.push(verdict);
    return {
      forwardPath: recipient.forwardPath,
      state: isOver ? 'failed' : 'waiting',
      reply: verdict.reply,
      code: verdict.code,
      atMs: facts.nowMs,
    };
  });
  const trouble = mostSevere(waiting);
  const failure = [...verdicts.values()].find(
    (verdict) => verdict?.action === 'fail-recipient' || verdict?.action === 'fail-job',
  );
  const decisive = trouble ?? failure;
  return {
    recipients,
    accepted,
    failed,
    trouble,
    lastReply: decisive
      ? { code: decisive.code, reply: decisive.reply, guidanceId: decisive.guidanceId }
      : { code: '', reply: displayReply(how.final ?? '') },
    serverMessageId: how.final === undefined ? undefined : serverMessageIdOf(how.final),
    isBodyStarted: how.isBodyStarted,
    isPossiblySent: how.isPossiblySent,
  };
}

const severity: Readonly<Record<Judgement['action'], number>> = {
  'fail-job': 0,
  'fail-recipient': 0,
  retry: 1,
  wait: 2,
  renew: 3,
  hold: 4,
};

/** One judgement for all who wait: the one that concerns most (a hold concerns the whole queue). */
function mostSevere(waiting: readonly Judgement[]): Judgement | undefined {
  return waiting.reduce<Judgement | undefined>(
    (worst, one) => (worst === undefined || severity[one.action] > severity[worst.action] ? one : worst),
    undefined,
  );
}
