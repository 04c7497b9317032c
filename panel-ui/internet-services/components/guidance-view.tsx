/** What to do about something that is wrong: the daemon's guidance, asked for in the language of the page. */
import type { ComponentChildren } from 'preact';
import type { Guidance } from '../../../src/guidance/index.ts';
import { GuidanceNotice, Notice } from '../../shared/components/index.ts';
import { colonOf } from '../../shared/language.ts';
import { useLoad } from '../../shared/store.ts';
import { useApp } from '../context.ts';
import { LoadView } from './parts.tsx';

/** One guidance as it came. */
export function GuidanceView(props: {
  readonly guidance: Guidance;
  readonly kind?: 'info' | 'warning' | 'error';
  readonly actions?: ComponentChildren;
}) {
  const { texts, language } = useApp();
  const { guidance } = props;
  return (
    <div class="guidance">
      <GuidanceNotice
        guidance={guidance}
        canCopy
        kind={props.kind ?? 'warning'}
        {...(props.actions === undefined ? {} : { actions: props.actions })}
      />
      <p class="guidance-entry">
        {texts.home.guidance.entry}
        {colonOf(language)}
        <code>{guidance.id}</code>
      </p>
    </div>
  );
}

/** Asks for the guidance of a code and draws it. */
export function GuidanceOf(props: {
  readonly code?: string;
  readonly aadsts?: number;
  readonly kind?: 'info' | 'warning' | 'error';
  /** Buttons, if need be by what the guidance says. */
  readonly actions?: (guidance: Guidance) => ComponentChildren;
}) {
  const { client, language, texts } = useApp();
  const { code, aadsts } = props;
  const loaded = useLoad(
    (signal) =>
      client.call('POST /v1/guidance', {
        body: { ...(code === undefined ? {} : { code }), ...(aadsts === undefined ? {} : { aadsts }) },
        signal,
      }),
    [code, aadsts, language],
  );
  // A number nobody knows is refused as a bad question.
  if (loaded.load.state === 'error' && loaded.load.error.code === 'bad-request')
    return (
      <Notice kind="info">
        <p>{texts.home.guidance.unknown}</p>
      </Notice>
    );
  return (
    <LoadView loaded={loaded}>
      {(guidance) => (
        <GuidanceView
          guidance={guidance}
          {...(props.kind === undefined ? {} : { kind: props.kind })}
          {...(props.actions === undefined ? {} : { actions: props.actions(guidance) })}
        />
      )}
    </LoadView>
  );
}
