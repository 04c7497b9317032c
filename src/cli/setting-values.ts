/** Settings between the command line, where all is text, and the API, where values have types. */
import { type SettingGroups } from './client.ts';
import { usageError } from './exit-codes.ts';

/** The value at `group.key`; undefined if there is no such setting. */
export function settingOf(settings: SettingGroups, path: string): unknown {
  const [group = '', key = '', ...rest] = path.split('.');
  if (rest.length > 0 || !Object.hasOwn(settings, group)) return undefined;
  const values = settings[group] ?? {};
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

/** A value in a table cell; `-` for an empty one. */
export function valueWords(value: unknown): string {
  if (value === '' || value === undefined || value === null) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map((one) => String(one)).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Takes `PATH VALUE...` or `PATH=VALUE PATH=VALUE ...` apart.
 * @param operands as typed
 * @param current the present value of a path, for its type; throws for an unknown path
 * @param isPath whether there is such a setting: a path among the values is a mistake
 * @param readInput what standard input holds, for the value `-`
 * @returns values by path, in the types of the present values; whether they are valid is the agent's business
 * @throws MailError `bad-request`
 */
export async function assignments(
  operands: readonly string[],
  current: (path: string) => Promise<unknown>,
  isPath: (word: string) => boolean,
  readInput: () => Promise<string>,
): Promise<Record<string, unknown>> {
  const [first = '', ...rest] = operands;
  const second = rest.map((one) => one.split('=')[0] ?? '').find(isPath);
  if (!first.includes('=') && second !== undefined)
    throw usageError(
      `Several settings at once are typed PATH=VALUE PATH=VALUE: mfp-mail-agent settings set ${first}=VALUE ${second}=VALUE`,
    );
  const raw: readonly (readonly [string, readonly string[]])[] = first.includes('=')
    ? operands.map((one) => assignment(one))
    : [[first, rest]];
  const changes: Record<string, unknown> = {};
  for (const [path, values] of raw) {
    if (values.length === 0) throw usageError(`${path} needs a value; see: mfp-mail-agent help settings set`);
    const typed = values.length === 1 && values[0] === '-' ? [await readInput()] : values;
    changes[path] = typedValue(path, typed, await current(path));
  }
  return changes;
}

function assignment(text: string): [string, string[]] {
  const at = text.indexOf('=');
  if (at < 1) throw usageError(`"${text}" is not PATH=VALUE; see: mfp-mail-agent help settings set`);
  return [text.slice(0, at), [text.slice(at + 1)]];
}

function typedValue(path: string, values: readonly string[], current: unknown): unknown {
  if (Array.isArray(current)) return values.length === 1 && values[0] === '' ? [] : values;
  const [value = '', ...more] = values;
  if (more.length > 0) throw usageError(`${path} takes one value; put it in quotes if it has blanks`);
  if (typeof current === 'number') {
    // Number('') is 0 and Number('0x10') is 16: neither is what a person means.
    if (!/^-?\d+(\.\d+)?$/.test(value)) throw usageError(`${path} takes a number, not "${value}"`);
    return Number(value);
  }
  if (typeof current === 'boolean') {
    if (/^(true|yes|on|1)$/i.test(value)) return true;
    if (/^(false|no|off|0)$/i.test(value)) return false;
    throw usageError(`${path} takes yes or no, not "${value}"`);
  }
  return value;
}
