/** The log-in of printers on the LAN: one user name, one password, kept as its scrypt hash (T8, T41). */
import { createHash, randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import type { Clock } from '../core/index.ts';

/** 16 MiB for each hash, so one at a time. */
const cost: ScryptOptions = { N: 2 ** 14, r: 8, p: 5, maxmem: 32 * 1024 * 1024 };
const saltBytes = 16;
const hashBytes = 32;

/** Failures on one connection before 421. */
export const maxLoginFailures = 5;

/** @param password any text @returns salt and hash, 48 octets */
export async function hashPassword(password: string): Promise<Buffer> {
  const salt = randomBytes(saltBytes);
  return Buffer.concat([salt, await derive(password, salt)]);
}

/** Checks user and password; `undefined` as `stored`: nobody can log in. */
export type LoginCheck = (given: { readonly user: string; readonly password: string }) => Promise<boolean>;

/**
 * Makes the check. Calls wait for each other. Every answer costs the same time, whatever was wrong.
 * @param options.userName as set; '' lets nobody in
 * @param options.stored what `hashPassword` gave, or undefined
 */
export function createLoginCheck(options: {
  readonly userName: () => string;
  readonly stored: () => Promise<Buffer | undefined>;
}): LoginCheck {
  let last: Promise<unknown> = Promise.resolve();
  const check = async (given: { readonly user: string; readonly password: string }): Promise<boolean> => {
    const stored = await options.stored();
    const isKept = stored?.length === saltBytes + hashBytes;
    const record = isKept ? stored : Buffer.alloc(saltBytes + hashBytes);
    const hash = await derive(given.password, record.subarray(0, saltBytes));
    const isPassword = timingSafeEqual(hash, record.subarray(saltBytes));
    const isUser = timingSafeEqual(digest(given.user.trim()), digest(options.userName()));
    return isKept && isUser && isPassword && options.userName() !== '';
  };
  return (given) => {
    const turn = last.then(() => check(given));
    last = turn.catch(() => undefined);
    return turn;
  };
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hashBytes, cost, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
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
