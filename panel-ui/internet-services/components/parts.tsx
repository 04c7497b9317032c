/** Small parts of all pages: sections, facts, states of loading, text to take away. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ApiError } from '../../shared/client.ts';
import { Button, CopyButton, Loading, Notice } from '../../shared/components/index.ts';
import type { Loaded } from '../../shared/store.ts';
import { errorSentence, useApp } from '../context.ts';

/** A part of a page; without a heading of its own if the page's says it. */
export function Section(props: {
  readonly title?: string;
  readonly intro?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly aside?: ComponentChildren;
}) {
  return (
    <section class="card">
      {props.title === undefined ? undefined : (
        <div class="card-head">
          <h2>{props.title}</h2>
          {props.aside}
        </div>
      )}
      {props.intro === undefined ? undefined : <p class="card-intro">{props.intro}</p>}
      {props.title === undefined && props.aside !== undefined ? <div class="button-row">{props.aside}</div> : undefined}
      {props.children}
    </section>
  );
}

/** What failed, in the language of the page as far as it goes, and how to go on. */
export function Trouble(props: {
  readonly error: ApiError | undefined;
  readonly title?: string;
  readonly onRetry?: () => void;
}) {
  const { texts } = useApp();
  if (props.error === undefined) return null;
  return (
    <Notice
      kind="error"
      {...(props.title === undefined ? {} : { title: props.title })}
      {...(props.onRetry === undefined
        ? {}
        : { actions: <Button onPress={props.onRetry}>{texts.shell.tryAgain}</Button> })}
    >
      <p>{errorSentence(texts, props.error)}</p>
    </Notice>
  );
}

/** Between two tries on a line that is open while this question gets no answer, in milliseconds. */
const pauseMs = 3000;

/** Draws loading, error or the value; what failed for want of a connection is asked for again when there is one. */
export function LoadView<Value>(props: {
  readonly loaded: Loaded<Value>;
  readonly children: (value: Value) => ComponentChildren;
}) {
  const { texts, connection } = useApp();
  const { load, reload } = props.loaded;
  const isLost = load.state === 'error' && load.error.code === 'connection-lost';
  const waitMs = useRef(pauseMs);
  useEffect(() => {
    // At once when the line is back. The stream may be open all the while, though: then without a pause the next failure would
    // follow at once, and the next question.
    if (connection !== 'open') waitMs.current = 0;
    if (!isLost || connection !== 'open') return undefined;
    const timer = window.setTimeout(reload, waitMs.current);
    waitMs.current = pauseMs;
    return () => window.clearTimeout(timer);
  }, [isLost, connection, reload]);
  if (load.state === 'loading') return <Loading />;
  if (load.state === 'error') return <Trouble error={load.error} title={texts.shell.errors.title} onRetry={reload} />;
  return <>{props.children(load.value)}</>;
}

/** Label and value, line by line; lines without a value are left out. */
export function Facts(props: { readonly rows: readonly (readonly [label: string, value: ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {props.rows
        .filter(([, value]) => value !== undefined && value !== '' && value !== null)
        .map(([label, value]) => (
          <div class="facts-row" key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** Text to be taken over exactly, with its copy button. */
export function CopyBlock(props: { readonly text: string; readonly label?: string; readonly name: string }) {
  return (
    <div class="copy-block">
      <pre
        {...(props.text.startsWith('https://') ? { class: 'copy-link' } : {})}
        tabIndex={0}
        role="region"
        aria-label={props.name}
      >
        {props.text}
      </pre>
      <CopyButton text={props.text} {...(props.label === undefined ? {} : { label: props.label })} />
    </div>
  );
}

/** A fingerprint; its lines end behind a colon, not inside an octet. */
export function Fingerprint(props: { readonly text: string }) {
  return <code class="fingerprint">{props.text.split(/(?<=:)/).flatMap((octet) => [octet, <wbr />])}</code>;
}

/** `192.0.2.1:25`, `[2001:db8::1]:25`. */
export function endpointText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${String(port)}` : `${address}:${String(port)}`;
}

/** A day as the language writes it; the text itself if it is none. */
export function dayText(language: string, text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(at);
}

/** Offers a text, or octets, as a file; nothing is sent anywhere. */
export function saveAs(name: string, content: string | Blob, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type: `${type};charset=utf-8` }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // Some browsers fetch the blob only after the click has been dealt with.
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
