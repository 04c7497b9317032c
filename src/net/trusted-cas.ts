import { X509Certificate } from 'node:crypto';
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

/** By list: settings keep theirs until they change, and the sign-in asks before every token. */
const knownFingerprints = new WeakMap<readonly string[], readonly string[]>();

/**
 * Names what the administrator added, for bindings (T21): SHA-256 fingerprints, sorted. Parsed once per list.
 * @param extraCaPem PEM certificates, checked by the settings
 */
export function caFingerprints(extraCaPem: readonly string[]): readonly string[] {
  let fingerprints = knownFingerprints.get(extraCaPem);
  if (!fingerprints) {
    fingerprints = extraCaPem.map((pem) => new X509Certificate(pem).fingerprint256).sort();
    knownFingerprints.set(extraCaPem, fingerprints);
  }
  return fingerprints;
}
