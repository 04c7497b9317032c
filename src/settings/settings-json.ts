/** Settings files as JSON: written in one form, and read from text that may be hostile (import, hand-edited file). */
import { MailError } from '../core/index.ts';
import { quoted } from './host-name.ts';
import { type SettingsJson } from './migrations.ts';

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

/** As every settings file is written. */
export function jsonText(json: SettingsJson): string {
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
