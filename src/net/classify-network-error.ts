import { MailError, type ErrorCode } from '../core/index.ts';
import { redactText } from './redact.ts';

/**
 * A clock that shows less than this is not set: printers without a battery boot in 1970, or on the day of their firmware.
 * Moved forward with each release.
 */
export const buildDateMs = Date.UTC(2026, 10, 1);

/** System and TLS error codes -> catalogue. OpenSSL's own `ERR_SSL_*` are matched by their prefix. */
const codes: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'dns-failed',
  EAI_AGAIN: 'dns-failed',
  ENODATA: 'dns-failed',
  ESERVFAIL: 'dns-failed',
  EAI_NODATA: 'dns-failed',
  EAI_FAIL: 'dns-failed',
  EAI_NONAME: 'dns-failed',
  ENONAME: 'dns-failed',
  EREFUSED: 'dns-failed',
  ETIMEOUT: 'dns-failed',
  EDNS: 'dns-failed',
  ECONNREFUSED: 'connect-failed',
  EHOSTUNREACH: 'connect-failed',
  ENETUNREACH: 'connect-failed',
  EHOSTDOWN: 'connect-failed',
  ENETDOWN: 'connect-failed',
  EADDRNOTAVAIL: 'connect-failed',
  EACCES: 'connect-failed',
  EPERM: 'connect-failed',
  EAFNOSUPPORT: 'connect-failed',
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  ERR_SOCKET_CONNECTION_TIMEOUT: 'connect-timeout',
  ECONNRESET: 'connection-lost',
  EPIPE: 'connection-lost',
  ECONNABORTED: 'connection-lost',
  ENETRESET: 'connection-lost',
  ERR_STREAM_PREMATURE_CLOSE: 'connection-lost',
  ERR_STREAM_DESTROYED: 'connection-lost',
  ERR_SOCKET_CLOSED: 'connection-lost',
  EPROTO: 'tls-failed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  CERT_UNTRUSTED: 'tls-untrusted',
  CERT_REJECTED: 'tls-untrusted',
  CERT_SIGNATURE_FAILURE: 'tls-untrusted',
  CERT_REVOKED: 'tls-untrusted',
  CERT_CHAIN_TOO_LONG: 'tls-untrusted',
  INVALID_CA: 'tls-untrusted',
  INVALID_PURPOSE: 'tls-untrusted',
  PATH_LENGTH_EXCEEDED: 'tls-untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-wrong-name',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'tls-wrong-name',
  HOSTNAME_MISMATCH: 'tls-wrong-name',
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'timeout',
};

/** Certificate dates mean nothing to a device that does not know the date. */
const dateCodes: readonly string[] = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

interface SystemError {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/**
 * Turns whatever Node, TLS or a library on top of them threw into a row of the catalogue.
 * Looks through `cause` and through the members of an AggregateError (happy eyeballs reports one error per address);
 * the first one it knows decides. A `MailError` anywhere inside is returned as it is.
 * @param fallback for errors nobody knows; `internal` if not given
 * @param nowMs wall clock, to tell an expired certificate from a clock that is not set
 */
export function classifyNetworkError(
  error: unknown,
  fallback: ErrorCode = 'internal',
  nowMs: number = Date.now(),
): MailError {
  for (const one of chain(error)) {
    if (one instanceof MailError) return one;
    const found = codeOf(one, nowMs);
    if (found) return mailError(found.code, error, found.systemCode);
  }
  return mailError(fallback, error, undefined);
}

function mailError(code: ErrorCode, error: unknown, systemCode: string | undefined): MailError {
  const text = messageOf(error);
  const message = redactText(text.slice(0, 500));
  return new MailError(
    code,
    systemCode === undefined || message.includes(systemCode) ? message : `${systemCode}: ${message}`,
    { cause: error, details: { systemCode } },
  );
}

/** By shape, not by class: errors of another realm (workers, test runners) are errors too. */
function messageOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null ? (error as SystemError).message : undefined;
  return typeof message === 'string' && message !== '' ? message : String(error);
}

/** The error, what caused it, and the members of an AggregateError; bounded, since causes may go in circles. */
function chain(error: unknown): object[] {
  const seen: object[] = [];
  const waiting: unknown[] = [error];
  while (waiting.length > 0 && seen.length < 32) {
    const one = waiting.shift();
    if (typeof one !== 'object' || one === null || seen.includes(one)) continue;
    seen.push(one);
    const { cause, errors } = one as SystemError;
    // Members before the whole: an AggregateError's own code is that of its last member, often the least telling.
    if (Array.isArray(errors)) waiting.push(...(errors as unknown[]));
    waiting.push(cause);
  }
  return seen.sort((a, b) => Number(isAggregate(a)) - Number(isAggregate(b)));
}

function isAggregate(one: object): boolean {
  return Array.isArray((one as SystemError).errors);
}

function codeOf(
  error: SystemError,
  nowMs: number,
): { readonly code: ErrorCode; readonly systemCode: string } | undefined {
  // Abort means that this program gave up waiting: it stops, or a deadline of its own passed.
  if (error.name === 'TimeoutError') return { code: 'timeout', systemCode: 'TimeoutError' };
  if (error.name === 'AbortError' || error.code === 'ABORT_ERR') return { code: 'stopping', systemCode: 'AbortError' };
  const systemCode = error.code;
  if (typeof systemCode !== 'string') return undefined;
  if (dateCodes.includes(systemCode) && nowMs < buildDateMs) return { code: 'clock-not-set', systemCode };
  const isConnecting = error.syscall === 'connect';
  if (isConnecting && systemCode === 'ETIMEDOUT') return { code: 'connect-timeout', systemCode };
  if (isConnecting && systemCode === 'ECONNRESET') return { code: 'connect-failed', systemCode };
  const code = Object.hasOwn(codes, systemCode) ? codes[systemCode] : undefined;
  if (code) return { code, systemCode };
  if (/^ERR_(?:SSL|TLS|OSSL)_/.test(systemCode)) return { code: 'tls-failed', systemCode };
  if (systemCode.startsWith('HPE_')) return { code: 'reply-invalid', systemCode };
  return undefined;
}
