/**
 * Placeholders of the texts. Values come from settings, from the account and from servers: they are foreign, and end up on
 * screens and in commands that an administrator pastes into a shell.
 */
import { isQueueId } from '../core/index.ts';
import { type GuidanceContext } from './types.ts';

/** What stands for a value that is not known, by placeholder; each language may bring its own. */
export type FillInNames = Readonly<Record<PlaceholderName, string>>;

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
  | 'queueId';

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
];

const pattern = /\{([A-Za-z]+)(:ps)?\}/g;
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
 * brackets: `<device e-mail address>`.
 */
export function fillIn(text: string, context: GuidanceContext, names: FillInNames): string {
  return text.replace(pattern, (whole, name: string, ps: string | undefined) => {
    if (!isPlaceholder(name)) return whole;
    const value = valueOf(name, context) ?? `<${names[name]}>`;
    return ps === undefined ? value : quoteForPowerShell(value);
  });
}

function isPlaceholder(name: string): name is PlaceholderName {
  return (placeholderNames as readonly string[]).includes(name);
}

/**
 * A single-quoted PowerShell string: nothing in it is expanded. PowerShell takes the typographic quotes U+2018 to U+201B
 * for single quotes as well, so they are doubled too.
 */
export function quoteForPowerShell(value: string): string {
  return `'${oneLine(value).replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}

/** Control, line and bidirectional formatting characters would repaint a screen or start a second command. */
function oneLine(value: string): string {
  return value
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, maxValueLength);
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
    case 'size':
      return typeof context.size === 'number' ? sizeText(context.size) : known(context.size);
    default:
      return known(context[name]);
  }
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
