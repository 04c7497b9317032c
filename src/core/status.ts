/** The one picture of the agent that every door shows: CLI, panel, web, bridge. */
import type { AccountState, SignInState } from './account.ts';
import type { HoldReason, JobSummary } from './job.ts';
import type { Language } from './language.ts';
import type { ScanSummary } from './scan.ts';

/** The lamp on the panel. */
export type Lamp = 'green' | 'amber' | 'red';

/**
 * Mailbox state as one glance.
 * ready: signed in, addresses agree, smarthost said 235. not-set-up: settings are missing. relay-only: provider
 * `unspecified`. offline: no connection to smarthost or identity service for more than two minutes.
 */
export type Glance =
  | 'ready'
  | 'relay-only'
  | 'not-set-up'
  | 'sign-in-needed'
  | 'signing-in'
  | 'upn-mismatch'
  | 'held'
  | 'offline'
  | 'storage';

export interface AgentStatus {
  readonly version: string;
  readonly glance: Glance;
  readonly lamp: Lamp;
  /** One sentence for a person, from the guidance texts. */
  readonly sentence: string;
  /** Of `sentence`, and of the screens drawn from this picture; undefined: English. */
  readonly language?: Language | undefined;
  /** The one set for the device (`panel.language`): what its panel speaks to the next person. */
  readonly deviceLanguage: Language;
  /** Guidance entry that applies now, if something is wrong. */
  readonly guidanceId?: string | undefined;
  readonly provider: 'unspecified' | 'exchange-online';
  readonly cloud: string;
  readonly deviceEmailAddress: string;
  /** The exception of design 6.3: named on every status screen. */
  readonly isSharedMailbox: boolean;
  readonly account: AccountState;
  readonly signIn: SignInState;
  readonly smarthost: { readonly host: string; readonly port: number; readonly isReachable?: boolean | undefined };
  readonly queue: {
    readonly waiting: number;
    readonly sending: number;
    readonly held: number;
    readonly failed: number;
    readonly bytes: number;
    readonly holdReason?: HoldReason | undefined;
    /** Wall clock until which the smarthost asked us to slow down. */
    readonly slowedUntilMs?: number | undefined;
  };
  readonly storage: { readonly state: 'ok' | 'degraded' | 'full' | 'unavailable'; readonly why?: string | undefined };
  /** What an administrator should see to, although mail goes on; sentences. */
  readonly warnings?: readonly string[] | undefined;
  /** Where firmware and old MFPs hand in scans. */
  readonly listeners: readonly { readonly name: string; readonly address: string; readonly port: number }[];
}

/** What happens, as it happens; `status` events carry the whole picture, `job` events one job, `scan` events one scan. */
export type AgentEvent =
  | { readonly type: 'status'; readonly status: AgentStatus }
  | { readonly type: 'job'; readonly job: JobSummary }
  | { readonly type: 'scan'; readonly scan: ScanSummary };
