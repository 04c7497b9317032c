import { type MailError } from '../core/index.ts';
import { entries, isGuidanceId, type GuidanceId } from './entries.ts';
import { lookUpPhoneNumber } from './identity-numbers.ts';

/** What the system said, where it is more exact than the code it became (`details.systemCode`). */
const bySystemCode: Readonly<Record<string, GuidanceId>> = {
  EAI_AGAIN: 'dns-no-answer',
  ETIMEOUT: 'dns-no-answer',
  ESERVFAIL: 'dns-no-answer',
  EREFUSED: 'dns-no-answer',
  ENETUNREACH: 'network-down',
  ENETDOWN: 'network-down',
  EADDRNOTAVAIL: 'network-down',
  ECONNREFUSED: 'connect-refused',
  // A whole chain that ends in a root of its own: what inspecting proxies show. A lone certificate is a wrong server.
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-inspected',
  CERT_NOT_YET_VALID: 'certificate-not-yet-valid',
};

/**
 * The entry that explains an error best: named by who threw it, else by its AADSTS number, else by what the system said,
 * else by its code.
 */
export function guidanceIdOf({ code, details }: MailError): GuidanceId {
  const { guidanceId, aadsts, systemCode } = details;
  if (typeof guidanceId === 'string' && isGuidanceId(guidanceId)) return guidanceId;
  const byNumber = typeof aadsts === 'number' ? lookUpPhoneNumber(aadsts) : undefined;
  if (byNumber !== undefined) return byNumber;
  const bySystem =
    typeof systemCode === 'string' && Object.hasOwn(bySystemCode, systemCode) ? bySystemCode[systemCode] : undefined;
  // A refused proxy stays a matter of the proxy, whatever the system said of it.
  return bySystem !== undefined && entries[bySystem].code === code ? bySystem : code;
}
