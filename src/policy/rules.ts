import { comparableAddress, parseMailbox } from '../core/index.ts';

/** The sender settings of the device, as plain values; the settings room fills them in. */
export interface SenderRules {
  readonly provider: 'unspecified' | 'exchange-online';
  /** As set, any spelling; '' as long as nobody signed in or typed one. */
  readonly deviceEmailAddress: string;
  readonly changeSenderAddress: 'prohibited' | 'allowed';
  /** Aliases and other addresses the mailbox may send as; only read under `allowed`. */
  readonly permittedAddresses: readonly string[];
  /** From is the bridge's requesting user; only with provider `unspecified`. */
  readonly usesAuthenticatedUserAddress: boolean;
  readonly sendingUser: 'device' | 'remote-authenticated-user';
  /** The one exception to "UPN equals device address" (design 6.3). */
  readonly isSharedMailbox: boolean;
  /** The cloud profile knows Outlook.com accounts. */
  readonly hasPersonalAccounts: boolean;
}

/** A rule that cannot hold together with the others. */
export interface RuleProblem {
  readonly field: keyof SenderRules;
  /** A sentence that says what to change. */
  readonly message: string;
}

/**
 * An address as it goes on the wire without SMTPUTF8: domain as A-labels, the local part as written.
 * @param address any spelling, white space around it is dropped
 * @returns undefined if it is no mailbox, or its local part needs SMTPUTF8 (Exchange has no such mailboxes)
 */
export function wireAddress(address: string): string | undefined {
  const trimmed = address.trim();
  const mailbox = parseMailbox(trimmed);
  if (mailbox === undefined || mailbox.isSmtpUtf8) return undefined;
  return `${trimmed.slice(0, trimmed.lastIndexOf('@'))}@${mailbox.domain}`;
}

/**
 * The permitted address that `address` stands for: the device address or, under `allowed`, one of the list.
 * @returns its wire form as spelled in the settings (Exchange does not mind the case, filters behind it may); undefined if
 *   the address is not permitted
 */
export function permittedAddress(rules: SenderRules, address: string): string | undefined {
  const wanted = comparableAddress(address);
  const candidates = [
    rules.deviceEmailAddress,
    ...(rules.changeSenderAddress === 'allowed' ? rules.permittedAddresses : []),
  ];
  const found = candidates.find((one) => one.trim() !== '' && comparableAddress(one) === wanted);
  return found === undefined ? undefined : wireAddress(found);
}

/**
 * Finds settings that contradict each other or the service (design 6.5). A fresh device (no address yet) has none.
 * @returns one entry for each field that must change; empty if the rules hold together
 */
export function checkSenderRules(rules: SenderRules): readonly RuleProblem[] {
  const problems: RuleProblem[] = [];
  if (rules.provider === 'exchange-online' && rules.usesAuthenticatedUserAddress) {
    problems.push({
      field: 'usesAuthenticatedUserAddress',
      message:
        'Exchange Online sends only as the signed-in mailbox: ' +
        'switch "use the authenticated user\'s e-mail address" off.',
    });
  }
  if (rules.provider === 'exchange-online' && rules.sendingUser === 'remote-authenticated-user') {
    problems.push({
      field: 'sendingUser',
      message: 'Exchange Online is reached with the device\'s own sign-in: set the sending user to "device".',
    });
  }
  if (rules.deviceEmailAddress.trim() !== '' && wireAddress(rules.deviceEmailAddress) === undefined) {
    problems.push({
      field: 'deviceEmailAddress',
      message:
        'The device e-mail address must be a complete address such as scanner@contoso.com, ' +
        'with plain letters before the @.',
    });
  }
  const wrong = rules.permittedAddresses.filter((one) => wireAddress(one) === undefined);
  if (wrong.length > 0) {
    problems.push({
      field: 'permittedAddresses',
      message: `Not a complete e-mail address: ${wrong.map(shown).join(', ')}.`,
    });
  }
  if (rules.isSharedMailbox && rules.provider === 'exchange-online' && rules.deviceEmailAddress.trim() === '') {
    problems.push({
      field: 'deviceEmailAddress',
      message:
        'A shared mailbox has no sign-in of its own that could name it: ' +
        'set the device e-mail address to the shared address.',
    });
  }
  return problems;
}

/** Settings texts come from people and imports: keep them on one line of a message. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
