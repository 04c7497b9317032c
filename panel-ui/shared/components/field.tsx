import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** A labelled control with help and error below it, tied together for screen readers. */
export function Field(props: {
  readonly label: string;
  readonly help?: ComponentChildren;
  readonly error?: string | undefined;
  /** Draws the control with the ids it must carry. */
  readonly children: (ids: {
    readonly id: string;
    readonly 'aria-describedby'?: string;
    readonly 'aria-invalid'?: boolean;
  }) => ComponentChildren;
}) {
  const id = useId();
  const helpId = `${id}-help`;
  const errorId = `${id}-error`;
  const described = [props.help === undefined ? '' : helpId, props.error === undefined ? '' : errorId]
    .filter((one) => one !== '')
    .join(' ');
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children({
        id,
        ...(described === '' ? {} : { 'aria-describedby': described }),
        ...(props.error === undefined ? {} : { 'aria-invalid': true }),
      })}
      {props.help === undefined ? undefined : (
        <p class="field-help" id={helpId}>
          {props.help}
        </p>
      )}
      {props.error === undefined ? undefined : (
        <p class="field-error" id={errorId} role="alert">
          {props.error}
        </p>
      )}
    </div>
  );
}

/** A line of text in a labelled field. */
export function TextField(props: {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly help?: ComponentChildren;
  readonly error?: string | undefined;
  readonly type?: 'text' | 'email' | 'password' | 'search' | 'url' | 'number';
  readonly maxLength?: number;
  readonly autocomplete?: string;
  readonly isDisabled?: boolean;
  readonly isReadOnly?: boolean;
}) {
  const { label, help, error } = props;
  return (
    <Field label={label} {...(help === undefined ? {} : { help })} error={error}>
      {(ids) => (
        <input
          {...ids}
          class="input"
          // Preact types each kind of input apart; a kind chosen at run time fits none of them.
          {...({ type: props.type ?? 'text' } as { type: 'email' })}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
          {...(props.maxLength === undefined ? {} : { maxLength: props.maxLength })}
          autocomplete={props.autocomplete ?? 'off'}
          disabled={props.isDisabled ?? false}
          readOnly={props.isReadOnly ?? false}
          spellcheck={false}
          autocapitalize="off"
        />
      )}
    </Field>
  );
}

/** One of some, in a labelled field. */
export function SelectField(props: {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly help?: ComponentChildren;
  readonly error?: string | undefined;
  readonly isDisabled?: boolean;
}) {
  const { label, help, error } = props;
  return (
    <Field label={label} {...(help === undefined ? {} : { help })} error={error}>
      {(ids) => (
        <select
          {...ids}
          class="input"
          value={props.value}
          disabled={props.isDisabled ?? false}
          onChange={(event) => props.onInput(event.currentTarget.value)}
        >
          {props.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Yes or no, with its label beside it. */
export function CheckField(props: {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onInput: (isChecked: boolean) => void;
  readonly help?: ComponentChildren;
  readonly isDisabled?: boolean;
}) {
  const id = useId();
  return (
    <div class="field field-check">
      <input
        id={id}
        type="checkbox"
        checked={props.isChecked}
        disabled={props.isDisabled ?? false}
        {...(props.help === undefined ? {} : { 'aria-describedby': `${id}-help` })}
        onChange={(event) => props.onInput(event.currentTarget.checked)}
      />
      <label for={id}>{props.label}</label>
      {props.help === undefined ? undefined : (
        <p class="field-help" id={`${id}-help`}>
          {props.help}
        </p>
      )}
    </div>
  );
}
