/** Routes by which firmware and programs on the device hand in scans and messages. */
import { z } from 'zod';
import { MailError } from '../core/index.ts';
import type { AcceptedMessage } from '../intake/index.ts';
import { idempotencyKeySchema, ticketSchema, type Submitter } from '../ticket/index.ts';
import type { Caller } from './agent.ts';
import { route, type Call, type Route } from './route.ts';
import * as shapes from './schemas.ts';

const keyHeader = {
  'Idempotency-Key': idempotencyKeySchema.describe(
    'The same key never makes a second job: after a lost answer, send the same submission with the same key',
  ),
};

/** Of a job that `scan/` handed in: `scan-` and the random id of the scan. */
const scanKey = /^scan-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const ticketRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/v1/jobs',
    summary: 'Hand in a scan: a ticket and 1 to 50 files. 201 when it is durable, 200 if the key has a job already',
    role: 'walk-up',
    status: 201,
    headers: keyHeader,
    octets: {
      mediaType: 'multipart/form-data',
      schema: z.object({
        ticket: ticketSchema.describe('First part, application/json, at most 64 KiB'),
        file: z.array(z.string().meta({ format: 'binary' })).describe('Parts `file`: filename, content type, octets'),
      }),
    },
    reply: shapes.job,
    handle: async (call) => {
      const { agent, caller, request } = call;
      const submission = {
        octets: call.octets(),
        contentType: request.headers.get('content-type') ?? '',
        idempotencyKey: request.headers.get('idempotency-key') ?? undefined,
      };
      return jobReply(call, await agent.tickets.submitForm(submission, submitterOf(caller)));
    },
  }),
  route({
    method: 'get',
    path: '/v1/jobs/by-key/:key',
    summary: 'What became of a submission whose answer was lost',
    role: 'walk-up',
    status: 200,
    reply: shapes.job,
    handle: async ({ agent, caller, params }) => {
      const key = params['key'] ?? '';
      // Firmware counts its keys, so anybody could guess them; a scan's own is known to who has made it (T51).
      if (caller.door === 'panel' && caller.role === 'walk-up' && !scanKey.test(key))
        throw new MailError('job-not-found', 'no scan of the panel has that key');
      return agent.jobSummary(await agent.tickets.jobByKey(key));
    },
  }),
  route({
    method: 'post',
    path: '/v1/messages',
    summary: 'Hand in a complete RFC 5322 message. Without `to` the recipients are those of To, Cc and Bcc',
    role: 'walk-up',
    status: 201,
    query: z.object({
      reversePath: z.string().max(254).optional().describe('Empty: the null reverse-path'),
      to: z.string().max(254).optional().describe('Envelope recipient; can be repeated'),
    }),
    headers: keyHeader,
    octets: { mediaType: 'message/rfc822', schema: z.string().meta({ format: 'binary' }) },
    reply: shapes.job,
    handle: async (call) => {
      const { agent, caller, request, query } = call;
      const message = {
        octets: call.octets(),
        reversePath: query.reversePath,
        forwardPaths: new URL(request.url).searchParams.getAll('to'),
        idempotencyKey: request.headers.get('idempotency-key') ?? undefined,
        declaredSizeBytes: declaredSize(request),
      };
      return jobReply(call, await agent.tickets.submitMessage(message, submitterOf(caller)));
    },
  }),
];

/** 201 for a new job, 200 for the one the key has already: the same body, so that a client reads both alike. */
function jobReply({ agent }: Call, { kind, queueId }: AcceptedMessage): Response {
  return Response.json(agent.jobSummary(queueId), { status: kind === 'queued' ? 201 : 200 });
}

function submitterOf({ by, door }: Caller): Submitter {
  return { door: door === 'panel' ? 'panel' : 'bridge', by };
}

function declaredSize(request: Request): number | undefined {
  const text = request.headers.get('content-length');
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new MailError('bad-request', 'Content-Length is no number');
  return Number(text);
}
