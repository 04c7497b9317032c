/** The one-time code that proves somebody stands in front of the device (T40). */
import { randomInt } from 'node:crypto';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/index.ts';

/** What the panel shows. */
export interface ClaimCode {
  /** `XXXX-XXXX`: 40 random bits, without letters that look like others. */
  readonly code: string;
  /** Wall clock. */
  readonly expiresAtMs: number;
  readonly triesLeft: number;
}

/** Crockford's base32: no I, L, O, U. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const lifetimeMs = 10 * 60_000;
const tries = 5;

/** At most one code; it ends by time, by five wrong tries, and when it is used. */
export class ClaimCodes {
  readonly #clock: Clock;
  #present:
    { readonly code: string; readonly untilMs: number; readonly expiresAtMs: number; triesLeft: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  make(): ClaimCode {
    const code = Array.from({ length: 8 }, () => letters[randomInt(letters.length)] ?? '').join('');
    this.#present = {
      code,
      untilMs: this.#clock.monotonicMs() + lifetimeMs,
      expiresAtMs: this.#clock.nowMs() + lifetimeMs,
      triesLeft: tries,
    };
    return this.#shown(this.#present);
  }

  present(): ClaimCode | undefined {
    if (this.#present !== undefined && this.#present.untilMs <= this.#clock.monotonicMs()) this.#present = undefined;
    return this.#present === undefined ? undefined : this.#shown(this.#present);
  }

  /** @param typed with or without hyphens and blanks, in any case @returns is it the one? Then it is used up */
  use(typed: string): boolean {
    this.present();
    const present = this.#present;
    if (present === undefined) return false;
    if (timingSafeEqual(digest(readCode(typed)), digest(present.code))) {
      this.#present = undefined;
      return true;
    }
    present.triesLeft -= 1;
    if (present.triesLeft === 0) this.#present = undefined;
    return false;
  }

  forget(): void {
    this.#present = undefined;
  }

  #shown({ code, expiresAtMs, triesLeft }: { code: string; expiresAtMs: number; triesLeft: number }): ClaimCode {
    return { code: `${code.slice(0, 4)}-${code.slice(4)}`, expiresAtMs, triesLeft };
  }
}

/** As people type it: letters that are not in the code are taken for the digits they look like. */
function readCode(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}

/** Texts of any length become comparable in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
