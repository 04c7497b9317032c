/** The sender rule on one message (design 6.4, 6.5): who it is from, and what becomes of what the firmware said. */
import {
  comparableAddress,
  formatHeaderBlock,
  headerValue,
  isSameAddress,
  MailError,
  parseHeaderBlock,
  withField,
  type HeaderField,
} from '../core/index.ts';
import { answerableAddress, statedFrom, type StatedFrom } from './from-field.ts';
import { permittedAddress, wireAddress, type SenderRules } from './rules.ts';

/** Three of the longest addresses still fit into one line of 998 characters (RFC 5322 2.1.1). */
const maxAddresses = 3;

/** What the rule needs of a job. `headerBlock` is latin1 text as `core/header-block.ts` describes it. */
export interface SenderJob {
  /** As the client gave it; '' is the null reverse-path. */
  readonly reversePath: string;
  readonly headerBlock: string;
  /** Address of the person at the device, if the bridge named one. */
  readonly requestingUser?: string | undefined;
}

/** What goes on the wire. */
export interface SenderDecision {
  readonly reversePath: string;
  readonly headerBlock: string;
}

/**
 * Checks header From at intake, so that the firmware itself hears a refusal. Only `allowed` refuses: under `prohibited`
 * From is rewritten whatever it was. The reverse-path is not looked at, because it never leaves this device as it came.
 * @returns `sender-not-permitted` (550 5.7.1) with a hint that names the device address, or undefined
 */
export function checkSender(rules: SenderRules, job: SenderJob): MailError | undefined {
  if (rules.changeSenderAddress !== 'allowed' || isPlainPassThrough(rules)) return undefined;
  if (fromOfRequestingUser(rules, job) !== undefined) return undefined;
  const from = statedFrom(parseHeaderBlock(job.headerBlock));
  if (!from.isPresent) return undefined;
  const refused = from.addresses.filter((one) => permittedAddress(rules, one) === undefined);
  if (from.addresses.length > 0 && refused.length === 0) return undefined;
  const device = wireAddress(rules.deviceEmailAddress);
  const logMessage = `header From ${JSON.stringify(refused.slice(0, maxAddresses))} is not on the permitted list`;
  return new MailError('sender-not-permitted', logMessage, {
    details: device === undefined ? {} : { hint: `use ${device}` },
  });
}

/**
 * Decides reverse-path and sender fields for the next attempt: From, Sender, Reply-To. All other fields stay byte for
 * byte as they came. Settings may have changed since intake: an address no longer permitted is then rewritten, because a
 * message once accepted is not refused for it.
 *
 * The reverse-path is always the device address, also for a permitted alias: Exchange compares MAIL FROM with the
 * mailbox of the XOAUTH2 `user=` and answers 5.2.252 or 5.7.60 for another, and bounces must reach the device mailbox.
 * A null reverse-path becomes the device address as well: submission needs the mailbox there. Only a plain server
 * (`unspecified`) gets `<>` as it came (RFC 5321 4.5.5).
 * @throws MailError `settings-conflict` if Exchange Online is set and there is no usable device address; `mayRelay` holds
 *   the queue before it comes to that
 * @see https://www.rfc-editor.org/rfc/rfc5322#section-3.6.2
 * @see https://www.rfc-editor.org/rfc/rfc6409#section-8.1 (a submission server may add or replace Sender)
 */
export function decideSender(rules: SenderRules, job: SenderJob): SenderDecision {
  const device = wireAddress(rules.deviceEmailAddress);
  if (device === undefined) {
    if (rules.provider === 'unspecified') return { reversePath: job.reversePath, headerBlock: job.headerBlock };
    throw new MailError('settings-conflict', 'no usable device e-mail address', {
      details: { field: 'sender.deviceEmailAddress' },
    });
  }
  const reversePath = rules.provider === 'unspecified' && job.reversePath === '' ? '' : device;
  const fields = parseHeaderBlock(job.headerBlock);
  const user = fromOfRequestingUser(rules, job);
  const edited = user === undefined ? fromDevice(rules, device, job, fields) : fromUser(user, device, fields);
  return { reversePath, headerBlock: formatHeaderBlock(edited) };
}

/** A plain server and no device address: the printer as it always was, nothing to compare with. */
function isPlainPassThrough(rules: SenderRules): boolean {
  return (
    rules.provider === 'unspecified' && rules.deviceEmailAddress.trim() === '' && rules.permittedAddresses.length === 0
  );
}

/** Design 6.5: only with a plain server, and only if the bridge named a person by a full address. */
function fromOfRequestingUser(rules: SenderRules, job: SenderJob): string | undefined {
  if (rules.provider !== 'unspecified' || !rules.usesAuthenticatedUserAddress || job.requestingUser === undefined)
    return undefined;
  return answerableAddress(job.requestingUser.trim());
}

/** The person is the author, the device transmits: RFC 5322 wants Sender exactly then. */
function fromUser(user: string, device: string, fields: readonly HeaderField[]): HeaderField[] {
  const sender = isSameAddress(user, device) ? undefined : device;
  return withField(withField(fields, 'From', user), 'Sender', sender);
}

function fromDevice(rules: SenderRules, device: string, job: SenderJob, fields: readonly HeaderField[]): HeaderField[] {
  const from = statedFrom(fields);
  const permitted = from.addresses.map((one) => permittedAddress(rules, one));
  const authors = [...new Set(permitted.filter((one) => one !== undefined))];
  const [only] = authors;
  if (only !== undefined && authors.length <= maxAddresses && !permitted.includes(undefined)) {
    // Several authors need a Sender (RFC 5322 3.6.2); for one it would only name somebody else.
    if (authors.length > 1) return withField(withField(fields, 'From', authors.join(', ')), 'Sender', device);
    // Untouched only in a form that Exchange reads as we did; anything cleverer is written again.
    const isUntouched = from.isPlain && from.addresses[0] === only;
    return withField(
      isUntouched ? fields : withField(fields, 'From', mailbox(from.displayName, only)),
      'Sender',
      undefined,
    );
  }
  const rewritten = withField(withField(fields, 'From', mailbox(from.displayName, device)), 'Sender', undefined);
  const answerTo = answerAddresses(from, job.reversePath, device);
  const hasReplyTo = (headerValue(fields, 'Reply-To') ?? '') !== '';
  return hasReplyTo || answerTo.length === 0 ? rewritten : withField(rewritten, 'Reply-To', answerTo.join(', '));
}

/** What the firmware said, for Reply-To: From, or the reverse-path of a message without From; never the device itself. */
function answerAddresses(from: StatedFrom, reversePath: string, device: string): string[] {
  const stated = from.isPresent ? from.addresses : [reversePath];
  const found = new Map<string, string>();
  for (const one of stated.slice(0, maxAddresses)) {
    const address = answerableAddress(one);
    if (address !== undefined && !isSameAddress(address, device)) found.set(comparableAddress(address), address);
  }
  return [...found.values()];
}

function mailbox(displayName: string | undefined, address: string): string {
  return displayName === undefined ? address : `${displayName} <${address}>`;
}
