import type {
  AccessToken,
  AccountIdentity,
  AccountState,
  Clock,
  Dialer,
  ErrorCode,
  HoldReason,
  JobStore,
  MailLog,
  QueueId,
  Random,
  Service,
  TokenSource,
} from '../core/index.ts';
import type { SenderRules } from '../policy/index.ts';
import type { RetrySchedule } from './retry-schedule.ts';
import type { LinkSecurity } from './dial.ts';

/** Plain values from the settings. */
export interface RelayConfig {
  readonly provider: 'unspecified' | 'exchange-online';
  /** '' holds the queue: `smarthost-not-set`. */
  readonly host: string;
  readonly port: number;
  /** Read for `unspecified`; Exchange Online always gets STARTTLS, or TLS from the start if that is set. */
  readonly security: LinkSecurity;
  readonly extraCaPem: readonly string[];
  readonly rules: SenderRules;
  /** 1 to 2 */
  readonly maxConnections: number;
  readonly maxMessagesPerMinute: number;
  readonly retry: RetrySchedule & { readonly lifetimeMs: number };
  readonly heloName: string;
}

export interface RelayPorts {
  readonly store: JobStore;
  readonly tokens: TokenSource;
  readonly dialer: Dialer | (() => Dialer);
  readonly config: () => RelayConfig;
  readonly account: () => AccountState;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: MailLog;
  /** The smarthost answered 235 for the present account. */
  readonly onProven: () => void;
  /** The smarthost refused the account; `reply` is one line, safe to show. */
  readonly onRefused: (code: ErrorCode, reply: string) => void;
}

/** The queue as a whole, for status screens. Jobs under a queue hold stay `waiting`. */
export interface RelayState {
  readonly holdReason?: HoldReason | undefined;
  readonly holdCode?: ErrorCode | undefined;
  readonly holdReply?: string | undefined;
  /** Guidance entry for the hold. */
  readonly holdGuidanceId?: string | undefined;
  /** Wall clock until which the smarthost asked us to slow down. */
  readonly slowedUntilMs?: number | undefined;
  /** undefined: not tried yet. */
  readonly isReachable?: boolean | undefined;
  /** Wall clock of the first failure in a row. */
  readonly unreachableSinceMs?: number | undefined;
}

/** What the smarthost can take, for intake: by its last EHLO reply. */
export interface SmarthostOffer {
  /** Largest message; undefined: not declared. */
  readonly sizeBytes?: number;
  readonly hasSmtpUtf8: boolean;
  readonly has8bitMime: boolean;
}

/** Takes jobs from the store to the smarthost. */
export interface Relay extends Service {
  state(): RelayState;
  /** Sign-in, network-up, a changed setting: ends queue holds and waits, closes links that no longer fit. */
  wake(why: string): void;
  /**
   * Sends now: one job, also a held or failed one whose body is kept, or all that wait. A queue hold gets one probe.
   * The server is asked anew what it takes.
   * @throws MailError `job-not-found`, `job-busy`, `job-finished`
   */
  retryNow(queueId: QueueId | undefined, by: string): Promise<void>;
  /** Ends the hold of one job. @throws MailError `job-not-found`, `bad-request` if it is not held */
  release(queueId: QueueId, by: string): Promise<void>;
  /** Ends all holds; a queue hold gets one probe. @returns how many jobs were held by themselves */
  releaseHeld(by: string): Promise<number>;
  /** Keeps a waiting job back. @throws MailError `job-not-found`, `job-busy`, `job-finished` */
  hold(queueId: QueueId, by: string): Promise<void>;
  /** What the smarthost offered last, since the start; undefined: it has not said, or another one is set now. */
  smarthost(): SmarthostOffer | undefined;
  /**
   * Connects, secures, authenticates, says QUIT: the proof that makes an account ready.
   * @param options.signal gives up at once, with `stopping`
   * @throws MailError with the verdict's code; `details.reply` is the server's line, `details.guidanceId` the entry that
   *   explains it
   */
  prove(
    identity: AccountIdentity,
    token: AccessToken,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<void>;
  /** Called after each change of `state()`. Returns the function that ends it. */
  subscribe(listener: (state: RelayState) => void): () => void;
}
