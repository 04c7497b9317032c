/** Enter authentication code, when it does not go well: what failed, who mends it, and the way on. */
import { useState } from 'preact/hooks';
import type { SignInState } from '../../../src/core/index.ts';
import type { Guidance } from '../../../src/guidance/index.ts';
import { asksPhone } from '../../shared/asks-phone.ts';
import type { ApiError } from '../../shared/client.ts';
import { Button, Notice } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { TextField } from '../components/field.tsx';
import { GuidanceOf } from '../components/guidance-view.tsx';
import { Facts, Section, Trouble } from '../components/parts.tsx';
import { useApp } from '../context.ts';
import { guidanceQuestion } from '../form/guidance-question.ts';
import { Form } from '../components/form.tsx';

/** One step of a sign-in. */
export type StepOf<Step extends SignInState['step']> = Extract<SignInState, { readonly step: Step }>;

/** What every step can do: ask for a (new) code. */
export interface StepProps {
  readonly onStart: () => void;
  readonly isStarting: boolean;
}

/** No code could be asked for: a setting is missing, too many codes in a short time, no line to the device. */
export function NotStarted({ error, onStart, isStarting }: StepProps & { readonly error: ApiError }) {
  const { texts } = useApp();
  const { code } = texts.mail;
  if (error.status === 0 || error.status === 401) return <Trouble error={error} onRetry={onStart} />;
  return (
    <Section title={code.notStarted}>
      <GuidanceOf
        code={error.code}
        kind="error"
        actions={(guidance) => <WaysOn guidance={guidance} onStart={onStart} isStarting={isStarting} />}
      />
    </Section>
  );
}

/** What leads on from a failure: the settings if they are to blame, else a new code. */
function WaysOn({ guidance, onStart, isStarting }: StepProps & { readonly guidance: Guidance }) {
  const { texts } = useApp();
  const { code } = texts.mail;
  const isSetting = guidance.acts.includes('change-settings');
  return (
    <>
      {isSetting ? (
        <Button kind="main" onPress={() => goTo('/network/smtp')}>
          {code.toSmtp}
        </Button>
      ) : undefined}
      <Button kind={isSetting ? 'plain' : 'main'} onPress={onStart} isBusy={isStarting}>
        {code.newCode}
      </Button>
      {isSetting ? undefined : <Button onPress={() => goTo('/network/smtp')}>{code.toSmtp}</Button>}
    </>
  );
}

/** It is tried again by itself; what is in the way may be for somebody to mend all the same. */
export function PassingTrouble(props: { readonly sentence: string; readonly cause: string }) {
  const { texts } = useApp();
  return (
    <>
      <Notice kind="warning">
        <p>{props.sentence}</p>
      </Notice>
      <details class="more">
        <summary>{texts.mail.code.why}</summary>
        <GuidanceOf code={props.cause} />
      </details>
    </>
  );
}

/** Over without a sign-in. */
export function Failed({ state, onStart, isStarting }: StepProps & { readonly state: StepOf<'failed'> }) {
  const { texts } = useApp();
  const { code } = texts.mail;
  return (
    <Section title={code.failed}>
      <GuidanceOf
        code={state.guidanceId ?? state.code}
        // Somebody wanted it so.
        kind={state.code === 'sign-in-cancelled' ? 'info' : 'error'}
        actions={(guidance) => <WaysOn guidance={guidance} onStart={onStart} isStarting={isStarting} />}
      />
      {state.aadsts === undefined ? undefined : (
        <Facts rows={[[texts.home.guidance.number, <code>AADSTS{String(state.aadsts)}</code>]]} />
      )}
      {state.detail === undefined ? undefined : (
        <details class="more">
          <summary>{code.said}</summary>
          <pre class="raw" tabIndex={0}>
            {state.detail}
          </pre>
        </details>
      )}
      {asksPhone(state.code, state.guidanceId) ? <PhoneNumber /> : undefined}
    </Section>
  );
}

/** "What did the phone show?" */
function PhoneNumber() {
  const { texts } = useApp();
  const { code } = texts.mail;
  const [draft, setDraft] = useState('');
  const [asked, setAsked] = useState<ReturnType<typeof guidanceQuestion>>();
  return (
    <Form
      class="phone-number"
      onSubmit={() => {
        setAsked(guidanceQuestion(draft));
      }}
    >
      <h3>{code.phoneQuestion}</h3>
      <div class="fields">
        <TextField
          label={texts.home.guidance.number}
          help={code.phoneHelp}
          value={draft}
          onChange={setDraft}
          inputMode="numeric"
        />
      </div>
      <div class="button-row">
        <button type="submit" class="button">
          {texts.home.guidance.explain}
        </button>
      </div>
      {asked === undefined ? undefined : <GuidanceOf {...asked} />}
    </Form>
  );
}
