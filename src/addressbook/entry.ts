import { randomBytes } from 'node:crypto';
import { MailError, parseMailbox } from '../core/index.ts';

/** Somebody scans are sent to. */
export interface AddressEntry {
  /** 16 hex digits; ours, never the administrator's. */
  readonly id: string;
  readonly name: string;
  readonly address: string;
  /** What the name is found by beside itself: kana, pinyin, a short word. */
  readonly index?: string | undefined;
}

/** An entry as people and files give it. */
export interface AddressInput {
  readonly name: string;
  readonly address: string;
  readonly index?: string | undefined;
}

/** Scanners' address books hold a few hundred; a file beyond this is somebody's whole directory. */
export const maxEntries = 2_000;
const maxNameLength = 100;
/** Characters that turn text round or hide in it: an address must be what it looks like. */
const invisible = /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/**
 * Tidies an entry: white space, invisible characters, Unicode form. The name may be left out; then it is the address.
 * @throws MailError `bad-address`, `bad-request` with a hint
 */
export function checkedEntry(input: AddressInput, id: string = randomBytes(8).toString('hex')): AddressEntry {
  const address = tidy(input.address);
  // Pasted from a mail program.
  const bare = /^<([^<>]*)>$/.exec(address)?.[1] ?? address;
  if (parseMailbox(bare) === undefined)
    throw new MailError('bad-address', 'address book entry', {
      details: { hint: `"${bare.slice(0, 80)}" is not a complete e-mail address` },
    });
  const name = tidy(input.name) || bare;
  const index = tidy(input.index ?? '');
  if (name.length > Math.max(maxNameLength, bare.length) || index.length > maxNameLength) {
    const hint = `name and index have at most ${String(maxNameLength)} characters`;
    throw new MailError('bad-request', hint, { details: { hint } });
  }
  return { id, name, address: bare, ...(index === '' ? {} : { index }) };
}

function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .replace(/\p{Surrogate}/gu, '')
    .replace(invisible, '')
    .trim();
}
