/** Routes of the device as a whole: status, doors, explanations, the end. */
import { z } from 'zod';
import { route, type Route } from './route.ts';
import * as shapes from './schemas.ts';
import { spoken } from './speech.ts';

export const deviceRoutes: readonly Route[] = [
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
    act: 'decommissioned',
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
