/** Commands of a few lines each: run, demo, send-test, consent-link, explain. */
import { MailError, parseMailbox, type JobSummary } from '../core/index.ts';
import {
  guidanceFor,
  isGuidanceId,
  lookUpPhoneNumber,
  lookUpReply,
  type Guidance,
  type GuidanceId,
} from '../guidance/index.ts';
import { loadPanelLanguage } from '../panel/index.ts';
import { type Call, type Command } from './command.ts';
import { exitCodes, usageError } from './exit-codes.ts';
import { jobDetails, printGuidance, stateWords } from './job-text.ts';
import { upnFor } from './queue.ts';
import { startAgent } from './run-agent.ts';

export const runCommand: Command = {
  name: 'run',
  operands: [],
  summary: 'run the agent in the foreground',
  description: [
    'Runs the agent until SIGTERM or Ctrl-C; the service manager starts it so. The log goes to standard output.',
    'The keys that seal scans and sign-in are 0600 files, best on another partition (--key-dir), or are wrapped by a program of the device maker that talks to a TPM or secure element (--key-program).',
  ],
  options: {
    'key-dir': { type: 'string', value: 'DIR', help: 'folder of the keys (default: keys, in the state folder)' },
    'key-program': { type: 'string', value: 'PATH', help: 'program that wraps and unwraps the keys' },
  },
  run: ({ io, root, options }) => startAgent(io, { root, ...options }),
};

export const demoCommand: Command = {
  name: 'demo',
  operands: ['[OPTION...]'],
  summary: 'the whole agent against a stand-in cloud',
  description: [
    'Runs the agent with a stand-in identity service and mail server on this machine, without privileges and ' +
      'without the internet. It is not part of the device package; in a checkout of the project: npm run demo',
  ],
  options: {},
  // Never called: the dispatcher hands the untouched arguments to the demo.
  run: ({ io }) => io.startDemo([], io),
};

export const sendTestCommand: Command = {
  name: 'send-test',
  operands: ['ADDRESS'],
  summary: 'send a test mail and wait for the outcome',
  description: [
    'Queues a small mail from the device e-mail address and waits until the mail server has accepted or refused it, ' +
      'at most two minutes. The exit code is 0 if it was accepted, 4 if it is held, else 1.',
  ],
  options: { 'no-wait': { type: 'boolean', help: 'do not wait; 0 means queued' } },
  run: sendTest,
};

export const consentLinkCommand: Command = {
  name: 'consent-link',
  operands: [],
  summary: 'the link a tenant administrator must open',
  description: ['Prints the admin consent link for the client id that is set, and the sentence to send with it.'],
  options: {},
  run: async ({ client, io, out, isJson }) => {
    const reply = await client.consentLink({ signal: io.signal });
    if (isJson) {
      out.json(reply);
      return exitCodes.done;
    }
    out.line('Send this to an administrator of the organisation; once is enough for all:');
    out.line();
    out.paragraph(
      'Please open this link once, sign in as an administrator and accept, so that the printer may send mail as its own ' +
        'mailbox and nothing else:',
    );
    out.raw(reply.url);
    out.line();
    out.line('When that is done: mfp-mail-agent sign-in');
    return exitCodes.done;
  },
};

export const explainCommand: Command = {
  name: 'explain',
  operands: ['CODE...'],
  summary: 'what an error code, number or reply means',
  description: [
    'CODE is a number as the phone showed it (AADSTS50020 or 50020), a code as status and queue show it, or what a mail ' +
      'server replied: the whole reply, its status (5.7.139) or its number (550). Where several things are behind it, they ' +
      "are listed. Works without a running agent, then without this device's addresses in the text.",
  ],
  options: {},
  run: explain,
};

const pollEveryMs = 1000;
const mostPolls = 120;

async function sendTest(call: Call): Promise<number> {
  const { client, io, out, isJson, options } = call;
  const [to = ''] = call.operands;
  if (!parseMailbox(to)) throw usageError(`"${to}" is not a complete e-mail address`);
  const signal = io.signal;
  let job: JobSummary = await client.sendTest(to, { signal });
  if (options['no-wait'] !== true) {
    if (!isJson) out.line(`Queued as ${job.queueId}; waiting for the mail server ...`);
    for (let polls = 0; polls < mostPolls && (job.state === 'waiting' || job.state === 'sending'); polls++) {
      await io.clock.sleep(pollEveryMs, { signal });
      ({ job } = await client.job(job.queueId, { signal }));
    }
  }
  if (isJson) out.json(job);
  else if (job.state === 'accepted') out.line(`Test mail to ${to}: ${stateWords(job, io.clock.nowMs())}.`);
  else if (options['no-wait'] === true)
    out.line(`Queued as ${job.queueId}; see: mfp-mail-agent queue show ${job.queueId}`);
  return outcome(call, job);
}

async function outcome(call: Call, { queueId, state }: JobSummary): Promise<number> {
  const { client, io, out, isJson, options } = call;
  if (state === 'accepted') return exitCodes.done;
  if (options['no-wait'] === true && state !== 'failed') return exitCodes.done;
  if (!isJson) {
    const { job, guidance } = await client.job(queueId, { signal: io.signal });
    jobDetails(out, job, guidance, { nowMs: io.clock.nowMs(), upn: await upnFor(call, guidance) });
  }
  switch (state) {
    case 'held':
      throw new MailError(
        'sign-in-needed',
        `The test mail is held; mend what is said above, then it goes by itself (job ${queueId})`,
        { details: { queueId } },
      );
    case 'failed':
      throw new MailError('message-refused', `The test mail was refused; see: mfp-mail-agent queue show ${queueId}`, {
        details: { queueId },
      });
    case 'deleted':
      throw new MailError('job-finished', 'The test mail was deleted by somebody', { details: { queueId } });
    case 'waiting':
    case 'sending':
      throw new MailError(
        'timeout',
        `The test mail still waits and is tried again; see: mfp-mail-agent queue show ${queueId}`,
        { details: { queueId } },
      );
  }
}

async function explain(call: Call): Promise<number> {
  const { client, io, out, isJson, operands, language } = call;
  const text = operands.join(' ').trim();
  if (text === '') throw usageError('Usage: mfp-mail-agent explain CODE; see: mfp-mail-agent help explain');
  const number = /^(?:AADSTS)?(\d{4,8})$/i.exec(text)?.[1];
  const [id, ...others] = idsOf(text, number);
  if (id === undefined) {
    throw new MailError(
      'bad-request',
      number === undefined
        ? `Nothing is known about "${text}"; give a code as status or queue show print it, a number like AADSTS50020, or a ` +
            "mail server's reply like 5.7.139"
        : `Nothing is known about AADSTS${number}; look it up at https://login.microsoftonline.com/error?code=${number}`,
    );
  }
  if (others.length > 0) return listCandidates(call, text, [id, ...others]);
  const question = number === undefined ? { code: id } : { aadsts: Number(number) };
  const guidance: Guidance = await client.explain(question, { signal: io.signal }).catch(async (error: unknown) => {
    io.signal?.throwIfAborted();
    // The texts are part of this program; the agent only adds this device's names to them.
    if (!(error instanceof MailError) || error.code !== 'daemon-not-running') throw error;
    if (language !== undefined) await loadPanelLanguage(language);
    return guidanceFor(id, {}, language);
  });
  if (isJson) out.json(guidance);
  else printGuidance(out, guidance);
  return exitCodes.done;
}

/** @param number of an AADSTS number, its digits */
function idsOf(text: string, number: string | undefined): readonly GuidanceId[] {
  if (number !== undefined) {
    const id = lookUpPhoneNumber(Number(number));
    return id === undefined ? [] : [id];
  }
  const code = text.toLowerCase();
  return isGuidanceId(code) ? [code] : lookUpReply(text);
}

/** One number stands for several things: which one it was, the words of the reply say. */
async function listCandidates(
  { out, isJson, language }: Call,
  text: string,
  ids: readonly GuidanceId[],
): Promise<number> {
  if (language !== undefined) await loadPanelLanguage(language);
  const candidates = ids.map((id) => ({ id, title: guidanceFor(id, {}, language).title }));
  if (isJson) {
    out.json({ candidates });
    return exitCodes.done;
  }
  out.paragraph(`Several things are behind "${text}"; the whole reply of the mail server tells which:`);
  out.line();
  for (const { id, title } of candidates) out.row(`  ${id}`, title, 32);
  out.line();
  out.line('More about one: mfp-mail-agent explain ID');
  return exitCodes.done;
}
