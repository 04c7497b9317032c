import { MailError, type AgentStatus } from '../core/index.ts';
import { type Call, type Command } from './command.ts';
import { exitCodes, usageError } from './exit-codes.ts';
import { isInteractive } from './io.ts';
import { Prompt } from './prompt.ts';
import { sizeWords } from './words.ts';

/** `decommission`: the device leaves the house. */
export const decommissionCommand: Command = {
  name: 'decommission',
  operands: [],
  summary: 'destroy account, scans and settings for good',
  description: [
    'For a device that is sold, returned or thrown away. Destroys the keys of this device first, so that nothing that ' +
      'is left on the storage can be read, then the sign-in, all scans, the list of jobs and the settings. Nothing of it ' +
      'can be brought back.',
    'Shows how many scans still wait to be sent and asks to type that number. Without a terminal the number is given ' +
      'with --confirm-waiting-jobs; if it is not the right one any more, nothing is destroyed.',
    'The tokens can no longer be used by this device, but only the organisation can end them: in the portal, revoke ' +
      'the sessions of the account.',
  ],
  options: {
    'confirm-waiting-jobs': {
      type: 'string',
      value: 'N',
      help: 'the number of scans that wait, and are given up; asks nothing',
    },
  },
  run: decommission,
};

async function decommission(call: Call): Promise<number> {
  const { client, io, out, isJson, options } = call;
  const given = options['confirm-waiting-jobs'];
  const confirmed = typeof given === 'string' ? wholeNumber(given) : await confirmedByPerson(call);
  if (confirmed === undefined) {
    out.line('Nothing was destroyed.');
    return exitCodes.failed;
  }
  await client.decommission(confirmed, { signal: io.signal }).catch((error: unknown) => {
    const waiting =
      error instanceof MailError && error.code === 'settings-need-consent' ? error.details['waitingJobs'] : undefined;
    throw typeof waiting === 'number' ? notConfirmed(waiting) : error;
  });
  if (isJson) {
    out.json({ decommissioned: true, destroyedWaitingJobs: confirmed });
  } else {
    out.line('Decommissioned: keys, sign-in, scans and settings are destroyed.');
    out.line('Stop the agent now; started again, it begins as a new device.');
  }
  return exitCodes.done;
}

/** @throws MailError `bad-request` */
function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text))
    throw usageError('--confirm-waiting-jobs needs a number; see the scans that wait: mfp-mail-agent queue list');
  return Number(text);
}

/**
 * Shows what would be lost and asks for the number.
 * @returns undefined if something else was typed
 * @throws MailError `settings-need-consent` where nobody can be asked
 */
async function confirmedByPerson({ client, io, out, isJson }: Call): Promise<number | undefined> {
  const status = await client.status({ signal: io.signal });
  const waiting = status.queue.waiting + status.queue.sending + status.queue.held;
  if (isJson || !isInteractive(io)) {
    throw notConfirmed(waiting);
  }
  lossList(status, waiting).forEach((text) => {
    out.paragraph(text);
  });
  out.line();
  const prompt = new Prompt(io);
  try {
    const answer = await prompt.ask(`Type the number of scans that wait (${String(waiting)}) to destroy all this: `);
    return answer === String(waiting) ? waiting : undefined;
  } finally {
    prompt.close();
  }
}

function lossList({ account, deviceEmailAddress, queue }: AgentStatus, waiting: number): string[] {
  const who = account.identity?.upn ?? 'nobody is signed in';
  const bytes = queue.bytes > 0 ? ` (${sizeWords(queue.bytes)})` : '';
  return [
    'This destroys for good, and cannot be undone:',
    `- the sign-in: ${who}`,
    `- the scans: ${String(waiting)} that wait to be sent${bytes}, ${String(queue.failed)} that failed; and the list of jobs`,
    `- the settings${deviceEmailAddress === '' ? '' : `, with the device address ${deviceEmailAddress}`}`,
    '- the keys of this device',
  ];
}

function notConfirmed(waiting: number): MailError {
  const words = waiting === 1 ? '1 scan waits' : `${String(waiting)} scans wait`;
  return new MailError(
    'settings-need-consent',
    `Nothing was destroyed; ${words} to be sent: repeat the command with --confirm-waiting-jobs ${String(waiting)}`,
    { details: { waitingJobs: waiting } },
  );
}
