import type { AgentStatus, SignInState } from '../../../src/core/index.ts';
import { asksPhone } from '../../shared/asks-phone.ts';
import { Button, ErrorNotice, GuidanceNotice, Show } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { useLoad } from '../../shared/store.ts';
import { usePanel, useWords } from '../panel.ts';
import { useBegin } from './sign-in.tsx';

type Failed = Extract<SignInState, { readonly step: 'failed' }>;

/** Why it ended, what mends it, and the way to the number on the phone. */
export function FailedStep(props: { readonly status: AgentStatus; readonly signIn: Failed }) {
  const { client } = usePanel();
  const { texts, language } = useWords();
  const { status, signIn } = props;
  const { code, guidanceId, aadsts, detail } = signIn;
  const begin = useBegin();
  const loaded = useLoad(
    (signal) =>
      client.call('POST /v1/guidance', {
        body: guidanceId === undefined && aadsts !== undefined ? { aadsts } : { code: guidanceId ?? code },
        signal,
      }),
    [code, guidanceId, aadsts, language],
  );
  const upn = status.account.status === 'ready' ? status.account.identity?.upn : undefined;
  return (
    <div class="view">
      <div class="scrolls grow" tabIndex={0}>
        <Show loaded={loaded}>{(guidance) => <GuidanceNotice guidance={guidance} />}</Show>
        {detail === undefined ? undefined : <p class="soft">{texts.panel.detail(detail)}</p>}
        {aadsts === undefined ? undefined : <p class="soft">{texts.panel.number(`AADSTS${String(aadsts)}`)}</p>}
        {upn === undefined ? undefined : <p>{texts.panel.stillHolds(upn)}</p>}
        {begin.error === undefined ? undefined : <ErrorNotice error={begin.error} />}
      </div>
      <div class="bar">
        <Button onPress={() => goTo('/')}>{texts.home}</Button>
        {asksPhone(code, guidanceId) ? (
          <Button isFirst onPress={() => goTo('/sign-in/phone')}>
            {texts.phoneTitle}
          </Button>
        ) : undefined}
        <Button kind="main" isFirst={!asksPhone(code, guidanceId)} isBusy={begin.isRunning} onPress={() => begin.run()}>
          {texts.newCode}
        </Button>
      </div>
    </div>
  );
}
