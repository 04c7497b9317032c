import { BlockList, isIP } from 'node:net';

/**
 * Judges an address a name resolved to, just before it is connected to (T23).
 * @returns why it may not be connected to, or undefined
 */
export type AddressGuard = (address: string) => string | undefined;

type Range = readonly [network: string, prefix: number];

/** Nobody's smarthost or identity service: this device itself, its cable, groups, cloud metadata services. */
const neverRanges: readonly Range[] = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['::1', 128],
  ['fe80::', 10],
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

const never = blockList(neverRanges);
const onPremises = blockList(privateRanges);

/**
 * Keeps a custom profile from being used to reach into the device or the office network.
 * IPv4-mapped IPv6 addresses are judged as the IPv4 address they are.
 */
export function addressGuard({
  isPrivateNetworkAllowed,
}: {
  readonly isPrivateNetworkAllowed: () => boolean;
}): AddressGuard {
  return (address) => {
    const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address.replace(/%.*$/, '');
    const family = isIP(plain);
    if (family === 0) return 'not an address';
    const type = family === 6 ? 'ipv6' : 'ipv4';
    if (never.check(plain, type)) return 'an address of this device or its own link';
    const isRefused = onPremises.check(plain, type) && !isPrivateNetworkAllowed();
    return isRefused ? 'a private address, and private networks are not allowed' : undefined;
  };
}
