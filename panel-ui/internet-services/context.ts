/** What every page needs, handed down once. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { AgentStatus, JobSummary, Language } from '../../src/core/index.ts';
import type { ApiError, Client } from '../shared/client.ts';
import type { Session } from '../shared/endpoints-access.ts';
import type { Connection } from '../shared/events.ts';
import type { Formats } from '../shared/language.ts';
import type { Store } from '../shared/store.ts';
import type { SettingTexts, Texts } from './texts/types.ts';

/** What kind of message it is; as the shared notice. */
export type Tone = 'info' | 'good' | 'warning' | 'error';

/** The running page. */
export interface App {
  readonly client: Client;
  readonly texts: Texts;
  readonly settingTexts: SettingTexts;
  readonly formats: Formats;
  readonly language: Language;
  readonly chooseLanguage: (language: Language) => void;
  /** undefined until the first event came. */
  readonly status: AgentStatus | undefined;
  readonly connection: Connection;
  /** The job that changed last. */
  readonly lastJob: Store<JobSummary | undefined>;
  /** Says something for some seconds, to screen readers too. */
  readonly notify: (tone: Tone, text: string) => void;
  readonly logOut: () => void;
  /** The log-in goes on under another cookie. */
  readonly replaceSession: (session: Session) => void;
  /** Asks who one is anew: the log-in is over, or the device is nobody's any more. */
  readonly endSession: () => void;
  /** The device was emptied: the log-in is over, and its doors go back to where they were when it was delivered. */
  readonly leaveEmptied: () => void;
}

/** Set by `app.tsx`. */
export const AppContext = createContext<App | undefined>(undefined);

/** The running page. @throws Error outside of it */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error('drawn outside of the page');
  return app;
}

/** The sentence for an error, in the language of the page as far as there is one; the daemon's own sentence otherwise. */
export function errorSentence({ shell }: Pick<Texts, 'shell'>, error: ApiError): string {
  if (error.code === 'connection-lost') return shell.errors.offline;
  if (error.status === 401) return shell.errors.session;
  if (error.status === 404 && error.code.startsWith('http-')) return shell.errors.missing;
  if (error.code === 'not-implemented') return shell.errors.missing;
  const hint = error.details['hint'];
  const sentence = error.message === '' ? error.code : error.message;
  return typeof hint === 'string' && !sentence.includes(hint) ? `${sentence} ${hint}` : sentence;
}
