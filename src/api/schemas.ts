/**
 * The shapes that cross the API, as zod schemas: one source for validation of what comes in and for the OpenAPI file.
 * The types themselves live in `core/`; `satisfies` keeps both in step.
 */
import { z } from 'zod';
import {
  languages,
  type AccountState,
  type AgentStatus,
  type HoldReason,
  type JobSummary,
  type SignInState,
} from '../core/index.ts';
import type { ClientSummary } from '../intake/index.ts';
import type { LanDoor } from './agent.ts';

const instant = z.number().int().describe('Milliseconds since 1970-01-01Z, wall clock');

export const identity = z
  .object({
    upn: z.string(),
    email: z.string().optional(),
    objectId: z.string(),
    tenantId: z.string(),
    name: z.string().optional(),
  })
  .meta({ id: 'AccountIdentity' });

export const account = z
  .object({
    status: z.enum(['none', 'unproven', 'ready', 'sign-in-needed']),
    identity: identity.optional(),
    code: z.string().optional(),
    aadsts: z.number().int().optional(),
    signedInAtMs: instant.optional(),
    renewedAtMs: instant.optional(),
  })
  .meta({ id: 'AccountState' }) satisfies z.ZodType<AccountState>;

export const signIn = z
  .discriminatedUnion('step', [
    z.object({ step: z.literal('idle') }),
    z.object({ step: z.literal('starting'), startedAtMs: instant }),
    z.object({
      step: z.literal('code'),
      userCode: z.string().describe('Upper-case letters and digits, as typed on the phone'),
      verificationUri: z.string().describe('Exactly as the identity service gave it'),
      isKnownHost: z.boolean(),
      expiresAtMs: instant,
      clientId: z.string(),
      scopes: z.array(z.string()),
      trouble: z.string().optional(),
    }),
    z.object({
      step: z.literal('confirm'),
      identity,
      previousUpn: z.string().optional(),
      deviceEmailAddress: z.string(),
      expiresAtMs: instant,
    }),
    z.object({
      step: z.literal('proving'),
      identity,
      trouble: z.string().optional().describe('Catalogue code of a passing fault'),
    }),
    z.object({ step: z.literal('ready'), identity, isUpnMismatch: z.boolean() }),
    z.object({
      step: z.literal('failed'),
      code: z.string(),
      aadsts: z.number().int().optional(),
      detail: z.string().optional(),
      guidanceId: z.string().optional().describe('Entry of the guidance that explains it best'),
      host: z.string().optional().describe('Who said it, or was not reached'),
    }),
  ])
  .meta({ id: 'SignInState' }) satisfies z.ZodType<SignInState>;

const holdReason = z.enum([
  'sign-in-needed',
  'upn-mismatch',
  'authentication-refused',
  'smtp-auth-disabled',
  'policy-blocked',
  'send-as-denied',
  'mailbox-full',
  'mailbox-blocked',
  'quota-reached',
  'smarthost-not-set',
  'settings-conflict',
  'key-unavailable',
  'by-person',
  'repeated-crash',
]) satisfies z.ZodType<HoldReason>;

export const jobStates = ['waiting', 'sending', 'held', 'accepted', 'failed', 'deleted'] as const;

export const job = z
  .object({
    queueId: z.string(),
    door: z.enum(['loopback', 'lan', 'bridge', 'panel', 'test']),
    acceptedAtMs: instant,
    acceptedClockSet: z.boolean(),
    client: z.string(),
    reversePath: z.string(),
    recipients: z.array(
      z.object({
        forwardPath: z.string(),
        state: z.enum(['waiting', 'accepted', 'failed']),
        reply: z.string().optional(),
        code: z.string().optional(),
        atMs: instant.optional(),
      }),
    ),
    messageId: z.string(),
    subject: z.string(),
    bodyBytes: z.number().int(),
    is8bit: z.boolean(),
    hasLongLines: z.boolean().optional(),
    isSmtpUtf8: z.boolean(),
    state: z.enum(jobStates),
    hold: z.object({ reason: holdReason, sinceMs: instant, reply: z.string().optional() }).optional(),
    attempts: z.number().int(),
    nextAttemptAtMs: instant.optional(),
    activeMs: z.number(),
    crashes: z.number().int(),
    isPossibleDuplicate: z.boolean(),
    lastReply: z
      .object({ code: z.string(), reply: z.string(), atMs: instant, guidanceId: z.string().optional() })
      .optional(),
    serverMessageId: z.string().optional(),
    finishedAtMs: instant.optional(),
    deletedBy: z.string().optional(),
    idempotencyKey: z.string().optional(),
    tookMs: z.number().optional(),
  })
  .meta({ id: 'Job' }) satisfies z.ZodType<JobSummary>;

export const status = z
  .object({
    version: z.string(),
    glance: z.enum([
      'ready',
      'relay-only',
      'not-set-up',
      'sign-in-needed',
      'signing-in',
      'upn-mismatch',
      'held',
      'offline',
      'storage',
    ]),
    lamp: z.enum(['green', 'amber', 'red']),
    sentence: z.string(),
    language: z.enum(languages).optional(),
    deviceLanguage: z.enum(languages).describe('Set for the device; its panel speaks it'),
    guidanceId: z.string().optional(),
    provider: z.enum(['unspecified', 'exchange-online']),
    cloud: z.string(),
    deviceEmailAddress: z.string(),
    isSharedMailbox: z.boolean(),
    account,
    signIn,
    smarthost: z.object({ host: z.string(), port: z.number().int(), isReachable: z.boolean().optional() }),
    queue: z.object({
      waiting: z.number().int(),
      sending: z.number().int(),
      held: z.number().int(),
      failed: z.number().int(),
      bytes: z.number().int(),
      holdReason: holdReason.optional(),
      slowedUntilMs: instant.optional(),
    }),
    storage: z.object({ state: z.enum(['ok', 'degraded', 'full', 'unavailable']), why: z.string().optional() }),
    warnings: z.array(z.string()).optional(),
    listeners: z.array(z.object({ name: z.string(), address: z.string(), port: z.number().int() })),
  })
  .meta({ id: 'Status' }) satisfies z.ZodType<AgentStatus>;

export const client = z
  .object({
    address: z.string(),
    lastSeenMs: instant,
    listener: z.string(),
    helo: z.string(),
    tls: z.string().optional().describe('TLSv1.2; absent in clear'),
    quirk: z.string(),
    accepted: z.number().int().describe('Messages taken since the start'),
    lastRefusal: z.object({ reply: z.string(), atMs: instant }).optional(),
  })
  .meta({ id: 'Client' }) satisfies z.ZodType<ClientSummary>;

export const lan = z
  .object({
    isEnabled: z.boolean(),
    hasPassword: z.boolean(),
    listeners: z.array(z.object({ name: z.string(), address: z.string(), port: z.number().int() })),
    certificates: z.array(
      z.object({
        fingerprint: z.string().describe('SHA-256, upper-case hex pairs with colons'),
        keyType: z.string(),
        names: z.array(z.string()),
        validTo: z.string(),
        pem: z.string(),
      }),
    ),
  })
  .meta({ id: 'Lan' }) satisfies z.ZodType<LanDoor>;

export const guidance = z
  .object({
    id: z.string(),
    language: z.enum(languages),
    title: z.string(),
    panel: z.array(z.string()).describe('At most 3 lines of at most 40 characters'),
    paragraph: z.string(),
    remedy: z.string().optional(),
    who: z.string(),
    acts: z
      .array(z.enum(['sign-in', 'use-upn', 'retry-job', 'release-job', 'change-settings']))
      .describe('What a person can do about it at this door'),
    support: z
      .array(z.string())
      .optional()
      .describe('Lines to send to support, raw answer included; only for answers nobody knows'),
  })
  .meta({ id: 'Guidance' });

export const changePlan = z
  .object({
    changed: z.array(z.string()),
    consequences: z.array(z.object({ code: z.string(), message: z.string() })),
    problems: z.array(z.object({ path: z.string(), message: z.string() })),
  })
  .meta({ id: 'ChangePlan' });

export const settingsChange = z.strictObject({
  changes: z.record(z.string().max(80), z.unknown()).describe('By path: { "service.cloud": "china-21vianet" }'),
  accept: z.array(z.string().max(80)).max(20).default([]).describe('Codes of the consequences a person has accepted'),
});

export const apiError = z
  .object({
    error: z.object({
      code: z.string().describe('Row of the error catalogue'),
      message: z.string().describe('A sentence that says what to do next'),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .meta({ id: 'Error' });
