/** Reading the settings at start, whatever state the file is in: there are always settings to go on with. */
import { MailError, toMailError } from '../core/index.ts';
import { crossProblems, type SettingProblem } from './cross-checks.ts';
import { migrate, type Migration } from './migrations.ts';
import { lastGoodFile, settingsFile, type SettingsFolder } from './settings-folder.ts';
import { parseSettingsText } from './settings-json.ts';
import type { Settings } from './schema.ts';

/** How the settings are, as a code to branch on and a sentence for a person. */
export interface SettingsHealth {
  readonly ok: boolean;
  readonly code?: 'settings-damaged' | 'settings-conflict' | 'settings-from-the-future' | undefined;
  readonly why?: string | undefined;
}

/** What the folder held. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly health: SettingsHealth;
  /** Text of a file of an older form, to be backed up and rewritten. */
  readonly older?: { readonly version: number; readonly text: string } | undefined;
  /** Text of a damaged file, to be kept. */
  readonly damaged?: string | undefined;
}

const healthy: SettingsHealth = { ok: true };

/** Contradictions only a hand edit can bring in; the agent holds mail and says which. */
export function healthOf(settings: Settings): SettingsHealth {
  const problems = crossProblems(settings);
  return problems.length === 0 ? healthy : { ok: false, code: 'settings-conflict', why: sentences(problems) };
}

/** Problems as one line; bounded, because a hostile file decides how many there are. */
export function sentences(problems: readonly SettingProblem[]): string {
  const shown = problems.slice(0, 10).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const more = problems.length - shown.length;
  return more > 0 ? `${shown.join(' ')} And ${String(more)} more.` : shown.join(' ');
}

/** Reads the folder; changes nothing in it and never throws. */
export async function loadSettings(folder: SettingsFolder, migrations: readonly Migration[]): Promise<LoadedSettings> {
  let text: string | undefined;
  try {
    text = await folder.read(settingsFile);
    if (text === undefined) return await withoutFile(folder, migrations);
    const { settings, from } = await read(text, migrations);
    return {
      settings,
      health: healthOf(settings),
      older: from <= migrations.length ? { version: from, text } : undefined,
    };
  } catch (error) {
    const { code, message } = toMailError(error);
    const { settings, which } = await fallback(folder, migrations);
    if (code === 'settings-from-the-future') {
      return {
        settings,
        health: { ok: false, code, why: `${message} Until then ${which}, and nothing can be changed.` },
      };
    }
    const why = `${settingsFile} cannot be used: ${message} Until it is corrected, or a setting is saved, ${which}.`;
    return { settings, health: { ok: false, code: 'settings-damaged', why }, damaged: text };
  }
}

/** No file: a new device, unless a last good copy says that there was one. */
async function withoutFile(folder: SettingsFolder, migrations: readonly Migration[]): Promise<LoadedSettings> {
  const { settings, isCopy } = await fallback(folder, migrations);
  if (!isCopy) return { settings, health: healthy };
  const why =
    `${settingsFile} is missing, so the last good copy is used. Save any setting to write it again; ` +
    `to start afresh, remove ${lastGoodFile} too.`;
  return { settings, health: { ok: false, code: 'settings-damaged', why } };
}

async function fallback(folder: SettingsFolder, migrations: readonly Migration[]) {
  try {
    const text = await folder.read(lastGoodFile);
    if (text !== undefined)
      return { settings: (await read(text, migrations)).settings, isCopy: true, which: 'the last good copy is used' };
  } catch {
    // A damaged copy of a damaged file: nothing is left but defaults, and the health sentence says so.
  }
  const { defaultSettings } = await import('./rules.ts');
  return { settings: defaultSettings(), isCopy: false, which: 'defaults are used' };
}

/** @throws MailError `settings-invalid`, `settings-from-the-future` */
async function read(
  text: string,
  migrations: readonly Migration[],
): Promise<{ readonly settings: Settings; readonly from: number }> {
  const { checkSettings } = await import('./rules.ts');
  const migrated = migrate(parseSettingsText(text), migrations);
  const checked = checkSettings(migrated.settings);
  if ('problems' in checked) throw new MailError('settings-invalid', sentences(checked.problems));
  return { settings: checked.settings, from: migrated.from };
}
