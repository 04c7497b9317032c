import { z } from 'zod';
import { MailError, type AccountIdentity } from '../core/index.ts';

const identityShape = z.object({
  upn: z.string().min(1),
  email: z.string().optional(),
  objectId: z.string().min(1),
  tenantId: z.string().min(1),
  name: z.string().optional(),
});

const accountShape = z.object({
  version: z.literal(1),
  identity: identityShape,
  /** msal-node's token cache, serialised. */
  cache: z.string().min(2),
  accessToken: z.object({ token: z.string().min(1), expiresAtMs: z.number() }),
  /** Life of that token when it was new, milliseconds. */
  tokenLifeMs: z.number().positive(),
  signedInAtMs: z.number(),
  renewedAtMs: z.number(),
  isProven: z.boolean(),
});

/** The account as it is sealed. Secret. */
export type StoredAccount = Readonly<z.infer<typeof accountShape>>;

/** @throws MailError `secret-damaged` */
export function readStoredAccount(sealed: Buffer): StoredAccount {
  return read(accountShape, sealed);
}

/** @throws MailError `secret-damaged` */
export function readIdentity(sealed: Buffer): AccountIdentity {
  return read(identityShape, sealed);
}

function read<T>(shape: z.ZodType<T>, sealed: Buffer): T {
  try {
    return shape.parse(JSON.parse(sealed.toString('utf8')));
  } catch {
    // Without the cause: a parser quotes what it could not read.
    throw new MailError('secret-damaged', 'stored sign-in has not the expected form');
  }
}
