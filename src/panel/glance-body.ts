/** Bodies of the screens outside a sign-in, and the lines below every screen. */
import { labelled, paragraph, type Line } from './canvas.ts';
import { type Drawing } from './screen.ts';
import { countdown, flowing } from './text.ts';
import { queueWords, textsFor } from './words.ts';

/** What the state of the mailbox means for the person in front of the panel. */
export function glanceBody(drawing: Drawing): Line[] {
  const { status, columns } = drawing;
  const texts = textsFor(status);
  const upn = status.account.identity?.upn;
  if (status.glance === 'ready' && upn !== undefined) {
    return [...paragraph(texts.readyAs(upn, status.deviceEmailAddress), columns, 'strong'), ...server(drawing)];
  }
  const guidance = status.guidanceId === undefined ? undefined : drawing.guide(status.guidanceId, status);
  const advice = flowing((guidance?.panel ?? []).filter((line) => line !== status.sentence));
  const plain = { columns, labelColumns: 18, style: 'plain' } as const;
  return [
    ...paragraph(status.sentence, columns, 'strong'),
    ...(advice === '' ? [] : paragraph(advice, columns)),
    ...(upn === undefined ? [] : [[], ...labelled(texts.account, upn, plain)]),
    ...(status.deviceEmailAddress === '' ? [] : labelled(texts.deviceAddress, status.deviceEmailAddress, plain)),
    ...server(drawing),
  ];
}

function server({ status, columns }: Drawing): Line[] {
  const { host, port, isReachable } = status.smarthost;
  if (host === '') return [];
  const texts = textsFor(status);
  const words = isReachable === false ? texts.noConnection : '';
  return labelled(texts.mailServer, `${host}:${String(port)}${words}`, {
    columns,
    labelColumns: 18,
    style: isReachable === false ? 'amber' : 'plain',
  });
}

/** Queue, hold, slow-down, storage and the shared mailbox: below every screen. */
export function footer({ status, columns, nowMs }: Drawing): Line[] {
  const { queue, storage } = status;
  const texts = textsFor(status);
  const isTroubled = queue.held + queue.failed > 0;
  const lines = paragraph(texts.queue(queueWords(queue, status.language)), columns, isTroubled ? 'amber' : 'plain');
  if (queue.holdReason !== undefined && queue.held + queue.waiting > 0) {
    lines.push(...paragraph(texts.held(texts.holdWords[queue.holdReason]), columns, 'amber'));
  }
  const slowedMs = (queue.slowedUntilMs ?? nowMs) - nowMs;
  if (slowedMs > 0) {
    lines.push(...paragraph(texts.slowedDown(countdown(slowedMs)), columns, 'amber'));
  }
  if (storage.state !== 'ok') {
    lines.push(...paragraph(texts.storage(texts.storageStates[storage.state], storage.why), columns, 'red'));
  }
  if (status.isSharedMailbox) {
    // Design 6.3: the one exception to "both addresses are the same" is named on every screen.
    const text = texts.sharedMailbox(status.deviceEmailAddress, status.account.identity?.upn);
    lines.push(...paragraph(text, columns));
  }
  return lines;
}
