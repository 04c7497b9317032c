/**
 * Every endpoint of one national cloud, as data. Each value carries where it comes from:
 * [D] documented by the vendor, [C] seen in public code or logs, [T] measured, [M] from memory. What is not [D] is a
 * default a person can override (Cloud `custom`), never a promise.
 */

export type CloudName = 'global' | 'china-21vianet' | 'us-gov-high' | 'us-gov-dod' | 'custom';

/** Where in the cloud's portal an administrator finds things; menu words as the English portal shows them. */
export interface PortalPaths {
  readonly appRegistrations: string;
  readonly publicClientFlows: string;
  readonly redirectUris: string;
  readonly apiPermissions: string;
  readonly enterpriseApplications: string;
  readonly conditionalAccess: string;
  readonly signInLogs: string;
}

/** All endpoints of one cloud. In every list the first entry is the default, the others are allowed as well. */
export interface CloudProfile {
  readonly name: CloudName;
  /** For a person choosing. */
  readonly title: string;
  /** Hosts of the identity service, lower case, no scheme. */
  readonly loginHosts: readonly string[];
  /** Submission hosts, lower case. */
  readonly smtpHosts: readonly string[];
  /** Submission with STARTTLS (RFC 6409); Exchange offers nothing on 465. */
  readonly smtpPort: 587;
  /** Delegated scopes that allow submission, one resource each; OIDC scopes are not listed. */
  readonly scopes: readonly string[];
  /** Hosts whose verification address is shown without a warning. The address itself always comes from the server. */
  readonly verificationHosts: readonly string[];
  /** `scope` of the admin consent link: the resource of the default scope, `/.default`. */
  readonly adminConsentScope: string;
  /** Portal with the app registrations; https, no trailing slash. */
  readonly portalUrl: string;
  readonly portalPaths: PortalPaths;
  /** Outlook.com and other personal accounts live in this cloud. */
  readonly hasPersonalAccounts: boolean;
  /** Seconds before an access token's end from which it is not used for a new SMTP session; MSAL renews at 300. */
  readonly renewalMarginS: number;
  /** Other hosts of this cloud that people type by mistake (IMAP, Graph): only for hints, never connected to. */
  readonly otherHosts: readonly string[];
}

const portalPaths: PortalPaths = {
  appRegistrations: 'Microsoft Entra ID > App registrations',
  publicClientFlows: 'App registrations > (the app) > Authentication > Allow public client flows',
  redirectUris: 'App registrations > (the app) > Authentication > Add a platform > Mobile and desktop applications',
  apiPermissions: 'App registrations > (the app) > API permissions',
  enterpriseApplications: 'Microsoft Entra ID > Enterprise applications',
  conditionalAccess: 'Microsoft Entra ID > Security > Conditional Access > Policies',
  signInLogs: 'Microsoft Entra ID > Sign-in logs',
};

/** MSAL redeems the refresh token 300 s before the end; the same figure here, so that no session starts in between [T]. */
const renewalMarginS = 300;

const global: CloudProfile = {
  name: 'global',
  title: 'Global (Microsoft 365, Outlook.com, GCC)',
  // [D]; the aliases [T]: MSAL rewrites them to the first before its first request.
  loginHosts: ['login.microsoftonline.com', 'login.microsoft.com', 'login.windows.net', 'sts.windows.net'],
  // [D]; smtp-mail.outlook.com [C]: the name personal Outlook.com mailboxes are told to use.
  smtpHosts: ['smtp.office365.com', 'smtp-mail.outlook.com'],
  smtpPort: 587,
  // [D]; the second spelling [T]: another cache key in MSAL, the same resource at the server.
  scopes: ['https://outlook.office.com/SMTP.Send', 'https://outlook.office365.com/SMTP.Send'],
  // microsoft.com/devicelogin (older) and login.microsoft.com/device (2025-26 logs) [C]; www.microsoft.com/link for
  // personal accounts [M].
  verificationHosts: ['login.microsoft.com', 'microsoft.com', 'www.microsoft.com', 'login.microsoftonline.com'],
  // [D]: "must be" outlook.office365.com, although the token scope says outlook.office.com.
  adminConsentScope: 'https://outlook.office365.com/.default',
  portalUrl: 'https://entra.microsoft.com', // [D]
  portalPaths,
  hasPersonalAccounts: true, // [D]
  renewalMarginS,
  otherHosts: [
    'outlook.office365.com',
    'outlook.office.com',
    'graph.microsoft.com',
    'portal.azure.com',
    'entra.microsoft.com',
  ],
};

const china: CloudProfile = {
  name: 'china-21vianet',
  title: 'China (operated by 21Vianet)',
  // [D]; the alias [D, T]: an older name that Graph's page still lists.
  loginHosts: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
  // [C]: a public log shows AUTH XOAUTH2 answered there, and printer makers print it; the second [C] is used by others.
  smtpHosts: ['smtp.partner.outlook.cn', 'partner.outlook.cn'],
  smtpPort: 587,
  // [C], and printed by printer makers; `.default` [C] where the fine-grained scope is refused.
  scopes: ['https://partner.outlook.cn/SMTP.Send', 'https://partner.outlook.cn/.default'],
  // microsoft.com/deviceloginchina [C]
  verificationHosts: ['microsoft.com', 'www.microsoft.com', 'login.partner.microsoftonline.cn'],
  // The v2 page is documented for this cloud [D], this resource follows the global pattern [M].
  adminConsentScope: 'https://partner.outlook.cn/.default',
  portalUrl: 'https://portal.azure.cn', // [D]
  portalPaths,
  hasPersonalAccounts: false, // [D]: consumer accounts exist in the global cloud only
  renewalMarginS,
  otherHosts: ['microsoftgraph.chinacloudapi.cn', 'portal.azure.cn'],
};

const usGovHigh: CloudProfile = {
  name: 'us-gov-high',
  title: 'US Government (GCC High)',
  loginHosts: ['login.microsoftonline.us', 'login.usgovcloudapi.net'], // [D]; alias [T]
  smtpHosts: ['smtp.office365.us', 'outlook.office365.us'], // [C, many]; [D]: the vendor's list for 25/587
  smtpPort: 587,
  scopes: ['https://outlook.office365.us/SMTP.Send'], // [C]
  verificationHosts: ['microsoft.com', 'www.microsoft.com', 'login.microsoftonline.us'], // deviceloginus [C]
  adminConsentScope: 'https://outlook.office365.us/.default', // [M] follows the global pattern
  portalUrl: 'https://portal.azure.us', // [D]
  portalPaths,
  hasPersonalAccounts: false, // [D]
  renewalMarginS,
  otherHosts: ['graph.microsoft.us', 'portal.azure.us'],
};

const usGovDod: CloudProfile = {
  name: 'us-gov-dod',
  title: 'US Government (DoD)',
  loginHosts: ['login.microsoftonline.us', 'login.usgovcloudapi.net'], // [D]: the authority is shared with GCC High
  smtpHosts: ['outlook-dod.office365.us', 'webmail.apps.mil'], // [D, C]; [D]
  smtpPort: 587,
  // Unresolved: both resource names are seen [C]. The first is what mail software uses for the delegated scope.
  scopes: ['https://outlook.office365.us/SMTP.Send', 'https://outlook-dod.office365.us/SMTP.Send'],
  verificationHosts: ['microsoft.com', 'www.microsoft.com', 'login.microsoftonline.us'], // [C]
  // The resource of the default scope: consent for another resource would not cover the token request. [M]
  adminConsentScope: 'https://outlook.office365.us/.default',
  portalUrl: 'https://portal.azure.us', // [D]
  portalPaths,
  hasPersonalAccounts: false, // [D]
  renewalMarginS,
  otherHosts: ['dod-graph.microsoft.us'],
};

/** Every field is the administrator's own; nothing is listed, so every verification host is shown with a warning. */
const custom: CloudProfile = {
  name: 'custom',
  title: 'Custom',
  loginHosts: [],
  smtpHosts: [],
  smtpPort: 587,
  scopes: [],
  verificationHosts: [],
  adminConsentScope: '',
  portalUrl: '',
  portalPaths,
  // A custom authority may be the global one with another host: what the account is, the claims say.
  hasPersonalAccounts: true,
  renewalMarginS,
  otherHosts: [],
};

/**
 * All profiles by name. Germany's former cloud has none: it closed on 29 October 2021. GCC (moderate) is `global`.
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
export const cloudProfiles: Readonly<Record<CloudName, CloudProfile>> = {
  global,
  'china-21vianet': china,
  'us-gov-high': usGovHigh,
  'us-gov-dod': usGovDod,
  custom,
};

/** True for the name of a profile. */
export function isCloudName(text: string): text is CloudName {
  return Object.hasOwn(cloudProfiles, text);
}

/**
 * Which profile a host belongs to, for "wrong cloud" hints. GCC High and DoD share their login hosts: those answer
 * `us-gov-high`.
 * @param host any case, without scheme or port
 * @returns undefined for a host no profile knows
 */
export function profileOfHost(host: string): CloudName | undefined {
  const wanted = host.trim().toLowerCase().replace(/\.$/, '');
  return Object.values(cloudProfiles).find((profile) =>
    [...profile.loginHosts, ...profile.smtpHosts, ...profile.otherHosts].includes(wanted),
  )?.name;
}
