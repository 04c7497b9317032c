import { rootCertificates } from 'node:tls';

/**
 * The trust list for `tls.connect`: Node's own roots and what the administrator added (TLS-inspecting proxies, private
 * smarthosts). A list given to TLS replaces the built-in one, so both go in.
 * @param extraCaPem PEM certificates
 * @returns undefined if nothing was added: Node then uses its own list
 */
export function trustedCas(extraCaPem: readonly string[]): string[] | undefined {
  return extraCaPem.length === 0 ? undefined : [...rootCertificates, ...extraCaPem];
}
