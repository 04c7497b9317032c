import { domainToASCII } from 'node:url';
import { MailError } from '../core/index.ts';
import { guidPattern, zeroGuid } from './client-id.ts';

/** The tenant all personal accounts live in; a `tid` with this value is an Outlook.com account. */
export const consumersTenantId = '9188040d-6c67-4c5b-b112-36a304b66dad';

const tenantWords: ReadonlySet<string> = new Set(['organizations', 'common', 'consumers']);
const domainLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * Reads the tenant part of the authority.
 * @param text a tenant id, a verified domain (U-labels allowed) or `organizations`, `common`, `consumers`
 * @returns lower case, domain as A-labels
 * @throws MailError `settings-invalid` with `details.field` and `details.hint`
 */
export function parseTenant(text: string): string {
  const tenant = text.trim().toLowerCase();
  if (tenantWords.has(tenant)) return tenant;
  if (guidPattern.test(tenant) && tenant !== zeroGuid) return tenant;
  if (tenant !== zeroGuid && !/[\s/\\?#@:%[\]]/.test(tenant)) {
    const ascii = domainToASCII(tenant);
    const labels = ascii.split('.');
    // A domain of digits is what domainToASCII makes of an IP address.
    const isDomain = labels.length > 1 && labels.every((label) => domainLabel.test(label));
    if (isDomain && !/^\d+$/.test(labels.at(-1) ?? '')) return ascii;
  }
  throw new MailError('settings-invalid', `not a tenant: ${JSON.stringify(text)}`, {
    details: {
      field: 'service.tenant',
      hint: 'use the tenant id, a domain of the organisation such as contoso.com, or "organizations"',
    },
  });
}

/** True for the tenant of personal accounts, by word or by id. */
export function isConsumersTenant(tenant: string): boolean {
  return tenant === 'consumers' || tenant === consumersTenantId;
}
