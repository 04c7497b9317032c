/** Internet Services as a whole: who is there, what the device says, which page is drawn. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AgentStatus, JobSummary, Language } from '../../src/core/index.ts';
import { watchAttention } from '../shared/attention.ts';
import { createClient } from '../shared/client.ts';
import { Button, Loading, Notice, SharedWords } from '../shared/components/index.ts';
import type { Session } from '../shared/endpoints-access.ts';
import { connectEvents, type Connection } from '../shared/events.ts';
import { formatsOf } from '../shared/language.ts';
import { createStore, toApiError, useLoad, type Store } from '../shared/store.ts';
import type { SharedTexts } from '../shared/texts/texts.ts';
import { LoadView } from './components/parts.tsx';
import { AppContext, useApp, type App, type Tone } from './context.ts';
import { movedAsDelivered, movedTo, type Moved } from './form/moved.ts';
import { Head, Messages, type Message } from './frame.tsx';
import { ClaimPage, LoginPage } from './pages/entrance.tsx';
import { MovedPage } from './pages/moved.tsx';
import type { LanguagePack } from './texts/types.ts';

/** What a language brings along, shared words included. */
export type Words = LanguagePack & { readonly shared: SharedTexts };

/** What `main.tsx` starts the page with. */
export interface AppProps {
  readonly route: Store<string>;
  readonly language: Language;
  readonly words: Words;
  readonly loadWords: (language: Language) => Promise<Words>;
  /** Who this browser is to the device, asked beside the words. */
  readonly firstSession: Promise<Session>;
}

/** The pages behind the log-in: fetched soon after that is drawn, since a device that restarts could not give them. */
const loadInside = () => import('./inside.tsx');

/** By then the log-in has been drawn. */
const quietMs = 1500;

/** How often a page without a stream asks whether its log-in still holds, in milliseconds. */
const sessionCheckMs = 2500;

/** How often it is asked whether the door of an emptied device is still here. */
const emptiedChecks = 12;

/** How long a message stays, in milliseconds. */
const messageMs = 6000;

/** The page from the log-in on. */
export function InternetServices(props: AppProps) {
  const [spoken, setSpoken] = useState({ language: props.language, words: props.words });
  const language = useRef(props.language);
  const session = useRef<Session | undefined>(undefined);
  const firstSession = useRef<Promise<Session> | undefined>(props.firstSession);
  const [isSignedIn, setSignedIn] = useState(false);
  const [hasEnded, setEnded] = useState(false);
  const [round, setRound] = useState(0);
  const [status, setStatus] = useState<AgentStatus>();
  const [connection, setConnection] = useState<Connection>('connecting');
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const nextId = useRef(0);
  const lastJob = useMemo(() => createStore<JobSummary | undefined>(undefined), []);
  const events = useRef<ReturnType<typeof connectEvents> | undefined>(undefined);

  const [moved, setMoved] = useState<Moved>();
  const places = useRef<AgentStatus['listeners']>([]);
  const hear = (next: AgentStatus) => {
    setMoved((known) => movedTo(window.location, places.current, next.listeners) ?? known);
    places.current = next.listeners;
    setStatus(next);
  };
  const [isEmptied, setEmptied] = useState(false);
  const endSession = () => {
    if (session.current?.state === 'signed-in') setEnded(true);
    session.current = undefined;
    setSignedIn(false);
    setStatus(undefined);
    setRound((count) => count + 1);
  };
  const client = useMemo(
    () =>
      createClient({
        fetch: window.fetch.bind(window),
        language: () => language.current,
        csrfToken: () => session.current?.csrfToken,
        isAttended: watchAttention(window),
        onSignedOut: () => {
          if (session.current?.state === 'signed-in') endSession();
        },
      }),
    [],
  );
  const notify = (tone: Tone, text: string) => {
    const id = nextId.current++;
    setMessages((before) => [...before.slice(-2), { id, tone, text }]);
    window.setTimeout(() => setMessages((before) => before.filter((one) => one.id !== id)), messageMs);
  };
  const enter = (reply: Session) => {
    session.current = reply;
    setEnded(false);
    setEmptied(false);
    setSignedIn(reply.state === 'signed-in');
    setRound((count) => count + 1);
  };
  const chooseLanguage = (wanted: Language) => {
    props.loadWords(wanted).then(
      (words) => {
        language.current = wanted;
        document.documentElement.lang = wanted;
        rememberLanguage(wanted);
        setSpoken({ language: wanted, words });
        events.current?.reopen();
      },
      () => notify('error', spoken.words.texts.shell.errors.offline),
    );
  };

  useEffect(() => {
    if (!isSignedIn) return undefined;
    const running = connectEvents({
      open: (url) => new EventSource(url),
      language: () => language.current,
      listeners: { status: hear, job: (job) => lastJob.set(job), connection: setConnection },
      after: (waitMs, act) => {
        const timer = window.setTimeout(act, waitMs);
        return () => window.clearTimeout(timer);
      },
    });
    events.current = running;
    return () => running.close();
  }, [isSignedIn]);
  useEffect(() => {
    const timer = window.setTimeout(() => void loadInside().catch(() => undefined), quietMs);
    return () => window.clearTimeout(timer);
  }, []);
  // A stream that cannot be opened does not say why: the log-in may be over, also after the device has come back.
  useEffect(() => {
    if (connection !== 'lost' || !isSignedIn) return undefined;
    const ask = () => {
      client.call('GET /v1/session').then(
        (reply) => {
          if (reply.state !== 'signed-in') endSession();
        },
        () => undefined,
      );
    };
    ask();
    const timer = window.setInterval(ask, sessionCheckMs);
    return () => window.clearInterval(timer);
  }, [connection, isSignedIn]);

  // Without a log-in nobody says where the doors went.
  useEffect(() => {
    if (!isEmptied || moved !== undefined) return undefined;
    let checks = 0;
    const timer = window.setInterval(() => {
      if (++checks === emptiedChecks) window.clearInterval(timer);
      client.call('GET /v1/session').catch((error: unknown) => {
        if (toApiError(error).status === 0) setMoved(movedAsDelivered(window.location));
      });
    }, sessionCheckMs);
    return () => window.clearInterval(timer);
  }, [isEmptied, moved]);

  const app: App = {
    client,
    texts: spoken.words.texts,
    settingTexts: spoken.words.settings,
    formats: useMemo(() => formatsOf(spoken.language), [spoken.language]),
    language: spoken.language,
    chooseLanguage,
    status,
    connection: isSignedIn ? connection : 'open',
    lastJob,
    notify,
    replaceSession: (reply) => {
      session.current = { ...reply, state: 'signed-in' };
      events.current?.reopen();
    },
    logOut: () => {
      client.call('DELETE /v1/session').then(
        () => {
          session.current = undefined;
          endSession();
        },
        () => endSession(),
      );
    },
    endSession,
    leaveEmptied: () => {
      setEmptied(true);
      endSession();
    },
  };
  const gate = useLoad(
    async (signal) => {
      if (session.current?.state === 'signed-in') return session.current;
      const early = firstSession.current;
      firstSession.current = undefined;
      const reply = await (early ?? client.call('GET /v1/session', { signal }));
      session.current = reply;
      setSignedIn(reply.state === 'signed-in');
      return reply;
    },
    [round],
  );
  return (
    <AppContext.Provider value={app}>
      <SharedWords.Provider value={spoken.words.shared}>
        {moved !== undefined ? (
          <>
            <Head isLoggedIn={false} />
            <MovedPage moved={moved} />
          </>
        ) : isSignedIn ? (
          <Behind route={props.route} />
        ) : (
          <>
            <Head isLoggedIn={false} />
            <LoadView loaded={gate}>
              {(reply) =>
                reply.state === 'unclaimed' ? (
                  <ClaimPage isReset={false} onDone={enter} />
                ) : reply.state === 'signed-out' ? (
                  <LoginPage hasEnded={hasEnded} onDone={enter} />
                ) : null
              }
            </LoadView>
          </>
        )}
        <Messages messages={messages} />
      </SharedWords.Provider>
    </AppContext.Provider>
  );
}

const languageKey = 'internet-services.language';

/** The language somebody chose on this browser. */
export function rememberedLanguage(): string | undefined {
  try {
    return window.localStorage.getItem(languageKey) ?? undefined;
  } catch {
    return undefined;
  }
}

function rememberLanguage(language: Language): void {
  try {
    window.localStorage.setItem(languageKey, language);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

function Behind(props: { readonly route: Store<string> }) {
  const { texts } = useApp();
  const { load } = useLoad(loadInside, []);
  if (load.state === 'ready') return <load.value.Inside route={props.route} />;
  return (
    <>
      <Head isLoggedIn />
      <main class="content" id="content">
        {load.state === 'loading' ? (
          <Loading />
        ) : (
          // A part that did not come is not asked for again by browsers: only the whole page is.
          <Notice
            kind="error"
            actions={<Button onPress={() => window.location.reload()}>{texts.shell.tryAgain}</Button>}
          >
            <p>{texts.shell.errors.offline}</p>
          </Notice>
        )}
      </main>
    </>
  );
}
