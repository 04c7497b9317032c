/** Enter authentication code: the code as large as it goes, then live what becomes of it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SignInState } from '../../../src/core/index.ts';
import { Button, CopyButton, Loading, Notice } from '../../shared/components/index.ts';
import { codeGroups, countdown } from '../../shared/language.ts';
import { goTo } from '../../shared/route.ts';
import { useAct, useNow } from '../../shared/store.ts';
import { Facts, Section, Trouble } from '../components/parts.tsx';
import { TestMail } from '../components/test-mail.tsx';
import { useApp } from '../context.ts';
import { Failed, NotStarted, PassingTrouble, type StepOf, type StepProps } from './code-failed.tsx';

/**
 * The page. Opening it asks for a code, unless a session runs; how the last one failed stays to be read, until somebody asks for a
 * new code, here or by what led here (`?new`).
 */
export function CodePage(props: { readonly query: string }) {
  const { client, status } = useApp();
  const isAsked = useRef(false);
  const state = status?.signIn;
  // A code that is good is shared with other screens; who presses "new code" has a reason.
  const start = useAct(() => client.call('POST /v1/sign-in', { body: { isFresh: state?.step === 'code' } }));
  useEffect(() => {
    if (state === undefined || isAsked.current) return;
    isAsked.current = true;
    const isWanted = props.query === 'new';
    // Loading the page anew, or coming back to it, is no new wish.
    if (isWanted) goTo('/network/smtp/code', { replace: true });
    const isOver = state.step === 'idle' || state.step === 'ready' || (state.step === 'failed' && isWanted);
    // Ready and not mended yet is worth seeing; otherwise who comes here wants a code.
    if (isOver && !(state.step === 'ready' && state.isUpnMismatch)) start.run();
  }, [state]);
  if (state === undefined) return <Loading />;
  return (
    <>
      <Steps state={state} />
      {start.error === undefined || state.step === 'failed' ? undefined : (
        <NotStarted error={start.error} onStart={start.run} isStarting={start.isRunning} />
      )}
      {start.error !== undefined && state.step === 'idle' ? undefined : (
        <Step state={state} onStart={start.run} isStarting={start.isRunning} />
      )}
    </>
  );
}

function Step(props: StepProps & { readonly state: SignInState }) {
  const { texts } = useApp();
  const { state } = props;
  switch (state.step) {
    case 'idle':
      return <Idle {...props} />;
    case 'starting':
      return (
        <Section>
          <Loading text={texts.mail.code.starting} />
        </Section>
      );
    case 'code':
      return <Code {...props} state={state} />;
    case 'confirm':
      return <ConfirmAccount {...props} state={state} />;
    case 'proving':
      return <Proving state={state} />;
    case 'ready':
      return <Ready {...props} state={state} />;
    case 'failed':
      return <Failed {...props} state={state} />;
  }
}

const order: readonly (readonly SignInState['step'][])[] = [
  ['idle', 'starting', 'code'],
  ['confirm'],
  ['proving'],
  ['ready'],
];

/** Where one is: code, account, mail server, ready. */
function Steps({ state }: { readonly state: SignInState }) {
  const { texts } = useApp();
  const { steps } = texts.mail.code;
  if (state.step === 'failed') return null;
  const now = order.findIndex((one) => one.includes(state.step));
  const isMismatch = state.step === 'ready' && state.isUpnMismatch;
  return (
    <ol class="steps">
      {[steps.code, steps.account, steps.server, steps.done].map((word, index) => (
        <li
          key={word}
          class={index < now || (index === 3 && now === 3 && !isMismatch) ? 'step-done' : ''}
          {...(index === now ? { 'aria-current': 'step' as const } : {})}
        >
          {word}
        </li>
      ))}
    </ol>
  );
}

function Idle({ onStart, isStarting }: StepProps) {
  const { texts } = useApp();
  return (
    <Section>
      <p>{texts.mail.code.idle}</p>
      <div class="button-row">
        <Button kind="main" onPress={onStart} isBusy={isStarting}>
          {texts.mail.code.start}
        </Button>
        <Button onPress={() => goTo('/network/smtp')}>{texts.mail.code.toSmtp}</Button>
      </div>
    </Section>
  );
}

function Code({ state, onStart, isStarting }: StepProps & { readonly state: StepOf<'code'> }) {
  const { client, texts } = useApp();
  const { code } = texts.mail;
  const leftMs = state.expiresAtMs - useNow(1000);
  const cancel = useAct(async () => {
    await client.call('POST /v1/sign-in/cancel');
    goTo('/network/smtp');
  });
  const [isOpened, setOpened] = useState(false);
  return (
    <Section>
      {state.isKnownHost ? undefined : (
        <Notice kind="warning">
          <p>{code.unknownHost}</p>
        </Notice>
      )}
      <ol class="code-steps">
        <li>
          <p>{code.step1}</p>
          <p class="code-address">
            <a href={state.verificationUri} target="_blank" rel="noreferrer noopener">
              {state.verificationUri}
            </a>{' '}
            <CopyButton text={state.verificationUri} label={code.copyLink} />
          </p>
        </li>
        <li>
          <p>{code.step2}</p>
          <p class="code-big">
            <output aria-label={state.userCode.split('').join(' ')}>
              {codeGroups(state.userCode).map((group, index) => (
                <span key={index}>{group}</span>
              ))}
            </output>
            <CopyButton text={state.userCode} label={code.copyCode} />
          </p>
          <p class={leftMs < 60_000 ? 'code-left code-left-short' : 'code-left'} role="timer">
            {leftMs > 0 ? code.expiresIn(countdown(leftMs)) : code.expired}
          </p>
        </li>
      </ol>
      {state.trouble === undefined ? undefined : <PassingTrouble sentence={code.trouble} cause={state.trouble} />}
      <Trouble error={cancel.error} />
      <div class="button-row">
        <a
          class="button button-main"
          href={state.verificationUri}
          target="_blank"
          rel="noreferrer noopener"
          onClick={() => setOpened(true)}
        >
          {texts.shell.next}
        </a>
        <Button onPress={onStart} isBusy={isStarting}>
          {code.newCode}
        </Button>
        <Button onPress={cancel.run} isBusy={cancel.isRunning}>
          {code.cancel}
        </Button>
      </div>
      <p class="waiting" role="status">
        <span class="spinner spinner-small" aria-hidden="true" /> {code.waiting} {isOpened ? '' : code.nextHint}
      </p>
      <p class="card-note">{code.waitingHint}</p>
      <details class="more">
        <summary>{code.asksFor}</summary>
        <Facts
          rows={[
            [code.app, <code>{state.clientId}</code>],
            [texts.mail.smtp.scope, <code>{state.scopes.join(' ')}</code>],
          ]}
        />
      </details>
    </Section>
  );
}

function ConfirmAccount({ state, onStart }: StepProps & { readonly state: StepOf<'confirm'> }) {
  const { client, texts } = useApp();
  const { code } = texts.mail;
  const leftMs = state.expiresAtMs - useNow(1000);
  const confirm = useAct(() => client.call('POST /v1/sign-in/confirm'));
  const reject = useAct(async () => {
    await client.call('POST /v1/sign-in/cancel');
    onStart();
  });
  return (
    <Section title={code.confirmTitle} intro={code.confirmText}>
      <Facts
        rows={[
          [code.account, <strong class="address-big">{state.identity.upn}</strong>],
          [texts.mail.device.name, state.identity.name],
          [code.primary, state.identity.email],
          [code.deviceAddressBecomes, state.deviceEmailAddress],
        ]}
      />
      {state.previousUpn === undefined ? undefined : (
        <Notice kind="warning">
          <p>{code.replaces(state.previousUpn)}</p>
        </Notice>
      )}
      <Trouble error={confirm.error ?? reject.error} />
      <div class="button-row">
        <Button kind="main" onPress={confirm.run} isBusy={confirm.isRunning}>
          {code.confirm}
        </Button>
        <Button onPress={reject.run} isBusy={reject.isRunning}>
          {code.reject}
        </Button>
      </div>
      <p class="code-left">{code.expiresIn(countdown(leftMs))}</p>
    </Section>
  );
}

function Proving({ state }: { readonly state: StepOf<'proving'> }) {
  const { texts } = useApp();
  const { code } = texts.mail;
  return (
    <Section>
      <Facts rows={[[code.account, state.identity.upn]]} />
      <Loading text={code.proving} />
      {state.trouble === undefined ? undefined : (
        <PassingTrouble sentence={code.provingTrouble} cause={state.trouble} />
      )}
    </Section>
  );
}

function Ready({ state, onStart, isStarting }: StepProps & { readonly state: StepOf<'ready'> }) {
  const { client, texts, status, notify } = useApp();
  const { code } = texts.mail;
  const useUpn = useAct(async () => {
    await client.call('POST /v1/account/use-upn');
    notify('good', texts.home.upnUsed);
  });
  const address = status?.deviceEmailAddress ?? '';
  const isMismatch = status === undefined ? state.isUpnMismatch : status.glance === 'upn-mismatch';
  const rows: readonly (readonly [string, ComponentChildren])[] = [
    [code.account, state.identity.upn],
    [texts.mail.device.address, address],
  ];
  return (
    <>
      <Section>
        {isMismatch ? (
          <Notice
            kind="warning"
            title={code.readyMismatch}
            actions={
              <>
                <Button kind="main" onPress={useUpn.run} isBusy={useUpn.isRunning}>
                  {code.useUpn}
                </Button>
                <Button onPress={onStart} isBusy={isStarting}>
                  {code.otherAccount}
                </Button>
              </>
            }
          >
            <p>{code.mismatchText}</p>
            <Facts rows={rows} />
          </Notice>
        ) : (
          <>
            <Notice kind="good" title={code.ready} />
            <Facts rows={rows} />
          </>
        )}
        <Trouble error={useUpn.error} />
        <div class="button-row">
          <Button onPress={() => goTo('/home')}>{code.toHome}</Button>
          <Button onPress={() => goTo('/network/smtp')}>{code.toSmtp}</Button>
        </div>
      </Section>
      {isMismatch ? undefined : <TestMail />}
    </>
  );
}
