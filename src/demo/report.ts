/** What arrived, told to a person: envelope, header, attachment, and whether every byte is there. */
import { createHash } from 'node:crypto';
import { headerValue, parseHeaderBlock } from '../core/index.ts';
import { attachmentOf, type Delivery } from '../simulator/index.ts';

export interface Arrival {
  readonly lines: readonly string[];
  readonly isIntact: boolean;
}

/**
 * @param sent the file that was handed in; undefined for mail that somebody else sent (swaks): then nothing is compared
 * @param tookMs from the agent's 250 to Exchange's 250
 */
export function describeArrival(
  delivery: Delivery,
  sent: { readonly file: Buffer; readonly tookMs: number | undefined } | undefined,
): Arrival {
  const raw = delivery.raw;
  const end = raw.indexOf('\r\n\r\n');
  const fields = parseHeaderBlock(raw.subarray(0, end < 0 ? raw.length : end + 2).toString('latin1'));
  const attachment = attachmentOf(raw);
  const isIntact = sent !== undefined && attachment?.content.equals(sent.file) === true;
  const rows: [string, string][] = [
    ['Envelope', `${delivery.envelope.reversePath} -> ${delivery.envelope.forwardPaths.join(', ')}`],
    ['From', headerValue(fields, 'From') ?? '(none)'],
    ['Reply-To', headerValue(fields, 'Reply-To') ?? '(none)'],
    ['Subject', headerValue(fields, 'Subject') ?? '(none)'],
    ['Message-ID', headerValue(fields, 'Message-ID') ?? '(none)'],
    ['Exchange id', delivery.exchangeId],
  ];
  if (attachment) {
    rows.push(['Attachment', `${attachment.fileName}, ${String(attachment.content.length)} bytes`]);
    rows.push(['SHA-256', createHash('sha256').update(attachment.content).digest('hex')]);
  }
  if (sent) {
    rows.push(['Compared', isIntact ? 'byte for byte the file that was scanned' : 'NOT the file that was scanned']);
    if (sent.tookMs !== undefined)
      rows.push(['Time taken', `${(sent.tookMs / 1000).toFixed(2)} s from the printer's 250 to Exchange's`]);
  }
  const lines = rows.flatMap(([name, value]) => {
    const line = `  ${name.padEnd(12)} ${printable(value)}`;
    // Exchange's ids are long; nothing of them is cut, but a terminal of 80 columns stays readable.
    return line.length <= 80 ? [line] : [`  ${name}`, `    ${printable(value)}`];
  });
  return { lines, isIntact };
}

/** Header text is foreign: a terminal must not obey it. */
function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
}
