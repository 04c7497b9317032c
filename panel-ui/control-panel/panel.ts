/** What all views of the control panel share: the daemon's picture, the words, who stands in front, the scan in the making. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type {
  AgentStatus,
  JobSummary,
  Language,
  ScannerDescription,
  ScannerSummary,
  ScanSummary,
} from '../../src/core/index.ts';
import { languageOf } from '../../src/core/language.ts';
import { watchAttention } from '../shared/attention.ts';
import { ApiError, createClient, type Client } from '../shared/client.ts';
import type { Session } from '../shared/endpoints-access.ts';
import { connectEvents, type Connection } from '../shared/events.ts';
import { formatsOf, textSource, type Formats } from '../shared/language.ts';
import { followRoute, goTo } from '../shared/route.ts';
import { createStore, useAct, useStore, type Act, type Store } from '../shared/store.ts';
import { reloadIfOther } from '../shared/own-version.ts';
import { isSessionOpen } from './glance.ts';
import { followPort, onIdle, remember, remembered } from './page-life.ts';
import { createReEntry } from './re-entry.ts';
import { requestingUserOf } from './requesting-user.ts';
import { emptyDraft, type ScanDraft } from './scan-draft.ts';
import { type Texts } from './texts/texts.ts';

/** The words of the present language, and how it writes numbers. */
export interface Words {
  readonly language: Language;
  readonly texts: Texts;
  readonly formats: Formats;
}

/** A job of the person in front, from Send to its end: the only job a walk-up person sees. */
export interface OwnJob {
  readonly key: string;
  readonly queueId: string;
  readonly pages: number;
}

/** The scanners there were, what the chosen one offers, and when that was asked, by `performance.now()`. */
export interface FoundScanner {
  readonly atMs: number;
  readonly scanners: readonly ScannerSummary[];
  readonly scanner: ScannerDescription | undefined;
}

/** Code of an act that a person broke off at the PIN: nothing to be told about. */
const pinCancelled = 'pin-cancelled';

/** The door gives an administrator five minutes (contract of the panel door). */
const unlockMs = 5 * 60_000;
/** By then the first screen has been drawn. */
const quietMs = 1500;
/** How often a page without a line asks whether there is an agent again, and whether it knows the page. */
const lostCheckMs = 2500;

const loadTexts = textSource<Texts>({
  'en': () => import('./texts/en.ts'),
  'zh-CN': () => import('./texts/zh-cn.ts'),
  'zh-TW': () => import('./texts/zh-tw.ts'),
  'ja': () => import('./texts/ja.ts'),
});

/** The state of the panel and what can be done with it. */
export interface Panel {
  readonly client: Client;
  /** Address of the person who logged in at the device, if the firmware said so. */
  readonly requestingUser: Store<string | undefined>;
  readonly route: Store<string>;
  readonly status: Store<AgentStatus | undefined>;
  readonly connection: Store<Connection>;
  /** Who this browser is to the door; undefined until it has said so. */
  readonly session: Store<Session | undefined>;
  readonly words: Store<Words | undefined>;
  /** The last job event; administrators only hear them. */
  readonly job: Store<JobSummary | undefined>;
  readonly scan: Store<ScanSummary | undefined>;
  readonly draft: Store<ScanDraft>;
  /** What was found when last asked: looking for scanners may take seconds, going back and forth must not. */
  readonly foundScanner: Store<FoundScanner | undefined>;
  readonly ownJob: Store<OwnJob | undefined>;
  /** Wall clock until which this panel is an administrator's; 0: it is not. */
  readonly unlockedUntilMs: Store<number>;
  /** Set while a PIN is asked for; called with whether it was given. */
  readonly pinQuestion: Store<((isGiven: boolean) => void) | undefined>;
  speak(language: Language): Promise<void>;
  /** Does what only administrators may: asks for the PIN if the daemon wants it. */
  asAdministrator<Result>(act: () => Promise<Result>): Promise<Result>;
  unlock(pin: string): Promise<void>;
  lock(): Promise<void>;
}

/** Provided by the page. */
export const PanelContext = createContext<Panel | undefined>(undefined);

/** The panel. @throws Error outside of the page */
export function usePanel(): Panel {
  const panel = useContext(PanelContext);
  if (panel === undefined) throw new Error('no panel');
  return panel;
}

/**
 * An act that may want the PIN: the daemon says so, the panel asks, and it is done again. Who gives none has changed their mind;
 * that is no error.
 */
export function useGuardedAct<Args extends readonly unknown[]>(act: (...args: Args) => Promise<unknown>): Act<Args> {
  const panel = usePanel();
  const one = useAct((...args: Args) => panel.asAdministrator(() => act(...args)));
  return one.error?.code === pinCancelled ? { ...one, error: undefined } : one;
}

/** The words. @throws Error before they are loaded: the page draws nothing then */
export function useWords(): Words {
  const words = useStore(usePanel().words);
  if (words === undefined) throw new Error('no words');
  return words;
}

/**
 * Starts everything that lives as long as the page.
 * @param script address of the page's own script
 */
export function createPanel(script: string): Panel {
  /** Chosen by the person in front; undefined: the device's. */
  let chosen: Language | undefined;
  /** As set on the device. A stream cannot ask for it: the browser adds its maker's language to every request. */
  let ofDevice: Language | undefined;
  const requestingUser = createStore(requestingUserOf(window.location.hash));
  if (requestingUser.get() !== undefined) goTo('/', { replace: true });
  const route = followRoute(window);
  const status = createStore<AgentStatus | undefined>(undefined);
  const connection = createStore<Connection>('connecting');
  const words = createStore<Words | undefined>(undefined);
  const job = createStore<JobSummary | undefined>(undefined);
  const scan = createStore<ScanSummary | undefined>(undefined);
  const draft = createStore<ScanDraft>(emptyDraft);
  const foundScanner = createStore<FoundScanner | undefined>(undefined);
  const ownJob = createStore<OwnJob | undefined>(undefined);
  const unlockedUntilMs = createStore(0);
  const pinQuestion = createStore<((isGiven: boolean) => void) | undefined>(undefined);
  const session = createStore<Session | undefined>(undefined);
  const client = createClient({
    isAttended: watchAttention(window),
    fetch: (...args) => fetch(...args),
    language: () => chosen,
    csrfToken: () => session.get()?.csrfToken,
  });
  const use = async (language: Language) => {
    if (words.get()?.language === language) return;
    const texts = await loadTexts(language);
    document.documentElement.lang = language;
    document.title = texts.deviceName;
    words.set({ language, texts, formats: formatsOf(language) });
  };
  // The words of last time come beside the first answer instead of after it; if they are others', nothing is lost.
  const likely = languageOf(remembered()) ?? 'en';
  void loadTexts(likely).catch(() => undefined);
  const askDeviceLanguage = async () => {
    const picture = await client.call('GET /v1/status');
    ofDevice = picture.deviceLanguage;
    remember(ofDevice);
    status.set(picture);
    await use(chosen ?? ofDevice);
  };
  /** An administrator gave the device another language: said at once, but not to a person who chose their own. */
  const followLanguage = async ({ deviceLanguage }: AgentStatus) => {
    if (deviceLanguage === ofDevice) return;
    ofDevice = deviceLanguage;
    remember(ofDevice);
    if (chosen !== undefined) return;
    await use(ofDevice);
    events.reopen();
  };
  /** As the device speaks: at the start, and after somebody who had chosen another language. */
  const greet = () =>
    askDeviceLanguage().then(
      () => events.reopen(),
      () => undefined,
    );
  const first = askDeviceLanguage();
  const reEntry = createReEntry(client, window.location.host);
  const askSession = async () => {
    let next = await client.call('GET /v1/session');
    // Another start of the agent has other sessions: this page shows that it is the one of before.
    if (next.role === undefined && (await reEntry.comeIn().catch(() => false))) {
      next = await client.call('GET /v1/session');
      events.reopen();
    }
    session.set(next);
    if (next.role !== 'administrator') unlockedUntilMs.set(0);
    else if (unlockedUntilMs.get() === 0) unlockedUntilMs.set(Date.now() + unlockMs);
    // Not beside the first screen.
    if (next.role !== undefined) window.setTimeout(() => void reEntry.prepare().catch(() => undefined), quietMs);
  };
  /** At each connection, and again and again while there is none. */
  const lookAround = () => {
    askSession().catch(() => undefined);
  };
  const events = connectEvents({
    first,
    open: (url) => new EventSource(url),
    language: () => chosen ?? ofDevice,
    after: (waitMs, act) => {
      const timer = window.setTimeout(act, waitMs);
      return () => window.clearTimeout(timer);
    },
    listeners: {
      status: (next) => {
        followPort(status.get(), next);
        status.set(next);
        void followLanguage(next).catch(() => undefined);
      },
      job: (next) => job.set(next),
      scan: (next) => {
        if (scan.get()?.id === next.id) scan.set(next);
      },
      connection: (next) => {
        const before = connection.get();
        connection.set(next);
        if (next === 'connecting') return;
        lookAround();
        if (next === 'open' && before === 'lost') reloadIfOther(script).catch(() => undefined);
        if (next === 'open' && ofDevice === undefined) void greet();
        // Before the first picture nobody knows the device's language; something must be said all the same.
        if (next === 'lost')
          void use(words.get()?.language ?? languageOf(navigator.language) ?? 'en').catch(() => undefined);
      },
    },
  });
  const lockHere = () => {
    if (unlockedUntilMs.get() === 0) return;
    unlockedUntilMs.set(0);
    events.reopen();
  };
  const lock = async () => {
    lockHere();
    session.set(await client.call('POST /v1/panel/lock'));
  };
  /** Also what another window of this browser left open; not for nothing: each lock is a line of the audit list. */
  const lockForgotten = async () => {
    if (unlockedUntilMs.get() === 0) await askSession();
    if (unlockedUntilMs.get() > 0) await lock();
  };
  let asked: Promise<boolean> | undefined;
  /** One question, however many acts wait for the PIN. */
  const askPin = () =>
    (asked ??= new Promise<boolean>((resolve) => pinQuestion.set(() => resolve)).finally(() => {
      asked = undefined;
      pinQuestion.set(undefined);
    }));
  const panel: Panel = {
    client,
    requestingUser,
    route,
    status,
    connection,
    session,
    words,
    job,
    scan,
    draft,
    foundScanner,
    ownJob,
    unlockedUntilMs,
    pinQuestion,
    speak: async (language) => {
      await use(language);
      // Back to the device's own is no choice: it may be given another.
      chosen = language === ofDevice ? undefined : language;
      events.reopen();
    },
    asAdministrator: async (act) => {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof ApiError) || !['client-not-allowed', 'pin-needed'].includes(error.code)) throw error;
      }
      lockHere();
      if (!(await askPin())) throw new ApiError(pinCancelled, '', {}, 0);
      return act();
    },
    unlock: async (pin) => {
      session.set(await client.call('POST /v1/panel/unlock', { body: { pin } }));
      unlockedUntilMs.set(Date.now() + unlockMs);
      // The stream tells an administrator more.
      events.reopen();
    },
    lock,
  };
  onIdle(() => {
    const picture = status.get();
    // A technician looks at the phone, not at the panel.
    if (picture !== undefined && isSessionOpen(picture) && route.get().startsWith('/sign-in')) return;
    if (scan.get()?.state === 'scanning') return;
    requestingUser.set(undefined);
    draft.set(emptyDraft);
    ownJob.set(undefined);
    scan.set(undefined);
    pinQuestion.get()?.(false);
    chosen = undefined;
    void lockForgotten().catch(() => undefined);
    void greet();
    goTo('/', { replace: true });
  });
  window.setInterval(() => {
    if (connection.get() === 'lost') lookAround();
  }, lostCheckMs);
  // The door forgets an administrator by itself.
  window.setInterval(() => {
    const untilMs = unlockedUntilMs.get();
    if (untilMs > 0 && Date.now() > untilMs) lockHere();
  }, 1000);
  return panel;
}
