import type { Guidance } from '../../../src/guidance/index.ts';
import { Button, Empty, ErrorNotice, GuidanceNotice, Show } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { useLoad, useStore } from '../../shared/store.ts';
import { useGuardedAct, usePanel, useWords } from '../panel.ts';

/** What is wrong now, who mends it, how; and the acts that are a panel's to do. */
export function HelpView() {
  const panel = usePanel();
  const { texts, language } = useWords();
  const status = useStore(panel.status);
  const code = status?.guidanceId;
  const loaded = useLoad(
    async (signal) =>
      code === undefined ? undefined : await panel.client.call('POST /v1/guidance', { body: { code }, signal }),
    [code, language],
  );
  return (
    <div class="view">
      <div class="scrolls grow" tabIndex={0}>
        <Show loaded={loaded}>
          {(guidance) =>
            guidance === undefined ? (
              <Empty>{status?.sentence}</Empty>
            ) : (
              <>
                <GuidanceNotice guidance={guidance} kind={status?.lamp === 'red' ? 'error' : 'warning'} />
                {guidance.who === 'administrator' || guidance.who === 'network' ? (
                  <p class="soft">{texts.toCopy}</p>
                ) : undefined}
              </>
            )
          }
        </Show>
        {(status?.warnings ?? []).map((warning) => (
          <p class="soft" key={warning}>
            {warning}
          </p>
        ))}
      </div>
      <div class="bar">
        <Button isFirst onPress={() => goTo('/')}>
          {texts.home}
        </Button>
        {loaded.load.state === 'ready' && loaded.load.value !== undefined ? (
          <GuidanceActs acts={loaded.load.value.acts} />
        ) : undefined}
      </div>
    </div>
  );
}

/** Buttons for what a panel can do about a guidance. @param queueId of the job it is about */
export function GuidanceActs(props: { readonly acts: Guidance['acts']; readonly queueId?: string }) {
  const panel = usePanel();
  const { texts } = useWords();
  const { queueId } = props;
  const onJob = useGuardedAct(async (key: 'POST /v1/jobs/:queueId/retry' | 'POST /v1/jobs/:queueId/release') => {
    if (queueId !== undefined) await panel.client.call(key, { params: { queueId } });
  });
  const buttons = props.acts.map((act) => {
    switch (act) {
      case 'sign-in':
        return <Button onPress={() => goTo('/sign-in')}>{texts.signIn}</Button>;
      case 'use-upn':
        return <Button onPress={() => goTo('/sign-in')}>{texts.useUpn}</Button>;
      case 'change-settings':
        return <Button onPress={() => goTo('/device')}>{texts.device}</Button>;
      case 'retry-job':
        return queueId === undefined ? undefined : (
          <Button onPress={() => onJob.run('POST /v1/jobs/:queueId/retry')}>{texts.sendNow}</Button>
        );
      case 'release-job':
        return queueId === undefined ? undefined : (
          <Button onPress={() => onJob.run('POST /v1/jobs/:queueId/release')}>{texts.release}</Button>
        );
    }
  });
  return (
    <>
      {buttons}
      {onJob.error === undefined ? undefined : <ErrorNotice error={onJob.error} />}
    </>
  );
}
