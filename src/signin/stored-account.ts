import { MailError, type AccountIdentity } from '../core/index.ts';

/** The account as it is sealed. Secret. */
export interface StoredAccount {
  readonly version: 1;
  readonly identity: AccountIdentity;
  /** msal-node's token cache, serialised. */
  readonly cache: string;
  readonly accessToken: { readonly token: string; readonly expiresAtMs: number };
  /** Life of that token when it was new, milliseconds. */
  readonly tokenLifeMs: number;
  readonly signedInAtMs: number;
  readonly renewedAtMs: number;
  readonly isProven: boolean;
}

type Shape = Readonly<Record<string, (value: unknown) => boolean>>;

const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isOptionalText = (value: unknown) => value === undefined || typeof value === 'string';
const isNumber = (value: unknown) => Number.isFinite(value);

const identityShape: Shape = {
  upn: isText,
  email: isOptionalText,
  objectId: isText,
  tenantId: isText,
  name: isOptionalText,
};
const accountShape: Shape = {
  version: (value) => value === 1,
  identity: (value) => fits(value, identityShape),
  cache: isText,
  accessToken: (value) => fits(value, { token: isText, expiresAtMs: isNumber }),
  tokenLifeMs: (value) => Number(value) > 0,
  signedInAtMs: isNumber,
  renewedAtMs: isNumber,
  isProven: (value) => typeof value === 'boolean',
};

// By hand: the record is authenticated, so this asks only whether it is ours and of this version, and a schema library would
// have to be loaded at every start for it.
function fits(value: unknown, shape: Shape): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.entries(shape).every(([name, isRight]) => isRight(fields[name]));
}

/** @throws MailError `secret-damaged` */
export function readStoredAccount(sealed: Buffer): StoredAccount {
  return read(sealed, accountShape) as StoredAccount;
}

/** @throws MailError `secret-damaged` */
export function readIdentity(sealed: Buffer): AccountIdentity {
  return read(sealed, identityShape) as AccountIdentity;
}

function read(sealed: Buffer, shape: Shape): unknown {
  try {
    const value: unknown = JSON.parse(sealed.toString('utf8'));
    if (fits(value, shape)) return value;
  } catch {
    // Without the cause: a parser quotes what it could not read.
  }
  throw new MailError('secret-damaged', 'stored sign-in has not the expected form');
}
