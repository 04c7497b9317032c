/**
 * What single printers do differently, as data: one row per name an administrator may give to an address. A row says what
 * the listener does for it; none weakens a check of addresses, sizes or log-ins.
 */
import { BlockList } from 'node:net';
import type { QuirkName } from '../settings/index.ts';
import { addNetwork, familyOf } from './networks.ts';

/** A printer's peculiarities, put together from the rows of its names. */
export interface Quirk {
  /** As set: `missing-final-dot+charset-gb18030`; '' for none. */
  readonly name: string;
  /** Base64 after 334 at AUTH LOGIN. */
  readonly loginPrompts?: { readonly user: string; readonly password: string } | undefined;
  /** AUTH is taken but not offered: some firmware insists on any mechanism it sees and fails. */
  readonly isAuthHidden?: boolean | undefined;
  /** Silence after a complete line that ends a message without its dot. */
  readonly dotSilenceMs?: number | undefined;
  /** Octets before the first command are dropped, also those that come before the greeting. */
  readonly isJunkDropped?: boolean | undefined;
  /** Ten silent minutes and two hours, as on loopback: people turn pages. */
  readonly isPatient?: boolean | undefined;
  /** Charset of raw header octets that are no UTF-8, as TextDecoder knows it. */
  readonly charset?: string | undefined;
}

const rows = {
  // Xerox drops the line at any other spelling (also at lower case). It is what everybody hears; the row pins it.
  'xerox-login': { loginPrompts: { user: 'VXNlcm5hbWU6', password: 'UGFzc3dvcmQ6' } },
  // "username:", "password:"
  'lower-case-login': { loginPrompts: { user: 'dXNlcm5hbWU6', password: 'cGFzc3dvcmQ6' } },
  // "User Name" NUL, "Password" NUL, as the LOGIN draft of 2003 has them.
  'draft-login': { loginPrompts: { user: 'VXNlciBOYW1lAA==', password: 'UGFzc3dvcmQA' } },
  'auth-not-offered': { isAuthHidden: true },
  // Toshiba, Kyocera: QUIT, silence or the end of the connection in place of CRLF.CRLF.
  'missing-final-dot': { dotSilenceMs: 30_000 },
  // HP: a few octets of noise, or HELO before the greeting.
  'junk-before-helo': { isJunkDropped: true },
  'slow-pages': { isPatient: true },
  'charset-windows-1252': { charset: 'windows-1252' },
  'charset-gb18030': { charset: 'gb18030' },
  'charset-shift-jis': { charset: 'shift_jis' },
} as const satisfies Readonly<Record<QuirkName, Omit<Quirk, 'name'>>>;

/** Nothing peculiar. */
export const noQuirk: Quirk = { name: '' };

/**
 * The quirk of an address; the first entry that fits holds.
 * @param entries `192.168.1.20=missing-final-dot+charset-gb18030`, as settings have checked them; names without a row are
 *   ignored
 */
export function quirkOf(address: string, entries: readonly string[]): Quirk {
  for (const entry of entries) {
    const [network = '', name = ''] = entry.split('=');
    const list = new BlockList();
    addNetwork(list, network);
    if (!list.check(address, familyOf(address))) continue;
    const all: Readonly<Record<string, Omit<Quirk, 'name'>>> = rows;
    return Object.assign({ name }, ...name.split('+').map((one) => all[one])) as Quirk;
  }
  return noQuirk;
}
