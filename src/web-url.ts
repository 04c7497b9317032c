/** Where people find the web pages: what panel and commands show for a browser elsewhere in the network. */
import { isIP } from 'node:net';
import type { AgentStatus } from './core/index.ts';

/**
 * @returns `https://192.0.2.7:8443`, by a name that browsers can verify if there is one; undefined while the web door is closed
 */
export async function webUrl(options: {
  readonly listeners: AgentStatus['listeners'];
  /** Of this device, loopback included. */
  readonly addresses: readonly string[];
  /** The name in an administrator's certificate, if there is one. */
  readonly trustedName: () => Promise<string | undefined>;
}): Promise<string | undefined> {
  const web = options.listeners.find(({ name }) => name === 'web');
  if (web === undefined) return undefined;
  const host = (await options.trustedName()) ?? hostOf(web.address, options.addresses);
  return `https://${host}${web.port === 443 ? '' : `:${String(web.port)}`}`;
}

/** Where others in the same network find the door: an address of the network, else what there is. */
function hostOf(address: string, own: readonly string[]): string {
  const isAny = address === '::' || address === '0.0.0.0';
  const candidates = isAny ? own.filter((one) => !/^(127\.|::1$|fe80:|169\.254\.)/i.test(one)) : [address];
  const host = candidates.find((one) => isIP(one) === 4) ?? candidates[0] ?? '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
