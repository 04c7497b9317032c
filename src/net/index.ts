export { addressGuard, type AddressGuard } from './address-guard.ts';
export { buildDateMs, classifyNetworkError } from './classify-network-error.ts';
export { directDialer } from './direct-dialer.ts';
export { createHttpClient } from './http-client.ts';
export { isBypassed, proxyDialer, type ProxySettings } from './proxy-dialer.ts';
export { redactText, redactUrl } from './redact.ts';
export { trustedCas } from './trusted-cas.ts';
