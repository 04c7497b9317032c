import { isErrorCode, isSameAddress, type AccountState, type ErrorCode, type HoldReason } from '../core/index.ts';
import { isGuest, isPersonal } from './identity.ts';
import { checkSenderRules, wireAddress, type SenderRules } from './rules.ts';

/** May mail leave, and as which XOAUTH2 `user=`? */
export type RelayPermission =
  | { readonly may: true; readonly xoauth2User: string }
  | { readonly may: false; readonly reason: HoldReason; readonly code: ErrorCode };

/**
 * Decides whether the queue may run (design 6.3 and 6.5). Everything that says no here is a matter for a person, so jobs
 * are held, never failed.
 * @param account as the sign-in room shows it; `unproven` may relay, since only an attempt can prove it
 * @returns `xoauth2User` is the device address as it goes on the wire; '' for provider `unspecified`, where no
 *   sign-in is made
 */
export function mayRelay(rules: SenderRules, account: AccountState): RelayPermission {
  if (checkSenderRules(rules).length > 0) return held('settings-conflict', 'settings-conflict');
  if (rules.provider === 'unspecified') return { may: true, xoauth2User: '' };
  const { identity } = account;
  if (account.status === 'none') return held('sign-in-needed', 'sign-in-needed');
  if (account.status === 'sign-in-needed') {
    const code = account.code !== undefined && isErrorCode(account.code) ? account.code : 'sign-in-needed';
    return held(reasonFor(code), code);
  }
  if (identity === undefined) return held('sign-in-needed', 'identity-incomplete');
  if (isPersonal(identity) && !rules.hasPersonalAccounts) return held('sign-in-needed', 'personal-account-refused');
  if (isGuest(identity)) return held('sign-in-needed', 'guest-account-refused');
  const user = wireAddress(rules.deviceEmailAddress);
  if (user === undefined) return held('upn-mismatch', 'upn-mismatch');
  // The delegate's token, the shared mailbox's name: documented for XOAUTH2, and switched on by the administrator.
  if (rules.isSharedMailbox) return { may: true, xoauth2User: user };
  if (!isSameAddress(identity.upn, rules.deviceEmailAddress)) return held('upn-mismatch', 'upn-mismatch');
  return { may: true, xoauth2User: user };
}

function held(reason: HoldReason, code: ErrorCode): RelayPermission {
  return { may: false, reason, code };
}

/** The hold that tells a person most; every other refusal of an account is mended by a sign-in. */
function reasonFor(code: ErrorCode): HoldReason {
  switch (code) {
    case 'policy-blocked':
    case 'smtp-auth-policy':
      return 'policy-blocked';
    case 'authentication-refused':
      return 'authentication-refused';
    case 'smtp-auth-disabled':
    case 'smtp-auth-disabled-tenant':
      return 'smtp-auth-disabled';
    case 'key-unavailable':
      return 'key-unavailable';
    default:
      return 'sign-in-needed';
  }
}
