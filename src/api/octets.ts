/** The body of a request, piece by piece, for as long as its sender goes on sending. */
import { abandonable, MailError, type Clock } from '../core/index.ts';

/** Silence after which a sender is given up (T63). Time in which nobody here asks for more does not count. */
const idleMs = 30_000;
/** However steadily it drips: an upload takes one of few places. */
const longestMs = 2 * 3_600_000;

/**
 * Reads a request's body. Whoever stops before the end leaves the rest to the door, which can still answer then.
 * @throws MailError `intake-interrupted` when nothing came for 30 s, or the body took two hours, or it broke off
 */
export async function* octetsOf(request: Request, clock: Clock): AsyncGenerator<Uint8Array, undefined> {
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (!reader) return undefined;
  const startedAtMs = clock.monotonicMs();
  const silence = new Silence(clock);
  try {
    for (;;) {
      const piece = await silence.orRead(reader.read());
      if (piece.done) return undefined;
      if (clock.monotonicMs() - startedAtMs > longestMs)
        throw new MailError('intake-interrupted', `the body took longer than ${String(longestMs)} ms`);
      yield piece.value;
    }
  } finally {
    silence.end();
  }
}

/**
 * Ends a read that nothing answers. One timer for the body: firmware sends 16 KiB a piece, and a timer for each is costly. It
 * runs out by itself when nobody reads any more, so that a body nobody came back to keeps nothing alive.
 */
class Silence {
  readonly #clock: Clock;
  readonly #over = new AbortController();
  #waitingSinceMs: number | undefined;
  #isWatching = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One at a time. */
  async orRead<T>(reading: Promise<T>): Promise<T> {
    this.#waitingSinceMs = this.#clock.monotonicMs();
    // Ends by `end` too, and then nobody is left to hear of it.
    if (!this.#isWatching) this.#watch().catch(() => undefined);
    try {
      return await abandonable(reading, this.#over.signal);
    } catch (cause) {
      if (this.#over.signal.aborted) throw cause;
      throw new MailError('intake-interrupted', 'the request broke off', { cause });
    } finally {
      this.#waitingSinceMs = undefined;
    }
  }

  end(): void {
    this.#over.abort();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#over;
    this.#isWatching = true;
    for (let restMs = idleMs; restMs > 0;) {
      await this.#clock.sleep(restMs, { signal });
      const sinceMs = this.#waitingSinceMs;
      restMs = sinceMs === undefined ? 0 : sinceMs + idleMs - this.#clock.monotonicMs();
    }
    this.#isWatching = false;
    if (this.#waitingSinceMs !== undefined)
      this.#over.abort(new MailError('intake-interrupted', `nothing came for ${String(idleMs)} ms`));
  }
}
