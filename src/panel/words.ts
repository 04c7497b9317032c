/** Short words for states, shared by the panel, the LCD and the CLI. */
import { type AgentStatus, type Glance, type HoldReason } from '../core/index.ts';

/** Headline of each glance, at most 20 columns: it fits the smallest LCD. */
export const glanceTitles: Readonly<Record<Glance, string>> = {
  ready: 'Ready',
  'relay-only': 'Ready, no sign-in',
  'not-set-up': 'Not set up',
  'sign-in-needed': 'Sign-in needed',
  'signing-in': 'Signing in',
  'upn-mismatch': 'Addresses differ',
  held: 'Scans are held',
  offline: 'No connection',
  storage: 'Storage trouble',
};

/** Headline of a sign-in that failed: after a failed proof somebody is signed in all the same. At most 20 columns. */
export function failedTitle({ account }: AgentStatus): string {
  return account.status === 'unproven' ? 'Signed in, not ready' : 'Not signed in';
}

/** Why scans wait for a person, to follow "held: ". */
export const holdWords: Readonly<Record<HoldReason, string>> = {
  'sign-in-needed': 'sign-in needed',
  'upn-mismatch': 'account and device address differ',
  'authentication-refused': 'the mail server refused the sign-in',
  'smtp-auth-disabled': 'authenticated SMTP is switched off',
  'policy-blocked': 'a policy of the organisation blocks this device',
  'send-as-denied': 'the account may not send as this address',
  'mailbox-full': 'the sending mailbox is full',
  'mailbox-blocked': 'the sending mailbox is blocked',
  'quota-reached': 'the daily limit of the mailbox is reached',
  'smarthost-not-set': 'no mail server is set',
  'settings-conflict': 'settings contradict each other',
  'key-unavailable': 'the device key is not available',
  'by-person': 'by a person',
  'repeated-crash': 'the agent stopped twice while sending it',
};

/**
 * The queue in a few words.
 * @returns like `2 waiting, 1 sending, 3 held` or `empty`
 */
export function queueWords(queue: AgentStatus['queue']): string {
  const counts: readonly (readonly [number, string])[] = [
    [queue.waiting, 'waiting'],
    [queue.sending, 'sending'],
    [queue.held, 'held'],
    [queue.failed, 'failed'],
  ];
  const words = counts.filter(([count]) => count > 0).map(([count, state]) => `${String(count)} ${state}`);
  return words.length === 0 ? 'empty' : words.join(', ');
}

/**
 * What a scope lets the device do, as a person would say it.
 * @param scope as it is asked for, resource URL included
 * @returns undefined for scopes that go without saying (`openid`), the scope itself if we have no words for it
 */
export function scopeWords(scope: string): string | undefined {
  const name = scope.slice(scope.lastIndexOf('/') + 1).toLowerCase();
  switch (name) {
    case 'smtp.send':
      return 'send mail as the account that signs in';
    case 'offline_access':
      return 'stay signed in';
    case 'email':
    case 'profile':
      return "read the account's name and address";
    case 'openid':
      return undefined;
    default:
      return scope;
  }
}
