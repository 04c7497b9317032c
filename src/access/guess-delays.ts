/**
 * Slows guessing down (T41): an address waits longer after each failure, and all strangers together have a budget. Nobody is
 * ever locked out for good.
 */
import { isIP } from 'node:net';
import type { Clock } from '../core/index.ts';

/** Failures of an address that cost nothing: people mistype. */
export const freeFailures = 5;
const firstWaitMs = 1000;
const longestWaitMs = 15 * 60_000;
const forgetMs = 24 * 3_600_000;
const maxAddresses = 256;
/** Failures of all addresses together at once, and how long it takes until there is room for another. */
const budget = 30;
const budgetRefillMs = 20_000;

/** Failures by address; addresses that have known the password before do not share the strangers' budget. */
export class GuessDelays {
  readonly #clock: Clock;
  readonly #failures = new Map<string, { readonly count: number; readonly atMs: number }>();
  readonly #known = new Set<string>();
  #spent = 0;
  #spentAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns milliseconds until this address may try again; 0: now */
  waitMs(address: string): number {
    const key = keyOf(address);
    const nowMs = this.#clock.monotonicMs();
    const { count, atMs } = this.#failures.get(key) ?? { count: 0, atMs: 0 };
    const ownMs = count < freeFailures ? 0 : Math.min(firstWaitMs * 2 ** (count - freeFailures), longestWaitMs);
    const sharedMs = this.#known.has(key) ? 0 : this.#sharedWaitMs(nowMs);
    return Math.max(0, atMs + ownMs - nowMs, sharedMs);
  }

  noteFailure(address: string): void {
    const key = keyOf(address);
    const nowMs = this.#clock.monotonicMs();
    const before = this.#failures.get(key);
    const count = before !== undefined && nowMs - before.atMs < forgetMs ? before.count + 1 : 1;
    keep(this.#failures, key, { count, atMs: nowMs });
    this.#spent = this.#spentAt(nowMs) + 1;
    this.#spentAtMs = nowMs;
  }

  noteSuccess(address: string): void {
    const key = keyOf(address);
    this.#failures.delete(key);
    this.#known.delete(key);
    this.#known.add(key);
    const [oldest] = this.#known;
    if (this.#known.size > maxAddresses && oldest !== undefined) this.#known.delete(oldest);
  }

  /** Somebody stands in front of the device. */
  reset(): void {
    this.#failures.clear();
    this.#spent = 0;
  }

  #spentAt(nowMs: number): number {
    return Math.max(0, this.#spent - (nowMs - this.#spentAtMs) / budgetRefillMs);
  }

  #sharedWaitMs(nowMs: number): number {
    return Math.max(0, Math.ceil((this.#spentAt(nowMs) - (budget - 1)) * budgetRefillMs));
  }
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > maxAddresses && oldest.done !== true) map.delete(oldest.value);
}

/** A host has a whole /64 of IPv6 addresses to itself. */
function keyOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const zeros = plain.includes('::') ? Math.max(0, 8 - front.length - back.length) : 0;
  return [...front, ...Array<string>(zeros).fill('0'), ...back]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
