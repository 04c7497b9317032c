/** Log-ins that last (T42): a random token in the browser, only its hash here, in memory; idle and absolute ends. */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../core/index.ts';

/** A session as the doors see it. */
export interface Session {
  /** Hash of the token, hex. */
  readonly id: string;
  readonly csrfToken: string;
  /** Name for the records. */
  readonly by: string;
  /** Aborted when it is over: event streams end with it. */
  readonly ended: AbortSignal;
}

interface Kept extends Session {
  readonly end: AbortController;
  readonly openedAtMs: number;
  usedAtMs: number;
}

/** Enough for an office of administrators; the one unused longest goes. */
const maxSessions = 16;

/** The sessions of one kind. */
export class Sessions {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #longestMs: number;
  readonly #kept = new Map<string, Kept>();

  /** Times by the clock that does not jump; Infinity: no such end. */
  constructor(clock: Clock, limits: { readonly idleMs: number; readonly longestMs: number }) {
    this.#clock = clock;
    this.#idleMs = limits.idleMs;
    this.#longestMs = limits.longestMs;
  }

  /** @returns token: 256 random bits, base64url; nobody but the browser has it */
  open(by: string): { readonly token: string; readonly session: Session } {
    const token = randomBytes(32).toString('base64url');
    const end = new AbortController();
    const nowMs = this.#clock.monotonicMs();
    const session: Kept = {
      id: idOf(token),
      csrfToken: randomBytes(24).toString('base64url'),
      by,
      end,
      ended: end.signal,
      openedAtMs: nowMs,
      usedAtMs: nowMs,
    };
    if (this.#kept.size >= maxSessions) {
      const [oldest] = [...this.#kept.values()].sort((a, b) => a.usedAtMs - b.usedAtMs);
      if (oldest) this.end(oldest.id);
    }
    this.#kept.set(session.id, session);
    if (Number.isFinite(this.#idleMs)) void this.#watch(session);
    return { token, session };
  }

  /** @param options.isUse a person did something: the idle time begins anew */
  find(token: string, { isUse }: { readonly isUse: boolean }): Session | undefined {
    return this.use(idOf(token), { isUse });
  }

  /** The same by `id`. */
  use(id: string, { isUse }: { readonly isUse: boolean }): Session | undefined {
    const session = this.#kept.get(id);
    if (session === undefined) return undefined;
    if (this.#leftMs(session) <= 0) {
      this.end(session.id);
      return undefined;
    }
    if (isUse) session.usedAtMs = this.#clock.monotonicMs();
    return session;
  }

  end(id: string): void {
    const session = this.#kept.get(id);
    this.#kept.delete(id);
    session?.end.abort();
  }

  endAll(): void {
    for (const id of [...this.#kept.keys()]) this.end(id);
  }

  #leftMs({ openedAtMs, usedAtMs }: Kept): number {
    return Math.min(usedAtMs + this.#idleMs, openedAtMs + this.#longestMs) - this.#clock.monotonicMs();
  }

  /** Without it an open event stream would outlive its session. */
  async #watch(session: Kept): Promise<void> {
    while (!session.ended.aborted) {
      const leftMs = this.#leftMs(session);
      if (leftMs <= 0) this.end(session.id);
      else await this.#clock.sleep(leftMs, { signal: session.ended }).catch(() => undefined);
    }
  }
}

function idOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
