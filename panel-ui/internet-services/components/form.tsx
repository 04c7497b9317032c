import type { ComponentChildren } from 'preact';

/** Fields that are sent together, by its button or the Enter key; what is wrong with them the page says, not the browser. */
export function Form(props: {
  readonly onSubmit: () => void;
  readonly class?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <form
      class={props.class}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      {props.children}
    </form>
  );
}
