/** What is derived from the schema: the list of fields, the JSON Schema, access by path. */
import { z } from 'zod';
import { settingMeta } from './field-meta.ts';
import { quoted } from './host-name.ts';
import { defaultSettings, settingGroups, settingsSchema, type Settings } from './schema.ts';

/** One setting, as forms, tables and documentation need it. */
export interface SettingField {
  /** `group.key` */
  readonly path: string;
  readonly title: string;
  readonly help: string;
  readonly unit?: string | undefined;
  readonly default: unknown;
  /** A new value is used from the next start on. */
  readonly needsRestart: boolean;
  readonly isSecret?: boolean | undefined;
  /** A folder of this device: only the CLI sets it; it is not exported. */
  readonly isDevicePath?: boolean | undefined;
  /** What may be chosen, for kind `choice`. */
  readonly values?: readonly string[] | undefined;
  readonly kind: 'text' | 'number' | 'boolean' | 'choice' | 'list';
  /** Range, for kind `number`. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

interface FieldJsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** JSON Schema (draft 2020-12) of what may be written: all optional, with defaults, titles and help. */
export function settingsJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(settingsSchema, { io: 'input', metadata: settingMeta });
}

const groups: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = settingGroups;
const schemas: ReadonlyMap<string, z.ZodType> = new Map(
  Object.entries(groups).flatMap(([group, shape]) =>
    Object.entries(shape).map(([key, schema]): [string, z.ZodType] => [`${group}.${key}`, schema]),
  ),
);

/** Every setting, in the order of the schema. */
export const settingFields: readonly SettingField[] = describeFields();

const fieldsByPath: ReadonlyMap<string, SettingField> = new Map(settingFields.map((field) => [field.path, field]));

function describeFields(): SettingField[] {
  const defaults = defaultSettings();
  return [...schemas].map(([path, schema]) => {
    const meta = settingMeta.get(schema);
    if (meta === undefined) throw new Error(`setting ${path} has no description`);
    const json = z.toJSONSchema(schema, { io: 'input' }) as FieldJsonSchema;
    return {
      path,
      title: meta.title,
      help: meta.help,
      default: settingAt(defaults, path),
      needsRestart: meta.needsRestart ?? false,
      kind: kindOf(json),
      ...(meta.unit === undefined ? {} : { unit: meta.unit }),
      ...(meta.isSecret === undefined ? {} : { isSecret: meta.isSecret }),
      ...(meta.isDevicePath === undefined ? {} : { isDevicePath: meta.isDevicePath }),
      ...(json.enum === undefined ? {} : { values: json.enum }),
      ...(json.type === 'integer' ? { min: json.minimum, max: json.maximum } : {}),
    };
  });
}

function kindOf(json: FieldJsonSchema): SettingField['kind'] {
  if (json.enum !== undefined) return 'choice';
  if (json.type === 'array') return 'list';
  if (json.type === 'integer') return 'number';
  return json.type === 'boolean' ? 'boolean' : 'text';
}

/** The field at a path, or undefined if there is none of that name. */
export function fieldAt(path: string): SettingField | undefined {
  return fieldsByPath.get(path);
}

/** The schema of one field. @throws RangeError for an unknown path */
export function schemaAt(path: string): z.ZodType {
  const schema = schemas.get(path);
  if (schema === undefined) throw new RangeError(`no setting ${quoted(path)}`);
  return schema;
}

/** The value at a known path. */
export function settingAt(settings: Settings, path: string): unknown {
  const [group = '', key = ''] = path.split('.');
  return (settings as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[group]?.[key];
}

/** A copy with these values; paths must be known. */
export function withSettings(settings: Settings, values: ReadonlyMap<string, unknown>): Settings {
  const next = structuredClone(settings);
  for (const [path, value] of values) {
    schemaAt(path);
    const [group = '', key = ''] = path.split('.');
    const target = (next as unknown as Record<string, Record<string, unknown>>)[group];
    if (target !== undefined) target[key] = value;
  }
  return next;
}

/** The sentence for a path that does not exist, with the nearest one that does. */
export function unknownSetting(path: string): string {
  const nearest = nearestPath(path);
  return nearest === undefined
    ? `There is no setting ${quoted(path)}; see the list of settings.`
    : `There is no setting ${quoted(path)}; did you mean ${nearest}?`;
}

function nearestPath(path: string): string | undefined {
  const wanted = path.slice(0, 80).toLowerCase();
  const key = wanted.slice(wanted.lastIndexOf('.') + 1);
  const ranked = settingFields
    .map((field) => {
      const known = field.path.toLowerCase();
      const knownKey = known.slice(known.indexOf('.') + 1);
      return { path: field.path, distance: Math.min(editDistance(wanted, known), editDistance(key, knownKey)) };
    })
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  // As many edits as letters: nothing of it is alike.
  const most = Math.min(key.length - 1, Math.max(2, Math.floor(key.length / 3)));
  return best !== undefined && best.distance <= most ? best.path : undefined;
}

/** Insertions, deletions and replacements between two short texts (Levenshtein, one row at a time). */
export function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
