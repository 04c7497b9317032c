/** Host names as settings hold them: how they are written, and whether one points into the device's own network. */
import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { MailError } from '../core/index.ts';

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/** An Error whose message is the sentence a person reads. */
export function invalid(sentence: string): MailError {
  return new MailError('settings-invalid', sentence);
}

/** Foreign text inside a sentence: one line, bounded. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}

/**
 * Reads a host as people type it; blank stays blank.
 * @param text a DNS name (U-labels allowed) or an IP literal without brackets
 * @returns lower case, A-labels, without a final dot; odd spellings of an IPv4 address (`127.1`) as the address they are,
 *   because resolvers read them so
 * @throws MailError `settings-invalid`; its message is a sentence for the person
 */
export function readHost(text: string): string {
  const host = text.trim().toLowerCase();
  if (host === '') return '';
  if (host.includes('://')) throw invalid('Write only the host name, without https:// or any other scheme in front.');
  if (/[/\\?#]/.test(host)) throw invalid('Write only the host name, without a path behind it.');
  if (host.includes('@'))
    throw invalid('Write only the host name; an e-mail address or user name does not belong here.');
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) === 6 && !bare.includes('%')) return bare;
  if (host.includes(':')) throw invalid('Write the host name without the port; the port has its own setting.');
  const ascii = /[\s%[\]]/.test(host) ? '' : domainToASCII(host.replace(/\.$/, ''));
  const isName = ascii !== '' && ascii.length <= 253 && ascii.split('.').every((one) => label.test(one));
  if (!isName) throw invalid(`${quoted(text)} is not a host name; write one such as smtp.contoso.com.`);
  return ascii;
}

/** `readHost`, and an IP address is refused: certificates and sign-in names belong to DNS names. */
export function readDnsName(text: string): string {
  const host = readHost(text);
  if (isIP(host) !== 0) throw invalid('Write the DNS name of the server, not its IP address.');
  return host;
}

/**
 * public: anywhere. private: loopback and addresses of the local network, allowed by `service.isPrivateNetworkAllowed`.
 * forbidden: never a mail or log-in server (link-local with the cloud metadata service, multicast, unspecified).
 */
export type HostReach = 'public' | 'private' | 'forbidden';

const privateAddresses = blockList(
  ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
  ['::1/128', 'fc00::/7'],
);
const forbiddenAddresses = blockList(
  ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'],
  ['::/128', 'fe80::/10', 'ff00::/8', 'fd00:ec2::254/128'],
);

/**
 * Judges a host by its spelling alone (T23); what a public name resolves to is for the dialler.
 * @param host as `readHost` returns it
 */
export function reachOfHost(host: string): HostReach {
  const family = isIP(host);
  if (family !== 0) {
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (forbiddenAddresses.check(host, type)) return 'forbidden';
    return privateAddresses.check(host, type) ? 'private' : 'public';
  }
  if (host === 'metadata.google.internal') return 'forbidden';
  return /(^|\.)(localhost|local|lan|internal|home\.arpa)$/.test(host) ? 'private' : 'public';
}

/** True for a host that is this device itself. */
export function isLoopbackHost(host: string): boolean {
  return /(^|\.)localhost$/.test(host) || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function blockList(ipv4: readonly string[], ipv6: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [type, nets] of [
    ['ipv4', ipv4],
    ['ipv6', ipv6],
  ] as const) {
    for (const net of nets) {
      const [address = '', prefix = ''] = net.split('/');
      list.addSubnet(address, Number(prefix), type);
    }
  }
  return list;
}
