import type { Glance, HoldReason, Lamp } from '../../core/index.ts';

/** Every word of the panel in one language. Titles fit the smallest display: at most 20 columns where it says so. */
export interface PanelTexts {
  /** The lamp as a word, between parentheses. */
  readonly lamps: Readonly<Record<Lamp, string>>;
  /** Headline of each glance, at most 20 columns. */
  readonly glanceTitles: Readonly<Record<Glance, string>>;
  /** Headlines of a sign-in that failed, at most 20 columns. */
  readonly notSignedIn: string;
  readonly signedInNotReady: string;
  /** Why scans wait for a person, to follow `held`. */
  readonly holdWords: Readonly<Record<HoldReason, string>>;

  // The queue and what stands below every screen
  readonly queue: (words: string) => string;
  readonly queueStates: Readonly<Record<'waiting' | 'sending' | 'held' | 'failed', (count: number) => string>>;
  readonly queueEmpty: string;
  /** Between two of them. */
  readonly listComma: string;
  readonly held: (why: string) => string;
  readonly slowedDown: (countdown: string) => string;
  readonly storage: (state: string, why: string | undefined) => string;
  readonly storageStates: Readonly<Record<'ok' | 'degraded' | 'full' | 'unavailable', string>>;
  readonly sharedMailbox: (address: string, delegate: string | undefined) => string;
  readonly readyAs: (upn: string, address: string) => string;

  // Labels, at most 17 columns
  readonly account: string;
  readonly deviceAddress: string;
  readonly mailServer: string;
  readonly noConnection: string;
  readonly signedIn: string;
  readonly signedInAs: string;
  readonly mailGoesOutAs: string;
  readonly untilNow: string;
  readonly tenant: string;

  // The sign-in. Titles at most 40 columns, those of the small display at most 20.
  readonly signIn: string;
  readonly codeHasExpired: string;
  readonly useThisMailbox: string;
  readonly tryingTheMailbox: string;
  readonly signInEnded: string;
  readonly addressesDiffer: string;
  readonly askingForCode: string;
  readonly codeNotTyped: string;
  readonly unknownHost: string;
  readonly openAddress: string;
  readonly typeTheCode: string;
  readonly signInWithScanMailbox: string;
  readonly signInForShared: (address: string) => string;
  readonly signInWith: (address: string) => string;
  readonly youAllowTheApp: string;
  /** Below the address, where a QR code would be. */
  readonly noRoomForQr: string;
  /** What is allowed, from `scopes`. */
  readonly grants: (words: readonly string[]) => string;
  readonly scopes: Readonly<Record<'send' | 'stay' | 'know', string>>;
  readonly trouble: (words: string) => string;
  readonly nothingSentUntilAgree: string;
  readonly useThisMailboxOf: (upn: string) => string;
  readonly onlyIfYourself: string;
  readonly askingServer: (host: string) => string;
  readonly unknown: string;
  readonly bothTheSame: string;
  readonly whatMends: (upn: string) => string;
  readonly ended: (code: string) => string;
  readonly detail: (words: string) => string;
  readonly number: (number: string) => string;
  readonly whatDidThePhoneShow: string;
  readonly lookNumberUp: string;
  readonly stillHolds: (upn: string) => string;

  // Advice, as the CLI prints it
  readonly whatToDo: string;
  readonly toSupport: string;

  /** What the terminal asks and answers below the panel; the letters y and n stay what they are. */
  readonly questions: {
    readonly newCode: string;
    readonly useUpn: string;
    readonly yesOrNo: string;
    readonly notUsed: string;
    readonly sentFrom: (address: string) => string;
    /** A command follows. */
    readonly numberOnPhone: string;
  };

  // The small display
  readonly lcdAskingForCode: string;
  readonly lcdCodeExpired: string;
  readonly lcdStartAgain: string;
  readonly lcdUnknownHost: string;
  readonly lcdSharedMailbox: (address: string) => string;
  readonly lcdUseUpn: string;
  /** What its menu and keys say: headline and items at most 19 columns (a mark stands before them), keys at most 10. */
  readonly lcdMenu: string;
  readonly lcdMenuItems: Readonly<
    Record<'sign-in' | 'new-code' | 'cancel' | 'confirm' | 'use-upn' | 'send-now' | 'test-mail' | 'information', string>
  >;
  readonly lcdKeys: Readonly<Record<'menu' | 'select' | 'yes' | 'no' | 'back' | 'up' | 'down', string>>;
  readonly lcdSendNow: (count: number) => string;
  readonly lcdTestMail: (address: string) => string;
  readonly lcdVersion: string;
  readonly lcdScansGoTo: string;
}
