/**
 * Placeholders of the texts. Values come from settings, from the account and from servers: they are foreign, and end up on
 * screens and in commands that an administrator pastes into a shell.
 */
import { isQueueId } from '../core/index.ts';
import { type GuidanceContext } from './types.ts';

/** Nothing can stand for these: texts have them in `[...]`, which goes with them. */
type OptionalName = 'reply' | 'size';

/** What stands for a value that is not known, by placeholder; each language may bring its own. */
export type FillInNames = Readonly<Record<Exclude<PlaceholderName, OptionalName>, string>>;

export type PlaceholderName =
  | 'deviceEmailAddress'
  | 'upn'
  | 'tenant'
  | 'clientId'
  | 'cloud'
  | 'smtpHost'
  | 'loginHost'
  | 'consentLink'
  | 'portalUrl'
  | 'reply'
  | 'size'
  | 'mailbox'
  | 'connect'
  | 'queueId'
  | 'host'
  | 'smtpPort'
  | 'proxy';

/** Places in the administration portal of this cloud; always known, except for the portal's address in front. */
export type PathName = keyof typeof portalPaths;

export const placeholderNames: readonly PlaceholderName[] = [
  'deviceEmailAddress',
  'upn',
  'tenant',
  'clientId',
  'cloud',
  'smtpHost',
  'loginHost',
  'consentLink',
  'portalUrl',
  'reply',
  'size',
  'mailbox',
  'connect',
  'queueId',
  'host',
  'smtpPort',
  'proxy',
];

/**
 * Where things are: in the Azure portals of every cloud, and in the Entra admin center, which only the global cloud names.
 * Menu names as the portals show them in English; other languages bring their own.
 */
const portalPaths = {
  pathApps: ['Microsoft Entra ID > App registrations', 'Entra ID > App registrations'],
  pathEnterpriseApps: ['Microsoft Entra ID > Enterprise applications', 'Entra ID > Enterprise apps'],
  pathUsers: ['Microsoft Entra ID > Users', 'Entra ID > Users'],
  pathSignInLogs: ['Microsoft Entra ID > Sign-in logs', 'Entra ID > Monitoring & health > Sign-in logs'],
  pathConditionalAccess: [
    'Microsoft Entra ID > Security > Conditional Access > Policies',
    'Entra ID > Conditional Access > Policies',
  ],
  pathSecurityDefaults: [
    'Microsoft Entra ID > Properties > Manage security defaults',
    'Entra ID > Overview > Properties > Manage security defaults',
  ],
  pathRiskyUsers: ['Microsoft Entra ID > Security > Risky users', 'ID Protection > Risky users'],
  pathCrossTenant: [
    'Microsoft Entra ID > External Identities > Cross-tenant access settings',
    'Entra ID > External Identities > Cross-tenant access settings',
  ],
} as const satisfies Readonly<Record<string, readonly [azure: string, entra: string]>>;

/** Where things are in the portals, by placeholder. */
export type PortalPaths = Readonly<Record<PathName, readonly [azure: string, entra: string]>>;

/** `{again}`, and every `{path...}`: placeholders that no language names. */
export const builtInNames: readonly string[] = ['again', ...Object.keys(portalPaths)];

const pattern = /\{([A-Za-z]+)(:ps)?\}/g;
/** `[ Its answer: {reply}]`, or with what stands there otherwise: `refused[: {reply}|.]`. */
const optionalPart = /\[([^[\]{}|]*\{([A-Za-z]+)\}[^[\]{}|]*)(?:\|([^[\]{}|]*))?\]/g;
const maxValueLength = 400;

/** `-ExchangeEnvironmentName` of the Exchange Online module for clouds that are not the global one. */
const exchangeEnvironments: Readonly<Record<string, string>> = {
  'china-21vianet': 'O365China',
  'us-gov-high': 'O365USGovGCCHigh',
  'us-gov-dod': 'O365USGovDoD',
};

/**
 * Fills the placeholders of a text in one pass, so that a value that looks like a placeholder stays what it is.
 * `{name}` is plain text; `{name:ps}` a single-quoted PowerShell argument. An unknown value becomes its name in angle
 * brackets: `<device e-mail address>`. `[...]` with a placeholder in it is left out with an unknown value, or becomes what
 * stands behind its `|`.
 * @param again what stands for `{again}`
 * @param paths menus of the portals in the language of the text
 */
export function fillIn(
  text: string,
  context: GuidanceContext,
  names: FillInNames,
  again = '',
  paths: PortalPaths = portalPaths,
): string {
  const isKnown = (name: string) => isPlaceholder(name) && valueOf(name, context) !== undefined;
  const present = text.replace(optionalPart, (_whole, part: string, name: string, otherwise?: string) =>
    isKnown(name) ? part : (otherwise ?? ''),
  );
  return present.replace(pattern, (whole, name: string, ps: string | undefined) => {
    if (name === 'again') return again;
    if (isPath(name)) return portalPath(paths[name], link(context.portalUrl), names);
    if (!isPlaceholder(name)) return whole;
    const value = valueOf(name, context) ?? (isOptional(name) ? '' : `<${names[name]}>`);
    return ps === undefined ? value : quoteForPowerShell(value);
  });
}

function isPath(name: string): name is PathName {
  return Object.hasOwn(portalPaths, name);
}

function portalPath(
  [azure, entra]: readonly [azure: string, entra: string],
  portalUrl: string | undefined,
  names: FillInNames,
): string {
  const isEntra = portalUrl !== undefined && new URL(portalUrl).hostname.startsWith('entra.');
  return `${portalUrl ?? `<${names.portalUrl}>`} > ${isEntra ? entra : azure}`;
}

function isPlaceholder(name: string): name is PlaceholderName {
  return (placeholderNames as readonly string[]).includes(name);
}

function isOptional(name: PlaceholderName): name is OptionalName {
  return name === 'reply' || name === 'size';
}

/**
 * A single-quoted PowerShell string: nothing in it is expanded. PowerShell takes the typographic quotes U+2018 to U+201B
 * for single quotes as well, so they are doubled too.
 */
export function quoteForPowerShell(value: string): string {
  return `'${oneLine(value).replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}

/** Control, line and bidirectional formatting characters would repaint a screen or start a second command. */
export function oneLine(value: string, maxLength = maxValueLength): string {
  return value
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, maxLength);
}

function valueOf(name: PlaceholderName, context: GuidanceContext): string | undefined {
  switch (name) {
    case 'mailbox':
      return known(context.deviceEmailAddress) ?? known(context.upn);
    case 'connect':
      return connectCommand(context.cloud);
    case 'consentLink':
    case 'portalUrl':
      return link(context[name]);
    case 'queueId':
      return context.queueId !== undefined && isQueueId(context.queueId) ? context.queueId : undefined;
    case 'host':
      // Nobody said which: both may be meant.
      return known(context.host) ?? known([context.smtpHost, context.loginHost].filter(isSaid).join(' / '));
    case 'smtpPort':
      return context.smtpPort === undefined ? undefined : String(context.smtpPort);
    case 'size':
      return typeof context.size === 'number' ? sizeText(context.size) : known(context.size);
    default:
      return known(context[name]);
  }
}

function isSaid(value: string | undefined): boolean {
  return known(value) !== undefined;
}

function known(value: string | undefined): string | undefined {
  const text = value === undefined ? '' : oneLine(value);
  return text === '' ? undefined : text;
}

/** Only what a browser would open as a web page, and whole: half a link is worse than none. */
function link(value: string | undefined): string | undefined {
  const text = value?.trim() ?? '';
  return /^https:\/\/[\w.-]+(?::\d{1,5})?(?:[/?][\w\-./?&=%+~:@,;!*#]*)?$/.test(text) && text.length <= 2000
    ? text
    : undefined;
}

function connectCommand(cloud: string | undefined): string {
  const environment = cloud === undefined ? undefined : exchangeEnvironments[cloud];
  return environment === undefined
    ? 'Connect-ExchangeOnline'
    : `Connect-ExchangeOnline -ExchangeEnvironmentName ${environment}`;
}

/** Binary units, one decimal: `34.2 MiB`. */
function sizeText(bytes: number): string | undefined {
  if (!Number.isFinite(bytes) || bytes < 0) return undefined;
  if (bytes < 1024 * 1024) return `${String(Math.max(1, Math.round(bytes / 1024)))} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
