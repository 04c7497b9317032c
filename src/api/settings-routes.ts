/** Routes of settings and of the passwords beside them. */
import { z } from 'zod';
import type { Language } from '../core/index.ts';
import { sayIn } from '../guidance/index.ts';
import type { ChangePlan } from '../settings/index.ts';
import { route, type Route } from './route.ts';
import * as shapes from './schemas.ts';

export const settingsRoutes: readonly Route[] = [
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
    speaks: true,
    handle: async ({ agent, language }) => {
      const { health, ...rest } = agent.settings();
      return {
        ...rest,
        health: { ...health, ...(health.why === undefined ? {} : { why: sayIn(health.why, language) }) },
        secrets: { proxyPassword: await agent.hasProxyPassword() },
      };
    },
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
    speaks: true,
    handle: async ({ agent, caller, body, language }) => planReply(await agent.previewSettings(body, caller), language),
  }),
  route({
    method: 'patch',
    path: '/v1/settings',
    summary: 'Change settings, all or nothing',
    role: 'administrator',
    act: 'settings-changed',
    status: 200,
    speaks: true,
    body: shapes.settingsChange,
    reply: shapes.changePlan,
    handle: async ({ agent, caller, body, language }) => planReply(await agent.changeSettings(body, caller), language),
  }),
  route({
    method: 'get',
    path: '/v1/settings/export',
    summary: 'Settings as a file without any secret',
    role: 'administrator',
    act: 'settings-exported',
    status: 200,
    handle: ({ agent }) => agent.exportSettings(),
  }),
  route({
    method: 'post',
    path: '/v1/settings/import',
    summary: 'Take settings from an exported file, all or nothing',
    role: 'administrator',
    act: 'settings-imported',
    status: 200,
    speaks: true,
    body: z.strictObject({
      text: z.string().max(1024 * 1024),
      accept: z.array(z.string().max(80)).max(20).default([]),
    }),
    reply: shapes.changePlan,
    handle: async ({ agent, caller, body, language }) =>
      planReply(await agent.importSettings(body.text, body.accept, caller), language),
  }),
  route({
    method: 'put',
    path: '/v1/secrets/lan-password',
    summary: 'Set the password printers log in with; an empty value removes it',
    role: 'administrator',
    act: 'lan-password-changed',
    status: 204,
    body: z.strictObject({ value: z.string().max(256) }),
    handle: ({ agent, caller, body }) => agent.setLanPassword(body.value, caller),
  }),
  route({
    method: 'put',
    path: '/v1/secrets/proxy-password',
    summary: 'Store the proxy password, sealed; an empty value removes it',
    role: 'administrator',
    act: 'proxy-password-changed',
    status: 204,
    body: z.strictObject({ value: z.string().max(256) }),
    handle: ({ agent, caller, body }) => agent.setProxyPassword(body.value, caller),
  }),
];

/** Sentences at fields in the language of the request; consequences have codes, and every screen its own words for them. */
function planReply({ changed, consequences, problems }: ChangePlan, language: Language) {
  return {
    changed,
    consequences,
    problems: problems.map(({ path, message }) => ({ path, message: sayIn(message, language) })),
  };
}
