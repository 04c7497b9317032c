/** The one place that knows conf. Loaded at the first write: its schema compiler costs 15 MB and start-up time. */
import { dropLaterSignalListeners } from './signal-listeners.ts';
import Conf from 'conf';
import { settingsJsonSchema } from './fields.ts';
import { jsonText } from './settings-json.ts';

dropLaterSignalListeners();

/** The settings file as conf writes it: checked against the JSON Schema, temporary file, fsync, rename. */
export interface ConfFile {
  /** @throws Error of the file system (`code`), or "Config schema violation" */
  replace(json: Readonly<Record<string, unknown>>): void;
}

/**
 * Opens the file; one that exists must be valid, one that does not is not made yet.
 * @param configName file name without `.json`
 */
export function openConfFile(dir: string, configName: string): ConfFile {
  const json = settingsJsonSchema() as {
    readonly properties: Record<string, object>;
    readonly additionalProperties: boolean;
  };
  const conf = new Conf<Record<string, unknown>>({
    cwd: dir,
    configName,
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
    clearInvalidConfig: false,
    schema: { version: { type: 'integer', minimum: 1 }, ...json.properties },
    rootSchema: { additionalProperties: json.additionalProperties },
    // Defaults stay out of the file, and the schema's own words (help, unit, ...) are no errors.
    ajvOptions: { useDefaults: false, strict: false },
    serialize: jsonText,
  });
  return {
    replace: (json) => {
      conf.store = { ...json };
    },
  };
}
