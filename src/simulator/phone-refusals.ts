import type { DeviceSession } from './device-codes.ts';
import type { FaultName } from './faults.ts';
import type { StandInState } from './state.ts';
import type { StandInAccount } from './types.ts';

/** What the phone shows instead of "are you trying to sign in"; the device goes on polling and hears nothing of it. */
export interface PhoneRefusal {
  readonly aadsts: number;
  readonly title: string;
  readonly text: string;
}

const trouble = 'Sorry, but we’re having trouble signing you in';
const blocked = 'You cannot access this right now';

/** Faults that end a sign-in on the phone, in the order a real sign-in meets them. */
const faultPages: readonly (readonly [FaultName, PhoneRefusal])[] = [
  [
    'account-locked',
    {
      aadsts: 50053,
      title: trouble,
      text: 'Your account is temporarily locked to prevent unauthorized use. Try again later, and if you still have trouble, contact your admin.',
    },
  ],
  [
    'wrong-region',
    {
      aadsts: 50134,
      title: trouble,
      text: 'Wrong data center. To authorize a request that was initiated by an app in the OAuth 2.0 device flow, the authorizing party must be in the same data center where the original request resides.',
    },
  ],
  [
    'device-not-managed',
    {
      aadsts: 530033,
      title: blocked,
      text: 'Your administrator requires a managed device. Sign-in through device code flow is not allowed.',
    },
  ],
  [
    'policy-block-at-sign-in',
    {
      aadsts: 53003,
      title: blocked,
      text: 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    },
  ],
  [
    'not-assigned',
    {
      aadsts: 50105,
      title: trouble,
      text: 'Your administrator has configured the application to block users unless they are specifically granted (assigned) access to the application.',
    },
  ],
];

/** Pages that differ in number and sentence only. */
const plainPages: readonly (readonly [FaultName, aadsts: number, title: string, text: string])[] = [
  ['user-code-used', 90120, trouble, 'This request has already been approved or declined. Get a new code.'],
  ['confirm-on-phone', 50199, trouble, 'For security reasons, user confirmation is required for this request.'],
  ['password-wrong', 50126, trouble, 'Your account or password is incorrect.'],
  ['password-expired', 50055, 'Update your password', 'Your password has expired. Change it, then sign in again.'],
  [
    'account-not-here',
    50020,
    trouble,
    'User account does not exist in tenant Contoso and cannot access the application.',
  ],
  [
    'mfa-registration',
    50079,
    'More information required',
    'Your organization needs more information to keep your account secure.',
  ],
  ['device-wanted', 53000, blocked, 'Your device is required to be compliant to access this resource.'],
  ['security-defaults-sign-in', 530035, blocked, 'Access has been blocked by security defaults.'],
  ['user-at-risk', 53011, 'Your account is blocked', 'We have detected suspicious activity on your account.'],
  ['tenant-restricted', 500021, 'Access is blocked', 'Access to this tenant is denied by your network administrator.'],
  ['cross-tenant-policy', 500212, blocked, "The user's administrator has set a policy for cross-tenant access."],
  ['permission-missing', 650056, trouble, 'Misconfigured application: the required permission is not listed in it.'],
  ['partner-consent', 90099, trouble, 'The application has not been authorized in the tenant by its partner.'],
];

/** @returns undefined if the account may go on to the confirmation */
export function phoneRefusal(
  { faults, profile, appName }: StandInState,
  session: DeviceSession,
  account: StandInAccount,
): PhoneRefusal | undefined {
  const tenant = session.tenant.toLowerCase();
  if (account.kind === 'foreign-cloud') {
    return {
      aadsts: faults.take('wrong-cloud', 'phone')?.number ?? 90038,
      title: trouble,
      text: 'The tenant of this account belongs to another national cloud. Use the sign-in address of that cloud.',
    };
  }
  const isPersonalAllowed = profile.hasPersonalAccounts && (tenant === 'common' || tenant === 'consumers');
  if (account.kind === 'personal' ? !isPersonalAllowed : tenant === 'consumers') {
    return {
      aadsts: 500208,
      title: 'You can’t sign in here with this kind of account',
      text: 'The domain is not a valid login domain for the account type. Use your work or school account instead.',
    };
  }
  for (const [fault, shown] of faultPages) if (faults.take(fault, 'phone')) return shown;
  for (const [fault, aadsts, title, text] of plainPages)
    if (faults.take(fault, 'phone')) return { aadsts, title, text };
  const consent = faults.take('consent-needed', 'phone');
  if (!consent) return undefined;
  return {
    aadsts: consent.number ?? 90094,
    title: 'Need admin approval',
    text: `${appName} needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.`,
  };
}
