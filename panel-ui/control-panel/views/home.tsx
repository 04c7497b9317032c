import { Breakable, Button, Lamp } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { useLoad, useStore } from '../../shared/store.ts';
import { isSaidAgain, nextAct, type NextAct } from '../glance.ts';
import { usePanel, useWords, type Words } from '../panel.ts';

const paths: Readonly<Record<NextAct, string>> = {
  'scan': '/scan',
  'sign-in': '/sign-in',
  'continue-sign-in': '/sign-in',
  'use-upn': '/sign-in',
  'what-to-do': '/help',
};

/** One glance: lamp, sentence, what waits, and the one next act. */
export function HomeView() {
  const panel = usePanel();
  const words = useWords();
  const { texts, language } = words;
  const status = useStore(panel.status);
  const isLost = useStore(panel.connection) === 'lost';
  const code = status?.guidanceId;
  const { load } = useLoad(
    async (signal) =>
      code === undefined ? undefined : await panel.client.call('POST /v1/guidance', { body: { code }, signal }),
    [code, language],
  );
  if (status === undefined) return null;
  const act = nextAct(status);
  // The headline says it already.
  const title = isLost ? texts.shared.noAnswer : texts.panel.glanceTitles[status.glance];
  const advice = (load.state === 'ready' ? (load.value?.panel ?? []) : []).join(language === 'en' ? ' ' : '');
  const isSaid = status.sentence.startsWith(title) && status.sentence.length < title.length + 4;
  const sentence = isSaid || isSaidAgain(status.sentence, advice) ? '' : status.sentence;
  const lines = isLost
    ? []
    : status.glance === 'ready'
      ? status.isSharedMailbox
        ? []
        : [texts.sentFrom(status.deviceEmailAddress)]
      : [sentence, advice].filter((line) => line !== '');
  const { queue } = status;
  const isScanMain = act === 'scan';
  return (
    <div class="home">
      <section class={`glance glance-${isLost ? 'off' : status.lamp}`} aria-live="polite" tabIndex={0} data-scrolls>
        <Lamp lamp={isLost ? 'off' : status.lamp} isLarge />
        <div class="glance-words">
          <h2>{title}</h2>
          {lines.map((line) => (
            <p key={line}>
              <Breakable text={line} />
            </p>
          ))}
          {status.isSharedMailbox ? (
            <p class="soft">
              <Breakable text={texts.panel.sharedMailbox(status.deviceEmailAddress, status.account.identity?.upn)} />
            </p>
          ) : undefined}
          {queue.held + queue.failed > 0 ? (
            <p class="glance-held">
              {queue.held > 0 ? <span class="tag tag-amber">{texts.scansWait(queue.held)}</span> : undefined}
              {queue.failed > 0 ? <span class="tag tag-bad">{texts.scansFailed(queue.failed)}</span> : undefined}
              {queue.holdReason === undefined || lines.length > 0 ? undefined : (
                <span>{texts.panel.held(texts.panel.holdWords[queue.holdReason])}</span>
              )}
            </p>
          ) : undefined}
        </div>
      </section>
      <Button kind="main" class="home-act" isFirst onPress={() => goTo(paths[act])}>
        {actWords(act, words)}
      </Button>
      <nav class="tiles">
        {isScanMain ? undefined : <Tile path="/scan" words={texts.scanTile} />}
        {isScanMain || act === 'what-to-do' ? <Tile path="/sign-in" words={texts.signIn} /> : undefined}
        <Tile path="/jobs" words={texts.jobs} count={queue.waiting + queue.sending + queue.held + queue.failed} />
        <Tile path="/device" words={texts.device} />
      </nav>
    </div>
  );
}

function Tile(props: { readonly path: string; readonly words: string; readonly count?: number }) {
  const { formats } = useWords();
  return (
    <Button class="tile" onPress={() => goTo(props.path)}>
      <span>{props.words}</span>
      {props.count === undefined || props.count === 0 ? undefined : (
        <span class="count">{formats.number(props.count)}</span>
      )}
    </Button>
  );
}

function actWords(act: NextAct, { texts }: Words): string {
  switch (act) {
    case 'scan':
      return texts.scan;
    case 'sign-in':
      return texts.signIn;
    case 'continue-sign-in':
      return texts.continueSignIn;
    case 'use-upn':
      return texts.useUpn;
    case 'what-to-do':
      return texts.whatToDo;
  }
}
