import { MailError, type ErrorCode } from '../core/index.ts';

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'spool-unavailable',
  EACCES: 'spool-unavailable',
  EPERM: 'spool-unavailable',
  ENOENT: 'spool-unavailable',
  ENOTDIR: 'spool-unavailable',
  ENODEV: 'spool-unavailable',
  ESTALE: 'spool-unavailable',
};

/** The system's error name (`ENOSPC`), or ''. */
export function errnoOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

/** Names what the disk said in the words of the catalogue. Out of inodes is ENOSPC too (F12). */
export function toStorageError(error: unknown, doing: string): MailError {
  if (error instanceof MailError) return error;
  const errno = errnoOf(error);
  return new MailError(codes[errno] ?? 'storage-failed', `${doing}: ${String(error)}`, {
    cause: error,
    details: { errno },
  });
}
