import { MailError } from '../core/index.ts';

/** How many hexadecimal digits each group of a GUID has (RFC 9562 section 4). */
const groupLengths = [8, 4, 4, 4, 12] as const;
const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'] as const;
export const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const zeroGuid = '00000000-0000-0000-0000-000000000000';

/**
 * Reads the application (client) id a person typed or pasted. There is no built-in one: every organisation registers its
 * own application.
 * @param text white space around it, braces and capitals are forgiven
 * @returns the GUID in lower case
 * @throws MailError `client-id-missing`; `client-id-malformed` with `details.hint`, a sentence that says what to correct
 */
export function parseClientId(text: string): string {
  const trimmed = text
    .trim()
    .replace(/^\{(.*)\}$/, '$1')
    .toLowerCase();
  if (trimmed === '') {
    throw new MailError('client-id-missing', 'no client id', { details: { field: 'service.clientId' } });
  }
  const hint = clientIdHint(trimmed);
  if (hint === undefined) return trimmed;
  throw new MailError('client-id-malformed', `client id is malformed: ${hint}`, {
    details: { field: 'service.clientId', hint },
  });
}

/** What is wrong with it, as a sentence; undefined if nothing is. */
function clientIdHint(id: string): string | undefined {
  if (id === zeroGuid) return 'it is all zeros, a placeholder: copy the real one from the app registration';
  if (guidPattern.test(id)) return undefined;
  if (/^[a-z][a-z0-9+.-]*:\/\//.test(id)) return 'it is a web address: copy only the 36 characters of the client id';
  const strange = /[^0-9a-f-]/.exec(id)?.[0];
  if (strange !== undefined) return strangeCharacterHint(id, strange);
  const groups = id.split('-');
  const isOnlyHyphens = id.replaceAll('-', '').length === 32;
  return isOnlyHyphens ? `${groupsHint(groups)}; all 32 digits are there, only a hyphen is wrong` : groupsHint(groups);
}

function strangeCharacterHint(id: string, strange: string): string {
  // Word processors turn the hyphen into another dash; a client secret is pasted as often as the id.
  if (/[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/.test(strange)) {
    return 'it has a dash that is not a plain hyphen: type the hyphens again';
  }
  if (/\s/.test(strange)) return 'it has a space inside: remove it';
  if (id.includes('~')) return 'it looks like a client secret: this device needs the client id and no secret';
  return `it has the character "${strange}"; only 0 to 9, a to f and hyphens can occur`;
}

/** "the fourth group has 16 digits instead of 4, and the fifth group is missing" */
function groupsHint(groups: readonly string[]): string {
  const faults: string[] = [];
  for (const [index, wanted] of groupLengths.entries()) {
    const group = groups[index];
    const ordinal = ordinals[index] ?? '';
    if (group === undefined) faults.push(`the ${ordinal} group is missing`);
    else if (group.length !== wanted) {
      faults.push(`the ${ordinal} group has ${digits(group.length)} instead of ${String(wanted)}`);
    }
  }
  const surplus = groups.length - groupLengths.length;
  if (surplus > 0) faults.push(`there ${surplus === 1 ? 'is 1 group' : `are ${String(surplus)} groups`} too many`);
  return `${faults.join(', and ')}; a client id has groups of 8-4-4-4-12`;
}

function digits(count: number): string {
  return count === 1 ? '1 digit' : `${String(count)} digits`;
}
