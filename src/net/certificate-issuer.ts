/** Who vouches for a certificate nobody trusts: the one fact that tells an inspecting proxy from a wrong server. */
import type { TLSSocket } from 'node:tls';
import { MailError } from '../core/index.ts';

const maxNameLength = 80;

/**
 * Listens for the certificate while Node judges it; afterwards a refused one is gone.
 * @param socket just made by `tls.connect`
 * @returns asks for the issuer's name: printable, at most 80 characters; undefined if none was seen
 */
export function issuerOf(socket: TLSSocket): () => string | undefined {
  let issuer: string | undefined;
  // Before Node's own listener, which ends the connection.
  socket.prependOnceListener('secure', () => {
    const { CN, O } =
      (socket.getPeerCertificate() as Partial<ReturnType<TLSSocket['getPeerCertificate']>>).issuer ?? {};
    const name = [CN, O].flat().find((one) => typeof one === 'string' && one !== '');
    issuer = name?.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, maxNameLength);
  });
  return () => issuer;
}

/**
 * Says with `tls-untrusted` who issued the certificate, and that it was seen through a proxy: the proxy opened the tunnel
 * itself then (F45). Any other error is handed back.
 */
export function withIssuer(error: MailError, issuer: string | undefined, isTunnelled: boolean): MailError {
  if (error.code !== 'tls-untrusted') return error;
  const details = {
    ...error.details,
    ...(issuer === undefined ? {} : { issuer, hint: `issued by ${issuer}` }),
    ...(isTunnelled ? { via: 'proxy', guidanceId: 'tls-inspected' } : {}),
  };
  const by = issuer === undefined ? '' : ` (issued by ${issuer})`;
  return new MailError(error.code, `${error.message}${by}`, { cause: error.cause, details });
}
