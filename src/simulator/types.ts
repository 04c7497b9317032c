/** What the stand-in cloud looks like from outside: profiles, accounts, deliveries, and the handle that owns it all. */
import type { Clock } from '../core/index.ts';
import type { FaultName, FaultOptions } from './faults.ts';

export type StandInProfileName = 'global' | 'china-21vianet' | 'us-gov-high' | 'us-gov-dod' | 'custom';

/** One national cloud as this room knows it: its own copy of the facts, so that a slip in `cloud/` shows in tests. */
export interface StandInProfile {
  readonly name: StandInProfileName;
  readonly title: string;
  /** Host of the identity service, port 443. */
  readonly loginHost: string;
  /** Other names the identity service answers to. */
  readonly loginAliases: readonly string[];
  /** Host of SMTP submission. */
  readonly smtpHost: string;
  readonly smtpAliases: readonly string[];
  readonly smtpPort: 587;
  /** What the device code reply says; never `verification_uri_complete`. */
  readonly verificationUri: string;
  readonly scopeResource: string;
  /** The delegated scope: `<scopeResource>/SMTP.Send`. */
  readonly scope: string;
  /** Every spelling of the mail resource this cloud takes; the first one is `scopeResource`. */
  readonly mailResources: readonly string[];
  /** Where tokens without a mail scope are good for: refused by the submission server. */
  readonly graphResource: string;
  /** Tail of the host names in greetings. */
  readonly greetingDomain: string;
  /** Start of the server names in greetings and replies: the data centre. */
  readonly site: string;
  /** Tail of the host names in replies and message ids. */
  readonly exchangeDomain: string;
  readonly hasPersonalAccounts: boolean;
}

/**
 * member: an ordinary work account. guest: invited from elsewhere. personal: consumer account. foreign-cloud: its tenant
 * lives in another national cloud. shared: a mailbox nobody can sign in to.
 */
export type StandInAccountKind = 'member' | 'guest' | 'personal' | 'foreign-cloud' | 'shared';

/** One account and its mailbox. */
export interface StandInAccount {
  readonly upn: string;
  /** `email` claim and primary SMTP address. */
  readonly email: string;
  readonly password: string;
  readonly oid: string;
  readonly tid: string;
  readonly name: string;
  readonly kind: StandInAccountKind;
  /** Further addresses of the mailbox; sending from them is allowed. */
  readonly aliases: readonly string[];
  /** UPNs of mailboxes this account has FullAccess to: XOAUTH2 `user=` may name them. */
  readonly fullAccessTo: readonly string[];
  /** Addresses of other mailboxes this account may send as. */
  readonly sendAs: readonly string[];
  /** MaxSendSize of the mailbox, in bytes of the whole message. */
  readonly maxSendBytes: number;
  /** True if the registration asks for the optional `upn` claim (then `preferred_username` may differ). */
  readonly hasUpnClaim: boolean;
}

/** What a caller must say of an account; the rest is made up. */
export type StandInAccountInit = Pick<StandInAccount, 'upn'> & Partial<StandInAccount>;

/** One message the submission server took. */
export interface Delivery {
  /** Short name in `/inbox/<id>.eml`: 1, 2, 3 ... */
  readonly id: string;
  /** As the submission client gave it, without angle brackets; recipients that were refused are left out. */
  readonly envelope: { readonly reversePath: string; readonly forwardPaths: readonly string[] };
  /** UPN whose token was used, and the mailbox (`user=`) it was used for. */
  readonly account: string;
  readonly mailbox: string;
  /** Dots unstuffed, CRLF kept, nothing added. Empty if `isBodyDropped`. */
  readonly raw: Buffer;
  readonly isBodyDropped: boolean;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Wall clock. */
  readonly receivedAtMs: number;
  /** Seconds from DATA to the final reply. */
  readonly secs: number;
  /** The id in the 250, with angle brackets. */
  readonly exchangeId: string;
  /** Name of the submission client in EHLO, and MAIL parameters as they came. */
  readonly heloName: string;
  readonly mailParameters: readonly string[];
}

/** Figures since the start. */
export interface StandInStats {
  deviceCodeRequests: number;
  /** Token requests with the device code grant. */
  polls: number;
  /** Token requests with the refresh token grant. */
  renewals: number;
  /** Polls, renewals and everything else that came to the token endpoint. */
  tokenRequests: number;
  /** Access tokens handed out. */
  tokensIssued: number;
  discoveryRequests: number;
  /** SMTP connections, and how many were open at once. */
  connections: number;
  maxOpenConnections: number;
  authAttempts: number;
  authRefusals: number;
  messagesAccepted: number;
  messagesRefused: number;
}

export interface StandInOptions {
  readonly profile: StandInProfile;
  /** `name` or `name:times=3,ms=200`; see `faultNames`. */
  readonly faults?: readonly string[] | undefined;
  /** 0 or nothing: any free port, kept over `stop` and `start`. */
  readonly ports?: { readonly identity?: number; readonly submission?: number; readonly phone?: number } | undefined;
  /** For lifetimes, polling pace, delays. Hand in the agent's clock if that one stands still. */
  readonly clock?: Clock | undefined;
  readonly log?: ((line: string) => void) | undefined;
  /** Instead of the usual cast (`standInAccounts`). */
  readonly accounts?: readonly StandInAccountInit[] | undefined;
  /** Default 900. */
  readonly codeLifetimeS?: number | undefined;
  /** Seconds between polls, default 5. */
  readonly intervalS?: number | undefined;
  /** Default: 3600 to 5400, another for each token. */
  readonly accessTokenLifetimeS?: number | undefined;
  /** Default 30; Infinity lifts it. */
  readonly messagesPerMinute?: number | undefined;
  /** Parallel connections per mailbox, default 3. */
  readonly maxConnections?: number | undefined;
  /** MaxSendSize of accounts that do not say their own; default 36_700_160 (35 MB). */
  readonly maxSendBytes?: number | undefined;
  /** Bodies kept in memory, oldest dropped first (facts of the delivery stay); default 512 MiB. */
  readonly keptBodyBytes?: number | undefined;
  /** What the phone calls the app. */
  readonly appName?: string | undefined;
  /** Registered application and tenant; default random. */
  readonly clientId?: string | undefined;
  readonly tenantId?: string | undefined;
}

export interface LoopbackAddress {
  readonly host: '127.0.0.1';
  readonly port: number;
}

/** A real host name and port, and the loopback port that answers for it. */
export interface MappedHost {
  readonly host: string;
  readonly port: number;
  readonly toPort: number;
}

/** How a sign-in on the phone ended, in the words the phone showed. */
export interface PhoneOutcome {
  /** signed-in: the closing page. declined: the person cancelled. refused: an error page. */
  readonly result: 'signed-in' | 'declined' | 'refused';
  /** Heading of the last page. */
  readonly title: string;
  /** Number on the error page, if it carries one. */
  readonly aadsts?: number | undefined;
  readonly traceId?: string | undefined;
}

/** A code that waits for somebody at the phone. */
export interface PendingCode {
  readonly userCode: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
}

/** The running stand-in cloud. `addresses`, `caPem`, `phoneUrl` and `hostMap` exist once `start` has resolved. */
export interface StandInCloud {
  /** Makes the CA (first time), listens. May be called again after `stop`: same CA, ports, accounts, tokens, mail. */
  start(): Promise<void>;
  /** Ends every connection and wait. Idempotent. */
  stop(): Promise<void>;
  readonly profile: StandInProfile;
  readonly caPem: string;
  readonly addresses: {
    readonly identity: LoopbackAddress;
    readonly submission: LoopbackAddress;
    readonly phone: LoopbackAddress;
  };
  /** `http://127.0.0.1:<port>/` */
  readonly phoneUrl: string;
  readonly clientId: string;
  readonly tenantId: string;
  readonly accounts: readonly StandInAccount[];
  /** The account the rehearsal offers at the phone: the first member, or the one a fault asks for. */
  suggestedAccount(): StandInAccount;
  readonly hostMap: readonly MappedHost[];
  /** What the faults of the network do to a connection that is about to be dialled; for `loopbackDialer`. */
  readonly dialTrouble: (host: string, port: number) => Error | undefined;
  readonly stats: Readonly<StandInStats>;
  deliveries(): readonly Delivery[];
  /**
   * The first delivery after the last one this method returned, at once or when it comes.
   * @throws Error when none came within `timeoutMs` of real time (default 10 000)
   */
  waitForDelivery(options?: { readonly timeoutMs?: number }): Promise<Delivery>;
  /** @throws Error for a name that is not in `faultNames` */
  setFault(name: FaultName, on: boolean, options?: FaultOptions): void;
  /** Faults that are on. */
  activeFaults(): readonly FaultName[];
  pendingCodes(): readonly PendingCode[];
  /** Approves without a phone. @throws Error if the code or the account is unknown */
  approve(request: { readonly userCode: string; readonly upn?: string }): void;
  decline(userCode: string): void;
  /** Goes through the pages of the phone over HTTP, as a person would. @throws Error if a page is not one it knows */
  technician(request: {
    readonly userCode: string;
    readonly upn?: string;
    readonly password?: string;
    readonly answer?: 'accept' | 'cancel';
  }): Promise<PhoneOutcome>;
  /** Every refresh token of the account is refused from now on with 50173, as after a password change. */
  revokeSessions(upn: string): void;
}
