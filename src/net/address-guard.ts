import { BlockList, isIP } from 'node:net';
import { MailError } from '../core/index.ts';

/**
 * Judges an address a name resolved to, just before it is connected to (T23).
 * @returns why it may not be connected to, or undefined
 */
export type AddressGuard = (address: string) => string | undefined;

type Range = readonly [network: string, prefix: number];

/**
 * Nobody's smarthost or identity service: this device itself, its cable, groups, cloud metadata services (169.254.169.254,
 * 168.63.129.16, 100.100.100.200, 192.0.0.192, fd00:ec2::254), test networks.
 */
const neverRanges: readonly Range[] = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['168.63.129.16', 32],
  ['100.100.100.200', 32],
  ['192.0.0.0', 24],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['::1', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['fd00:ec2::254', 128],
];
/** RFC 1918, RFC 6598, RFC 4193: a smarthost on the premises, if the administrator says so. */
const privateRanges: readonly Range[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
];

function blockList(ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, isIP(network) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

/** Where an IPv6 address carries an IPv4 one that a gateway or this host would connect to: prefix length in groups of 16 bits. */
const carriers: readonly (readonly [prefix: readonly number[], at: number])[] = [
  // Mapped (RFC 4291 2.5.5.2), compatible (2.5.5.1), translated (RFC 2765 2.1), NAT64 (RFC 6052 2.1), 6to4 (RFC 3056 2)
  [[0, 0, 0, 0, 0, 0xffff], 6],
  [[0, 0, 0, 0, 0, 0], 6],
  [[0, 0, 0, 0, 0xffff, 0], 6],
  [[0x64, 0xff9b, 0, 0, 0, 0], 6],
  [[0x2002], 1],
];

/** Made when first asked: most devices know no custom cloud. */
let lists: { readonly never: BlockList; readonly onPremises: BlockList } | undefined;

/**
 * Keeps a custom profile from being used to reach into the device or the office network.
 * An IPv6 address that carries an IPv4 one is judged as both, in whatever spelling.
 */
export function addressGuard({
  isPrivateNetworkAllowed,
}: {
  readonly isPrivateNetworkAllowed: () => boolean;
}): AddressGuard {
  return (address) => {
    const plain = address.replace(/%.*$/, '');
    if (isIP(plain) === 0) return 'not an address';
    const all = [plain, ...carriedBy(plain)];
    const { never, onPremises } = (lists ??= {
      never: blockList(neverRanges),
      onPremises: blockList(privateRanges),
    });
    if (all.some((one) => isIn(never, one))) return 'an address of this device or its own link';
    const isRefused = all.some((one) => isIn(onPremises, one)) && !isPrivateNetworkAllowed();
    return isRefused ? 'a private address, and private networks are not allowed' : undefined;
  };
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The IPv4 addresses in an IPv6 address; none in others. */
function carriedBy(address: string): string[] {
  if (isIP(address) !== 6) return [];
  const groups = groupsOf(address);
  return carriers.flatMap(([prefix, at]) => {
    if (prefix.some((group, index) => groups[index] !== group)) return [];
    const [high = 0, low = 0] = groups.slice(at);
    return [[high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')];
  });
}

/** The eight 16-bit groups of an IPv6 address without a zone; the URL parser knows every spelling. */
export function groupsOf(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const read = (text = '') => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const [front, back] = [read(head), read(tail)];
  return [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
}

/** What a dialler throws for an address it may not connect to. */
export function refused(address: string, why: string): MailError {
  return new MailError('connect-failed', `${address} is ${why}`, {
    details: { systemCode: 'refused-address', address, why },
  });
}

/**
 * Judges a host given as an address, which is never looked up. Numbers in other spellings (`2130706433`, `127.1`) are
 * refused: only addresses are meant to be written in digits.
 * @throws MailError `connect-failed`
 */
export function assertAllowed(host: string, guard: AddressGuard | undefined): void {
  const plain = host.replace(/^\[(.*)\]$/, '$1');
  const isLiteral = /^[\d.]+$|^0x[\da-f.x]*$|:/i.test(plain);
  const refusal = isLiteral ? guard?.(plain) : undefined;
  if (refusal !== undefined) throw refused(plain, refusal);
}
