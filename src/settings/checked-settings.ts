/**
 * Settings that were found good before, so that a start need not load the schema again. The file belongs to one program and
 * one text of the settings file; anything else, damage included, and the settings are checked as if it were not there.
 */
import { createHash } from 'node:crypto';
import { checkedFile, type SettingsFolder } from './settings-folder.ts';
import { parseSettingsText } from './settings-json.ts';
import type { Settings } from './schema.ts';

function keyOf(program: string, text: string | undefined): string {
  return createHash('sha256')
    .update(`${program}\n${text ?? ''}`)
    .digest('hex');
}

/**
 * @param program digest of the running program
 * @param text of the settings file; undefined if there is none
 * @returns undefined if they must be checked
 */
export async function readChecked(
  folder: SettingsFolder,
  program: string,
  text: string | undefined,
): Promise<Settings | undefined> {
  try {
    const kept = await folder.read(checkedFile);
    if (kept === undefined) return undefined;
    const { key, settings } = parseSettingsText(kept);
    return key === keyOf(program, text) ? (settings as Settings) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps `settings` as what `text` means to this program. @throws MailError `storage-failed`, `disk-full` */
export async function keepChecked(
  folder: SettingsFolder,
  program: string,
  text: string | undefined,
  settings: Settings,
): Promise<void> {
  await folder.write(checkedFile, JSON.stringify({ key: keyOf(program, text), settings }));
}
