/** What is allowed in the settings of the LAN door, but hardly meant. */
import { isIP } from 'node:net';
import { isWithin } from './cross-checks.ts';
import type { Settings } from './schema.ts';

/** @returns sentences for an administrator, none where all is as it should be; nothing is refused for them */
export function lanWarnings({ lan }: Pick<Settings, 'lan'>): readonly string[] {
  const { allowedNetworks, trustedPrinters } = lan;
  const outside = allowedNetworks.length === 0 ? [] : trustedPrinters.filter((one) => !isWithin(one, allowedNetworks));
  return [
    ...outside.map((one) => `${one} in lan.trustedPrinters is not within lan.allowedNetworks and could not connect.`),
    ...allowedNetworks.flatMap((one) => wider('lan.allowedNetworks', one)),
    ...trustedPrinters.flatMap((one) => wider('lan.trustedPrinters', one)),
  ];
}

/** `192.168.1.5/24`: whoever writes the address of one printer may not mean the 256 of its network. IPv4 only. */
function wider(path: string, network: string): string[] {
  const [address = '', prefix] = network.split('/');
  if (prefix === undefined || isIP(address) !== 4) return [];
  const size = 2 ** (32 - Number(prefix));
  const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const first = value - (value % size);
  if (first === value) return [];
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return [
    `${network} in ${path} means all of ${octets.join('.')}/${prefix}; write that, or ${address} for the one printer.`,
  ];
}
