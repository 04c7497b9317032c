/**
 * What the API asks of the agent: the rooms, joined by the composition root. Every act names who did it (T57).
 */
import type { Access, Session } from '../access/index.ts';
import type { AddressBook } from '../addressbook/index.ts';
import type { Audit } from '../audit/index.ts';
import type { AccountState, AgentEvent, AgentStatus, JobSummary, Language, SignInState } from '../core/index.ts';
import type { Guidance } from '../guidance/index.ts';
import type { ClientSummary } from '../intake/index.ts';
import type { LcdPanel } from '../panel/index.ts';
import type { Scans } from '../scan/index.ts';
import type { ChangePlan } from '../settings/index.ts';
import type { Ticket, Tickets } from '../ticket/index.ts';
import type { Maintenance } from './maintenance.ts';

/** Which way a call came in; the rules of design 6.6 depend on it. */
export type CallDoor = 'panel' | 'web' | 'cli';

/** Who asks. The door vouches for it: file permissions on the Unix socket, a log-in on the web. */
export interface Caller {
  /** Name for log and records, at most 64 printable characters. */
  readonly by: string;
  readonly door: CallDoor;
  readonly role: Role;
  /** Of a browser that was let in; its event streams end with it. */
  readonly session?: Pick<Session, 'id' | 'csrfToken' | 'ended'> | undefined;
  /** Network address, on the web. */
  readonly address?: string | undefined;
}

/** nobody: has not logged in. walk-up: a person in front of the panel. administrator: everything. */
export type Role = 'nobody' | 'walk-up' | 'administrator';

/** A change of settings as a door sends it. */
export interface SettingsChange {
  /** By path, `service.cloud`; values as JSON. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** Codes of the consequences the person has been shown and accepted. */
  readonly accept: readonly string[];
}

/** The door for printers on the network, as an administrator sees it. */
export interface LanDoor {
  readonly isEnabled: boolean;
  /** A password is stored for the present user name. */
  readonly hasPassword: boolean;
  readonly listeners: AgentStatus['listeners'];
  /** What printers are shown; none before the first start with the door open. */
  readonly certificates: readonly {
    readonly fingerprint: string;
    readonly keyType: string;
    readonly names: readonly string[];
    readonly validTo: string;
    readonly pem: string;
  }[];
}

/** The page for the technician's phone, if it is switched on. */
export interface PhonePage {
  /** Its address while a code is shown; a secret of this sign-in. */
  link(): Promise<{ readonly url: string } | undefined>;
  /** What stands on it. A wrong key, another sign-in's and none at all look the same. */
  view(key: string): PhoneView;
}

/** wait: a new code is being asked for. over: nothing is to be seen here any more. */
export type PhoneView =
  | { readonly step: 'wait' | 'over' }
  | ({ readonly step: 'code' } & Pick<
      Extract<SignInState, { readonly step: 'code' }>,
      'userCode' | 'verificationUri' | 'isKnownHost' | 'expiresAtMs'
    >);

export interface Agent {
  /** Who may come in by a browser. */
  readonly access: Access;
  /** Who did what. */
  readonly audit: Audit;
  /** What the device is, and what keeps it going. */
  readonly maintenance: Maintenance;
  /** Scans and messages from firmware and programs of this device. */
  readonly tickets: Tickets;
  /** Scanners and what is being scanned. */
  readonly scans: Scans<Ticket>;
  /** Who scans are sent to. */
  readonly addressBook: AddressBook;
  /** The panel of a device with a character display. */
  readonly lcdPanel: LcdPanel;
  /** Of this device's panel (`panel.language`): what is said to those who ask for no language. */
  language(): Language;
  /** Its sentence is English; the API says it in the language of the request. */
  status(): AgentStatus;
  /** Starts what was held back because the agent died again and again; nothing to do if nothing is. */
  leaveSafeMode(caller: Caller): Promise<AgentStatus>;
  /** Everything that happens, as it happens. Returns the function that ends it. */
  subscribe(listener: (event: AgentEvent) => void): () => void;

  signInState(): SignInState;
  /** The code on the technician's phone. */
  readonly phonePage: PhonePage;
  /** `https://192.0.2.7:8443`, where browsers find the web pages; undefined while they are closed. */
  webUrl(): Promise<string | undefined>;
  /** Starts a sign-in, or asks for a new code. @throws MailError `sign-in-too-often`, `client-id-missing`, ... */
  beginSignIn(caller: Caller, options?: { readonly isFresh?: boolean | undefined }): Promise<SignInState>;
  confirmSignIn(caller: Caller): Promise<SignInState>;
  cancelSignIn(caller: Caller): Promise<SignInState>;

  account(): AccountState;
  signOut(caller: Caller): Promise<AccountState>;
  /** The one act that mends a UPN mismatch: the device e-mail address becomes the UPN. */
  useUpn(caller: Caller): Promise<AgentStatus>;
  /** @throws MailError `client-id-missing`, `client-id-malformed` */
  consentLink(language?: Language): { readonly url: string; readonly sentence: string };

  jobs(): readonly JobSummary[];
  /** One of them. @throws MailError `job-not-found` */
  jobSummary(queueId: string): JobSummary;
  /** @throws MailError `job-not-found` */
  job(
    queueId: string,
    language?: Language,
  ): Promise<{
    readonly job: JobSummary;
    readonly headerBlock?: string | undefined;
    readonly guidance?: Guidance | undefined;
  }>;
  retryJob(queueId: string, caller: Caller): Promise<JobSummary>;
  releaseJob(queueId: string, caller: Caller): Promise<JobSummary>;
  holdJob(queueId: string, caller: Caller): Promise<JobSummary>;
  deleteJob(queueId: string, caller: Caller): Promise<JobSummary>;
  /** Queues a small test mail from the device address. */
  sendTest(to: string, caller: Caller): Promise<JobSummary>;

  settings(): {
    readonly settings: Readonly<Record<string, unknown>>;
    readonly effective: Readonly<Record<string, unknown>>;
    readonly health: { readonly ok: boolean; readonly why?: string | undefined };
  };
  settingsSchema(): Promise<{
    readonly schema: Readonly<Record<string, unknown>>;
    readonly fields: readonly unknown[];
  }>;
  /** Is one stored, and can it still be opened? The password itself never leaves the device. */
  hasProxyPassword(): Promise<boolean>;
  previewSettings(change: SettingsChange, caller: Caller): Promise<ChangePlan>;
  changeSettings(change: SettingsChange, caller: Caller): Promise<ChangePlan>;
  exportSettings(): Promise<string>;
  importSettings(text: string, accept: readonly string[], caller: Caller): Promise<ChangePlan>;
  setProxyPassword(value: string, caller: Caller): Promise<void>;

  /** Clients of the SMTP listeners since the start, most recently seen first. */
  clients(): readonly ClientSummary[];
  /** The last dialogue with an address, as text without secrets. @throws MailError `client-unknown` */
  clientDialogue(address: string): string;
  /** The door for printers on the network. */
  lan(): Promise<LanDoor>;
  /** '' removes it. @throws MailError `settings-invalid` without a user name */
  setLanPassword(value: string, caller: Caller): Promise<void>;

  /** @param question a catalogue code, guidance id, or AADSTS number as read from the phone */
  explain(
    question: { readonly code?: string | undefined; readonly aadsts?: number | undefined },
    language?: Language,
  ): Guidance;
  /** Destroys keys, account and spool. @param confirmWaitingJobs must equal the number of waiting jobs (a person has seen it) */
  decommission(confirmWaitingJobs: number, caller: Caller): Promise<void>;
}
