/** What a form can say by itself, in the language of the page, before the daemon is asked. Pure; keys of `mail.smtp.checks`. */
import type { SmtpForm } from './smtp-form.ts';

export type CheckKey =
  | 'clientIdMissing'
  | 'clientIdHyphen'
  | 'clientIdSecret'
  | 'clientIdShape'
  | 'hostOnly'
  | 'hostNeeded'
  | 'hostDots'
  | 'scopeNeeded'
  | 'address';

/** What is wrong with a client id: the printed one with a hyphen missing has a sentence of its own. */
export function checkClientId(text: string): CheckKey | undefined {
  const id = text
    .trim()
    .replace(/^\{(.*)\}$/, '$1')
    .toLowerCase();
  if (id === '') return 'clientIdMissing';
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return undefined;
  if (id.includes('~')) return 'clientIdSecret';
  if (/^[0-9a-f]{32}$/.test(id.replace(/[-\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d\s]/g, '')))
    return 'clientIdHyphen';
  return 'clientIdShape';
}

/** A server's name; an address with https:// or a path is what people paste. */
export function checkHost(text: string, isExchange: boolean): CheckKey | undefined {
  const host = text.trim();
  if (host === '') return 'hostNeeded';
  if (/[/:@\s]/.test(host.replace(/^\[?[0-9a-f:]+\]?$/i, ''))) return 'hostOnly';
  return isExchange && !host.includes('.') ? 'hostDots' : undefined;
}

/** A mailbox, as far as a page can tell. */
export function checkAddress(text: string): CheckKey | undefined {
  return /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;."]+$/.test(text.trim()) ? undefined : 'address';
}

/** Everything the SMTP page can say by itself, by field. */
export function checkSmtpForm(form: SmtpForm): Readonly<Partial<Record<keyof SmtpForm, CheckKey>>> {
  const found: Partial<Record<keyof SmtpForm, CheckKey>> = {};
  const note = (key: keyof SmtpForm, check: CheckKey | undefined) => {
    if (check !== undefined) found[key] = check;
  };
  const isExchange = form.provider === 'exchange-online';
  const isCustom = form.cloud === 'custom';
  if (!isExchange) {
    if (form.smtpHost.trim() !== '') note('smtpHost', checkHost(form.smtpHost, false));
    return found;
  }
  note('clientId', checkClientId(form.clientId));
  // Blank means the cloud's own; only custom has none.
  for (const key of ['smtpHost', 'loginHost'] as const)
    if (isCustom || form[key].trim() !== '') note(key, checkHost(form[key], true));
  if (isCustom && form.scope.trim() === '') note('scope', 'scopeNeeded');
  return found;
}

/** Which sender rules contradict the provider (design 6.5). */
export function senderConflicts(
  provider: string,
  sender: {
    readonly usesAuthenticatedUserAddress: string;
    readonly changeSenderAddress: string;
    readonly sendingUser: string;
  },
): { readonly user: boolean; readonly change: boolean; readonly remote: boolean } {
  const isExchange = provider === 'exchange-online';
  return {
    user: isExchange && sender.usesAuthenticatedUserAddress === 'true',
    change: isExchange && sender.changeSenderAddress === 'allowed',
    remote: isExchange && sender.sendingUser === 'remote-authenticated-user',
  };
}

/** Keys of `network.lan.checks`. */
export type LanCheckKey = 'networksNeeded' | 'whoNeeded' | 'portNeeded';

/** What the door for printers lacks before it may open (T4), by setting. @param draft text of a field by its path */
export function checkLanForm(draft: (path: string) => string): Readonly<Record<string, LanCheckKey>> {
  if (draft('lan.isEnabled') !== 'true') return {};
  const isBlank = (path: string) => draft(path).trim() === '';
  const isClosed = ['lan.plainPort', 'lan.submissionPort', 'lan.tlsPort'].every((path) =>
    /^0*$/.test(draft(path).trim()),
  );
  return {
    ...(isBlank('lan.allowedNetworks') ? { 'lan.allowedNetworks': 'networksNeeded' as const } : {}),
    ...(isBlank('lan.userName') && isBlank('lan.trustedPrinters')
      ? { 'lan.trustedPrinters': 'whoNeeded' as const }
      : {}),
    ...(isClosed ? { 'lan.isEnabled': 'portNeeded' as const } : {}),
  };
}
