/** A job as text. */
import { type JobSummary } from '../core/index.ts';
import { type Guidance } from '../guidance/index.ts';
import { holdWords } from '../panel/index.ts';
import { type Output } from './output.ts';
import { instantWords, sizeWords, spanWords } from './words.ts';

/** A job's state and why, in a few words. */
export function stateWords(job: JobSummary, nowMs: number): string {
  switch (job.state) {
    case 'waiting':
      return job.nextAttemptAtMs !== undefined && job.nextAttemptAtMs > nowMs
        ? `waiting, next try in ${spanWords(job.nextAttemptAtMs - nowMs)}`
        : 'waiting, next try now';
    case 'sending':
      return 'being sent';
    case 'held':
      return job.hold === undefined
        ? 'held'
        : `held for ${spanWords(nowMs - job.hold.sinceMs)}: ${holdWords[job.hold.reason]}`;
    // Acceptance only: a bounce may still come to the device's mailbox.
    case 'accepted':
      return job.tookMs === undefined
        ? 'accepted by the mail server'
        : `accepted by the mail server after ${spanWords(job.tookMs)}`;
    case 'failed':
      return 'failed';
    case 'deleted':
      return job.deletedBy === undefined ? 'deleted' : `deleted by ${job.deletedBy}`;
  }
}

/** Everything a person may ask about one job. */
export function jobDetails(out: Output, job: JobSummary, guidance: Guidance | undefined, nowMs: number): void {
  out.heading(`Job ${job.queueId}: ${stateWords(job, nowMs)}`);
  out.row('Subject', job.subject === '' ? '(none)' : job.subject);
  // What the firmware said; the device address it was sent as is the sender rule's doing.
  out.row("Firmware's sender", job.reversePath === '' ? '<>' : job.reversePath);
  out.row(
    'Came in',
    `${instantWords(job.acceptedAtMs)}${job.acceptedClockSet ? '' : ' (the clock was not set)'} by ${job.door}, ` +
      `from ${job.client}`,
  );
  out.row('Size', sizeWords(job.bodyBytes));
  out.row('Attempts', String(job.attempts));
  out.row('Message-ID', job.messageId);
  if (job.serverMessageId !== undefined) out.row("Server's id", job.serverMessageId);
  if (job.finishedAtMs !== undefined) out.row('Finished', instantWords(job.finishedAtMs));
  if (job.isPossibleDuplicate) out.row('Note', 'possible duplicate: the line broke after the last byte at least once');
  if (job.crashes > 0) out.row('Note', `the agent stopped ${String(job.crashes)} times while sending it`);
  out.line();
  out.heading('Recipients');
  for (const one of job.recipients) {
    out.row(`  ${one.state}`, one.forwardPath, 12);
    if (one.reply !== undefined) out.row('', `${one.reply}${one.code === undefined ? '' : ` [${one.code}]`}`, 12);
  }
  const last = job.hold?.reply ?? job.lastReply?.reply;
  if (last !== undefined && !job.recipients.some(({ reply }) => reply === last)) {
    out.line();
    out.heading('Last reply');
    out.paragraph(
      `${last}${job.lastReply === undefined || job.lastReply.reply !== last ? '' : ` [${job.lastReply.code}]`}`,
      '  ',
    );
  }
  if (guidance === undefined) return;
  out.line();
  printGuidance(out, guidance);
}

/** Title, meaning and remedy. */
export function printGuidance(out: Output, guidance: Guidance): void {
  out.heading(guidance.title);
  out.paragraph(guidance.paragraph);
  if (guidance.remedy === undefined) return;
  out.line();
  out.heading('What to do');
  out.paragraph(guidance.remedy);
}
