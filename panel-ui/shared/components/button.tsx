import type { ComponentChildren } from 'preact';

/** How a button looks and behaves. */
export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onPress: () => void;
  /** main: the one next act of a view. plain: the usual one. quiet: beside text. danger: destroys something. */
  readonly kind?: 'main' | 'plain' | 'quiet' | 'danger';
  readonly isDisabled?: boolean;
  /** An act runs: the button stays where it is and takes no second press. */
  readonly isBusy?: boolean;
  /** For buttons that show a picture only. */
  readonly label?: string;
  readonly isPressed?: boolean;
  readonly class?: string;
  /** Takes the focus when the view appears: the start of arrow keys. */
  readonly isFirst?: boolean;
}

/** A button; a real one, so that Enter, space and screen readers work. */
export function Button(props: ButtonProps) {
  const { children, onPress, kind = 'plain', isDisabled = false, isBusy = false, label, isPressed } = props;
  return (
    <button
      type="button"
      class={`button button-${kind}${props.class === undefined ? '' : ` ${props.class}`}`}
      disabled={isDisabled}
      aria-busy={isBusy}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(isPressed === undefined ? {} : { 'aria-pressed': isPressed })}
      {...(props.isFirst === true ? { 'data-first': '' } : {})}
      onClick={() => {
        if (!isBusy) onPress();
      }}
    >
      {isBusy ? <span class="spinner spinner-small" aria-hidden="true" /> : undefined}
      {children}
    </button>
  );
}
