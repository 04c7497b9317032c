/** The body of a request, piece by piece, for as long as its sender goes on sending. */
import { MailError, type Clock } from '../core/index.ts';

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
  for (;;) {
    const waited = new AbortController();
    const reading = reader.read();
    // Of the two that race one is late, and nobody hears its failure.
    reading.catch(() => undefined);
    const silence = clock.sleep(idleMs, { signal: waited.signal }).then(
      () => {
        throw new MailError('intake-interrupted', `nothing came for ${String(idleMs)} ms`);
      },
      () => undefined as never,
    );
    silence.catch(() => undefined);
    let piece: Awaited<typeof reading>;
    try {
      piece = await Promise.race([reading, silence]);
    } catch (error) {
      if (error instanceof MailError) throw error;
      throw new MailError('intake-interrupted', 'the request broke off', { cause: error });
    } finally {
      waited.abort();
    }
    if (piece.done) return undefined;
    if (clock.monotonicMs() - startedAtMs > longestMs)
      throw new MailError('intake-interrupted', `the body took longer than ${String(longestMs)} ms`);
    yield piece.value;
  }
}
