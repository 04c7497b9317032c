/** Internet Services as a whole: who is there, what the device says, which page is drawn. */
import type { ComponentType } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AgentStatus, JobSummary, Language } from '../../src/core/index.ts';
import { createClient } from '../shared/client.ts';
import { Empty, SharedWords } from '../shared/components/index.ts';
import type { Session } from '../shared/endpoints-access.ts';
import { connectEvents, type Connection } from '../shared/events.ts';
import { formatsOf } from '../shared/language.ts';
import { createStore, useLoad, useStore, type Store } from '../shared/store.ts';
import type { SharedTexts } from '../shared/texts/texts.ts';
import { LoadView } from './components/parts.tsx';
import { AppContext, useApp, type App, type Tone } from './context.ts';
import { movedTo, type Moved } from './form/moved.ts';
import { Content, Crumbs, Head, Menu, MenuOverview, Messages, type Message } from './frame.tsx';
import { placeOf, type PageId, type Place } from './pages.ts';
import { AddressBookPage } from './pages/address-book.tsx';
import { CodePage } from './pages/code.tsx';
import { DevicePage } from './pages/device.tsx';
import { ClaimPage, LoginPage } from './pages/entrance.tsx';
import { HomePage } from './pages/home.tsx';
import { JobsPage } from './pages/jobs.tsx';
import { MaintenancePage } from './pages/maintenance.tsx';
import { MovedPage } from './pages/moved.tsx';
import { DnsPage, ProxyPage } from './pages/network.tsx';
import { ClientsPage, LanPage } from './pages/printers.tsx';
import { AccessPage, AuditPage, AuthoritiesPage, CertificatePage } from './pages/security.tsx';
import { SenderPage } from './pages/sender.tsx';
import { SmtpPage } from './pages/smtp.tsx';
import { AboutPage, GuidancePage, LogPage, OtherSettingsPage } from './pages/system.tsx';
import type { LanguagePack } from './texts/types.ts';

/** What a page is told of its address. */
interface PageProps {
  /** What follows its path. */
  readonly argument: string;
  /** What follows `?`. */
  readonly query: string;
}

const drawers: Readonly<Record<PageId, ComponentType<PageProps>>> = {
  'home': HomePage,
  'sender-address': SenderPage,
  'address-book': AddressBookPage,
  'jobs': JobsPage,
  'guidance': GuidancePage,
  'smtp': SmtpPage,
  'smtp-code': CodePage,
  'proxy': ProxyPage,
  'dns': DnsPage,
  'lan': LanPage,
  'clients': ClientsPage,
  'access': AccessPage,
  'certificate': CertificatePage,
  'authorities': AuthoritiesPage,
  'audit': AuditPage,
  'device-details': DevicePage,
  'other-settings': OtherSettingsPage,
  'log': LogPage,
  'maintenance': MaintenancePage,
  'about': AboutPage,
};

/** What a language brings along, shared words included. */
export type Words = LanguagePack & { readonly shared: SharedTexts };

/** What `main.tsx` starts the page with. */
export interface AppProps {
  readonly route: Store<string>;
  readonly language: Language;
  readonly words: Words;
  readonly loadWords: (language: Language) => Promise<Words>;
}

/** How often a page without a stream asks whether its log-in still holds, in milliseconds. */
const sessionCheckMs = 2500;

/** How long a message stays, in milliseconds. */
const messageMs = 6000;

/** The page from the log-in on. */
export function InternetServices(props: AppProps) {
  const [spoken, setSpoken] = useState({ language: props.language, words: props.words });
  const language = useRef(props.language);
  const session = useRef<Session | undefined>(undefined);
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
  };
  const gate = useLoad(
    async (signal) => {
      if (session.current?.state === 'signed-in') return session.current;
      const reply = await client.call('GET /v1/session', { signal });
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
          <Inside route={props.route} />
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

function Inside(props: { readonly route: Store<string> }) {
  const path = useStore(props.route);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [bare = '', query = ''] = path.split('?');
  const place = placeOf(bare);
  const visited = useRef({ path, isAnother: false });
  if (visited.current.path !== path) visited.current = { path, isAnother: true };
  useEffect(() => setMenuOpen(false), [path]);
  return (
    <>
      <Head isLoggedIn onMenu={() => setMenuOpen(!isMenuOpen)} isMenuOpen={isMenuOpen} />
      <div class="body">
        <Menu place={place} isOpen={isMenuOpen} />
        <Page
          key={bare.split('/').slice(0, 4).join('/')}
          place={place}
          query={query}
          takesFocus={visited.current.isAnother}
        />
      </div>
    </>
  );
}

function Page(props: { readonly place: Place; readonly query: string; readonly takesFocus: boolean }) {
  const { texts: app } = useApp();
  const { place, takesFocus } = props;
  const title =
    place.kind === 'page'
      ? app.nav[place.page.title]
      : place.kind === 'menu'
        ? app.nav[place.menu]
        : app.shell.pageNotFound;
  useEffect(() => {
    document.title = `${title} – ${app.shell.product}`;
  }, [title, app]);
  switch (place.kind) {
    case 'page': {
      const Drawer = drawers[place.page.id];
      return (
        <Content
          title={title}
          takesFocus={takesFocus}
          crumbs={<Crumbs above={place.page.above} here={place.page.title} />}
        >
          <Drawer argument={place.argument} query={props.query} />
        </Content>
      );
    }
    case 'menu':
      return (
        <Content title={title} takesFocus={takesFocus}>
          <MenuOverview entries={place.entries} />
        </Content>
      );
    case 'unknown':
      return (
        <Content title={title} takesFocus={takesFocus}>
          <Empty action={<a href="#/home">{app.shell.toHome}</a>}>{app.shell.pageNotFound}</Empty>
        </Content>
      );
  }
}
