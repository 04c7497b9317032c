/** Settings as text: export, and the reading of text that may be hostile (import, hand-edited file). */
import { MailError } from '../core/index.ts';
import { fieldAt, settingAt, settingFields } from './fields.ts';
import { quoted } from './host-name.ts';
import { type SettingsJson } from './migrations.ts';
import { settingsSchema, type Settings } from './schema.ts';
import { issueSentence } from './setting-text.ts';
import type { SettingProblem } from './cross-checks.ts';

/** T52, T53 */
export const largestSettingsBytes = 1024 * 1024;
const deepest = 8;
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

function refused(sentence: string, cause?: unknown): MailError {
  return new MailError('settings-invalid', sentence, { cause, details: { hint: sentence } });
}

/**
 * Parses settings text: at most 1 MiB, at most 8 levels deep, no keys that reach into prototypes.
 * @returns the top-level object
 * @throws MailError `settings-invalid`; message and `details.hint` are a sentence for the person
 */
export function parseSettingsText(text: string): SettingsJson {
  if (Buffer.byteLength(text) > largestSettingsBytes)
    throw refused('The file is larger than 1 MiB; use an exported settings file.');
  if (nesting(text) > deepest) throw refused('The file is nested too deeply; use an exported settings file.');
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw refused('The file is not complete JSON; use an exported settings file, or correct it.', cause);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw refused('The file must hold one JSON object, as an exported settings file does.');
  }
  const key = forbiddenKey(json);
  if (key !== undefined) throw refused(`The file has the key ${quoted(key)}, which no settings file has; remove it.`);
  return json as SettingsJson;
}

/** Depth of brackets outside strings; counted before parsing, so that a bomb never becomes objects. */
function nesting(text: string): number {
  let depth = 0;
  let most = 0;
  let isString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (isString) {
      if (char === '\\') i++;
      else if (char === '"') isString = false;
    } else if (char === '"') isString = true;
    else if (char === '{' || char === '[') most = Math.max(most, ++depth);
    else if (char === '}' || char === ']') depth--;
  }
  return most;
}

/** Its own depth is bounded by `deepest`. */
function forbiddenKey(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = forbiddenKeys.has(key) ? key : forbiddenKey(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface SettingProblems {
  readonly problems: readonly SettingProblem[];
}

/**
 * Checks the values of a settings file.
 * @param json without `version`
 */
export function checkSettings(json: SettingsJson): { readonly settings: Settings } | SettingProblems {
  const parsed = settingsSchema.safeParse(json);
  if (parsed.success) return { settings: parsed.data };
  return {
    problems: parsed.error.issues.map((issue) => {
      const path = issue.path.slice(0, 2).map(String).join('.');
      return { path, message: issueSentence(issue, fieldAt(path)) };
    }),
  };
}

/**
 * Makes a patch of an imported file, `{ 'group.key': value }`. Unknown names stay in it: `planChange` reports them.
 * @returns the patch, and problems of the file's shape
 */
export function patchOf(json: SettingsJson): SettingProblems & { readonly patch: Readonly<Record<string, unknown>> } {
  const problems: SettingProblem[] = [];
  const entries: [string, unknown][] = [];
  for (const [group, values] of Object.entries(json)) {
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      const message = `${quoted(group)} is not a group of settings; use an exported settings file.`;
      problems.push({ path: group.slice(0, 80), message });
      continue;
    }
    for (const [key, value] of Object.entries(values)) {
      const path = `${group}.${key}`;
      // Whoever can hand in a file could swap a secret, or learn where one goes (T21, T33).
      const isSecret = fieldAt(path)?.isSecret ?? (fieldAt(path) === undefined && /password|secret|token/i.test(key));
      const message = 'Secrets are not taken from a file; remove it, and set the secret on this device.';
      if (isSecret) problems.push({ path: path.slice(0, 80), message });
      else entries.push([path, value]);
    }
  }
  return { patch: Object.fromEntries(entries), problems };
}

/** All settings except secrets, as a person may edit or hand to another device. */
export function exportSettings(settings: Settings, version: number): string {
  return jsonText({ version, ...grouped(settings, (path) => fieldAt(path)?.isSecret !== true) });
}

/** What goes to disk: only what differs from the defaults, so that a default mended later reaches this device too. */
export function storedForm(settings: Settings, version: number): SettingsJson {
  const differs = (path: string) =>
    JSON.stringify(settingAt(settings, path)) !== JSON.stringify(fieldAt(path)?.default);
  return { version, ...grouped(settings, differs) };
}

/** As every settings file is written. */
export function jsonText(json: SettingsJson): string {
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function grouped(settings: Settings, isWanted: (path: string) => boolean): SettingsJson {
  const groups: Record<string, Record<string, unknown>> = {};
  for (const { path } of settingFields) {
    if (!isWanted(path)) continue;
    const [group = '', key = ''] = path.split('.');
    (groups[group] ??= {})[key] = settingAt(settings, path);
  }
  return groups;
}
