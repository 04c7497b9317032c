/**
 * The gate's first half, before any router, file or session: what a request line and its headers must be like (T43, T44, T49).
 * It works on what came over the wire: a parsed URL has `/./` and `//` smoothed away already.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** A request before its body. */
export interface RequestHead {
  readonly method: string;
  /** As sent: path and query. */
  readonly target: string;
  /** Names in lower case, duplicates as Node joins them. */
  readonly headers: IncomingHttpHeaders;
  /** Name, value, name, value, ... */
  readonly rawHeaders: readonly string[];
}

/** What is to be done with it. */
export type Verdict =
  | { readonly kind: 'refused'; readonly status: number; readonly why: string }
  /** Anything below `/v1/`. */
  | { readonly kind: 'call'; readonly path: string; readonly isChange: boolean }
  /** The page and its parts. */
  | { readonly kind: 'file'; readonly path: string };

const reading: readonly string[] = ['GET', 'HEAD'];
const changing: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE'];
/** A form of another site can send neither without asking first (CORS), which is never granted. */
const bodyTypes: readonly string[] = ['application/json', 'multipart/form-data', 'message/rfc822'];
const methodOverrides: readonly string[] = ['x-http-method-override', 'x-http-method', 'x-method-override'];
const longestTarget = 2048;

const refused = (status: number, why: string): Verdict => ({ kind: 'refused', status, why });

/**
 * Judges a request; pure.
 * @param door.scheme of the door, for the comparison of origins
 * @param door.isHostAllowed is this name or address, in lower case and without brackets and port, one of this device's? port: as written, if it is
 */
export function judgeHead(
  head: RequestHead,
  door: {
    readonly scheme: 'http' | 'https';
    readonly isHostAllowed: (host: string, port: number | undefined) => boolean;
  },
): Verdict {
  const { method, target, headers } = head;
  // First of all: a page whose name was made to point here (DNS rebinding) must not learn even what else is wrong.
  const host = hostOf(headers.host ?? '');
  if (host === undefined || countOf(head, 'host') !== 1 || !door.isHostAllowed(host.name, host.port))
    return refused(421, 'this device does not go by that name; ask for it by its address or host name');
  const isChange = changing.includes(method);
  if (!isChange && !reading.includes(method)) return refused(405, 'no such method');
  if (methodOverrides.some((name) => headers[name] !== undefined))
    return refused(400, 'the method stands in its place');
  const path = cleanPath(target);
  if (path === undefined) return refused(400, 'no path of this device is written like that');
  const isCall = path === '/v1' || path.startsWith('/v1/');
  const foreign = foreignness(headers, { isCall, isChange, origin: `${door.scheme}://${headers.host ?? ''}` });
  if (foreign !== undefined) return refused(403, foreign);
  if (isChange && !isBodyTypeAllowed(headers)) return refused(415, 'send JSON');
  if (!isCall && isChange) return refused(405, 'pages are read only');
  return isCall ? { kind: 'call', path, isChange } : { kind: 'file', path };
}

/**
 * The name in a Host header (RFC 9110 7.2), lower case, IPv6 addresses in short form without brackets.
 * @returns undefined if it is none; a trailing dot makes it none, since browsers take it for another site
 */
export function hostOf(header: string): { readonly name: string; readonly port: number | undefined } | undefined {
  const [, name, port] = /^(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::(\d{1,5}))?$/i.exec(header) ?? [];
  if (name === undefined || (name.startsWith('[') && isIP(name.slice(1, -1)) !== 6)) return undefined;
  return { name: plainHost(name), port: port === undefined ? undefined : Number(port) };
}

/** One spelling for each host: lower case; IPv6 in its short form, without brackets and zone. */
export function plainHost(host: string): string {
  const bare = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '');
  if (isIP(bare) !== 6) return bare;
  return new URL(`http://[${bare}]/`).hostname.slice(1, -1);
}

/** The path, if it is one that our own pages could have asked for. Every spelling but the plain one is refused, not mended. */
function cleanPath(target: string): string | undefined {
  if (target.length > longestTarget || !/^\/[\x21-\x7e]*$/.test(target)) return undefined;
  const [path = '', query = ''] = target.split('?', 2);
  if (/(^|&)_method=/i.test(query) || target.includes('#')) return undefined;
  if (!/^(?:\/|(?:\/(?:[A-Za-z0-9_.~@:+,-]|%[0-9A-Fa-f]{2})+)+)$/.test(path)) return undefined;
  // An encoded slash, backslash, dot, percent sign or control character is a second reading of the path.
  if (/%(?:2[ef5]|5c|[01][0-9a-f]|7f)/i.test(path)) return undefined;
  if (path.split('/').some((part) => part === '.' || part === '..' || part.endsWith('.'))) return undefined;
  return path;
}

/** Why the request is not from our own page, if it is not. */
function foreignness(
  headers: IncomingHttpHeaders,
  about: { readonly isCall: boolean; readonly isChange: boolean; readonly origin: string },
): string | undefined {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  if (origin !== undefined && origin !== about.origin) return 'the request comes from another site';
  // Every browser sends it with what changes something; a program can.
  if (about.isChange && origin === undefined) return 'the request does not say where it comes from (Origin)';
  if (site === undefined || site === 'same-origin') return undefined;
  // Typed, or a bookmark.
  if (site === 'none' && !about.isChange) return undefined;
  // A link on another page may lead to ours, which shows nothing by itself.
  if (!about.isCall && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document')
    return undefined;
  return 'the request comes from another site';
}

function isBodyTypeAllowed(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type'];
  if (type === undefined)
    return headers['transfer-encoding'] === undefined && ['0', undefined].includes(headers['content-length']);
  return bodyTypes.includes((type.split(';', 1)[0] ?? '').trim().toLowerCase());
}

function countOf({ rawHeaders }: RequestHead, name: string): number {
  return rawHeaders.filter((one, index) => index % 2 === 0 && one.toLowerCase() === name).length;
}

/**
 * A cookie of a request.
 * @returns undefined also if it is there twice: somebody else set one of them
 */
export function cookieOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const values = (headers.cookie ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}
