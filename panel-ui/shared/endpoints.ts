/**
 * What the screens call, as types: method and path as the daemon's route table spells them, with the shapes of the
 * daemon's own definitions. No code. `test/panel-ui/endpoints.test.ts` compares the keys with the route table.
 */
import type { PhoneView } from '../../src/api/index.ts';
import type { ChangePlan } from '../../src/settings/index.ts';
import type { AccountState, AgentStatus, JobSummary, SignInState } from '../../src/core/index.ts';
import type { Guidance } from '../../src/guidance/index.ts';
import type { AccessEndpoints } from './endpoints-access.ts';
import type { AdminEndpoints } from './endpoints-admin.ts';
import type { PeopleEndpoints } from './endpoints-people.ts';

/** What a change of settings comes to, as it crosses the API. */
export type ChangeReply = Pick<ChangePlan, 'changed' | 'consequences' | 'problems'>;

/** A change of settings: values by path, and the codes of the consequences a person has accepted. */
export interface ChangeRequest {
  readonly changes: Readonly<Record<string, unknown>>;
  readonly accept?: readonly string[];
}

interface DeviceEndpoints {
  'GET /v1/status': { reply: AgentStatus };
  'POST /v1/guidance': { body: { readonly code?: string; readonly aadsts?: number }; reply: Guidance };
  'POST /v1/decommission': { body: { readonly confirmWaitingJobs: number }; reply: undefined };
  'PUT /v1/device/email-address': {
    body: { readonly address: string; readonly accept?: readonly string[] };
    reply: ChangeReply;
  };
  'PUT /v1/device/smtp-server': {
    body: { readonly host: string; readonly accept?: readonly string[] };
    reply: ChangeReply;
  };
}

interface SignInEndpoints {
  'GET /v1/sign-in': { reply: SignInState };
  'POST /v1/sign-in': { body: { readonly isFresh?: boolean }; reply: SignInState };
  'POST /v1/sign-in/confirm': { reply: SignInState };
  'POST /v1/sign-in/cancel': { reply: SignInState };
  /** Modules of the verification address, row by row, `1` is dark. */
  'GET /v1/sign-in/qr': { reply: { readonly text: string; readonly rows: readonly string[] } };
  /** Empty if it is switched off, or no code is shown. */
  'GET /v1/sign-in/phone-page': { reply: { readonly url?: string; readonly rows?: readonly string[] } };
  'POST /v1/phone-page': { body: { readonly key: string }; reply: PhoneView };
  'GET /v1/account': { reply: AccountState };
  'DELETE /v1/account': { reply: AccountState };
  'POST /v1/account/use-upn': { reply: AgentStatus };
  'GET /v1/account/consent-link': { reply: { readonly url: string; readonly sentence: string } };
}

/** One job with its header and what to do about it. */
export interface JobReply {
  readonly job: JobSummary;
  readonly headerBlock?: string;
  readonly guidance?: Guidance;
}

interface JobEndpoints {
  'GET /v1/jobs': { query: { readonly state?: string; readonly limit?: number }; reply: JobList };
  'GET /v1/jobs/:queueId': { reply: JobReply };
  /** A key of a scan's submission: what became of it, for whoever holds the key. */
  'GET /v1/jobs/by-key/:key': { reply: JobSummary };
  'POST /v1/jobs/test': { body: { readonly to: string }; reply: JobSummary };
  'POST /v1/jobs/:queueId/retry': { reply: JobSummary };
  'POST /v1/jobs/:queueId/release': { reply: JobSummary };
  'POST /v1/jobs/:queueId/hold': { reply: JobSummary };
  'DELETE /v1/jobs/:queueId': { reply: JobSummary };
}

/** Jobs, newest first. */
export interface JobList {
  readonly jobs: readonly JobSummary[];
  readonly total: number;
}

interface SettingsEndpoints {
  'GET /v1/settings': {
    reply: {
      readonly settings: Readonly<Record<string, unknown>>;
      readonly effective: Readonly<Record<string, unknown>>;
      readonly health: { readonly ok: boolean; readonly why?: string };
      readonly secrets: { readonly proxyPassword: boolean };
    };
  };
  'GET /v1/settings/schema': {
    reply: { readonly schema: Readonly<Record<string, unknown>>; readonly fields: readonly unknown[] };
  };
  'POST /v1/settings/preview': { body: ChangeRequest; reply: ChangeReply };
  'PATCH /v1/settings': { body: ChangeRequest; reply: ChangeReply };
}

/** Every call of the screens: `body`, `query` and `reply` of each `METHOD /path`. */
export type Endpoints = DeviceEndpoints &
  SignInEndpoints &
  JobEndpoints &
  SettingsEndpoints &
  AccessEndpoints &
  AdminEndpoints &
  PeopleEndpoints;
