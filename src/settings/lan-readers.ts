/** Readers of the LAN listener's values; as in `field-readers.ts`, what they throw is the sentence beside the field. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { invalid, quoted } from './host-name.ts';

/**
 * Names of the printer quirks an administrator may give to an address. What each does is data of `intake/`, which must have
 * a row for every name (its type says so).
 */
export const quirkNames = [
  'xerox-login',
  'lower-case-login',
  'draft-login',
  'auth-not-offered',
  'missing-final-dot',
  'junk-before-helo',
  'slow-pages',
  'charset-windows-1252',
  'charset-gb18030',
  'charset-shift-jis',
] as const;

/** A name of `quirkNames`. */
export type QuirkName = (typeof quirkNames)[number];

/** The numeric address a listener binds to. */
export function readListenAddress(text: string): string {
  const address = text
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0 && !address.includes('%')) return address;
  throw invalid(`${quoted(text)} is not an address of this device; write one such as 192.168.1.5, or 0.0.0.0 for all.`);
}

/** An address or a network: `192.168.1.20`, `192.168.1.0/24`, `fd12:3456::/64`. */
export function readNetwork(text: string): string {
  const [address = '', prefix, ...more] = text.trim().toLowerCase().split('/');
  const most = isIP(address) === 4 ? 32 : 128;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= most);
  if (isIP(address) === 0 || address.includes('%') || !isPrefix || more.length > 0) {
    throw invalid(`${quoted(text)} is not an address or network; write one such as 192.168.1.20 or 192.168.1.0/24.`);
  }
  // "/0" is how an open relay is set up; whoever means it writes the two halves.
  if (Number(prefix ?? most) === 0)
    throw invalid('A network of all addresses is no list of printers; write the networks.');
  return prefix === undefined ? address : `${address}/${String(Number(prefix))}`;
}

/** `192.168.1.20=xerox-login`, or several names joined: `192.168.1.0/24=missing-final-dot+charset-gb18030`. */
export function readQuirk(text: string): string {
  const [network = '', profile = '', ...more] = text.trim().split('=');
  if (profile.trim() === '' || more.length > 0) {
    throw invalid(`${quoted(text)} is not a quirk; write address=name, such as 192.168.1.20=xerox-login.`);
  }
  const names = profile
    .trim()
    .toLowerCase()
    .split('+')
    .map((name) => name.trim());
  const unknown = names.find((name) => !(quirkNames as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw invalid(`There is no quirk ${quoted(unknown)}; choose from: ${quirkNames.join(', ')}.`);
  return `${readNetwork(network)}=${[...new Set(names)].join('+')}`;
}

/** The domain part of an address, as A-labels. */
export function readMailDomain(text: string): string {
  const domain = domainToASCII(text.trim().replace(/^@/, '').toLowerCase());
  if (/^(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/.test(domain)) return domain;
  throw invalid(`${quoted(text)} is not a mail domain; write one such as contoso.com.`);
}

/** Name of the printers' log-in: some panels take one character, some tools make 200. */
export function readLanUser(text: string): string {
  const user = text.trim();
  if (/[\x00-\x1f\x7f-\x9f]/.test(user)) throw invalid('A user name cannot have control characters in it.');
  return user;
}
