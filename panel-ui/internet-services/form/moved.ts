/** Whether the door these pages came through is still there, told by the device's listeners. Pure. */
import type { AgentStatus } from '../../../src/core/index.ts';

type Listeners = AgentStatus['listeners'];

/** Where the pages are now; `url` undefined: they are switched off. */
export interface Moved {
  readonly url?: string | undefined;
}

/**
 * Compares the doors of before with those of now.
 * @param here address of the page; behind a forwarded port none of the device's is `here`, and nothing can be said
 * @returns undefined if the page can stay
 */
export function movedTo(
  here: Pick<URL, 'hostname' | 'port' | 'hash'>,
  before: Listeners,
  now: Listeners,
): Moved | undefined {
  const port = Number(here.port === '' ? '443' : here.port);
  const host = here.hostname.replace(/^\[|\]$/g, '');
  const web = (listeners: Listeners) => listeners.filter(({ name }) => name === 'web');
  const serves = (address: string) => isAny(address) || !isAddress(host) || address === host;
  const isHere = (listeners: Listeners) => web(listeners).some((one) => one.port === port && serves(one.address));
  if (!isHere(before) || isHere(now)) return undefined;
  const next = web(now).find(({ address }) => serves(address)) ?? web(now)[0];
  if (next === undefined) return {};
  const name = serves(next.address) ? here.hostname : bracketed(next.address);
  return { url: `https://${name}${next.port === 443 ? '' : `:${String(next.port)}`}/${here.hash}` };
}

/** The port of these pages as delivered; a test compares it with the settings. */
export const deliveredPort = 8443;

/** Where the pages of an emptied device are. @returns undefined if that is where they were */
export function movedAsDelivered(here: Pick<URL, 'hostname' | 'port'>): Moved | undefined {
  return here.port === String(deliveredPort)
    ? undefined
    : { url: `https://${here.hostname}:${String(deliveredPort)}/` };
}

function isAny(address: string): boolean {
  return address === '::' || address === '0.0.0.0';
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^[\d.]+$/.test(host);
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
