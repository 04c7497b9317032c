/** Which passwords and PINs are taken (T41): long enough, and none that everybody tries first. No rules of composition. */
import { createHash } from 'node:crypto';
import { commonPasswords } from './common-passwords.ts';

/** Characters; 15 are recommended. */
export const shortestPassword = 8;
const longestPassword = 128;
const digestBytes = 3;

/** Why a password or PIN is not taken, for `details.reason`. */
export type PasswordReason = 'too-short' | 'too-long' | 'too-common' | 'pin-format';

let table: Buffer | undefined;

/** One spelling for what is typed the same way (Unicode NFC), so that keyboards agree. */
export function normalised(password: string): string {
  return password.normalize('NFC');
}

/** @returns undefined if it is taken */
export function passwordProblem(password: string): PasswordReason | undefined {
  const letters = Array.from(normalised(password));
  if (letters.length < shortestPassword) return 'too-short';
  if (letters.length > longestPassword) return 'too-long';
  const plain = letters.join('').toLowerCase();
  const isListed = isCommon(plain) || isCommon(plain.replace(/[\d\W_]+$/u, ''));
  return isListed || isPattern(letters.map((letter) => letter.toLowerCase())) ? 'too-common' : undefined;
}

/** 4 to 16 digits, not all the same and not counted up or down. @returns undefined if it is taken */
export function pinProblem(pin: string): PasswordReason | undefined {
  if (!/^\d{4,16}$/.test(pin)) return 'pin-format';
  return isPattern(Array.from(pin)) ? 'too-common' : undefined;
}

function isCommon(word: string): boolean {
  if (word.length < shortestPassword) return false;
  table ??= Buffer.from(commonPasswords, 'base64');
  const digest = createHash('sha256').update(word).digest().subarray(0, digestBytes);
  for (let at = 0; at < table.length; at += digestBytes)
    if (digest.equals(table.subarray(at, at + digestBytes))) return true;
  return false;
}

/** `aaaaaaaa`, `abababab`, `12345678`, `hgfedcba`: short to say, so soon tried. */
function isPattern(letters: readonly string[]): boolean {
  const steps = letters
    .slice(1)
    .map((letter, index) => (letter.codePointAt(0) ?? 0) - (letters[index]?.codePointAt(0) ?? 0));
  const isRun = steps.every((step) => step === steps[0]) && Math.abs(steps[0] ?? 0) <= 1;
  return isRun || new Set(letters).size <= 2;
}
