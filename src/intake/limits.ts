/** Who may knock, and how much of everything one listener gives. One budget per listener: strangers never starve loopback. */

import type { HandedSocket } from '../core/index.ts';

/** One listener: what status calls it, where it binds, what it speaks. */
export interface ListenerConfig {
  readonly name: 'loopback' | 'lan' | 'lan-submission' | 'lan-tls';
  /** Numeric address; without one smtp-server would bind all interfaces. */
  readonly host: string;
  /** 0 = any free port (tests, demo). */
  readonly port: number;
  /** Bound by the service manager: taken instead of address and port. */
  readonly handed?: HandedSocket | undefined;
  /** Absent: no TLS (loopback). A LAN listener must have it. */
  readonly tls?: ListenerTls | undefined;
}

/** TLS of one listener. */
export interface ListenerTls {
  readonly kind: 'starttls' | 'implicit';
  /** TLS 1.0 and 1.1, and ciphers as weak as theirs: for printers that know nothing else. */
  readonly isOldAllowed: boolean;
  /** Asked when the listener binds. */
  readonly identity: () => Promise<TlsIdentity>;
}

/** Keys and certificates of this device as PEM, in the same order; more than one if clients differ in what they can. */
export interface TlsIdentity {
  readonly keys: readonly string[];
  readonly certificates: readonly string[];
}

/** What an administrator may set; read anew for every message. */
export interface IntakeLimits {
  /** Largest message, header block included, as it arrives. */
  readonly maxMessageBytes: number;
  /** 1 to 100. */
  readonly maxRecipients: number;
  /** True: a bare CR or LF refuses the message (550 5.5.2). False: it becomes CRLF before anything is hashed. */
  readonly isBareLineEndRefused: boolean;
  /** A-labels; none or absent: anywhere. */
  readonly recipientDomains?: readonly string[] | undefined;
}

/** What one client may take of our time (T7); not settings. */
export interface ClientLimits {
  /** From the greeting, or the end of a message, to the next MAIL. */
  readonly untilMailMs: number;
  /** From MAIL to the final dot. */
  readonly transactionMs: number;
  /** Octets that must arrive in every minute of DATA; 0: none. */
  readonly leastBytesPerMinute: number;
}

/**
 * The firmware of this very device, and printers an administrator knows. People turn pages on the glass while the
 * connection is open: ten silent minutes (`idleMs`), two hours in all, and no minimum rate.
 */
export const patientLimits: ClientLimits = { untilMailMs: 600_000, transactionMs: 7_200_000, leastBytesPerMinute: 0 };

/** Everybody else (T7): 500 octets a second. */
export const strangerLimits: ClientLimits = {
  untilMailMs: 60_000,
  transactionMs: 900_000,
  leastBytesPerMinute: 30_000,
};

/** Silence before a 421, on any connection. */
export const idleMs = 600_000;

/** A TLS handshake takes no longer, or the connection is dropped. */
export const handshakeMs = 60_000;

/** A minute, for `leastBytesPerMinute`. */
export const rateWindowMs = 60_000;

/** How often a message without its dot is looked at. */
export const dotWatchMs = 2_000;

/** Connections of one door (T7), in all and of one address. */
export const budgets = {
  loopback: { most: 20, mostPerAddress: 20 },
  lan: { most: 20, mostPerAddress: 4 },
} as const;

/** Header block as it arrives; with it the record of a job stays small enough to rewrite. */
export const maxHeaderBytes = 256 * 1024;

/** RFC 5321 4.5.3.1.6 without CRLF. */
export const maxLineBytes = 998;

/** Error replies on one connection without a message in between, before 421. */
export const maxErrors = 20;

/** NOOP, RSET, HELO and other commands that bring no mail forward, before 421. */
export const maxJunkCommands = 100;

/** Recipients beyond the limit that are only told "send the rest later"; a client with a long list is not at fault. */
export const maxRecipientOvershoot = 1000;
