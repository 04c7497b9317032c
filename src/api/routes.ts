/**
 * Every route of the one HTTP API, as data: the router, the role gate, the OpenAPI file and the tests that walk all
 * routes read this table. A handler gets checked input and the caller; it returns the reply body.
 */
import { z } from 'zod';
import { MailError, type Language } from '../core/index.ts';
import type { Agent, Caller, Role } from './agent.ts';
import * as shapes from './schemas.ts';
import { spoken } from './speech.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface Call<Body = unknown, Query = unknown> {
  readonly agent: Agent;
  readonly caller: Caller;
  /** Of the sentences and texts in the reply. */
  readonly language: Language;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
}

export interface Route {
  readonly method: Method;
  /** Hono path; parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  /** The least role that may call it. */
  readonly role: Role;
  readonly status: 200 | 202 | 204;
  /** The reply has sentences: `?language=` and `Accept-Language` choose theirs. */
  readonly speaks?: true;
  readonly query?: z.ZodType | undefined;
  readonly body?: z.ZodType | undefined;
  /** Of a reply that is text; JSON without it. */
  readonly mediaType?: 'text/plain' | undefined;
  /** undefined: no body (204), or text. */
  readonly reply?: z.ZodType | undefined;
  readonly handle: (call: Call) => unknown;
}

/** Ties a handler's types to its schemas; the table itself is untyped on purpose. */
function route<Body extends z.ZodType = z.ZodUndefined, Query extends z.ZodType = z.ZodUndefined>(
  one: Omit<Route, 'handle' | 'body' | 'query'> & {
    body?: Body;
    query?: Query;
    handle: (call: Call<z.output<Body>, z.output<Query>>) => unknown;
  },
): Route {
  return one as unknown as Route;
}

const queueId = (params: Readonly<Record<string, string>>): string => params['queueId'] ?? '';

export const routes: readonly Route[] = [
  route({
    method: 'get',
    path: '/v1/status',
    summary: 'The whole picture at one glance',
    role: 'walk-up',
    status: 200,
    speaks: true,
    reply: shapes.status,
    handle: ({ agent, language }) => spoken(agent.status(), language),
  }),
  route({
    method: 'get',
    path: '/v1/sign-in',
    summary: 'The device code session',
    role: 'walk-up',
    status: 200,
    reply: shapes.signIn,
    handle: ({ agent }) => agent.signInState(),
  }),
  route({
    method: 'post',
    path: '/v1/sign-in',
    summary: 'Start a sign-in, or get a new code',
    role: 'walk-up',
    status: 202,
    reply: shapes.signIn,
    handle: ({ agent, caller }) => agent.beginSignIn(caller),
  }),
  route({
    method: 'post',
    path: '/v1/sign-in/confirm',
    summary: 'Use the account that signed in',
    role: 'walk-up',
    status: 200,
    reply: shapes.signIn,
    handle: ({ agent, caller }) => agent.confirmSignIn(caller),
  }),
  route({
    method: 'post',
    path: '/v1/sign-in/cancel',
    summary: 'End the session; takes effect at once',
    role: 'walk-up',
    status: 200,
    reply: shapes.signIn,
    handle: ({ agent, caller }) => agent.cancelSignIn(caller),
  }),
  route({
    method: 'get',
    path: '/v1/account',
    summary: 'Who is signed in',
    role: 'walk-up',
    status: 200,
    reply: shapes.account,
    handle: ({ agent }) => agent.account(),
  }),
  route({
    method: 'delete',
    path: '/v1/account',
    summary: 'Sign out: the stored tokens are destroyed, jobs stay',
    role: 'administrator',
    status: 200,
    reply: shapes.account,
    handle: ({ agent, caller }) => agent.signOut(caller),
  }),
  route({
    method: 'post',
    path: '/v1/account/use-upn',
    summary: 'Make the UPN the device e-mail address',
    role: 'walk-up',
    status: 200,
    speaks: true,
    reply: shapes.status,
    handle: async ({ agent, caller, language }) => spoken(await agent.useUpn(caller), language),
  }),
  route({
    method: 'get',
    path: '/v1/account/consent-link',
    summary: 'Link and sentence for the tenant administrator',
    role: 'administrator',
    status: 200,
    speaks: true,
    reply: z.object({ url: z.string(), sentence: z.string() }),
    handle: ({ agent, language }) => agent.consentLink(language),
  }),
  route({
    method: 'get',
    path: '/v1/jobs',
    summary: 'Jobs, newest first',
    role: 'administrator',
    status: 200,
    query: z.object({
      state: z.enum(shapes.jobStates).optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(200),
    }),
    reply: z.object({ jobs: z.array(shapes.job), total: z.number().int() }),
    handle: ({ agent, query }) => {
      const all = agent.jobs().filter((job) => query.state === undefined || job.state === query.state);
      return { jobs: all.slice(-query.limit).reverse(), total: all.length };
    },
  }),
  route({
    method: 'post',
    path: '/v1/jobs/test',
    summary: 'Queue a test mail',
    role: 'administrator',
    status: 202,
    body: z.strictObject({ to: z.string().max(254).describe('E-mail address') }),
    reply: shapes.job,
    handle: ({ agent, caller, body }) => agent.sendTest(body.to, caller),
  }),
  route({
    method: 'get',
    path: '/v1/jobs/:queueId',
    summary: 'One job with header and guidance',
    role: 'administrator',
    status: 200,
    speaks: true,
    reply: z.object({ job: shapes.job, headerBlock: z.string().optional(), guidance: shapes.guidance.optional() }),
    handle: ({ agent, params, language }) => agent.job(queueId(params), language),
  }),
  route({
    method: 'post',
    path: '/v1/jobs/:queueId/retry',
    summary: 'Send now; re-opens a failed job while its body is kept',
    role: 'walk-up',
    status: 200,
    reply: shapes.job,
    handle: ({ agent, caller, params }) => agent.retryJob(queueId(params), caller),
  }),
  route({
    method: 'post',
    path: '/v1/jobs/:queueId/release',
    summary: 'End a hold',
    role: 'administrator',
    status: 200,
    reply: shapes.job,
    handle: ({ agent, caller, params }) => agent.releaseJob(queueId(params), caller),
  }),
  route({
    method: 'post',
    path: '/v1/jobs/:queueId/hold',
    summary: 'Keep, do not send',
    role: 'administrator',
    status: 200,
    reply: shapes.job,
    handle: ({ agent, caller, params }) => agent.holdJob(queueId(params), caller),
  }),
  route({
    method: 'delete',
    path: '/v1/jobs/:queueId',
    summary: 'Delete; the record keeps who did it',
    role: 'administrator',
    status: 200,
    reply: shapes.job,
    handle: ({ agent, caller, params }) => agent.deleteJob(queueId(params), caller),
  }),
  route({
    method: 'get',
    path: '/v1/settings',
    summary: 'Settings, and what they come to with the cloud profile',
    role: 'administrator',
    status: 200,
    reply: z.object({
      settings: z.record(z.string(), z.unknown()),
      effective: z.record(z.string(), z.unknown()),
      health: z.object({ ok: z.boolean(), why: z.string().optional() }),
      secrets: z.object({ proxyPassword: z.boolean() }).describe('Whether each is set'),
    }),
    handle: async ({ agent }) => ({
      ...agent.settings(),
      secrets: { proxyPassword: await agent.hasProxyPassword() },
    }),
  }),
  route({
    method: 'get',
    path: '/v1/settings/schema',
    summary: 'JSON Schema and form fields',
    role: 'administrator',
    status: 200,
    reply: z.object({ schema: z.record(z.string(), z.unknown()), fields: z.array(z.unknown()) }),
    handle: ({ agent }) => agent.settingsSchema(),
  }),
  route({
    method: 'post',
    path: '/v1/settings/preview',
    summary: 'What a change would do, without doing it',
    role: 'administrator',
    status: 200,
    body: shapes.settingsChange,
    reply: shapes.changePlan,
    handle: async ({ agent, caller, body }) => planReply(await agent.previewSettings(body, caller)),
  }),
  route({
    method: 'patch',
    path: '/v1/settings',
    summary: 'Change settings, all or nothing',
    role: 'administrator',
    status: 200,
    body: shapes.settingsChange,
    reply: shapes.changePlan,
    handle: async ({ agent, caller, body }) => planReply(await agent.changeSettings(body, caller)),
  }),
  route({
    method: 'get',
    path: '/v1/settings/export',
    summary: 'Settings as a file without any secret',
    role: 'administrator',
    status: 200,
    handle: ({ agent }) => agent.exportSettings(),
  }),
  route({
    method: 'post',
    path: '/v1/settings/import',
    summary: 'Take settings from an exported file, all or nothing',
    role: 'administrator',
    status: 200,
    body: z.strictObject({
      text: z.string().max(1024 * 1024),
      accept: z.array(z.string().max(80)).max(20).default([]),
    }),
    reply: shapes.changePlan,
    handle: async ({ agent, caller, body }) => planReply(await agent.importSettings(body.text, body.accept, caller)),
  }),
  route({
    method: 'get',
    path: '/v1/clients',
    summary: 'Printers and programs that handed in mail by SMTP since the start, most recent first',
    role: 'administrator',
    status: 200,
    reply: z.object({ clients: z.array(shapes.client) }),
    handle: ({ agent }) => ({ clients: agent.clients() }),
  }),
  route({
    method: 'get',
    path: '/v1/clients/:address/dialogue',
    summary: 'The last SMTP dialogue with an address: no passwords, no message text',
    role: 'administrator',
    status: 200,
    mediaType: 'text/plain',
    handle: ({ agent, params }) => agent.clientDialogue(params['address'] ?? ''),
  }),
  route({
    method: 'get',
    path: '/v1/lan',
    summary: 'The door for printers on the network: listeners, certificates, log-in',
    role: 'administrator',
    status: 200,
    reply: shapes.lan,
    handle: ({ agent }) => agent.lan(),
  }),
  route({
    method: 'put',
    path: '/v1/secrets/lan-password',
    summary: 'Set the password printers log in with; an empty value removes it',
    role: 'administrator',
    status: 204,
    body: z.strictObject({ value: z.string().max(256) }),
    handle: ({ agent, caller, body }) => agent.setLanPassword(body.value, caller),
  }),
  route({
    method: 'put',
    path: '/v1/secrets/proxy-password',
    summary: 'Store the proxy password, sealed; an empty value removes it',
    role: 'administrator',
    status: 204,
    body: z.strictObject({ value: z.string().max(256) }),
    handle: ({ agent, caller, body }) => agent.setProxyPassword(body.value, caller),
  }),
  route({
    method: 'post',
    path: '/v1/guidance',
    summary: 'Explain a code, or a number read from the phone',
    role: 'walk-up',
    status: 200,
    speaks: true,
    body: z.strictObject({
      code: z.string().max(80).optional(),
      aadsts: z.number().int().positive().max(99_999_999).optional(),
    }),
    reply: shapes.guidance,
    handle: ({ agent, body, language }) => agent.explain(body, language),
  }),
  route({
    method: 'post',
    path: '/v1/decommission',
    summary: 'Destroy keys, account and jobs',
    role: 'administrator',
    status: 204,
    body: z.strictObject({
      confirmWaitingJobs: z
        .number()
        .int()
        .min(0)
        .describe('The number of waiting jobs the person has seen and gives up'),
    }),
    handle: ({ agent, caller, body }) => agent.decommission(body.confirmWaitingJobs, caller),
  }),
];

function planReply(plan: {
  readonly changed: readonly string[];
  readonly consequences: readonly unknown[];
  readonly problems: readonly unknown[];
}) {
  return { changed: plan.changed, consequences: plan.consequences, problems: plan.problems };
}

const order: Readonly<Record<Role, number>> = { 'walk-up': 0, administrator: 1 };

/** The gate: deny unless the caller's role is enough. @throws MailError `client-not-allowed` */
export function assertAllowed(needed: Role, caller: Caller): void {
  if (order[caller.role] < order[needed])
    throw new MailError('client-not-allowed', `${caller.by} is ${caller.role}, route needs ${needed}`);
}
