interface Window {
  startedMs: number;
  written: number;
  suppressed: number;
}

/** Kinds of lines remembered; the oldest is forgotten first. */
const kindsMost = 200;

/**
 * Lets a kind of line through so many times in a window and counts the rest: a fault that lasts all night must not wear the
 * flash out (F22).
 */
export class RepeatGuard {
  readonly #monotonicMs: () => number;
  readonly #windows = new Map<string, Window>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /**
   * @param kind what counts as the same line
   * @returns undefined: do not write. Else how many were left out since the last one that was written.
   */
  admit(kind: string, { most, windowMs }: { readonly most: number; readonly windowMs: number }): number | undefined {
    const nowMs = this.#monotonicMs();
    const known = this.#windows.get(kind);
    if (known !== undefined && nowMs - known.startedMs < windowMs) {
      if (known.written < most) {
        known.written++;
        return 0;
      }
      known.suppressed++;
      return undefined;
    }
    this.#windows.delete(kind);
    this.#windows.set(kind, { startedMs: nowMs, written: 1, suppressed: 0 });
    if (this.#windows.size > kindsMost) {
      const [oldest] = this.#windows.keys();
      if (oldest !== undefined) this.#windows.delete(oldest);
    }
    return known?.suppressed ?? 0;
  }
}
