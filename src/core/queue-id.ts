import type { Random } from './ports.ts';
import type { QueueId } from './job.ts';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * Makes a queue id: 9 Crockford base32 characters of milliseconds (good until the year 3084, sorts by time) and 5 of
 * randomness. Two ids of one millisecond collide once in 33 million; the spool checks.
 * @see https://www.crockford.com/base32.html
 */
export function makeQueueId(nowMs: number, random: Random): QueueId {
  let time = '';
  for (let left = Math.max(0, Math.floor(nowMs)), i = 0; i < 9; i++, left = Math.floor(left / 32))
    time = `${alphabet[left % 32] ?? '0'}${time}`;
  let tail = '';
  for (let i = 0; i < 5; i++) tail += alphabet[Math.floor(random() * 32)] ?? '0';
  return `${time}${tail}`;
}

/** True for text that `makeQueueId` could have made; anything else in the spool folder is not ours. */
export function isQueueId(text: string): text is QueueId {
  return /^[0-9a-hjkmnp-tv-z]{14}$/.test(text);
}
