import { profileOfHost, type CloudName } from './profiles.ts';

/** Ends of the names Microsoft gives tenants; [M] but for the first. */
const tenantDomains: readonly (readonly [end: string, cloud: CloudName])[] = [
  ['.onmicrosoft.com', 'global'],
  ['.onmicrosoft.us', 'us-gov-high'],
  ['.onmschina.cn', 'china-21vianet'],
];
/** What the identity service calls its clouds in a description, beside their login hosts. */
const cloudWords: readonly (readonly [word: RegExp, cloud: CloudName])[] = [
  [/\b(?:partner\.)?microsoftonline\.cn\b|\bchinacloud/i, 'china-21vianet'],
  [/\bmicrosoftonline\.us\b|\bUS ?Gov/i, 'us-gov-high'],
  [/\bmicrosoftonline\.com\b/i, 'global'],
];

/**
 * Which cloud an account, tenant or application belongs to, as far as an answer and the settings say so. GCC High and DoD
 * cannot be told apart by their names: both are `us-gov-high`.
 * @param facts.description what the identity service said (AADSTS90038 names the cloud it would redirect to)
 * @param facts.tenant as set; a domain Microsoft gave says where it lives
 * @param facts.upn of whoever signs in
 * @param facts.cloud as set: naming it again would be no help
 * @returns undefined if nothing says so
 */
export function rightCloudOf(facts: {
  readonly aadsts?: number | undefined;
  readonly description?: string | undefined;
  readonly tenant?: string | undefined;
  readonly upn?: string | undefined;
  readonly cloud: CloudName;
}): CloudName | undefined {
  const { aadsts, description = '', tenant = '', upn = '', cloud } = facts;
  const host = /\blogin\.[a-z.-]+[a-z]\b/i.exec(description)?.[0];
  const candidates = [
    aadsts === 900439 ? ('us-gov-high' as const) : undefined,
    host === undefined ? undefined : profileOfHost(host),
    cloudWords.find(([word]) => word.test(description))?.[1],
    ofDomain(tenant),
    ofDomain(upn),
  ];
  const isUsGov = (name: CloudName) => name === 'us-gov-high' || name === 'us-gov-dod';
  return candidates.find((name) => name !== undefined && name !== cloud && !(isUsGov(name) && isUsGov(cloud)));
}

function ofDomain(name: string): CloudName | undefined {
  const wanted = name.trim().toLowerCase();
  return tenantDomains.find(([end]) => wanted.endsWith(end))?.[1];
}
