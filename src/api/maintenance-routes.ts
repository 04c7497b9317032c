/** Routes about the device itself: records, log, version, network, certificate, reset. */
import { z } from 'zod';
import { route, type Route } from './route.ts';
import * as shapes from './schemas.ts';
import { spoken } from './speech.ts';

const certificate = z
  .object({
    fingerprint: z.string().describe('SHA-256, hex pairs with colons'),
    names: z.array(z.string()),
    validFrom: z.string(),
    validTo: z.string(),
    isSelfSigned: z.boolean(),
    pem: z.string(),
  })
  .meta({ id: 'Certificate' });

const auditEntry = z
  .object({
    atMs: z.number().int(),
    by: z.string(),
    door: z.string(),
    act: z.string(),
    names: z.array(z.string()).optional().describe('Settings; never their values'),
    outcome: z.string().describe('`done`, or the code of the refusal'),
    leftOut: z.number().int().optional().describe('Refusals of this act before it that are not in the list'),
  })
  .meta({ id: 'AuditEntry' });

const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);

export const maintenanceRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/v1/audit',
    summary: 'Who did what, latest first',
    role: 'administrator',
    status: 200,
    query: z.object({ limit: limit(2000, 200) }),
    reply: z.object({ entries: z.array(auditEntry) }),
    handle: async ({ agent, query }) => ({ entries: await agent.audit.list(query.limit) }),
  }),
  route({
    method: 'get',
    path: '/v1/audit/export',
    summary: 'The whole list, oldest first, a line of JSON each',
    role: 'administrator',
    act: 'audit-exported',
    status: 200,
    mediaType: 'text/plain',
    handle: ({ agent }) => agent.audit.exportText(),
  }),
  route({
    method: 'get',
    path: '/v1/log',
    summary: 'The last lines of the log since the start, latest last; no secrets',
    role: 'administrator',
    status: 200,
    query: z.object({ limit: limit(500, 200), level: z.enum(['error', 'warn', 'info', 'debug']).optional() }),
    reply: z.object({
      lines: z.array(z.looseObject({ atMs: z.number().int(), level: z.string(), message: z.string() })),
    }),
    handle: async ({ agent, query }) => ({ lines: await agent.maintenance.logLines(query.limit, query.level) }),
  }),
  route({
    method: 'get',
    path: '/v1/about',
    summary: 'Version, and the licences of what the program is made of',
    role: 'administrator',
    status: 200,
    reply: z.object({
      version: z.string(),
      node: z.string(),
      uptimeMs: z.number(),
      licences: z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() })),
      sbom: z.string().optional().describe('Name of the file with the bill of materials'),
    }),
    handle: ({ agent }) => agent.maintenance.about(),
  }),
  route({
    method: 'get',
    path: '/v1/network',
    summary: 'The network as the operating system has it; it is changed there',
    role: 'administrator',
    status: 200,
    reply: z.object({
      hostName: z.string(),
      addresses: z.array(z.object({ name: z.string(), address: z.string() })),
      dnsServers: z.array(z.string()),
      doors: z.array(z.object({ name: z.string(), address: z.string(), port: z.number().int() })),
    }),
    handle: ({ agent }) => agent.maintenance.network(),
  }),
  route({
    method: 'get',
    path: '/v1/certificate',
    summary: 'The certificate that browsers and printers are shown',
    // Every browser is shown it; in front of the panel its fingerprint is compared before the first password is typed.
    role: 'walk-up',
    status: 200,
    reply: certificate,
    handle: ({ agent }) => agent.maintenance.certificate(),
  }),
  route({
    method: 'put',
    path: '/v1/certificate',
    summary: "Use an administrator's certificate; the key may come from the last request",
    role: 'administrator',
    act: 'certificate-changed',
    status: 200,
    body: z.strictObject({
      certificatePem: z.string().max(64 * 1024),
      keyPem: z
        .string()
        .max(16 * 1024)
        .optional(),
    }),
    reply: certificate,
    handle: ({ agent, caller, body }) => agent.maintenance.setCertificate(body, caller),
  }),
  route({
    method: 'delete',
    path: '/v1/certificate',
    summary: 'Back to a fresh self-signed certificate',
    role: 'administrator',
    act: 'certificate-removed',
    status: 200,
    reply: certificate,
    handle: ({ agent, caller }) => agent.maintenance.removeCertificate(caller),
  }),
  route({
    method: 'post',
    path: '/v1/certificate/csr',
    summary: 'A certificate signing request for a new key that stays on the device (PKCS #10, PEM)',
    role: 'administrator',
    act: 'certificate-requested',
    status: 200,
    mediaType: 'text/plain',
    body: z.strictObject({ names: z.array(z.string().max(253)).max(20).default([]) }),
    handle: ({ agent, caller, body }) => agent.maintenance.requestCertificate(body.names, caller),
  }),
  route({
    method: 'post',
    path: '/v1/safe-mode/leave',
    summary: 'Starts what was held back because the agent died again and again (guidance `safe-mode`)',
    role: 'administrator',
    act: 'safe-mode-left',
    speaks: true,
    status: 200,
    reply: shapes.status,
    handle: async ({ agent, caller, language }) => spoken(await agent.leaveSafeMode(caller), language),
  }),
  route({
    method: 'post',
    path: '/v1/settings/reset',
    summary: 'All settings to their defaults; sign-in, secrets and jobs as the consequences say',
    role: 'administrator',
    act: 'settings-reset',
    status: 200,
    body: z.strictObject({ accept: z.array(z.string().max(80)).max(20).default([]) }),
    reply: shapes.changePlan,
    handle: async ({ agent, caller, body }) => {
      const { changed, consequences, problems } = await agent.maintenance.resetSettings(body.accept, caller);
      return { changed, consequences, problems };
    },
  }),
];
