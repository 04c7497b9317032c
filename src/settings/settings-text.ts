/** Settings by the schema: checked, exported, imported, and in the form they are stored in. */
import { fieldAt, settingAt, settingFields } from './fields.ts';
import { quoted } from './host-name.ts';
import { type SettingsJson } from './migrations.ts';
import { settingsSchema, type Settings } from './schema.ts';
import { issueSentence } from './setting-text.ts';
import { jsonText } from './settings-json.ts';
import type { SettingProblem } from './cross-checks.ts';

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

/** Whose mailbox a device is belongs to that device: a copy that carried it would send nothing (UPN differs). */
const ofThisDeviceOnly: ReadonlySet<string> = new Set(['sender.deviceEmailAddress']);

/**
 * The settings as a person may edit or hand to another device: without secrets, and without the device e-mail address,
 * which the first sign-in there fills in. An import leaves what a file does not name as it is.
 */
export function exportSettings(settings: Settings, version: number): string {
  const isExported = (path: string) =>
    fieldAt(path)?.isSecret !== true && fieldAt(path)?.isDevicePath !== true && !ofThisDeviceOnly.has(path);
  return jsonText({ version, ...grouped(settings, isExported) });
}

/** What goes to disk: only what differs from the defaults, so that a default mended later reaches this device too. */
export function storedForm(settings: Settings, version: number): SettingsJson {
  const differs = (path: string) =>
    JSON.stringify(settingAt(settings, path)) !== JSON.stringify(fieldAt(path)?.default);
  return { version, ...grouped(settings, differs) };
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
