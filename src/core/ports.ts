/**
 * What the rooms need from the world, as small interfaces. The composition root hands in the real ones; tests hand in
 * scripted ones. Nothing in this file does I/O.
 */
import type { Server, Socket } from 'node:net';
import type { MailLog } from './mail-log.ts';

export type { MailLog };

/** Time. Anything that waits goes through here, so that a test advances time and `stop` ends every wait. */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01Z. May jump, may be 1970 at boot: never measure waits with it. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start; never jumps. */
  monotonicMs(): number;
  /** Resolves after `waitMs`; rejects with `signal.reason` as soon as `signal` aborts. */
  sleep(waitMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** Uniform in [0, 1). */
export type Random = () => number;

/**
 * Opens one TCP connection. `host` is the name a person configured; who answers is this port's business: straight, through
 * a proxy, or (demo and tests only) mapped to loopback.
 * @throws MailError `connect-failed`, `connect-timeout`, `dns-failed`, `proxy-refused`, `proxy-authentication`
 */
export interface Dialer {
  dial(target: DialTarget): Promise<Socket>;
}

export interface DialTarget {
  readonly host: string;
  /** 1 to 65535 */
  readonly port: number;
  readonly signal?: AbortSignal | undefined;
  /** Whole budget for name look-up, connect and proxy dialogue. */
  readonly timeoutMs: number;
}

/** A bearer token for the smarthost. Opaque: Exchange tokens are not to be parsed by clients. */
export interface AccessToken {
  readonly token: string;
  /** Wall clock. */
  readonly expiresAtMs: number;
}

/** Where the relay gets tokens. The sign-in room implements it over msal-node. */
export interface TokenSource {
  /**
   * A token that is still good for some minutes; identical calls running at once share one request.
   * @param options.forceRenewal redeem the refresh token even if a cached access token looks fresh (after a 535)
   * @throws MailError of kind `signin` (a person must act), `transient` (network, service) or `config`
   */
  accessToken(options?: {
    readonly forceRenewal?: boolean;
    readonly signal?: AbortSignal | undefined;
  }): Promise<AccessToken>;
}

/** Anything with a beginning and an end. Constructors do no work; `start` and `stop` do. */
export interface Service {
  start(): Promise<void>;
  /** Graceful, bounded, idempotent. */
  stop(): Promise<void>;
}

/**
 * A listening socket that the service manager has bound and keeps (sd_listen_fds(3)). Whoever opens it gets its connections
 * until they close it; it can be opened again. While nobody has it open, clients are sent away.
 */
export interface HandedSocket {
  /** Of this start; no other has it. */
  readonly id: string;
  /** @throws MailError `port-unavailable` if somebody has it open, or it is no TCP socket */
  open(taker: (socket: Socket) => void): Promise<Pick<Server, 'address' | 'close'>>;
}
