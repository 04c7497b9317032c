/** What a page can say about a new password or PIN; the daemon has the last word (T41). */

/** Characters at least. */
export const minPasswordLength = 8;

/** What is wrong with a new password typed twice. */
export function checkNewPassword(password: string, repeat: string): 'tooShort' | 'different' | undefined {
  // Code points, as the daemon counts.
  if (Array.from(password).length < minPasswordLength) return 'tooShort';
  return password === repeat ? undefined : 'different';
}

/** 4 to 16 digits. */
export function checkPin(pin: string): boolean {
  return /^\d{4,16}$/.test(pin);
}

/** Which field a refusal of the daemon belongs to, and the key of its sentence in `shell.claim`. */
export function refusalOf(error: {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
}): { readonly field: 'password' | 'pin' | 'code'; readonly key: RefusalKey } | undefined {
  if (error.code === 'claim-code-refused') return { field: 'code', key: 'codeWrong' };
  if (error.code !== 'password-refused') return undefined;
  const { reason, field } = error.details;
  if (reason === 'pin-format') return { field: 'pin', key: 'pinDigits' };
  const keys: Readonly<Record<string, RefusalKey>> = {
    'too-short': 'tooShort',
    'too-long': 'tooLong',
    'too-common': 'tooCommon',
  };
  const key = typeof reason === 'string' ? keys[reason] : undefined;
  return key === undefined ? undefined : { field: field === 'pin' ? 'pin' : 'password', key };
}

/** Keys of `shell.claim`. */
export type RefusalKey = 'tooShort' | 'tooLong' | 'tooCommon' | 'pinDigits' | 'codeWrong';
