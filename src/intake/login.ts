/** The log-in of printers on the LAN: one user name, one password, kept as its scrypt hash (T8, T41). */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/index.ts';
import { isPasswordOf } from '../vault/index.ts';

/** Failures on one connection before 421. */
export const maxLoginFailures = 5;

/** Checks user and password; `undefined` as `stored`: nobody can log in. */
export type LoginCheck = (given: { readonly user: string; readonly password: string }) => Promise<boolean>;

/**
 * Makes the check. Every answer costs the same time, whatever was wrong.
 * @param options.userName as set; '' lets nobody in
 * @param options.stored what `hashPassword` gave, or undefined
 */
export function createLoginCheck(options: {
  readonly userName: () => string;
  readonly stored: () => Promise<Buffer | undefined>;
}): LoginCheck {
  return async ({ user, password }) => {
    const isPassword = await isPasswordOf(password, await options.stored());
    const isUser = timingSafeEqual(digest(user.trim()), digest(options.userName()));
    return isUser && isPassword && options.userName() !== '';
  };
}

/** Texts of any length become comparable in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const firstDelayMs = 1000;
const maxDelayMs = 30_000;
/** After so long without a failure an address is as good as new. */
const forgetMs = 15 * 60_000;
const maxAddresses = 256;

/** Slows an address down that guesses, on whatever connection: 1, 2, 4 ... 30 s before each answer. */
export class LoginDelays {
  readonly #clock: Clock;
  readonly #failures = new Map<string, { readonly count: number; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns milliseconds to wait before this failure is answered */
  noteFailure(address: string): number {
    const nowMs = this.#clock.monotonicMs();
    const before = this.#failures.get(address);
    const count = before !== undefined && nowMs - before.atMs < forgetMs ? before.count + 1 : 1;
    this.#failures.delete(address);
    this.#failures.set(address, { count, atMs: nowMs });
    const oldest = this.#failures.keys().next();
    if (this.#failures.size > maxAddresses && oldest.done !== true) this.#failures.delete(oldest.value);
    return Math.min(firstDelayMs * 2 ** (count - 1), maxDelayMs);
  }

  noteSuccess(address: string): void {
    this.#failures.delete(address);
  }
}
