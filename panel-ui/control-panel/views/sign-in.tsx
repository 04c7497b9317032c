/** The sign-in, step by step, as the daemon tells it; the same session stands on the web page at the same moment. */
import type { AgentStatus, SignInState } from '../../../src/core/index.ts';
import { Breakable, Button, ErrorNotice, Loading, Notice } from '../../shared/components/index.ts';
import { colonOf } from '../../shared/language.ts';
import { goTo } from '../../shared/route.ts';
import { useAct, useLoad, useStore } from '../../shared/store.ts';
import { looksSame } from '../glance.ts';
import { useGuardedAct, usePanel, useWords } from '../panel.ts';
import { CodeStep } from './sign-in-code.tsx';
import { FailedStep } from './sign-in-failed.tsx';

type Step<Name extends SignInState['step']> = Extract<SignInState, { readonly step: Name }>;

/** Draws the step the session is in. */
export function SignInView() {
  const panel = usePanel();
  const status = useStore(panel.status);
  if (status === undefined) return null;
  const { signIn } = status;
  switch (signIn.step) {
    case 'idle':
      return status.account.identity === undefined || status.account.status === 'sign-in-needed' ? (
        <IdleStep />
      ) : (
        <ReadyStep status={status} upn={status.account.identity.upn} isProven={status.account.status === 'ready'} />
      );
    case 'starting':
      return (
        <div class="view centred">
          <Loading text={useWords().texts.panel.askingForCode} />
          <StepBar />
        </div>
      );
    case 'code':
      return <CodeStep status={status} signIn={signIn} />;
    case 'confirm':
      return <ConfirmStep status={status} signIn={signIn} />;
    case 'proving':
      return <ProvingStep status={status} signIn={signIn} />;
    case 'ready':
      return <ReadyStep status={status} upn={signIn.identity.upn} isProven />;
    case 'failed':
      return <FailedStep status={status} signIn={signIn} />;
  }
}

/** Starts a session, or asks for a new code. */
export function useBegin(isFresh = false) {
  const { client } = usePanel();
  return useAct(() => client.call('POST /v1/sign-in', { body: { isFresh } }));
}

/** The lower edge while a session runs: cancel, and what the step adds. */
function StepBar() {
  const { client } = usePanel();
  const { texts } = useWords();
  const cancel = useAct(() => client.call('POST /v1/sign-in/cancel'));
  return (
    <div class="bar">
      <Button isBusy={cancel.isRunning} onPress={() => cancel.run()}>
        {texts.shared.cancel}
      </Button>
    </div>
  );
}

function IdleStep() {
  const { texts } = useWords();
  const begin = useBegin();
  return (
    <div class="view centred">
      <p class="lead">{texts.signInIntro}</p>
      {begin.error === undefined ? undefined : <ErrorNotice error={begin.error} />}
      <Button kind="main" class="big" isFirst isBusy={begin.isRunning} onPress={() => begin.run()}>
        {texts.getCode}
      </Button>
    </div>
  );
}

function ConfirmStep(props: { readonly status: AgentStatus; readonly signIn: Step<'confirm'> }) {
  const { client } = usePanel();
  const { texts } = useWords();
  const { identity, previousUpn, deviceEmailAddress } = props.signIn;
  const confirm = useGuardedAct(() => client.call('POST /v1/sign-in/confirm'));
  const cancel = useAct(() => client.call('POST /v1/sign-in/cancel'));
  const differs = !props.status.isSharedMailbox && !looksSame(identity.upn, deviceEmailAddress);
  const error = confirm.error ?? cancel.error;
  return (
    <div class="view">
      <div class="scrolls grow" tabIndex={0}>
        <h2>{texts.confirmTitle}</h2>
        {error === undefined ? <p class="strong">{texts.panel.onlyIfYourself}</p> : <ErrorNotice error={error} />}
        {differs ? <Notice kind="warning">{texts.panel.nothingSentUntilAgree}</Notice> : undefined}
        <dl class="facts">
          <dt>{texts.panel.signedIn}</dt>
          <dd class="strong">
            <Breakable text={identity.upn} />
            {identity.name === undefined || identity.name === '' ? '' : ` (${identity.name})`}
          </dd>
          <dt>{texts.panel.mailGoesOutAs}</dt>
          <dd class="strong">
            <Breakable text={deviceEmailAddress} />
          </dd>
          {previousUpn === undefined ? undefined : (
            <>
              <dt>{texts.panel.untilNow}</dt>
              <dd>{previousUpn}</dd>
            </>
          )}
          <dt>{texts.panel.tenant}</dt>
          <dd class="soft">{identity.tenantId}</dd>
        </dl>
      </div>
      <div class="bar">
        <Button isBusy={cancel.isRunning} onPress={() => cancel.run()}>
          {texts.confirmNo}
        </Button>
        <Button kind="main" isFirst isBusy={confirm.isRunning} onPress={() => confirm.run()}>
          {texts.confirmYes}
        </Button>
      </div>
    </div>
  );
}

function ProvingStep(props: { readonly status: AgentStatus; readonly signIn: Step<'proving'> }) {
  const { texts, language } = useWords();
  return (
    <div class="view centred">
      <p class="lead">
        {texts.panel.signedInAs}
        {colonOf(language)}
        <strong>
          <Breakable text={props.signIn.identity.upn} />
        </strong>
      </p>
      <Loading text={texts.panel.askingServer(props.status.smarthost.host)} />
      {props.signIn.trouble === undefined ? undefined : <Trouble code={props.signIn.trouble} />}
      <StepBar />
    </div>
  );
}

/** A passing fault: the daemon goes on trying, so its name is enough. */
export function Trouble(props: { readonly code: string }) {
  const { client } = usePanel();
  const { texts, language } = useWords();
  const { load } = useLoad(
    (signal) => client.call('POST /v1/guidance', { body: { code: props.code }, signal }),
    [props.code, language],
  );
  const words = load.state === 'ready' ? load.value.title : props.code;
  return (
    <p class="trouble" role="status">
      {texts.panel.trouble(words)}
    </p>
  );
}

function ReadyStep(props: { readonly status: AgentStatus; readonly upn: string; readonly isProven: boolean }) {
  const panel = usePanel();
  const { texts } = useWords();
  const { status, upn } = props;
  const begin = useBegin();
  const useUpn = useAct(() => panel.client.call('POST /v1/account/use-upn'));
  const isMismatch =
    status.glance === 'upn-mismatch' || (status.signIn.step === 'ready' && status.signIn.isUpnMismatch);
  const error = begin.error ?? useUpn.error;
  return (
    <div class="view">
      <div class="scrolls grow" tabIndex={0}>
        {isMismatch ? (
          <Notice kind="warning" title={texts.panel.addressesDiffer}>
            <p>{texts.panel.bothTheSame}</p>
          </Notice>
        ) : (
          <Notice kind={props.isProven ? 'good' : 'info'}>
            <p>{props.isProven ? texts.readyTitle : status.sentence}</p>
          </Notice>
        )}
        <dl class="facts">
          <dt>{texts.panel.signedInAs}</dt>
          <dd class="strong">
            <Breakable text={upn} />
          </dd>
          <dt>{texts.panel.mailGoesOutAs}</dt>
          <dd class="strong">{status.deviceEmailAddress === '' ? texts.none : status.deviceEmailAddress}</dd>
        </dl>
        {isMismatch ? (
          <p>
            <Breakable text={texts.useUpnAsk(upn, status.deviceEmailAddress)} />
          </p>
        ) : undefined}
        {error === undefined ? undefined : <ErrorNotice error={error} />}
      </div>
      <div class="bar">
        <Button isBusy={begin.isRunning} onPress={() => begin.run()}>
          {texts.anotherAccount}
        </Button>
        <Button onPress={() => goTo('/')}>{texts.done}</Button>
        {isMismatch ? (
          <Button kind="main" isFirst isBusy={useUpn.isRunning} onPress={() => useUpn.run()}>
            {texts.useUpn}
          </Button>
        ) : (
          <Button kind="main" isFirst onPress={() => goTo('/sign-in/test')}>
            {texts.testMail}
          </Button>
        )}
      </div>
    </div>
  );
}
