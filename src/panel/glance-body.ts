/** Bodies of the screens outside a sign-in, and the lines below every screen. */
import { labelled, paragraph, type Line } from './canvas.ts';
import { type Drawing } from './screen.ts';
import { countdown } from './text.ts';
import { holdWords, queueWords } from './words.ts';

/** What the state of the mailbox means for the person in front of the panel. */
export function glanceBody(drawing: Drawing): Line[] {
  const { status, columns } = drawing;
  const upn = status.account.identity?.upn;
  if (status.glance === 'ready' && upn !== undefined) {
    return [
      ...paragraph(`ready: signed in as ${upn}, mail goes out as ${status.deviceEmailAddress}`, columns, 'strong'),
      ...server(drawing),
    ];
  }
  const guidance = status.guidanceId === undefined ? undefined : drawing.guide(status.guidanceId, status);
  const advice = (guidance?.panel ?? []).filter((line) => line !== status.sentence);
  const plain = { columns, labelColumns: 18, style: 'plain' } as const;
  return [
    ...paragraph(status.sentence, columns, 'strong'),
    ...advice.flatMap((line) => paragraph(line, columns)),
    ...(upn === undefined ? [] : [[], ...labelled('Account', upn, plain)]),
    ...(status.deviceEmailAddress === '' ? [] : labelled('Device address', status.deviceEmailAddress, plain)),
    ...server(drawing),
  ];
}

function server({ status, columns }: Drawing): Line[] {
  const { host, port, isReachable } = status.smarthost;
  if (host === '') return [];
  const words = isReachable === false ? ' (no connection)' : '';
  return labelled('Mail server', `${host}:${String(port)}${words}`, {
    columns,
    labelColumns: 18,
    style: isReachable === false ? 'amber' : 'plain',
  });
}

/** Queue, hold, slow-down, storage and the shared mailbox: below every screen. */
export function footer({ status, columns, nowMs }: Drawing): Line[] {
  const { queue, storage } = status;
  const lines = paragraph(`Queue: ${queueWords(queue)}`, columns, queue.held + queue.failed > 0 ? 'amber' : 'plain');
  if (queue.holdReason !== undefined && queue.held + queue.waiting > 0) {
    lines.push(...paragraph(`Held: ${holdWords[queue.holdReason]}`, columns, 'amber'));
  }
  const slowedMs = (queue.slowedUntilMs ?? nowMs) - nowMs;
  if (slowedMs > 0) {
    lines.push(...paragraph(`The mail server asked to slow down: ${countdown(slowedMs)} to go`, columns, 'amber'));
  }
  if (storage.state !== 'ok') {
    const why = storage.why === undefined ? '' : `, ${storage.why}`;
    lines.push(...paragraph(`Storage: ${storage.state}${why}`, columns, 'red'));
  }
  if (status.isSharedMailbox) {
    // Design 6.3: the one exception to "both addresses are the same" is named on every screen.
    const delegate = status.account.identity?.upn ?? 'the account that signs in';
    const text = `Shared mailbox: scans go out as ${status.deviceEmailAddress}, with the rights of ${delegate}`;
    lines.push(...paragraph(text, columns));
  }
  return lines;
}
