import { describe, expect, test } from '@jest/globals';
import { MailError, type ErrorCode } from '../../src/core/index.ts';
import { buildDateMs, classifyNetworkError } from '../../src/net/index.ts';

const systemError = (code: string, rest: object = {}) =>
  Object.assign(new Error(`something ${code}`), { code, ...rest });
const afterBuild = buildDateMs + 1;

describe('network errors become rows of the catalogue', () => {
  test.each<[string, unknown, ErrorCode]>([
    // Names
    ['unknown name', systemError('ENOTFOUND', { syscall: 'getaddrinfo' }), 'dns-failed'],
    ['resolver does not answer', systemError('EAI_AGAIN', { syscall: 'getaddrinfo' }), 'dns-failed'],
    // Connecting
    ['port closed', systemError('ECONNREFUSED', { syscall: 'connect' }), 'connect-failed'],
    ['no route', systemError('EHOSTUNREACH', { syscall: 'connect' }), 'connect-failed'],
    ['no network', systemError('ENETUNREACH', { syscall: 'connect' }), 'connect-failed'],
    ['SYN without answer', systemError('ETIMEDOUT', { syscall: 'connect' }), 'connect-timeout'],
    ['reset while connecting (firewall)', systemError('ECONNRESET', { syscall: 'connect' }), 'connect-failed'],
    // An open connection
    ['time-out while reading', systemError('ETIMEDOUT', { syscall: 'read' }), 'timeout'],
    ['reset', systemError('ECONNRESET', { syscall: 'read' }), 'connection-lost'],
    ['broken pipe', systemError('EPIPE', { syscall: 'write' }), 'connection-lost'],
    ['body cut short', systemError('ERR_STREAM_PREMATURE_CLOSE'), 'connection-lost'],
    // TLS
    ['unknown CA', systemError('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'tls-untrusted'],
    ['self-signed chain (TLS-inspecting proxy)', systemError('SELF_SIGNED_CERT_IN_CHAIN'), 'tls-untrusted'],
    ['self-signed', systemError('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls-untrusted'],
    ['other name', systemError('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls-wrong-name'],
    ['expired', systemError('CERT_HAS_EXPIRED'), 'tls-expired'],
    ['not yet valid, clock believable', systemError('CERT_NOT_YET_VALID'), 'tls-expired'],
    ['TLS 1.1 only', systemError('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'), 'tls-failed'],
    ['no TLS at all', systemError('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls-failed'],
    ['OpenSSL in a hurry', systemError('EPROTO'), 'tls-failed'],
    // Happy eyeballs: one error per address, in an error without a syscall
    [
      'all addresses failed',
      Object.assign(
        new AggregateError([
          systemError('ENETUNREACH', { syscall: 'connect' }),
          systemError('ECONNREFUSED', { syscall: 'connect' }),
        ]),
        { code: 'ECONNREFUSED' },
      ),
      'connect-failed',
    ],
    [
      'all addresses silent',
      Object.assign(new AggregateError([systemError('ETIMEDOUT', { syscall: 'connect' })]), { code: 'ETIMEDOUT' }),
      'connect-timeout',
    ],
    // Wrapped and foreign
    ['wrapped once', new Error('fetch failed', { cause: systemError('ENOTFOUND') }), 'dns-failed'],
    ['wrapped twice', new Error('a', { cause: new Error('b', { cause: systemError('EPIPE') }) }), 'connection-lost'],
    ['garbage instead of HTTP', systemError('HPE_INVALID_CONSTANT'), 'reply-invalid'],
    ['own abort', new DOMException('aborted', 'AbortError'), 'stopping'],
    ['own time-out', new DOMException('late', 'TimeoutError'), 'timeout'],
    ['a MailError inside', new Error('x', { cause: new MailError('captive-portal', 'y') }), 'captive-portal'],
    ['nothing known', new Error('what'), 'internal'],
    ['not an error', 'text', 'internal'],
    ['name of an Object member', systemError('constructor'), 'internal'],
  ])('%s', (_name, error, code) => {
    expect(classifyNetworkError(error, undefined, afterBuild).code).toBe(code);
  });

  test.each(['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED'])(
    '%s on a device that thinks it is 1970 is the clock, not the certificate',
    (code) => {
      expect(classifyNetworkError(systemError(code), undefined, 5_000).code).toBe('clock-not-set');
    },
  );

  test('the fallback is for unknown errors only', () => {
    expect(classifyNetworkError(new Error('what'), 'reply-invalid').code).toBe('reply-invalid');
    expect(classifyNetworkError(systemError('ENOTFOUND'), 'reply-invalid').code).toBe('dns-failed');
  });

  test('causes in a circle end', () => {
    const one = new Error('one');
    one.cause = new Error('two', { cause: one });
    expect(classifyNetworkError(one).code).toBe('internal');
  });
});
