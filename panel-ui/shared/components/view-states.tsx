import type { ComponentChildren } from 'preact';
import type { ApiError } from '../client.ts';
import type { Loaded } from '../store.ts';
import { Button } from './button.tsx';
import { ErrorNotice } from './notice.tsx';
import { useSharedWords } from './words.ts';

/** Something is on its way. It appears after a moment only: most answers come at once. */
export function Loading(props: { readonly text?: string }) {
  const words = useSharedWords();
  return (
    <div class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      <span>{props.text ?? words.loading}</span>
    </div>
  );
}

/** Nothing there, said so; with what a person could do about it. */
export function Empty(props: { readonly children: ComponentChildren; readonly action?: ComponentChildren }) {
  return (
    <div class="empty">
      <p>{props.children}</p>
      {props.action}
    </div>
  );
}

/** It failed, and can be tried again. */
export function Failed(props: { readonly error: ApiError; readonly onRetry: () => void }) {
  const words = useSharedWords();
  return (
    <ErrorNotice
      error={props.error}
      actions={
        <Button isFirst onPress={props.onRetry}>
          {words.tryAgain}
        </Button>
      }
    />
  );
}

/** Draws what there is of a loaded value. */
export function Show<Value>(props: {
  readonly loaded: Pick<Loaded<Value>, 'load' | 'reload'>;
  readonly children: (value: Value) => ComponentChildren;
}) {
  const { load, reload } = props.loaded;
  if (load.state === 'loading') return <Loading />;
  if (load.state === 'error') return <Failed error={load.error} onRetry={reload} />;
  return <>{props.children(load.value)}</>;
}
