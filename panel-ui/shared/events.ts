/** The live connection: `/v1/events` as a stream that comes back by itself and says when it is gone. */
import type { AgentStatus, JobSummary, Language, ScanSummary } from '../../src/core/index.ts';

/** The part of the browser's EventSource that is used here. */
export interface EventStream {
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void;
  close(): void;
}

/** connecting: not yet open, too early to worry. lost: nothing comes; it is tried again. */
export type Connection = 'connecting' | 'open' | 'lost';

/** What the page hears. */
export interface EventListeners {
  readonly status?: (status: AgentStatus) => void;
  readonly job?: (job: JobSummary) => void;
  readonly scan?: (scan: ScanSummary) => void;
  readonly connection?: (state: Connection) => void;
}

/** What the stream needs from the page; injected, so that tests need no browser. */
export interface EventOptions {
  readonly open: (url: string) => EventStream;
  readonly language: () => Language | undefined;
  readonly listeners: EventListeners;
  /** Must have settled before the first stream opens; without it that is now. */
  readonly first?: Promise<unknown>;
  /** Calls back after `waitMs`; returns what ends the wait. */
  readonly after: (waitMs: number, act: () => void) => () => void;
}

/** A running connection. */
export interface Events {
  /** Opens anew: after a change of language, or of who one is. */
  reopen(): void;
  close(): void;
}

/** Waits between attempts in milliseconds; the last one repeats. Loopback and LAN: a restart takes some seconds. */
const retryWaitsMs = [300, 1000, 2000, 3000] as const;
/** A stream that is cut and comes back within this time is nobody's concern. */
const graceMs = 1500;

/**
 * Opens the stream and keeps it open. Reconnecting is done here, since a browser gives up for good on an HTTP error.
 * Each connection begins with a whole status, so nothing is missed.
 */
export function connectEvents(options: EventOptions): Events {
  const { listeners, after } = options;
  let stream: EventStream | undefined;
  let endRetry = () => {};
  let endGrace: (() => void) | undefined;
  let attempt = 0;
  let isClosed = false;

  const say = (state: Connection) => listeners.connection?.(state);
  const opened = () => {
    attempt = 0;
    endGrace?.();
    endGrace = undefined;
    say('open');
  };
  const broken = () => {
    stream?.close();
    stream = undefined;
    endGrace ??= after(graceMs, () => say('lost'));
    const waitMs = retryWaitsMs[Math.min(attempt, retryWaitsMs.length - 1)] ?? 1000;
    attempt++;
    endRetry();
    endRetry = after(waitMs, open);
  };
  const open = () => {
    if (isClosed) return;
    const language = options.language();
    const one = options.open(`/v1/events${language === undefined ? '' : `?language=${language}`}`);
    stream = one;
    const isCurrent = () => stream === one;
    one.addEventListener('open', () => {
      if (isCurrent()) opened();
    });
    one.addEventListener('error', () => {
      if (isCurrent()) broken();
    });
    for (const kind of ['status', 'job', 'scan'] as const)
      one.addEventListener(kind, ({ data }) => {
        if (!isCurrent() || typeof data !== 'string') return;
        (listeners[kind] as ((value: unknown) => void) | undefined)?.(JSON.parse(data));
      });
  };
  const close = () => {
    endRetry();
    endGrace?.();
    endGrace = undefined;
    stream?.close();
    stream = undefined;
  };
  say('connecting');
  const openFirst = () => {
    if (stream === undefined) open();
  };
  if (options.first === undefined) open();
  else void options.first.then(openFirst, openFirst);
  return {
    reopen: () => {
      close();
      attempt = 0;
      open();
    },
    close: () => {
      isClosed = true;
      close();
    },
  };
}
