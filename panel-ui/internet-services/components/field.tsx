/** Form fields of the administrator's pages, on the shared field: with notes, units, suggestions and files. */
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { Button, Field } from '../../shared/components/index.ts';
import { useApp } from '../context.ts';

interface FieldFrame {
  readonly label: string;
  readonly help?: ComponentChildren;
  /** What is wrong with it. */
  readonly problem?: string | undefined;
  /** What one should know without anything being wrong; read out when it appears. */
  readonly note?: ComponentChildren;
}

function frame({ label, help, problem }: FieldFrame) {
  return { label, error: problem, ...(help === undefined ? {} : { help }) };
}

function Note(props: { readonly note: ComponentChildren }) {
  return props.note === undefined ? null : (
    <div class="field-note" role="status">
      {props.note}
    </div>
  );
}

/** One line of text. */
export function TextField(
  props: FieldFrame & {
    readonly value: string;
    readonly onChange: (value: string) => void;
    readonly type?: 'text' | 'password' | 'email' | 'search';
    readonly autocomplete?: string;
    readonly inputMode?: 'numeric' | 'email' | 'url' | 'text';
    readonly isCode?: boolean;
    readonly name?: string;
    readonly unit?: string | undefined;
    readonly maxLength?: number;
    /** Suggestions; anything else may be typed. */
    readonly list?: readonly string[];
  },
) {
  const listId = useId();
  return (
    <Field {...frame(props)}>
      {(ids) => (
        <>
          <span class="field-line">
            <input
              {...ids}
              class={props.isCode === true ? 'input input-code' : 'input'}
              {...({ type: props.type ?? 'text' } as { type: 'email' })}
              value={props.value}
              autocomplete={props.autocomplete ?? 'off'}
              autocapitalize="off"
              spellcheck={false}
              {...(props.name === undefined ? {} : { name: props.name })}
              {...(props.inputMode === undefined ? {} : { inputMode: props.inputMode })}
              {...(props.maxLength === undefined ? {} : { maxLength: props.maxLength })}
              {...(props.list === undefined ? {} : { list: listId })}
              onInput={(event) => props.onChange(event.currentTarget.value)}
            />
            {props.unit === undefined ? undefined : <span class="field-unit">{props.unit}</span>}
          </span>
          {props.list === undefined ? undefined : (
            <datalist id={listId}>
              {props.list.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          )}
          <Note note={props.note} />
        </>
      )}
    </Field>
  );
}

/** Several lines. */
export function AreaField(
  props: FieldFrame & {
    readonly value: string;
    readonly onChange: (value: string) => void;
    readonly rows?: number;
    readonly isCode?: boolean;
  },
) {
  return (
    <Field {...frame(props)}>
      {(ids) => (
        <>
          <textarea
            {...ids}
            class={props.isCode === true ? 'input input-code' : 'input'}
            rows={props.rows ?? 3}
            spellcheck={false}
            autocapitalize="off"
            value={props.value}
            onInput={(event) => props.onChange(event.currentTarget.value)}
          />
          <Note note={props.note} />
        </>
      )}
    </Field>
  );
}

/** One of several. */
export function ChoiceField(
  props: FieldFrame & {
    readonly value: string;
    readonly onChange: (value: string) => void;
    readonly options: readonly (readonly [value: string, label: string])[];
  },
) {
  return (
    <Field {...frame(props)}>
      {(ids) => (
        <>
          <select
            {...ids}
            class="input"
            value={props.value}
            onChange={(event) => props.onChange(event.currentTarget.value)}
          >
            {props.options.map(([value, label]) => (
              <option key={value} value={value} selected={value === props.value}>
                {label}
              </option>
            ))}
          </select>
          <Note note={props.note} />
        </>
      )}
    </Field>
  );
}

/** Enabled or disabled. */
export function SwitchField(
  props: FieldFrame & { readonly value: boolean; readonly onChange: (value: boolean) => void },
) {
  const { texts } = useApp();
  return (
    <Field {...frame(props)}>
      {(ids) => (
        <>
          <span class="switch">
            <input
              {...ids}
              type="checkbox"
              role="switch"
              checked={props.value}
              onChange={(event) => props.onChange(event.currentTarget.checked)}
            />
            <span aria-hidden="true">{props.value ? texts.choices.switch.true : texts.choices.switch.false}</span>
          </span>
          <Note note={props.note} />
        </>
      )}
    </Field>
  );
}

/** Some of a few. */
export function ChecksField(
  props: FieldFrame & {
    readonly values: readonly string[];
    readonly onChange: (values: readonly string[]) => void;
    readonly options: readonly (readonly [value: string, label: string])[];
  },
) {
  const id = useId();
  return (
    <fieldset class="field field-checks">
      <legend>{props.label}</legend>
      <div class="checks">
        {props.options.map(([value, label]) => (
          <label key={value} class="check" for={`${id}-${value}`}>
            <input
              id={`${id}-${value}`}
              type="checkbox"
              checked={props.values.includes(value)}
              onChange={(event) =>
                props.onChange(
                  event.currentTarget.checked ? [...props.values, value] : props.values.filter((one) => one !== value),
                )
              }
            />
            {label}
          </label>
        ))}
        {props.help === undefined ? undefined : <p class="field-help">{props.help}</p>}
        {props.problem === undefined ? undefined : (
          <p class="field-error" role="alert">
            {props.problem}
          </p>
        )}
      </div>
    </fieldset>
  );
}

/** Reads a text file the person chooses. */
export function FileButton(props: {
  readonly label: string;
  /** Endings and media types the browser offers first. */
  readonly accept: string;
  readonly maxBytes: number;
  readonly onText: (text: string, name: string) => void;
}) {
  const { texts, formats, notify } = useApp();
  const input = useRef<HTMLInputElement>(null);
  const read = (file: File) => {
    if (file.size > props.maxBytes) notify('error', texts.shell.fileTooLarge(formats.size(props.maxBytes)));
    else
      file.text().then(
        (text) => props.onText(text, file.name),
        () => notify('error', texts.shell.fileUnreadable),
      );
  };
  return (
    <>
      <Button onPress={() => input.current?.click()}>{props.label}</Button>
      <input
        ref={input}
        type="file"
        class="out-of-sight"
        tabIndex={-1}
        aria-label={props.label}
        accept={props.accept}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file !== undefined) read(file);
          // The same file may be chosen again after it was mended.
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}
