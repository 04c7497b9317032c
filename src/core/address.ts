/**
 * Mail addresses: one strict grammar for everything that comes from outside, one way to compare them. nodemailer's
 * address parser is never shown untrusted text.
 */
import { domainToASCII, domainToUnicode } from 'node:url';

/** A parsed RFC 5321 Mailbox (dot-string or quoted local part, domain or address literal). */
export interface Mailbox {
  /** As it goes on the wire: local part untouched, domain as given (U-labels kept). */
  readonly address: string;
  /** Local part, unquoted. */
  readonly localPart: string;
  /** Domain as A-labels, lower case; `[...]` for an address literal. */
  readonly domain: string;
  /** Needs SMTPUTF8: a local part with non-ASCII letters (a U-label domain alone can go as A-labels). */
  readonly isSmtpUtf8: boolean;
}

const atomText = /^(?:[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]|[^\x00-\x7f])+$/u;
const quotedPair = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*)"$/;
const domainLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
const ipv4Literal = /^\[(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\]$/;
const ipv6Literal = /^\[IPv6:[0-9A-Fa-f:.]{2,45}\]$/i;

/**
 * Parses a bare mailbox (no angle brackets, no display name, no source route).
 * @param text at most 254 octets as UTF-8; local part at most 64
 * @returns the mailbox, or undefined if it is not one
 * @see https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2
 * @see https://www.rfc-editor.org/rfc/rfc6531#section-3.3
 */
export function parseMailbox(text: string): Mailbox | undefined {
  if (Buffer.byteLength(text) > 254 || /[\x00-\x1f\x7f]/.test(text)) return undefined;
  const at = text.lastIndexOf('@');
  if (at < 1) return undefined;
  const rawLocal = text.slice(0, at);
  const rawDomain = text.slice(at + 1);
  if (Buffer.byteLength(rawLocal) > 64) return undefined;
  const localPart = parseLocalPart(rawLocal);
  const domain = parseDomain(rawDomain);
  if (localPart === undefined || domain === undefined) return undefined;
  return { address: text, localPart, domain, isSmtpUtf8: /[^\x00-\x7f]/.test(rawLocal) };
}

function parseLocalPart(raw: string): string | undefined {
  const quoted = quotedPair.exec(raw);
  if (quoted) return quoted[1]?.replace(/\\(.)/g, '$1');
  return raw.split('.').every((atom) => atomText.test(atom)) ? raw : undefined;
}

function parseDomain(raw: string): string | undefined {
  const v4 = ipv4Literal.exec(raw);
  if (v4) return v4.slice(1).every((part) => Number(part) <= 255) ? raw : undefined;
  if (ipv6Literal.test(raw)) return raw.toLowerCase();
  if (raw.endsWith('.') || /[\s/\\?#@:%[\]]/.test(raw)) return undefined;
  const ascii = domainToASCII(raw);
  if (ascii === '' || ascii.length > 253) return undefined;
  const labels = ascii.split('.');
  // domainToASCII reads "1.2" and "0x7f" as IPv4 addresses, as browsers do: a mail domain is never all digits at the end.
  if (/^\d+$/.test(labels.at(-1) ?? '')) return undefined;
  return labels.every((label) => domainLabel.test(label)) ? ascii : undefined;
}

/**
 * The form two addresses are compared in: NFC, lower case, domain as A-labels (design 6.2). Trims white space.
 * Returns the trimmed lower-case text itself if it is no mailbox, so that two equal non-addresses still compare equal.
 */
export function comparableAddress(text: string): string {
  const trimmed = text.trim().normalize('NFC');
  const mailbox = parseMailbox(trimmed);
  if (!mailbox) return trimmed.toLowerCase();
  return `${mailbox.localPart.toLowerCase()}@${mailbox.domain.toLowerCase()}`;
}

/** Case-insensitively, Unicode-normalised, domain as A-labels: the comparison of the sender rule. */
export function isSameAddress(one: string, other: string): boolean {
  return comparableAddress(one) === comparableAddress(other);
}

/** For the log: `scans@contoso.com` becomes `s***s@contoso.com`. The domain is what operators need. */
export function shortenAddress(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 1) return address === '' ? '<>' : '***';
  const local = address.slice(0, at);
  const masked = local.length < 3 ? '***' : `${local.slice(0, 1)}***${local.slice(-1)}`;
  return `${masked}${address.slice(at)}`;
}

/** A domain for people: U-labels where it has them. */
export function displayDomain(domain: string): string {
  return domainToUnicode(domain) || domain;
}
