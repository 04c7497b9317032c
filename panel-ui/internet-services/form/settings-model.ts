/** Settings as form fields: text in, text out, what has changed, and which message stands where. Pure. */

/** One setting as `GET /v1/settings/schema` describes it. */
export interface SettingField {
  /** `group.key` */
  readonly path: string;
  readonly title: string;
  readonly help: string;
  readonly unit?: string;
  readonly default: unknown;
  readonly needsRestart: boolean;
  readonly isSecret?: boolean;
  readonly values?: readonly string[];
  readonly kind: 'text' | 'number' | 'boolean' | 'choice' | 'list';
  readonly min?: number;
  readonly max?: number;
}

/** Settings as the API gives them: two levels. */
export type SettingsTree = Readonly<Record<string, unknown>>;

/** What the person sees in the fields, by path: text, one line per entry of a list, 'true' and 'false'. */
export type Drafts = Readonly<Record<string, string>>;

/** Why a draft is no value: said at the field, in the language of the page. */
export interface DraftProblem {
  readonly path: string;
  readonly kind: 'number' | 'range';
  readonly min: number;
  readonly max: number;
}

/** The value at `group.key`; undefined if there is none. */
export function valueAt(settings: SettingsTree, path: string): unknown {
  const [group = '', key = ''] = path.split('.');
  const inside = settings[group];
  return typeof inside === 'object' && inside !== null && Object.hasOwn(inside, key)
    ? (inside as Record<string, unknown>)[key]
    : undefined;
}

/** How a value stands in its field. */
export function draftOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join('\n');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Drafts of these fields. */
export function draftsOf(fields: readonly SettingField[], settings: SettingsTree): Drafts {
  return Object.fromEntries(fields.map(({ path }) => [path, draftOf(valueAt(settings, path))]));
}

/**
 * The value a draft stands for, as the API takes it.
 * @returns a problem if it cannot be one; everything finer is for the daemon to say
 */
export function valueOf(field: SettingField, draft: string): { readonly value: unknown } | DraftProblem {
  switch (field.kind) {
    case 'boolean':
      return { value: draft === 'true' };
    case 'list':
      return { value: field.path === 'network.extraCaPem' ? pemEntries(draft) : lines(draft) };
    case 'number': {
      const min = field.min ?? Number.MIN_SAFE_INTEGER;
      const max = field.max ?? Number.MAX_SAFE_INTEGER;
      const text = draft.trim();
      if (!/^-?\d{1,15}$/.test(text)) return { path: field.path, kind: 'number', min, max };
      const value = Number(text);
      return value < min || value > max ? { path: field.path, kind: 'range', min, max } : { value };
    }
    case 'choice':
    case 'text':
      return { value: draft.trim() };
  }
}

/** Entries of a list: one a line, blanks dropped. Commas separate too, as people paste addresses. */
function lines(draft: string): string[] {
  return draft
    .split(/[\n,;]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function pemEntries(draft: string): string[] {
  if (draft.trim() === '') return [];
  return draft.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [draft];
}

/**
 * What a form would change.
 * @returns only values that differ from the stored ones, by path; and drafts that are no values
 */
export function changesOf(
  fields: readonly SettingField[],
  stored: SettingsTree,
  drafts: Drafts,
): { readonly changes: Readonly<Record<string, unknown>>; readonly problems: readonly DraftProblem[] } {
  const changes: Record<string, unknown> = {};
  const problems: DraftProblem[] = [];
  for (const field of fields) {
    const draft = drafts[field.path];
    const before = valueAt(stored, field.path);
    if (draft === undefined || draft === draftOf(before)) continue;
    const read = valueOf(field, draft);
    if (!('value' in read)) problems.push(read);
    else if (JSON.stringify(read.value) !== JSON.stringify(before)) changes[field.path] = read.value;
  }
  return { changes, problems };
}

/** Messages by the field they belong to; those of fields that are not on the page under ''. */
export function problemsByPath(
  problems: readonly { readonly path: string; readonly message: string }[],
  shownPaths: readonly string[],
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { path, message } of problems) {
    const key = shownPaths.includes(path) ? path : '';
    const sentence = key === '' && path !== '' ? `${path}: ${message}` : message;
    found[key] = found[key] === undefined ? sentence : `${found[key]} ${sentence}`;
  }
  return found;
}
