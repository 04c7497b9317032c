/** A job as text. */
import { type JobSummary } from '../core/index.ts';
import { type Guidance } from '../guidance/index.ts';
import { adviceWords, holdWords } from '../panel/index.ts';
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
        : `held for ${spanWords(nowMs - job.hold.sinceMs)}: ${holdWords(job.hold.reason)}`;
    // Acceptance only: a bounce may still come to the device's mailbox.
    case 'accepted':
      return job.tookMs === undefined
        ? 'accepted by the mail server'
        : `accepted by the mail server after ${spanWords(job.tookMs)}`;
    case 'failed':
      return 'failed';
    case 'deleted':
      // Whoever may open the socket may give any name: it helps to ask back, it proves nothing.
      return job.deletedBy === undefined ? 'deleted' : `deleted by ${job.deletedBy} (the name that was given)`;
  }
}

/** Who mends what a guidance entry is about, to follow "Who mends it: ". */
export const whoWords: Readonly<Record<Guidance['who'], string>> = {
  person: 'whoever sends the scan',
  technician: 'the technician of this device',
  administrator: "the organisation's administrator",
  network: 'whoever looks after the network',
  developer: 'the maker of this device or application',
  nobody: 'it mends itself, or nothing can be done',
};

/**
 * Everything a person may ask about one job.
 * @param upn of the account that is signed in, for the commands that are offered
 */
export function jobDetails(
  out: Output,
  job: JobSummary,
  guidance: Guidance | undefined,
  { nowMs, upn }: { readonly nowMs: number; readonly upn?: string | undefined },
): void {
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
  printGuidance(out, guidance, { queueId: job.queueId, upn });
  if (job.state !== 'failed' || !job.recipients.some(({ state }) => state === 'accepted')) return;
  out.line();
  out.paragraph('A retry sends only to those still missing.');
}

/** What an act needs to be typed. */
export interface ActFacts {
  readonly queueId?: string | undefined;
  /** UPN of the account that is signed in. */
  readonly upn?: string | undefined;
}

/** Title, meaning, remedy, and the commands for what can be done on this device. */
export function printGuidance(out: Output, guidance: Guidance, facts: ActFacts = {}): void {
  const { whatToDo, toSupport } = adviceWords(guidance.language);
  out.heading(guidance.title);
  out.paragraph(guidance.paragraph);
  const commands = guidance.acts.map((act) => actCommand(act, facts)).filter((one) => one !== undefined);
  const missing = commands.filter((one) => guidance.remedy?.includes(`mfp-mail-agent ${one}`) !== true);
  if (guidance.remedy !== undefined || missing.length > 0) {
    out.line();
    out.heading(whatToDo);
  }
  if (guidance.remedy !== undefined) out.paragraph(guidance.remedy);
  for (const command of missing) out.paragraph(`mfp-mail-agent ${command}`);
  if (guidance.support === undefined) return;
  out.line();
  out.heading(toSupport);
  for (const line of guidance.support) out.paragraph(line, '  ');
}

/** The command for an act; a text written for every screen speaks of keys and buttons. */
function actCommand(act: Guidance['acts'][number], { queueId, upn }: ActFacts): string | undefined {
  switch (act) {
    case 'sign-in':
      return 'sign-in';
    case 'use-upn':
      return `settings set sender.deviceEmailAddress ${plainAddress(upn) ?? 'UPN'}`;
    case 'retry-job':
      return `queue retry ${queueId ?? 'ID'}`;
    case 'release-job':
      return `queue release ${queueId ?? 'ID'}`;
    case 'change-settings':
      return 'settings list';
  }
}

/** An address that may stand in a command: it is pasted into a shell, and a name may be anything. */
export function plainAddress(upn: string | undefined): string | undefined {
  return upn !== undefined && /^[\w.+-]+@[\w.-]+$/.test(upn) ? upn : undefined;
}
