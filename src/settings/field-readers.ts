/**
 * Readers of single values: each takes what a person typed, returns the tidy form, and throws a MailError whose message is
 * the sentence shown beside the field. Blank means "not set" and stays blank.
 */
import { X509Certificate } from 'node:crypto';
import { MailError, parseMailbox } from '../core/index.ts';
import { parseClientId, parseTenant, resourceScopes } from '../cloud/index.ts';
import { invalid, quoted, readHost } from './host-name.ts';

/** The application id; the seed's missing hyphen gets its own sentence from cloud/. */
export function readClientId(text: string): string {
  return text.trim() === '' ? '' : explained('The client id is not complete', () => parseClientId(text));
}

/** Tenant id, verified domain, or `organizations`, `common`, `consumers`. */
export function readTenant(text: string): string {
  return explained(`${quoted(text)} is not a tenant`, () => parseTenant(text));
}

/** A bare mailbox such as `scanner@contoso.com`. */
export function readAddress(text: string): string {
  const address = text.trim();
  if (address === '' || parseMailbox(address) !== undefined) return address;
  throw invalid(`${quoted(text)} is not a complete e-mail address; write one such as scanner@contoso.com.`);
}

/**
 * One scope, or a list with blanks as printer makers print it: `https://partner.outlook.cn/SMTP.Send offline_access openid
 * email`. Kept as written; `effectiveService` drops what MSAL adds itself.
 */
export function readScope(text: string): string {
  const scope = text.trim().replace(/\s+/g, ' ');
  const resources = resourceScopes(scope).map((one) => {
    const url = URL.canParse(one) ? new URL(one) : undefined;
    const isToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(one);
    if (url?.protocol !== 'https:' || url.username !== '' || url.pathname === '/' || !isToken) {
      throw invalid(`${quoted(one)} is not a scope; write one such as https://outlook.office.com/SMTP.Send.`);
    }
    return url.host;
  });
  if (new Set(resources).size > 1)
    throw invalid('One sign-in reaches one service only; keep the scopes of one host and remove the others.');
  if (scope !== '' && resources.length === 0)
    throw invalid('Name the scope that allows sending too, such as https://outlook.office.com/SMTP.Send.');
  return scope;
}

/** `http://proxy.contoso.com:3128`. The user has a setting of its own, the password is a secret: neither may be in it. */
export function readProxyUrl(text: string): string {
  const wanted = text.trim();
  if (wanted === '') return '';
  const url = URL.canParse(wanted) ? new URL(wanted) : undefined;
  if (url === undefined || url.host === '')
    throw invalid('Write the proxy as http://name:port, for example http://proxy.contoso.com:3128.');
  if (url.username !== '' || url.password !== '') {
    // The text itself is not repeated: it holds a password, and sentences reach logs and screens.
    throw invalid(
      'Write the proxy without user and password; the user goes into network.proxyUser, the password is stored apart.',
    );
  }
  if (url.protocol !== 'http:')
    throw invalid('Only proxies that are reached by http:// are supported; connections through them stay encrypted.');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw invalid('Write the proxy as http://name:port, with nothing behind the port.');
  return `http://${url.host}`;
}

/**
 * One entry of the bypass list: a host, every name below a domain (`.contoso.com`, `*.contoso.com`), or `*` for all. No
 * address ranges and no ports: the proxy dialler compares names, an entry it cannot match would silently do nothing.
 */
export function readBypass(text: string): string {
  const entry = text.trim().toLowerCase();
  if (entry === '*') return entry;
  const front = /^(\*\.|\.)?/.exec(entry)?.[0] ?? '';
  if (entry === front || /[/:]\d+$/.test(entry.replace(/^[0-9a-f:]+$/, ''))) {
    throw invalid(`${quoted(text)} is not a host or domain; write one such as intranet.contoso.com or .contoso.com.`);
  }
  return `${front}${readHost(entry.slice(front.length))}`;
}

const pemBlock = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Takes text with one or more PEM certificates apart. */
export function splitPem(text: string): readonly string[] {
  if (text.trim() === '') return [];
  return text.match(pemBlock) ?? [text];
}

/** One PEM certificate, line ends as LF. A private key beside it is refused without being repeated. */
export function readCertificate(text: string): string {
  if (text.includes('PRIVATE KEY'))
    throw invalid(
      'This text has a private key in it; give only the certificate (BEGIN CERTIFICATE to END CERTIFICATE).',
    );
  const pem = text.trim().replace(/\r\n?/g, '\n');
  try {
    new X509Certificate(pem);
  } catch {
    throw invalid('This is not a certificate; give the text from BEGIN CERTIFICATE to END CERTIFICATE of a PEM file.');
  }
  return `${pem}\n`;
}

/** Text for the proxy's log-in: printable, no colon (RFC 7617 section 2). */
export function readProxyUser(text: string): string {
  const user = text.trim();
  if (/[:\x00-\x1f\x7f]/.test(user))
    throw invalid('A proxy user cannot have a colon in it; the password is stored apart.');
  return user;
}

export { readHost };

/** Turns the hint of a cloud/ parser into a whole sentence. */
function explained(what: string, read: () => string): string {
  try {
    return read();
  } catch (error) {
    const hint = error instanceof MailError ? error.details['hint'] : undefined;
    throw invalid(typeof hint === 'string' ? `${what}: ${hint}.` : `${what}.`);
  }
}
