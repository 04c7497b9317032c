/** Pages of settings drawn from the daemon's schema: fields with title, help, unit and range, saved together. */
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../../shared/client.ts';
import { Button, Notice } from '../../shared/components/index.ts';
import { useLoad, type Loaded } from '../../shared/store.ts';
import { useApp } from '../context.ts';
import {
  changesOf,
  draftOf,
  draftsOf,
  problemsByPath,
  valueAt,
  type DraftProblem,
  type Drafts,
  type SettingField,
  type SettingsTree,
} from '../form/settings-model.ts';
import { AreaField, ChoiceField, SwitchField, TextField } from './field.tsx';
import { LoadView, Section, Trouble } from './parts.tsx';
import { useSaving, type Saving } from './save-settings.tsx';
import { Form } from './form.tsx';

/** Settings with the description of every field. */
export interface LoadedSettings {
  readonly settings: SettingsTree;
  readonly fields: readonly SettingField[];
  readonly secrets: { readonly proxyPassword: boolean };
}

/** Loads settings and schema. */
export function useSettings(): Loaded<LoadedSettings> {
  const { client } = useApp();
  return useLoad(async (signal) => {
    const [{ settings, secrets }, { fields }] = await Promise.all([
      client.call('GET /v1/settings', { signal }),
      client.call('GET /v1/settings/schema', { signal }),
    ]);
    return { settings, secrets, fields: fields as readonly SettingField[] };
  }, []);
}

/** One part of a page: its heading and its settings. */
export interface SettingsPart {
  readonly title?: string;
  readonly intro?: ComponentChildren;
  readonly paths: readonly string[];
}

/** Drafts of a page's fields, and how they are saved. */
export interface SettingsDrafts {
  readonly fields: readonly SettingField[];
  readonly drafts: Drafts;
  readonly isDirty: boolean;
  readonly set: (path: string, draft: string) => void;
  readonly undo: () => void;
  readonly submit: () => void;
  /** By path; under '' what belongs to no field of the page. */
  readonly problems: Readonly<Record<string, string>>;
  readonly saving: Saving;
  readonly error: ApiError | undefined;
  /** How often somebody pressed Save. */
  readonly attempt: number;
}

/** Keeps the drafts of these settings. @param onSaved after saving, before the settings are loaded again */
export function useDrafts(
  loaded: LoadedSettings,
  reload: () => void,
  paths: readonly string[],
  onSaved?: () => void,
): SettingsDrafts {
  const { texts, notify } = useApp();
  const fields = useMemo(
    () => paths.flatMap((path) => loaded.fields.filter((field) => field.path === path)),
    [loaded, paths.join()],
  );
  const [edits, setEdits] = useState<Drafts>({});
  const [own, setOwn] = useState<readonly DraftProblem[]>([]);
  const [attempt, setAttempt] = useState(0);
  const saving = useSaving(() => {
    setEdits({});
    setOwn([]);
    notify('good', texts.shell.saved);
    onSaved?.();
    reload();
  });
  const drafts = { ...draftsOf(fields, loaded.settings), ...edits };
  const { changes } = changesOf(fields, loaded.settings, drafts);
  const isDirty = fields.some(({ path }) => drafts[path] !== draftOf(valueAt(loaded.settings, path)));
  useUnsaved(isDirty);
  const submit = () => {
    setAttempt((count) => count + 1);
    const read = changesOf(fields, loaded.settings, drafts);
    setOwn(read.problems);
    if (read.problems.length > 0) return;
    if (Object.keys(changes).length === 0) {
      setEdits({});
      notify('info', texts.shell.nothingChanged);
    } else saving.save(changes);
  };
  const problems: Record<string, string> = { ...problemsByPath(saving.problems, paths) };
  for (const { path, kind, min, max } of own)
    problems[path] = kind === 'number' ? texts.shell.numberOnly : texts.shell.numberRange(min, max);
  return {
    fields,
    drafts,
    isDirty,
    set: (path, draft) => setEdits((before) => ({ ...before, [path]: draft })),
    undo: () => {
      setEdits({});
      setOwn([]);
      saving.clear();
    },
    submit,
    problems,
    saving,
    error: saving.error,
    attempt,
  };
}

/** The browser asks before it leaves a page with changes that are not saved. */
export function useUnsaved(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isDirty]);
}

/** Title of a setting in the language of the page. */
export function useSettingWords(): (field: Pick<SettingField, 'path' | 'title' | 'help'>) => {
  readonly title: string;
  readonly help: string;
} {
  const { settingTexts } = useApp();
  return (field) => settingTexts[field.path] ?? field;
}

/** One setting as the schema describes it. */
export function SettingInput(props: {
  readonly field: SettingField;
  readonly form: SettingsDrafts;
  readonly note?: ComponentChildren;
  /** Instead of the title of the setting, where printed steps call it otherwise. */
  readonly label?: string;
}) {
  const { texts, formats, language } = useApp();
  const words = useSettingWords()(props.field);
  const { field, form } = props;
  const { path, kind } = field;
  const draft = form.drafts[path] ?? '';
  const onChange = (value: string) => form.set(path, value);
  const units: Readonly<Record<string, string>> = texts.shell.units;
  /** Nobody reads 52428800. */
  const unitText = (unit: string, text: string) =>
    unit === 'bytes' && /^\d{1,15}$/.test(text.trim())
      ? `${units[unit] ?? unit} (${formats.size(Number(text))})`
      : (units[unit] ?? unit);
  const hints = [
    words.help,
    kind === 'list' ? texts.shell.listHint : '',
    kind === 'number' && field.min !== undefined && field.max !== undefined
      ? `(${texts.shell.rangeHint(field.min, field.max)})`
      : '',
    field.needsRestart ? texts.shell.restartHint : '',
  ];
  const common = {
    label: props.label ?? words.title,
    // Chinese and Japanese sentences stand without a blank in between.
    help: hints.filter((hint) => hint !== '').join(language === 'en' ? ' ' : ''),
    problem: form.problems[path],
    note: props.note,
  };
  switch (kind) {
    case 'boolean':
      return <SwitchField {...common} value={draft === 'true'} onChange={(value) => onChange(String(value))} />;
    case 'choice': {
      const labels = (texts.choices as Readonly<Record<string, Readonly<Record<string, string>>>>)[path];
      const options = (field.values ?? []).map((value) => [value, labels?.[value] ?? value] as const);
      return <ChoiceField {...common} value={draft} onChange={onChange} options={options} />;
    }
    case 'list':
      return <AreaField {...common} value={draft} onChange={onChange} isCode />;
    case 'number':
      return (
        <TextField
          {...common}
          value={draft}
          onChange={onChange}
          inputMode="numeric"
          {...(field.unit === undefined ? {} : { unit: unitText(field.unit, draft) })}
        />
      );
    case 'text':
      return <TextField {...common} value={draft} onChange={onChange} />;
  }
}

/** Save and undo, always in sight while there is something to save; above them what stands in the way. */
export function SaveBar(props: {
  readonly form: Pick<SettingsDrafts, 'isDirty' | 'undo' | 'problems' | 'saving' | 'error' | 'attempt'>;
  readonly onSave: () => void;
  readonly isAlwaysOpen?: boolean;
}) {
  const { texts } = useApp();
  const { form } = props;
  const bar = useRef<HTMLDivElement>(null);
  // Who pressed Save in vain is led to the first field that is in the way.
  useEffect(() => {
    if (form.attempt === 0) return;
    bar.current?.closest('form')?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form.attempt, form.saving.problems]);
  const count = Object.keys(form.problems).length;
  const rest = form.problems[''];
  return (
    <div class="save-area" ref={bar}>
      <Trouble error={form.error} />
      {count === 0 ? undefined : (
        <Notice kind="error" title={texts.shell.needsFixing(count)}>
          {rest === undefined ? undefined : <p>{rest}</p>}
        </Notice>
      )}
      <div class={form.isDirty ? 'save-bar save-bar-dirty' : 'save-bar'}>
        <Button
          kind="main"
          onPress={props.onSave}
          isBusy={form.saving.isRunning}
          isDisabled={!form.isDirty && props.isAlwaysOpen !== true}
        >
          {form.saving.isRunning ? texts.shell.saving : texts.shell.save}
        </Button>
        {form.isDirty ? <Button onPress={form.undo}>{texts.shell.undoChanges}</Button> : undefined}
      </div>
      {form.saving.dialog}
    </div>
  );
}

/** A page that is nothing but settings. */
export function SettingsForm(props: {
  readonly parts: readonly SettingsPart[];
  readonly notes?: Readonly<Record<string, (drafts: Drafts) => ComponentChildren>>;
  readonly onSaved?: () => void;
}) {
  const loaded = useSettings();
  return (
    <LoadView loaded={loaded}>{(value) => <LoadedForm {...props} loaded={value} reload={loaded.reload} />}</LoadView>
  );
}

function LoadedForm(props: {
  readonly parts: readonly SettingsPart[];
  readonly notes?: Readonly<Record<string, (drafts: Drafts) => ComponentChildren>>;
  readonly onSaved?: () => void;
  readonly loaded: LoadedSettings;
  readonly reload: () => void;
}) {
  const form = useDrafts(
    props.loaded,
    props.reload,
    props.parts.flatMap(({ paths }) => paths),
    props.onSaved,
  );
  return (
    <Form onSubmit={form.submit}>
      {props.parts.map((part, index) => {
        const fields = form.fields.filter(({ path }) => part.paths.includes(path));
        return fields.length === 0 ? null : (
          <Section key={part.title ?? index} {...part}>
            <div class="fields">
              {fields.map((field) => (
                <SettingInput
                  key={field.path}
                  field={field}
                  form={form}
                  note={props.notes?.[field.path]?.(form.drafts)}
                />
              ))}
            </div>
          </Section>
        );
      })}
      <SaveBar form={form} onSave={form.submit} />
    </Form>
  );
}
