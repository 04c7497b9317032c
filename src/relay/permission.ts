import type { AccountState, ErrorCode, HoldReason } from '../core/index.ts';
import { mayRelay } from '../policy/index.ts';
import { keyOf, type LinkPlan } from './link-pool.ts';
import type { RelayConfig } from './relay-types.ts';
import type { LinkTarget } from './dial.ts';

/** May the queue run now, and where to. */
export type Permission =
  | { readonly may: true; readonly plan: LinkPlan; /** One message only. */ readonly isProbe: boolean }
  | { readonly may: false; readonly reason: HoldReason; readonly code: ErrorCode };

/** Refusals of the mailbox that an administrator may have mended without a new sign-in: worth a probe. */
export const worthAProbe: readonly HoldReason[] = ['policy-blocked', 'smtp-auth-disabled', 'authentication-refused'];

/** @param isProbe true: refusals that an administrator may have mended meanwhile do not count */
export function permissionOf(config: RelayConfig, account: AccountState, isProbe = false): Permission {
  if (config.host === '') return { may: false, reason: 'smarthost-not-set', code: 'smarthost-not-set' };
  let permission = mayRelay(config.rules, account);
  const isRetried = isProbe && !permission.may && worthAProbe.includes(permission.reason);
  if (isRetried) permission = mayRelay(config.rules, { ...account, status: 'unproven', code: undefined });
  if (!permission.may) return permission;
  const { identity, signedInAtMs = 0 } = account;
  // With the sign-in in it, a refusal of the token from before does not count against the new one.
  const accountKey = identity ? `${identity.tenantId}/${identity.objectId}/${signedInAtMs}` : '';
  return {
    may: true,
    isProbe: isRetried,
    plan: { ...targetOf(config), xoauth2User: permission.xoauth2User, accountKey },
  };
}

/**
 * True if an attempt begun with this plan speaks for settings or an account of before: what it learns is no news about
 * the present ones. A refusal of the same account does not make a plan outdated; this attempt may have been the one that
 * met it.
 */
export function isOutdated(plan: LinkPlan, config: RelayConfig, account: AccountState): boolean {
  const isRefused = account.status === 'sign-in-needed';
  const present = permissionOf(config, isRefused ? { ...account, status: 'unproven', code: undefined } : account);
  return !present.may || keyOf(present.plan) !== keyOf(plan);
}

/** Where to connect. With Exchange Online, TLS is not a setting: a token goes over this link (T20). */
export function targetOf({ host, port, extraCaPem, heloName, provider, security }: RelayConfig): LinkTarget {
  return {
    host,
    port,
    extraCaPem,
    heloName,
    security: provider === 'exchange-online' && security !== 'implicit' ? 'starttls' : security,
  };
}
