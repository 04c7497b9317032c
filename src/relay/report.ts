import type { JobRecord, JobStore, MailLog } from '../core/index.ts';
import type { Delivery } from './delivery.ts';

/** Tells the log what an attempt came to. */
export function reportAttempt(
  { log, store }: { readonly log: MailLog; readonly store: JobStore },
  before: JobRecord,
  { outcome, error }: Delivery,
  { waitMs, isHeld }: { readonly waitMs: number; readonly isHeld: boolean },
): void {
  const { queueId } = before;
  const { reply, code } = outcome.lastReply;
  const { serverMessageId } = outcome;
  const acceptedReply =
    outcome.recipients.find((one, at) => one.state === 'accepted' && before.recipients[at]?.state === 'waiting')
      ?.reply ?? '';
  if (outcome.accepted > 0)
    log.delivered({
      queueId,
      recipients: outcome.accepted,
      reply: acceptedReply,
      serverMessageId,
      tookMs: store.summary(queueId)?.tookMs ?? 0,
    });
  if (outcome.failed > 0) log.failed({ queueId, code, reply, recipients: outcome.failed });
  if (outcome.isPossiblySent) log.possibleDuplicate({ queueId });
  if (isHeld) log.held({ queueId, reason: 'send-as-denied' });
  else if (outcome.trouble && error?.code !== 'stopping') log.deferred({ queueId, code, reply, waitMs });
}
