/**
 * RFC 5321 paths as clients really write them, and the strict grammar behind them. smtp-server's own parser is not used:
 * it splits quoted local parts at blanks and knows no missing angle brackets.
 */
import { MailError, parseMailbox, type Envelope, type Mailbox } from '../core/index.ts';

/** Path of a MAIL or RCPT command: unchecked text between the brackets, and its ESMTP parameters. */
export interface PathCommand {
  /** '' for `<>`; source route removed. */
  readonly address: string;
  /** Keys in upper case; `true` for a keyword without value; false if there are none. */
  readonly args: Record<string, string | true> | false;
  /** A parameter that was given twice. */
  readonly duplicate?: string;
}

const verbs = { 'mail from': /^mail[ \t]+from[ \t]*:[ \t]*/i, 'rcpt to': /^rcpt[ \t]+to[ \t]*:[ \t]*/i } as const;
const bracketed = /^<((?:"(?:[^"\\]|\\.)*"|[^"<>])*)>(?=[ \t]|$)/;
const bare = /^(?:"(?:[^"\\]|\\.)*"|[^"<>\s])+(?=[ \t]|$)/;
/** RFC 5321 4.1.2 A-d-l: must be accepted, should be ignored. */
const sourceRoute = /^@[^\s,:@]+(?:,@[^\s,:@]+)*:/;
const parameter = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([\x21-\x3c\x3e-\x7e\u0080-\u{10ffff}]+))?$/u;
/** Invisible characters that let one address look like another; the joiners of some scripts stay allowed. */
const invisible = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

/**
 * Parses `MAIL FROM:<path> KEY=value` or `RCPT TO:...`. Blanks around the path and missing angle brackets (old firmware)
 * are tolerated.
 * @returns undefined if the command is malformed: 501
 * @see https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2
 */
export function parsePathCommand(verb: keyof typeof verbs, command: Buffer | string): PathCommand | undefined {
  const line = decodeUtf8(command);
  const start = line === undefined ? undefined : verbs[verb].exec(line)?.[0].length;
  if (line === undefined || start === undefined) return undefined;
  const text = line.slice(start).trimEnd();
  const match = bracketed.exec(text) ?? bare.exec(text);
  if (!match) return undefined;
  const address = (match[1] ?? match[0]).trim().replace(sourceRoute, '');
  const args: Record<string, string | true> = Object.create(null) as Record<string, string | true>;
  let duplicate: string | undefined;
  for (const word of text.slice(match[0].length).split(/[ \t]+/)) {
    if (word === '') continue;
    const [, key, value] = parameter.exec(word) ?? [];
    if (key === undefined) return undefined;
    const name = key.toUpperCase();
    if (name in args) duplicate = name;
    args[name] = value ?? true;
  }
  return {
    address,
    args: Object.keys(args).length === 0 ? false : args,
    ...(duplicate === undefined ? {} : { duplicate }),
  };
}

function decodeUtf8(command: Buffer | string): string | undefined {
  if (typeof command === 'string') return command;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(command);
  } catch {
    return undefined;
  }
}

/**
 * The reverse-path as it is stored. Any syntactically valid sender passes: policy rewrites it.
 * @throws MailError `bad-address`
 */
export function checkReversePath(text: string): string {
  return text === '' ? '' : wireAddress(checkMailbox(text, 'reverse-path'));
}

/**
 * A forward path as it is stored.
 * @throws MailError `bad-address`, `address-needs-smtputf8`
 */
export function checkForwardPath(text: string, hasSmtpUtf8: boolean): string {
  const mailbox = checkMailbox(text, 'forward path');
  if (mailbox.isSmtpUtf8 && !hasSmtpUtf8) {
    throw new MailError('address-needs-smtputf8', 'local part is not ASCII and the smarthost has no SMTPUTF8');
  }
  return wireAddress(mailbox);
}

/**
 * The recipients an administrator permits.
 * @param path as `checkForwardPath` returns it
 * @param domains A-labels, lower case; none: anywhere
 * @throws MailError `recipient-not-permitted`
 */
export function checkRecipientDomain(path: string, domains: readonly string[] = []): void {
  if (domains.length === 0 || domains.includes(path.slice(path.lastIndexOf('@') + 1).toLowerCase())) return;
  throw new MailError('recipient-not-permitted', 'recipient outside intake.recipientDomains');
}

/**
 * Checks a whole envelope, for doors that hand it in at once.
 * @throws MailError `bad-address`, `address-needs-smtputf8`, `no-recipients`, `too-many-recipients`, `recipient-not-permitted`
 */
export function checkEnvelope(
  envelope: Envelope,
  options: {
    readonly hasSmtpUtf8: boolean;
    readonly maxRecipients: number;
    readonly recipientDomains?: readonly string[] | undefined;
  },
): Envelope {
  const seen = new Map(
    envelope.forwardPaths.map((text) => {
      const path = checkForwardPath(text, options.hasSmtpUtf8);
      checkRecipientDomain(path, options.recipientDomains);
      return [path.toLowerCase(), path];
    }),
  );
  if (seen.size === 0) throw new MailError('no-recipients', 'envelope without recipients');
  if (seen.size > options.maxRecipients) throw new MailError('too-many-recipients', `${String(seen.size)} recipients`);
  return { reversePath: checkReversePath(envelope.reversePath), forwardPaths: [...seen.values()] };
}

/** True if any address of a checked envelope has a local part that needs SMTPUTF8. */
export function needsSmtpUtf8({ reversePath, forwardPaths }: Envelope): boolean {
  return [reversePath, ...forwardPaths].some((path) => /[^\x00-\x7f]/.test(path));
}

function checkMailbox(text: string, what: string): Mailbox {
  const mailbox = invisible.test(text) ? undefined : parseMailbox(text);
  // The text stays out of the log message: it may hold anything.
  if (!mailbox) throw new MailError('bad-address', `${what} is no RFC 5321 mailbox`);
  return mailbox;
}

/** A U-label domain goes as A-labels, so that only local parts can need SMTPUTF8. */
function wireAddress({ address, domain }: Mailbox): string {
  const at = address.lastIndexOf('@');
  return /[^\x00-\x7f]/.test(address.slice(at)) ? `${address.slice(0, at)}@${domain}` : address;
}
