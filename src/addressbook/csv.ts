/**
 * Addresses as CSV: RFC 4180, and what spreadsheets and mail programs make of it.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
import type { AddressEntry } from './entry.ts';
import { folded } from './search.ts';
import type { ReadRow, ReadRows, RowProblem } from './rows.ts';

type Column = 'name' | 'givenName' | 'familyName' | 'address' | 'index';

/** Headings of spreadsheets, mail programs and printers, folded, without spaces and signs. */
const headings: Readonly<Record<Column, readonly string[]>> = {
  name: [
    'name',
    'displayname',
    'fullname',
    'commonname',
    'destinationname',
    '氏名',
    '名前',
    '表示名',
    '宛先名',
    '姓名',
    '名称',
    '名稱',
    '显示名称',
    '顯示名稱',
  ].map(folded),
  givenName: ['firstname', 'givenname', '名', '名字'].map(folded),
  familyName: ['lastname', 'familyname', 'surname', '姓', '姓氏'].map(folded),
  address: [
    'email',
    'mail',
    'emailaddress',
    'address',
    'mailaddress',
    'primaryemail',
    'email1value',
    'smtpaddress',
    'メール',
    'メールアドレス',
    'eメール',
    '電子メール',
    '电子邮件',
    '电子邮件地址',
    '邮箱',
    '電子郵件',
    '電子郵件地址',
    '信箱',
  ].map(folded),
  index: [
    'index',
    'searchkey',
    'kana',
    'furigana',
    'phonetic',
    'reading',
    'pinyin',
    'フリガナ',
    'ふりがな',
    'よみ',
    'ヨミガナ',
    'インデックス',
    '拼音',
    '索引',
    '注音',
  ].map(folded),
};

/**
 * A program that opens the file must not calculate what a name says (CSV injection). Where people type full-width letters, it
 * reads those signs as the plain ones.
 */
const formula = /^'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

interface Cells {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads addresses. Headings decide the columns; without any the columns are name, address, index. Separators: comma,
 * semicolon or tab.
 * @param text with or without byte order mark
 */
export function readCsv(text: string): ReadRows {
  const body = text.replace(/^\ufeff/, '');
  const problems: RowProblem[] = [];
  const all = splitCsv(body, separatorOf(body), problems).filter(({ cells }) =>
    cells.some((cell) => cell.trim() !== ''),
  );
  const [first] = all;
  if (first === undefined) return { rows: [], problems };
  const named = columnsOf(first.cells);
  if (named === undefined && !first.cells.some((cell) => cell.includes('@')))
    return {
      rows: [],
      problems: [{ line: first.line, message: 'No column is called "email"; write headings into the first row.' }],
    };
  const columns = named ?? positions(first.cells);
  const rows = all.slice(named === undefined ? 0 : 1).map(({ line, cells }): ReadRow => {
    const cell = (column: Column) => unguarded((cells[columns.get(column) ?? -1] ?? '').trim());
    const parts = [cell('givenName'), cell('familyName')].filter((part) => part !== '').join(' ');
    return { line, name: cell('name') || parts, address: cell('address'), index: cell('index') };
  });
  return { rows, problems };
}

function columnsOf(cells: readonly string[]): ReadonlyMap<Column, number> | undefined {
  const titles = cells.map((cell) => folded(cell).replace(/[^\p{L}\p{N}]/gu, ''));
  const columns = new Map<Column, number>();
  for (const column of Object.keys(headings) as Column[]) {
    const at = titles.findIndex((title) => headings[column].includes(title));
    if (at >= 0) columns.set(column, at);
  }
  return columns.has('address') ? columns : undefined;
}

/** Without headings: the column with the @ is the address, the first other one the name. */
function positions(cells: readonly string[]): ReadonlyMap<Column, number> {
  const address = cells.findIndex((cell) => cell.includes('@'));
  const others = cells.map((_cell, index) => index).filter((index) => index !== address);
  return new Map<Column, number>([
    ['address', address],
    ['name', others[0] ?? -1],
    ['index', others[1] ?? -1],
  ]);
}

/** What the first line has most of, outside quotes. */
function separatorOf(text: string): string {
  const line = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((separator) => ({ separator, count: line.split(separator).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).separator;
}

function splitCsv(text: string, separator: string, problems: RowProblem[]): Cells[] {
  const rows: Cells[] = [];
  let cells: string[] = [];
  let [line, startLine, at] = [1, 1, 0];
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1);
      if (end === undefined) {
        problems.push({ line: startLine, message: 'A quotation mark is opened and never closed.' });
        return rows;
      }
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      line += cell.split('\n').length - 1;
      at = end + 1;
    }
    // Some programs write a text after the closing quotation mark; it belongs to the cell.
    const rest = at;
    while (at < text.length && text[at] !== separator && text[at] !== '\r' && text[at] !== '\n') at++;
    cells.push(cell + text.slice(rest, at));
    if (text[at] === separator) {
      at++;
      // A separator at the very end has an empty cell after it.
      if (at < text.length) continue;
      cells.push('');
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    rows.push({ line: startLine, cells });
    cells = [];
    startLine = ++line;
  }
  return rows;
}

function closingQuote(text: string, from: number): number | undefined {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return undefined;
}

/** Writes addresses: UTF-8 with a byte order mark, without which spreadsheets take it for something else. */
export function writeCsv(entries: readonly AddressEntry[]): string {
  const rows = entries.map(({ name, address, index = '' }) => [name, address, index].map(cellOf).join(','));
  return `\ufeff${['name,email,index', ...rows].join('\r\n')}\r\n`;
}

function cellOf(text: string): string {
  const guarded = formula.test(text) ? `'${text}` : text;
  return /[",;\t\r\n]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Takes off what `cellOf` put on. */
function unguarded(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
