/** Who may knock, and how much of everything one listener gives. One budget per listener: strangers never starve loopback. */

/** Where one listener binds. `lan` is a seam: this version builds loopback only. */
export interface ListenerConfig {
  readonly name: 'loopback' | 'lan';
  /** Numeric address; without one smtp-server would bind all interfaces. */
  readonly host: string;
  /** 0 = any free port (tests, demo). */
  readonly port: number;
}

/** What an administrator may set; read anew for every message. */
export interface IntakeLimits {
  /** Largest message, header block included, as it arrives. */
  readonly maxMessageBytes: number;
  /** 1 to 100. */
  readonly maxRecipients: number;
  /** True: a bare CR or LF refuses the message (550 5.5.2). False: it becomes CRLF before anything is hashed. */
  readonly isBareLineEndRefused: boolean;
}

/** What a listener allows one client (T7, T8); not settings. */
export interface ListenerLimits {
  /** Silence before a 421. */
  readonly idleMs: number;
  /** From the greeting, or the end of a message, to the next MAIL. */
  readonly untilMailMs: number;
  /** From MAIL to the final dot. */
  readonly transactionMs: number;
  /** Whoever speaks within this time after connecting, before the greeting, is no mail client. */
  readonly greetingPauseMs: number;
  readonly maxConnections: number;
  /** AUTH PLAIN and LOGIN on an unencrypted line (T10). */
  readonly isPlainAuthOffered: boolean;
}

/**
 * Loopback: the firmware of this very device. People turn pages on the glass while the connection is open, so it gets
 * ten silent minutes and two hours in all, and no minimum rate.
 */
export const loopbackLimits: ListenerLimits = {
  idleMs: 600_000,
  untilMailMs: 600_000,
  transactionMs: 7_200_000,
  greetingPauseMs: 0,
  maxConnections: 20,
  isPlainAuthOffered: true,
};

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
