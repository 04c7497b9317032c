/** The frame of every view: bar above, what is lost, the view, the PIN. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button, Lamp, SharedWords } from '../shared/components/index.ts';
import { goTo, pathOf } from '../shared/route.ts';
import { useStore } from '../shared/store.ts';
import { followKeys } from './keys.ts';
import { PanelContext, usePanel, useWords, type Panel } from './panel.ts';
import { DeviceView } from './views/device.tsx';
import { HelpView } from './views/help.tsx';
import { HomeView } from './views/home.tsx';
import { JobView, JobsView } from './views/jobs.tsx';
import { LanguageView } from './views/language.tsx';
import { PhoneNumberView } from './views/phone-number.tsx';
import { PinDialog } from './views/pin.tsx';
import { RecipientsView } from './views/recipients.tsx';
import { ScanOptionsView } from './views/scan-options.tsx';
import { ScanResultView } from './views/scan-result.tsx';
import { ScanRunView } from './views/scan-run.tsx';
import { ScanTextView } from './views/scan-text.tsx';
import { ScanView } from './views/scan.tsx';
import { SignInView } from './views/sign-in.tsx';
import { TestMailView } from './views/test-mail.tsx';

/** The page. */
export function App(props: { readonly panel: Panel }) {
  return (
    <PanelContext.Provider value={props.panel}>
      <Frame />
    </PanelContext.Provider>
  );
}

function Frame() {
  const panel = usePanel();
  const words = useStore(panel.words);
  const status = useStore(panel.status);
  const route = useStore(panel.route);
  const isLost = useStore(panel.connection) === 'lost';
  const pinQuestion = useStore(panel.pinQuestion);
  const session = useStore(panel.session);
  const isClosed = session !== undefined && session.role === undefined;
  const main = useRef<HTMLElement>(null);
  useEffect(() => followKeys(document, goBack), []);
  const isDrawn = words !== undefined && status !== undefined;
  // Each view begins at its first control, so that arrow keys and screen readers have a place to start.
  useEffect(() => {
    const first = main.current?.querySelector<HTMLElement>('[data-first]') ?? main.current;
    first?.focus({ preventScroll: true });
  }, [route, isDrawn]);
  // Drawn once there are words (`main.tsx`).
  if (words === undefined) return null;
  return (
    <SharedWords.Provider value={words.texts.shared}>
      <div class="panel">
        <TopBar />
        {isLost && !isClosed ? (
          <p class="banner" role="alert">
            {words.texts.shared.connectionLost}
          </p>
        ) : undefined}
        <main ref={main} tabIndex={-1} class={isLost && !isClosed ? 'is-stale' : ''} key={route}>
          {isClosed ? <ClosedView /> : status === undefined ? undefined : viewOf(route)}
        </main>
        {pinQuestion === undefined ? undefined : <PinDialog onAnswer={pinQuestion} />}
      </div>
    </SharedWords.Provider>
  );
}

/** The door knows nobody here: another start of the agent has another key. */
function ClosedView() {
  const { texts } = useWords();
  return (
    <div class="view centred">
      <h2>{texts.closedTitle}</h2>
      <p class="lead">{texts.closed}</p>
      <Button isFirst onPress={() => window.location.reload()}>
        {texts.shared.tryAgain}
      </Button>
    </div>
  );
}

function TopBar() {
  const panel = usePanel();
  const { texts } = useWords();
  const status = useStore(panel.status);
  const route = useStore(panel.route);
  const isUnlocked = useStore(panel.unlockedUntilMs) > 0;
  const isHome = route === '/';
  const lamp = useStore(panel.connection) === 'lost' ? 'off' : (status?.lamp ?? 'off');
  return (
    <header class="top">
      {isHome ? undefined : (
        <button type="button" class="top-button" aria-label={texts.back} onClick={goBack}>
          <svg viewBox="0 0 24 24" aria-hidden="true" class="icon">
            <path d="M15 4 7 12l8 8" />
          </svg>
        </button>
      )}
      <h1>{titleOf(route, texts)}</h1>
      {isUnlocked ? (
        <button type="button" class="top-button" onClick={() => void panel.lock().catch(() => undefined)}>
          <svg viewBox="0 0 24 24" aria-hidden="true" class="icon">
            <path d="M5 11h14v9H5zM8 11V7a4 4 0 0 1 8 0" />
          </svg>
          {texts.lock}
        </button>
      ) : undefined}
      {isHome ? (
        <button type="button" class="top-button" onClick={() => goTo('/language')}>
          <svg viewBox="0 0 24 24" aria-hidden="true" class="icon">
            <path d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM2 12h20M12 2c3 3 4 6.5 4 10s-1 7-4 10c-3-3-4-6.5-4-10s1-7 4-10z" />
          </svg>
          {texts.language}
        </button>
      ) : (
        <Lamp lamp={lamp} />
      )}
    </header>
  );
}

/** The view above the present one; never the browser's history, which may lead round in circles. */
function goBack(): void {
  // Not the view that is drawn: who presses Back twice, quickly, means the view above the next one.
  const route = pathOf(window.location.hash);
  if (route === '/') return;
  // The result of a scan is an end: behind it lies a scan that is gone.
  const isEnd = route === '/scan/result' || route === '/scan/run';
  const parent = route.slice(0, route.lastIndexOf('/'));
  goTo(isEnd || parent === '' ? '/' : parent);
}

function titleOf(route: string, texts: ReturnType<typeof useWords>['texts']): string {
  const [, first = '', second = ''] = route.split('/');
  switch (first) {
    case 'language':
      return texts.language;
    case 'help':
      return texts.whatToDo;
    case 'sign-in':
      return second === 'phone' ? texts.phoneTitle : second === 'test' ? texts.testMail : texts.signIn;
    case 'device':
      return texts.device;
    case 'jobs':
      return texts.jobs;
    case 'scan': {
      const titles: Readonly<Record<string, string>> = {
        'to': texts.to,
        'address': texts.typeAddress,
        'subject': texts.subject,
        'file-name': texts.fileName,
        'message': texts.message,
        'options': texts.options,
      };
      return titles[second] ?? texts.scan;
    }
    default:
      return texts.deviceName;
  }
}

function viewOf(route: string): ComponentChildren {
  const [, first = '', second = '', third = ''] = route.split('/');
  switch (first) {
    case 'language':
      return <LanguageView />;
    case 'help':
      return <HelpView />;
    case 'sign-in':
      if (second === 'phone') return <PhoneNumberView number={third} />;
      return second === 'test' ? <TestMailView /> : <SignInView />;
    case 'device':
      return <DeviceView part={second} />;
    case 'jobs':
      return second === '' ? <JobsView /> : <JobView queueId={second} />;
    case 'scan':
      if (second === 'to') return <RecipientsView part={third} />;
      if (second === 'options') return <ScanOptionsView />;
      if (second === 'run') return <ScanRunView />;
      if (second === 'result') return <ScanResultView />;
      if (second === 'subject' || second === 'file-name' || second === 'message') return <ScanTextView part={second} />;
      return <ScanView />;
    default:
      return <HomeView />;
  }
}
