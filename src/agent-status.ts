/** The one picture of the agent, composed from what the rooms say. Pure: `test/agent-status.test.ts` is a table. */
import {
  isFinished,
  type AccountState,
  type AgentStatus,
  type Glance,
  type HoldReason,
  type JobSummary,
  type Lamp,
  type SignInState,
} from './core/index.ts';
import { guidanceEntries, isGuidanceId, lookUpPhoneNumber, statusSentence, type GuidanceId } from './guidance/index.ts';

/** What the rooms say at this moment. */
export interface StatusParts {
  readonly version: string;
  readonly deviceLanguage: AgentStatus['deviceLanguage'];
  readonly provider: AgentStatus['provider'];
  readonly cloud: string;
  readonly deviceEmailAddress: string;
  readonly isSharedMailbox: boolean;
  /** Nothing is sent, because the agent died again and again. */
  readonly isSafeMode?: boolean | undefined;
  /** Catalogue code of what is missing or contradictory in the settings, if anything. */
  readonly settingsTrouble: string | undefined;
  readonly account: AccountState;
  readonly signIn: SignInState;
  /** From the sender rule: may mail leave for this account at all? */
  readonly isUpnMismatch: boolean;
  readonly smarthost: AgentStatus['smarthost'];
  /** Milliseconds since the first of the failed connections in a row; undefined while it works. */
  readonly unreachableForMs: number | undefined;
  readonly relayHold: HoldReason | undefined;
  /** Catalogue code behind it, if there is a more exact one. */
  readonly relayHoldCode?: string | undefined;
  readonly slowedUntilMs: number | undefined;
  readonly jobs: readonly JobSummary[];
  readonly storage: AgentStatus['storage'];
  readonly listeners: AgentStatus['listeners'];
  readonly warnings?: readonly string[] | undefined;
}

/** A connection that fails for less than this is not worth a word on the panel (F30). */
export const offlineAfterMs = 120_000;

export function composeStatus(parts: StatusParts): AgentStatus {
  const { glance, cause } = glanceOf(parts);
  const guidanceId = cause === undefined || isGuidanceId(cause) ? cause : 'internal';
  const count = (state: JobSummary['state']) => parts.jobs.filter((job) => job.state === state).length;
  const open = parts.jobs.filter((job) => !isFinished(job.state));
  // A hold nobody's scan waits for is said by the glance; below the queue's figures it would only puzzle.
  const isAnyKept = open.some((job) => job.state !== 'sending');
  const holdReason = isAnyKept ? (parts.relayHold ?? open.find((job) => job.hold)?.hold?.reason) : undefined;
  return {
    version: parts.version,
    glance,
    lamp: lampOf(glance),
    sentence: statusSentence({ ...parts, glance, guidanceId }),
    ...(guidanceId === undefined ? {} : { guidanceId }),
    deviceLanguage: parts.deviceLanguage,
    provider: parts.provider,
    cloud: parts.cloud,
    deviceEmailAddress: parts.deviceEmailAddress,
    isSharedMailbox: parts.isSharedMailbox,
    account: parts.account,
    signIn: parts.signIn,
    smarthost: parts.smarthost,
    queue: {
      // A hold of the whole queue leaves the jobs' own records alone; people still call those jobs held.
      waiting: parts.relayHold ? 0 : count('waiting'),
      sending: count('sending'),
      held: count('held') + (parts.relayHold ? count('waiting') : 0),
      failed: count('failed'),
      bytes: open.reduce((sum, job) => sum + job.bodyBytes, 0),
      holdReason,
      slowedUntilMs: parts.slowedUntilMs,
    },
    storage: parts.storage,
    listeners: parts.listeners,
    ...(parts.warnings === undefined || parts.warnings.length === 0 ? {} : { warnings: parts.warnings }),
  };
}

/** What matters most comes first: one lamp, one sentence. */
function glanceOf(parts: StatusParts): { readonly glance: Glance; readonly cause?: string | undefined } {
  if (parts.storage.state === 'unavailable')
    return { glance: 'storage', cause: known(parts.storage.why, 'spool-unavailable') };
  if (parts.isSafeMode === true) return { glance: 'held', cause: 'safe-mode' };
  if (parts.settingsTrouble !== undefined) return { glance: 'not-set-up', cause: parts.settingsTrouble };
  const isOffline = parts.unreachableForMs !== undefined && parts.unreachableForMs >= offlineAfterMs;
  if (parts.provider === 'exchange-online') {
    if (['starting', 'code', 'confirm', 'proving'].includes(parts.signIn.step)) return { glance: 'signing-in' };
    if (parts.account.status === 'none') return { glance: 'sign-in-needed', cause: 'sign-in-needed' };
    if (parts.account.status === 'sign-in-needed')
      return { glance: 'sign-in-needed', cause: exactly(parts) ?? 'sign-in-needed' };
    if (parts.isUpnMismatch) return { glance: 'upn-mismatch', cause: 'upn-mismatch' };
    // Refused at the proof, before any scan: the next one would be held for it.
    if (parts.account.status === 'unproven' && parts.account.code !== undefined)
      return { glance: 'held', cause: exactly(parts) };
  }
  if (parts.relayHold) return { glance: 'held', cause: parts.relayHoldCode ?? parts.relayHold };
  if (isOffline) return { glance: 'offline', cause: offlineCause(parts.jobs) };
  if (parts.storage.state !== 'ok')
    return {
      glance: 'storage',
      cause: known(parts.storage.why, parts.storage.state === 'full' ? 'queue-full' : 'storage-degraded'),
    };
  if (parts.provider === 'unspecified') return { glance: 'relay-only' };
  return parts.account.status === 'unproven' ? { glance: 'signing-in' } : { glance: 'ready' };
}

/** What is wrong with the account: its number, or the entry of the hold it made, tells more than its code. */
function exactly({ account, relayHoldCode }: StatusParts): string | undefined {
  const { code, aadsts } = account;
  const byNumber = aadsts === undefined ? undefined : lookUpPhoneNumber(aadsts);
  if (byNumber !== undefined) return byNumber;
  const isOfHold =
    relayHoldCode !== undefined && isGuidanceId(relayHoldCode) && guidanceEntries[relayHoldCode].code === code;
  return isOfHold ? relayHoldCode : code;
}

/** What the last attempt met: "no connection" would send nobody to a certificate or to the clock. */
function offlineCause(jobs: readonly JobSummary[]): GuidanceId {
  const replies = jobs.flatMap((job) => (job.state === 'waiting' && job.lastReply ? [job.lastReply] : []));
  const last = replies.reduce<(typeof replies)[number] | undefined>(
    (newest, one) => (newest && newest.atMs >= one.atMs ? newest : one),
    undefined,
  );
  return known(last?.guidanceId ?? last?.code, 'connect-failed');
}

/** What storage says of itself may be the words of the operating system; the texts know ids. */
function known(why: string | undefined, otherwise: GuidanceId): GuidanceId {
  return why !== undefined && isGuidanceId(why) ? why : otherwise;
}

function lampOf(glance: Glance): Lamp {
  switch (glance) {
    case 'ready':
    case 'relay-only':
      return 'green';
    case 'signing-in':
    case 'offline':
      return 'amber';
    case 'not-set-up':
    case 'sign-in-needed':
    case 'upn-mismatch':
    case 'held':
    case 'storage':
      return 'red';
  }
}
