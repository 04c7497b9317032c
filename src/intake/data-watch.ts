/** Looks at a message on its way from time to time: is it too slow (T7), or over without its dot? */
import type { Clock } from '../core/index.ts';
import { dotWatchMs, rateWindowMs } from './limits.ts';

/** What is watched; all of it asked anew at each look. */
export interface WatchedData {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Octets so far. */
  readonly receivedBytes: () => number;
  /** It is we who are slow: nothing is taken from the client at the moment. */
  readonly isBlocked: () => boolean;
  /** 0: any rate will do. */
  readonly leastBytesPerMinute: number;
  readonly onTooSlow: () => void;
  /** For printers that do not send the dot: `end` is tried after each silence this long; a QUIT in its place is not waited for. */
  readonly dot?:
    { readonly silenceMs: number; readonly hasSaidQuit: () => boolean; readonly end: () => void } | undefined;
}

/** Watches until `signal` aborts or the message is too slow. */
export async function watchData(watched: WatchedData): Promise<void> {
  const { clock, signal, dot, receivedBytes, leastBytesPerMinute } = watched;
  const lookEveryMs = dot === undefined ? rateWindowMs : dotWatchMs;
  let silentMs = 0;
  let lastBytes = receivedBytes();
  let windowMs = 0;
  let windowBytes = lastBytes;
  for (;;) {
    const isTimeUp = await clock.sleep(lookEveryMs, { signal }).then(
      () => true,
      () => false,
    );
    if (!isTimeUp) return;
    const bytes = receivedBytes();
    silentMs = bytes === lastBytes && !watched.isBlocked() ? silentMs + lookEveryMs : 0;
    lastBytes = bytes;
    if (dot !== undefined && silentMs >= (dot.hasSaidQuit() ? lookEveryMs : dot.silenceMs)) {
      silentMs = 0;
      dot.end();
    }
    windowMs += lookEveryMs;
    if (windowMs < rateWindowMs) continue;
    if (bytes - windowBytes < leastBytesPerMinute && !watched.isBlocked()) {
      watched.onTooSlow();
      return;
    }
    windowMs = 0;
    windowBytes = bytes;
  }
}
