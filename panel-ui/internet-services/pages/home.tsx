/** Home: the state at one glance, what is wrong now and how to mend it, held scans, test mail. */
import { useState } from 'preact/hooks';
import type { AgentStatus } from '../../../src/core/index.ts';
import { Breakable, Button, Lamp, Loading, Notice } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { useAct, useLoad } from '../../shared/store.ts';
import { Confirm } from '../components/confirm.tsx';
import { GuidanceOf } from '../components/guidance-view.tsx';
import { JobLine } from '../components/job-line.tsx';
import { Facts, LoadView, Section, Trouble, endpointText } from '../components/parts.tsx';
import { TestMail } from '../components/test-mail.tsx';
import { useApp } from '../context.ts';
import { useJobNews } from '../components/job-news.ts';

/** The page. */
export function HomePage() {
  const { status } = useApp();
  if (status === undefined) return <Loading />;
  return (
    <>
      <Glance status={status} />
      <Advice status={status} />
      <div class="columns">
        <Account status={status} />
        <Queue status={status} />
      </div>
      <HeldJobs status={status} />
      <TestMail />
    </>
  );
}

function Glance({ status }: { readonly status: AgentStatus }) {
  const { texts, language } = useApp();
  const title = texts.home.glance[status.glance];
  const sentence = isWrong(status) ? '' : unsaid(status.sentence, title, language);
  return (
    <section class={`glance glance-${status.lamp}`} aria-label={texts.home.stateNow}>
      <Lamp lamp={status.lamp} isLarge />
      <div>
        <h2>{title}</h2>
        {sentence === '' ? undefined : (
          <p>
            <Breakable text={sentence} />
          </p>
        )}
      </div>
    </section>
  );
}

/** The guidance stands below then, and its title is the sentence. */
function isWrong({ lamp, guidanceId }: AgentStatus): boolean {
  return lamp !== 'green' && guidanceId !== undefined;
}

/** What a sentence says beyond the title it begins with: "Ready: signed in ..." under "Ready". */
function unsaid(sentence: string, title: string, language: string): string {
  if (!sentence.startsWith(title)) return sentence;
  const rest = sentence.slice(title.length).replace(/^[\s:：,，.。]+/, '');
  return language === 'en' ? rest.replace(/^[a-z]/, (letter) => letter.toUpperCase()) : rest;
}

function Advice({ status }: { readonly status: AgentStatus }) {
  const { client, texts, notify, formats } = useApp();
  const useUpn = useAct(async () => {
    await client.call('POST /v1/account/use-upn');
    notify('good', texts.home.upnUsed);
  });
  const goOn = useAct(async () => {
    await client.call('POST /v1/safe-mode/leave');
    notify('good', texts.home.safeModeLeft);
  });
  const { queue } = status;
  const upn = status.account.identity?.upn;
  const actions = [
    status.guidanceId === 'safe-mode' ? (
      <Button key="safe" kind="main" onPress={goOn.run} isBusy={goOn.isRunning}>
        {texts.home.leaveSafeMode}
      </Button>
    ) : undefined,
    status.glance === 'upn-mismatch' && upn !== undefined ? (
      <Button key="upn" kind="main" onPress={useUpn.run} isBusy={useUpn.isRunning}>
        {texts.home.useUpn}
      </Button>
    ) : undefined,
    ['sign-in-needed', 'signing-in'].includes(status.glance) ? (
      <Button key="in" kind="main" onPress={() => goTo('/network/smtp/code?new')}>
        {texts.home.signIn}
      </Button>
    ) : undefined,
    status.glance === 'not-set-up' ? (
      <Button key="smtp" kind="main" onPress={() => goTo('/network/smtp')}>
        {texts.home.openSettings}
      </Button>
    ) : undefined,
  ];
  const isActWanted = actions.some((action) => action !== undefined);
  return (
    <>
      {isWrong(status) && status.guidanceId !== undefined ? (
        <GuidanceOf
          code={status.guidanceId}
          kind={status.lamp === 'red' ? 'error' : 'warning'}
          actions={() => actions}
        />
      ) : isActWanted ? (
        <div class="button-row">{actions}</div>
      ) : undefined}
      <Trouble error={useUpn.error ?? goOn.error} />
      {queue.slowedUntilMs !== undefined && queue.slowedUntilMs > Date.now() ? (
        <Notice kind="warning">
          <p>{texts.home.slowedUntil(formats.time(queue.slowedUntilMs))}</p>
        </Notice>
      ) : undefined}
      {status.isSharedMailbox ? (
        <Notice kind="info">
          <p>
            {texts.home.sharedMailbox} {status.deviceEmailAddress}
          </p>
        </Notice>
      ) : undefined}
      {status.warnings === undefined || status.warnings.length === 0 ? undefined : (
        <Notice kind="warning" title={texts.home.warnings}>
          <ul>
            {status.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}

function Account({ status }: { readonly status: AgentStatus }) {
  const { texts, formats, client } = useApp();
  const [isAsked, setAsked] = useState(false);
  const signOut = useAct(async () => {
    await client.call('DELETE /v1/account');
    setAsked(false);
  });
  const { account, smarthost } = status;
  const clouds: Readonly<Record<string, string>> = texts.mail.smtp.clouds;
  const isExchange = status.provider === 'exchange-online';
  const reach =
    smarthost.isReachable === undefined
      ? texts.home.notTried
      : smarthost.isReachable
        ? texts.home.reachable
        : texts.home.unreachable;
  return (
    <Section title={texts.nav.sendEmail}>
      <Facts
        rows={[
          [
            texts.home.deviceAddress,
            <a href="#/system/device-details">
              {status.deviceEmailAddress === '' ? texts.shell.notSet : status.deviceEmailAddress}
            </a>,
          ],
          [texts.home.account, isExchange ? (account.identity?.upn ?? texts.mail.device.nobody) : undefined],
          [
            texts.home.signedInSince,
            account.signedInAtMs === undefined ? undefined : formats.dateTime(account.signedInAtMs),
          ],
          [texts.home.renewed, account.renewedAtMs === undefined ? undefined : formats.dateTime(account.renewedAtMs)],
          [texts.home.provider, texts.choices['service.provider'][status.provider]],
          [texts.home.cloud, isExchange ? (clouds[status.cloud] ?? status.cloud) : undefined],
          [
            texts.home.mailServer,
            smarthost.host === '' ? texts.shell.notSet : `${smarthost.host}:${String(smarthost.port)} (${reach})`,
          ],
        ]}
      />
      <Trouble error={signOut.error} />
      <div class="button-row">
        <Button onPress={() => goTo('/network/smtp')}>{texts.home.openSettings}</Button>
        {account.status === 'none' ? undefined : <Button onPress={() => setAsked(true)}>{texts.home.signOut}</Button>}
      </div>
      {isAsked ? (
        <Confirm
          title={texts.home.signOutTitle}
          act={texts.home.signOut}
          isDangerous
          isRunning={signOut.isRunning}
          onAct={signOut.run}
          onClose={() => setAsked(false)}
        >
          <p>{texts.home.signOutText}</p>
        </Confirm>
      ) : undefined}
    </Section>
  );
}

function Queue({ status }: { readonly status: AgentStatus }) {
  const { texts, formats } = useApp();
  const { queue, storage } = status;
  const figures = (['waiting', 'sending', 'held', 'failed'] as const).map((state) => (
    <a key={state} class={`figure figure-${queue[state] > 0 ? state : 'none'}`} href={`#/jobs?state=${state}`}>
      <strong>{formats.number(queue[state])}</strong>
      <span>{texts.home[state]}</span>
    </a>
  ));
  return (
    <Section title={texts.home.queue}>
      <div class="figures">{figures}</div>
      <Facts
        rows={[
          [
            texts.home.storage,
            [
              texts.home.storageStates[storage.state],
              ...(storage.why === undefined ? [] : [storage.why]),
              ...(queue.bytes === 0 ? [] : [formats.size(queue.bytes)]),
            ].join(' · '),
          ],
          [
            texts.home.listeners,
            status.listeners
              .filter(({ name }) => name !== 'web' && name !== 'panel')
              .map(({ name, address, port }) => <div key={name}>{endpointText(address, port)}</div>),
          ],
        ]}
      />
      <div class="button-row">
        <Button onPress={() => goTo('/jobs')}>{texts.home.allJobs}</Button>
      </div>
    </Section>
  );
}

/** A few of the scans that wait for somebody; loaded again when their number changes. */
function HeldJobs({ status }: { readonly status: AgentStatus }) {
  const { client, texts } = useApp();
  const count = status.queue.held;
  const loaded = useLoad((signal) => client.call('GET /v1/jobs', { query: { limit: 200 }, signal }), [count === 0]);
  useJobNews(loaded);
  if (count === 0) return null;
  const why = status.queue.holdReason;
  return (
    <Section
      title={texts.home.heldJobs}
      {...(why === undefined ? {} : { intro: texts.home.heldBecause(texts.home.holdReasons[why]) })}
    >
      <LoadView loaded={loaded}>
        {({ jobs }) => (
          <ul class="job-lines">
            {jobs
              .filter(({ state }) => state === 'held' || state === 'waiting')
              .slice(0, 5)
              .map((job) => (
                <JobLine key={job.queueId} job={job} />
              ))}
          </ul>
        )}
      </LoadView>
    </Section>
  );
}
