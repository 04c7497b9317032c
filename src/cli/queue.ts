import { isQueueId, MailError, type JobState, type JobSummary } from '../core/index.ts';
import { type Guidance } from '../guidance/index.ts';
import { escapeControls, holdWords } from '../panel/index.ts';
import { type AgentClient } from './client.ts';
import { yesOption, type Call, type Command } from './command.ts';
import { exitCodes, usageError } from './exit-codes.ts';
import { isInteractive } from './io.ts';
import { jobDetails, stateWords, whoWords } from './job-text.ts';
import { Prompt } from './prompt.ts';
import { instantWords, sizeWords, spanWords } from './words.ts';

const states: readonly JobState[] = ['waiting', 'sending', 'held', 'accepted', 'failed', 'deleted'];
/** What the API gives at once; more than the queue and its history hold by default. */
const mostJobs = 1000;
/** How long `queue retry` waits for the outcome: the usual reply of a mail server, not a large scan on a slow line. */
const retryPollEveryMs = 500;
const mostRetryPolls = 6;
const idNote = 'ID may be shortened to a beginning or an end that fits one job only.';

/** `queue list`, `show`, `retry`, `release`, `hold`, `delete` */
export const queueCommands: readonly Command[] = [
  {
    name: 'queue list',
    operands: [],
    summary: 'jobs, newest first',
    description: [
      'Prints a table of jobs: those that wait and those of the last days. Cut cells end in an ellipsis; --json has ' +
        'everything.',
    ],
    options: {
      state: { type: 'string', value: 'STATE', help: states.join(', ') },
      limit: { type: 'string', value: 'N', help: 'at most N jobs, 1 to 1000; 50 without' },
    },
    run: list,
  },
  {
    name: 'queue show',
    operands: ['ID'],
    summary: 'one job: recipients, replies, what to do',
    description: [
      'Prints every recipient with its state and the raw reply of the mail server, what the reply means, and what ' +
        'mends it.',
      idNote,
    ],
    options: {},
    run: show,
  },
  {
    name: 'queue retry',
    operands: ['ID'],
    summary: 'send now; re-opens a failed job',
    description: [
      'Sends a job now instead of at its time, and re-opens a failed one while its scan is kept. Waits three seconds ' +
        'for the outcome. The exit code is 4 if the whole queue is held, so that a person must act first.',
      idNote,
    ],
    options: {},
    run: (call) => act(call, 'retry'),
  },
  {
    name: 'queue release',
    operands: ['ID'],
    summary: 'end a hold',
    description: ['Lets a held job go on. The exit code is 4 if the whole queue is held all the same.', idNote],
    options: {},
    run: (call) => act(call, 'release'),
  },
  {
    name: 'queue hold',
    operands: ['ID'],
    summary: 'keep a job, do not send it',
    description: ['Keeps a job until it is released.', idNote],
    options: {},
    run: (call) => act(call, 'hold'),
  },
  {
    name: 'queue delete',
    operands: ['ID'],
    summary: 'delete a job; the record keeps who did it',
    description: ['Deletes a job and its scan. Asks first on a terminal.', idNote],
    options: { yes: yesOption },
    run: remove,
  },
];

async function list({ client, io, out, isJson, options }: Call): Promise<number> {
  const state = stateOption(options['state']);
  const { jobs, total } = await client.jobs({ state, limit: limitOption(options['limit']) }, { signal: io.signal });
  if (isJson) {
    out.json({ jobs, total });
    return exitCodes.done;
  }
  if (jobs.length === 0) {
    out.line(state === undefined ? 'The queue is empty.' : `No job is ${state}.`);
    return exitCodes.done;
  }
  const nowMs = io.clock.nowMs();
  const rows = jobs.map((job) => [
    job.queueId,
    job.state,
    spanWords(nowMs - job.acceptedAtMs),
    sizeWords(job.bodyBytes),
    recipientsCell(job),
    job.subject,
  ]);
  out.table(
    [
      { title: 'ID' },
      { title: 'STATE' },
      { title: 'AGE', isRight: true },
      { title: 'SIZE', isRight: true },
      { title: 'TO', isFlexible: true },
      { title: 'SUBJECT', isFlexible: true },
    ],
    rows,
  );
  printHolds(out, jobs);
  if (total > jobs.length)
    out.line(`${String(total - jobs.length)} more; see them with --limit ${String(Math.min(total, mostJobs))}`);
  return exitCodes.done;
}

/** Why jobs are held, below the table: in it, the reason would cost the subject. */
function printHolds(out: Call['out'], jobs: readonly JobSummary[]): void {
  const counts = new Map<string, number>();
  for (const { hold } of jobs)
    if (hold) counts.set(holdWords(hold.reason), (counts.get(holdWords(hold.reason)) ?? 0) + 1);
  if (counts.size > 0) out.line();
  for (const [words, count] of counts) out.line(`${String(count)} held: ${words}`);
  const [example] = jobs.filter((job) => job.state === 'held' || job.state === 'failed');
  if (example) out.line(`What to do: mfp-mail-agent queue show ${example.queueId}`);
}

/** Of a job that failed for some of its recipients, those: the one that got it is no news. */
function recipientsCell({ recipients }: JobSummary): string {
  const failed = recipients.filter(({ state }) => state === 'failed');
  if (failed.length > 0 && failed.length < recipients.length)
    return `${String(failed.length)} of ${String(recipients.length)} failed: ${failed[0]?.forwardPath ?? '-'}`;
  const [first, ...more] = recipients;
  return `${first?.forwardPath ?? '-'}${more.length > 0 ? ` +${String(more.length)}` : ''}`;
}

function stateOption(value: string | boolean | undefined): JobState | undefined {
  if (value === undefined) return undefined;
  const state = states.find((one) => one === value);
  if (state === undefined) throw usageError(`--state is one of ${states.join(', ')}`);
  return state;
}

function limitOption(value: string | boolean | undefined): number {
  if (value === undefined) return 50;
  const limit = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > mostJobs) throw usageError(`--limit is a number from 1 to ${String(mostJobs)}`);
  return limit;
}

async function show(call: Call): Promise<number> {
  const { client, io, out, isJson } = call;
  const queueId = await wholeId(client, call.operands[0] ?? '', io.signal);
  const reply = await client.job(queueId, { signal: io.signal });
  if (isJson) out.json(reply);
  else jobDetails(out, reply.job, reply.guidance, { nowMs: io.clock.nowMs(), upn: await upnFor(call, reply.guidance) });
  return exitCodes.done;
}

/** The signed-in account's UPN, asked for only if an offered command needs it. */
export async function upnFor({ client, io }: Call, guidance: Guidance | undefined): Promise<string | undefined> {
  if (guidance?.acts.includes('use-upn') !== true) return undefined;
  return (await client.status({ signal: io.signal })).account.identity?.upn;
}

async function act(call: Call, what: 'retry' | 'release' | 'hold'): Promise<number> {
  const { client, io, out, isJson } = call;
  const signal = io.signal;
  const queueId = await wholeId(client, call.operands[0] ?? '', signal);
  let job = await client.actOnJob(queueId, what, { signal }).catch(async (error: unknown) => {
    if (isFinishedError(error)) throw await finishedSentence(client, queueId, signal);
    // A job without a hold of its own, in a held queue: it is shown as held, so releasing it is no mistake.
    if (what !== 'release' || !(error instanceof MailError) || error.code !== 'bad-request') throw error;
    const { job: shown } = await client.job(queueId, { signal });
    if (shown.state !== 'held') throw error;
    return shown;
  });
  // "Send now" asks the mail server once even while the queue is held: its answer is what the person wants to know.
  for (let polls = 0; what === 'retry' && job.state !== 'accepted' && polls < mostRetryPolls; polls++) {
    await io.clock.sleep(retryPollEveryMs, { signal });
    ({ job } = await client.job(queueId, { signal }));
    if (job.state === 'failed') break;
  }
  if (isJson) out.json(job);
  else out.line(`Job ${queueId}: ${escapeControls(stateWords(job, io.clock.nowMs()))}.`);
  // Its own hold is ended: what holds it now holds the whole queue.
  if (what === 'hold' || job.state !== 'held') return exitCodes.done;
  if (!isJson) await sayWhatHolds(call, queueId);
  return exitCodes.needsPerson;
}

function isFinishedError(error: unknown): boolean {
  return error instanceof MailError && error.code === 'job-finished';
}

/** What became of a job that nothing can be done with any more, and when. */
async function finishedSentence(client: AgentClient, queueId: string, signal?: AbortSignal): Promise<MailError> {
  const { job } = await client.job(queueId, { signal });
  const at = job.finishedAtMs === undefined ? '' : ` at ${instantWords(job.finishedAtMs)}`;
  const became =
    job.state === 'accepted'
      ? `was accepted by the mail server${at}: it cannot be sent again or called back`
      : job.state === 'deleted'
        ? `was deleted${at}${job.deletedBy === undefined ? '' : ` by ${job.deletedBy} (the name that was given)`}: its scan is gone`
        : `is over (${stateWords(job, 0)}${at}) and its scan is no longer kept`;
  return new MailError('job-finished', `Nothing changed; job ${queueId} ${became}`, { details: { state: job.state } });
}

/** Why the act changed nothing, and who mends it. */
async function sayWhatHolds({ client, io, out }: Call, queueId: string): Promise<void> {
  const { guidance } = await client.job(queueId, { signal: io.signal });
  out.paragraph(
    'It is not sent, because the whole queue is held; when the cause is mended, all held scans go by themselves.',
  );
  if (guidance !== undefined) {
    out.line();
    out.heading(guidance.title);
    out.paragraph(`Who mends it: ${whoWords[guidance.who]}.`);
  }
  out.line(`What to do: mfp-mail-agent queue show ${queueId}`);
}

async function remove(call: Call): Promise<number> {
  const { client, io, out, isJson, options } = call;
  const queueId = await wholeId(client, call.operands[0] ?? '', io.signal);
  if (options['yes'] !== true && !isJson && isInteractive(io)) {
    const { job } = await client.job(queueId, { signal: io.signal });
    // Nobody is asked about what cannot be done.
    if (job.state === 'accepted' || job.state === 'deleted') throw await finishedSentence(client, queueId, io.signal);
    out.paragraph(
      `"${job.subject}" to ${job.recipients.map(({ forwardPath }) => forwardPath).join(', ')}, ` +
        `${stateWords(job, io.clock.nowMs())}.`,
    );
    const prompt = new Prompt(io);
    try {
      if (!(await prompt.isYes('Delete it? The scan is gone for good.'))) {
        out.line('Nothing changed.');
        return exitCodes.failed;
      }
    } finally {
      prompt.close();
    }
  }
  const job = await client.deleteJob(queueId, { signal: io.signal }).catch(async (error: unknown) => {
    throw isFinishedError(error) ? await finishedSentence(client, queueId, io.signal) : error;
  });
  if (isJson) out.json(job);
  else out.line(`Job ${queueId} is deleted.`);
  return exitCodes.done;
}

/**
 * The whole id for a shortened one. Ids begin with the time, so it is mostly the end that tells jobs apart.
 * @throws MailError `job-not-found` if none or several jobs fit
 */
export async function wholeId(client: AgentClient, text: string, signal?: AbortSignal): Promise<string> {
  const wanted = text.toLowerCase();
  const isWhole: boolean = isQueueId(wanted); // annotated, so that the type below stays a string
  if (isWhole) return wanted;
  if (!/^[0-9a-z]{1,13}$/.test(wanted)) throw usageError(`"${text}" is not a job's id; see: mfp-mail-agent queue list`);
  const { jobs } = await client.jobs({ limit: mostJobs }, { signal });
  const fitting = jobs.map(({ queueId }) => queueId).filter((id) => id.startsWith(wanted) || id.endsWith(wanted));
  const [only, ...others] = fitting;
  if (only === undefined)
    throw new MailError('job-not-found', `No job's id begins or ends with ${wanted}; see: mfp-mail-agent queue list`);
  if (others.length > 0)
    throw new MailError(
      'job-not-found',
      `${String(fitting.length)} jobs fit ${wanted}; type more of the id: ` +
        `${fitting.slice(0, 4).join(', ')}${fitting.length > 4 ? ', ...' : ''}`,
    );
  return only;
}
