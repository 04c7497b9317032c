import { z } from 'zod';

/** What forms, documentation and the command line show of one setting. Its default and range live in its schema. */
export interface SettingMeta {
  /** A few words, for a form's label. */
  readonly title: string;
  /** One or two sentences: what it does, and what blank means. */
  readonly help: string;
  /** `bytes`, `seconds`, ... */
  readonly unit?: string;
  /** A new value is used from the next start on. */
  readonly needsRestart?: boolean;
  /** Never exported, never imported. */
  readonly isSecret?: boolean;
  /**
   * A folder of this device, whose files are read or mailed: set on the device itself (CLI). Web and files may only blank it,
   * or they would choose what leaves the device (T52).
   */
  readonly isDevicePath?: boolean;
}

/** The metadata of every field schema. A registry of its own: the API's registry keeps its ids to itself. */
export const settingMeta = z.registry<SettingMeta>();

/** Attaches the metadata to a field schema that already has its default. */
export function setting<T extends z.ZodType>(schema: T, meta: SettingMeta): T {
  settingMeta.add(schema, meta);
  return schema;
}
