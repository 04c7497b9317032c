import type { FaultName } from './faults.ts';
import type { StandInState } from './state.ts';
import type { StandInAccount } from './types.ts';

/** Who a connection belongs to from AUTH on. */
export interface Authenticated {
  /** Whose token it was. */
  readonly account: StandInAccount;
  /** `user=`: the account's own mailbox or a shared one. */
  readonly mailbox: StandInAccount;
}

/** Reply without the bracketed host, time and id that the caller adds. */
export type AuthVerdict = Authenticated | { readonly reply: string };

const refusedByFault: readonly (readonly [FaultName, string])[] = [
  ['auth-454', '454 4.7.0 Temporary authentication failure'],
  [
    'smtp-auth-off-mailbox',
    '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.',
  ],
  [
    'smtp-auth-off-tenant',
    '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.',
  ],
  [
    'security-defaults',
    "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.",
  ],
  [
    'smtp-criteria',
    '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.',
  ],
  ['auth-535', '535 5.7.3 Authentication unsuccessful'],
];

/** What LOGIN gets, whatever the password. */
export const basicAuthenticationRefused = '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.';

const unsuccessful = { reply: '535 5.7.3 Authentication unsuccessful' } as const;

/** Judges one XOAUTH2 initial response. @param base64 as it came on the wire */
export function judgeXoauth2(state: StandInState, base64: string): AuthVerdict {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64))
    return { reply: '501 5.5.4 Invalid arguments' };
  const match = /^user=([^\x01]*)\x01auth=Bearer ([^\x01]+)\x01\x01$/i.exec(
    Buffer.from(base64, 'base64').toString('utf8'),
  );
  for (const [fault, reply] of refusedByFault) if (state.faults.take(fault, 'submission')) return { reply };
  if (!match) return unsuccessful;
  const [, user = '', token = ''] = match;
  if (state.faults.take('auth-535-once', 'submission')) state.tokens.spoil(token);
  const facts = state.tokens.look(token);
  const isForMail =
    facts !== undefined &&
    state.profile.mailResources.includes(facts.resource) &&
    facts.permissions.includes('SMTP.Send');
  if (!isForMail || facts.isExpired || facts.account.kind === 'guest') return unsuccessful;
  const mailbox = mailboxOf(state, facts.account, user.trim().toLowerCase());
  return mailbox ? { account: facts.account, mailbox } : unsuccessful;
}

/** Only the UPN names the own mailbox: the rule the product is built around. FullAccess opens shared ones. */
function mailboxOf({ accounts }: StandInState, account: StandInAccount, user: string): StandInAccount | undefined {
  if (user === account.upn.toLowerCase()) return account;
  if (!account.fullAccessTo.some((one) => one.toLowerCase() === user)) return undefined;
  return accounts.find((one) => one.upn.toLowerCase() === user);
}
