/** Routes of the queue. */
import { z } from 'zod';
import { route, type Route } from './route.ts';
import * as shapes from './schemas.ts';

const queueId = (params: Readonly<Record<string, string>>): string => params['queueId'] ?? '';

export const jobRoutes: readonly Route[] = [
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
    act: 'job-deleted',
    status: 200,
    reply: shapes.job,
    handle: ({ agent, caller, params }) => agent.deleteJob(queueId(params), caller),
  }),
];
