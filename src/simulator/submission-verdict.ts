import { domainToASCII } from 'node:url';
import { hasEightBit } from './dot-reader.ts';
import { fromAddresses } from './message-facts.ts';
import type { Authenticated } from './smtp-auth.ts';
import { scriptedReply } from './scripted-faults.ts';
import type { StandInState } from './state.ts';

/** A message at its end, before anybody has answered. */
export interface SubmittedMessage {
  readonly reversePath: string;
  readonly raw: Buffer;
  readonly sizeBytes: number;
  readonly hasBareLineFeed: boolean;
  readonly isEightBitDeclared: boolean;
  /** BDAT carries bare line feeds lawfully. */
  readonly isChunked: boolean;
}

/** The service's own ceiling; EHLO says it. */
export const serviceMaxBytes = 157_286_400;

/** @param hostName of the server, for the bracket at the end of the reply @returns the refusal, or undefined to deliver */
export function judgeMessage(
  state: StandInState,
  { account, mailbox }: Authenticated,
  message: SubmittedMessage,
  hostName: string,
): string | undefined {
  const { faults } = state;
  const exception = (name: string, status = '5.2.0') =>
    `554 ${status} STOREDRV.Submission.Exception:${name}; Failed to process message due to a permanent exception with message [BeginDiagnosticData]Cannot submit message. 0.35250:0A00C185, 1.36674:0A000000[EndDiagnosticData] [Hostname=${hostName}]`;
  const scripted = scriptedReply(faults, 'final');
  if (scripted !== undefined) return `${scripted} [Hostname=${hostName}]`;
  if (faults.take('throttle-432', 'submission'))
    return `432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded [Hostname=${hostName}]`;
  if (message.hasBareLineFeed && !message.isChunked)
    return '550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds, which cannot be sent via DATA';
  if (faults.peek('eight-bit-missing') && !message.isEightBitDeclared && hasEightBit(message.raw))
    return '554 5.6.3 Message has 8-bit content, 8BITMIME is not supported';
  const tooLarge552 = faults.peek('too-large-552');
  if (message.sizeBytes > serviceMaxBytes || (tooLarge552 && message.sizeBytes > (tooLarge552.bytes ?? 65_536))) {
    faults.take('too-large-552');
    return '552 5.3.4 Message size exceeds fixed maximum message size';
  }
  const tooLarge = faults.peek('too-large');
  if (message.sizeBytes > mailbox.maxSendBytes || (tooLarge && message.sizeBytes > (tooLarge.bytes ?? 65_536))) {
    faults.take('too-large');
    return exception('MessageSubmissionExceededException.MapiExceptionMaxSubmissionExceeded');
  }
  if (faults.take('quota', 'submission'))
    return exception('SubmissionQuotaExceededException.MapiExceptionSubmissionQuotaExceeded');
  if (faults.take('mailbox-full', 'submission'))
    return `554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded [Hostname=${hostName}]`;
  const headerFrom = fromAddresses(message.raw);
  if (headerFrom.length === 0)
    return '550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant and include a valid From address';
  const allowed = mayBeSentAs(account, mailbox);
  const stranger = [message.reversePath, ...headerFrom].find((address) => !allowed.has(comparable(address)));
  const denied = faults.take('send-as-denied', 'submission') ? message.reversePath : stranger;
  if (denied === undefined) return undefined;
  return exception(
    'SendAsDeniedException.MapiExceptionSendAsDenied',
    `5.2.252 SendAsDenied; ${account.upn} not allowed to send as ${denied};`,
  );
}

type Mailboxes = Authenticated['account'];

/** The own mailbox's addresses, and those with SendAs. FullAccess to a shared mailbox alone does not allow sending as it. */
function mayBeSentAs(account: Mailboxes, mailbox: Mailboxes): ReadonlySet<string> {
  const own = mailbox === account ? [account.upn, account.email, ...account.aliases] : [];
  const sharedToo = account.sendAs.some((one) => comparable(one) === comparable(mailbox.upn))
    ? [mailbox.upn, mailbox.email, ...mailbox.aliases]
    : [];
  return new Set([...own, ...sharedToo, ...account.sendAs].map(comparable));
}

function comparable(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at + 1).toLowerCase()}${domainToASCII(address.slice(at + 1)) || address.slice(at + 1).toLowerCase()}`;
}
