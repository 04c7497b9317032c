/** Values on their way in: from JSON, or as text from a command line or form. */
import type { z } from 'zod';
import { fieldAt, schemaAt, unknownSetting, type SettingField } from './fields.ts';
import { splitPem } from './field-readers.ts';
import { invalid, quoted } from './host-name.ts';

/** A value as it should be kept, or the sentence why not. */
export type ReadSetting = { readonly value: unknown } | { readonly problem: string };

/**
 * Reads the text form of a setting, as typed on a command line.
 * @param path `group.key`
 * @param text numbers in decimal; yes/no, true/false, on/off, 1/0; lists separated by commas, semicolons or white space
 *   (certificates: PEM blocks one after the other)
 * @returns the value in the field's own type, tidied and checked
 * @throws MailError `settings-invalid`, `details.field`, its message a sentence for the person
 */
export function parseSettingText(path: string, text: string): unknown {
  const read = readSetting(path, text);
  if ('problem' in read) throw invalid(read.problem);
  return read.value;
}

/**
 * Reads a value of a patch: the field's own JSON type, its text form, or null for "back to the default".
 * @param path known or not
 */
export function readSetting(path: string, value: unknown): ReadSetting {
  const field = fieldAt(path);
  if (field === undefined) return { problem: unknownSetting(path) };
  if (value === null) return { value: structuredClone(field.default) };
  const coerced = coerce(field, value);
  if ('problem' in coerced) return coerced;
  const parsed = schemaAt(path).safeParse(coerced.value);
  if (parsed.success) return { value: parsed.data };
  const issue = parsed.error.issues[0];
  return { problem: issue === undefined ? 'This value cannot be used.' : issueSentence(issue, field) };
}

/** Text to the field's type. Number('') is 0 and Number('0x10') is 16: neither is what a person means. */
function coerce(field: SettingField, value: unknown): ReadSetting {
  if (field.kind === 'list') return { value: list(field, value) };
  if (typeof value !== 'string') return { value };
  const word = value.trim();
  if (field.kind === 'number') {
    if (/^-?\d{1,15}$/.test(word)) return { value: Number(word) };
    return { problem: `${quoted(value)} is not a number; ${rangeSentence(field)}` };
  }
  if (field.kind === 'boolean') {
    if (/^(true|yes|on|1)$/i.test(word)) return { value: true };
    if (/^(false|no|off|0)$/i.test(word)) return { value: false };
    return { problem: `${quoted(value)} is neither yes nor no; write one of the two.` };
  }
  return { value: field.kind === 'choice' ? word : value };
}

/** Words outside quotes (a quoted local part may hold a comma); PEM text block by block, one entry may hold several. */
function list(field: SettingField, value: unknown): unknown {
  if (field.path === 'network.extraCaPem') {
    const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
    return entries.flatMap((entry): unknown[] => (typeof entry === 'string' ? [...splitPem(entry)] : [entry]));
  }
  return typeof value === 'string' ? (value.match(/(?:[^,;\s"]|"(?:[^"\\]|\\.)*"|")+/g) ?? []) : value;
}

/** One sentence that says what to do, for what zod found. */
export function issueSentence(issue: z.core.$ZodIssue, field: SettingField | undefined): string {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'unrecognized_keys':
      return unknownSetting([...issue.path.map(String), issue.keys[0] ?? ''].join('.'));
    case 'invalid_value':
      return `Choose one of: ${issue.values.map(String).join(', ')}.`;
    case 'too_small':
    case 'too_big':
      return sizeSentence(issue, field);
    default:
      return field === undefined ? 'This is not a group of settings; write {"key": value}.' : typeSentence(field);
  }
}

function sizeSentence(
  issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall,
  field: SettingField | undefined,
): string {
  if (issue.code === 'too_small' && issue.origin === 'string') return 'An entry of the list is blank; remove it.';
  const most = issue.code === 'too_big' ? String(issue.maximum) : '';
  if (issue.origin === 'string') return `This text is too long; use at most ${most} characters.`;
  if (issue.origin === 'array') return `This list is too long; keep at most ${most} entries.`;
  return field === undefined ? 'This number is out of range.' : capital(rangeSentence(field));
}

function typeSentence(field: SettingField): string {
  switch (field.kind) {
    case 'number':
      return capital(rangeSentence(field));
    case 'boolean':
      return 'Write true or false.';
    case 'list':
      return 'Write a list of texts.';
    case 'choice':
      return `Choose one of: ${(field.values ?? []).join(', ')}.`;
    case 'text':
      return 'Write a text.';
  }
}

function rangeSentence(field: SettingField): string {
  const unit = field.unit === undefined ? '' : ` ${field.unit}`;
  return `use a whole number from ${String(field.min)} to ${String(field.max)}${unit}.`;
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
