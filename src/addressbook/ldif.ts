/**
 * Addresses as LDIF, as directories and mail programs write it.
 * @see https://www.rfc-editor.org/rfc/rfc2849
 */
import type { AddressEntry } from './entry.ts';
import type { ReadRow, ReadRows, RowProblem } from './rows.ts';

interface Line {
  readonly line: number;
  readonly text: string;
}

/** Reads the people of a file; records of changes and of groups are told as problems. */
export function readLdif(text: string): ReadRows {
  const rows: ReadRow[] = [];
  const problems: RowProblem[] = [];
  for (const record of recordsOf(text.replace(/^\ufeff/, ''))) {
    const first = record[0]?.line ?? 0;
    const values = new Map<string, string>();
    let problem: string | undefined;
    for (const { text: line } of record) {
      const [, type = '', options = '', sign = '', rest = ''] =
        /^([A-Za-z0-9.-]+)((?:;[A-Za-z0-9-]+)*):([:<]?) *(.*)$/s.exec(line) ?? [];
      if (type === '') {
        problem ??= `"${line.slice(0, 40)}" is not a line of LDIF.`;
        continue;
      }
      const name = /;phonetic(;|$)/i.test(options) ? 'phonetic' : type.toLowerCase();
      // A place to read a value from (":<") would be a file of this device.
      if (sign === '<') continue;
      const value = sign === ':' ? fromBase64(rest) : rest;
      if (value === undefined) problem ??= `The value of ${type} is not valid base64 of UTF-8.`;
      else if (!values.has(name)) values.set(name, value);
    }
    const isHead = values.has('version') && values.size === 1;
    if (isHead && problem === undefined) continue;
    const change = values.get('changetype');
    if (change !== undefined && change.toLowerCase() !== 'add') problem ??= `A change ("${change}") is not an address.`;
    if (problem === undefined && !values.has('mail')) problem = 'The record has no mail address.';
    if (problem !== undefined) problems.push({ line: first, message: problem });
    else
      rows.push({
        line: first,
        name: nameOf(values),
        address: values.get('mail') ?? '',
        index: values.get('phonetic') ?? '',
      });
  }
  return { rows, problems };
}

function nameOf(values: ReadonlyMap<string, string>): string {
  const parts = [values.get('givenname'), values.get('sn') ?? values.get('surname')];
  return (
    values.get('displayname') ??
    values.get('cn') ??
    values.get('commonname') ??
    parts.filter((part) => part !== undefined).join(' ')
  );
}

/** Records are apart by empty lines; a line that begins with a space goes on; # is a comment, and may go on too. */
function* recordsOf(text: string): Generator<Line[]> {
  let record: { line: number; text: string }[] = [];
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const last = record.at(-1);
    if (raw.startsWith(' ') && last) last.text += raw.slice(1);
    else if (raw === '') {
      if (record.some((one) => !one.text.startsWith('#'))) yield withoutComments(record);
      record = [];
    } else record.push({ line: index + 1, text: raw });
  }
  if (record.some((one) => !one.text.startsWith('#'))) yield withoutComments(record);
}

function withoutComments(record: readonly Line[]): Line[] {
  // `version: 1` may stand directly before the first record.
  return record
    .filter(({ text }) => !text.startsWith('#'))
    .filter(({ text }, index, all) => all.length === 1 || index > 0 || !/^version:/i.test(text));
}

function fromBase64(text: string): string | undefined {
  const compact = text.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 === 1) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(compact, 'base64'));
  } catch {
    return undefined;
  }
}

/** Writes one record for each entry. */
export function writeLdif(entries: readonly AddressEntry[]): string {
  const records = entries.map(({ name, address, index }) =>
    [
      attribute('dn', `cn=${escapedDn(name)},mail=${escapedDn(address)}`),
      'objectClass: top',
      'objectClass: person',
      'objectClass: organizationalPerson',
      'objectClass: inetOrgPerson',
      attribute('cn', name),
      // inetOrgPerson wants one; directories refuse the record otherwise.
      attribute('sn', name),
      attribute('displayName', name),
      attribute('mail', address),
      ...(index === undefined ? [] : [attribute('displayName;phonetic', index)]),
    ].join('\n'),
  );
  return `version: 1\n\n${records.join('\n\n')}${records.length === 0 ? '' : '\n'}`;
}

/** SAFE-STRING, or base64; folded at 76 characters. */
function attribute(type: string, value: string): string {
  const isSafe = /^(?![ :<])[\x01-\x09\x0b\x0c\x0e-\x7f]*$/.test(value) && !value.endsWith(' ');
  const line = isSafe ? `${type}: ${value}` : `${type}:: ${Buffer.from(value, 'utf8').toString('base64')}`;
  return line.replace(/^.{76}|.{75}/g, (part, at: number) => (at + part.length < line.length ? `${part}\n ` : part));
}

/** @see https://www.rfc-editor.org/rfc/rfc4514#section-2.4 */
function escapedDn(value: string): string {
  return value
    .replace(/[",+;<>\\=]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}
