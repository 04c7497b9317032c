/** Lists of addresses and networks, as settings hold them: `192.168.1.20`, `192.168.1.0/24`, `fd12::/64`. */
import { BlockList, isIP } from 'node:net';

/** Node's word for the family of a numeric address. */
export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** The address of a socket: an IPv4 client of a listener on `::` is an IPv4 client. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** Puts a network into a list. */
export function addNetwork(list: BlockList, network: string): void {
  const [address = '', prefix] = network.split('/');
  if (isIP(address) === 0) return;
  if (prefix === undefined) list.addAddress(address, familyOf(address));
  else list.addSubnet(address, Number(prefix), familyOf(address));
}

/** True if a network of the list has the address in it; an empty list has none. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  if (isIP(address) === 0) return false;
  const list = new BlockList();
  for (const network of networks) addNetwork(list, network);
  return list.check(address, familyOf(address));
}
