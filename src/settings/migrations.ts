/** Numbered, pure steps from one form of the settings file to the next. */
import { MailError } from '../core/index.ts';

/** The file as JSON, `version` left out. */
export type SettingsJson = Readonly<Record<string, unknown>>;

/** Turns the form of version N (its index + 1) into that of version N + 1. Pure; never sees secrets, there are none. */
export type Migration = (file: SettingsJson) => SettingsJson;

/** Version 1 is the first form, so there is no step yet. Append only; a step is never edited once released. */
export const settingsMigrations: readonly Migration[] = [];

/** What to do about a file from the future. */
export const futureHint = 'update this program, or restore a settings backup made by this version';

/** Settings in the present form, without `version`, and the version they came from. */
export interface MigratedSettings {
  readonly settings: SettingsJson;
  readonly from: number;
}

/**
 * Brings a settings file to the present form.
 * @param file parsed JSON object; without `version` it counts as version 1 (a hand-made file)
 * @throws MailError `settings-from-the-future` (`details.version`), `settings-invalid` for a version that is no number
 */
export function migrate(file: SettingsJson, migrations: readonly Migration[]): MigratedSettings {
  const { version = 1, ...settings } = file;
  const present = migrations.length + 1;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    const sentence = 'The "version" of the settings is not a whole number; remove it.';
    throw new MailError('settings-invalid', sentence, { details: { field: 'version', hint: sentence } });
  }
  if (version > present) {
    const forms = `form ${String(version)}, this one knows ${String(present)}`;
    throw new MailError(
      'settings-from-the-future',
      `The settings were written by a newer version of this program (${forms}); update the program.`,
      { details: { version, hint: futureHint } },
    );
  }
  return { settings: migrations.slice(version - 1).reduce((form, step) => step(form), settings), from: version };
}
