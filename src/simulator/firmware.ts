/**
 * Plays the mail program inside a printer: one SMTP dialogue, one command at a time, a multipart message with the scan
 * as base64, no Message-ID (much firmware sends none), a From that is the printer's own idea.
 */
import { connect, type Socket } from 'node:net';
import { attachments } from './message-facts.ts';

export interface FirmwareScan {
  /** Loopback port of the agent's SMTP listener. */
  readonly port: number;
  readonly fileName: string;
  readonly file: Buffer;
  readonly to: readonly string[];
  /** What the firmware believes its address to be. */
  readonly from: string;
  readonly fromName?: string;
  readonly subject: string;
}

export interface FirmwareResult {
  /** Last reply line of the agent, `250 ...` if it took the scan. */
  readonly reply: string;
  readonly tookMs: number;
}

const deadlineMs = 60_000;

/** Sends one scan. @throws Error naming the reply the agent refused with, or the broken connection */
export async function playFirmware(scan: FirmwareScan): Promise<FirmwareResult> {
  const startedMs = performance.now();
  const socket = connect(scan.port, '127.0.0.1');
  socket.setTimeout(deadlineMs, () => socket.destroy(new Error('the agent did not answer in time')));
  const replies = replyLines(socket);
  const expect = async (command: string | undefined, code: string): Promise<string> => {
    if (command !== undefined) socket.write(`${command}\r\n`);
    for (;;) {
      const { value: line, done } = await replies.next();
      if (done === true) throw new Error('the agent closed the connection');
      if (line.startsWith('-', 3)) continue;
      if (!line.startsWith(code)) throw new Error(`the agent answered: ${line}`);
      return line;
    }
  };
  try {
    await expect(undefined, '220');
    await expect('EHLO MFP-C4570', '250');
    await expect(`MAIL FROM:<${scan.from}>`, '250');
    for (const to of scan.to) await expect(`RCPT TO:<${to}>`, '250');
    await expect('DATA', '354');
    socket.write(message(scan));
    const reply = await expect('\r\n.', '250');
    socket.end('QUIT\r\n');
    return { reply, tookMs: performance.now() - startedMs };
  } finally {
    socket.destroySoon();
  }
}

function message(scan: FirmwareScan): string {
  const boundary = 'MFP-C4570-0001';
  const name = scan.fromName === undefined ? '' : `"${scan.fromName}" `;
  const base64 = scan.file.toString('base64').replace(/.{76}/g, '$&\r\n').replace(/\r\n$/, '');
  return [
    `From: ${name}<${scan.from}>`,
    `To: ${scan.to.join(', ')}`,
    `Subject: ${scan.subject}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'Scanned by MFP-C4570. Device location: 2nd floor.',
    '',
    `--${boundary}`,
    `Content-Type: application/pdf; name="${scan.fileName}"`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${scan.fileName}"`,
    '',
    base64,
    `--${boundary}--`,
  ].join('\r\n');
}

async function* replyLines(socket: Socket): AsyncGenerator<string, undefined> {
  let rest = '';
  for await (const chunk of socket) {
    rest += (chunk as Buffer).toString('latin1');
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      yield rest.slice(0, end);
      rest = rest.slice(end + 2);
    }
  }
  return undefined;
}

/**
 * The attachment of a delivered message that `playFirmware` made, decoded; undefined if it is not there. Its name is read
 * as mail programs read it: on its way it may have been made legal (RFC 2047, RFC 2231).
 */
export function attachmentOf(raw: Buffer): { readonly fileName: string; readonly content: Buffer } | undefined {
  const text = raw.toString('latin1');
  const head = /\r\nContent-Disposition: attachment;[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n/i.exec(text);
  if (!head) return undefined;
  const start = head.index + head[0].length;
  const end = text.indexOf('\r\n--', start);
  return {
    fileName: attachments(raw)[0]?.fileName ?? '',
    content: Buffer.from(text.slice(start, end < 0 ? undefined : end), 'base64'),
  };
}
