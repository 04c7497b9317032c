import { Fragment, type ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Guidance } from '../../../src/guidance/index.ts';
import type { ApiError } from '../client.ts';
import { Button } from './button.tsx';
import { useSharedWords } from './words.ts';

/** Something a person should see: what it is, what follows, what to do. */
export function Notice(props: {
  readonly kind: 'info' | 'good' | 'warning' | 'error';
  readonly title?: string;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}) {
  const isUrgent = props.kind === 'error' || props.kind === 'warning';
  return (
    <section class={`notice notice-${props.kind}`} role={isUrgent ? 'alert' : 'status'}>
      {props.title === undefined ? undefined : <h3>{props.title}</h3>}
      {props.children}
      {props.actions === undefined ? undefined : <div class="notice-actions">{props.actions}</div>}
    </section>
  );
}

/** A guidance of the daemon in full; `canCopy` where there is a clipboard to copy to. */
export function GuidanceNotice(props: {
  readonly guidance: Pick<Guidance, 'title' | 'paragraph' | 'remedy' | 'support' | 'who'>;
  readonly kind?: 'info' | 'warning' | 'error';
  readonly canCopy?: boolean;
  readonly actions?: ComponentChildren;
}) {
  const words = useSharedWords();
  const { title, paragraph, remedy, support, who } = props.guidance;
  // Whoever reads this at a keyboard mends it; in front of the panel it is passed on.
  const isPassedOn = props.canCopy !== true && (who === 'administrator' || who === 'network' || who === 'developer');
  const isForReader = props.canCopy !== true && who === 'person';
  const blocks: readonly (readonly [string, string])[] = [
    ...(remedy === undefined ? [] : [[isPassedOn ? words.toPassOn : words.whatToDo, remedy] as const]),
    ...(support === undefined || support.length === 0 ? [] : [[words.toSupport, support.join('\n')] as const]),
  ];
  return (
    <Notice
      kind={props.kind ?? 'warning'}
      title={title}
      {...(props.actions === undefined ? {} : { actions: props.actions })}
    >
      <p>{paragraph}</p>
      {isForReader ? undefined : (
        <p class="who">
          {words.whoMends}
          {/* A full-width colon has its blank in it. */}
          {words.whoMends.endsWith('：') ? '' : ' '}
          <strong>{words.people[who]}</strong>
        </p>
      )}
      {blocks.map(([heading, text]) => (
        <div class="remedy" key={heading}>
          <div class="remedy-head">
            <h4>{heading}</h4>
            {props.canCopy === true ? <CopyButton text={text} /> : undefined}
          </div>
          <Steps text={text} />
        </div>
      ))}
    </Notice>
  );
}

/** Ours, or one of Exchange Online PowerShell: alone on its line (src/guidance/README.md). */
const commandLine = /^(?:mfp-mail-agent |\(?[A-Z][a-z]+-[A-Z][A-Za-z]+\b)/;

/** Steps line by line; what is to be typed somewhere else does not look like a sentence. */
function Steps(props: { readonly text: string }) {
  return (
    <div class="steps">
      {props.text.split('\n').map((line, index) => (
        <Fragment key={index}>
          {index === 0 ? '' : '\n'}
          <p>
            {commandLine.test(line) ? (
              // In a fragment, or its parameters would be broken: code is left alone by shared/whole-words.ts.
              <code>
                <Fragment>{line}</Fragment>
              </code>
            ) : (
              line
            )}
          </p>
        </Fragment>
      ))}
    </div>
  );
}

/** Copies a text and says so for a moment. Without a clipboard (plain http) it marks nothing and stays away. */
export function CopyButton(props: { readonly text: string; readonly label?: string }) {
  const words = useSharedWords();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = window.setTimeout(() => setCopied(false), 2500);
    return () => window.clearTimeout(timer);
  }, [isCopied]);
  // Undefined outside of secure contexts, whatever the type says.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard === undefined) return null;
  return (
    <Button
      kind="quiet"
      onPress={() => {
        clipboard.writeText(props.text).then(
          () => setCopied(true),
          () => setCopied(false),
        );
      }}
    >
      <span aria-live="polite">{isCopied ? words.copied : (props.label ?? words.copy)}</span>
    </Button>
  );
}

/** What a refused call says. @param error its message is a sentence of the daemon, in the language of the page */
export function ErrorNotice(props: { readonly error: ApiError; readonly actions?: ComponentChildren }) {
  const words = useSharedWords();
  const sentence = props.error.code === 'connection-lost' ? words.noAnswer : props.error.message;
  return (
    <Notice
      kind="error"
      {...(sentence === '' ? { title: words.wentWrong } : {})}
      {...(props.actions === undefined ? {} : { actions: props.actions })}
    >
      <p>{sentence === '' ? props.error.code : sentence}</p>
    </Notice>
  );
}
