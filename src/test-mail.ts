/** The mail by which a person sees that scans leave. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { MailError, parseMailbox, type QueueId } from './core/index.ts';
import type { Intake } from './intake/index.ts';

/**
 * Queues a test mail as if it were a scan: it goes the same way.
 * @param to one complete address
 * @param about.by who asked for it, for the records
 * @throws MailError `bad-address`, and as the intake's `accept`
 */
export async function sendTestMail(
  to: string,
  intake: Pick<Intake, 'accept'>,
  about: { readonly deviceEmailAddress: string; readonly version: string; readonly by: string },
): Promise<QueueId> {
  const mailbox = parseMailbox(to);
  if (!mailbox)
    throw new MailError('bad-address', 'test mail needs a complete address', {
      details: { hint: 'give an address such as anna@contoso.com' },
    });
  const { deviceEmailAddress: from, version, by } = about;
  const { queueId } = await intake.accept({
    source: Readable.from([testMessage(from, mailbox.address, version)]),
    envelope: { reversePath: from, forwardPaths: [mailbox.address] },
    door: 'test',
    client: by,
  });
  return queueId;
}

function testMessage(from: string, to: string, version: string): string {
  return [
    `From: ${from}`,
    `To: ${to}`,
    'Subject: Test mail from this printer',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Auto-Submitted: auto-generated',
    '',
    'This test mail shows that the printer can send scans by e-mail.',
    '',
    `Sent by mfp-mail-agent ${version}, test ${randomUUID()}.`,
    '',
  ].join('\r\n');
}
