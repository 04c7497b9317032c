import type { Clock } from '../core/index.ts';
import type { CertificateKind } from './certificates.ts';
import type { DeviceCodes } from './device-codes.ts';
import type { FaultPlace, Faults } from './faults.ts';
import type { Mailbox } from './mailbox.ts';
import type { Tokens } from './tokens.ts';
import type { StandInAccount, StandInProfile, StandInStats } from './types.ts';

/** What the three servers of one cloud share. */
export interface StandInState {
  readonly profile: StandInProfile;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly log: (line: string) => void;
  readonly accounts: readonly StandInAccount[];
  readonly codes: DeviceCodes;
  readonly tokens: Tokens;
  readonly mailbox: Mailbox;
  readonly stats: StandInStats;
  readonly clientId: string;
  readonly tenantId: string;
  readonly appName: string;
}

/** Which certificate a server shows now. */
export function certificateInUse(faults: Faults, place: FaultPlace): CertificateKind {
  if (faults.peek('certificate-untrusted', place)) return 'untrusted';
  if (faults.peek('certificate-wrong-name', place)) return 'wrong-name';
  if (faults.peek('certificate-expired', place)) return 'expired';
  if (faults.peek('certificate-unknown', place)) return 'unknown';
  if (faults.peek('certificate-not-yet-valid', place)) return 'not-yet-valid';
  return 'good';
}

/** True if the tenant in a path is this cloud's: by id, verified domain, or one of the three general names. */
export function isKnownTenant(state: StandInState, tenant: string): boolean {
  const name = tenant.toLowerCase();
  if (name === 'consumers') return state.profile.hasPersonalAccounts;
  if (name === 'organizations' || name === 'common' || name === state.tenantId.toLowerCase()) return true;
  const members = state.accounts.filter((one) => one.kind === 'member' || one.kind === 'shared');
  return members
    .flatMap((one) => [one.upn, one.email])
    .some((address) => address.slice(address.lastIndexOf('@') + 1).toLowerCase() === name);
}
