import { type Language } from '../../core/index.ts';
import { type GuidanceId } from '../entries.ts';
import { type FillInNames, type PortalPaths } from '../placeholders.ts';
import { type GuidanceText } from '../types.ts';

/** Everything one language brings. */
export interface LanguageTexts {
  readonly language: Language;
  readonly texts: Readonly<Record<GuidanceId, GuidanceText>>;
  readonly fillIn: FillInNames;
  /** Menus of the portals as they are called in this language; English without them. */
  readonly paths?: PortalPaths;
  /** What stands for `{again}`: in a paragraph, and as a line of the panel (at most 40 characters). */
  readonly again: {
    /** The machine goes on alone. */
    readonly byItself: { readonly sentence: string; readonly panel: string };
    /** A sign-in has ended with it: a person must start it again. */
    readonly bySignIn: { readonly sentence: string; readonly panel: string };
  };
  /** What to send to support about an answer nobody knows: a sentence, and the names of what follows it. */
  readonly support: {
    readonly intro: string;
    readonly message: string;
    readonly time: string;
    readonly number: string;
    readonly answer: string;
  };
  readonly sentences: StatusSentences;
  /** Sentences of the daemon's rooms, from English; undefined: they are said in it. */
  readonly say?: (english: string) => string;
}

/** The sentence beside the lamp while nothing is wrong; what is wrong is said by the title of its entry. */
export interface StatusSentences {
  /** Stands for the account while there is none. */
  readonly nobody: string;
  /** A title as a sentence of its own. */
  readonly wrong: (title: string) => string;
  readonly attention: string;
  readonly ready: (upn: string, deviceEmailAddress: string, isSharedMailbox: boolean) => string;
  readonly relayOnly: (host: string) => string;
  readonly starting: string;
  readonly code: string;
  readonly confirm: (upn: string) => string;
  /** @param trouble title of what got in the way last */
  readonly proving: (upn: string, trouble: string | undefined) => string;
  readonly unproven: (upn: string) => string;
}
