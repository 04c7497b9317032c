import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../shared/components/index.ts';
import { useWords } from '../panel.ts';
import { deleteBefore, insertText, keyRows, usualEnds, type Edit, type Plane } from './layouts.ts';

/** A line of text and the keyboard to type it with; fills the view. A real keyboard works too. */
export function TextEditor(props: {
  readonly label: string;
  readonly value: string;
  readonly maxLength: number;
  /** address: addresses and host names. text: anything, with phrases and the note about Latin letters. */
  readonly use: 'address' | 'text';
  readonly phrases?: readonly string[];
  readonly help?: string;
  /** Sentence that says why this cannot be taken; undefined: it can. */
  readonly check?: (value: string) => string | undefined;
  readonly doneWords?: string;
  readonly isBusy?: boolean;
  readonly onDone: (value: string) => void;
  readonly children?: ComponentChildren;
}) {
  const { texts, language } = useWords();
  // The field itself holds text and caret: state that follows it is late when a card reader types.
  const input = useRef<HTMLInputElement>(null);
  // It may open inside a view that is there already: who types on a keyboard types here.
  useEffect(() => input.current?.focus({ preventScroll: true }), []);
  const [isEmpty, setEmpty] = useState(props.value === '');
  const [plane, setPlane] = useState<Plane>('letters');
  const [isShifted, setShifted] = useState(false);
  const [problem, setProblem] = useState<string>();

  const changed = (value: string) => {
    setEmpty(value === '');
    setProblem(undefined);
  };
  const change = (next: (before: Edit) => Edit) => {
    const field = input.current;
    if (field === null) return;
    const { value, caret } = next({ value: field.value, caret: field.selectionStart ?? field.value.length });
    field.value = value;
    field.setSelectionRange(caret, caret);
    changed(value);
  };
  const type = (text: string) => {
    change((before) => insertText(before, text, props.maxLength));
    if (isShifted) setShifted(false);
  };
  const done = () => {
    const value = (input.current?.value ?? '').trim();
    const found = props.check?.(value);
    setProblem(found);
    if (found === undefined) props.onDone(value);
  };
  const rows = keyRows(language, plane, isShifted, props.use);
  const latinOnly = language !== 'en' && props.use === 'text' ? texts.keyLatinOnly : undefined;
  return (
    <div class="editor">
      <div class="editor-line">
        <input
          ref={input}
          class="input"
          aria-label={props.label}
          aria-invalid={problem !== undefined}
          {...(props.isBusy === true ? { disabled: true } : {})}
          data-first=""
          inputMode="none"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          defaultValue={props.value}
          maxLength={props.maxLength}
          onInput={(event) => changed(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') done();
          }}
        />
        <Button kind="main" isBusy={props.isBusy ?? false} onPress={done}>
          {props.doneWords ?? texts.ok}
        </Button>
      </div>
      {problem === undefined ? (
        <p class="editor-help">{props.help ?? latinOnly ?? ''}</p>
      ) : (
        <p class="editor-help field-error" role="alert">
          {problem}
        </p>
      )}
      {props.children}
      {props.phrases === undefined || plane === 'symbols' ? undefined : (
        <div class="phrases">
          {props.phrases.map((phrase) => (
            <Button key={phrase} class="phrase" onPress={() => change(() => ({ value: phrase, caret: phrase.length }))}>
              {phrase}
            </Button>
          ))}
        </div>
      )}
      <div class="keyboard" role="group" aria-label={props.label}>
        {rows.map((row, index) => (
          <div class="key-row" key={index}>
            {row.map((key) => (
              <Button key={key} class="key" onPress={() => type(key)}>
                {key}
              </Button>
            ))}
          </div>
        ))}
        <div class="key-row">
          <Button
            class="key key-wide"
            label={texts.keyShift}
            isPressed={isShifted}
            isDisabled={plane === 'symbols'}
            onPress={() => setShifted(!isShifted)}
          >
            <svg viewBox="0 0 24 24" aria-hidden="true" class="icon">
              <path d="m12 4-8 8h4v7h8v-7h4z" />
            </svg>
          </Button>
          <Button
            class="key key-wide"
            label={plane === 'letters' ? texts.keySymbols : texts.keyLetters}
            onPress={() => setPlane(plane === 'letters' ? 'symbols' : 'letters')}
          >
            {plane === 'letters' ? '#+=' : 'abc'}
          </Button>
          {props.use === 'address' ? (
            usualEnds(language).map((end) => (
              <Button key={end} class="key key-wide" onPress={() => type(end)}>
                {end}
              </Button>
            ))
          ) : (
            <Button class="key key-space" onPress={() => type(' ')}>
              {texts.keySpace}
            </Button>
          )}
          <Button
            class="key key-wide"
            label={texts.keyDelete}
            isDisabled={isEmpty}
            onPress={() => change(deleteBefore)}
          >
            <svg viewBox="0 0 24 24" aria-hidden="true" class="icon">
              <path d="M21 5H9l-7 7 7 7h12zM11 9l6 6m0-6-6 6" />
            </svg>
          </Button>
        </div>
      </div>
    </div>
  );
}
