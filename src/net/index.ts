export { addressGuard, type AddressGuard } from './address-guard.ts';
export { issuerOf, withIssuer } from './certificate-issuer.ts';
export { buildDateMs, classifyNetworkError } from './classify-network-error.ts';
export { directDialer } from './direct-dialer.ts';
export { createHttpClient } from './http-client.ts';
export { isBypassed, isTunnelled, proxyDialer, type ProxySettings } from './proxy-dialer.ts';
export { redactText, redactUrl } from './redact.ts';
export { makeSelfSigned, type CertificateKeyType, type SelfSigned, type SelfSignedOptions } from './self-signed.ts';
export { caFingerprints, trustedCas } from './trusted-cas.ts';
